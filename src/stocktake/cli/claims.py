"""The verbs that show reports and claims, and those by which a person decides about them."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stocktake.cli.filters import (
    Csv,
    Event,
    Item,
    Limit,
    Party,
    Since,
    Until,
    checked_span,
    exact_day,
    stance_name,
    stances_from,
)

if TYPE_CHECKING:
    from stocktake.casebook import Casebook, ClaimFilter
    from stocktake.vocabulary import Claim, Decision

PANEL = "Reports and claims"
DECIDE = "Decisions"

Lines = Annotated[bool, typer.Option("--jsonl", help="Print one line of JSON a record.")]
Reason = Annotated[str | None, typer.Option(metavar="WORDS", help="Why, for the journal.")]
Author = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Who decides.  [default: STOCKTAKE_AUTHOR, else your login name]"),
]


def register(app: typer.Typer) -> None:
    app.command(rich_help_panel=PANEL)(reports)
    app.command(rich_help_panel=PANEL)(report)
    app.command(rich_help_panel=PANEL)(claims)
    app.command(rich_help_panel=DECIDE)(claim)
    app.command(rich_help_panel=DECIDE)(undo)
    app.command(rich_help_panel=DECIDE)(journal)


# --------------------------------------------------------------------------------------------- looking


def reports(context: typer.Context, jsonl: Lines = False) -> None:
    """List the reports, the oldest first; with --jsonl whole, as `stocktake read` takes them."""
    from stocktake.cli import session

    with session.opened(context) as book:
        if jsonl:
            session.records(book.reports())
            return
        from stocktake.telling.tables import reports_table

        found = list(book.headings())
        if found:
            session.show(reports_table(found, session.width()))
        else:
            session.say("No report yet. `stocktake add PATH` takes some in.")


def report(
    context: typer.Context,
    report_id: Annotated[str, typer.Argument(metavar="ID", help="The report's id, or its beginning.")],
    why: Annotated[
        bool, typer.Option("--why", help="Tell for each slot of each claim which rule or model filled it.")
    ] = False,
    raw: Annotated[bool, typer.Option("--raw", help="Write the document's bytes, as they were obtained.")] = False,
    published: Annotated[
        dt.date | None,
        typer.Option(metavar="DATE", parser=exact_day, help="Decide on which day it was published, and read it again."),
    ] = None,
    outlet: Annotated[str | None, typer.Option(metavar="NAME", help="Decide which outlet published it.")] = None,
    reason: Reason = None,
    author: Author = None,
) -> None:
    """Print a report with its claims marked in the text; or decide when and where it was published."""
    from stocktake.casebook import ClaimFilter
    from stocktake.cli import session

    with session.opened(context) as book:
        if published or outlet:
            value = {"published": published, "outlet": outlet}
            value = {name: given for name, given in value.items() if given}
            _tell(book.decide("describe", report_id, value, reason=_reason(reason), author=author))
            return
        if raw:
            sys.stdout.buffer.write(book.raw(report_id))
            return
        from stocktake.telling.marked import marked_report

        found = book.report(report_id)
        stated = list(book.claims(ClaimFilter(report=found.id)))
        session.show(marked_report(found, stated, why=why, colours=sys.stdout.isatty()))


def claims(
    context: typer.Context,
    event: Event = None,
    party: Party = None,
    item: Item = None,
    since: Since = None,
    until: Until = None,
    source: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only where this source or outlet says so.")
    ] = None,
    stance: Annotated[
        str | None,
        typer.Option(
            metavar="STANCE",
            parser=stance_name,
            autocompletion=stances_from,
            help="Only asserts, accuses, denies or admits.",
        ),
    ] = None,
    report: Annotated[
        str | None,
        typer.Option("--report", metavar="ID", help="Only what this report says; the id's beginning will do."),
    ] = None,
    min_confidence: Annotated[
        float | None, typer.Option(metavar="P", min=0, max=1, help="Only claims at least this sure, 0 to 1.")
    ] = None,
    rejected: Annotated[bool, typer.Option("--rejected", help="Only claims that were rejected.")] = False,
    limit: Limit = None,
    jsonl: Lines = False,
    as_csv: Csv = False,
) -> None:
    """List claims: who says that what happened, when, how many."""
    from stocktake import vocabulary
    from stocktake.casebook import ClaimFilter
    from stocktake.cli import session

    if jsonl and as_csv:
        raise typer.BadParameter("--jsonl and --csv exclude each other; give one of them")
    checked_span(since, until)
    with session.opened(context) as book:
        wanted = ClaimFilter(
            event=vocabulary.EventType(event) if event else None,
            party=party,
            item=item,
            since=since,
            until=until,
            source=source,
            stance=vocabulary.Stance(stance) if stance else None,
            report=book.report(report).id if report else None,
            min_confidence=min_confidence,
            rejected=rejected,
            limit=limit,
        )
        if jsonl:
            session.records(book.claims(wanted))
        elif as_csv:
            _print_csv(book, wanted)
        else:
            _print_table(book, wanted)


def _print_csv(book: Casebook, wanted: ClaimFilter) -> None:
    from stocktake.telling.tables import write_csv

    sys.stdout.reconfigure(newline="")  # type: ignore[union-attr]
    write_csv(book.claims(wanted), {heading.id: heading for heading in book.headings()}, sys.stdout)


def _print_table(book: Casebook, wanted: ClaimFilter) -> None:
    from stocktake.casebook import ClaimFilter
    from stocktake.cli import session
    from stocktake.telling import counted
    from stocktake.telling.elsewhere import LEGEND, slots_elsewhere
    from stocktake.telling.tables import claims_pages

    there = book.count_claims(wanted)
    if not there:
        any_claim = book.count_claims(ClaimFilter()) > 0
        session.say(
            "No claim fits. `stocktake claims` without filters lists all."
            if any_claim
            else "No claims yet: `stocktake add PATH` takes reports in and reads them."
        )
        return
    marked: list[str] = []

    def listed() -> Iterator[Claim]:
        for claim in book.claims(wanted):
            if not marked and slots_elsewhere(claim):
                marked.append(claim.id)
            yield claim

    session.show_pages(claims_pages(listed(), book.outlets(), session.width()))
    if marked:
        session.say(LEGEND)
    limited = wanted.limit is not None and wanted.limit < there
    session.say(f"{wanted.limit:,} of {counted(there, 'claim')}." if limited else f"{counted(there, 'claim')}.")


# --------------------------------------------------------------------------------------------- deciding


def claim(
    context: typer.Context,
    claim_id: Annotated[
        str, typer.Argument(metavar="ID", help="The claim's id, or its beginning; with --add a report's.")
    ],
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="SLOT=VALUE", help="Correct a slot; may be repeated. An empty value clears it."),
    ] = None,
    reject: Annotated[bool, typer.Option("--reject", help="Take the claim out: it is no claim, or misread.")] = False,
    accept: Annotated[bool, typer.Option("--accept", help="Vouch for the claim as it stands.")] = False,
    add: Annotated[
        bool,
        typer.Option("--add", help="Add a claim that was missed to this report; needs --set quote=... and event=..."),
    ] = False,
    reason: Reason = None,
    author: Author = None,
) -> None:
    """Show a claim with all its slots, or decide about it; every decision is an entry of the journal."""
    from stocktake.cli import session

    chosen = [name for name, given in (("reject", reject), ("accept", accept), ("add", add)) if given]
    if settings and not add:
        chosen.append("set")
    if len(chosen) > 1:
        raise typer.BadParameter(f"one decision at a time: --{' and --'.join(chosen)} were given")
    with session.opened(context) as book:
        if not chosen:
            _show_claim(book, claim_id)
            return
        value = _slots(settings) if settings else None
        decision = book.decide(chosen[0], claim_id, value, reason=_reason(reason), author=author)
        _tell(decision)


def _show_claim(book: Casebook, claim_id: str) -> None:
    from stocktake.cli import session
    from stocktake.telling.tables import claim_sheet

    found: Claim = book.claim(claim_id)
    history = list(book.journal(found.id))
    session.show(claim_sheet(found, book.report(found.report), history, rejected=book.is_rejected(found.id)))


def _slots(settings: list[str]) -> dict[str, Any]:
    from stocktake.telling import slot_from

    value: dict[str, Any] = {}
    for setting in settings:
        slot, equals, words = setting.partition("=")
        if not equals:
            raise typer.BadParameter(f"{setting!r} sets nothing; write --set slot=value, such as --set agent=Iran")
        try:
            value[slot.strip()] = slot_from(slot.strip(), words)
        except ValueError as wrong:
            raise typer.BadParameter(str(wrong)) from None
    return value


def _reason(given: str | None) -> str:
    """The reason for a decision: given, or asked for where someone sits at the keyboard."""
    if given and given.strip():
        return given.strip()
    if sys.stdin.isatty():
        return str(typer.prompt("Why?")).strip()
    raise typer.BadParameter("a decision needs a reason: add --reason 'why'")


def _tell(decision: Decision) -> None:
    from stocktake.telling import printable, short_id
    from stocktake.telling.tables import decision_words

    said = printable(f"{decision_words(decision)}, about {short_id(decision.target)}, by {decision.author}")
    print(f"Journal {decision.number}: {said}. `stocktake undo {decision.number}` takes it back.")


def undo(
    context: typer.Context,
    number: Annotated[
        int | None,
        typer.Argument(metavar="[NUMBER]", min=1, help="The entry to take back.  [default: your last decision]"),
    ] = None,
    reason: Annotated[str, typer.Option(metavar="WORDS", help="Why, for the journal.")] = "",
    author: Author = None,
) -> None:
    """Take back a decision; that is an entry too, and can itself be undone."""
    from stocktake.cli import session

    with session.opened(context) as book:
        _tell(book.undo(number, author=author, reason=reason))


def journal(
    context: typer.Context,
    about: Annotated[
        str | None, typer.Option(metavar="ID", help="Only decisions about what has this id, or an id that begins so.")
    ] = None,
    jsonl: Lines = False,
) -> None:
    """List what people decided, in order; what was undone is struck through."""
    from stocktake.cli import session

    with session.opened(context) as book:
        entries = [entry for entry in book.journal() if about is None or entry.target.startswith(about)]
        if jsonl:
            session.records(entries)
        elif entries:
            from stocktake.telling.tables import journal_table

            session.show(journal_table(entries, session.width()))
        else:
            session.say("No decision yet. `stocktake claim ID --accept --reason WORDS` makes one.")
