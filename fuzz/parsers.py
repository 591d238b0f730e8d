"""Fuzzes every parser of the reports room; what it promises is in tests/reports/making.py.

python fuzz/parsers.py SECONDS [html|pdf|txt|eml|jsonl|warc|rss|parquet|gz|bin ...] [--seed N]
"""

from __future__ import annotations

import re
import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from engine import Target, main
from reports.making import broken_promises, seeds, taken


def trial(name: str, raw: bytes) -> tuple[list[str], tuple[str, ...]]:
    """What broke, and the answer: its reasons without numbers, its reports by language, dating and length."""
    broken = broken_promises(raw, name)
    obtained, failures = taken(raw, name)
    reasons = sorted({re.sub(r"\d+|\(.*?\)", "", failure.reason)[:60] for failure in failures})
    kinds = sorted(
        f"{o.media_type} {o.report.language} {o.report.title is None} {o.report.published is None} "
        f"{len(o.report.text).bit_length()}"
        for o in obtained
    )
    return broken, (*reasons, *kinds)


def target(kind: str) -> Target:
    return Target(seeds()[kind], partial(trial, f"damaged.{kind}"))


if __name__ == "__main__":
    sys.exit(main({kind: partial(target, kind) for kind in seeds()}))
