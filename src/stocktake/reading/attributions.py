"""Attributions: who says what, as the words of a source, of a cue ("said", "according to") and of what is said.

The encoder marks cues; for each, the attribution layer tags the pieces near it as source or content. A piece that
several cues claim as content belongs to the one surest of it, and of several source spans the surest stands. Learned
from PolNeAR (Newell et al. 2018), whose definitions of source, cue and content these are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stocktake.reading.encoder import REACH, Numbers
from stocktake.reading.pieces import Integers, Window
from stocktake.vocabulary import Attribution, Span

OUTSIDE, SOURCE, CONTENT = 0, 1, 2


Tag = Callable[[slice, slice, Integers], Numbers]
"""Told the pieces of a cue, those seen around it and how far each is from it, says what each of these is (T, 5)."""


class Cue(NamedTuple):
    """A run of pieces that marks an attribution: first and last piece, and how likely."""

    first: int
    last: int
    score: float


class Tagged(NamedTuple):
    """A cue and the probabilities of the pieces around it, from piece `begin` of the window on.

    Classes: outside, begins a source, inside one, begins a content, inside one.
    """

    cue: Cue
    begin: int
    probability: Numbers

    @property
    def by_kind(self) -> Numbers:
        """Probabilities of no part, source and content."""
        p = self.probability
        return np.stack([p[:, 0], p[:, 1] + p[:, 2], p[:, 3] + p[:, 4]], 1)


def find(window: Window, marks: Numbers, tag: Tag, threshold: float) -> list[Attribution]:
    """The attributions of a window, in the order of the text.

    `marks` (T, 3) are the probabilities of no cue, its begin, its inside.
    """
    tagged = [_tag(window, tag, cue) for cue in _cues(marks, threshold)]
    owner = _owner(tagged, len(window))
    found = [_read(window, one, owner == row) for row, one in enumerate(tagged)]
    return sorted((one for one in found if one), key=lambda one: one.content[0].start)


def together(read: Sequence[Attribution], laid_out: Sequence[Attribution]) -> list[Attribution]:
    """What the networks read and what the layout tells, in the order of the text; a name laid out speaks but once."""
    named = {place for one in laid_out for span in one.source for place in range(span.start, span.end)}
    kept = [one for one in read if all(named.isdisjoint(range(span.start, span.end)) for span in one.source)]
    return sorted([*kept, *laid_out], key=lambda one: one.content[0].start)


def _cues(probability: Numbers, threshold: float) -> list[Cue]:
    """Runs of pieces likely to be part of a cue; a piece likelier to begin one starts a new run."""
    part = probability[:, 1] + probability[:, 2]
    cues: list[Cue] = []
    for piece in np.nonzero(part > threshold)[0]:
        score = float(part[piece])
        begins = probability[piece, 1] > max(0.5, float(probability[piece, 2]))
        if cues and piece == cues[-1].last + 1 and not begins:
            cues[-1] = Cue(cues[-1].first, int(piece), max(cues[-1].score, score))
        else:
            cues.append(Cue(int(piece), int(piece), score))
    return cues


def _tag(window: Window, tag: Tag, cue: Cue) -> Tagged:
    begin, end = max(0, cue.first - REACH), min(len(window), cue.last + 1 + REACH)
    seen = np.arange(begin, end)
    before, after = np.maximum(seen - cue.first, -REACH) + REACH, np.minimum(seen - cue.last, REACH) + REACH + 1
    distance = np.where(seen < cue.first, before, np.where(seen > cue.last, after, 2 * REACH + 2))
    return Tagged(cue, begin, tag(slice(cue.first, cue.last + 1), slice(begin, end), distance))


def _owner(tagged: list[Tagged], size: int) -> Integers:
    """For each piece of the window, the cue that is surest of it as content."""
    claims = np.zeros((max(1, len(tagged)), size), np.float32)
    for row, one in enumerate(tagged):
        claims[row, one.begin : one.begin + len(one.probability)] = one.by_kind[:, CONTENT]
    owner: Integers = claims.argmax(0)
    return owner


def _read(window: Window, tagged: Tagged, owned: NDArray[np.bool_]) -> Attribution | None:
    """The spans of one cue's source and content; None where nothing is said."""
    labels, begins = _labels(window, tagged, owned)
    content = [span for ends in _runs(labels == CONTENT, begins) if (span := _span(window, tagged.begin, *ends))]
    if not content:
        return None
    best = sorted(_runs(labels == SOURCE, begins), key=lambda ends: -_sureness(tagged, *ends))[:1]
    source = [span for ends in best if (span := _span(window, tagged.begin, *ends))]
    cue = _span(window, 0, tagged.cue.first, tagged.cue.last)
    return Attribution(
        source=tuple(source), cue=(cue,) if cue else (), content=tuple(content), score=round(tagged.cue.score, 3)
    )


def _labels(window: Window, tagged: Tagged, owned: NDArray[np.bool_]) -> tuple[Integers, NDArray[np.bool_]]:
    """For each piece near the cue: outside, source or content, and whether it begins a span.

    The later pieces of a word go with its first; a mark between two paragraphs of content is content.
    """
    p = tagged.probability
    near = slice(tagged.begin, tagged.begin + len(p))
    start, first, place = window.start[near], window.first[near], np.arange(len(p))
    labels = tagged.by_kind.argmax(1)
    labels[(labels == CONTENT) & ~owned[near]] = OUTSIDE
    cue = slice(max(0, tagged.cue.first - tagged.begin), tagged.cue.last + 1 - tagged.begin)
    labels[cue] = OUTSIDE
    labels[start < 0] = OUTSIDE
    begins = np.where(labels == SOURCE, p[:, 1] > p[:, 2], p[:, 3] > p[:, 4])
    head = np.maximum.accumulate(np.where(first, place, 0))
    later = ~first & (start >= 0) & (labels[head] > OUTSIDE)
    later[cue] = False
    labels[later] = labels[head[later]]
    begins[later] = False
    for mark in np.nonzero(start[1:-1] < 0)[0] + 1:
        if labels[mark - 1] == labels[mark + 1] == CONTENT:
            labels[mark], begins[mark] = CONTENT, False
    return labels, begins


def _runs(chosen: NDArray[np.bool_], begins: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last piece of each run of chosen pieces; a piece that begins a span starts a new run."""
    places = np.nonzero(chosen)[0]
    if not len(places):
        return []
    breaks = np.nonzero((np.diff(places) > 1) | begins[places[1:]])[0]
    firsts, lasts = np.append(places[0], places[breaks + 1]), np.append(places[breaks], places[-1])
    return list(zip(firsts.tolist(), lasts.tolist(), strict=True))


def _sureness(tagged: Tagged, first: int, last: int) -> float:
    mine = tagged.probability[first : last + 1]
    return float((mine[:, 1] + mine[:, 2]).mean() + mine[0, 1] / 2)


def _span(window: Window, begin: int, first: int, last: int) -> Span | None:
    """The characters of a run of pieces, counted from piece `begin`, without marks at its ends."""
    inside = np.nonzero(window.start[begin + first : begin + last + 1] >= 0)[0] + begin + first
    return Span(int(window.start[inside[0]]), int(window.end[inside[-1]])) if len(inside) else None
