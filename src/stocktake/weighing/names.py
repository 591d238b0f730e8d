"""Whose voice it is: the one name, the kind and the state of a speaker or party.

Names, kinds and states are reading's; here they are put together for weighing: a government or administration
speaks for its state, unnamed officials have no name of their own, an outlet speaks for no state.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from stocktake import reading
from stocktake.vocabulary import SourceKind
from stocktake.weighing.lexicon import words


class Voice(NamedTuple):
    """A speaker: one name, its kind, the state it speaks for ("" if none), and whether it has a name at all."""

    name: str
    kind: SourceKind
    state: str
    named: bool


_JOINT = {form.lower(): name for name, forms in words("cues")["voices"].items() for form in forms}
_BODIES: dict[str, str] = {form: body for body, forms in words("cues")["bodies"].items() for form in (body, *forms)}
_PAPERS = frozenset(words("cues")["press"])
_COMMAND = re.compile(r"^(?:the\s+)?(?:command\s+of\s+(?:the\s+)?)?", re.IGNORECASE)
_GOVERNMENT = re.compile(r"\b(?:administration|government|authorities)$", re.IGNORECASE)
_PRESS = frozenset({SourceKind.outlet, SourceKind.agency})
_NAMELESS = frozenset({SourceKind.unnamed_official, SourceKind.intelligence, SourceKind.document})


@lru_cache(maxsize=65536)
def plain(name: str) -> str:
    """Lower case, no article, no accents, straight apostrophes."""
    text = unicodedata.normalize("NFKD", name.replace("’", "'")).encode("ascii", "ignore").decode()
    return re.sub(r"^the\s+", "", " ".join(text.split()).lower())


@lru_cache(maxsize=65536)
def unnamed(name: str) -> str:
    """A voice without a name as people write it: in lower case but for the words that name a state or are its letters.

    Capitals of a heading or of a sentence's beginning tell no two voices apart.
    """
    said, bracket, outlet = " ".join(name.split()).partition(" (")
    words = re.sub(r"^the\s+", "", said, flags=re.IGNORECASE).split()
    kept = (word if state_of(word) or (word.isupper() and len(word) > 1) else plain(word) for word in words)
    return " ".join(kept) + bracket + outlet


@lru_cache(maxsize=65536)
def state_of(phrase: str) -> str:
    """The state that a phrase names first, "" where none."""
    return (reading.state_of(phrase) or "") if phrase else ""


@lru_cache(maxsize=65536)
def body(name: str) -> str:
    """What kind of state body a name means: "air force" for "Ukraine's Air Force Command"; "" if none."""
    said = _COMMAND.sub("", " ".join(name.replace("’", "'").split())).split()
    for first in range(min(4, len(said))):
        for last in range(len(said), max(first, len(said) - 4), -1):
            found = _BODIES.get(" ".join(said[first:last]).lower())
            if found and all(not words or state_of(" ".join(words)) for words in (said[:first], said[last:])):
                return found
    return ""


def of_state(known: str, state: str) -> Voice:
    """A state's body, as "Ukraine's air force": it speaks by that name whatever it is called."""
    return Voice(f"{state}'s {known}" if state[-1] != "s" else f"{state}' {known}", SourceKind.official, state, True)


@lru_cache(maxsize=65536)
def voice(name: str) -> Voice:
    """What the words of a name say of the speaker."""
    if (group := _JOINT.get(plain(name))) is not None:
        return Voice(group, SourceKind.state, group, True)
    state = state_of(name)
    if state and _GOVERNMENT.search(name):
        return Voice(state, SourceKind.state, state, True)
    if state and (known := body(name)):
        return of_state(known, state)
    one = reading.canonical(name)
    if one[:1].islower():
        one = unnamed(name)  # an office without a name, "foreign minister in Tehran"
    kind = reading.source_kind(name)
    if kind in (None, SourceKind.person) and plain(name).split()[-1:] and plain(name).split()[-1] in _PAPERS:
        kind = SourceKind.outlet
    if kind is None:
        kind = SourceKind.official if state else SourceKind.person
    if kind in _PRESS:
        return Voice(one, kind, "", True)
    if kind is SourceKind.state:
        return Voice(state or one, kind, state or one, True)
    if kind in _NAMELESS and not (kind is SourceKind.intelligence and _is_service(name)):
        return Voice(unnamed(name), kind, state, False)
    return Voice(one, kind, state, True)


def _is_service(name: str) -> bool:
    """Whether it is a service with a name ("National Intelligence Service"), not a voice such as "US intelligence"."""
    own = [word for word in name.split() if not state_of(word)]
    return len(own) >= 2 and all(word[:1].isupper() for word in own if word not in ("of", "the", "and", "for"))


def joint(parts: Sequence[Voice]) -> Voice:
    """Several that speak together as one voice."""
    kinds = {part.kind for part in parts}
    states = sorted({part.state for part in parts if part.state})
    return Voice(
        "; ".join(part.name for part in parts),
        kinds.pop() if len(kinds) == 1 else SourceKind.official,
        "; ".join(states),
        all(part.named for part in parts),
    )
