"""The verbs that show findings and what surrounds them, and those by which an analyst decides about them."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from stocktake.cli.claims import Author, Lines
from stocktake.cli.filters import Csv, Event, Item, Limit, Party, Since, Until, checked_span, conflict_kind, kinds_from

if TYPE_CHECKING:
    from stocktake.casebook import Casebook, FindingFilter, Learning
    from stocktake.vocabulary import Failure
    from stocktake.weighing import Told, Weighing

T = TypeVar("T")

PANEL = "Findings"
DECIDE = "Decisions"

Least = Annotated[
    float | None,
    typer.Option("--min-probability", metavar="P", min=0, max=1, help="Only findings at least so probable."),
]
LeastOrigins = Annotated[
    int | None,
    typer.Option("--min-origins", metavar="N", min=1, help="Only findings that at least so many origins bear out."),
]
Disputed = Annotated[bool, typer.Option("--disputed", help="Only findings that some origins affirm and others deny.")]
Reason = Annotated[str, typer.Option(metavar="WORDS", help="Why; it is kept in the journal.")]
FindingId = Annotated[str, typer.Argument(metavar="ID", help="The finding's id, or its beginning, or a claim's id.")]


def register(app: typer.Typer) -> None:
    show, decide = app.command(rich_help_panel=PANEL), app.command(rich_help_panel=DECIDE)
    for looking in (weigh, findings, why, conflicts, positions, timeline, sources):
        show(looking)
    for deciding in (merge, split):
        decide(deciding)


# ------------------------------------------------------------------------------------------ weighing


def weigh(
    context: typer.Context,
    claims: Annotated[
        str | None,
        typer.Argument(
            metavar="[CLAIMS]",
            help="Claims with their reports: JSON Lines, - for standard input, or what `read --out` wrote.",
        ),
    ] = None,
    jsonl: Lines = False,
    afresh: Annotated[bool, typer.Option("--afresh", help="Weigh the whole casebook again from its claims.")] = False,
) -> None:
    """Weigh the casebook's claims into findings; or, without a casebook, the claims of a file."""
    from stocktake.cli import session

    if claims is not None:
        if afresh:
            raise typer.BadParameter("--afresh is for the casebook; a file is always weighed whole")
        _weigh_file(claims, jsonl)
        return
    with session.opened(context) as book:
        done = book.weigh(afresh=afresh)
        if jsonl:
            session.records([done])
            return
        from stocktake.telling import counted

        what = "everything" if done.afresh else counted(done.reports, "report")
        session.say(f"Weighed {what}: {counted(done.findings, 'finding')}.")


def _weigh_file(name: str, jsonl: bool) -> None:
    from stocktake import weighing
    from stocktake.cli import session
    from stocktake.vocabulary import Failure

    told: list[Told] = []
    failed = False
    for one in _read_claims(name):
        if isinstance(one, Failure):
            session.say(one)
            failed = True
        else:
            told.append(one)
    whole = weighing.weigh((claim for one in told for claim in one.claims), (one.report for one in told))
    if jsonl:
        session.records(_labels(told, whole))
    else:
        from stocktake.telling.findings import findings_pages

        ordered = sorted(whole.findings, key=lambda f: (-len(f.origins_for), f.id))
        session.show_pages(findings_pages(ordered, session.width()))
    if failed:
        raise typer.Exit(1)


def _labels(told: Iterable[Told], whole: Weighing) -> Iterator[object]:
    for report, claims in told:
        labels = [{"finding": whole.finding_of[c.id], "origin": whole.origin_of[c.id]} for c in claims]
        yield {"id": report.id, "claims": labels}


def _read_claims(name: str) -> Iterator[Told | Failure]:
    from pathlib import Path

    from stocktake import reading, weighing

    if name == "-":
        yield from weighing.told(sys.stdin.buffer, "standard input")
        return
    try:
        if name.endswith(".parquet"):
            if not reading.is_claims_file(Path(name)):
                raise typer.BadParameter(f"{name} holds no claims; `stocktake read --out` writes such a file")
            yield from (weighing.Told(report, claims) for report, claims in reading.claims_rows(Path(name)))
            return
        with Path(name).open("rb") as lines:
            yield from weighing.told(lines, name)
    except OSError as fault:
        raise typer.BadParameter(
            f"{name} cannot be read ({fault.strerror}); name a JSON Lines file of claims"
        ) from None


# ------------------------------------------------------------------------------------------ looking


def wanted(
    event: str | None,
    party: str | None,
    item: str | None,
    since: dt.date | None,
    until: dt.date | None,
    min_probability: float | None,
    *,
    min_origins: int | None = None,
    disputed: bool = False,
    limit: int | None = None,
    order: str = "reported",
) -> FindingFilter:
    """The findings that the options of a command ask for."""
    checked_span(since, until)
    from stocktake.casebook import FindingFilter
    from stocktake.vocabulary import EventType

    return FindingFilter(
        event=EventType(event) if event else None,
        party=party,
        item=item,
        since=since,
        until=until,
        min_probability=min_probability,
        min_origins=min_origins,
        disputed=True if disputed else None,
        limit=limit,
        order=order,
    )


def findings(
    context: typer.Context,
    event: Event = None,
    party: Party = None,
    item: Item = None,
    since: Since = None,
    until: Until = None,
    min_probability: Least = None,
    min_origins: LeastOrigins = None,
    disputed: Disputed = False,
    likeliest: Annotated[
        bool, typer.Option("--likeliest", help="The most probable first, not the last reported.")
    ] = False,
    limit: Limit = None,
    jsonl: Lines = False,
    as_csv: Csv = False,
) -> None:
    """List findings: what probably happened, on how many independent origins."""
    asked = wanted(
        event,
        party,
        item,
        since,
        until,
        min_probability,
        min_origins=min_origins,
        disputed=disputed,
        limit=limit,
        order="probability" if likeliest else "reported",
    )
    _list(context, asked, jsonl, as_csv, timeline=False)


def timeline(
    context: typer.Context,
    event: Event = None,
    party: Party = None,
    item: Item = None,
    since: Since = None,
    until: Until = None,
    min_probability: Least = None,
    min_origins: LeastOrigins = None,
    disputed: Disputed = False,
    limit: Limit = None,
    jsonl: Lines = False,
    as_csv: Csv = False,
) -> None:
    """List findings in the order in which they happened."""
    asked = wanted(
        event,
        party,
        item,
        since,
        until,
        min_probability,
        min_origins=min_origins,
        disputed=disputed,
        limit=limit,
        order="time",
    )
    _list(context, asked, jsonl, as_csv, timeline=True)


def _list(context: typer.Context, asked: FindingFilter, jsonl: bool, as_csv: bool, *, timeline: bool) -> None:
    from stocktake.cli import session

    _one_form(jsonl, as_csv)
    with session.opened(context) as book:
        if jsonl:
            session.records(book.findings(asked))
            return
        from stocktake.telling import counted, findings

        if as_csv:
            _print_csv(findings.CSV_COLUMNS, findings.findings_rows(book.findings(asked)))
            return
        there = book.count_findings(asked)
        if not there:
            session.say("No finding fits. `stocktake findings` without filters lists all.")
            return
        pages = findings.timeline_pages if timeline else findings.findings_pages
        session.show_pages(pages(book.findings(asked), session.width()))
        limited = asked.limit is not None and asked.limit < there
        session.say(f"{asked.limit:,} of {counted(there, 'finding')}." if limited else f"{counted(there, 'finding')}.")


def _one_form(jsonl: bool, as_csv: bool) -> None:
    if jsonl and as_csv:
        raise typer.BadParameter("--jsonl and --csv exclude each other; give one of them")


def _print_csv(columns: Iterable[str], rows: Iterable[tuple[object, ...]]) -> None:
    from stocktake.telling.findings import write_csv

    sys.stdout.reconfigure(newline="")  # type: ignore[union-attr]
    write_csv(columns, rows, sys.stdout)


def why(context: typer.Context, finding_id: FindingId, jsonl: Lines = False) -> None:
    """Print how a finding's probability comes about, term by term, with the sentences it rests on."""
    from stocktake.cli import session

    with session.opened(context) as book:
        told = book.explain(finding_id)
        if jsonl:
            session.records([told])
            return
        from stocktake.telling.findings import why_sheet

        session.show(why_sheet(told))


def conflicts(
    context: typer.Context,
    kind: Annotated[
        str | None,
        typer.Option(
            metavar="KIND",
            parser=conflict_kind,
            autocompletion=kinds_from,
            help="Only quantity, period, denial or outcome.",
        ),
    ] = None,
    event: Event = None,
    party: Party = None,
    item: Item = None,
    since: Since = None,
    until: Until = None,
    min_probability: Least = None,
    limit: Limit = None,
    jsonl: Lines = False,
    as_csv: Csv = False,
) -> None:
    """List what cannot all be so, each with its sides."""
    from stocktake.cli import session
    from stocktake.vocabulary import ConflictKind

    _one_form(jsonl, as_csv)
    asked = wanted(event, party, item, since, until, min_probability)
    with session.opened(context) as book:
        chosen = _chosen(book, asked)
        found = (
            conflict
            for conflict in book.conflicts(ConflictKind(kind) if kind else None)
            if chosen is None or chosen & set(conflict.findings)
        )
        kept = _first(found, limit)
        if jsonl:
            session.records(kept)
            return
        from stocktake.telling import counted, findings

        titles = _titles(book, (name for conflict in kept for name in conflict.findings))
        if as_csv:
            _print_csv(findings.CONFLICT_COLUMNS, findings.conflicts_rows(kept, titles))
        else:
            if kept:
                session.show(findings.conflicts_table(kept, titles))
            session.say(f"{counted(len(kept), 'conflict')}.")


def positions(
    context: typer.Context,
    of: Annotated[str | None, typer.Option("--of", metavar="NAME", help="Only what this party holds.")] = None,
    finding: Annotated[
        str | None, typer.Option("--finding", metavar="ID", help="Only positions on this finding.")
    ] = None,
    event: Event = None,
    party: Party = None,
    item: Item = None,
    since: Since = None,
    until: Until = None,
    min_probability: Least = None,
    limit: Limit = None,
    jsonl: Lines = False,
    as_csv: Csv = False,
) -> None:
    """List what parties have said of findings, and how it moved: denied until, admitted on."""
    from stocktake.cli import session

    _one_form(jsonl, as_csv)
    asked = wanted(event, party, item, since, until, min_probability)
    with session.opened(context) as book:
        chosen = _chosen(book, asked)
        named = book.finding(finding).id if finding else None
        found = (p for p in book.positions(named, of) if chosen is None or p.finding in chosen)
        kept = _first(found, limit)
        if jsonl:
            session.records(kept)
            return
        from stocktake.telling import counted, findings

        titles = _titles(book, (position.finding for position in kept))
        if as_csv:
            _print_csv(findings.POSITION_COLUMNS, findings.positions_rows(kept, titles))
        else:
            if kept:
                session.show(findings.positions_table(kept, titles))
            session.say(f"{counted(len(kept), 'position')}.")


def _first(found: Iterable[T], limit: int | None) -> list[T]:
    from itertools import islice

    return list(islice(found, limit))


def _chosen(book: Casebook, asked: FindingFilter) -> set[str] | None:
    """The ids that a filter lets through; None where it lets all through."""
    from stocktake.casebook import FindingFilter

    return None if asked == FindingFilter() else {finding.id for finding in book.findings(asked)}


def _titles(book: Casebook, names: Iterable[str]) -> dict[str, str]:
    from stocktake.telling import finding_title

    return {name: finding_title(named) for name, named in book.findings_named(dict.fromkeys(names)).items()}


def sources(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Only this source; with --grade, grade it.")
    ] = None,
    grade: Annotated[
        str | None, typer.Option(metavar="A-F", help="Grade it, from A (reliable) to F (cannot be judged).")
    ] = None,
    learn: Annotated[
        bool,
        typer.Option("--learn", help="Grade those of whose word enough can be checked by how often they were right."),
    ] = False,
    reason: Reason = "",
    author: Author = None,
    jsonl: Lines = False,
    as_csv: Csv = False,
) -> None:
    """List who has spoken, how reliable each is held to be and why; or grade one."""
    from stocktake.cli import session

    _one_form(jsonl, as_csv)
    if grade is not None and name is None:
        raise typer.BadParameter(
            "--grade needs the name of the source: stocktake sources NAME --grade B --reason WORDS"
        )
    if learn and (grade is not None or name is not None or reason):
        raise typer.BadParameter(
            "--learn looks at all sources by what they said; give it without NAME, --grade, --reason"
        )
    if grade is None and not learn and (reason or author):
        raise typer.BadParameter("--reason and --author belong to a decision; give --grade too")
    with session.opened(context) as book:
        if grade is not None and name is not None:
            decision = book.grade(name, grade, reason=reason, author=author)
            session.say(f"{decision.target} is graded {decision.value} (entry {decision.number} of the journal).")
            return
        if learn:
            _tell_learning(book.learn(author=author))
            return
        found = book.sources()
        if name is not None:
            wanted = name.strip().lower()
            found = tuple(source for source in found if wanted in source.name.lower())
        if jsonl:
            session.records(found)
            return
        from stocktake.telling import counted, findings

        if as_csv:
            _print_csv(findings.SOURCE_COLUMNS, findings.sources_rows(found))
        else:
            if found:
                session.show(findings.sources_table(found))
            session.say(f"{counted(len(found), 'source')}.")


def _tell_learning(done: Learning) -> None:
    from stocktake.cli import session
    from stocktake.telling import counted

    for decision in done.graded:
        session.say(f"{decision.target} is graded {decision.value}: {decision.reason} (entry {decision.number}).")
    known = counted(len(done.learned), "source")
    session.say(f"Enough can be checked of {known}; {done.thin:,} are too thinly known and keep their grades.")


# ------------------------------------------------------------------------------------------ deciding


def merge(
    context: typer.Context,
    ids: Annotated[
        list[str], typer.Argument(metavar="ID ID...", help="Findings, or claims, that are of one happening.")
    ],
    reason: Reason = "",
    author: Author = None,
) -> None:
    """Decide that findings are of one happening."""
    from stocktake.cli import session

    with session.opened(context) as book:
        decision = book.merge(ids, reason=reason, author=author)
        whole = book.finding(decision.target)
        session.say(
            f"Merged (entry {decision.number} of the journal): finding {whole.id} has {len(whole.claims)} claims now."
        )


def split(
    context: typer.Context,
    finding_id: FindingId,
    claims: Annotated[list[str], typer.Argument(metavar="CLAIM...", help="The claims that are not of this happening.")],
    reason: Reason = "",
    author: Author = None,
) -> None:
    """Decide that some claims of a finding are of another happening."""
    from stocktake.cli import session

    with session.opened(context) as book:
        decision = book.split(finding_id, claims, reason=reason, author=author)
        there = book.finding_of(decision.value)
        apart = ", ".join(sorted(set(there.values())))
        session.say(f"Split (entry {decision.number} of the journal): the claims are finding {apart} now.")
