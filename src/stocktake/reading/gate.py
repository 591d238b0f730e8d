"""The gate: which paragraphs of a report can hold a claim at all, decided by their words before any network runs.

A paragraph speaks of arms when it names a weapon or the like, or gives its calibre or model number; a report does
when enough of its paragraphs do, and then its other paragraphs are read too, for what they leave unsaid. All else
costs one look at its words. The word lists are data, in gate.toml.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import msgspec

from stocktake.vocabulary import Span

WORD = re.compile(r"[A-Za-z][A-Za-z-]*[A-Za-z]")
MODEL = re.compile(
    r"\b(?!G-|COVID-|A-3[0-9]0|U-[12][0-9]\b)[A-Z][A-Za-z]{0,4}-[0-9]{1,3}[A-Z]{0,3}\b"
    r"|\b[0-9]{2,3}[ -]?(?:mm|millimet(?:er|re)s?)\b(?!-wave| of rain)"
)
SPEAKS = 2
"""The strength from which a stretch of text speaks of arms."""
WHOLE = 0.25
"""A report with this share of paragraphs that speak of arms is read whole."""
MAINLY = 0.4
"""A report with this share is about arms: any event in it may be a claim."""


class Look(NamedTuple):
    """What a look at a report's words comes to."""

    kept: list[Span]
    """The paragraphs that can hold a claim, in order."""
    share: float
    """The share of paragraphs that speak of arms."""


class Lists(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What gate.toml holds; see the comments there."""

    arms: str
    forces: str
    civil: str
    small: str
    capital: str


@cache
def _weights() -> dict[str, int]:
    """What each word counts, written as it stands in the text or in small letters."""
    lists = msgspec.toml.decode((Path(__file__).parent / "gate.toml").read_bytes(), type=Lists)
    weights = dict.fromkeys(lists.forces.split(), 1) | dict.fromkeys(lists.arms.split(), SPEAKS)
    weights |= dict.fromkeys(lists.civil.split(), -SPEAKS)
    plain = set(lists.small.split())
    weights |= dict.fromkeys(plain | set(lists.capital.split()), SPEAKS)
    return weights | {word.capitalize(): 0 for word in plain}


@lru_cache(maxsize=1 << 16)
def _weight(word: str) -> int:
    """What a word counts; without a final "s" where only that is listed, and a hyphenated word by its parts."""
    weights = _weights()
    forms = (word, word.removesuffix("s"), word.lower(), word.lower().removesuffix("s"))
    known = next((weights[form] for form in forms if form in weights), 0)
    return max([known, *(_weight(part) for part in word.split("-") if part and part != word)], key=abs)


def strength(text: str) -> int:
    """How much a text speaks of arms: 2 a word of arms or a model number, 1 of forces, less 2 for a civil one."""
    counted = sum(_weight(word) for word in set(WORD.findall(text)))
    return counted + SPEAKS * bool(MODEL.search(text))


def look(text: str, paragraphs: Sequence[Span]) -> Look:
    """Which paragraphs can hold a claim, and how much of the report speaks of arms."""
    speaking = [one for one in paragraphs if strength(text[one.start : one.end]) >= SPEAKS]
    whole = len(speaking) >= WHOLE * len(paragraphs)
    return Look(list(paragraphs) if whole else speaking, len(speaking) / max(1, len(paragraphs)))


def relevant(sentence: str, report: float) -> bool:
    """Whether a sentence may hold a claim, in a report of which this share of paragraphs speaks of arms.

    In a report about arms any may; in one that is partly so it must speak of arms; in others it must name some. A
    question states nothing.
    """
    if sentence.rstrip(" \"'”’)").endswith("?"):
        return False
    if report >= MAINLY:
        return True
    if report >= WHOLE:
        return strength(sentence) >= SPEAKS
    named = bool(MODEL.search(sentence)) or any(_weight(word) >= SPEAKS for word in WORD.findall(sentence))
    return named and strength(sentence) >= SPEAKS
