"""How fast the pages answer on a large casebook: 100,000 claims by resampling, 20 concurrent readers, two cores.

Reports are resampled from the gold (`resampling.py`), kept and weighed as any other. `stocktake serve` then answers
20 readers who each ask for one address of a page after another without a pause, in random order (filters, pages of
lists, reports, findings). Time is taken at the reader, from sending to the last byte; "processor" is what
the server spent on a page, which says more where the machine has other work.

    python benchmarks/web.py [--casebook FILE] [--claims 100000] [--readers 20] [--seconds 8] [--workers 2]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import msgspec
from resampling import Resampler

from stocktake import casebook
from stocktake.casebook import Casebook, Reader
from stocktake.casebook.browsing import FindingSearch
from stocktake.casebook.search import ReportSearch
from stocktake.vocabulary import Claim, Report

SHARED = Path(os.environ.get("STOCKTAKE_SHARED", Path(__file__).resolve().parents[2] / "shared"))
LIMIT_MS = 150


class Document(msgspec.Struct, frozen=True):
    """A made report as it comes in."""

    report: Report
    raw: bytes
    media_type: str = "application/json"


def fill(path: Path, claims: int) -> None:
    """Makes and weighs the casebook, unless there is one."""
    if path.exists():
        print(f"Using {path}")
        return
    read: dict[str, tuple[Claim, ...]] = {}

    def documents() -> Iterator[Document]:
        for report, found in Resampler(SHARED).reports(claims):
            read[report.id] = found
            yield Document(report, msgspec.json.encode(report))

    began = time.perf_counter()
    with casebook.open(path, reader=Reader(lambda report: read.pop(report.id), "resampled")) as book:
        added = book.add_documents(documents())
        print(f"{len(added.new):,} reports, {added.claims:,} claims added in {time.perf_counter() - began:.0f} s")
        began = time.perf_counter()
        update = book.weigh()
        print(f"{update.findings:,} findings weighed in {time.perf_counter() - began:.0f} s")


def addresses(book: Casebook, chance: random.Random) -> dict[str, list[str]]:
    """For each page many addresses, as readers would ask for them."""
    reports = [r.id for page in range(8) for r in book.search(ReportSearch(limit=50, offset=page * 300)).reports]
    findings = [
        f.id
        for sort in ("reported", "origins", "probability")
        for f in book.find_findings(FindingSearch(limit=60, offset=chance.randrange(500), sort=sort)).findings
    ]
    sources = [source.name for source in book.sources()[:60]]
    words = [
        "drones",
        "missile",
        "factory",
        "ammunition",
        "iran",
        "russia ukraine",
        '"air defence"',
        "tank*",
        "deal -iran",
    ]
    parties = ["Russia", "Ukraine", "Iran", "United States", "China", "North Korea", "India", "Turkey"]
    events = ["transfer", "production", "agreement", "use", "loss", "sanction"]
    return {
        "overview": ["/"],
        "reports": [f"/reports?q={quote(w)}&page={p}" for w in words for p in (1, 2)]
        + [f"/reports?party={quote(p)}&event={e}" for p in parties for e in events[:3]]
        + [f"/reports?page={p}" for p in range(1, 12)],
        "report": [f"/reports/{r}" for r in reports],
        "findings": [f"/findings?party={quote(p)}&sort={s}" for p in parties for s in ("reported", "origins")]
        + [f"/findings?event={e}&page={p}" for e in events for p in (1, 3)],
        "finding": [f"/findings/{f}" for f in findings],
        "timeline": [f"/timeline?party={quote(p)}" for p in parties] + [f"/timeline?event={e}" for e in events],
        "conflicts": [f"/conflicts?page={p}" for p in range(1, 20)],
        "sources": [f"/sources?page={p}" for p in range(1, 8)],
        "source": [f"/sources/{quote(s, safe='')}" for s in sources],
        "forecast": ["/forecast"],
        "add": ["/add"],
        "journal": ["/journal"],
    }


async def read(port: int, paths: list[str], until: float, chance: random.Random) -> list[tuple[float, int]]:
    """One reader: one page after another over one connection; seconds and status of each."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    times = []
    while time.perf_counter() < until:
        path = chance.choice(paths)
        began = time.perf_counter()
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nAccept: text/html\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(h[15:]) for h in head.lower().split(b"\r\n") if h.startswith(b"content-length:"))
        await reader.readexactly(length)
        times.append((time.perf_counter() - began, int(head[9:12])))
    writer.close()
    return times


async def crowd(port: int, paths: list[str], readers: int, seconds: float) -> list[tuple[float, int]]:
    """All readers at once."""
    until = time.perf_counter() + seconds
    each = await asyncio.gather(*(read(port, paths, until, random.Random(number)) for number in range(readers)))
    return [one for times in each for one in times]


@contextlib.contextmanager
def served(path: Path, workers: int) -> Iterator[tuple[int, int]]:
    """`stocktake serve` over the casebook, as a user would start it: its port and process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    start = "from stocktake.cli import main; raise SystemExit(main())"
    command = [sys.executable, "-c", start, "--casebook", str(path), "serve", "--port", str(port)]
    server = subprocess.Popen([*command, "--workers", str(workers)], stderr=subprocess.DEVNULL)
    try:
        for _ in range(150):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthy")
                break
            time.sleep(0.2)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait(10)


def processor_seconds(parent: int) -> float:
    """The processor time that a process and its children have used: it tells little of what else the machine does."""
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rsplit(")", 1)[1].split()
            if parent in (int(stat.parent.name), int(fields[1])):
                total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def main() -> str | None:
    """Fills a casebook, asks, prints a table; says which pages were over the limit."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--casebook", type=Path, help="made and kept there; without it one is made for this run alone")
    parser.add_argument("--claims", type=int, default=100_000)
    parser.add_argument("--readers", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--page", action="append")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = given.casebook or Path(folder) / "web.casebook"
        fill(path, given.claims)
        over = measured(path, given)
    return f"p95 over {LIMIT_MS} ms: {', '.join(over)}" if over else None


def measured(path: Path, given: argparse.Namespace) -> list[str]:
    """Serves a casebook, asks for one page after another, and prints a line each; the pages over the limit."""
    with casebook.open(path) as book:
        pages = addresses(book, random.Random(2))
    over = []
    with served(path, given.workers) as (port, server):
        print(f"\n{given.readers} readers without pause, {given.workers} worker(s)")
        print(f"{'page':<11}{'requests':>9}{'per s':>8}{'median':>9}{'p95':>9}{'worst':>9}{'processor':>11}   ms")
        for name, paths in pages.items():
            if given.page and name not in given.page:
                continue
            asyncio.run(crowd(port, paths, 4, 1.5))
            used = processor_seconds(server)
            answered = asyncio.run(crowd(port, paths, given.readers, given.seconds))
            used = 1000 * (processor_seconds(server) - used) / len(answered)
            failed = [status for _, status in answered if status >= 400]
            times = sorted(1000 * seconds for seconds, _ in answered)
            p95 = times[int(0.95 * (len(times) - 1))]
            rate = len(times) / given.seconds
            print(
                f"{name:<11}{len(times):>9,}{rate:>8.0f}{statistics.median(times):>9.1f}{p95:>9.1f}{times[-1]:>9.1f}{used:>11.1f}"
                + (f"   {len(failed)} failed" if failed else "")
            )
            if p95 > LIMIT_MS or failed:
                over.append(name)
    return over


if __name__ == "__main__":
    sys.exit(main())
