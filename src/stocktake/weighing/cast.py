"""The people whom a report names: their full names, and the states for which they speak.

A person's state is read from the office beside the name ("Kremlin spokesman Dmitry Peskov"; "John Kirby, of the
National Security Council"). Family names alone are looked up among the full names of the report.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from stocktake.vocabulary import Claim, Report, SourceKind
from stocktake.weighing import names
from stocktake.weighing.lexicon import words
from stocktake.weighing.names import Voice

FAMILY_NAME_FIRST = frozenset({"North Korea", "South Korea", "China", "Japan", "Taiwan"})
BESIDE = 110
"""How many characters from a name its office may stand."""
OFFICE_WORDS = 6

_OFFICES = words("cues")["offices"]
_OFFICE = re.compile("|".join(_OFFICES["words"]), re.IGNORECASE)
_CAPITAL = re.compile(r"(?<![\w'-])[A-Z][\w.'-]*(?: [A-Z][\w.'-]*){0,3}")
_WORD = re.compile(r"[\w'-]+")
_GIVEN = re.compile(r"((?:[A-Z][\w'-]+ ){1,2})$")


@lru_cache(maxsize=65536)
def skeleton(word: str) -> str:
    """A spelling-proof form: "Zelenskyy" and "Zelensky", "Amir-Abdollahian" and "Amirabdollahian" are one."""
    letters = re.sub(r"[^a-z]", "", names.plain(word))
    letters = letters.replace("iy", "y").replace("ij", "y").replace("kh", "h").replace("ph", "f")
    return re.sub(r"(.)\1+", r"\1", re.sub(r"i$", "y", letters))


class Cast:
    """Looks up whom a name of this report means."""

    def __init__(self, report: Report, claims: Sequence[Claim]) -> None:
        self._text = report.text.replace("’", "'")
        self._people: dict[str, Voice] = {}
        self._known: dict[str, Voice] = {}
        mentioned = {
            name.strip()
            for claim in claims
            for value in (*claim.sources, claim.agent or "", claim.recipient or "")
            for name in value.split(";")
        }
        people = [name for name in mentioned if name and names.voice(name).kind is SourceKind.person]
        for name in sorted(people, key=lambda n: (-len(n.split()), n)):
            key = skeleton(name.split()[-1])
            if key not in self._people:
                full = self._full(name)
                state = names.voice(full).state or self._office(name)
                self._people[key] = Voice(full, SourceKind.official if state else SourceKind.person, state, True)

    def _full(self, name: str) -> str:
        """A family name with the given name that the text puts before it once."""
        if " " in name:
            return name
        for found in re.finditer(rf"\b{re.escape(name)}\b", self._text):
            given = _GIVEN.search(self._text[max(0, found.start() - 40) : found.start()])
            if given:
                words = [w for w in given.group(1).split() if not _OFFICE.fullmatch(w) and not names.state_of(w)]
                if words:
                    return f"{words[-1]} {name}"
        return name

    def _office(self, name: str) -> str:
        given = {word.lower() for word in name.split()}
        for found in re.finditer(rf"\b{re.escape(name.split()[-1].replace('’', chr(39)))}\b", self._text):
            start = self._text.rfind("\n", 0, found.start()) + 1
            state = _before(self._text[max(start, found.start() - BESIDE) : found.start()], given)
            state = state or _after(self._text[found.end() : found.end() + BESIDE].split("\n")[0])
            if state:
                return state
        return ""

    def is_person(self, voice: Voice) -> bool:
        return bool(voice.name) and ";" not in voice.name and skeleton(voice.name.split()[-1]) in self._people

    def settle(self, voice: Voice, state: str) -> Voice:
        """Note the state of a person whose office the text leaves out; returns the voice as it is now."""
        known = Voice(voice.name, SourceKind.official, state, True)
        self._people[skeleton(voice.name.split()[-1])] = known
        self._known.clear()
        return known

    def voice(self, name: str) -> Voice:
        """The voice of a name; of several that speak together, one joint voice."""
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = self._voice(name)
        return known

    def _voice(self, name: str) -> Voice:
        if ";" not in name:
            return self._one(name.strip())
        parts = sorted({self._one(part.strip()) for part in name.split(";") if part.strip()})
        return parts[0] if len(parts) == 1 else names.joint(parts)

    def _one(self, name: str) -> Voice:
        plain = names.voice(name)
        if plain.kind is SourceKind.person:
            return self._people.get(skeleton(name.split()[-1]), plain)
        if not plain.state and (body := names.body(name)) and (state := self._state_of(body)):
            return names.of_state(body, state)
        return plain

    def _state_of(self, body: str) -> str:
        """The one state that the report names before such a body ("the Ukrainian air force"), else ""."""
        states = {
            names.state_of(found[1])
            for found in re.finditer(
                rf"\b((?:[A-Z][\w-]*(?:'s)? ){{1,2}}){re.escape(body)}\b", self._text, re.IGNORECASE
            )
        }
        return states.pop() if len(states := states - {""}) == 1 else ""

    def key(self, voice: Voice) -> str:
        """What is the same for one speaker in every report."""
        if not self.is_person(voice):
            return names.plain(voice.name)
        if voice.state in FAMILY_NAME_FIRST:
            return skeleton(voice.name.replace(" ", ""))
        words = voice.name.split()
        return (f"{words[0][0].lower()} " if len(words) > 1 else "") + skeleton(words[-1])


def _named(text: str) -> list[tuple[int, int, str]]:
    """The states named in a text: where the shortest words that name each stand."""
    found = []
    for run in _CAPITAL.finditer(text):
        start = run.start()
        while start < run.end():
            for end in _ends(text, start, run.end()):
                if state := names.state_of(text[start:end]):
                    found.append((start, end, state))
                    start = end
                    break
            following = text.find(" ", start, run.end())
            start = following + 1 if following >= 0 else run.end()
    return found


def _ends(text: str, start: int, stop: int) -> list[int]:
    """Where phrases that begin at `start` may end: after each further word, a possessive left out."""
    ends = [found.end() for found in re.finditer(r"[\w.-]+", text[start:stop])]
    return [start + end for end in ends]


def _before(line: str, given: set[str]) -> str:
    """ "Kremlin spokesman [Dmitry Peskov]": the state whose office stands right before the name."""
    for _, end, state in reversed(_named(line)):
        between = line[end:]
        words = [w for w in _WORD.findall(re.sub(r"'s?\b", "", between)) if w.lower() not in given]
        if "." in re.sub(r"\b[A-Z]\w{0,3}\.", "", between) or len(words) > OFFICE_WORDS:
            return ""
        if all(_OFFICE.fullmatch(word) for word in words):
            return state
    return ""


def _after(rest: str) -> str:
    """ "[John Kirby], of the National Security Council": the state whose office is put after the name."""
    if not rest.startswith((",", " of ", " (", " who")):
        return ""
    clause = re.split(r"[.;]|, (?:said|told|has|had)\b", rest[1:])[0]
    for start, _, state in _named(clause)[:1]:
        words = _WORD.findall(clause[:start])
        if "to the" not in clause[:start] and all(_OFFICE.fullmatch(word) for word in words):
            return state
    return ""
