"""Kills a process that works on a casebook, at random moments, and checks it: `python fuzz/kills.py [N] [ADDRESS]`.

N (200) kills in all, over taking reports in, reading them again, weighing afresh and deciding. After each kill the deep
check must say clean, and whatever the process had said to be stored must be there, once. ADDRESS is a PostgreSQL
database's; without it, a file of its own.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "casebook")]

from killed_works import REPORTS, WORKS  # noqa: E402
from line_reports import read_lines  # noqa: E402

from stocktake import casebook  # noqa: E402
from stocktake.casebook import Reader  # noqa: E402


def kill_once(work: str, address: str, chance: random.Random) -> tuple[str, list[str]]:
    """Starts a work, kills it at a random moment; how it ended and what it had said."""
    process = subprocess.Popen(
        [sys.executable, str(TESTS / "casebook" / "killed_works.py"), work, address],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
    )
    assert process.stdout is not None
    told = [process.stdout.readline()]
    time.sleep(chance.expovariate(1 / 0.15))
    process.send_signal(signal.SIGKILL)
    told += process.stdout.readlines()
    return ("killed" if process.wait() < 0 else "finished"), told


def main() -> None:
    """Prints a line for each kind of work; exit status 1 at the first thing lost, doubled or half done."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    chance = random.Random(2026)
    ends: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        address = sys.argv[2] if len(sys.argv) > 2 else str(Path(folder) / "killed.casebook")
        told: list[str] = []
        for number in range(kills):
            work = "add" if number < kills // 10 else chance.choice(sorted(WORKS))
            end, said = kill_once(work, address, chance)
            ends[work, end] += 1
            told += said
            with casebook.open(address, reader=Reader(read_lines, "lines 1")) as book:
                found = book.check(deep=True)
                there = [report.id for report in book.reports()] + [str(entry.number) for entry in book.journal()]
            lost = {line.split()[1] for line in told if line.startswith("done ") and line.endswith("\n")} - set(there)
            if not found.clean or lost or len(there) != len(set(there)):
                sys.exit(f"kill {number} ({work}): {[str(p) for p in found.problems]}, lost {lost}")
        print(f"{found.reports} of {len(REPORTS)} reports, {found.claims} claims, {found.entries} entries; clean")
    for (work, end), count in sorted(ends.items()):
        print(f"{work:10} {end:9} {count:4}")


if __name__ == "__main__":
    main()
