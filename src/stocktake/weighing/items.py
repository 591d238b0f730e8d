"""What kind of goods an item is, for weighing: the class of its family, or that its words leave it open."""

from __future__ import annotations

import re
from functools import lru_cache

from stocktake import reading
from stocktake.weighing.lexicon import words

_GOODS = words("goods")
_CLASS = {family: name for name, families in _GOODS["classes"].items() for family in families}
_OPEN_WORDS = frozenset(_GOODS["open"]["words"])
_LOOSE = frozenset(_GOODS["loose"]["families"])
_PLACES = frozenset(_GOODS["places"]["words"])
_LAST = re.compile(r"[a-z0-9'-]+(?=[^a-z0-9]*$)")

OPEN = "?"
"""The family of words that take their meaning from the report: "aircraft", "machines", "models"."""
ANY: str = _GOODS["loose"]["any"]
"""Weapons of no family."""
PLATFORMS = frozenset(_GOODS["open"]["families"])
"""What open words can stand for."""


@lru_cache(maxsize=65536)
def family(item: str | None) -> str:
    """The classes of the items named, joined with "+"; OPEN where the words leave it open, "" where none is named."""
    if not item:
        return ""
    parts = [part.strip() for part in re.split(r";|\band\b", item) if part.strip()]
    found = sorted({_one(part) for part in parts})
    known = [name for name in found if name != OPEN]
    return "+".join(known) if known else OPEN


def _one(item: str) -> str:
    text = item.lower()
    last = _LAST.search(text)
    head = _singular(last.group(0)) if last else text
    named = reading.family(item)
    if head in _OPEN_WORDS and (named is None or (head not in text.split()[:-1] and len(text.split()) == 1)):
        return OPEN
    if head in _PLACES and (named is None or named in _LOOSE):
        return str(_GOODS["places"]["family"])
    if named is None or named in _LOOSE:
        return head
    return str(_CLASS.get(named, named))


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
