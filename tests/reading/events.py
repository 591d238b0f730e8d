"""Events as the networks would see them, written by hand: which words bear which role, and how surely."""

from __future__ import annotations

import re

import numpy as np

from stocktake.reading.roles import MODALITIES, ROLES, STANCES, Event, Status, Words
from stocktake.reading.triggers import Trigger
from stocktake.vocabulary import EventType


def event(
    text: str,
    trigger: str,
    kind: str = "transfer",
    *,
    stance: str = "asserts",
    modality: str = "actual",
    negated: float = 0.0,
    sure: float = 0.7,
    **roles: dict[str, float],
) -> Event:
    """An event at the first place where `trigger` stands; `agent={"Iran": 0.9}` marks every word of "Iran"."""
    start = text.index(trigger)
    spans = [match.span() for match in re.finditer(r"\w+(?:[-’']\w+)*|[^\w\s]", text)]
    scores = np.zeros((len(spans), len(ROLES)), np.float32)
    for role, fillers in roles.items():
        for words, score in fillers.items():
            for match in re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", text):
                for row, (begin, end) in enumerate(spans):
                    if match.start() <= begin and end <= match.end():
                        scores[row, ROLES.index(role)] = score
    begins, ends = (np.array(side, np.int64) for side in zip(*spans, strict=True))
    return Event(
        Trigger(0, start, start + len(trigger), EventType(kind), 0.9),
        Words(begins, ends, scores),
        Status(
            tuple(sure if one == stance else (1 - sure) / 3 for one in STANCES),
            tuple(sure if one == modality else (1 - sure) / 2 for one in MODALITIES),
            negated,
        ),
    )
