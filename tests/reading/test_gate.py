"""Which paragraphs are read at all."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from stocktake.reading import gate
from stocktake.reading.pieces import paragraph_spans

ABOUT_ARMS = (
    "Russia launched 39 Shahed-136 drones at Kyiv overnight.",
    "The first shells left the plant in March.",
    "Spare parts for the Su-30 arrived by sea.",
    "A cargo of 155 mm rounds was found on board.",
    "Two Patriot batteries were handed over.",
)
ABOUT_OTHER_THINGS = (
    "The prime minister will visit Paris next week for talks on trade.",
    "Shell raised its dividend after oil prices rose.",
    "Some 30 millimetre-wave antennas will serve the city.",
    "The G-8 meet in June; H5N1 was found in two ducks.",
    "The patriot in him would not leave the country.",
    "Airbus sold 40 passenger jets to a carrier with a fleet of its own.",
)


@pytest.mark.parametrize("text", ABOUT_ARMS)
def test_a_paragraph_that_names_a_weapon_is_read(text: str) -> None:
    assert gate.look(text, paragraph_spans(text)).kept


@pytest.mark.parametrize("text", ABOUT_OTHER_THINGS)
def test_other_news_is_not(text: str) -> None:
    assert gate.look(text, paragraph_spans(text)) == ([], 0.0)


@pytest.mark.parametrize("sentence", ("Has Iran sent drones?", "“Has Iran sent drones?”"))
def test_a_question_states_nothing(sentence: str) -> None:
    assert not gate.relevant(sentence, 1.0)
    assert gate.relevant(sentence.replace("?", "."), 1.0)


def test_a_report_about_arms_is_read_whole() -> None:
    text = "Kyiv says 20 drones were shot down.\nIt was the third night in a row.\nA flat was damaged."
    paragraphs = paragraph_spans(text)
    assert gate.look(text, paragraphs) == (list(paragraphs), 1 / 3)


def test_one_such_paragraph_in_a_long_report_is_read_alone() -> None:
    text = "\n".join(["Parliament debated the budget."] * 9 + ["It also bought two missiles."])
    kept, share = gate.look(text, paragraph_spans(text))
    assert share == 0.1
    assert [text[span.start : span.end] for span in kept] == ["It also bought two missiles."]


def test_few_claims_are_lost_and_most_other_news_is_dropped(shared: Path) -> None:
    """Gold triggers in kept paragraphs (measured .988, 1.0, 1.0), and the share of the newswire's words kept (.14)."""
    for name, floor in (("train", 0.97), ("dev", 0.97), ("wiredev", 0.97)):
        kept = total = 0
        for line in (shared / "reading" / f"{name}.jsonl").read_text("utf-8").splitlines():
            report = json.loads(line)
            spans = gate.look(report["text"], paragraph_spans(report["text"])).kept
            for claim in report["claims"]:
                place = report["text"].index(claim["quote"]) + claim["trigger"]["at"]
                kept += any(span.start <= place < span.end for span in spans)
                total += 1
        assert kept / total >= floor, name
    read = words = 0
    with gzip.open(shared / "reports" / "newswire.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            text = json.loads(line)["text"]
            words += len(text.split())
            kept = gate.look(text, paragraph_spans(text)).kept
            read += sum(len(text[s.start : s.end].split()) for s in kept)
    assert read / words <= 0.18
