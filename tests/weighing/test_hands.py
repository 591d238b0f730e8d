"""Much work on several processors comes out as it does on one."""

from __future__ import annotations

from pathlib import Path

import pytest
from gold import stories

from stocktake import weighing
from stocktake.weighing import Hands, Sketches, bands, many_hands


def copies_of(folder: Path, texts: dict[str, str], hands: Hands) -> tuple[dict[str, list[int]], dict[str, str]]:
    """The bands and the originals of texts that came in this order."""
    sketches = Sketches(folder)
    sketches.take(texts.items(), hands)
    copies = {copy.report: copy.original for copy in sketches.nearest(list(texts), hands)}
    return {name: list(numbers) for name, numbers in sketches.bands.items()}, copies


def test_the_answers_are_the_same_on_several_processors(shared: Path, tmp_path: Path) -> None:
    told = [story.report for story in stories(shared / "weighing" / "dev.jsonl")]
    texts = {f"{turn} {report.id}": report.text for turn in range(20) for report in told}
    expected = copies_of(tmp_path, texts, Hands())
    assert expected[0] == {name: bands(text) for name, text in texts.items()}
    assert {original[:2] for name, original in expected[1].items() if name[:2] != "0 "} == {"0 "}
    with many_hands(10**6) as hands:
        assert copies_of(tmp_path, texts, hands) == expected


def test_where_no_process_can_be_started_one_does_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stocktake.weighing.hands._pool", lambda count: None)
    with many_hands(10**6) as hands:
        assert hands.count == 1
        assert copies_of(tmp_path, {"a": "too short"}, hands) == ({"a": []}, {})
    assert weighing.copies([]) == []
