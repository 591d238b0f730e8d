"""Triggers: the words that express an event of one of the twelve types.

The encoder gives every piece that begins a word a probability for each type; those over a threshold are
candidates. Of several candidates of one type close together only the likeliest stands, since one event tends to
light up more than one word ("signed a contract").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from stocktake.reading.encoder import States
from stocktake.reading.pieces import Window
from stocktake.vocabulary import EventType

TYPES = tuple(EventType)
"""The event types in the order of the encoder's outputs, which is the order of the vocabulary."""


class Trigger(NamedTuple):
    """A word of a window that expresses an event: its piece, its span in the text, its type and how likely."""

    piece: int
    start: int
    end: int
    event: EventType
    probability: float


def find(window: Window, states: States, threshold: float) -> list[Trigger]:
    """The candidates of a window in the order of the text."""
    found = []
    for piece, kind in np.argwhere((states.trigger >= threshold) & window.first[:, None]):
        end = int(piece) + 1
        while end < len(window) and not window.first[end] and window.start[end] == window.end[end - 1]:
            end += 1
        span = int(window.start[piece]), int(window.end[end - 1])
        found.append(Trigger(int(piece), *span, TYPES[kind], float(states.trigger[piece, kind])))
    return found


def likeliest(triggers: Sequence[Trigger], apart: int) -> list[Trigger]:
    """Of triggers of one type fewer than `apart` characters from each other, only the likeliest."""
    kept: list[Trigger] = []
    for trigger in sorted(triggers, key=lambda t: -t.probability):
        if all(trigger.event != other.event or abs(trigger.start - other.start) >= apart for other in kept):
            kept.append(trigger)
    return sorted(kept, key=lambda t: (t.start, t.event))
