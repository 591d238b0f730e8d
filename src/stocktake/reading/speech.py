"""The encoder that reads a whole report for who says what, for `stocktake mentions`.

Claims take their sources from the role layer; this encoder of six layers does nothing but attributions. It marks cues
in a window of pieces; a second graph tags what stands around a cue. weights/card.md tells what it was learned from.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from stocktake.reading.encoder import WEIGHTS, Numbers, session
from stocktake.reading.pieces import Integers, Window
from stocktake.reading.wordtable import word_table

WINDOW = 256
"""Pieces in one pass, marks included: the size of the windows in training."""


class SpeechStates(NamedTuple):
    """What one pass says of T pieces: `piece` (T, 384) the last layer, `cue` (T, 3) no cue, its begin, its inside."""

    piece: Numbers
    cue: Numbers


class SpeechNetworks:
    """The two graphs and the word table of one weights folder."""

    def __init__(self, folder: Path) -> None:
        self._words = word_table(folder / "words.zlib")
        self._encoder = session(folder / "speech.onnx")
        self._tags = session(folder / "speech_tags.onnx")

    def encode(self, window: Window) -> SpeechStates:
        """One pass over a window."""
        feed = {"words": self._words.vectors(window.tokens)[None], "feat": window.features[None]}
        piece, cue = self._encoder.run(("h", "cue"), feed)
        return SpeechStates(piece[0], cue[0])

    def speech(self, states: SpeechStates, cue: slice, seen: slice, distance: Integers) -> Numbers:
        """Probabilities (T, 5) that each piece seen around a cue begins or continues its source or content."""
        share = np.zeros((1, seen.stop - seen.start), np.float32)
        share[0, cue.start - seen.start : cue.stop - seen.start] = 1 / (cue.stop - cue.start)
        (tags,) = self._tags.run(None, {"x": states.piece[None, seen], "rel": distance[None], "cm": share})
        probabilities: Numbers = tags[0]
        return probabilities


@cache
def speech_networks(folder: Path = WEIGHTS) -> SpeechNetworks:
    """The networks of a weights folder, loaded once a process."""
    return SpeechNetworks(folder)
