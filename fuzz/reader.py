"""Fuzzes the reading room with damaged reports and arbitrary Unicode.

It promises that every offset lies in the text, that quotes are verbatim, that ids are unique, that the records can
be written as JSON, and that the same text reads the same twice.

    python fuzz/reader.py SECONDS [claims|mentions] [--seed N]
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import msgspec
from engine import Target, main

from stocktake import reading, reports
from stocktake.vocabulary import Claim, Mentions, Report

SAMPLES = Path(__file__).resolve().parent.parent / "samples"


def report(raw: bytes) -> Report:
    return Report(id="r" * 64, text=raw.decode("utf-8", "replace"), published=dt.date(2023, 11, 2))


def claims(raw: bytes) -> tuple[list[str], tuple[str, ...]]:
    given = report(raw)
    found = reading.read(given)
    broken = [problem for claim in found for problem in wrong(claim, given.text)]
    broken += ["two claims of one id"] * (len({claim.id for claim in found}) != len(found))
    broken += ["not the same in JSON"] * (
        msgspec.json.decode(msgspec.json.encode(found), type=tuple[Claim, ...]) != tuple(found)
    )
    broken += ["another reading the second time"] * (reading.read(given) != found)
    return broken, tuple(
        sorted({f"{c.event} {c.stance} {c.modality} {c.quantity is None} {c.time is None}" for c in found})
    )


def wrong(claim: Claim, text: str) -> Iterable[str]:
    if text[claim.start : claim.end] != claim.quote:
        yield f"the quote is not the text at {claim.start}"
    for slot, spans in claim.spans.items():
        if any(not 0 <= span.start < span.end <= len(text) for span in spans):
            yield f"a span of {slot} lies outside the text"


def mentions(raw: bytes) -> tuple[list[str], tuple[str, ...]]:
    given = report(raw)
    found = reading.mentions(given)
    spans = [(m.start, m.end) for m in (*found.times, *found.quantities)]
    spans += [(s.start, s.end) for a in found.attributions for s in (*a.source, *a.cue, *a.content)]
    broken = ["a mention lies outside the text"] * any(not 0 <= start <= end <= len(given.text) for start, end in spans)
    broken += ["not the same in JSON"] * (msgspec.json.decode(msgspec.json.encode(found), type=Mentions) != found)
    rules = {m.rule for m in (*found.times, *found.quantities)}
    return broken, tuple(sorted(rules))


def target(trial: object) -> Target:
    texts = [item.report.text.encode() for item in reports.load(SAMPLES) if isinstance(item, reports.Obtained)]
    return Target(texts, trial)  # type: ignore[arg-type]


if __name__ == "__main__":
    sys.exit(main({"claims": partial(target, claims), "mentions": partial(target, mentions)}))
