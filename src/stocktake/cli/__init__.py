"""The command line: one verb a command, a module per group of verbs, loaded without the rooms that they work in.

Exit status: 0 done, 1 some inputs failed or a fault kept the casebook from doing its work (each named on standard
error), 2 a usage that cannot be served.
"""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Sequence
from copy import copy
from importlib import import_module
from importlib.util import find_spec
from typing import Annotated

import typer
from typer.main import get_command

from stocktake.cli import numbers

GROUPS = ("inputs", "reading", "claims", "findings", "forecasts", "watching", "exports", "serve", "keeping")
UNHURRIED = 100_000
"""New objects between two looks for garbage: loading makes many that stay, and looking costs a tenth of the start."""
DEFAULT_CASEBOOK = "stocktake.casebook"
EXTRAS = {
    "duckdb": "cluster",
    "pandas": "tables",
    "polars": "tables",
    "psycopg": "team",
    "pyarrow": "tables",
    "ray": "cluster",
    "statsforecast": "backtest",
}
"""Packages that only some work needs, each with the extra that brings it."""

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
UNWRITABLE = FULL | {errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO}

app = typer.Typer(
    name="stocktake",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Start with `stocktake add PATH`, then `stocktake claims`. The manual is in docs/.",
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"stocktake {version('stocktake')}")
        raise typer.Exit


@app.callback()
def stocktake(
    context: typer.Context,
    casebook: Annotated[
        str,
        typer.Option(
            "--casebook",
            metavar="FILE|URL",
            envvar="STOCKTAKE_CASEBOOK",
            help="The casebook to work on: a file, or postgresql://USER@HOST/NAME.",
        ),
    ] = DEFAULT_CASEBOOK,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Takes stock of an arms programme from public reports: sourced claims, weighed findings, honest forecasts."""
    context.obj = casebook


for group in GROUPS:
    if find_spec(f"stocktake.cli.{group}") is not None:
        import_module(f"stocktake.cli.{group}").register(app)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit status; faults of the casebook become one sentence on standard error."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    gc.set_threshold(UNHURRIED)
    status = _run(_casebook_first(given))
    if arguments is None:
        status = _delivered(status)
        gc.freeze()  # The process ends here; to look over all that it loaded once more would take a third as long.
    return status


def _run(arguments: list[str]) -> int:
    """The exit status of one command."""
    try:
        command = get_command(_only(arguments))
        numbers.explain(command)
        command(args=arguments, prog_name="stocktake")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except Exception as fault:
        answer = _answer(fault)
        if answer is None:
            raise
        status, sentence = answer
        _complain(sentence)
        return status
    return 0


def _delivered(status: int) -> int:
    """Hands over what is left of the output; 1 where it cannot arrive, in silence where its reader left (`| head`)."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as fault:
        # What is still held would be tried again as the interpreter ends, which then complains.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not status and fault.errno != errno.EPIPE:
            _complain(_storage(fault))
        return status or 1
    return status


def _complain(sentence: str) -> None:
    from stocktake.cli.session import say

    say(f"stocktake: {sentence}")


def _only(arguments: list[str]) -> typer.Typer:
    """The program with no verb but the one given: to build all forty costs a tenth of the start; else the whole."""
    rest = arguments[2:] if arguments[:1] == ["--casebook"] else arguments
    verb = next((word for word in rest if not word.startswith("-")), None)
    one = copy(app)
    one.registered_commands = [
        command
        for command in app.registered_commands
        if verb == (command.name or getattr(command.callback, "__name__", "").replace("_", "-"))
    ]
    one.registered_groups = [group for group in app.registered_groups if group.name == verb]
    return one if one.registered_commands or one.registered_groups else app


def _casebook_first(arguments: list[str]) -> list[str]:
    """Lets `--casebook FILE` stand after the verb too."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    for place, argument in enumerate(arguments[:end]):
        width = 2 if argument == "--casebook" else 1 if argument.startswith("--casebook=") else 0
        if width and place:
            named = arguments[place : place + width]
            return named + arguments[:place] + arguments[place + width :]
    return arguments


def _answer(fault: Exception) -> tuple[int, str] | None:
    """The exit status and the sentence for a fault that a user can mend; None for any other."""
    if missing := _missing(fault):
        return 2, missing
    if isinstance(fault, OSError) and fault.errno in UNWRITABLE:
        return 1, _storage(fault)
    faults = sys.modules.get("stocktake.casebook.faults")
    if faults is not None and isinstance(fault, faults.CasebookError):
        return int(fault.status), str(fault)
    return None


def _storage(fault: OSError) -> str:
    """What a disk or a right to write lacks."""
    where = str(fault.filename) if fault.filename else None
    if fault.errno in FULL:
        return f"no room is left on the disk{f' of {where}' if where else ''}: free some and repeat"
    reason = os.strerror(fault.errno or 0).lower()
    return f"{where or 'a file'} could not be opened or written ({reason}): name another place, or ask for the right"


def _missing(fault: BaseException | None) -> str | None:
    """What to install where a bare installation lacks what the fault, or one it comes from, has looked for."""
    if fault is None:
        return None
    if not isinstance(fault, ModuleNotFoundError):
        return _missing(fault.__cause__)
    name = (fault.name or "").partition(".")[0]
    if name not in EXTRAS:
        return None
    return (
        f"this needs {name}, which a bare installation leaves out: install '.[{EXTRAS[name]}]' in place of '.', "
        f"or add it to what pipx made with `pipx inject stocktake {name}`"
    )
