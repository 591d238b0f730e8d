"""The verbs that read reports without a casebook: `read` prints claims, `mentions` the layers below them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from stocktake.cli.inputs import AllowPrivate
from stocktake.cli.readers import ModelName, ModelPrice, ModelUrl, ReaderName

if TYPE_CHECKING:
    from rich.text import Text

    from stocktake.vocabulary import Claim, Mentions, Report

PANEL = "Reports in"
Paths = Annotated[
    list[str] | None,
    typer.Argument(metavar="[PATH|URL|-]...", help="Files, folders or addresses; standard input where none is given."),
]
Lines = Annotated[bool, typer.Option("--jsonl", help="Print one line of JSON a report, in the order given.")]


def register(app: typer.Typer) -> None:
    app.command(rich_help_panel=PANEL)(read)
    app.command(rich_help_panel=PANEL)(mentions)


def read(
    paths: Paths = None,
    jsonl: Lines = False,
    min_confidence: Annotated[
        float,
        typer.Option(
            metavar="0..1", min=0.0, max=1.0, help="Leave out claims less sure than this.", show_default=False
        ),
    ] = 0.0,
    allow_private: AllowPrivate = False,
    reader: ReaderName = "local",
    llm_url: ModelUrl = None,
    llm_model: ModelName = None,
    llm_price: ModelPrice = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write reports with claims to a Parquet file instead of printing them."),
    ] = None,
    engine: Annotated[
        str, typer.Option(metavar="local|ray", help="With --out: this machine's cores, or a Ray cluster.")
    ] = "local",
    address: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="With --engine ray: the cluster's address.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="With --engine local: how many processes read.")
    ] = None,
) -> None:
    """Read reports and print the claims in them; nothing is kept."""
    if out is not None:
        _read_into(out, paths, engine, address, workers)
        return
    if engine != "local" or address or workers:
        raise typer.BadParameter("--engine, --address and --workers go with --out FILE, which reads many reports")
    from stocktake import reading
    from stocktake.cli import session
    from stocktake.cli.readers import Chosen

    chosen = Chosen(reader, llm_url, llm_model, llm_price)
    read_one = chosen.reader.read if chosen.reader else reading.read
    with _Inputs(paths, allow_private) as inputs:
        for report in inputs:
            claims = tuple(claim for claim in read_one(report) if claim.confidence >= min_confidence)
            if jsonl:
                session.records([{"id": report.id, "claims": claims}])
            else:
                _show_claims(report, claims)
        chosen.tell_usage()


def mentions(paths: Paths = None, jsonl: Lines = False, allow_private: AllowPrivate = False) -> None:
    """Print the dates, quantities and attributions in reports, claim or no claim; nothing is kept."""
    from stocktake import reading
    from stocktake.cli import session

    with _Inputs(paths, allow_private) as inputs:
        for report in inputs:
            found = reading.mentions(report)
            if jsonl:
                session.records([found])
            else:
                _show_mentions(report, found)


def _read_into(out: Path, paths: list[str] | None, engine: str, address: str | None, workers: int | None) -> None:
    """Reads many reports into one Parquet file; a run that was cut off goes on where it stood."""
    from stocktake import reading, reports, telling
    from stocktake.cli import session

    paths = paths or ["-"]
    if unfit := next((path for path in paths if path == "-" or reports.is_url(path)), None):
        what = "standard input" if unfit == "-" else unfit
        raise typer.BadParameter(f"--out reads files and folders, not {what}; `stocktake add` takes that too")
    known: dict[str, Literal["local", "ray"]] = {"local": "local", "ray": "ray"}
    if engine not in known:
        raise typer.BadParameter(f"--engine {engine!r} is not known; it is local or ray")
    total = sum(reports.count(path) or 0 for path in paths)
    told = reading.Tally()
    with session.progress("Reading", total or None) as step:

        def progress(tally: reading.Tally) -> None:
            nonlocal told
            for _ in range(tally.reports - told.reports):
                step("")
            told = tally

        try:
            done = reading.read_many(
                paths, out, engine=known[engine], address=address, workers=workers, progress=progress
            )
        except ValueError as fault:
            raise typer.BadParameter(str(fault)) from None
    reports_told = telling.counted(done.reports + done.resumed, "report")
    again = f" ({done.resumed} of them from an earlier run)" if done.resumed else ""
    print(f"{reports_told}{again}, {telling.counted(done.claims, 'claim')} in {out}")
    if done.failures:
        session.say(f"{telling.counted(done.failures, 'input')} failed; see {out}.failures.jsonl")
        raise typer.Exit(1)


class _Inputs:
    """The reports of some paths, in order; inputs that cannot be taken are named, and end in exit status 1."""

    def __init__(self, paths: list[str] | None, allow_private: bool) -> None:
        self._paths = paths or ["-"]
        self._allow_private = allow_private
        self._failures = 0

    def __enter__(self) -> _Inputs:
        return self

    def __exit__(self, *raised: object) -> None:
        if self._failures and raised[0] is None:
            raise typer.Exit(1)

    def __iter__(self) -> Iterator[Report]:
        from stocktake import reports
        from stocktake.cli import session
        from stocktake.vocabulary import Failure

        for path in self._paths:
            for item in reports.load(path, allow_private=self._allow_private):
                if isinstance(item, Failure):
                    self._failures += 1
                    session.say(item)
                else:
                    yield item.report


def _heading(report: Report) -> Text:
    """Title, outlet and day of a report."""
    from rich.text import Text

    from stocktake import telling

    title = report.title or report.text.strip().partition("\n")[0]
    details = [part for part in (report.outlet, telling.date(report.published)) if part]
    line = Text(telling.printable(title), style="bold")
    return line.append("\n" + telling.printable(" · ".join(details)), style="dim not bold")


def _show_claims(report: Report, claims: tuple[Claim, ...]) -> None:
    from rich.text import Text

    from stocktake.cli import session
    from stocktake.telling import tables

    session.show(_heading(report), Text())
    if claims:
        session.show(tables.claims_table(claims, {report.id: report.outlet}, session.width()))
    else:
        session.show(Text("No claims."))
    session.show(Text())


def _show_mentions(report: Report, found: Mentions) -> None:
    from rich.text import Text

    from stocktake import telling
    from stocktake.cli import session
    from stocktake.telling import tables
    from stocktake.vocabulary import Period, Quantity

    session.show(_heading(report), Text())
    table = tables.table_of("layer", "words", "reading")
    for time in found.times:
        dated = Period(start=time.first, end=time.last) if time.first or time.last else None
        words = report.text[time.start : time.end]
        table.add_row("time", tables.text(words), telling.period(dated) if dated else "no calendar days")
    for amount in found.quantities:
        bounds = Quantity(
            low=amount.low, high=amount.high, unit=amount.unit, per=amount.per, approximate=amount.approximate
        )
        words = report.text[amount.start : amount.end]
        table.add_row("quantity", tables.text(words), tables.text(telling.quantity(bounds)))
    for said in found.attributions:
        source, cue, content = (
            " … ".join(" ".join(report.text[span.start : span.end].split()) for span in spans)
            for spans in (said.source, said.cue, said.content)
        )
        table.add_row("attribution", tables.text(content), tables.text(f"{source or '?'}: {cue}"))
    session.show(table if table.row_count else Text("No dates, quantities or attributions."), Text())
