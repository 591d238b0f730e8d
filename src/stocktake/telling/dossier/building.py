"""Gathers what a dossier shows, in the order in which an editor reads it: summary, figures, findings, evidence."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

import msgspec

from stocktake import __version__
from stocktake.telling.charts import path_title
from stocktake.telling.exports.holdings import Holdings
from stocktake.telling.formats import counted, known
from stocktake.telling.grounds import ASIDE
from stocktake.telling.titles import counted_by, finding_title
from stocktake.vocabulary import Claim, Conflict, Finding, Forecast, Path, Position, Report


class Quote(msgspec.Struct, frozen=True):
    """A sentence of evidence and where it stands."""

    claim: Claim
    outlet: str
    published: dt.date | None
    url: str | None


class Voice(msgspec.Struct, frozen=True):
    """One independent origin of a finding and the sentences that carry its word; `side` is "" where it bears it out."""

    name: str
    kind: str
    grade: str
    party: bool
    side: str
    quotes: tuple[Quote, ...]


class Entry(msgspec.Struct, frozen=True):
    """A finding with its evidence, grouped by origin; `counted_by` tells how many of them give its number."""

    finding: Finding
    counted_by: str
    origins: tuple[Voice, ...]


class Figure(msgspec.Struct, frozen=True):
    """A key figure of the forecast: its median, its 80% interval, and the findings it rests on."""

    name: str
    median: float
    low: float
    high: float
    findings: tuple[str, ...]


class Chart(msgspec.Struct, frozen=True):
    """A drawing, as SVG, and what it shows."""

    svg: str
    caption: str


class Speaker(msgspec.Struct, frozen=True):
    """An origin's name with the number of findings that rest on it."""

    name: str
    kind: str
    grade: str
    findings: int


class Dossier(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a dossier says, ready to be laid out."""

    title: str
    made: dt.date
    summary: str
    figures: tuple[Figure, ...]
    notes: tuple[str, ...]
    charts: tuple[Chart, ...]
    timeline: tuple[tuple[str, tuple[Finding, ...]], ...]
    entries: tuple[Entry, ...]
    conflicts: tuple[Conflict, ...]
    positions: tuple[Position, ...]
    sources: tuple[Speaker, ...]
    reports: tuple[Report, ...]
    titles: dict[str, str]
    method: tuple[str, ...]


def build(
    holdings: Holdings,
    *,
    title: str,
    made: dt.date,
    forecast: Forecast | None = None,
    charts: Sequence[Chart] = (),
) -> Dossier:
    """Put a dossier together from what a casebook holds; `made` is the day it says it was made."""
    findings = sorted(holdings.findings, key=lambda f: (-len(f.origins_for), -f.probability, f.id))
    shown = {f.id for f in findings}
    used = {claim.report for f in findings for claim, _ in holdings.evidence(f)}
    reports = sorted((holdings.reports[r] for r in used), key=lambda r: (str(r.published or "9999"), r.id))
    return Dossier(
        title=title,
        made=made,
        summary=_summary(findings, reports),
        figures=_figures(forecast, shown) if forecast else (),
        notes=forecast.notes if forecast else (),
        charts=tuple(charts),
        timeline=_timeline(findings),
        entries=tuple(Entry(f, counted_by(f), _voices(holdings, f)) for f in findings),
        conflicts=tuple(c for c in holdings.conflicts if shown.intersection(c.findings)),
        positions=tuple(p for p in holdings.positions if p.finding in shown),
        sources=_speakers(holdings, findings),
        reports=tuple(reports),
        titles={f.id: finding_title(f) for f in findings},
        method=_method(forecast),
    )


def _summary(findings: Sequence[Finding], reports: Sequence[Report]) -> str:
    if not findings:
        return "No finding fits what was asked for."
    days = [r.published for r in reports if r.published]
    span = f" published from {min(days)} to {max(days)}" if days else ""
    disputed = sum(1 for f in findings if f.disputed)
    denied = sum(1 for f in findings if f.origins_against and not f.origins_for)
    alone = sum(1 for f in findings if len(f.origins_for) == 1)
    many, on = counted(len(findings), "finding"), counted(len(reports), "report")
    said = [f"{many} {_verb(len(findings), 'rest')} on {on}{span}."]
    if alone:
        said.append(f"{alone} of them {_verb(alone, 'rest')} on a single origin, however many papers carried it.")
    standing = [
        f"{n} {'is' if n == 1 else 'are'} {how}" for n, how in ((disputed, "disputed"), (denied, "only denied")) if n
    ]
    if standing:
        said.append(f"{', '.join(standing)}.")
    said.append(f"The best supported: {finding_title(findings[0])} ({findings[0].word}).")
    return " ".join(said)


def _verb(count: int, plural: str) -> str:
    return f"{plural}s" if count == 1 else plural


def _figures(forecast: Forecast, shown: set[str]) -> tuple[Figure, ...]:
    """Each path at its last month of history and at the end of the horizon."""
    figures = []
    for path in forecast.paths:
        rests = tuple(
            dict.fromkeys(
                o.finding
                for o in forecast.observations
                if o.finding in shown and not o.excluded and path.name.startswith(o.path)
            )
        )
        for month in dict.fromkeys((forecast.history, path.months[-1])):
            if month in path.months:
                figures.append(_figure(path, month, tuple(f for f in rests if f)))
    return tuple(figures)


def _figure(path: Path, month: str, findings: tuple[str, ...]) -> Figure:
    at = path.months.index(month)
    low, high = path.bands["80"]
    median, least, most = (known(value) for value in (path.median[at], low[at], high[at]))
    title = path_title(path.name)
    return Figure(f"{title[:1].upper()}{title[1:]}, {month}", median, least, most, findings)


def _timeline(findings: Sequence[Finding]) -> tuple[tuple[str, tuple[Finding, ...]], ...]:
    """Findings by the month in which they begin; those without a time are left to the evidence."""
    months: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        day = finding.time and (finding.time.start or finding.time.end)
        if day:
            months[f"{day:%Y-%m}"].append(finding)
    return tuple((month, tuple(months[month])) for month in sorted(months))


def _voices(holdings: Holdings, finding: Finding) -> tuple[Voice, ...]:
    quotes: dict[str, list[Quote]] = defaultdict(list)
    for claim, report in holdings.evidence(finding):
        quotes[holdings.origin_of.get(claim.id, "")].append(_quote(claim, report))
    voices = []
    for origin_id, said in quotes.items():
        origin = holdings.origins.get(origin_id)
        side = "against" if origin_id in finding.origins_against else ""
        if not side and origin_id not in finding.origins_for:
            side = ASIDE
        voices.append(
            Voice(
                origin.name if origin else "Origin unknown",
                origin.kind.value if origin else "unknown",
                origin.grade if origin else "F",
                origin.party if origin else False,
                side,
                tuple(said),
            )
        )
    return tuple(sorted(voices, key=lambda v: (v.side != "", v.grade, v.name)))


def _quote(claim: Claim, report: Report) -> Quote:
    return Quote(claim, report.outlet or "Unnamed outlet", report.published, report.url)


def _speakers(holdings: Holdings, findings: Sequence[Finding]) -> tuple[Speaker, ...]:
    count: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for finding in findings:
        for origin_id in (*finding.origins_for, *finding.origins_against):
            origin = holdings.origins.get(origin_id)
            if origin:
                count[origin.name, origin.kind.value, origin.grade].add(finding.id)
    speakers = [Speaker(*key, len(found)) for key, found in count.items()]
    return tuple(sorted(speakers, key=lambda s: (-s.findings, s.name)))


def _method(forecast: Forecast | None) -> tuple[str, ...]:
    paragraphs = [
        f"Made by Stocktake {__version__} from public reports. Each report was read into claims: one event, stated by "
        "one chain of sources, in one sentence, with its bounds and its denials. Reading is done by a program and "
        "errs; what an analyst corrected stands in the casebook's journal.",
        "Claims of one happening form a finding. Reports that repeat one another, and papers that quote one source, "
        "count as one origin. The probability and the Admiralty grade (reliability A to F of the best origin, "
        "credibility 1 to 6 of the information) are computed from independent origins only; the word is that of "
        "Intelligence Community Directive 203.",
    ]
    if forecast:
        paragraphs.append(
            f"The figures come from a stock-flow model as of {forecast.as_of}; bands are central intervals."
        )
    return tuple(paragraphs)
