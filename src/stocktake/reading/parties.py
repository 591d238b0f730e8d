"""Parties, items and places of an event: which of the words tagged with a role fill it.

Mentions of one name are one choice. Names in the event's own sentence that reach their threshold are taken, in
the order of the text; failing these, the likeliest from elsewhere in the report; failing these, the best of all
if it is not too unlikely.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from stocktake.reading.roles import Filler
from stocktake.vocabulary import Span

NEARLY = 0.12
"""A second party from another sentence must be nearly as likely as the first."""


class Choice(NamedTuple):
    """A name that fills a role: where it is read from, how likely, and whether in the event's own sentence."""

    name: str
    span: Span
    score: float
    inside: bool


def candidates(text: str, fillers: Sequence[Filler], sentence: Span, naming: Callable[[str], str]) -> list[Choice]:
    """One choice a name: its likeliest mention, those in the sentence first."""
    best: dict[str, Choice] = {}
    for filler in fillers:
        name = naming(text[filler.start : filler.end])
        if not name:
            continue
        inside = sentence.start <= filler.start < sentence.end
        choice = Choice(name, Span(filler.start, filler.end), filler.score, inside)
        known = best.get(name.casefold())
        if known is None or (choice.inside, choice.score) > (known.inside, known.score):
            best[name.casefold()] = choice
    return sorted(best.values(), key=lambda choice: choice.span.start)


def choose(found: Sequence[Choice], threshold: float, fallback: float, several: bool = True) -> list[Choice]:
    """The choices that fill a role."""
    inside = [choice for choice in found if choice.inside and choice.score >= threshold]
    if inside:
        return inside
    ranked = sorted(found, key=lambda choice: (-choice.score, -choice.span.start))
    outside = [choice for choice in ranked if not choice.inside and choice.score >= threshold]
    if outside:
        return [c for c in outside[: 2 if several else 1] if c.score > outside[0].score - NEARLY]
    return [choice for choice in ranked[:1] if choice.score >= fallback]
