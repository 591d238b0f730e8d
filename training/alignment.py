"""From gold claims to labelled spans: where in a report the words stand that each slot was filled from.

A party, place or source is sought under every name it goes by: all its mentions in the claim's own sentence fill
the slot; where there is none, those elsewhere do. An item is the mention nearest to the trigger. A quantity or a
time is the number or date expression of the sentence that reads as the gold value.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from network import MODALITIES, ROLES, STANCES
from windows import read_lines

from stocktake.reading import names, quantities, times
from stocktake.vocabulary import Span

NAMED = ("agent", "recipient", "place", "source")
ONE_OF_SEVERAL = 0.06
"""Mentions nearly as good as the best one count as well."""
SOME_WORDS, PART_OF_NAME = 1 / 3, 1 / 2
"""A mention holds at least this share of the name's words, in the claim's sentence and outside it."""
STOP_WORDS = {"a", "an", "and", "at", "for", "her", "his", "in", "its", "of", "on", "or", "the", "their", "to"}
WORD = re.compile(r"\w[\w.’'-]*\w|\w")
BREAK = re.compile(r"[,;.:]\s|\n")


class Mention(NamedTuple):
    """A place in the text where a value is named, and the share of its words found there."""

    start: int
    end: int
    quality: float


def stems(text: str) -> list[str]:
    """The words that carry a name or an item, lower case, without plural or possessive endings."""
    found = []
    for word in WORD.findall(text.lower()):
        word = re.sub(r"['’]s?$", "", word).strip(".-")
        if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
            word = word[:-1]
        if word and word not in STOP_WORDS:
            found.append(word)
    return found


def mentions(text: str, value: str, party: bool = True) -> list[Mention]:
    """Where the text names `value`: word for word, for a party by any name it goes by, else by some of its words."""
    pattern = rf"(?<![\w-]){re.escape(value)}(?!\w)"
    flags = re.NOFLAG if len(value) < 5 else re.IGNORECASE
    found = [Mention(*match.span(), 1.0) for match in re.finditer(pattern, text, flags)]
    if party:
        name = names.canonical(value)
        found += [Mention(span.start, span.end, 0.95) for span, known in _listed(text) if known == name]
    if found:
        return list(_apart(sorted(found, key=lambda m: (m.start, -m.end))))
    return list(_partial(text, set(stems(value))))


@lru_cache(maxsize=4)
def _listed(text: str) -> tuple[tuple[Span, str], ...]:
    return names.find(text)


def _apart(found: list[Mention]) -> Iterator[Mention]:
    free = 0
    for mention in found:
        if mention.start >= free:
            yield mention
            free = mention.end


def _partial(text: str, wanted: set[str]) -> Iterator[Mention]:
    """Runs of words that all belong to the value, small words between them allowed."""
    if not wanted:
        return
    start = end = -1
    held: set[str] = set()
    for word in WORD.finditer(text):
        own = stems(word[0])
        ends = start >= 0 and BREAK.search(text[end : word.start()])
        if start >= 0 and (ends or (own and not set(own) <= wanted)):
            yield Mention(start, end, len(held) / len(wanted))
            start, held = -1, set()
        if own and set(own) <= wanted:
            start, end = (word.start() if start < 0 else start), word.end()
            held |= set(own)
    if start >= 0:
        yield Mention(start, end, len(held) / len(wanted))


class Found(NamedTuple):
    """The spans that fill a slot, and further spans that may not be taken as wrong."""

    fill: list[tuple[int, int]]
    may: list[tuple[int, int]]


def named(text: str, value: str, sentence: tuple[int, int], role: str, trigger: int) -> Found:
    """The mentions of one party, place, source or item that fill a slot of a claim."""
    found = [m for m in mentions(text, value, party=role in NAMED) if m.quality >= SOME_WORDS]
    inside = [m for m in found if sentence[0] <= m.start < sentence[1]]
    if not inside:
        low, high = sentence
        inside = [Mention(m.start + low, m.end + low, m.quality) for m in _partial(text[low:high], set(stems(value)))]
        inside = [m for m in inside if m.quality >= SOME_WORDS]
    outside = [m for m in found if not sentence[0] <= m.start < sentence[1]]
    if inside:
        best = max(m.quality for m in inside)
        chosen = [m for m in inside if m.quality >= best - ONE_OF_SEVERAL]
        if role in ("item", "place"):
            chosen = [min(chosen, key=lambda m: abs(m.start - trigger))]
        rest = [m for m in (*inside, *outside) if m not in chosen]
    else:
        chosen = [m for m in outside if m.quality >= PART_OF_NAME] or outside
        rest = []
        if role == "item":
            before = [m for m in chosen if m.start < sentence[0]]
            rest, chosen = chosen, before[-2:] or chosen[:1]
    return Found([m[:2] for m in chosen], [m[:2] for m in rest if m not in chosen])


def _near(value: float | None, other: float | None) -> bool:
    if value is None or other is None:
        return value is other
    return abs(value - other) <= 0.02 * max(abs(value), abs(other))


def counted(text: str, gold: dict[str, Any], sentence: tuple[int, int], trigger: int) -> list[tuple[int, int]]:
    """The number of the sentence that reads as the gold quantity, or shares a bound with it."""
    amounts = quantities.find(text, start=sentence[0], end=sentence[1])
    same = [a for a in amounts if _near(a.low, gold["low"]) and _near(a.high, gold["high"])]
    ends = [end for end in (gold["low"], gold["high"]) if end]
    same = same or [a for a in amounts if any(_near(own, end) for own in (a.low, a.high) if own for end in ends)]
    return [(a.start, a.end) for a in sorted(same, key=lambda a: abs(a.start - trigger))[:1]]


def dated(
    text: str, gold: dict[str, Any], published: str | None, sentence: tuple[int, int], trigger: int
) -> list[tuple[int, int]]:
    """The date expression of the sentence whose period is the gold time's, or shares its first or last day."""
    day = dt.date.fromisoformat(published[:10]) if published else None
    ranked = []
    for time in times.find(text, day, start=sentence[0], end=sentence[1]):
        for planned in (False, True):
            period = times.period(text, time, day, planned)
            if period is None:
                continue
            start, end = (side and side.isoformat() for side in (period.start, period.end))
            shared = (start is not None and start == gold["start"]) + (end is not None and end == gold["end"])
            exact = (start, end) == (gold["start"], gold["end"])
            if shared:
                ranked.append((not exact, -shared, abs(time.start - trigger), time.start, time.end))
    return [min(ranked)[3:]] if ranked else []


def aligned(report: dict[str, Any], tally: Counter | None = None) -> dict[str, Any]:
    """A report with its claims as labelled spans (`roles`), `may` spans and status numbers."""
    text, claims = report["text"], []
    for claim in report["claims"]:
        begin = text.find(claim["quote"])
        if begin < 0:
            continue
        sentence = (begin, begin + len(claim["quote"]))
        trigger = (begin + claim["trigger"]["at"], begin + claim["trigger"]["at"] + len(claim["trigger"]["text"]))
        roles: dict[str, list] = {role: [] for role in ROLES}
        may: dict[str, list] = {role: [] for role in ROLES}
        for role in (*NAMED, "item"):
            value = claim["sources"] if role == "source" else claim.get(role)
            joined = value if isinstance(value, list) else [value or ""]
            for one in (name.strip() for part in joined for name in part.split(";") if name.strip()):
                found = named(text, one, sentence, role, trigger[0])
                roles[role] += found.fill
                may[role] += found.may
        if claim.get("quantity"):
            roles["quantity"] = counted(text, claim["quantity"], sentence, trigger[0])
        if claim.get("time"):
            roles["time"] = dated(text, claim["time"], report.get("published"), sentence, trigger[0])
        status = (
            STANCES.index(claim["stance"]),
            MODALITIES.index(claim["modality"]),
            int(bool(claim["negated"])),
        )
        claims.append({"event": claim["event"], "trigger": trigger, "roles": roles, "may": may, "status": status})
        if tally is not None:
            for role in ROLES:
                if claim.get("sources" if role == "source" else role):
                    tally[role, "aligned" if roles[role] else "lost"] += 1
    return {"id": report["id"], "text": text, "claims": claims}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("reports", type=Path, nargs="+", help="gold files, or one of them to look at")
    options = parser.parse_args()
    for path in options.reports:
        tally: Counter = Counter()
        lines = [json.dumps(aligned(report, tally)) for report in read_lines(path)]
        print(path.name, len(lines), "reports;", ", ".join(f"{r} {what} {n}" for (r, what), n in sorted(tally.items())))


if __name__ == "__main__":
    main()
