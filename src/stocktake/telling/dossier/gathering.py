"""Takes from a casebook what a dossier is made of: findings, evidence, and the forecast with its charts drawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import msgspec

from stocktake.casebook import Casebook, FindingFilter
from stocktake.telling.dossier.building import Chart, Dossier, build
from stocktake.telling.exports import gather
from stocktake.vocabulary import Forecast


def collect(
    book: Casebook,
    wanted: FindingFilter | None = None,
    *,
    title: str | None = None,
    findings: Sequence[str] = (),
    programme: str | None = None,
) -> Dossier:
    """The dossier of the findings asked for: `findings` by id, else by the filter, all when neither limits.

    `programme` adds its forecast. The day it says it was made is today's.
    """
    holdings = gather(book, wanted)
    if findings:
        chosen = {book.finding(name).id for name in findings}
        holdings = msgspec.structs.replace(
            holdings,
            findings=tuple(f for f in holdings.findings if f.id in chosen),
            conflicts=tuple(c for c in holdings.conflicts if chosen.intersection(c.findings)),
            positions=tuple(p for p in holdings.positions if p.finding in chosen),
        )
    forecast = book.forecast(programme) if programme else None
    return build(
        holdings,
        title=title or (forecast.title if forecast else "What the reports come to"),
        made=dt.date.today(),
        forecast=forecast,
        charts=drawn(forecast) if forecast else (),
    )


def drawn(forecast: Forecast) -> tuple[Chart, ...]:
    """A chart for every path and target of the forecast, as SVG."""
    import vl_convert

    from stocktake.telling import charts

    specs = [(charts.path_title(name), charts.path_chart(forecast, name)) for name in charts.chart_names(forecast)]
    specs += [(f"By when: {t.target.name or t.target.path}", charts.target_chart(t)) for t in forecast.targets]
    return tuple(
        Chart(vl_convert.vegalite_to_svg(spec), f"{caption}. Bands: central 50, 80 and 95% intervals.")
        for caption, spec in specs
    )
