"""What an input at or over a limit costs: `python benchmarks/limits.py`.

Each input is taken by a process of its own, that of the reader in the package and what it starts (PDFs are read in one
more). Printed are the peak of resident memory in MB and the seconds of processor, beside a peer: the same process on a
report of one sentence. Memory counts the larger of the two processes, seconds the first.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from reports.making import SENTENCE, bomb, pdf

DENSE = "Iran supplied {n} drones to Russia, officials said on 3 March 2023. "
"""A sentence with a claim."""
FRENCH = "Le conseil s'est réuni hier soir pour parler du prix du pain et du toit de l'école.\n"
"""Taken in and kept, but not read for claims, which would take some minutes for so much English."""


def lines(chance: random.Random) -> list[str]:
    """A page's lines, of words that no other page has: what stands on every page is no text of the report."""
    return [" ".join("".join(chance.choices("aeilnorst", k=6)) for _ in range(9)) for _ in range(3)]


def inputs() -> dict[str, tuple[str, bytes]]:
    """File name and bytes of each input, by what it is; the first is the peer's."""
    chance = random.Random(1)
    over = SENTENCE * (20_000_000 // len(SENTENCE))
    return {
        "(peer: one sentence)": ("a.txt", SENTENCE.encode()),
        "French text of just under 20 MB": ("a.txt", FRENCH.encode() * (19_900_000 // len(FRENCH.encode()))),
        "text over 20 MB": ("a.txt", (over + SENTENCE * 9).encode()),
        "500 MB unpacked from 500 kB": ("a.jsonl.gz", bomb(500)),
        "PDF of 2,000 pages": ("a.pdf", pdf(*(lines(chance) for _ in range(2_000)))),
        "PDF of 2,001 pages": ("a.pdf", pdf([SENTENCE], shared_page=2_001)),
        "report of over 10,000 claims": ("a.txt", "\n".join(DENSE.format(n=n) for n in range(2, 10_600)).encode()),
    }


def started() -> Iterator[int]:
    """The peaks of resident memory, in kB, of the processes that this one has started and that still wait for work."""
    own = os.getpid()
    for pid in Path(f"/proc/{own}/task/{own}/children").read_text().split():
        status = Path(f"/proc/{pid}/status").read_text()
        yield int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))


def inside(path: str) -> None:
    """Adds one input to a casebook beside it, and says what it cost."""
    from stocktake import casebook

    with casebook.open(Path(path).with_suffix(".casebook")) as book:
        added = book.add(path)
    own = resource.getrusage(resource.RUSAGE_SELF)
    said = added.failures[0].reason.partition(";")[0] if added.failures else f"{added.claims:,} claims"
    print(
        json.dumps(
            {
                "memory": max([own.ru_maxrss, *started()]) // 1024,
                "seconds": own.ru_utime + own.ru_stime,
                "said": said,
            }
        )
    )


def main() -> None:
    """Prints the table."""
    if len(sys.argv) > 1:
        inside(sys.argv[1])
        return
    print(f"{'input':32} {'peak MB':>8} {'of peer':>8} {'seconds':>8}  outcome")
    peer = 0.0
    for what, (name, raw) in inputs().items():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.write_bytes(raw)
            done = subprocess.run([sys.executable, __file__, str(path)], capture_output=True, text=True, check=True)
        cost = json.loads(done.stdout.splitlines()[-1])
        peer = peer or cost["memory"]
        line = f"{what:32} {cost['memory']:8} {cost['memory'] / peer:8.1f} {cost['seconds']:8.1f}  {cost['said']}"
        print(line, flush=True)


if __name__ == "__main__":
    main()
