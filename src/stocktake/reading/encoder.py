"""The learned reader's networks, run by onnxruntime on one thread.

`encoder.onnx` reads a window of word pieces once, their vectors looked up in `words.zlib`, and gives every piece a
state, a probability for each event type (triggers), and two narrow projections for the role layer; `roles.onnx` looks
at the pieces near a trigger. Layers above call the method of their network and know nothing of sessions. What the
weights are, learned from what, is told in weights/card.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stocktake.reading.pieces import Integers, Window
from stocktake.reading.wordtable import word_table

Numbers = NDArray[np.float32]
WEIGHTS = Path(__file__).parent / "weights"

REACH = 96
"""Distances in pieces are told apart up to this one, on either side (fixed by the training)."""


@dataclass(frozen=True, slots=True)
class States:
    """What one pass says of a window of T pieces: all arrays have T rows.

    `piece` (384 wide) is the encoder's last layer; `trigger` the probability of each of the twelve event types;
    `narrow` and `gate` (256 wide) are the role layer's inputs.
    """

    piece: Numbers
    trigger: Numbers
    narrow: Numbers
    gate: Numbers


OUTPUTS = ("x", "trg", "at", "am")
"""The encoder's outputs, in the order of the fields of `States`."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What the role layer says of N triggers over the T pieces of a crop: `roles` (N, T, 7), the rest (N, classes)."""

    roles: Numbers
    stance: Numbers
    modality: Numbers
    negated: Numbers


class Networks:
    """The networks of one weights folder, loaded when first needed."""

    def __init__(self, folder: Path) -> None:
        self._words = word_table(folder / "words.zlib")
        self._encoder = session(folder / "encoder.onnx")
        self._roles = session(folder / "roles.onnx")

    def encode(self, window: Window) -> States:
        """One pass over a window."""
        feed = {"words": self._words.vectors(window.tokens)[None], "feat": window.features[None]}
        outputs = self._encoder.run(OUTPUTS, feed)
        return States(*(output[0] for output in outputs))

    def scene(
        self,
        states: States,
        places: Integers,
        types: Integers,
        crops: Sequence[Integers],
        distance: Integers,
        relation: Integers,
    ) -> Scene:
        """The roles and status of N triggers, whose pieces, event types and crops (pieces of the window) are given.

        `distance` and `relation` (N, T) say how far each piece of the crop is from the trigger, and whether it stands
        in the trigger's sentence (0), before (1) or after it (2), or in the report's first (3). T is the longest crop.
        """
        narrow, gate, keep = _gather(states.narrow, states.gate, crops)
        feed = {
            "c": states.piece[places],
            "ht": narrow,
            "mt": gate,
            "et": types,
            "rel": distance,
            "sr": relation,
            "mask": keep,
        }
        return Scene(*self._roles.run(None, feed))


def _gather(narrow: Numbers, gate: Numbers, crops: Sequence[Integers]) -> tuple[Numbers, Numbers, Numbers]:
    """The rows of each crop, padded with zeros to the longest, and 1 where there is a piece."""
    size = max(map(len, crops)), narrow.shape[1]
    first, second = np.zeros((len(crops), *size), np.float32), np.zeros((len(crops), *size), np.float32)
    keep = np.zeros((len(crops), size[0]), np.float32)
    for row, crop in enumerate(crops):
        first[row, : len(crop)] = narrow[crop]
        second[row, : len(crop)] = gate[crop]
        keep[row, : len(crop)] = 1.0
    return first, second, keep


def session(path: Path) -> Any:
    """A graph, to be run on one thread."""
    import onnxruntime

    if not path.is_file():
        raise FileNotFoundError(f"the reader's weights are missing: {path.name} is not in {path.parent}; reinstall")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


@cache
def networks(folder: Path = WEIGHTS) -> Networks:
    """The networks of a weights folder, loaded once a process."""
    return Networks(folder)
