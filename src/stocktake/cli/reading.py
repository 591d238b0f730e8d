"""The verbs that read reports without a casebook: `read` prints claims, `mentions` the layers below them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from stocktake.vocabulary import Claim, Mentions, Report

Paths = Annotated[
    list[str] | None,
    typer.Argument(metavar="[PATH]...", help="Files or folders of reports; - or nothing reads standard input."),
]
Lines = Annotated[bool, typer.Option("--jsonl", help="Print one line of JSON a report, in the order given.")]


def register(app: typer.Typer) -> None:
    app.command()(read)
    app.command()(mentions)


def read(
    paths: Paths = None,
    jsonl: Lines = False,
    min_confidence: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Leave out claims less sure than this.")
    ] = 0.0,
) -> None:
    """Read reports and print the claims in them. Nothing is kept."""
    from stocktake import reading

    inputs = _Inputs(paths)
    console = _console()
    for report in inputs:
        claims = tuple(claim for claim in reading.read(report) if claim.confidence >= min_confidence)
        if jsonl:
            _line({"id": report.id, "claims": claims})
        else:
            _claims(console, report, claims)
    inputs.finish()


def mentions(paths: Paths = None, jsonl: Lines = False) -> None:
    """Print the dates, quantities and attributions in reports, claim or no claim. Nothing is kept."""
    from stocktake import reading

    inputs = _Inputs(paths)
    console = _console()
    for report in inputs:
        found = reading.mentions(report)
        if jsonl:
            _line(found)
        else:
            _mentions(console, report, found)
    inputs.finish()


class _Inputs:
    """The reports of some paths, in order; what cannot be taken is named on standard error and counted."""

    def __init__(self, paths: list[str] | None) -> None:
        self._paths = paths or ["-"]
        self._failures = 0

    def __iter__(self) -> Iterator[Report]:
        from stocktake import reports
        from stocktake.vocabulary import Failure

        for path in self._paths:
            for item in reports.load(path):
                if isinstance(item, Failure):
                    self._failures += 1
                    print(item, file=sys.stderr)
                else:
                    yield item.report

    def finish(self) -> None:
        """Exit status 1 when some inputs failed."""
        if self._failures:
            raise typer.Exit(1)


def _line(record: Any) -> None:
    import msgspec

    sys.stdout.buffer.write(msgspec.json.encode(record) + b"\n")


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False)


def _heading(console: Console, report: Report) -> None:
    from rich.text import Text

    title = report.title or report.text.strip().partition("\n")[0]
    details = [report.outlet, str(report.published) if report.published else "undated", report.id[:12]]
    console.print(Text(title, style="bold"))
    console.print(Text(" · ".join(filter(None, details)), style="dim"))


def _claims(console: Console, report: Report, claims: tuple[Claim, ...]) -> None:
    from rich.table import Table

    from stocktake import telling

    _heading(console, report)
    if not claims:
        console.print("No claims.\n")
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("event", "who", "whom", "item", "how many", "when", "who says", "status"):
        table.add_column(name, overflow="fold")
    table.add_column("sure", justify="right")
    for claim in claims:
        table.add_row(
            claim.event,
            claim.agent or "",
            claim.recipient or "",
            claim.item or "",
            telling.quantity(claim.quantity),
            telling.period(claim.time),
            telling.chain(claim),
            _status(claim),
            telling.probability(claim.confidence),
        )
    console.print(table)
    console.print()


def _status(claim: Claim) -> str:
    """What is out of the ordinary about a claim's stance, modality and negation."""
    words = [] if claim.stance == "asserts" else [str(claim.stance)]
    words += [] if claim.modality == "actual" else [str(claim.modality)]
    return ", ".join(words + ["not"] * claim.negated)


def _mentions(console: Console, report: Report, found: Mentions) -> None:
    from rich.table import Table

    from stocktake import telling
    from stocktake.vocabulary import Period, Quantity

    _heading(console, report)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("layer", "words", "reading"):
        table.add_column(name, overflow="fold")
    for time in found.times:
        dated = time.first or time.last
        period = telling.period(Period(start=time.first, end=time.last)) if dated else "no calendar days"
        table.add_row("time", report.text[time.start : time.end], period)
    for amount in found.quantities:
        reading = Quantity(low=amount.low, high=amount.high, unit=amount.unit, per=amount.per)
        table.add_row("quantity", report.text[amount.start : amount.end], telling.quantity(reading))
    for said in found.attributions:
        source, cue, content = (
            " … ".join(report.text[span.start : span.end] for span in spans)
            for spans in (said.source, said.cue, said.content)
        )
        table.add_row("attribution", " ".join(content.split()), f"{source or 'no one'} ({cue})")
    console.print(table if table.row_count else "No dates, quantities or attributions.")
    console.print()
