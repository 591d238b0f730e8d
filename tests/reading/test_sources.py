"""Who says so: whose words tell of an event where several speak, and headlines that name their speaker."""

from __future__ import annotations

import datetime as dt

import pytest

from stocktake.reading import sources
from stocktake.reading.page import Page
from stocktake.reading.roster import Source
from stocktake.vocabulary import Report, Span


def page_of(text: str) -> Page:
    return Page(Report(id="r", text=text, published=dt.date(2023, 5, 1)))


def span(text: str, words: str) -> Span:
    return Span(at := text.index(words), at + len(words))


@pytest.mark.parametrize(
    ("text", "trigger", "found", "told"),
    (
        (
            "Iran denies that it sold drones, but the Pentagon says hundreds were shipped.",
            "shipped",
            ("Iran", "Pentagon"),
            ["Pentagon"],
        ),
        (
            "Iran denies that it sold drones, but the Pentagon says hundreds were shipped.",
            "sold",
            ("Iran", "Pentagon"),
            ["Iran"],
        ),
        (
            "Reuters reported that diplomats said that drones were shipped.",
            "shipped",
            ("Reuters", "diplomats"),
            ["Reuters", "diplomats"],
        ),
        (
            "The ministry, citing the army, said that shells were shipped.",
            "shipped",
            ("ministry", "army"),
            ["ministry", "army"],
        ),
        ("A deputy was there when the minister said boats were sold.", "sold", ("deputy", "minister"), ["minister"]),
    ),
)
def test_of_several_speakers_those_of_the_events_own_clause_tell(
    text: str, trigger: str, found: tuple[str, ...], told: list[str]
) -> None:
    page = page_of(text)
    links = [Source(name, span(text, name)) for name in found]
    own = sources.speaking(page, links, span(text, trigger), page.sentences[0])
    assert [link.name for link in own] == told


@pytest.mark.parametrize(
    ("text", "speaker"),
    (
        ("Kirby: Drones were shipped to Russia\nMore to come.", "John Kirby"),
        ("Drones were shipped to Russia: defense ministry\nMore to come.", "defense ministry"),
        ("Update: Drones were shipped to Russia\nMore to come.", None),
        ("More to come.\nKirby: Drones were shipped to Russia", None),
    ),
)
def test_a_headline_may_name_its_speaker(text: str, speaker: str | None) -> None:
    page, trigger = page_of(text), span(text, "shipped")
    source = sources.headline(page, trigger, page.sentence(trigger.start))
    assert (source and source.name) == speaker
