"""Every command and every option is in docs/commands.md, and nothing there is of the past."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from stocktake.cli import app

COMMANDS = (Path(__file__).parent.parent / "docs" / "commands.md").read_text("utf-8")
LEFT_OUT = {"--help", "-h", "--install-completion", "--show-completion"}


def walk(command: Any, words: tuple[str, ...] = ("stocktake",)) -> Iterator[tuple[str, Any]]:
    """Each command with the words that call it."""
    commands = getattr(command, "commands", None)
    if commands:
        for name, inner in commands.items():
            yield from walk(inner, (*words, name))
    if not commands or len(words) == 1:
        yield " ".join(words), command


ALL = dict(walk(typer.main.get_command(app)))


def sections() -> dict[str, str]:
    """The text below each heading that names a command: ### `stocktake add`."""
    parts = re.split(r"^###? `(stocktake[a-z -]*)`.*$", COMMANDS, flags=re.MULTILINE)
    return {
        name.strip(): re.split(r"^##? ", text, flags=re.MULTILINE)[0]
        for name, text in zip(parts[1::2], parts[2::2], strict=True)
    }


SECTIONS = sections()


@pytest.mark.parametrize("words", sorted(ALL))
def test_a_command_has_a_section_that_names_each_of_its_options(words: str) -> None:
    assert words in SECTIONS, f"docs/commands.md has no heading ### `{words}`"
    options = [name for p in ALL[words].params if p.param_type_name == "option" for name in p.opts + p.secondary_opts]
    missing = [name for name in options if name not in LEFT_OUT and f"`{name}" not in SECTIONS[words]]
    assert missing == [], f"docs/commands.md does not say what these options of `{words}` do"


def test_no_section_is_of_a_command_that_is_gone() -> None:
    assert sorted(SECTIONS.keys() - ALL.keys()) == []


@pytest.mark.parametrize("words", sorted(ALL))
def test_a_section_names_no_option_that_is_gone(words: str) -> None:
    options = {name for p in ALL[words].params for name in p.opts + p.secondary_opts} | LEFT_OUT
    everywhere = {name for p in ALL["stocktake"].params for name in p.opts}
    table = re.findall(r"^\| `(--[a-z-]+)", SECTIONS.get(words, ""), flags=re.MULTILINE)
    assert [name for name in table if name not in options | everywhere] == []


@pytest.mark.parametrize("words", sorted(ALL))
def test_help_is_a_sentence(words: str) -> None:
    command = ALL[words]
    assert command.help, f"`{words}` has no help"
    for parameter in command.params:
        if parameter.param_type_name == "option":
            assert parameter.help, f"`{words} {parameter.opts[0]}` has no help"
