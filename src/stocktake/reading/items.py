"""Reads what is made, moved, held, used or lost: the head phrase of the item slot, and the family it belongs to.

A family gathers the names of one thing ("Shahed-136", "Geran-2", "Iranian one-way attack drones"); families form a
tree from the particular to the general (lexicon/items.csv), so that "drones" generalises "Shahed-136 drones".
"""

from __future__ import annotations

import re
from functools import lru_cache

from stocktake.reading import lexicon, quantities

__all__ = ["family", "generalises", "head"]

_PARENT: dict[str, str | None] = {}
_FAMILY: dict[tuple[str, ...], str] = {}  # normalised words -> family

_TOKEN = re.compile(r"[a-zà-ž]+|\d+(?:[a-z]+\d*)?")


def _words(text: str) -> tuple[str, ...]:
    """Lower-case words and numbers without hyphens and plural: "Shahed-136 drones" gives shahed, 136, drone."""
    words = []
    for word in _TOKEN.findall(text.lower().replace("’", "'").replace("'s", "")):
        if len(word) > 3 and word.endswith("ies"):
            word = word[:-3] + "y"
        elif word.endswith(("xes", "ches", "shes", "sses")):
            word = word[:-2]
        elif word.endswith("s") and not word.endswith("ss") and (len(word) > 3 or word[0].isdigit()):
            word = word[:-1]
        words.append(word)
    return tuple(words)


def _load() -> None:
    for row in lexicon.rows("items.csv"):
        _PARENT[row["family"]] = row["parent"] or None
        for phrase in (row["family"], *lexicon.split(row["words"])):
            _FAMILY.setdefault(_words(phrase), row["family"])


_load()
_LONGEST = max(len(words) for words in _FAMILY)

_LEAD = re.compile(
    r"(?:the|a|an|its|their|his|her|our|some|about|around|nearly|almost|roughly|more|than|over|at\s+least|up\s+to|of|these|"
    r"those|this|that|such|another|any|all|both|each|every|several|many|few|no|as\s+many\s+as|"
    r"fewer|less|certain|various|numerous|dozens\s+of|hundreds\s+of|thousands\s+of|tens\s+of\s+thousands\s+of)\s+",
    re.IGNORECASE,
)
_TAIL = re.compile(r"(?:[\s,]+(?:and|or|of))+$", re.IGNORECASE)
_NUMBER = re.compile(r"\d[\d,.]*")
_EDGES = " \t\n,.;:!?\"'“”‘’`()[]«»—–-"


@lru_cache(maxsize=8192)
def head(text: str) -> str:
    """The item slot's form of a phrase: without number, article and the like ("at least 400 Shahed drones").

    A conjunction at its end ("drones and") belongs to what follows. A number alone names no goods: "".
    """
    phrase = _TAIL.sub("", " ".join(text.split()).strip(_EDGES)).strip(_EDGES)
    for _ in range(8):  # "at least some of the 20": no phrase has more words before its head
        shorter = _without_lead(phrase)
        if shorter == phrase or not shorter:
            break
        phrase = shorter
    return "" if _NUMBER.fullmatch(phrase) else phrase


def _without_lead(phrase: str) -> str:
    match = _LEAD.match(phrase)
    if match is not None:
        return phrase[match.end() :]
    for amount in quantities.find(phrase, end=min(len(phrase), 40)):
        rest = phrase[amount.end :]
        if amount.start == 0 and rest[:1].isspace() and amount.rule in ("count", "money"):
            return rest.strip(_EDGES)
        break
    return phrase


_PREPOSITION = re.compile(r"\s+(?:for|of|to|from|in|at|with|against)\s+", re.IGNORECASE)


@lru_cache(maxsize=8192)
def family(text: str) -> str | None:
    """The family of an item, the most particular that its words name; None where the lists know none.

    What stands before "for" or "of" is the thing ("motors for missiles"), unless it is a mere portion ("a batch of
    missiles"); the last word says what a compound is ("missile parts", "drone factory").
    """
    whole = _family(_words(text))
    parts = _PREPOSITION.split(text, maxsplit=1)
    if len(parts) == 1 or whole is None:
        return whole
    first = _family(_words(parts[0]))
    return whole if first in (None, "goods") or _PARENT[whole] == first else first


def _family(words: tuple[str, ...]) -> str | None:
    best: tuple[int, int, str] | None = None
    for start in range(len(words)):
        for length in range(min(_LONGEST, len(words) - start), 0, -1):
            named = words[start : start + length]
            found = _FAMILY.get(named) or _FAMILY.get(tuple(_MARK.sub(r"\1", word) for word in named))
            if found is None:
                continue
            if start + length == len(words) and _root(found) != "weapons":
                return found
            rank = (_depth(found), length, found)
            if best is None or rank[:2] > best[:2]:
                best = rank
            break
    return best[2] if best else None


_MARK = re.compile(r"^(\d+)[a-z]\w*$")  # the mark after a model's number: T-72B3, Su-30MKI


def _root(name: str) -> str:
    while (parent := _PARENT[name]) is not None:
        name = parent
    return name


def _depth(name: str) -> int:
    depth, parent = 0, _PARENT[name]
    while parent is not None:
        depth, parent = depth + 1, _PARENT[parent]
    return depth


def generalises(a: str, b: str) -> bool:
    """Whether item `a` is the same kind of thing as `b` or a broader one ("drones" over "Shahed-136")."""
    broad, narrow = family(a), family(b)
    if broad is None or narrow is None:
        mine, theirs = set(_words(a)), set(_words(b))
        return bool(mine) and mine <= theirs
    while narrow is not None:
        if narrow == broad:
            return True
        narrow = _PARENT[narrow]
    return False
