"""Who says what, read by the encoder for mentions; and the weights folder that it shares with the claims encoder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from stocktake import reading
from stocktake.reading.encoder import WEIGHTS, networks
from stocktake.reading.pieces import paragraph_spans, tokenizer
from stocktake.reading.sentences import split
from stocktake.reading.speech import WINDOW, speech_networks
from stocktake.reading.wordtable import WIDTH, WordTable, packed
from stocktake.vocabulary import Report


@pytest.mark.parametrize(
    ("text", "source", "cue", "content"),
    [
        (
            "Iran shipped 300 drones to Russia in August, the White House said on Monday.",
            "the White House",
            "said",
            "Iran shipped 300 drones to Russia in August",
        ),
        (
            "According to the Defence Ministry, the plant stopped making shells last year.",
            "the Defence Ministry",
            "According to",
            "the plant stopped making shells last year",
        ),
        (
            "“We did not supply any missiles,” the envoy told reporters.",
            "the envoy",
            "told reporters",
            "“We did not supply any missiles,”",
        ),
    ],
)
def test_source_cue_and_content_are_found(text: str, source: str, cue: str, content: str) -> None:
    (said,) = reading.mentions(Report(id="one", text=text)).attributions
    assert [text[span.start : span.end] for span in said.source] == [source]
    assert cue.startswith(text[said.cue[0].start : said.cue[0].end])
    assert text[said.content[0].start : said.content[-1].end].strip("“”,.") == content.strip("“”,.")


def test_a_text_that_says_nothing_of_others_has_no_attribution() -> None:
    assert reading.mentions(Report(id="none", text="The plant makes 90 drones a month.")).attributions == ()


def test_a_long_report_is_read_to_its_end() -> None:
    lines = [f"Plant {n} makes {n} shells a day, the ministry said." for n in range(2, 90)]
    text = "\n".join(lines)
    found = reading.mentions(Report(id="long", text=text)).attributions
    lines_of = {text.count("\n", 0, one.content[0].start) for one in found}
    assert len(lines_of) >= 0.95 * len(lines)
    assert max(lines_of) == len(lines) - 1


def test_the_fullest_window_fits_both_encoders() -> None:
    text = "shells " * (WINDOW - 2)
    cutter = tokenizer(WEIGHTS / "tokenizer.json")
    (window,) = cutter.windows(cutter.paragraphs(text, paragraph_spans(text)), WINDOW, split(text))
    assert len(window) == WINDOW
    assert speech_networks().encode(window).cue.shape == (WINDOW, 3)
    assert networks().encode(window).piece.shape == (WINDOW, WIDTH)


def test_a_word_table_gives_back_the_rows_it_was_made_of(tmp_path: Path) -> None:
    table = np.random.default_rng(5).normal(83, 9, (50, WIDTH)).clip(0, 255).astype(np.uint8)
    path = tmp_path / "words.zlib"
    path.write_bytes(packed(table))
    assert len(path.read_bytes()) < 0.75 * table.size
    pieces = np.array([3, 0, 49, 3])
    assert (WordTable(path).vectors(pieces) == table[pieces]).all()


def test_missing_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"words\.zlib is not in .*; reinstall"):
        WordTable(tmp_path / "words.zlib")


def test_the_weights_stay_small() -> None:
    """All of them together, as the design asks: under 30 million bytes."""
    assert sum(path.stat().st_size for path in WEIGHTS.iterdir()) < 30_000_000
