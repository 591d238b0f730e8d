"""Windows to train on: cut by the package's own reader, so that training sees what run time sees."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from stocktake.reading import sentences
from stocktake.reading.pieces import Tokenizer, Window, paragraph_spans

MASK = 103
"""The number of the piece that hides another; pieces below it are marks."""
PADDING = -1e4


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The records of a JSON Lines file, gzipped or not."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def cut(text: str, tokenizer: Tokenizer, size: int) -> list[Window]:
    """A text as windows of at most `size` pieces."""
    return tokenizer.windows(tokenizer.paragraphs(text, paragraph_spans(text)), size, sentences.split(text))


def covering(window: Window, start: int, end: int) -> np.ndarray:
    """The places of the pieces that share a character with a span of the text."""
    return np.nonzero((window.start >= 0) & (window.start < end) & (window.end > start))[0]


def stack(windows: Sequence[Window], device: str = "cpu") -> tuple[Tensor, Tensor, Tensor]:
    """Ids, features (B, T) and an additive attention mask (B, 1, 1, T) of windows padded to one length."""
    length = (max(map(len, windows)) + 7) // 8 * 8
    ids = torch.zeros(len(windows), length, dtype=torch.long)
    features = torch.zeros_like(ids)
    mask = torch.full((len(windows), 1, 1, length), PADDING)
    for row, window in enumerate(windows):
        ids[row, : len(window)] = torch.from_numpy(window.tokens)
        features[row, : len(window)] = torch.from_numpy(window.features)
        mask[row, ..., : len(window)] = 0.0
    return ids.to(device), features.to(device), mask.to(device)
