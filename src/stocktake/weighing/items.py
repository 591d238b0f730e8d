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

_REST = re.compile(r"\s(?:for|of|to|with|from|in|against)\s")
"""What follows says more of the goods: "plant for drones" is a plant."""

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
    text = _REST.split(item.lower())[0]
    last = _LAST.search(text)
    head = _singular(last.group(0)) if last else text
    of_head = reading.family(head)
    if of_head is not None and of_head not in _LOOSE and head not in _OPEN_WORDS and not reading.generalises(ANY, head):
        return _class(of_head)  # "drone blueprints" are designs
    named = reading.family(text) or reading.family(item)
    if head in _OPEN_WORDS and named in (None, of_head):
        return OPEN
    if head in _PLACES and (named is None or named in _LOOSE):
        return str(_GOODS["places"]["family"])
    return head if named is None or named in _LOOSE else _class(named)


def _class(family: str) -> str:
    return str(_CLASS.get(family, family))


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
