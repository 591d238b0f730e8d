"""The verbs that keep a casebook safe: `check` whether it is whole, `backup` and `restore`, while it is in use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from stocktake.casebook import Check

PANEL = "Keeping the casebook"


def register(app: typer.Typer) -> None:
    app.command(rich_help_panel=PANEL)(check)
    app.command(rich_help_panel=PANEL)(backup)
    app.command(rich_help_panel=PANEL)(restore)


def check(
    context: typer.Context,
    deep: Annotated[
        bool, typer.Option("--deep", help="Read every report again and compare its claims; takes as long as adding.")
    ] = False,
) -> None:
    """Check that the casebook is whole: bytes, journal, and claims against what they derive from."""
    from stocktake.cli import session

    with session.opened(context) as book, session.progress("Checking", None) as step:
        found = book.check(deep=deep, progress=step)
    for problem in found.problems:
        session.say(problem)
    print(_told(found, deep=deep))
    if not found.clean:
        raise typer.Exit(1)


def _told(found: Check, *, deep: bool) -> str:
    from stocktake.telling import counted

    seen = [counted(found.reports, "report"), counted(found.claims, "claim")]
    seen.append(counted(found.entries, "journal entry", "journal entries"))
    said = "Clean" if found.clean else f"{counted(len(found.problems), 'problem')} found (named above)"
    said += f": {', '.join(seen)}"
    if found.entries:
        said += f"; the journal ends with {found.journal_end[:16]}"
    if deep and found.behind:
        said += f". {counted(found.behind, 'report was', 'reports were')} read by another version: `stocktake reread`"
    return said + "."


def backup(
    context: typer.Context,
    target: Annotated[Path, typer.Argument(metavar="FILE", help="A new file for the copy.")],
) -> None:
    """Copy the casebook into one file, whole, while others go on using it."""
    from stocktake.cli import session

    with session.opened(context) as book:
        book.backup(target)
    print(f"{target} holds the casebook as it is now. `stocktake restore {target}` brings it back.")


def restore(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `stocktake backup` made.")],
) -> None:
    """Put a backup in the casebook's place; what was there before is kept beside it."""
    from stocktake import casebook
    from stocktake.cli import session

    before = casebook.restore(session.address(context), source)
    print(
        f"{session.address(context)} is now as {source} was." + (f" What was there is in {before}." if before else "")
    )
