"""Triggers: the words that express an event of one of the twelve types.

The encoder gives every piece that begins a word a probability for each type; those over a threshold are
candidates. One event tends to light up more than one word ("signed a contract"), so the candidates of a type in a
sentence count together where none is sure alone.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from stocktake.reading.encoder import States
from stocktake.reading.pieces import Window
from stocktake.vocabulary import EventType

TYPES = tuple(EventType)
"""The event types in the order of the encoder's outputs, which is the order of the vocabulary."""


class Trigger(NamedTuple):
    """A word of a window that expresses an event: its piece, its span in the text, its type and how likely.

    `rule` says which rule gave it that type, where the words beside it settled it; `rival` is the probability of the
    word's likeliest other type where none did.
    """

    piece: int
    start: int
    end: int
    event: EventType
    probability: float
    rule: str = ""
    rival: float = 0.0


def find(window: Window, states: States, threshold: float) -> list[Trigger]:
    """The candidates of a window in the order of the text."""
    found = []
    for piece, kind in np.argwhere((states.trigger >= threshold) & window.first[:, None]):
        end = int(piece) + 1
        while end < len(window) and not window.first[end] and window.start[end] == window.end[end - 1]:
            end += 1
        span = int(window.start[piece]), int(window.end[end - 1])
        rival = float(np.delete(states.trigger[piece], kind).max())
        found.append(Trigger(int(piece), *span, TYPES[kind], float(states.trigger[piece, kind]), rival=rival))
    return found


def sure(triggers: Sequence[Trigger], threshold: float, sentence_of: Callable[[int], int]) -> list[Trigger]:
    """The candidates that reach the threshold, alone or together with others of their type and sentence.

    Where several words of a sentence may each express an event and none is sure, the event still is: one minus the
    product of the words' doubts. The likeliest word then stands for it, with that probability.
    """
    alone = [trigger for trigger in triggers if trigger.probability >= threshold]
    settled = {(sentence_of(trigger.start), trigger.event) for trigger in alone}
    together: dict[tuple[int, EventType], list[Trigger]] = defaultdict(list)
    for trigger in triggers:
        where = sentence_of(trigger.start), trigger.event
        if where not in settled:
            together[where].append(trigger)
    for group in together.values():
        probability = 1.0 - math.prod(1.0 - trigger.probability for trigger in group)
        if probability >= threshold:
            best = max(group, key=lambda trigger: trigger.probability)
            alone.append(best._replace(probability=probability))
    return sorted(alone)
