"""Charts of a forecast as Vega-Lite specifications, and the files that are drawn from them without a network.

A path shows its median, bands of 50, 80 and 95 percent, and the observations that bear on it: a dot for a number, a
bar over the months that a sum is about (at its mean month), triangles for "at least" and "at most", hollow where it
is a plan or a capacity. A line marks where the forecast begins. No band is cut off in silence: where the widest would
flatten the rest, the frame ends below it and the subtitle says how far it reaches.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path as FilePath
from typing import Any

import msgspec

from stocktake.vocabulary import Forecast, Measure, Observation, Path, TargetDate

Spec = dict[str, Any]

TITLES = {
    "made": "made a month",
    "imports": "imported a month",
    "used": "used a month",
    "used:all": "used a month, all parts",
    "lost": "lost in store a month",
    "stock": "in stock at the end of the month",
}
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
WIDTH, HEIGHT = 460, 230
FLATTENING = 2.5  # a 95% band more than so many times the 80% band's top would flatten the rest


class Theme(msgspec.Struct, frozen=True, kw_only=True):
    """Colours of a chart; any CSS colour, for a page also the name of one of its variables."""

    make: str = "#1f6f5c"
    war: str = "#a23b2a"
    flow: str = "#2b5d8a"
    hold: str = "#7a5c1e"
    ink: str = "#22262b"
    soft: str = "#8a9099"
    paper: str | None = "#ffffff"
    font: str = "Inter, Helvetica, Arial, sans-serif"


def chart_names(forecast: Forecast) -> tuple[str, ...]:
    """The paths that are charted, the totals first."""
    return tuple(path.name for path in forecast.paths if path.name != "lost")


def path_title(name: str) -> str:
    """A path as a heading: "made at Alabuga a month"."""
    flow, _, which = name.partition(":")
    if name in TITLES:
        return TITLES[name]
    return f"{flow} at {which} a month" if flow == "made" else f"{flow} a month, {which}"


def path_chart(forecast: Forecast, name: str, theme: Theme | None = None) -> Spec:
    """One path with its bands and observations."""
    return {"$schema": SCHEMA, "config": _config(theme or Theme()), **_path_panel(forecast, name, theme or Theme())}


def target_chart(target: TargetDate, theme: Theme | None = None) -> Spec:
    """By when a target is met, as a distribution."""
    return {"$schema": SCHEMA, "config": _config(theme or Theme()), **_target_panel(target, theme or Theme())}


def forecast_chart(forecast: Forecast, theme: Theme | None = None, columns: int = 2) -> Spec:
    """Every path and target of a forecast on one sheet."""
    theme = theme or Theme()
    panels = [_path_panel(forecast, name, theme) for name in chart_names(forecast)]
    panels += [_target_panel(target, theme) for target in forecast.targets]
    begins = "priors only, nothing observed" if forecast.prior_only else f"{len(forecast.observations)} observations"
    given = "".join(f", {name} = {value}" for name, value in forecast.scenario.items())
    return {
        "$schema": SCHEMA,
        "config": _config(theme),
        "title": {
            "text": forecast.title,
            "subtitle": [
                f"as of {forecast.as_of}, {begins}{given}; median, 50, 80 and 95 percent bands, square-root scale",
                "● number (sums as their mean month) · ▲ at least · ▼ at most · hollow: a plan or a capacity · "
                "small: counted month by month",
            ],
            "fontSize": 17,
            "offset": 18,
        },
        "columns": columns,
        "spacing": {"row": 28, "column": 36},
        "concat": panels,
    }


def write_charts(forecast: Forecast, folder: FilePath, name: str | None = None) -> tuple[FilePath, ...]:
    """The sheet as PNG, SVG and an HTML page that needs nothing else; the files written."""
    import vl_convert

    spec = forecast_chart(forecast)
    folder.mkdir(parents=True, exist_ok=True)
    stem = name or forecast.programme
    png, svg, page = (folder / f"{stem}.{ending}" for ending in ("png", "svg", "html"))
    png.write_bytes(vl_convert.vegalite_to_png(spec, scale=2))
    svg.write_text(vl_convert.vegalite_to_svg(spec), "utf-8")
    page.write_text(vl_convert.vegalite_to_html(spec, bundle=True), "utf-8")
    return png, svg, page


# --------------------------------------------------------------------------------------------- panels


def _path_panel(forecast: Forecast, name: str, theme: Theme) -> Spec:
    path = next(path for path in forecast.paths if path.name == name)
    colour = _colour(name, theme)
    marks = _marks(forecast, name)
    top, reaches = _frame(path, marks)
    subtitle = f"the 95% band reaches {reaches:,.0f}" if reaches else ""
    y_scale = {"type": "sqrt", "domain": [0, top], "nice": True}
    x_axis = {"format": "%Y", "tickCount": "year", "grid": False, "title": None}
    window = [f"{path.months[0]}-01", _middle(path.months[-1], days=15)]
    x = {"field": "month", "type": "temporal", "axis": x_axis, "scale": {"domain": window}}
    y_axis = {"title": None, "format": "~s" if top >= 10000 else ",d", "tickCount": 5}
    layers: list[Spec] = [
        {
            "mark": {"type": "area", "opacity": opacity, "color": colour, "clip": True, "interpolate": "monotone"},
            "encoding": {
                "x": x,
                "y": {"field": f"low{band}", "type": "quantitative", "scale": y_scale, "axis": y_axis},
                "y2": {"field": f"high{band}"},
            },
        }
        for band, opacity in (("95", 0.13), ("80", 0.2), ("50", 0.3))
    ]
    tips = [("month", "temporal", "%B %Y"), ("median", "quantitative", ",.0f")]
    tips += [(f"{side}{band}", "quantitative", ",.0f") for band in ("80",) for side in ("low", "high")]
    layers.append(
        {
            "mark": {"type": "line", "color": colour, "strokeWidth": 2, "clip": True, "interpolate": "monotone"},
            "encoding": {
                "x": x,
                "y": {"field": "median", "type": "quantitative"},
                "tooltip": [{"field": f, "type": kind, "format": form} for f, kind, form in tips],
            },
        }
    )
    layers.append(
        {
            "data": {"values": [{"begins": _middle(forecast.history, days=15)}]},
            "mark": {"type": "rule", "strokeDash": [4, 4], "color": theme.soft},
            "encoding": {"x": {"field": "begins", "type": "temporal"}},
        }
    )
    return {
        "title": {"text": path_title(name), "subtitle": subtitle, "anchor": "start", "fontSize": 13},
        "width": WIDTH,
        "height": HEIGHT,
        "data": {"values": _rows(path)},
        "layer": layers + _mark_layers(marks, theme),
    }


def _colour(name: str, theme: Theme) -> str:
    flow = name.partition(":")[0]
    return {"made": theme.make, "imports": theme.flow, "stock": theme.hold}.get(flow, theme.war)


def _middle(month: str, days: int = 0) -> str:
    day = dt.date.fromisoformat(f"{month}-15")
    return (day + dt.timedelta(days=days)).isoformat()


def _rows(path: Path) -> list[dict[str, Any]]:
    rows = []
    for k, month in enumerate(path.months):
        row: dict[str, Any] = {"month": _middle(month), "median": path.median[k]}
        for band, (low, high) in path.bands.items():
            row |= {f"low{band}": low[k], f"high{band}": high[k]}
        rows.append(row)
    return rows


def _frame(path: Path, marks: Sequence[dict[str, Any]]) -> tuple[float, float | None]:
    """The top of the frame, and how far the 95% band reaches where that is beyond it."""
    widest, wide = max(path.bands["95"][1]), max(path.bands["80"][1])
    top = max([wide * 1.1, 1.0, *(mark["value"] * 1.05 for mark in marks if mark["value"] <= 3 * max(wide, 1.0))])
    return (top, widest) if widest > FLATTENING * wide else (max(top, widest), None)


def _target_panel(target: TargetDate, theme: Theme) -> Spec:
    reached = target.target
    what = reached.name or path_title(reached.path).removesuffix(" a month")
    since = f" since {reached.since}" if reached.since else ""
    rows = [{"month": _middle(m), "chance": p} for m, p in zip(target.months, target.probability, strict=True)]
    by = {key: value or "later" for key, value in target.quantiles.items()}
    return {
        "title": {
            "text": f"{reached.amount:,.0f} {reached.path}{since}: chance that it is met by then",
            "subtitle": f"{what}: 10% by {by['10']}, 50% by {by['50']}, 90% by {by['90']}",
            "anchor": "start",
            "fontSize": 13,
        },
        "width": WIDTH,
        "height": HEIGHT,
        "data": {"values": rows},
        "mark": {
            "type": "area",
            "color": theme.make,
            "opacity": 0.35,
            "line": {"color": theme.make},
            "interpolate": "monotone",
        },
        "encoding": {
            "x": {"field": "month", "type": "temporal", "axis": {"format": "%Y", "tickCount": "year", "title": None}},
            "y": {
                "field": "chance",
                "type": "quantitative",
                "scale": {"domain": [0, 1]},
                "axis": {"format": "%", "title": None, "tickCount": 5},
            },
            "tooltip": [
                {"field": "month", "type": "temporal", "format": "%B %Y"},
                {"field": "chance", "type": "quantitative", "format": ".0%"},
            ],
        },
    }


# --------------------------------------------------------------------------------------------- observations


def _marks(forecast: Forecast, name: str) -> list[dict[str, Any]]:
    """What is drawn of the observations of a path, sums brought to a mean month."""
    last = forecast.paths[0].months[-1]
    drawn = [_mark(o) for o in forecast.observations if _shown_on(o, name, forecast)]
    return [mark for mark in drawn if mark is not None and mark["from"][:7] <= last]


def _shown_on(o: Observation, name: str, forecast: Forecast) -> bool:
    names = {path.name for path in forecast.paths}
    if o.path.startswith("made:"):
        return name == o.path or (name == "made" and o.path not in names)
    if o.path == "used" and "used:all" in names:
        return name == {"all": "used:all"}.get(o.part, f"used:{o.part}" if f"used:{o.part}" in names else "used")
    return name == o.path


def _mark(o: Observation) -> dict[str, Any] | None:
    if o.start is None or o.end is None or o.measure in (Measure.share, Measure.start, Measure.nearly_exhausted):
        return None
    low, high = o.low, o.high
    known = [v for v in (low, high) if v is not None]
    months = max(((o.end - o.start).days + 1) / 30.44, 1.0) if o.measure is Measure.total else 1.0
    level = o.measure is Measure.level
    middle = o.end if level else o.start + (o.end - o.start) / 2
    return {
        "from": (o.end if level else o.start).isoformat(),
        "to": o.end.isoformat(),
        "middle": middle.isoformat(),
        "value": sum(known) / len(known) / months,
        "bound": "number" if len(known) == 2 else "at least" if high is None else "at most",
        "kind": "counted" if o.series else o.standing.value,
        "says": _says(o),
        "who": "; ".join(o.origins) or (f"series {o.series}" if o.series else ""),
        "href": f"/findings/{o.finding}" if o.finding else "",
    }


def _says(o: Observation) -> str:
    if o.low is not None and o.high is not None:
        number = f"{o.low:,.0f}" if o.low == o.high else f"{o.low:,.0f} to {o.high:,.0f}"
    elif o.low is not None:
        number = f"at least {o.low:,.0f}"
    else:
        number = f"at most {o.high or 0:,.0f}"
    span = f"{o.start} to {o.end}" if o.start != o.end else f"{o.start}"
    return f"{number}, {o.measure.value}, {span}"


def _mark_layers(marks: Sequence[dict[str, Any]], theme: Theme) -> list[Spec]:
    if not marks:
        return []
    tooltip = [
        {"field": "says", "type": "nominal", "title": "observed"},
        {"field": "who", "type": "nominal", "title": "by"},
        {"field": "kind", "type": "nominal"},
    ]
    shapes = {"number": "circle", "at least": "triangle-up", "at most": "triangle-down"}
    shape = {
        "field": "bound",
        "type": "nominal",
        "scale": {"domain": list(shapes), "range": list(shapes.values())},
        "legend": None,
    }
    value = {"field": "value", "type": "quantitative"}
    bars = {
        "transform": [{"filter": "datum.kind != 'counted'"}],
        "mark": {"type": "rule", "color": theme.ink, "opacity": 0.35, "strokeWidth": 1.2, "clip": True},
        "encoding": {
            "x": {"field": "from", "type": "temporal"},
            "x2": {"field": "to"},
            "y": value,
            "tooltip": tooltip,
        },
    }
    points = [
        {
            "transform": [{"filter": f"indexof({kinds}, datum.kind) >= 0"}],
            "mark": {
                "type": "point",
                "filled": filled,
                "size": size,
                "color": theme.ink,
                "opacity": opacity,
                "strokeWidth": 1.2,
                "clip": True,
            },
            "encoding": {
                "x": {"field": "middle", "type": "temporal"},
                "y": value,
                "shape": shape,
                "tooltip": tooltip,
                "href": {"field": "href", "type": "nominal"},
            },
        }
        for kinds, filled, size, opacity in (
            (["counted"], True, 14, 0.55),
            (["observed"], True, 42, 0.85),
            (["planned", "capacity"], False, 46, 0.85),
        )
    ]
    return [{"data": {"values": list(marks)}, "layer": [bars, *points]}]


def _config(theme: Theme) -> Spec:
    return {
        "font": theme.font,
        "background": theme.paper,
        "view": {"stroke": None},
        "title": {"color": theme.ink, "subtitleColor": theme.soft, "anchor": "start", "fontWeight": 600},
        "axis": {
            "labelColor": theme.soft,
            "titleColor": theme.soft,
            "gridColor": theme.soft,
            "gridOpacity": 0.18,
            "domainColor": theme.soft,
            "tickColor": theme.soft,
            "labelFontSize": 11,
        },
    }
