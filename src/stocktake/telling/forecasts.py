"""Forecasts, observations and pulls as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from stocktake.forecasting import verdict
from stocktake.telling import formats
from stocktake.telling.tables import table_of, text
from stocktake.vocabulary import Forecast, Observation, Path, Programme, TargetDate

if TYPE_CHECKING:
    from stocktake.forecasting import Backtest, Pull, Worth

BEFORE = 6  # months of history that the table shows
SHOWN = ("made", "imports", "used", "used:all", "stock")
HEADINGS = {"made": "made", "imports": "imported", "used": "used", "used:all": "used, all parts", "stock": "in stock"}
BAND = "80"


def rounded(value: float) -> str:
    """A number to two or three figures, as far as it is known."""
    return f"{formats.known(value):,.0f}"


def forecast_parts(forecast: Forecast, compared: Forecast | None = None) -> tuple[RenderableType, ...]:
    """A forecast for people: heading, warnings, table by month, target dates, and how far to trust it."""
    parts: list[RenderableType] = [Text(forecast.title, style="bold"), Text(_told(forecast), style="dim")]
    parts += [Text(f"! {note}", style="yellow") for note in forecast.notes]
    parts.append(_by_month(forecast, compared))
    parts += [Text(_target(target)) for target in forecast.targets]
    parts.append(Text(verdict(forecast.diagnostics), style="dim"))
    return tuple(parts)


def _told(forecast: Forecast) -> str:
    count = formats.counted(len(forecast.observations), "observation")
    basis = "priors only" if forecast.prior_only else f"{count} used"
    given = "".join(f", {name} = {value}" for name, value in forecast.scenario.items())
    return f"as of {forecast.as_of}, {basis}{given}; median and 80% interval a month"


def _by_month(forecast: Forecast, compared: Forecast | None) -> Table:
    paths = [path for name in SHOWN for path in forecast.paths if path.name == name]
    others = {path.name: path for path in compared.paths} if compared else {}
    table = table_of("month")
    for path in paths:
        table.add_column(HEADINGS[path.name], justify="right")
        if path.name in others:
            table.add_column("before", justify="right", style="dim")
    months = paths[0].months
    begins = months.index(forecast.history) + 1
    for k in range(max(begins - BEFORE, 0), len(months)):
        cells: list[str | Text] = [months[k]]
        for path in paths:
            cells.append(_cell(path, k))
            if path.name in others:
                cells.append(rounded(others[path.name].median[k]))
        table.add_row(*cells, style="" if k >= begins else "dim", end_section=k == begins - 1)
    return table


def _cell(path: Path, k: int) -> str:
    low, high = path.bands[BAND]
    return f"{rounded(path.median[k])} ({rounded(low[k])} to {rounded(high[k])})"


def _target(found: TargetDate) -> str:
    target = found.target
    since = f" since {target.since}" if target.since else ""
    name = f" ({target.name})" if target.name else ""
    by = {key: value or f"after {found.months[-1]}" for key, value in found.quantiles.items()}
    return (
        f"{target.amount:,.0f} {target.path}{since}{name}: by {by['50']} as likely as not; "
        f"10% by {by['10']}, 90% by {by['90']}"
    )


def observations_table(observations: Iterable[Observation]) -> Table:
    """Observations with what they observe, their number and period, who says so, and the finding they come from."""
    table = table_of("id", "published", "observes", "number", "period", "standing", "by", "grade", "from")
    for o in observations:
        what = f"{o.path}{'' if o.part == 'all' else f' ({o.part})'}, {o.measure.value}"
        table.add_row(
            Text(formats.short_id(o.id), style="dim"),
            str(o.published),
            text(what),
            _number(o),
            f"{o.start or '?'} to {o.end or '?'}",
            "left out" if o.excluded else o.standing.value,
            text("; ".join(o.origins) or "-"),
            o.grade,
            text(f"{formats.short_id(o.finding)}, {o.rule}" if o.finding else f"series {o.series}"),
            style="strike dim" if o.excluded else "",
        )
    return table


def _number(o: Observation) -> str:
    scale, sign = (100, "%") if o.measure.value == "share" else (1, "")
    if o.low is not None and o.high is not None:
        both = f"{o.low * scale:,.0f}{sign}"
        return both if o.low == o.high else f"{both} to {o.high * scale:,.0f}{sign}"
    if o.low is not None:
        return f"at least {o.low * scale:,.0f}{sign}"
    return f"at most {o.high * scale:,.0f}{sign}" if o.high is not None else ""


def programmes_table(programmes: Iterable[tuple[Programme, int]]) -> Table:
    """Programmes with how many observations bear on each."""
    table = table_of("name", "title", "from", "parts", "plants")
    table.add_column("observations", justify="right")
    for programme, count in programmes:
        parts = ", ".join(part.name for part in programme.part) or "-"
        plants = ", ".join(plant.name for plant in programme.plant) or "-"
        title = text(programme.title)
        table.add_row(text(programme.name), title, programme.start, text(parts), text(plants), f"{count:,}")
    return table


def pull_parts(pulls: Sequence[Pull], worths: Sequence[Worth], most: int = 8) -> tuple[RenderableType, ...]:
    """How much each origin moves each result, strongest first, and what would narrow the forecast most."""
    names = next((tuple(m.result for m in pull.results) for pull in pulls if pull.results), ())
    table = table_of("origin", "observations")
    for name in names:
        table.add_column(name, justify="right")
    table.add_column("found by")
    for pull in pulls:
        cells = [_moved(m.with_it, m.without_it, m.shift) for m in pull.results] or ["-"] * len(names)
        k_hat = "" if pull.k_hat is None else f", k-hat {pull.k_hat:.2f}"
        table.add_row(text(pull.origin), str(len(pull.observations)), *cells, f"{pull.method}{k_hat}")
    lines: list[RenderableType] = [
        Text("Each result without that origin, and by how many of its standard deviations the origin moves it:"),
        table,
        Text("\nWhat would narrow the forecast most, if it were known:"),
    ]
    for worth in worths[:most]:
        lines.append(Text(f"  {worth.unknown}: {worth.result} narrower by {worth.narrowing:.0%}"))
    return tuple(lines)


def _moved(with_it: float, without_it: float, shift: float) -> str:
    return f"{rounded(without_it)} ({shift:+.2f})"


def backtest_parts(scored: Backtest) -> tuple[RenderableType, ...]:
    """Scores by method, best first."""
    spans = next((tuple(total.by_horizon) for total in scored.totals), ())
    table = table_of("method")
    for column in ("log CRPS", "over cut-offs", *(f"months {span}" for span in spans), "50%", "80%", "95%", "PIT"):
        table.add_column(column, justify="right")
    for total in scored.totals:
        table.add_row(
            Text(total.method, style="bold" if total.method == "stocktake" else ""),
            f"{total.log_crps:.3f}",
            f"± {total.spread:.3f}",
            *(f"{total.by_horizon[span]:.3f}" for span in spans),
            *(f"{share:.0%}" for share in total.coverage.values()),
            " ".join(f"{share:.2f}" for share in total.pit),
        )
    count = max((total.forecasts for total in scored.totals), default=0)
    told = (
        f"{scored.programme}, series {scored.series}: {formats.counted(count, 'forecast')} as of "
        f"{', '.join(scored.cutoffs)}, up to {scored.horizon} months ahead"
    )
    note = (
        "Smaller is better. Coverage should be near its heading, PIT near 0.20 in each fifth. Settings are those of "
        "the programme file: write it before you look here."
    )
    return Text(told, style="bold"), table, Text(note, style="dim")
