"""The command line, run in this process, on a casebook of three short reports whose claims one can see."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from line_reports import STORY, read_lines

from stocktake import casebook
from stocktake.casebook import Reader
from stocktake.cli import main


class Run(NamedTuple):
    """What a command gave."""

    status: int
    out: str
    err: str


Stocktake = Callable[..., Run]


@pytest.fixture
def stocktake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Stocktake:
    """Runs a command in a folder of its own and gives its exit status and what it wrote."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STOCKTAKE_CASEBOOK", raising=False)
    monkeypatch.setenv("STOCKTAKE_AUTHOR", "Jane")
    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments: str) -> Run:
        capfdbinary.readouterr()
        status = main(arguments)
        out, err = capfdbinary.readouterr()
        return Run(status, out.decode(), err.decode())

    return run


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A casebook with the three reports of STORY, where the command line looks first."""
    path = tmp_path / "stocktake.casebook"
    with casebook.open(path, reader=Reader(read_lines, "lines 1")) as book:
        book.add_documents(STORY)
    return path
