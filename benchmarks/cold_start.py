"""How long each command takes to start: `python benchmarks/cold_start.py [RUNS]`.

Every verb that reads no text is run on a small casebook, each run a process of its own, as a shell starts it; the
median counts, and 0.35 seconds are allowed. The peer, in the same turns, is what the interpreter and the two libraries
that every command needs take alone (Typer and SQLAlchemy). "Processor" is the least that a run took of it, which says
more where the machine has other work; it fails when a command is over the limit by both.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from ratios import spread

REPOSITORY = Path(__file__).resolve().parent.parent
LIMIT = 0.35
PROGRAM = [sys.executable, "-c", "import sys; from stocktake.cli import main; sys.exit(main())"]
PEER = [sys.executable, "-c", "import typer, sqlalchemy"]


class Run(NamedTuple):
    """Seconds of one run: by the clock, and of the processor."""

    wall: float
    processor: float


def run(command: list[str], folder: Path) -> Run:
    """One run; a command that fails ends the benchmark."""
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    taken, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{' '.join(command[3:])} failed: {done.stderr}")
    return Run(taken, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def verbs(folder: Path) -> dict[str, list[str]]:
    """The commands to start, with what they need."""
    from stocktake import casebook

    with casebook.open(folder / "stocktake.casebook") as book:
        claim = next(iter(book.claims()))
        finding = next(iter(book.findings()))
        report = claim.report
    return {
        "--help": ["--help"],
        "--version": ["--version"],
        "reports": ["reports"],
        "report": ["report", report[:12]],
        "claims": ["claims", "--limit", "20"],
        "claims --jsonl": ["claims", "--jsonl"],
        "claim": ["claim", claim.id],
        "claim --accept": ["claim", claim.id, "--accept", "--reason", "seen"],
        "undo": ["undo"],
        "journal": ["journal"],
        "check": ["check"],
        "findings": ["findings", "--limit", "20"],
        "timeline": ["timeline", "--limit", "20"],
        "why": ["why", finding.id],
        "conflicts": ["conflicts"],
        "positions": ["positions"],
        "sources": ["sources"],
        "programme list": ["programme", "list"],
        "account list": ["account", "list"],
    }


def main() -> None:
    """Prints the table; exit status 1 when a command is over the limit."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    os.environ["STOCKTAKE_AUTHOR"] = "benchmark"
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program is compiled
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([*PROGRAM, "add", str(REPOSITORY / "samples")], cwd=folder, check=True, capture_output=True)
        subprocess.run([*PROGRAM, "findings"], cwd=folder, check=False, capture_output=True)
        print(f"{'command':16} {'median s':>8} {'range':>14} {'processor':>10}   peer's time by ours (range)")
        slow = []
        for verb, arguments in verbs(folder).items():
            turns = [(run(PROGRAM + arguments, folder), run(PEER, folder)) for _ in range(runs)]
            walls = [ours.wall for ours, _ in turns]
            median, processor = statistics.median(walls), min(ours.processor for ours, _ in turns)
            ratio = spread([theirs.wall / ours.wall for ours, theirs in turns])
            between = f"{min(walls):.2f} to {max(walls):.2f}"
            print(f"{verb:16} {median:8.3f} {between:>14} {processor:10.3f}   {ratio}", flush=True)
            slow += [verb] if min(median, processor) > LIMIT else []
    if slow:
        sys.exit(f"over {LIMIT} s: {', '.join(slow)}")


if __name__ == "__main__":
    main()
