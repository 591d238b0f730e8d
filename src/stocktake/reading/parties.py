"""Parties: which entity of the report fills a role of an event, and which words are its item and place.

An entity gathers every mention the trigger sees. In the event's own sentence it is as likely as its likeliest
mention; elsewhere its mentions add up, since the role layer was taught to mark each of them there. Entities of the
sentence go first; failing these, the likeliest from elsewhere; failing these, the best of all if it is likely enough.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from stocktake.reading.entities import Entity
from stocktake.reading.roles import Filler, Words
from stocktake.vocabulary import Span


class Choice(NamedTuple):
    """A name that fills a role: where it is read from, how likely, whether in the event's own sentence, and why."""

    name: str
    span: Span
    score: float
    inside: bool
    why: str


def entities_of(words: Words, role: str, entities: Iterable[Entity], sentence: Span) -> list[Choice]:
    """The entities that the trigger sees as fillers of a role, in the order of the text."""
    if not len(words.start):
        return []
    first, last = int(words.start[0]), int(words.end[-1])
    found = []
    for entity in entities:
        seen = [mention for mention in entity.mentions if first <= mention.start and mention.end <= last]
        inside = [mention for mention in seen if sentence.start <= mention.start < sentence.end]
        scored = [(words.score(role, mention), mention) for mention in inside or seen]
        if not scored:
            continue
        score, best = max(scored, key=lambda pair: pair[0])
        if not inside:
            score = 1.0 - math.prod(1.0 - one for one, _ in scored)
        found.append(Choice(entity.name, best, score, bool(inside), _why(score, bool(inside))))
    return sorted(found, key=lambda choice: choice.span.start)


def phrases_of(text: str, fillers: Sequence[Filler], sentence: Span, naming: Callable[[str], str]) -> list[Choice]:
    """The phrases that the role layer marks, one choice a name: its likeliest mention, those in the sentence first."""
    best: dict[str, Choice] = {}
    for filler in fillers:
        start, end = _whole(text, filler.start, filler.end)
        name = naming(text[start:end])
        if not name:
            continue
        inside = sentence.start <= start < sentence.end
        choice = Choice(name, Span(start, end), filler.score, inside, _why(filler.score, inside))
        known = best.get(name.casefold())
        if known is None or (choice.inside, choice.score) > (known.inside, known.score):
            best[name.casefold()] = choice
    return sorted(best.values(), key=lambda choice: choice.span.start)


def _whole(text: str, start: int, end: int) -> tuple[int, int]:
    """A phrase without a broken word at its ends, such as one marked from the "s" of "Ukraine's" or "-made" on."""
    if text[start : start + 2] == "s " and text[start - 1 : start] in ("'", "’"):
        start = text.rfind(" ", 0, start) + 1
    if text[start - 1 : start] == "-" and text[start - 2 : start - 1].isalnum():
        start = max(text.rfind(" ", 0, start), text.rfind("\n", 0, start)) + 1
    rest = _REST.match(text, end)
    return start, rest.end() if rest else end


_REST = re.compile(r"-[\w-]+")


def _why(score: float, inside: bool) -> str:
    return f"role layer {score:.2f}" + ("" if inside else ", from another sentence")


def choose(found: Sequence[Choice], inside: float, outside: float, fallback: float, gap: float = 1.0) -> list[Choice]:
    """The choices that fill a role: all of the sentence's that reach `inside` and come within `gap` of the best."""
    sure = [choice for choice in found if choice.inside and choice.score >= inside]
    if sure:
        top = max(choice.score for choice in sure)
        return apart([choice for choice in sure if choice.score >= top - gap])
    ranked = sorted(found, key=lambda choice: (-choice.score, -choice.span.start))
    elsewhere = [choice for choice in ranked if not choice.inside and choice.score >= outside]
    return elsewhere[:1] or [choice for choice in ranked[:1] if choice.score >= fallback]


def apart(chosen: Sequence[Choice]) -> list[Choice]:
    """Of choices whose words overlap only the likeliest, in the order of the text."""
    kept: list[Choice] = []
    for choice in sorted(chosen, key=lambda choice: -choice.score):
        if all(choice.span.start >= other.span.end or other.span.start >= choice.span.end for other in kept):
            kept.append(choice)
    return sorted(kept, key=lambda choice: choice.span.start)


def divide(agents: Sequence[Choice], recipients: Sequence[Choice]) -> tuple[list[Choice], list[Choice]]:
    """A name chosen for both sides stays on the likelier one."""
    for_agent = {choice.name: choice.score for choice in agents}
    for_recipient = {choice.name: choice.score for choice in recipients}
    return (
        [choice for choice in agents if choice.score >= for_recipient.get(choice.name, 0.0)],
        [choice for choice in recipients if choice.score > for_agent.get(choice.name, 0.0)],
    )
