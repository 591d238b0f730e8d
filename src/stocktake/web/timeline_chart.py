"""Findings on a time axis as a Vega-Lite description: a row an event or a party, filled for what was, hollow for plans.

Bars have a period (broken for plans), dots a day; a stroke has no date and stands where it was first reported. What
overlaps in a row is put into lanes, so that nothing hides behind anything. The strip below counts findings by month;
brushing it zooms the chart.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import msgspec

from stocktake import telling
from stocktake.vocabulary import EventType, Finding, Modality

Spec = dict[str, Any]

HUES = {
    EventType.agreement: "--deal",
    EventType.negotiation: "--deal",
    EventType.meeting: "--deal",
    EventType.cooperation: "--deal",
    EventType.transfer: "--flow",
    EventType.payment: "--flow",
    EventType.construction: "--make",
    EventType.production: "--make",
    EventType.stockpile: "--make",
    EventType.use: "--war",
    EventType.loss: "--war",
    EventType.sanction: "--curb",
}
SPAN: Spec = {"type": "rule", "clip": True, "cursor": "pointer"}
ACTUAL_SPAN: Spec = {**SPAN, "strokeWidth": 8, "strokeCap": "round", "opacity": 0.75}
PLANNED_SPAN: Spec = {**SPAN, "strokeWidth": 4, "strokeDash": [5, 4], "opacity": 0.9}
LANES = 7
PARTIES = 10
GAP = dt.timedelta(days=9)


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """A finding as a mark of the chart."""

    id: str
    row: str
    lane: int
    event: str
    title: str
    first: dt.date
    last: dt.date
    dated: bool
    planned: bool
    many: str
    when: str
    estimate: str
    probability: float
    origins: int
    href: str


def happenings(findings: Iterable[Finding], by: str) -> tuple[Happening, ...]:
    """The findings that have any day, in rows and lanes; by party, a finding stands in the row of each."""
    placed = [(finding, span) for finding in findings if (span := _span(finding)) is not None]
    rows = _rows((finding for finding, _ in placed), by)
    ends: dict[str, list[dt.date]] = {}
    made = []
    for finding, (first, last, dated) in sorted(placed, key=lambda item: (item[1][0], item[1][1], item[0].id)):
        for row in rows.get(finding.id, ()):
            made.append(
                Happening(
                    id=finding.id,
                    row=row,
                    lane=_lane(ends.setdefault(row, []), first, last),
                    event=finding.event.value,
                    title=telling.finding_title(finding, bare=True),
                    first=first,
                    last=last,
                    dated=dated,
                    planned=finding.modality is not Modality.actual,
                    many=telling.quantity(finding.quantity),
                    when=telling.period(finding.time) or f"not dated; reported {telling.date(finding.first_reported)}",
                    estimate=f"{telling.probability(finding.probability)}, {finding.word} ({finding.grade})",
                    probability=finding.probability,
                    origins=len(finding.origins_for) + len(finding.origins_against),
                    href=f"/findings/{finding.id}",
                )
            )
    return tuple(made)


def timeline_chart(made: Iterable[Happening]) -> Spec:
    """The chart: marks in rows above, the strip to brush below."""
    values = [
        {**msgspec.to_builtins(happening), "middle": _middle(happening), "span": happening.first != happening.last}
        for happening in made
    ]
    rows = sorted({value["row"] for value in values}, key=_row_order)
    lanes = {row: 1 + max(value["lane"] for value in values if value["row"] == row) for row in rows}
    # Rows are as high as their lanes need: each mark knows its own height within the whole.
    base, at = {}, 0.0
    for row in rows:
        base[row] = at
        at += lanes[row] + 1
    for value in values:
        value["y"] = base[value["row"]] + value["lane"] + 0.5
    domain: Spec = {"param": "brush"}
    months = "timeFormat(datum.value, month(datum.value) == 0 ? '%Y' : '%b')"
    axis: Spec = {"title": None, "grid": True, "tickCount": 14, "labelExpr": months, "labelOverlap": True}
    x: Spec = {"field": "first", "type": "temporal", "scale": {"domain": domain}, "axis": axis}
    y: Spec = {"field": "y", "type": "quantitative", "scale": {"domain": [at, -0.5], "nice": False}, "axis": None}
    colour: Spec = {
        "field": "event",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": [event.value for event in HUES], "range": list(HUES.values())},
    }
    tooltip = [
        {"field": name, "type": "nominal", "title": title}
        for name, title in (
            ("title", "what"),
            ("event", "event"),
            ("many", "how many"),
            ("when", "when"),
            ("estimate", "estimate"),
            ("origins", "origins"),
        )
    ]
    shared: Spec = {"color": colour, "tooltip": tooltip, "href": {"field": "href"}, "y": y}
    spans: list[Spec] = [
        {
            "transform": [{"filter": f"datum.span && datum.planned == {planned}"}],
            "mark": look,
            "encoding": shared | {"x": x, "x2": {"field": "last"}},
        }
        for planned, look in (("false", ACTUAL_SPAN), ("true", PLANNED_SPAN))
    ]
    dots: Spec = {
        "transform": [{"filter": "!datum.span"}],
        "mark": {"type": "point", "strokeWidth": 1.6, "clip": True, "cursor": "pointer"},
        "encoding": {
            **shared,
            "x": x,
            "shape": {
                "field": "dated",
                "type": "nominal",
                "legend": None,
                "scale": {"domain": [True, False], "range": ["circle", "stroke"]},
            },
            "size": {
                "field": "origins",
                "type": "quantitative",
                "legend": None,
                "scale": {"type": "sqrt", "domain": [1, 12], "range": [45, 190], "clamp": True},
            },
            "fill": colour,
            "fillOpacity": {"condition": {"test": "datum.planned", "value": 0.08}, "value": 0.8},
        },
    }
    names: Spec = {
        "data": {"values": [{"row": row, "y": base[row] - 0.15, "line": base[row] - 0.75} for row in rows]},
        "layer": [
            {
                "mark": {"type": "rule", "color": "--line"},
                "encoding": {"y": {**y, "field": "line"}},
            },
            {
                "mark": {"type": "text", "align": "left", "baseline": "middle", "fontWeight": 600, "dx": 4},
                "encoding": {"x": {"value": 0}, "y": y, "text": {"field": "row"}, "color": {"value": "--soft"}},
            },
        ],
    }
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "data": {"values": values},
        "spacing": 30,
        "bounds": "flush",
        "vconcat": [
            {"width": "container", "height": max(220, int(at * 15)), "layer": [names, *spans, dots]},
            {
                "width": "container",
                "height": 44,
                "params": [{"name": "brush", "select": {"type": "interval", "encodings": ["x"], "zoom": True}}],
                "mark": {"type": "bar", "color": "--bar", "opacity": 0.6},
                "encoding": {
                    "x": {
                        "timeUnit": "yearmonth",
                        "field": "middle",
                        "type": "temporal",
                        "axis": {"title": None, "format": "%Y", "tickCount": "year"},
                    },
                    "y": {"aggregate": "count", "axis": None},
                },
            },
        ],
    }


def _span(finding: Finding) -> tuple[dt.date, dt.date, bool] | None:
    """First and last day, and whether the finding itself is dated; an open end is its known one."""
    if finding.time is not None:
        known = [day for day in (finding.time.start, finding.time.end) if day is not None]
        return known[0], known[-1], True
    if finding.first_reported is not None:
        return finding.first_reported, finding.first_reported, False
    return None


def _rows(findings: Iterable[Finding], by: str) -> dict[str, tuple[str, ...]]:
    """By finding, the rows that it stands in."""
    every = list(findings)
    if by != "party":
        return {finding.id: (finding.event.value,) for finding in every}
    counts: dict[str, int] = {}
    for finding in every:
        for party in _parties(finding):
            counts[party] = counts.get(party, 0) + 1
    most = set(sorted(counts, key=lambda party: (-counts[party], party))[:PARTIES])
    return {finding.id: tuple(party for party in _parties(finding) if party in most) for finding in every}


def _parties(finding: Finding) -> tuple[str, ...]:
    names = [name.strip() for side in (finding.agent, finding.recipient) if side for name in side.split(";")]
    return tuple(dict.fromkeys(name for name in names if name))


def _row_order(row: str) -> tuple[int, str]:
    events = [event.value for event in HUES]
    return (events.index(row) if row in events else len(events), row)


def _lane(ends: list[dt.date], first: dt.date, last: dt.date) -> int:
    """The first lane of a row that is free on these days; where none is, the one that is free soonest."""
    for lane, end in enumerate(ends):
        if end < first:
            ends[lane] = last + GAP
            return lane
    if len(ends) < LANES:
        ends.append(last + GAP)
        return len(ends) - 1
    lane = ends.index(min(ends))
    ends[lane] = max(ends[lane], last + GAP)
    return lane


def _middle(happening: Happening) -> str:
    return (happening.first + (happening.last - happening.first) / 2).isoformat()
