"""How fast the pages answer on a large casebook: 100,000 claims by resampling, 20 concurrent readers, two cores.

Reports are resampled from the gold (`resampling.py`), kept and weighed as any other. `stocktake serve` then answers
20 readers who each ask for one address of a page after another without a pause, in random order (filters, pages of
lists, reports, findings). Time is taken at the reader, from sending to the last byte; "processor" is what
the server spent on a page, which says more where the machine has other work.

The peer is Datasette over the same file, which shows the same rows of the same tables, without what we set beside them:
lists of 50 findings of one event, one finding, one report. Compared is the server's processor time a page, in turns.

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
from ratios import spread
from resampling import Resampler

from stocktake import casebook
from stocktake.casebook import Casebook, Reader
from stocktake.casebook.browsing import FindingSearch
from stocktake.casebook.search import ReportSearch
from stocktake.vocabulary import Claim, Report

SHARED = Path(os.environ.get("STOCKTAKE_SHARED", Path(__file__).resolve().parents[2] / "shared"))
LIMIT_MS = 150
ROUNDS = 4
"""Turns with the peer."""
EVENTS = ("transfer", "production", "agreement", "use", "loss", "sanction")


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
    return {
        "overview": ["/"],
        "reports": [f"/reports?q={quote(w)}&page={p}" for w in words for p in (1, 2)]
        + [f"/reports?party={quote(p)}&event={e}" for p in parties for e in EVENTS[:3]]
        + [f"/reports?page={p}" for p in range(1, 12)],
        "report": [f"/reports/{r}" for r in reports],
        "findings": [f"/findings?party={quote(p)}&sort={s}" for p in parties for s in ("reported", "origins")]
        + [f"/findings?event={e}&page={p}" for e in EVENTS for p in (1, 3)],
        "finding": [f"/findings/{f}" for f in findings],
        "timeline": [f"/timeline?party={quote(p)}" for p in parties] + [f"/timeline?event={e}" for e in EVENTS],
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
        await rest(reader, head)
        times.append((time.perf_counter() - began, int(head[9:12])))
    writer.close()
    return times


async def rest(reader: asyncio.StreamReader, head: bytes) -> None:
    """Reads what follows the head of an answer: so many bytes, or chunks until an empty one."""
    lengths = [int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    if lengths:
        await reader.readexactly(lengths[0])
        return
    size = 1
    while size:
        size = int(await reader.readline(), 16)
        await reader.readexactly(size + 2)


async def crowd(port: int, paths: list[str], readers: int, seconds: float) -> list[tuple[float, int]]:
    """All readers at once."""
    until = time.perf_counter() + seconds
    each = await asyncio.gather(*(read(port, paths, until, random.Random(number)) for number in range(readers)))
    return [one for times in each for one in times]


@contextlib.contextmanager
def served(command: list[str], address: str) -> Iterator[tuple[int, int]]:
    """A server, once it answers at an address of its own: its port and process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = subprocess.Popen([*command, "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(150):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}{address}")
                break
            time.sleep(0.2)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait(10)


def ours(path: Path, workers: int) -> contextlib.AbstractContextManager[tuple[int, int]]:
    """`stocktake serve`, as a user would start it."""
    start = "from stocktake.cli import main; raise SystemExit(main())"
    command = [sys.executable, "-c", start, "--casebook", str(path), "serve", "--workers", str(workers)]
    return served(command, "/healthy")


def datasette(path: Path) -> contextlib.AbstractContextManager[tuple[int, int]]:
    """Datasette over the casebook's file."""
    return served([sys.executable, "-m", "datasette", "serve", str(path)], "/-/versions.json")


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
        beside_peer(path, given)
    return f"p95 over {LIMIT_MS} ms: {', '.join(over)}" if over else None


def measured(path: Path, given: argparse.Namespace) -> list[str]:
    """Serves a casebook, asks for one page after another, and prints a line each; the pages over the limit."""
    with casebook.open(path) as book:
        pages = addresses(book, random.Random(2))
    over = []
    with ours(path, given.workers) as (port, server):
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


def beside_peer(path: Path, given: argparse.Namespace) -> None:
    """Asks our server and Datasette for the same rows, in turns, and prints what a page costs them."""
    with casebook.open(path) as book:
        reports = [report.id for report in book.search(ReportSearch(limit=50)).reports]
        findings = [finding.id for finding in book.find_findings(FindingSearch(limit=50)).findings]
    pages = {
        "findings": ("/findings?event={}", f"/{path.stem}/findings?_size=50&event={{}}", list(EVENTS)),
        "finding": ("/findings/{}", f"/{path.stem}/findings/{{}}", findings),
        "report": ("/reports/{}", f"/{path.stem}/reports/{{}}", reports),
    }
    print(f"\n{'page':<11}{'stocktake':>10}{'Datasette':>11}   ratio (range)   (ms of processor a page)")
    with ours(path, 1) as mine, datasette(path) as theirs:
        for name, (here, there, keys) in pages.items():
            cost: tuple[list[float], list[float]] = ([], [])
            for (port, _), form in zip((mine, theirs), (here, there), strict=True):
                asyncio.run(crowd(port, [form.format(keys[0])], 4, 1))
            for _ in range(ROUNDS):
                for (port, server), form, costs in zip((mine, theirs), (here, there), cost, strict=True):
                    used = processor_seconds(server)
                    paths = [form.format(key) for key in keys]
                    answered = asyncio.run(crowd(port, paths, given.readers, given.seconds / ROUNDS))
                    if failed := sum(status >= 400 for _, status in answered):
                        sys.exit(f"{failed} of {len(answered)} pages failed, as {paths[0]}")
                    costs.append(1000 * (processor_seconds(server) - used) / len(answered))
            one, other = (statistics.median(costs) for costs in cost)
            ratio = spread([b / a for a, b in zip(*cost, strict=True)])
            print(f"{name:<11}{one:>10.1f}{other:>11.1f}   {ratio}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
