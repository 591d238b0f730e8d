"""Fuzzes what people type: the filters and arguments of commands that read a casebook.

Each input is a line, "verb option value"; whatever the value, the command ends with status 0, 1 or 2 and a sentence,
never with a traceback, and leaves the casebook as it was.

    python fuzz/filters.py SECONDS [filters] [--seed N]
"""

from __future__ import annotations

import contextlib
import io
import re
import sys
import tempfile
from pathlib import Path

from engine import Target, main

from stocktake.cli import main as stocktake

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
LINES = """
claims --event production
claims --party Russia
claims --item "Shahed drones"
claims --since 2023-02-06
claims --until 2024-12
claims --source CNN
claims --stance denies
claims --report 70bd0ac902
findings --event use
findings --party Iran
findings --item drones
findings --since 2023
findings --until 2024-01-31
conflicts --kind denial
positions --party Iran
report 70bd0ac902
claim c0123456789
why f0123456789
journal --jsonl
"""


def filters() -> Target:
    """A casebook of a few samples, and every line above to start from."""
    book = str(Path(tempfile.mkdtemp(prefix="stocktake-fuzz-")) / "a.casebook")
    with contextlib.redirect_stdout(io.StringIO()):
        for sample in sorted(SAMPLES.glob("2022-1*")):
            stocktake(["--casebook", book, "add", str(sample)])
    known = {line.split()[0] for line in LINES.strip().splitlines()}

    def trial(raw: bytes) -> tuple[list[str], tuple[str, ...]]:
        words = raw.decode("utf-8", "replace").replace('"', "").split(" ", 2)
        if words[0] not in known:
            words = ["claims", *words[1:]]
        out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = stocktake(["--casebook", book, *words])
        said = " ".join(err.getvalue().split())
        broken = [f"status {status}: {words}"] * (status not in (0, 1, 2))
        broken += [f"failed without a word: {words}"] * (status != 0 and not said)
        broken += [f"a traceback: {words}"] * ("Traceback" in said)
        return broken, (words[0], str(status), re.sub(r"['\"‘“].*?['\"’”]|\d+", "", said)[:80])

    return Target([line.encode() for line in LINES.strip().splitlines()], trial)


if __name__ == "__main__":
    sys.exit(main({"filters": filters}))
