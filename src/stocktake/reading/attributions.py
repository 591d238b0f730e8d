"""Attributions: who says what, as the words of a source, of a cue ("said", "according to") and of what is said.

The encoder marks cues; for each, the attribution layer tags the pieces near it as source or content. A piece that
several cues claim as content belongs to the one surest of it, and of several source spans the surest stands. Learned
from PolNeAR (Newell et al. 2018), whose definitions of source, cue and content these are.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stocktake.reading.encoder import REACH, Networks, Numbers, States
from stocktake.reading.pieces import Integers, Window
from stocktake.vocabulary import Attribution, Span

OUTSIDE, SOURCE, CONTENT = 0, 1, 2
BEGINS = {SOURCE: 1, CONTENT: 3}
"""The class of a piece that begins a span; the next class is that of a piece inside one."""


class Cue(NamedTuple):
    """A run of pieces that marks an attribution: first and last piece, and how likely."""

    first: int
    last: int
    score: float


class Tagged(NamedTuple):
    """A cue and the probabilities (5 classes) of the pieces around it, from piece `begin` of the window on."""

    cue: Cue
    begin: int
    probability: Numbers

    @property
    def by_kind(self) -> Numbers:
        """Probabilities of no part, source and content."""
        p = self.probability
        return np.stack([p[:, 0], p[:, 1] + p[:, 2], p[:, 3] + p[:, 4]], 1)


def find(networks: Networks, window: Window, states: States, threshold: float) -> list[Attribution]:
    """The attributions of a window, in the order of the text."""
    cues = _cues(states.cue, threshold)
    tagged = [one for cue in cues for one in [_tag(networks, window, states, cue)]]
    owner = _owner(tagged, len(window))
    found = [_read(window, one, owner == row) for row, one in enumerate(tagged)]
    return sorted((one for one in found if one), key=lambda one: one.content[0].start)


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


def _tag(networks: Networks, window: Window, states: States, cue: Cue) -> Tagged:
    begin, end = max(0, cue.first - REACH), min(len(window), cue.last + 1 + REACH)
    seen = np.arange(begin, end)
    before, after = np.maximum(seen - cue.first, -REACH) + REACH, np.minimum(seen - cue.last, REACH) + REACH + 1
    distance = np.where(seen < cue.first, before, np.where(seen > cue.last, after, 2 * REACH + 2))
    centre = states.piece[cue.first : cue.last + 1].mean(0)
    return Tagged(cue, begin, networks.speech(states, centre, slice(begin, end), distance))


def _owner(tagged: list[Tagged], size: int) -> Integers:
    """For each piece of the window, the cue that is surest of it as content."""
    claims = np.zeros((max(1, len(tagged)), size), np.float32)
    for row, one in enumerate(tagged):
        claims[row, one.begin : one.begin + len(one.probability)] = one.by_kind[:, CONTENT]
    owner: Integers = claims.argmax(0)
    return owner


def _read(window: Window, tagged: Tagged, owned: Integers) -> Attribution | None:
    """The spans of one cue's source and content; None where nothing is said."""
    labels = _labels(window, tagged, owned)
    sources, contents = _spans(labels, SOURCE), _spans(labels, CONTENT)
    content = [span for first, last in contents if (span := _span(window, first, last))]
    if not content:
        return None
    best = sorted(sources, key=lambda ends: -_sureness(tagged, *ends))[:1]
    source = [span for first, last in best if (span := _span(window, first, last))]
    cue = _span(window, tagged.cue.first, tagged.cue.last)
    return Attribution(
        source=tuple(source), cue=(cue,) if cue else (), content=tuple(content), score=round(tagged.cue.score, 3)
    )


def _labels(window: Window, tagged: Tagged, owned: Integers) -> list[tuple[int, bool]]:
    """For each piece of the window: outside, source or content, and whether it begins a span."""
    labels = [(OUTSIDE, False)] * len(window)
    kinds = tagged.by_kind.argmax(1)
    for offset, kind in enumerate(kinds):
        piece = tagged.begin + offset
        if tagged.cue.first <= piece <= tagged.cue.last or window.start[piece] < 0:
            continue
        if not window.first[piece] and offset and labels[piece - 1][0]:
            labels[piece] = labels[piece - 1][0], False
        elif kind == SOURCE or (kind == CONTENT and owned[piece]):
            begin = BEGINS[int(kind)]
            labels[piece] = int(kind), bool(tagged.probability[offset, begin] > tagged.probability[offset, begin + 1])
    for piece in range(1, len(window) - 1):
        if window.start[piece] < 0 and labels[piece - 1][0] == labels[piece + 1][0] == CONTENT:
            labels[piece] = CONTENT, False
    return labels


def _spans(labels: list[tuple[int, bool]], kind: int) -> list[tuple[int, int]]:
    """First and last piece of each run of one kind."""
    spans: list[tuple[int, int]] = []
    running = False
    for piece, (label, begins) in enumerate(labels):
        if label != kind:
            running = False
        elif begins or not running:
            spans.append((piece, piece))
            running = True
        else:
            spans[-1] = spans[-1][0], piece
    return spans


def _sureness(tagged: Tagged, first: int, last: int) -> float:
    mine = tagged.probability[first - tagged.begin : last + 1 - tagged.begin]
    return float((mine[:, 1] + mine[:, 2]).mean() + mine[0, 1] / 2)


def _span(window: Window, first: int, last: int) -> Span | None:
    """The characters of a run of pieces, without marks at its ends."""
    inside = [piece for piece in range(first, last + 1) if window.start[piece] >= 0]
    return Span(int(window.start[inside[0]]), int(window.end[inside[-1]])) if inside else None
