"""Word pieces: how a report's text is laid out for the encoder.

A paragraph is one line of the text. Each piece carries its place in the text, the case of its word and whether
it stands inside quotation marks. Whole paragraphs are packed, in order, into windows short enough for one pass,
with a mark between them; a paragraph longer than a window is cut near the end of a sentence.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stocktake.vocabulary import Span

Integers = NDArray[np.int64]

OPENING, CLOSING = "“", "”"
QUOTE_MARKS = frozenset((OPENING, CLOSING, '"', "''", "``"))
CONTINUES = "##"
NOWHERE = -1
"""Where a mark (start, end, between paragraphs) stands in the text."""


class Piece(NamedTuple):
    """One word piece: its number in the vocabulary, its span, its feature and whether it begins a word.

    The feature is twice the case of the word (0 lower, 1 capital first, 2 all capitals), plus one in quotation marks.
    """

    token: int
    start: int
    end: int
    feature: int
    first: bool


@dataclass(frozen=True, slots=True)
class Window:
    """A run of pieces for one pass; every array has one entry a piece, marks included.

    `sentence` is the number, in the report, of the sentence a piece stands in (a mark takes that of the piece
    before it); `first` is true where a word of the text begins.
    """

    tokens: Integers
    features: Integers
    start: Integers
    end: Integers
    first: NDArray[np.bool_]
    sentence: Integers

    def __len__(self) -> int:
        return len(self.tokens)


class Tokenizer:
    """Cuts text into word pieces with the vocabulary that the encoder was trained with."""

    def __init__(self, path: Path) -> None:
        from tokenizers import Tokenizer as Trained

        self._trained: Any = Trained.from_file(str(path))
        self._trained.no_truncation()
        self._trained.no_padding()
        self._start = self._number("[CLS]")
        self._end = self._number("[SEP]")
        self._between = self._number("[unused0]")
        self._sentence_ends = frozenset(self._number(sign) for sign in ".?!")
        self._closing = frozenset(self._number(sign) for sign in (CLOSING, '"'))

    def _number(self, mark: str) -> int:
        number = self._trained.token_to_id(mark)
        if number is None:
            raise ValueError(f"the tokenizer's vocabulary lacks the mark {mark}; the weights folder is damaged")
        return int(number)

    def paragraphs(self, text: str, spans: Sequence[Span]) -> list[list[Piece]]:
        """The pieces of each of the given paragraphs of the text (none for one that holds no word)."""
        encoded = self._trained.encode_batch([text[s.start : s.end] for s in spans], add_special_tokens=False)
        return [_pieces(text, span.start, one) for span, one in zip(spans, encoded, strict=True)]

    def windows(self, paragraphs: Sequence[list[Piece]], size: int, sentences: Sequence[Span]) -> list[Window]:
        """Whole paragraphs packed into windows of at most `size` pieces, marks included."""
        between = Piece(self._between, NOWHERE, NOWHERE, 0, True)
        packed: list[list[Piece]] = []
        for part in (short for long in paragraphs for short in self._cut(long, size - 2)):
            if packed and len(packed[-1]) + 1 + len(part) <= size - 2:
                packed[-1] += [between, *part]
            else:
                packed.append(list(part))
        begins = [sentence.start for sentence in sentences]
        before = Piece(self._start, NOWHERE, NOWHERE, 0, True)
        after = Piece(self._end, NOWHERE, NOWHERE, 0, True)
        return [_window([before, *pieces, after], begins) for pieces in packed]

    def _cut(self, pieces: list[Piece], limit: int) -> Iterator[list[Piece]]:
        """A paragraph in parts of at most `limit` pieces, cut after the last sentence that fits."""
        while len(pieces) > limit:
            ends = (i + 1 for i in range(limit - 1, limit // 2, -1) if pieces[i].token in self._sentence_ends)
            cut = next(ends, limit)
            if cut < limit and pieces[cut].token in self._closing and pieces[cut].feature % 2:
                cut += 1
            yield pieces[:cut]
            pieces = pieces[cut:]
        if pieces:
            yield pieces


@cache
def tokenizer(path: Path) -> Tokenizer:
    """The tokenizer of a weights folder, loaded once."""
    return Tokenizer(path)


def paragraph_spans(text: str) -> tuple[Span, ...]:
    """The text's lines that are not empty."""
    return tuple(Span(*match.span()) for match in re.finditer(r"[^\n]+", text))


def _pieces(text: str, base: int, encoded: Any) -> list[Piece]:
    pieces: list[Piece] = []
    quoted = False
    case, before = 0, NOWHERE
    for token, (start, end), shape in zip(encoded.ids, encoded.offsets, encoded.tokens, strict=True):
        start, end = base + start, base + end
        continues = shape.startswith(CONTINUES) and before == start
        surface = text[start:end]
        if not continues:
            case = 0 if not surface[:1].isupper() else 2 if len(surface) > 1 and surface.isupper() else 1
        mark = surface in QUOTE_MARKS
        if mark:
            quoted = surface == OPENING or (surface != CLOSING and not quoted)
        pieces.append(Piece(token, start, end, 2 * case + (quoted or mark), not continues))
        before = end
    return pieces


def _window(pieces: list[Piece], begins: Sequence[int]) -> Window:
    sentence, current = [], NOWHERE
    for piece in pieces:
        if piece.start >= 0:
            current = max(0, bisect_right(begins, piece.start) - 1)
        sentence.append(current)
    if len(sentence) > 1:
        sentence[0] = sentence[1]
    token, start, end, feature, first = zip(*pieces, strict=True)
    return Window(
        tokens=np.array(token, np.int64),
        features=np.array(feature, np.int64),
        start=np.array(start, np.int64),
        end=np.array(end, np.int64),
        first=np.array(first) & (np.array(start) >= 0),
        sentence=np.array(sentence, np.int64),
    )
