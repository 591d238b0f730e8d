"""How long each command takes to start: `python benchmarks/cold_start.py [RUNS]`.

Every verb that reads no text is run on a small casebook, each run a process of its own, as a shell starts it; the
median counts, and 0.35 seconds are allowed. The peer, in the same run, is what the interpreter and the two libraries
that every command needs take alone (Typer and SQLAlchemy).
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
LIMIT = 0.35
PROGRAM = [sys.executable, "-c", "import sys; from stocktake.cli import main; sys.exit(main())"]
PEER = [sys.executable, "-c", "import typer, sqlalchemy"]


def seconds(command: list[str], folder: Path) -> float:
    """One run's wall time; a command that fails ends the benchmark."""
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    taken = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"{' '.join(command[3:])} failed: {done.stderr}")
    return taken


def verbs(folder: Path) -> dict[str, list[str]]:
    """The commands to start, with what they need."""
    from stocktake import casebook

    with casebook.open(folder / "stocktake.casebook") as book:
        claim = next(iter(book.claims()))
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
        "conflicts": ["conflicts"],
        "positions": ["positions"],
        "sources": ["sources"],
        "programme list": ["programme", "list"],
    }


def main() -> None:
    """Prints the table; exit status 1 when a command is over the limit."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    os.environ["STOCKTAKE_AUTHOR"] = "benchmark"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([*PROGRAM, "add", str(REPOSITORY / "samples")], cwd=folder, check=True, capture_output=True)
        subprocess.run([*PROGRAM, "findings"], cwd=folder, check=False, capture_output=True)
        peer = statistics.median(seconds(PEER, folder) for _ in range(runs))
        print(f"{'command':18} {'median s':>9} {'worst s':>8} {'of the peer':>12}")
        print(f"{'(peer)':18} {peer:9.3f}")
        slow = []
        for verb, arguments in verbs(folder).items():
            taken = [seconds(PROGRAM + arguments, folder) for _ in range(runs)]
            median = statistics.median(taken)
            print(f"{verb:18} {median:9.3f} {max(taken):8.3f} {median / peer:12.2f}")
            slow += [verb] if median > LIMIT else []
    if slow:
        sys.exit(f"over {LIMIT} s: {', '.join(slow)}")


if __name__ == "__main__":
    main()
