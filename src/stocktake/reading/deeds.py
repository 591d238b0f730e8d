"""Deeds: what a trigger's own word, and the words beside it, settle about the type of its event.

A network sees "to buy" and thinks of a transfer; where someone "seeks to buy", the guidelines call it a negotiation.
Such rules are data (lexicon/deeds.toml): a pattern for the trigger's word and for its sentence before and after it, and
the type that the event then has. They are applied before the roles are read, so that the roles are those of the type.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import msgspec

from stocktake.reading.page import Page
from stocktake.reading.triggers import Trigger
from stocktake.vocabulary import EventType


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule; see the comments in deeds.toml."""

    says: str
    words: str
    types: tuple[EventType, ...] = ()
    before: str = ""
    after: str = ""
    becomes: EventType | None = None
    also: EventType | None = None

    def fits(self, event: EventType, word: str, before: str, after: str) -> bool:
        return (
            (not self.types or event in self.types)
            and event != self.becomes
            and _pattern(self.words).fullmatch(word) is not None
            and _pattern(self.before).search(before) is not None
            and _pattern(self.after).search(after) is not None
        )


class _Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    at_once: frozenset[frozenset[EventType]]
    rule: tuple[Rule, ...]


@cache
def _rules() -> _Rules:
    path = Path(__file__).parent / "lexicon" / "deeds.toml"
    return msgspec.toml.decode(path.read_bytes(), type=_Rules)


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    """A pattern of the list; only after the trigger do capitals count."""
    return re.compile(pattern)


def settled(page: Page, candidates: Sequence[Trigger]) -> list[Trigger]:
    """The candidates with the types that their words settle; those that state no event are left out.

    A type that a word is given counts together with what the network saw of that type in the word itself.
    """
    found: dict[tuple[int, EventType], Trigger] = {}
    for candidate in candidates:
        rule = rule_of(page, candidate)
        if rule is None or rule.also is not None:
            _count(found, candidate)
        if rule is not None and (kind := rule.becomes or rule.also) is not None:
            _count(found, candidate._replace(event=kind, rule=rule.says, rival=0.0))
    return sorted(found.values())


def _count(found: dict[tuple[int, EventType], Trigger], candidate: Trigger) -> None:
    known = found.get((candidate.start, candidate.event))
    if known is not None:
        doubt = (1.0 - known.probability) * (1.0 - candidate.probability)
        candidate = candidate._replace(probability=1.0 - doubt, rule=known.rule and candidate.rule)
    found[candidate.start, candidate.event] = candidate


def once(page: Page, triggers: Sequence[Trigger]) -> list[Trigger]:
    """The triggers less those that state an event a second time.

    A word states a second type only beside one that goes with it (`at_once` in deeds.toml). Of the triggers whose type
    a rule settled stays one a sentence and type, and none where another word states it.
    """
    likeliest = _likeliest(triggers)
    kept = [trigger for trigger in likeliest if not trigger.rule]
    stated = {(page.number(trigger.start), trigger.event) for trigger in kept}
    for trigger in sorted((one for one in likeliest if one.rule), key=lambda one: -one.probability):
        where = page.number(trigger.start), trigger.event
        if where not in stated:
            stated.add(where)
            kept.append(trigger)
    return sorted(kept)


def _likeliest(triggers: Sequence[Trigger]) -> list[Trigger]:
    """Of the triggers on one word the likeliest, and those whose type goes with its."""
    best: dict[int, Trigger] = {}
    for trigger in sorted(triggers, key=lambda one: -one.probability):
        best.setdefault(trigger.start, trigger)
    pairs = _rules().at_once
    return [one for one in triggers if one == best[one.start] or {one.event, best[one.start].event} in pairs]


def rule_of(page: Page, trigger: Trigger) -> Rule | None:
    """The first rule that fits a trigger."""
    sentence = page.sentence(trigger.start)
    before, after = page.text[sentence.start : trigger.start].lower(), page.text[trigger.end : sentence.end]
    word = page.text[trigger.start : trigger.end].lower()
    return next((rule for rule in _rules().rule if rule.fits(trigger.event, word, before, after)), None)
