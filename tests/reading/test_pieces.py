"""Word pieces and windows: what the encoder is fed."""

from __future__ import annotations

import pytest

from stocktake.reading.encoder import WEIGHTS
from stocktake.reading.pieces import Tokenizer, paragraph_spans
from stocktake.reading.sentences import split


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer(WEIGHTS / "tokenizer.json")


def test_pieces_know_case_and_quotation_marks(tokenizer: Tokenizer) -> None:
    text = 'Iran said "no UAVs" left'
    (pieces,) = tokenizer.paragraphs(text, paragraph_spans(text))
    seen = {text[piece.start : piece.end]: piece.feature for piece in pieces if piece.first}
    assert (seen["Iran"], seen["said"], seen["no"], seen["left"]) == (2, 0, 1, 0)


def test_pieces_lie_in_order_and_cover_the_words(tokenizer: Tokenizer) -> None:
    text = "Rheinmetall’s plant in Unterlüß\nmakes 155mm shells."
    spans = [(piece.start, piece.end) for part in tokenizer.paragraphs(text, paragraph_spans(text)) for piece in part]
    assert spans == sorted(spans)
    assert {place for start, end in spans for place in range(start, end)} == {
        place for place, sign in enumerate(text) if not sign.isspace()
    }


@pytest.mark.parametrize("size", (16, 32, 512))
def test_windows_fit_and_lose_nothing(tokenizer: Tokenizer, size: int) -> None:
    text = "\n".join(f"In week {n} the plant made {n} drones. Then it paused." for n in range(1, 40))
    paragraphs = tokenizer.paragraphs(text, paragraph_spans(text))
    windows = tokenizer.windows(paragraphs, size, split(text))
    assert all(len(window) <= size for window in windows)
    read = [int(start) for window in windows for start in window.start if start >= 0]
    assert read == [piece.start for part in paragraphs for piece in part]
    assert all((window.sentence[1:] >= window.sentence[:-1]).all() for window in windows)
