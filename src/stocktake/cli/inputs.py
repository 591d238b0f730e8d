"""The verbs that fill a casebook: `add` takes reports in and reads their claims, `reread` makes the claims again."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from stocktake.cli.filters import exact_day
from stocktake.cli.readers import Chosen, ModelName, ModelPrice, ModelUrl, ReaderName

AllowPrivate = Annotated[
    bool, typer.Option("--allow-private", help="Let addresses lead to this machine or the local network.")
]

if TYPE_CHECKING:
    from stocktake.casebook import Added

PANEL = "Reports in"


def register(app: typer.Typer) -> None:
    app.command(rich_help_panel=PANEL)(add)
    app.command(rich_help_panel=PANEL)(reread)


def add(
    context: typer.Context,
    sources: Annotated[
        list[str],
        typer.Argument(metavar="PATH|URL|-...", help="Files, folders or addresses of reports; - reads standard input."),
    ],
    published: Annotated[
        dt.date | None,
        typer.Option(metavar="DATE", parser=exact_day, help="The day of publication where a report does not tell it."),
    ] = None,
    outlet: Annotated[
        str | None, typer.Option(metavar="NAME", help="The publishing outlet where a report does not tell it.")
    ] = None,
    allow_private: AllowPrivate = False,
    reader: ReaderName = "local",
    llm_url: ModelUrl = None,
    llm_model: ModelName = None,
    llm_price: ModelPrice = None,
) -> None:
    """Take reports into the casebook and read their claims; what is there already is left as it is.

    Programme files (TOML) are followed, and claims that `stocktake read --out` made are taken over.
    """
    from stocktake import reports
    from stocktake.casebook import Added
    from stocktake.cli import session

    counts = [reports.count(source) for source in sources]
    total = sum(count for count in counts if count is not None) if None not in counts else None
    done = Added()
    chosen = Chosen(reader, llm_url, llm_model, llm_price)
    with session.opened(context, create=True, reader=chosen.reader) as book, session.progress("Reading", total) as step:
        for source in sources:
            done += book.add(source, published=published, outlet=outlet, allow_private=allow_private, progress=step)
    for failure in done.failures:
        session.say(failure)
    chosen.tell_usage()
    print(_told(done))
    if done.failures:
        raise typer.Exit(1)


def _told(done: Added) -> str:
    from stocktake.telling import counted, language

    parts = []
    if done.new:
        parts.append(f"{counted(len(done.new), 'report')} added with {counted(done.claims, 'claim')}")
    if done.known:
        there = f"{len(done.known):,} there already"
        parts.append(there if done.new else f"nothing new: {counted(len(done.known), 'report')} there already")
    if done.failures:
        parts.append(f"{len(done.failures):,} not taken (named above)")
    if not parts and not done.programmes:
        parts.append("no report found there")
    told = ", ".join(parts)
    lines = [f"{told[:1].upper()}{told[1:]}."] if told else []
    if done.programmes:
        lines.append(f"Following {counted(len(done.programmes), 'programme')}: {', '.join(done.programmes)}.")
    if done.unread:
        languages = ", ".join(f"{count:,} in {language(code)}" for code, count in sorted(done.unread.items()))
        lines.append(
            f"Kept unread: {languages}. `stocktake reread --reader llm` can read other languages than English."
        )
    return "\n".join(lines)


def reread(
    context: typer.Context,
    everything: Annotated[
        bool, typer.Option("--all", help="Read every report again, also those that this version has read.")
    ] = False,
    reader: ReaderName = "local",
    llm_url: ModelUrl = None,
    llm_model: ModelName = None,
    llm_price: ModelPrice = None,
) -> None:
    """Make the claims again after an upgrade; decisions are kept and applied to the new claims.

    With --reader llm, reads what is kept unread in other languages.
    """
    from stocktake.cli import session
    from stocktake.telling import counted

    chosen = Chosen(reader, llm_url, llm_model, llm_price)
    with session.opened(context, reader=chosen.reader) as book:
        total = sum(1 for _ in book.headings()) if everything else book.behind()
        with session.progress("Reading again", total) as step:
            done = book.reread(everything=everything, progress=step)
    for failure in done.failures:
        session.say(failure)
    chosen.tell_usage()
    change = done.difference
    print(
        f"{counted(done.read, 'report')} read again: {counted(change.new, 'new claim')}, {change.gone:,} gone, "
        f"{change.changed:,} changed. {counted(done.current, 'report was', 'reports were')} up to date."
    )
    if done.failures:
        raise typer.Exit(1)
