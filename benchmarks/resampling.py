"""A large casebook made of small gold: reports resampled with other parties, dates, numbers and words.

Each report draws passages of several gold reports of one topic. Parties go through one of some hundred fixed
permutations of states (a theatre), so that matters have realistic sizes: the first theatre is large, the others are
small. Days are shifted, exact numbers scaled, and a third of the common words replaced, so that reports are no copies
of one another except the few that are meant to be.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from stocktake.vocabulary import Claim, Report, stable_id

THEATRES = 400
FIRST_SHARE = 0.04
COPIES = 0.03
_COMMON = re.compile(r"\b[a-z]{4,}\b")
_KEPT = re.compile(
    r"(?:said|says|told|report|announc|claim|den[iy]|admit|accus|accord|hundreds|thousands|dozens|since)"
)


class Resampled(NamedTuple):
    report: Report
    claims: tuple[Claim, ...]


class Resampler:
    """Draws reports from the gold files under a folder, the same for the same seed."""

    def __init__(self, shared: Path, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self._topics: dict[str, list[dict[str, Any]]] = {}
        for name in ("reading/train.jsonl", "reading/dev.jsonl"):
            for line in (shared / name).read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                if row["claims"] and row.get("published"):
                    self._topics.setdefault(row["id"].rsplit("-", 1)[0], []).append(row)
        self._states = _states(self._topics)
        self._theatres = [self._theatre(number) for number in range(THEATRES)]
        self._words = sorted({w for rows in self._topics.values() for r in rows for w in _COMMON.findall(r["text"])})

    def _theatre(self, number: int) -> dict[str, str]:
        shuffled = self._states[:]
        if number:
            self._random.shuffle(shuffled)
        return dict(zip(self._states, shuffled, strict=True))

    def reports(self, claims: int) -> Iterator[Resampled]:
        """Reports until they hold so many claims."""
        made = number = 0
        last: Resampled | None = None
        while made < claims:
            number += 1
            if last is not None and self._random.random() < COPIES:
                drawn = self._copy(last, number)
            else:
                drawn = last = self._draw(number)
            made += len(drawn.claims)
            yield drawn

    def _draw(self, number: int) -> Resampled:
        rng = self._random
        topic = self._topics[rng.choice(sorted(self._topics))]
        base = rng.choice(topic)
        theatre = self._theatres[0 if rng.random() < FIRST_SHARE else rng.randrange(1, THEATRES)]
        shift = dt.timedelta(days=rng.randrange(-1500, 1500))
        scale = rng.choice((1, 1, 1, 2, 3, 5, 0.5))
        published = dt.date.fromisoformat(base["published"]) + shift
        paragraphs = [p for p in base["text"].split("\n") if p.strip()]
        for other in rng.sample(topic, min(2, len(topic))):
            paragraphs += rng.sample(other["text"].split("\n"), 1)
        every = [c for row in topic for c in row["claims"]]
        text, found = "", []
        for paragraph in paragraphs:
            noisy = self._noisy(paragraph)
            for slots in every:
                at = paragraph.find(slots["quote"])
                if at >= 0:
                    found.append((slots, len(text) + at, len(slots["quote"])))
            text += noisy + "\n"
        ident = f"r{number:07}"
        report = Report(
            id=ident,
            text=text,
            outlet=f"{base['outlet']} {rng.randrange(40)}",
            title=base["title"],
            published=published,
        )
        made = []
        for index, (slots, start, length) in enumerate(found[:24]):
            made.append(_claim(slots, ident, index, text[start : start + length], start, theatre, shift, scale))
        return Resampled(report, tuple(made))

    def _copy(self, of: Resampled, number: int) -> Resampled:
        ident = f"r{number:07}"
        assert of.report.published is not None
        report = msgspec.structs.replace(
            of.report, id=ident, outlet="Reprint", published=of.report.published + dt.timedelta(days=1)
        )
        made = [msgspec.structs.replace(c, id=stable_id("c", ident, i), report=ident) for i, c in enumerate(of.claims)]
        return Resampled(report, tuple(made))

    def _noisy(self, paragraph: str) -> str:
        """Common words replaced by others of one length, so that offsets stay."""
        rng = self._random

        def other(match: re.Match[str]) -> str:
            word = match.group(0)
            if rng.random() > 0.4 or _KEPT.match(word):
                return word
            return (rng.choice(self._words) * 3)[: len(word)]

        return _COMMON.sub(other, paragraph)


def _states(topics: dict[str, list[dict[str, Any]]]) -> list[str]:
    from stocktake import reading
    from stocktake.vocabulary import SourceKind

    named = set()
    for rows in topics.values():
        for row in rows:
            for claim in row["claims"]:
                for party in f"{claim['agent'] or ''};{claim['recipient'] or ''}".split(";"):
                    if reading.source_kind(party.strip() or "?") is SourceKind.state:
                        named.add(party.strip())
    return sorted(named)


def _claim(
    slots: dict[str, Any],
    report: str,
    index: int,
    quote: str,
    start: int,
    theatre: dict[str, str],
    shift: dt.timedelta,
    scale: float,
) -> Claim:
    def renamed(value: str | None) -> str | None:
        return "; ".join(theatre.get(p.strip(), p.strip()) for p in value.split(";")) if value else None

    fields = {k: v for k, v in slots.items() if k not in ("trigger", "finding", "origin")}
    fields["agent"], fields["recipient"] = renamed(slots["agent"]), renamed(slots["recipient"])
    fields["sources"] = tuple(renamed(s) or "" for s in slots["sources"])
    if slots["time"]:
        fields["time"] = {
            k: (dt.date.fromisoformat(v) + shift).isoformat() if v else None for k, v in slots["time"].items()
        }
    if slots["quantity"] and scale != 1:
        q = dict(slots["quantity"])
        q["low"] = q["low"] * scale if q["low"] is not None else None
        q["high"] = q["high"] * scale if q["high"] is not None else None
        fields["quantity"] = q
    place = {"report": report, "id": stable_id("c", report, index), "start": start, "end": start + len(quote)}
    return msgspec.convert({**fields, **place, "quote": quote}, Claim, strict=False)
