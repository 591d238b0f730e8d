"""What a command loads before it does anything: nothing of the rooms that it does not work in."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer

from stocktake.cli import _only, app

Stocktake = Callable[..., Any]

HEAVY = {"alembic", "jinja2", "litestar", "lxml", "numpy", "onnxruntime", "scipy", "tokenizers", "trafilatura"}
READING_NO_TEXT = (
    *("reports", "claims", "claims --jsonl", "journal", "check", "findings", "timeline", "conflicts", "positions"),
    *("sources", "programme list"),
)
LOADED = """
import contextlib, io, sys
from stocktake.cli import main
for line in sys.argv[2:]:
    with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO())), contextlib.redirect_stderr(io.StringIO()):
        status = main(line.split())
    print(status, line, *(set(sys.argv[1].split()) & set(sys.modules)))
"""


def loaded(*lines: str) -> list[str]:
    """The status of each command, and which heavy packages are loaded after it."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED, " ".join(HEAVY), *lines], capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def test_commands_that_read_no_text_load_nothing_that_reads_or_computes(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(kept.parent)
    monkeypatch.setenv("STOCKTAKE_AUTHOR", "Jane")
    loaded("findings")  # weighs, once
    assert loaded(*READING_NO_TEXT) == [f"0 {line}" for line in READING_NO_TEXT]


def test_a_command_that_weighs_is_seen_to_load_numpy(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(kept.parent)
    assert "numpy" in loaded("weigh --afresh")[0]


def commands(program: typer.Typer) -> set[str]:
    return set(typer.main.get_command(program).commands)  # type: ignore[attr-defined]


def test_only_the_verb_that_is_given_is_built() -> None:
    for verb in commands(app):
        assert commands(_only(["--casebook", "claims", verb, "--help"])) == {verb}


@pytest.mark.parametrize("line", ["", "--help", "--version", "--casebook=claims", "clams", "--casebook"])
def test_without_a_verb_that_there_is_the_whole_program_answers(line: str) -> None:
    assert _only(line.split()) is app


def test_a_verb_misspelt_is_answered_with_the_one_meant(stocktake: Stocktake) -> None:
    run = stocktake("clams")
    assert run.status == 2
    assert "Did you mean" in run.err and "'claims'" in run.err


def test_what_a_command_printed_is_whole_when_its_process_ends(kept: Path) -> None:
    program = "import sys; from stocktake.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", program, "--casebook", str(kept), "reports", "--jsonl"],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONUNBUFFERED": ""},
    )
    assert done.stdout.count(b"\n") == 3 and done.stdout.endswith(b"}\n")
