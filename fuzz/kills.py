"""Kills processes at random moments and looks at what they left: `python fuzz/kills.py [N] [ADDRESS]`.

N (200) kills in all: a fifth of a read of many reports on Ray, the others of taking reports into a casebook, reading
them again, weighing afresh and deciding. After each kill the casebook's deep check must say clean, and whatever the
process had said to be stored must be there, once. A read that was killed is started again until it ends; its file must
then be, byte for byte, that of a read that nothing disturbed. ADDRESS is a PostgreSQL database's; without it, a file of
its own. `python fuzz/kills.py N ray` kills reads alone.
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
sys.path[:0] = [str(TESTS), str(TESTS / "casebook"), str(TESTS / "reading")]

from killed_works import REPORTS, WORKS  # noqa: E402
from line_reports import read_lines  # noqa: E402
from test_engines import write_inputs  # noqa: E402

from stocktake import casebook, reading  # noqa: E402
from stocktake.casebook import Reader  # noqa: E402

READ = [sys.executable, "-c", "import sys; from stocktake.cli import main; sys.exit(main())", "read", "--engine", "ray"]


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


def kill_works(kills: int, address: str, chance: random.Random) -> Counter[tuple[str, str]]:
    """Kills what works on a casebook; ends the program at the first thing lost, doubled or half done."""
    ends: Counter[tuple[str, str]] = Counter()
    told: list[str] = []
    while (number := sum(count for (_, end), count in ends.items() if end == "killed")) < kills:
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
    return ends


def kill_reads(kills: int, folder: Path, chance: random.Random) -> Counter[tuple[str, str]]:
    """Kills reads on Ray with all their workers, most of them while parts are written; compares each file."""
    ends: Counter[tuple[str, str]] = Counter()
    inputs, whole, out = write_inputs(folder / "in", 900), folder / "whole.parquet", folder / "claims.parquet"
    reading.read_many([inputs], whole)
    parts, files = folder / "claims.parquet.parts", 0
    while ends["read", "killed"] < kills:
        had = len(list(parts.glob("[0-9]*.parquet"))) if parts.exists() else 0
        process = subprocess.Popen(
            [*READ, str(inputs), "--out", str(out)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until_part = chance.random() < 0.8
        while until_part and process.poll() is None and len(list(parts.glob("[0-9]*.parquet"))) <= had:
            time.sleep(0.02)
        time.sleep(chance.expovariate(1 / 0.5))
        finished = process.poll() is not None
        if not finished:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        ends["read", "finished" if finished else "killed"] += 1
        if finished:  # one of the two input files ends in a broken line, so the status is 1
            if process.returncode != 1 or out.read_bytes() != whole.read_bytes() or parts.exists():
                sys.exit(f"a read after {ends['read', 'killed']} kills: status {process.returncode}, another file")
            files += 1
            out.unlink()
    print(f"{files} files read through kills, each the same byte for byte as the undisturbed one")
    return ends


def main() -> None:
    """Prints a line for each kind of work; exit status 1 at the first thing lost, doubled or half done."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    named = sys.argv[2] if len(sys.argv) > 2 else None
    chance = random.Random(2026)
    reads = kills if named == "ray" else kills // 5
    ends: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        if reads < kills:
            ends += kill_works(kills - reads, named or str(Path(folder) / "killed.casebook"), chance)
        ends += kill_reads(reads, Path(folder), chance)
    for (work, end), count in sorted(ends.items()):
        print(f"{work:10} {end:9} {count:4}", flush=True)


if __name__ == "__main__":
    main()
