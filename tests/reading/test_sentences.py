"""Sentences of a report: what ends one, what does not, and how well that agrees with the gold."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stocktake.reading import sentences

EXAMPLES = [
    ("Two plants closed. A third opened.", ["Two plants closed.", "A third opened."]),
    (
        "Drone plant grows\nIts hall has doubled, officials say.",
        ["Drone plant grows", "Its hall has doubled, officials say."],
    ),
    ("Gen. Ali Karimi spoke. Maj. Gen. Sato did not.", ["Gen. Ali Karimi spoke.", "Maj. Gen. Sato did not."]),
    (
        "The U.S. Treasury acted. It named six firms in the U.S. The list is public.",
        ["The U.S. Treasury acted.", "It named six firms in the U.S.", "The list is public."],
    ),
    ("It cost $3.5 million. No one paid.", ["It cost $3.5 million.", "No one paid."]),
    ("“We shipped them.” The minister smiled.", ["“We shipped them.”", "The minister smiled."]),
    ('"Is it ready?" he asked. "Not yet."', ['"Is it ready?" he asked.', '"Not yet."']),
    (
        "They arrived on Oct. 4. Acme Corp. built them. Acme Corp. The rest is rumour.",
        ["They arrived on Oct. 4.", "Acme Corp. built them.", "Acme Corp.", "The rest is rumour."],
    ),
    ("No. 4 hall burned. J. Smith saw it.", ["No. 4 hall burned.", "J. Smith saw it."]),
    ("Nothing was left... Then came 40 more.", ["Nothing was left...", "Then came 40 more."]),
    ("ASTANA, June 3. /QazWire/. Two plants opened.", ["ASTANA, June 3. /QazWire/. Two plants opened."]),
    ("MINSK. June 3 (Wire) - Two plants opened.", ["MINSK. June 3 (Wire) - Two plants opened."]),
    ("- A first item\n- A second one.", ["A first item", "A second one."]),
    ("", []),
    ("  \n\n ", []),
]


@pytest.mark.parametrize(("text", "expected"), EXAMPLES)
def test_splits(text: str, expected: list[str]) -> None:
    assert [text[span.start : span.end] for span in sentences.split(text)] == expected


@given(st.text())
def test_spans_are_in_order_and_leave_out_only_white_space_and_bullets(text: str) -> None:
    position = 0
    for span in sentences.split(text):
        assert position <= span.start < span.end <= len(text)
        assert text[position : span.start].strip() in {"", "-", "–", "—", "•", "*", ">"}
        position = span.end
    assert not text[position:].strip()


@pytest.mark.parametrize("text", ["." * 300_000, "A. " * 100_000, '"' * 300_000 + " A", "x\n" * 100_000])
def test_odd_text_is_split_in_one_pass(text: str) -> None:
    assert sentences.split(text)


def test_gold_quotes_are_sentences(shared: Path) -> None:
    whole = parts = 0
    for name in ("train", "dev", "wiredev"):
        for line in (shared / "reading" / f"{name}.jsonl").read_text("utf-8").splitlines():
            report = json.loads(line)
            found = {report["text"][s.start : s.end] for s in sentences.split(report["text"])}
            quotes = {claim["quote"].strip() for claim in report["claims"]}
            whole += len(quotes)
            parts += len(quotes & found)
    assert parts / whole >= 0.99
