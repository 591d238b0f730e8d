"""Weighing measured: gold figures, copies, and speed on a large casebook made by resampling.

    python benchmarks/weighing.py gold            findings and origins on the gold claims, copies on the newswire
    python benchmarks/weighing.py large [CLAIMS]  a casebook of so many claims (default 1,000,000) weighed afresh,
                                                  then one report added; seconds and peak memory
    python benchmarks/weighing.py curve [CLAIMS]  the same at a tenth, a third, the whole and three times so many; what
                                                  it costs by size, with the exponent, written into docs/scale.md

The data lie in ../shared or where STOCKTAKE_SHARED says. Building the casebook is not part of what is measured.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np
import sqlalchemy as sa
from ratios import processor
from resampling import Resampled, Resampler

from stocktake import casebook, weighing
from stocktake.casebook.selecting import columns
from stocktake.casebook.storing import put_report
from stocktake.casebook.tables import claims as claims_table
from stocktake.casebook.tables import reports
from stocktake.vocabulary import Claim, Report

SCALE = Path(__file__).resolve().parent.parent / "docs" / "scale.md"
BEGINS, ENDS = "<!-- benchmarks/weighing.py curve -->", "<!-- end of the curve -->"
SHARED = Path(os.environ.get("STOCKTAKE_SHARED", Path(__file__).resolve().parents[2] / "shared"))


def gold() -> None:
    """The figures on gold claims (by the scorer that lies beside them) and on copies."""
    for name in ("dev.jsonl",):
        lines = (SHARED / "weighing" / name).read_bytes().splitlines()
        told = [one for one in weighing.told(lines) if isinstance(one, weighing.Told)]
        whole = weighing.weigh((c for one in told for c in one.claims), (one.report for one in told))
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as out:
            for one in told:
                labels = [{"finding": whole.finding_of[c.id], "origin": whole.origin_of[c.id]} for c in one.claims]
                print(json.dumps({"id": one.report.id, "claims": labels}), file=out, flush=True)
            scorer = SHARED / "weighing" / "score.py"
            subprocess.run([sys.executable, str(scorer), str(SHARED / "weighing" / name), out.name], check=True)
    precision, recall, seconds = copies()
    print(f"              copies  precision {precision:.3f}  recall {recall:.3f}  in {seconds:.1f} s")


def copies() -> tuple[float, float, float]:
    """Precision and recall of near copies in the newswire, the doubtful pairs not counted, and the seconds."""
    reports = []
    with gzip.open(SHARED / "reports" / "newswire.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            day = dt.date.fromisoformat(row["published"]) if row["published"] else None
            reports.append(Report(id=row["id"], text=row["text"], outlet=row["outlet"], published=day))
    listed = json.loads((SHARED / "weighing" / "copies.json").read_text(encoding="utf-8"))
    real = {frozenset(pair[:2]) for pair in listed["planted"] + listed["real"]}
    unsure = {frozenset(pair[:2]) for pair in listed["unsure"]}
    began = time.perf_counter()
    found = {frozenset((copy.report, copy.original)) for copy in weighing.copies(reports)}
    seconds = time.perf_counter() - began
    hits = len(found & real)
    return hits / max(len(found - unsure), 1), hits / len(real), seconds


def large(claims: int) -> Point:
    """Build a casebook in one process, measure another that weighs it."""
    with tempfile.TemporaryDirectory() as folder:
        address = Path(folder) / "large.casebook"
        extra = Path(folder) / "extra.jsonl"
        built = _build(address, extra, claims)
        print(f"casebook of {built[0]:,} reports and {built[1]:,} claims, {address.stat().st_size / 1e9:.1f} GB")
        command = [sys.executable, __file__, "measure", str(address), "--extra", str(extra)]
        *told, point = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
        print(*told, sep="\n", flush=True)
        return msgspec.json.decode(point, type=Point)


def curve(claims: int) -> None:
    """Measure four sizes and write the table into the manual."""
    points = [large(size) for size in (claims // 10, claims * 3 // 10, claims, claims * 3)]
    table = tabulated(points)
    print(table)
    before, rest = SCALE.read_text(encoding="utf-8").split(BEGINS)
    after = rest.split(ENDS)[1]
    SCALE.write_text(f"{before}{BEGINS}\n{table}\n{ENDS}{after}", encoding="utf-8")


def tabulated(points: Sequence[Point]) -> str:
    """The points as a Markdown table, and the exponents by which time and memory grow with claims."""
    rows = [
        "| claims | findings | wall | processor | peak memory | one report more |",
        "| --: | --: | --: | --: | --: | --: |",
    ]
    rows += [
        f"| {p.claims:,} | {p.findings:,} | {p.seconds:.0f} s | {p.processor:.0f} s | {p.gigabytes:.2f} GB | "
        f"{min(p.added):.2f} to {max(p.added):.2f} s |"
        for p in points
    ]
    time_grows, memory_grows = (
        np.polyfit(np.log([p.claims for p in points]), np.log([getattr(p, slot) for p in points]), 1)[0]
        for slot in ("processor", "gigabytes")
    )
    return "\n".join(
        [
            *rows,
            "",
            f"Processor time grows with claims to the power {time_grows:.2f}, memory to the power {memory_grows:.2f}, "
            f"on {len(os.sched_getaffinity(0))} processors; *one report more* is processor time, over five reports.",
        ]
    )


def _build(address: Path, extra: Path, claims: int) -> tuple[int, int]:
    drawn = Resampler(SHARED).reports(claims + 200)
    made = total = 0
    last: list[Resampled] = []
    with casebook.open(address) as book:
        while batch := _batch(drawn, 500):
            if total >= claims:
                last += batch
                continue
            with book.writing() as connection:
                _put(connection, batch)
            made, total = made + len(batch), total + sum(len(stated) for _, stated in batch)
    late = last or list(Resampler(SHARED, seed=2).reports(60))
    with extra.open("wb") as out:
        for number, (report, stated) in enumerate(late[:5]):
            renamed = msgspec.structs.replace(report, id=f"late{number}")
            told = [
                msgspec.structs.replace(c, id=f"c0late{number}x{i}", report=renamed.id) for i, c in enumerate(stated)
            ]
            out.write(msgspec.json.encode({"report": renamed, "claims": told}) + b"\n")
    return made, total


def _put(connection: sa.Connection, batch: list[Resampled]) -> None:
    """Puts reports in by the hundred: the first as the casebook does, the others as rows like its row."""
    first = batch[0]
    raw = msgspec.json.encode(first.report)
    put_report(connection, first.report, raw, "application/json", first.claims, read_with="gold", unread=False)
    model = dict(connection.execute(sa.select(reports).where(reports.c.id == first.report.id)).mappings().one())
    rows = [
        {
            **model,
            "id": r.id,
            "outlet": r.outlet,
            "title": r.title,
            "published": r.published,
            "day": r.published,
            "text": r.text,
        }
        for r, _ in batch[1:]
    ]
    connection.execute(reports.insert(), rows)
    stated = [
        {**columns(c, r), "rejected": False, "decided": None, "read": None} for r, found in batch[1:] for c in found
    ]
    connection.execute(claims_table.insert(), stated)


def _batch(drawn: Iterator[Resampled], size: int) -> list[Resampled]:
    from itertools import islice

    return list(islice(drawn, size))


def measure(address: Path, extra: Path) -> None:
    """Weigh afresh, then add the extra reports one by one."""
    with casebook.open(address) as book:
        began, busy = time.perf_counter(), processor()
        done = book.weigh(afresh=True)
        point = Point(
            claims=_claims(book),
            findings=done.findings,
            seconds=time.perf_counter() - began,
            processor=processor() - busy,
            gigabytes=_peak(),
        )
        print(
            f"weighed afresh into {point.findings:,} findings in {point.seconds:.0f} s "
            f"({point.processor:.0f} s of processor), peak {point.gigabytes:.2f} GB",
            flush=True,
        )
        for line in extra.read_bytes().splitlines():
            row = msgspec.json.decode(line, type=Extra)
            raw = msgspec.json.encode(row.report)
            began, busy = time.perf_counter(), processor()
            with book.writing() as connection:
                put_report(connection, row.report, raw, "application/json", row.claims, read_with="gold", unread=False)
            done = book.weigh()
            point.added.append(processor() - busy)
            print(
                f"one report of {len(row.claims)} claims more: {done.matters} matters in "
                f"{time.perf_counter() - began:.2f} s ({point.added[-1]:.2f} s of processor)",
                flush=True,
            )
        began = time.perf_counter()
        first = list(book.findings(casebook.FindingFilter(limit=50, party="Russia", event=None)))
        print(f"the last {len(first)} findings on Russia in {time.perf_counter() - began:.3f} s")
        print(msgspec.json.encode(point).decode())


def _claims(book: casebook.Casebook) -> int:
    with book.reading() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(claims_table)).scalar_one())


def _peak() -> float:
    """The most memory in GB: this process's peak, and for each processor the peak of the largest it has started."""
    own, largest = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return (own + largest * len(os.sched_getaffinity(0))) / 1e6


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One weighing of everything: what, how long, the most memory at a time; the processor time of further reports."""

    claims: int
    findings: int
    seconds: float
    processor: float
    gigabytes: float
    added: list[float] = []


class Extra(msgspec.Struct):
    """A report with its claims, to be added later."""

    report: Report
    claims: list[Claim]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", choices=("gold", "large", "curve", "measure"))
    parser.add_argument("which", nargs="?", default="1000000", help="claims of the large casebook")
    parser.add_argument("--extra", type=Path)
    given = parser.parse_args()
    if given.what == "gold":
        gold()
    elif given.what == "large":
        large(int(given.which))
    elif given.what == "curve":
        curve(int(given.which))
    else:
        measure(Path(given.which), given.extra)


if __name__ == "__main__":
    main()
