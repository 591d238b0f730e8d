"""Names of parties and sources: one name each, the kind of source, the state, and how much of the gold they give."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pycountry
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stocktake.reading import names
from stocktake.vocabulary import SourceKind

CANONICAL = [
    ("Moscow", "Russia"),
    ("the Kremlin", "Russia"),
    ("the Kremlin's", "Russia"),
    ("Iranian", "Iran"),
    ("Tehran’s", "Iran"),
    ("the White House", "United States"),
    ("Washington", "United States"),
    ("U.S.", "United States"),
    ("the U.S", "United States"),
    ("Türkiye", "Turkey"),
    ("the North", "North Korea"),
    ("Russian forces", "Russia"),
    ("Russian troops", "Russia"),
    ("the Ukrainian government", "Ukraine"),
    ("Taiwanese authorities", "Taiwan"),
    ("WSJ", "Wall Street Journal"),
    ("the Journal", "Wall Street Journal"),
    ("The Wall Street Journal", "Wall Street Journal"),
    ("the Associated Press", "Associated Press"),
    ("the IAEA", "IAEA"),
    ("the Pentagon", "Pentagon"),
    ("Islamic Revolutionary Guard Corps", "IRGC"),
    ("Alabuga Special Economic Zone", "Alabuga"),
    ("Thyssenkrupp Marine Systems (TKMS)", "TKMS"),
    ("Foreign Minister Sergei Lavrov", "Sergei Lavrov"),
    ("Iranian Foreign Minister Hossein Amirabdollahian", "Hossein Amirabdollahian"),
    ("Gen. Nadia Karam", "Nadia Karam"),
    ("President Putin", "Vladimir Putin"),
    ("Kremlin spokesman Dmitry Peskov", "Dmitry Peskov"),
    ("two Emirati trading houses", "two Emirati trading houses"),
    ("U.S. officials", "U.S. officials"),
    ("the defence ministry", "defence ministry"),
    ("us", "us"),
    ("polish", "polish"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "name"), CANONICAL)
def test_one_name(text: str, name: str) -> None:
    assert names.canonical(text) == name


KINDS = [
    ("Kyiv", SourceKind.state),
    ("US officials", SourceKind.unnamed_official),
    ("people familiar with the matter", SourceKind.unnamed_official),
    ("the Russian Defence Ministry", SourceKind.official),
    ("Kremlin spokesman", SourceKind.official),
    ("Ukrainian military intelligence", SourceKind.intelligence),
    ("HUR", SourceKind.intelligence),
    ("Reuters", SourceKind.outlet),
    ("a Nigerian daily", SourceKind.outlet),
    ("news agencies", SourceKind.agency),
    ("Rheinmetall", SourceKind.company),
    ("an Emirati trading firm", SourceKind.company),
    ("SIPRI", SourceKind.think_tank),
    ("military analysts", SourceKind.think_tank),
    ("customs records", SourceKind.document),
    ("satellite images", SourceKind.document),
    ("Nadia Karam", SourceKind.person),
    ("nowhere", None),
]


@pytest.mark.parametrize(("text", "kind"), KINDS)
def test_kind_of_source(text: str, kind: SourceKind | None) -> None:
    assert names.kind(text) is kind


STATES = [
    ("Kremlin spokesman", "Russia"),
    ("Alabuga", "Russia"),
    ("the IRGC", "Iran"),
    ("Iran's Foreign Ministry", "Iran"),
    ("officials in Tehran", "Iran"),
    ("US officials", "United States"),
    ("the Pentagon", "United States"),
    ("Russian soil", "Russia"),
    ("Kyiv", "Ukraine"),
    ("Sergei Lavrov", "Russia"),
    ("the Wall Street Journal", "United States"),
    ("two trading houses", None),
    ("NATO", None),
]


@pytest.mark.parametrize(("text", "state"), STATES)
def test_state_that_a_party_belongs_to(text: str, state: str | None) -> None:
    assert names.state_of(text) == state


def test_finds_listed_names_in_a_text() -> None:
    text = "The Kremlin told TASS that Iran’s IRGC and the Houthis had met Turkish envoys; the journal is silent."
    found = [(text[span.start : span.end], name) for span, name in names.find(text)]
    assert found == [
        ("Kremlin", "Russia"),
        ("TASS", "TASS"),
        ("Iran", "Iran"),
        ("IRGC", "IRGC"),
        ("Houthis", "Houthis"),
        ("Turkish", "Turkey"),
    ]


def test_every_state_of_iso_3166_has_its_name() -> None:
    """Each member of the United Nations is listed; the codes are ISO's but for bodies and states that are gone."""
    ours = names.codes()
    assert not {code for code in ours.values() if not pycountry.countries.get(alpha_2=code)} - {
        "XK", "YU", "SU", "DD", "EU", "UN",
    }  # fmt: skip
    named = {country.alpha_2 for country in pycountry.countries}
    missing = named - set(ours.values())
    assert len(missing) <= 52  # territories without a government of their own, and Antarctica


@given(st.text())
def test_any_text_has_a_name_and_naming_twice_changes_nothing(text: str) -> None:
    name = names.canonical(text)
    assert len(name) <= max(len(text), 45)
    names.kind(text)
    names.state_of(text)
    for span, _ in names.find(text):
        assert 0 <= span.start < span.end <= len(text)


def test_gold_parties_can_be_named_from_the_text(shared: Path) -> None:
    sys.path.insert(0, str(shared / "reading"))
    try:
        from score import names_match, split_names
    finally:
        sys.path.pop(0)
    right = wanted = 0
    for line in (shared / "reading" / "dev.jsonl").read_text("utf-8").splitlines():
        report = json.loads(line)
        words = [match.span() for match in re.finditer(r"\S+", report["text"])]
        made = {
            names.canonical(report["text"][words[i][0] : words[i + n][1]])
            for i in range(len(words))
            for n in range(min(5, len(words) - i))
        }
        parties = {
            party
            for claim in report["claims"]
            for slot in ("agent", "recipient")
            if claim[slot]
            for party in split_names(claim[slot])
        }
        wanted += len(parties)
        right += sum(party in made or any(names_match(party, name) for name in made) for party in parties)
    assert right / wanted >= 0.97
