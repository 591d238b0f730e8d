"""The day of a statement: "said on Friday", "had said five days earlier", "reported on Oct. 14".

A date in a claim's sentence belongs to the event or to the saying. What the claim gives as its own time is the
event's; of the rest, the date that follows or opens the clause of a word of saying is the statement's.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from stocktake import reading
from stocktake.vocabulary import Time
from stocktake.weighing.lexicon import words


class Days(NamedTuple):
    """Calendar days as ordinals, inclusive; (0, 0) is unknown."""

    first: int
    last: int


UNKNOWN = Days(0, 0)
REACH = 60
"""How many characters a statement's date may stand from the word of saying."""

_CUES = words("cues")
_SAYING = re.compile(rf"\b(?:{'|'.join(_CUES['saying'])})\b", re.IGNORECASE)
_DENYING = re.compile("|".join(_CUES["denying"]), re.IGNORECASE)
_ADMITTING = re.compile("|".join(_CUES["admitting"]), re.IGNORECASE)
_OPENING = re.compile(rf"(?:^|[,;—–.]|\b(?:but|and))(?:\s+(?:{'|'.join(_CUES['leading'])}))*\s*$", re.IGNORECASE)
_BREAK = re.compile(r"[,;:]| that | and ")
_CLAUSE_END = re.compile(r"[;:]| and ")


def said(sentence: str, published: dt.date | None, events: Sequence[Days], stance: str = "asserts") -> Days:
    """When the sentence says that the statement was made, given the days of the events that it tells.

    Where the sentence holds a denial and an admission, each has its own date.
    """
    if published is None:
        return UNKNOWN
    today = published.toordinal()
    best, nearest = UNKNOWN, REACH + 1
    times, cues = _found(sentence, published)
    for time in times:
        assert time.first is not None
        assert time.last is not None
        days = Days(time.first.toordinal(), min(time.last.toordinal(), today))
        if days.first > today or any(_is(days, event, time.last.toordinal()) for event in events):
            continue
        distance = min((_distance(sentence, cue, time.start, time.end, stance) for cue in cues), default=REACH + 1)
        if distance < nearest or (distance == nearest and days.last - days.first < best.last - best.first):
            best, nearest = days, distance
    return best


@lru_cache(maxsize=256)
def _found(sentence: str, published: dt.date) -> tuple[list[Time], list[re.Match[str]]]:
    """The dates of a sentence that can be a statement's, and its words of saying.

    "Before the war" dates no statement; "later that month" leans on another sentence.
    """
    times = [
        time
        for time in reading.find_times(sentence, published)
        if time.first is not None
        and time.last is not None
        and time.rule != "event"
        and sentence[time.start : time.start + 4].lower() != "that"
    ]
    return times, list(_SAYING.finditer(sentence)) if times else []


def _is(days: Days, event: Days, last: int) -> bool:
    """Whether a date expression is the one that the event's time was read from."""
    if days.first == event.first or last == event.last or days.last == event.last:
        return True
    return bool(event.first and event.last) and days.first <= event.first and event.last <= last


def _distance(sentence: str, cue: re.Match[str], start: int, end: int, stance: str) -> int:
    """How far a date stands from a word of saying that it can belong to; beyond REACH where it cannot."""
    word = cue.group(0)
    other = _ADMITTING if stance in ("denies", "accuses") else None
    if (other and other.match(word)) or (stance != "denies" and _DENYING.match(word)):
        return REACH + 1
    if cue.end() <= start:
        between = sentence[cue.end() : start]
        return REACH + 1 if _BREAK.search(between) else len(between)
    between = sentence[end : cue.start()]
    if _CLAUSE_END.search(between) or not _OPENING.search(sentence[:start]):
        return REACH + 1
    return len(between)
