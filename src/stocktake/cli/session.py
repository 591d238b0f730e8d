"""What commands share: the casebook they work on, how tables, records and complaints leave, and progress.

Tables go to standard output at the terminal's width, and unwrapped and uncoloured into pipes; complaints and progress
go to standard error, progress only where someone watches.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from stocktake.casebook import Casebook, Reader

UNWRAPPED = 10_000
SHOW_PROGRESS_FROM = 5


def address(context: typer.Context) -> str:
    """The address of the casebook that the user named, or the default."""
    return str(context.find_root().obj)


@contextmanager
def opened(context: typer.Context, *, create: bool = False, reader: Reader | None = None) -> Iterator[Casebook]:
    """The casebook that the user named; `create` for the verbs that may make one."""
    from stocktake import casebook

    with casebook.open(address(context), create=create, reader=reader) as book:
        yield book


def console(*, stderr: bool = False) -> Console:
    """Where people read: as wide as the terminal, or unwrapped into a pipe."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, highlight=False, width=None if stream.isatty() else UNWRAPPED)


def width() -> int:
    """The columns that there are to fill."""
    from shutil import get_terminal_size

    return get_terminal_size().columns if sys.stdout.isatty() else UNWRAPPED


def show(*parts: RenderableType) -> None:
    """Prints tables and texts for people."""
    from rich.table import Table

    if not sys.stdout.isatty() and all(isinstance(part, Table) for part in parts):
        show_pages(parts)
        return
    out = console()
    if sys.stdout.isatty():
        for part in parts:
            out.print(part, markup=False)
        return
    with out.capture() as printed:
        for part in parts:
            out.print(part, markup=False)
    # Padded to the width of a console that has no edge, every line would end in thousands of spaces.
    print("\n".join(line.rstrip(" ") for line in printed.get().split("\n")), end="")


def show_pages(pages: Iterable[RenderableType]) -> None:
    """Prints a table that comes in pages; into a pipe as aligned lines, its head once."""
    if sys.stdout.isatty():
        show(*pages)
        return
    from stocktake.telling.tables import plain_lines

    for line in plain_lines(pages):
        print(line)


def records(structs: Iterable[Any]) -> None:
    """Prints one line of JSON a record."""
    import msgspec

    encode = msgspec.json.Encoder().encode
    out = sys.stdout.buffer
    for struct in structs:
        out.write(encode(struct) + b"\n")
    out.flush()


def say(sentence: object) -> None:
    """Prints one line for the person at the keyboard, on standard error."""
    from stocktake.telling import printable

    print(printable(str(sentence)), file=sys.stderr)


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Callable[[str], None]]:
    """A progress bar on standard error for more than a few steps, only where someone watches."""
    if not sys.stderr.isatty() or (total is not None and total < SHOW_PROGRESS_FROM):
        yield _no_progress
        return
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from stocktake.telling import printable

    columns = (
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)

        def step(name: str) -> None:
            bar.update(task, advance=1, description=escape(printable(name)[:40]))

        yield step


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Says on standard error what is being worked at while it lasts, only where someone watches."""
    if not sys.stderr.isatty():
        yield
        return
    with console(stderr=True).status(what):
        yield


def _no_progress(name: str) -> None:
    """No one watches."""
