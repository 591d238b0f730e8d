"""Many reports on several processors weigh as they do on one."""

from __future__ import annotations

from pathlib import Path

import pytest
from gold import stories

from stocktake import weighing
from stocktake.weighing import Job, bands, bands_of, hands


def test_the_result_is_the_same_on_several_processors(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = stories(shared / "weighing" / "dev.jsonl")
    jobs = [Job(story.report, list(story.claims)) for story in told]
    expected = [(story.report.id, weighing.testimonies(story.report, story.claims)) for story in told]
    assert list(weighing.testimony_of(jobs, len(jobs))) == expected
    monkeypatch.setattr(hands, "WORTH", 1)
    monkeypatch.setattr(hands, "CHUNK", 3)
    monkeypatch.setattr(hands.os, "cpu_count", lambda: 2)
    assert list(weighing.testimony_of(jobs, len(jobs))) == expected
    texts = [(story.report.id, story.report.text) for story in told]
    assert list(bands_of(texts, len(texts))) == [(name, bands(text)) for name, text in texts]


def test_where_no_process_can_be_started_one_does_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hands, "WORTH", 1)
    monkeypatch.setattr(hands, "_pool", lambda count: None)
    assert list(bands_of([("a", "too short")], 1)) == [("a", [])]
