"""The source register: how reliable each source is held to be, and why.

Shipped with defaults by kind of speaker and for some names; an analyst's grade stands before both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from stocktake.vocabulary import Decision
from stocktake.weighing import names
from stocktake.weighing.lexicon import words

GRADES = "ABCDEF"


class Grade(NamedTuple):
    """An Admiralty reliability and where it comes from."""

    letter: str
    reason: str
    by: str


class UnknownGrade(ValueError):
    """A grade that is none of the six letters."""

    def __init__(self, given: object) -> None:
        super().__init__(
            f"{given!r} is no Admiralty reliability: give one letter from A (reliable) to F (cannot be judged)"
        )


def key(name: str) -> str:
    """The name under which a source is entered, whatever its spelling."""
    return names.plain(names.voice(name).name)


def checked(grade: object) -> str:
    """The letter of a grade as an analyst may type it."""
    letter = str(grade).strip().upper()
    if len(letter) != 1 or letter not in GRADES:
        raise UnknownGrade(grade)
    return letter


class Register:
    """Answers what grade a source has."""

    def __init__(self, decisions: Iterable[Decision] = ()) -> None:
        shipped = words("register")
        self._kinds: Mapping[str, Mapping[str, str]] = shipped["kinds"]
        self._names = {names.plain(name): entry for name, entry in shipped["names"].items()}
        self._set: dict[str, Grade] = {}
        self._found: dict[tuple[str, str, str, str], Grade] = {}
        for decision in sorted(decisions, key=lambda d: d.number):
            if decision.action == "grade" and not decision.undone:
                reason = decision.reason or "graded by an analyst"
                self._set[key(decision.target)] = Grade(checked(decision.value), reason, decision.author)

    def grade(self, speaker: str, shown: str, kind: str, outlet: str = "") -> Grade:
        """The grade of a speaker: an analyst's, else the register's for the name or its outlet, else its kind's."""
        asked = (speaker, shown, kind, outlet)
        known = self._found.get(asked)
        if known is None:
            known = self._found[asked] = self._look_up(*asked)
        return known

    def _look_up(self, speaker: str, shown: str, kind: str, outlet: str) -> Grade:
        for name in dict.fromkeys((names.plain(shown), names.plain(speaker), names.plain(outlet))):
            if name in self._set:
                return self._set[name]
        for name in dict.fromkeys((names.plain(shown), names.plain(outlet))):
            if name in self._names and (name == names.plain(shown) or kind == "outlet"):
                entry = self._names[name]
                return Grade(entry["grade"], entry["reason"], "register")
        entry = self._kinds.get(kind, {"grade": "F", "reason": "a kind of source that the register does not know"})
        return Grade(entry["grade"], entry["reason"], f"register, by kind ({kind})")
