"""Accounts on the command line: made, listed, given a new password, taken away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stocktake import casebook
from stocktake.casebook.accounts import Accounts, SignInError

Stocktake = Callable[..., Any]


@pytest.fixture
def password(tmp_path: Path) -> Callable[[str], str]:
    """Writes a password down where `--password-file` finds it."""

    def written(words: str) -> str:
        (tmp_path / "password").write_text(f"{words}\n")
        return "--password-file=password"

    return written


def test_an_account_from_making_to_taking_away(
    stocktake: Stocktake, kept: Path, password: Callable[[str], str]
) -> None:
    made = stocktake("account", "add", "anna", "--role", "admin", password("correct horse battery"))
    assert made.out == "anna may sign in as admin\n"
    changed = stocktake("account", "password", "anna", password("another long secret"))
    assert changed.out == "anna has a new password; whoever was signed in as anna must sign in again\n"
    with casebook.open(kept) as book:
        Accounts(book).sign_in("anna", "another long secret")
        with pytest.raises(SignInError):
            Accounts(book).sign_in("anna", "correct horse battery")
    assert "anna" in stocktake("account", "list").out
    assert "last admin" in stocktake("account", "remove", "anna").err


@pytest.mark.parametrize(
    ("name", "words", "told"),
    [
        ("bea", "another long secret", "there is no account named 'bea'; `stocktake account list` shows them"),
        ("anna", "short", "use 10 or more"),
    ],
)
def test_a_password_that_cannot_be_given(
    stocktake: Stocktake, kept: Path, password: Callable[[str], str], name: str, words: str, told: str
) -> None:
    stocktake("account", "add", "anna", "--role", "admin", password("correct horse battery"))
    refused = stocktake("account", "password", name, password(words))
    assert refused.status == 2
    assert told in refused.err
