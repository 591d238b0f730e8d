"""A casebook of many claims: how fast they go in, and how fast filters answer. `benchmarks/casebook.py [CLAIMS]`.

Made-up reports of a hundred claims each, stored by the casebook's own add, a transaction a report. The peer is the
same question asked of the same claims as JSON Lines, line by line, as one does without a casebook.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from ratios import in_turns

from stocktake import casebook
from stocktake.casebook import ClaimFilter, Reader
from stocktake.reports import Obtained
from stocktake.vocabulary import Claim, EventType, Period, Report, stable_id

PARTIES = (
    "Iran",
    "Russia",
    "Ukraine",
    "United States",
    "North Korea",
    "Germany",
    "Israel",
    "Houthis",
    "China",
    "Turkey",
)
ITEMS = ("Shahed-136 drones", "155mm shells", "ballistic missiles", "components", "air defence systems", "tanks")
SOURCES = ("officials", "Wall Street Journal", "Reuters", "defence ministry", "intelligence", "analysts")
A_REPORT = 100


def read(report: Report) -> tuple[Claim, ...]:
    """A hundred claims that look real, the same for the same report."""
    chance = random.Random(report.id)
    day = report.published or dt.date(2024, 1, 1)
    return tuple(
        Claim(
            id=stable_id("c", report.id, n),
            report=report.id,
            start=n * 10,
            end=n * 10 + 9,
            quote="Officials said that deliveries had gone on through the winter and would not stop.",
            event=chance.choice(list(EventType)),
            agent=chance.choice(PARTIES),
            recipient=chance.choice(PARTIES),
            item=chance.choice(ITEMS),
            time=Period(start=day - dt.timedelta(chance.randrange(90)), end=day) if chance.random() < 0.5 else None,
            sources=(chance.choice(SOURCES), "officials"),
            confidence=chance.random(),
        )
        for n in range(A_REPORT)
    )


def obtained(count: int) -> Iterator[Obtained]:
    """Reports over ten years."""
    for n in range(count):
        raw = f"Report {n}\n".encode() + b"words " * 400
        published = dt.date(2015, 1, 1) + dt.timedelta(n * 7 % 3650)
        identity = hashlib.sha256(raw).hexdigest()
        yield Obtained(Report(id=identity, text=raw.decode(), outlet="Wire", published=published), raw, "text/plain")


def main() -> None:
    """Prints the table."""
    claims = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "big.casebook"
        with casebook.open(path, reader=Reader(read, "1")) as book:
            start = time.perf_counter()
            book.add_documents(obtained(claims // A_REPORT))
            seconds = time.perf_counter() - start
            print(f"{claims:,} claims added in {seconds:.1f} s ({claims / seconds:,.0f} a second), "
                  f"{path.stat().st_size / 1e6:,.0f} MB")  # fmt: skip
            lines = Path(folder) / "claims.jsonl"
            with lines.open("wb") as out:
                for claim in book.claims():
                    out.write(msgspec.json.encode(claim) + b"\n")

            def scan() -> int:
                decode = msgspec.json.Decoder(Claim).decode
                with lines.open("rb") as file:
                    return sum(claim.agent == "Iran" and claim.event == "transfer" for claim in map(decode, file))

            print(f"{'question':30} {'answers':>9} {'seconds':>8} {'JSON Lines':>10}   ratio (range)")

            def ask(name: str, question: Callable[[], int]) -> None:
                found = in_turns(question, scan, 3, time.perf_counter)
                ours, theirs = (statistics.median(seconds) for seconds in found)
                print(f"{name:30} {question():9,} {ours:8.3f} {theirs:10.3f}   {found}", flush=True)

            questions = {
                "first 50": ClaimFilter(limit=50),
                "first 50 of a party": ClaimFilter(party="Houthis", limit=50),
                "all transfers by or to Iran": ClaimFilter(event=EventType.transfer, party="Iran"),
                "a party's shells, two years": ClaimFilter(
                    party="Ukraine", item="shell", since=dt.date(2022, 1, 1), until=dt.date(2023, 12, 31)
                ),
                "said by the Journal, sure": ClaimFilter(source="Wall Street Journal", min_confidence=0.95),
                "all": ClaimFilter(),
            }
            for name, wanted in questions.items():
                ask(name, lambda wanted=wanted: sum(1 for _ in book.claims(wanted)))
            ask("how many of Iran", lambda: book.count_claims(ClaimFilter(party="Iran")))
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")


if __name__ == "__main__":
    main()
