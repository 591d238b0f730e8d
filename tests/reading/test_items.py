"""Items: the form of the slot, the family, and what is broader than what."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stocktake.reading import items

HEADS = [
    ("the drones", "drones"),
    ("at least 400 Shahed-136 drones", "Shahed-136 drones"),
    ("more than 6,000 of the drones", "drones"),
    ("two million 155mm shells", "155mm shells"),
    ("hundreds of missiles", "missiles"),
    ("dozens of Iranian-made drones", "Iranian-made drones"),
    ("their new assembly line", "new assembly line"),
    ("$3.6 billion", "$3.6 billion"),
    ("155mm shells", "155mm shells"),
    ("F-16s", "F-16s"),
    ("“designs and components”,", "designs and components"),
    ("Shahed drones and", "Shahed drones"),
    ("training ground, or of", "training ground"),
    ("914", ""),
    ("1,598 of", ""),
    ("", ""),
]


@pytest.mark.parametrize(("text", "head"), HEADS)
def test_head(text: str, head: str) -> None:
    assert items.head(text) == head


FAMILIES = [
    ("Shahed-136 drones", "one-way attack drones"),
    ("Geran-2", "one-way attack drones"),
    ("Shahed-131/136 attack drones", "one-way attack drones"),
    ("Iranian one-way attack drones", "one-way attack drones"),
    ("Iranian-made drones", "one-way attack drones"),
    ("kamikaze drones", "one-way attack drones"),
    ("Lancet loitering munitions", "one-way attack drones"),
    ("Gerbera decoys", "decoys"),
    ("Orlan-10 reconnaissance UAVs", "reconnaissance drones"),
    ("Mohajer-6", "combat drones"),
    ("drones", "drones"),
    ("UAVs", "drones"),
    ("drone factory", "plants"),
    ("assembly line for drones", "plants"),
    ("Iskander-M ballistic missiles", "ballistic missiles"),
    ("KN-23s", "ballistic missiles"),
    ("Kalibr cruise missiles", "cruise missiles"),
    ("missiles", "missiles"),
    ("152mm shells", "artillery shells"),
    ("artillery rounds", "artillery shells"),
    ("rounds", "ammunition"),
    ("Patriot interceptors", "air defence missiles"),
    ("S-300 batteries", "air defence systems"),
    ("T-90M tanks", "tanks"),
    ("drone engines", "engines"),
    ("gearboxes", "engines"),
    ("T-72B3s", "tanks"),
    ("Su-30MKAs", "combat aircraft"),
    ("motors for cruise missiles", "engines"),
    ("a batch of drones", "drones"),
    ("rice", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "family"), FAMILIES)
def test_family(text: str, family: str | None) -> None:
    assert items.family(text) == family


BROADER = [
    ("drones", "Shahed-136 drones", True),
    ("Shahed-136", "Geran-2", True),
    ("weapons", "Shahed-136", True),
    ("missiles", "Kinzhals", True),
    ("Shahed-136 drones", "drones", False),
    ("drones", "missiles", False),
    ("drones", "drone factory", False),
    ("combat drones", "Shahed-136", False),
    ("rice", "brown rice", True),
    ("rice", "wheat", False),
]


@pytest.mark.parametrize(("broad", "narrow", "expected"), BROADER)
def test_generalises(broad: str, narrow: str, expected: bool) -> None:
    assert items.generalises(broad, narrow) is expected


@given(st.text())
def test_any_text_has_a_head_that_is_part_of_it(text: str) -> None:
    head = items.head(text)
    assert head in " ".join(text.split())
    items.family(text)


def test_gold_items_can_be_read_off_the_text(shared: Path) -> None:
    right = wanted = 0
    for line in (shared / "reading" / "dev.jsonl").read_text("utf-8").splitlines():
        report = json.loads(line)
        words = [match.span() for match in re.finditer(r"\S+", report["text"])]
        made = {
            items.head(report["text"][words[i][0] : words[i + n][1]])
            for i in range(len(words))
            for n in range(min(6, len(words) - i))
        }
        wished = {item for claim in report["claims"] if claim["item"] for item in claim["item"].split("; ")}
        wanted += len(wished)
        right += len(wished & made)
    assert right / wanted >= 0.95
