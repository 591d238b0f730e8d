"""Much work on several processors comes out as it does on one."""

from __future__ import annotations

from pathlib import Path

import pytest
from gold import stories

from stocktake.weighing import Hands, bands, bands_of, many_hands


def test_the_answers_are_the_same_on_several_processors(shared: Path) -> None:
    texts = [(story.report.id, story.report.text) for story in stories(shared / "weighing" / "dev.jsonl")]
    expected = [(name, bands(text)) for name, text in texts]
    assert list(bands_of(texts, Hands())) == expected
    with many_hands(10**6) as many:
        assert list(bands_of(texts * 30, many)) == expected * 30


def test_where_no_process_can_be_started_one_does_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stocktake.weighing.hands._pool", lambda count: None)
    with many_hands(10**6) as many:
        assert many.count == 1
        assert list(bands_of([("a", "too short")], many)) == [("a", [])]
