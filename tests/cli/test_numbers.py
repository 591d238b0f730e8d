"""Numbers that an option cannot take."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from typer.main import get_command

from stocktake.cli import app

Stocktake = Callable[..., Any]


def numeric(command: Any, *verbs: str) -> Iterator[tuple[str, ...]]:
    """Every option that takes a number, with the verbs that it belongs to."""
    for name, below in getattr(command, "commands", {}).items():
        yield from numeric(below, *verbs, name)
    for parameter in command.params:
        if parameter.param_type_name == "option" and parameter.type.name.startswith(("int", "float")):
            yield (*verbs, max(parameter.opts, key=len))


EVERY = sorted(numeric(get_command(app)))


def test_there_are_options_that_take_numbers() -> None:
    assert {("findings", "--min-origins"), ("serve", "--port"), ("watch", "--interval")} <= set(EVERY)


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_no_number_is_answered_with_what_was_given_what_is_expected_and_what_to_do(
    stocktake: Stocktake, words: tuple[str, ...]
) -> None:
    said = stocktake(*words, "two")
    assert said.status == 2
    message = " ".join(said.err.replace("│", " ").split())
    assert "'two' is no " in message
    assert "number" in message
    assert f"write it like {words[-1]} " in message


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("findings", "--min-origins", "0"), "'0' is no whole number of 1 or more; write it like --min-origins 1"),
        (("findings", "--min-probability", "3"), "'3' is no number from 0 to 1; write it like --min-probability 0.5"),
        (("serve", "--port", "99999"), "'99999' is no whole number from 0 to 65535; write it like --port 8380"),
        (("undo", "last"), "'last' is no whole number of 1 or more; write it like 1"),
    ],
)
def test_a_number_out_of_its_bounds(stocktake: Stocktake, words: tuple[str, ...], message: str) -> None:
    assert message in " ".join(stocktake(*words).err.replace("│", " ").split())
