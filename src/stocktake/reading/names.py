"""Gives parties and sources one name each.

A capital or seat stands for its state ("the Kremlin" is Russia), an outlet, company, force or ministry keeps its
shortest usual name, a person loses titles. The lists (lexicon/states.csv, organisations.csv, people.csv, titles.toml)
are looked up whole first; what they do not hold is only stripped of articles, titles and possessives.
"""

from __future__ import annotations

import re
from functools import lru_cache

from stocktake.reading import lexicon
from stocktake.reading.lexicon import any_of, split
from stocktake.vocabulary import SourceKind, Span

__all__ = ["canonical", "codes", "find", "kind", "listed", "state_of"]

_TITLES = lexicon.table("titles.toml")
_NAME: dict[str, str] = {}  # a form as written -> the one name
_KIND: dict[str, str] = {}
_STATE: dict[str, str] = {}

for _row in lexicon.rows("states.csv"):
    for _form in (_row["state"], *split(_row["demonyms"]), *split(_row["seats"])):
        _NAME.setdefault(_form, _row["state"])
    _KIND[_row["state"]] = "state"
    _STATE[_row["state"]] = _row["state"]
for _row in lexicon.rows("organisations.csv"):
    for _form in (_row["name"], *split(_row["aliases"])):
        _NAME.setdefault(_form, _row["name"])
    _KIND.setdefault(_row["name"], _row["kind"])
    if _row["state"]:
        _STATE.setdefault(_row["name"], _row["state"])
for _row in lexicon.rows("people.csv"):
    for _form in (_row["name"], *split(_row["aliases"])):
        _NAME.setdefault(_form, _row["name"])
    _KIND.setdefault(_row["name"], "person")
    if _row["state"]:
        _STATE.setdefault(_row["name"], _row["state"])

_FOLDED: dict[str, str] = {}  # the same, without case, for forms that cannot be taken for a plain word
for _form, _name in _NAME.items():
    if len(_form) > 3 and not (_form.islower() and " " not in _form):
        _FOLDED.setdefault(_form.lower(), _name)


_EDGES = " \t\n,.;:!?\"'“”‘’`()[]«»—–-"
_POSSESSIVE = re.compile(r"(?:['’]s|(?<=s)['’]|['’])$")
_DETERMINER = re.compile(rf"(?:{any_of(_TITLES['before'])})\s+", re.IGNORECASE)
_OFFICE = re.compile(
    r"(?!General (?:Staff|Assembly|Secretariat|Directorate|Command|Dynamics|Atomics|Electric|Motors)\b)"
    rf"(?:{any_of(_TITLES['offices']['words'])})\s+(?=[A-Z])",
    re.IGNORECASE,
)
_GROUP = re.compile(rf"\s+(?:{any_of(_TITLES['groups']['words'])})$", re.IGNORECASE)
_PAREN = re.compile(r"\s*\([^()]*\)")
_NATION = re.compile(rf"(?:{any_of(list(_NAME))})(?:['’]s)?\s+(?=\S)")


def _look_up(text: str) -> str | None:
    for form in (text, f"{text}.", f"the {text}"):
        if form in _NAME:
            return _NAME[form]
    return None if text.islower() else _FOLDED.get(text.lower())


def listed(text: str) -> bool:
    """Whether the lists hold a name, its determiners and possessive aside."""
    name = _without_determiners(_POSSESSIVE.sub("", " ".join(text.split()).strip(_EDGES)))
    return _look_up(name) is not None


@lru_cache(maxsize=8192)
def canonical(text: str) -> str:
    """The one name of a party or source as written: "the Kremlin" gives "Russia", "Gen. Li Wei" gives "Li Wei"."""
    name = " ".join(text.split())
    known = _look_up(name.strip(_EDGES))
    if known:
        return known
    name = _POSSESSIVE.sub("", _PAREN.sub("", name).strip(_EDGES)).strip(_EDGES)
    for step in (_without_determiners, _without_offices, _without_group):
        known = _look_up(name)
        if known:
            return known
        name = step(name)
    return _look_up(name) or name


def _without_determiners(name: str) -> str:
    while True:
        match = _DETERMINER.match(name)
        if match is None or match.end() == len(name):
            return name
        name = name[match.end() :]


def _without_offices(name: str) -> str:
    """ "Iranian Foreign Minister Hossein Amirabdollahian" gives the name alone; "Defence Minister" stays."""
    rest = name
    nation = _NATION.match(rest)
    if nation is not None:
        rest = rest[nation.end() :]
    if rest.lower() in _KINDS:  # a body, "General Staff"
        return name
    stripped = rest
    while (match := _OFFICE.match(stripped)) is not None:
        stripped = stripped[match.end() :]
    if stripped != rest and stripped[:1].isupper() and not _OFFICE.match(f"{stripped} X"):
        return stripped.split(",")[0].strip()
    return name


def _without_group(name: str) -> str:
    """ "Russian forces" gives "Russia"."""
    stripped = _GROUP.sub("", name)
    if stripped == name:
        return name
    known = _look_up(_POSSESSIVE.sub("", stripped))
    return known if known and _KIND.get(known) == "state" else name


_KIND_WORDS: list[tuple[str, SourceKind]] = sorted(
    ((word, SourceKind[key]) for key, words in _TITLES["kinds"].items() for word in words),
    key=lambda pair: -len(pair[0]),
)
_KIND_OF = re.compile(r"\b(" + "|".join(re.escape(w) for w, _ in _KIND_WORDS) + r")\b", re.IGNORECASE)
_KINDS = {word.lower(): kind_ for word, kind_ in reversed(_KIND_WORDS)}
_PERSON = re.compile(r"[A-ZÀ-Ž][\w'’.-]*(?:\s+(?:[A-ZÀ-Ž][\w'’.-]*|al|bin|da|de|van|von|der|ben|el)){1,3}$")
_AS_SOURCE = {"force": SourceKind.official, "body": SourceKind.official}


@lru_cache(maxsize=8192)
def kind(text: str) -> SourceKind | None:
    """What kind of source a name or description is; None where nothing tells."""
    name = canonical(text)
    listed = _KIND.get(name)
    if listed is not None:
        return _AS_SOURCE.get(listed) or SourceKind(listed)
    if name.rpartition(" ")[2] in _TITLES["press"]["words"]:
        return SourceKind.outlet
    head = re.split(r"\s+(?:of|in|at|from|for|familiar|with|who|to|on|close)\s+", name)[0]
    words = list(_KIND_OF.finditer(head)) or list(_KIND_OF.finditer(name))
    if words:
        return _KINDS[words[-1][0].lower()]
    return SourceKind.person if _PERSON.match(name) else None


@lru_cache(maxsize=8192)
def state_of(text: str) -> str | None:
    """The state that a party, plant or speaker belongs to ("Kremlin spokesman", "Alabuga", "officials in Tehran")."""
    name = canonical(text)
    if name in _STATE:
        return _STATE[name]
    for _, found in find(text):
        if found in _STATE:
            return _STATE[found]
    return None


def codes() -> dict[str, str]:
    """The ISO 3166-1 code of every state listed."""
    return {row["state"]: row["code"] for row in lexicon.rows("states.csv")}


# ------------------------------------------------------------------------------------- gazetteer

_CAPITALISED = re.compile(r"[A-ZÀ-ÖØ-Þ][\w&’'-]*|\bal-[A-Z]\w+")
_STARTING: dict[str, list[tuple[str, str, bool]]] = {}
for _form, _name in _NAME.items():
    _article = _form.startswith("the ")
    _bare = _form[4:] if _article else _form
    _opening = _CAPITALISED.match(_bare)
    if _opening is not None:
        _key = re.split(r"[^\w]", _opening[0])[0]
        _STARTING.setdefault(_key, []).append((_bare, _name, _article))
for _forms in _STARTING.values():
    _forms.sort(key=lambda form: -len(form[0]))
_OPENING_WORD = re.compile(r"(?<![\w-])[A-ZÀ-ÖØ-Þ]\w*")


def find(text: str) -> tuple[tuple[Span, str], ...]:
    """Every name of the lists that stands in a text, with the one name it goes by."""
    found: list[tuple[Span, str]] = []
    free = 0
    for word in _OPENING_WORD.finditer(text):
        position = word.start()
        if position < free:
            continue
        for form, name, article in _STARTING.get(word[0], ()):
            end = position + len(form)
            if not text.startswith(form, position) or (end < len(text) and (text[end].isalnum() or text[end] == "_")):
                continue
            if article and not text[max(0, position - 4) : position].lower().startswith("the"):
                continue
            found.append((Span(position, end), name))
            free = end
            break
    return tuple(found)
