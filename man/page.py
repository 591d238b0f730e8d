"""Writes `stocktake.1`, the manual page of the command line, from the commands' own help texts.

`python man/page.py` writes it beside this file, from where the wheel takes it into share/man/man1; a test holds it to
what the commands say now. Typer carries a Click of its own, so that writers of manual pages for Click do not know its
commands; the little that is needed of man(7) is here.
"""

from __future__ import annotations

import re
import textwrap
import tomllib
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import typer

from stocktake.cli import app

HERE = Path(__file__).resolve().parent
PAGE = HERE / "stocktake.1"

DESCRIPTION = (
    "Stocktake reads news reports into claims (who says that what happened, when, how many), weighs the claims into "
    "findings by independent origins, and turns findings into a forecast. Every number leads back to the sentences it "
    "rests on. Start with `stocktake add PATH`, then `stocktake claims`, `stocktake findings` and `stocktake serve`."
)
STATUS = (
    ("0", "All is done."),
    ("1", "Some inputs failed, each named on standard error, and the rest is done; or the disk or database failed."),
    ("2", "The command could not be understood or served."),
)
ENVIRONMENT = (
    ("STOCKTAKE_AUTHOR", "The name that decisions are signed with; else the name that one is logged in with."),
    ("STOCKTAKE_LLM_KEY", "The key for a language model's service; it is taken from nowhere else."),
    ("STOCKTAKE_LLM_CACHE", "Where a language model's answers are kept."),
    ("STOCKTAKE_SMTP_PASSWORD", "The password for the mail server that watch sends through."),
    ("NO_COLOR", "No colours, whatever its value."),
)
FILES = (
    (
        "stocktake.casebook",
        "The casebook in the current folder, where neither --casebook nor its variable names another.",
    ),
    ("CASEBOOK.watch", "What watch has seen already."),
)
EXAMPLES = (
    ("stocktake add saved-pages/ https://example.org/report.html", "Take reports into the casebook and read them."),
    ("stocktake findings --event transfer --min-origins 2", "Transfers that rest on two independent origins or more."),
    ("stocktake why f9d8f29578", "How a finding's probability comes about, term by term."),
    ("stocktake dossier -o dossier.pdf", "One document to hand to an editor."),
)


def manual_page() -> str:
    """The whole page in the man(7) macros."""
    command = typer.main.get_command(app)
    version = tomllib.loads((HERE.parent / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    parts = [
        '.\\" Made by man/page.py from the help texts of the commands; change those instead.',
        f'.TH STOCKTAKE 1 "" "Stocktake {version}" "User Commands"',
        ".SH NAME",
        f"stocktake \\- {_text((command.help or '').partition(':')[0].lower())}",
        ".SH SYNOPSIS",
        ".B stocktake\n[\\fIOPTIONS\\fR] \\fICOMMAND\\fR [\\fIARGS\\fR]...",
        ".SH DESCRIPTION",
        _text(DESCRIPTION),
        ".SH OPTIONS",
        *_options(command),
        *_commands(command),
        ".SH EXIT STATUS",
        *(_tagged(f"\\fB{_text(code)}\\fR", meaning) for code, meaning in STATUS),
        ".SH ENVIRONMENT",
        *(_tagged(f"\\fB{_text(name)}\\fR", meaning) for name, meaning in sorted([*_variables(command), *ENVIRONMENT])),
        ".SH FILES",
        *(_tagged(f"\\fI{_text(name)}\\fR", meaning) for name, meaning in FILES),
        ".SH EXAMPLES",
        *(_tagged(f"\\fB{_text(line)}\\fR", meaning) for line, meaning in EXAMPLES),
    ]
    return "\n".join(parts) + "\n"


def _commands(command: Any) -> Iterator[str]:
    """A section for each group of verbs, in the order of `stocktake --help`."""
    shown = [(name, inner) for name, inner in command.commands.items() if not inner.hidden]
    order = list(dict.fromkeys(inner.rich_help_panel for _, inner in shown))
    for panel, verbs in groupby(sorted(shown, key=lambda verb: order.index(verb[1].rich_help_panel)), _panel):
        yield f'.SH "{_text(panel.upper())}"'
        for name, inner in verbs:
            yield from _verb((name,), inner)


def _panel(verb: tuple[str, Any]) -> str:
    return str(verb[1].rich_help_panel)


def _verb(words: tuple[str, ...], command: Any) -> Iterator[str]:
    """How a verb is called, what it does, its options; of a group of verbs, those of each."""
    inner = getattr(command, "commands", None)
    if inner:
        for name, verb in inner.items():
            yield from _verb((*words, name), verb)
        return
    options = [part for part in command.params if part.param_type_name == "option" and not part.hidden]
    arguments = [part for part in command.params if part.param_type_name == "argument"]
    usage = [f"\\fB{_text(' '.join(words))}\\fR", *(f"\\fI{_text(_metavar(part, command))}\\fR" for part in arguments)]
    yield f".SS {' '.join([*usage, *(['[OPTIONS]'] if options else [])])}"
    yield _text(command.help or "")
    for argument in arguments:
        if argument.help:
            yield _tagged(f"\\fI{_text(_metavar(argument, command))}\\fR", argument.help)
    yield from _options(command)


def _options(command: Any) -> Iterator[str]:
    for option in command.params:
        if option.param_type_name == "option" and not option.hidden:
            names = ", ".join(f"\\fB{_text(name)}\\fR" for name in [*option.opts, *option.secondary_opts])
            value = "" if option.is_flag or option.count else f" \\fI{_text(_metavar(option, command))}\\fR"
            yield _tagged(names + value, (option.help or "") + _default(option))


def _metavar(parameter: Any, command: Any) -> str:
    return str(parameter.make_metavar(typer.Context(command)))


def _default(option: Any) -> str:
    """What counts where the option is not given, as `--help` tells it."""
    shown = option.default
    if option.is_flag or shown is None or callable(shown) or shown in ("", [], ()):
        return ""
    return f" Default: {getattr(shown, 'value', shown)}."


def _variables(command: Any) -> list[tuple[str, str]]:
    """The variables that stand for an option, of any verb."""
    found: dict[str, tuple[str, str]] = {}
    for part in [*command.params, *(part for verb in command.commands.values() for part in verb.params)]:
        if part.envvar:
            found[part.envvar] = (str(part.envvar), f"Stands for {part.opts[0]}.")
    return list(found.values())


def _tagged(head: str, text: str) -> str:
    return f".TP\n{head}\n{_text(text)}"


def _text(words: str) -> str:
    """Words as man(7) takes them: one paragraph, nothing of it a request, code words set bold, dashes as typed."""
    paragraph = " ".join(words.split())
    for plain, escaped in (("\\", "\\e"), ("-", "\\-"), ("'", "\\(aq"), ("…", "..."), ("→", "\\(->")):
        paragraph = paragraph.replace(plain, escaped)
    paragraph = re.sub(r"`([^`]+)`", r"\\fB\1\\fR", paragraph)
    lines = textwrap.wrap(paragraph, 79, break_long_words=False, break_on_hyphens=False)
    return "\n".join("\\&" + line if line.startswith(".") else line for line in lines)


if __name__ == "__main__":
    PAGE.write_text(manual_page(), "utf-8")
    print(f"{PAGE.name} written")
