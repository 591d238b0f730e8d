"""Roles and status: who does what to whom, as the role layer sees it around one trigger.

For every trigger a narrow transformer layer tags the pieces near it, and those of the report's first sentence,
with seven roles; runs of tagged words are fillers. The same pass says what the source does with the event
(stance), whether it has happened (modality) and whether it is said not to (negation).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from stocktake.reading.encoder import REACH, Networks, Numbers, States
from stocktake.reading.pieces import Integers, Window
from stocktake.reading.triggers import TYPES, Trigger
from stocktake.vocabulary import Modality, Span, Stance

ROLES = ("agent", "recipient", "item", "place", "quantity", "time", "source")
"""The roles in the order of the role layer's outputs."""
STANCES = tuple(Stance)
MODALITIES = tuple(Modality)
TOGETHER = 8
"""Triggers that go through the role layer in one call."""
SIGHT = 96
"""Pieces around itself that a trigger sees: its sentence, then two thirds before and one third after it."""
LEAD = 24
"""Pieces at the head of the window, the headline in the first one, that every trigger sees too."""


class Filler(NamedTuple):
    """Words that fill a role of a trigger: their span in the text and how sure the role layer is of them."""

    start: int
    end: int
    score: float


class Status(NamedTuple):
    """Probabilities of each stance, each modality, and of negation."""

    stance: tuple[float, ...]
    modality: tuple[float, ...]
    negated: float


class Words(NamedTuple):
    """The words that a trigger sees, in the order of the text: their spans and the probability of each role."""

    start: Integers
    end: Integers
    roles: Numbers

    def fillers(self, role: str, lowest: float) -> tuple[Filler, ...]:
        """Runs of neighbouring words that reach `lowest`; a sign glued to a run (a hyphen) does not end it."""
        scores = self.roles[:, ROLES.index(role)]
        fillers: list[tuple[int, int, list[float]]] = []
        running = False
        for start, end, score in zip(self.start.tolist(), self.end.tolist(), scores.tolist(), strict=True):
            if score >= lowest:
                if running and start - fillers[-1][1] <= 1:
                    fillers[-1] = (fillers[-1][0], end, [*fillers[-1][2], score])
                else:
                    fillers.append((start, end, [score]))
                running = True
            else:
                running = running and start == fillers[-1][1] and end - start == 1
        return tuple(Filler(start, end, (sum(of) / len(of) + max(of)) / 2) for start, end, of in fillers)

    def score(self, role: str, span: Span) -> float:
        """How sure the role layer is of the words of a span: between their mean and the surest; 0 for unseen words."""
        first, last = self.end.searchsorted(span.start, "right"), self.start.searchsorted(span.end)
        inside = self.roles[first:last, ROLES.index(role)].tolist()
        return (sum(inside) / len(inside) + max(inside)) / 2 if inside else 0.0


class Event(NamedTuple):
    """A trigger with what stands around it."""

    trigger: Trigger
    words: Words
    status: Status


def attach(networks: Networks, window: Window, states: States, triggers: Sequence[Trigger]) -> list[Event]:
    """The events of a window's triggers."""
    events: list[Event] = []
    for first in range(0, len(triggers), TOGETHER):
        group = triggers[first : first + TOGETHER]
        crops = [crop(window, trigger.piece) for trigger in group]
        width = max(map(len, crops))
        distance = np.stack([_padded(_distance(one, t.piece), width, 0) for one, t in zip(crops, group, strict=True)])
        relation = np.stack(
            [_padded(_relation(window, one, t.piece), width, 2) for one, t in zip(crops, group, strict=True)]
        )
        places = np.array([t.piece for t in group])
        types = np.array([TYPES.index(t.event) for t in group])
        scene = networks.scene(states, places, types, crops, distance, relation)
        for row, (trigger, seen) in enumerate(zip(group, crops, strict=True)):
            words = _words(window, seen, scene.roles[row, : len(seen)])
            stance, modality = tuple(map(float, scene.stance[row])), tuple(map(float, scene.modality[row]))
            events.append(Event(trigger, words, Status(stance, modality, float(scene.negated[row, 1]))))
    return events


def crop(window: Window, piece: int) -> Integers:
    """The pieces of the window that a trigger at `piece` sees, in order."""
    own = np.nonzero(window.sentence == window.sentence[piece])[0]
    begin, end = int(own[0]), int(own[-1]) + 1
    if end - begin > SIGHT:
        begin = max(begin, piece - SIGHT // 2)
        end = min(end, begin + SIGHT)
    room = SIGHT - (end - begin)
    before = min(begin, 2 * room // 3)
    after = min(len(window) - end, room - before)
    begin -= min(begin, room - after)
    end += after
    if begin <= LEAD + 8:
        return np.arange(end)
    return np.concatenate([np.arange(LEAD), np.arange(begin, end)])


def _padded(values: Integers, width: int, filling: int) -> Integers:
    return np.pad(values, (0, width - len(values)), constant_values=filling)


def _distance(seen: Integers, piece: int) -> Integers:
    """How far each piece is from the trigger, as the role layer numbers distances."""
    apart = seen - piece
    return np.where(apart == 0, 2 * REACH + 2, np.clip(apart, -REACH, REACH) + REACH + (apart > 0))


def _relation(window: Window, seen: Integers, piece: int) -> Integers:
    there, own = window.sentence[seen], window.sentence[piece]
    relation = np.where(there == own, 0, np.where(there < own, 1, 2))
    return np.where((there == 0) & (own != 0), 3, relation)


def _words(window: Window, seen: Integers, roles: Numbers) -> Words:
    """The pieces of a crop gathered into words; a word is as likely as its likeliest piece."""
    begins = np.nonzero(window.first[seen] | (window.start[seen] < 0) | (np.diff(seen, prepend=-2) != 1))[0]
    ends = np.append(begins[1:], len(seen)) - 1
    start, end = window.start[seen][begins], window.end[seen][ends]
    best = np.maximum.reduceat(roles, begins, axis=0)
    real = start >= 0
    return Words(start[real], end[real], best[real])
