"""Where claims stand in a report's text: the text cut into runs that a page can draw and a selection can be found in.

Every run knows its offset in the report's text, so that what a person selects on the page leads back to characters of
the text. A cut is made wherever a sentence with claims, the words that express an event, or a slot of the chosen
claim begins or ends, and around every character that is not seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

import msgspec

from stocktake.casebook.deciding import Standing
from stocktake.vocabulary import SLOTS, Claim, Span
from stocktake.web.visible import UNSEEN, code_point

SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*\s+(?=[\"'“‘(\[]?[^\Wa-z_])|\n")


class Mark(msgspec.Struct, frozen=True):
    """The words that express the events of one or more claims."""

    claims: tuple[Standing, ...]
    chosen: bool

    @property
    def first(self) -> Standing:
        """The claim that a click opens: after the chosen one the next that shares these words."""
        return self.claims[0]


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of text that is drawn in one way."""

    at: int
    text: str
    control: bool = False
    sentence: bool = False
    chosen: bool = False
    mark: Mark | None = None
    slots: tuple[str, ...] = ()
    ending: tuple[str, ...] = ()
    at_end: tuple[Mark, ...] = ()


class Paragraph(msgspec.Struct, frozen=True):
    """One line of the text."""

    runs: tuple[Run, ...]
    headline: bool = False


def paragraphs(
    text: str, standings: Iterable[Standing], chosen: str | None, *, headline: bool
) -> tuple[Paragraph, ...]:
    """The text as paragraphs of runs; `chosen` is the id of the claim whose slots are shown."""
    all_claims = tuple(standings)
    chosen_claim = next((s.claim for s in all_claims if s.claim.id == chosen), None)
    triggers = _by_trigger(all_claims, chosen)
    slots = _slot_spans(chosen_claim)
    cuts = _cuts(text, all_claims, triggers, slots)
    found: list[Paragraph] = []
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        if line.strip():
            runs = tuple(_runs(text, start, end, cuts, all_claims, chosen_claim, triggers, slots))
            found.append(Paragraph(runs, headline=headline and not found))
        start = end + 1
    return tuple(found)


def sentence_around(text: str, start: int, end: int, claims: Iterable[Claim]) -> Span:
    """The sentence that a selection lies in: one that a claim has already, else up to the nearest ends."""
    for claim in claims:
        if claim.start <= start < claim.end:
            return Span(claim.start, max(claim.end, min(end, len(text))) if end > claim.end else claim.end)
    before = [match.end() for match in SENTENCE_END.finditer(text, 0, start)]
    after = SENTENCE_END.search(text, max(start, end - 1))
    first = before[-1] if before else 0
    last = after.end() if after else len(text)
    sentence = text[first:last]
    return Span(first + len(sentence) - len(sentence.lstrip()), first + len(sentence.rstrip()))


def _by_trigger(standings: Iterable[Standing], chosen: str | None) -> dict[Span, Mark]:
    """Claims by the words that express their event; those without words hang at their sentence's end."""
    grouped: dict[Span, list[Standing]] = {}
    for standing in standings:
        spans = standing.claim.spans.get("trigger", ())
        span = spans[0] if spans else Span(standing.claim.end, standing.claim.end)
        grouped.setdefault(span, []).append(standing)
    return {
        span: Mark(_turned(claims, chosen), any(s.claim.id == chosen for s in claims))
        for span, claims in grouped.items()
    }


def _turned(claims: list[Standing], chosen: str | None) -> tuple[Standing, ...]:
    """The claims, the one after the chosen first, so that clicking again walks through all of them."""
    at = next((i + 1 for i, standing in enumerate(claims) if standing.claim.id == chosen), 0) % len(claims)
    return tuple(claims[at:] + claims[:at])


def _slot_spans(claim: Claim | None) -> list[tuple[Span, str]]:
    if claim is None:
        return []
    return [(span, slot) for slot in SLOTS for span in claim.spans.get(slot, ()) if slot != "quote"]


def _cuts(
    text: str, standings: Iterable[Standing], triggers: dict[Span, Mark], slots: list[tuple[Span, str]]
) -> list[int]:
    cuts = {place for s in standings for place in (s.claim.start, s.claim.end)}
    cuts |= {place for span in triggers for place in (span.start, span.end)}
    cuts |= {place for span, _ in slots for place in (span.start, span.end)}
    for match in UNSEEN.finditer(text):
        cuts |= {match.start(), match.end()}
    return sorted(cuts)


def _runs(
    text: str,
    start: int,
    end: int,
    cuts: list[int],
    standings: tuple[Standing, ...],
    chosen: Claim | None,
    triggers: dict[Span, Mark],
    slots: list[tuple[Span, str]],
) -> Iterator[Run]:
    here = [s.claim for s in standings if s.claim.start < end and s.claim.end > start]
    edges = [start, *(cut for cut in cuts if start < cut < end), end]
    for at, until in pairwise(edges):
        piece = text[at:until]
        control = bool(UNSEEN.fullmatch(piece))
        yield Run(
            at=at,
            text=code_point(piece) if control else piece,
            control=control,
            sentence=any(claim.start <= at < claim.end for claim in here),
            chosen=chosen is not None and chosen.start <= at < chosen.end,
            mark=_mark_at(triggers, at, until),
            slots=tuple(slot for span, slot in slots if span.start <= at and until <= span.end),
            ending=tuple(slot for span, slot in slots if span.end == until),
            at_end=tuple(mark for span, mark in triggers.items() if span.start == span.end == until),
        )


def _mark_at(triggers: dict[Span, Mark], at: int, until: int) -> Mark | None:
    """The mark of the shortest words that hold this run."""
    holding = [
        (span.end - span.start, mark) for span, mark in triggers.items() if span.start <= at and until <= span.end
    ]
    return min(holding, key=lambda pair: pair[0])[1] if holding else None
