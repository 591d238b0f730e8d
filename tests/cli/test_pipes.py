"""Output into a pipe whose reader leaves early, or onto a full disk: no traceback, and no complaint of Python's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from line_reports import obtained, read_lines

from stocktake import casebook
from stocktake.casebook import Reader

STOCKTAKE = [sys.executable, "-c", "import sys; from stocktake.cli import main; sys.exit(main())"]
LONG = 3000
"""Claims enough that a pipe does not hold what `claims` prints of them."""


@pytest.fixture(autouse=True)
def held_output(monkeypatch: pytest.MonkeyPatch) -> None:
    """Output is held until a buffer is full or the program ends, as it is for users."""
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)


@pytest.fixture
def long_book(tmp_path: Path) -> Path:
    path = tmp_path / "long.casebook"
    lines = "".join(f"transfer: Iran -> Russia: drones {n}\n" for n in range(LONG))
    with casebook.open(path, reader=Reader(read_lines, "lines 1")) as book:
        book.add_documents([obtained(lines)])
    return path


@pytest.mark.parametrize("line", ["--version", "--help", "reports", "claims", "claims --jsonl"])
def test_a_reader_that_has_left_is_no_fault(kept: Path, line: str) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    done = subprocess.run(
        [*STOCKTAKE, "--casebook", str(kept), *line.split()], stdout=theirs, stderr=subprocess.PIPE, text=True
    )
    os.close(theirs)
    assert (done.returncode, done.stderr) == (1, "4 claims.\n" if line == "claims" else "")


@pytest.mark.parametrize("line", ["claims", "claims --jsonl"])
def test_a_reader_that_has_seen_enough(long_book: Path, line: str) -> None:
    started = subprocess.Popen(
        [*STOCKTAKE, "--casebook", str(long_book), *line.split()], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert started.stdout is not None and started.stderr is not None
    assert started.stdout.readline()
    started.stdout.close()
    assert (started.stderr.read(), started.wait()) == (b"", 1)


@pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="NO /dev/full HERE, SO OUTPUT ONTO A FULL DISK IS NOT TESTED"
)
@pytest.mark.parametrize("line", ["--version", "reports", "claims --jsonl"])
def test_output_that_does_not_fit_is_said_once(kept: Path, line: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*STOCKTAKE, "--casebook", str(kept), *line.split()], stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert (done.returncode, done.stderr) == (1, "stocktake: no room is left on the disk: free some and repeat\n")
