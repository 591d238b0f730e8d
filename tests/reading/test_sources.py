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


@pytest.mark.parametrize(
    ("text", "trigger", "teller"),
    (
        ("Iran shipped 40 drones, the army said on Monday.", "shipped", "the army"),
        ("The drones were shipped by Iran, said the report.", "shipped", "the report"),
        ('"Why are they shipped at all?" he asked.', "shipped", "he"),
        ("Iran shipped 40 drones, according to the paper, a daily.", "shipped", "the paper"),
        ("Iran shipped 40 drones, which said little of its plans.", "shipped", None),
        ("Drones are made, the army said, and Iran shipped 40.", "shipped", None),
        ("It makes drones, the army said after Iran shipped 40.", "shipped", None),
    ),
)
def test_a_sentence_may_end_in_its_teller(text: str, trigger: str, teller: str | None) -> None:
    page = page_of(text)
    found = sources.closing(page, span(text, trigger), page.sentences[0])
    assert (page.words(found) if found else None) == teller


@pytest.mark.parametrize(
    ("text", "trigger", "teller"),
    (
        ("The ministry has ruled out that drones were shipped.", "shipped", "The ministry"),
        ("Japan, an ally, announced in October that drones were shipped.", "shipped", "Japan"),
        ("The army slept, but Iran insisted that drones were shipped.", "shipped", "Iran"),
        ("Iran agreed that drones be shipped.", "shipped", None),
        ("It said that drones were shipped.", "shipped", None),
    ),
)
def test_a_clause_may_begin_with_its_teller(text: str, trigger: str, teller: str | None) -> None:
    page = page_of(text)
    found = sources.opening(page, span(text, trigger), page.sentences[0])
    assert (page.words(found) if found else None) == teller


def test_who_tells_last_stands_beside_those_who_tell_as_well() -> None:
    text = "Iran sent drones to the envoy, diplomats said, the agency reported."
    page = page_of(text)
    links = [Source(name, span(text, name)) for name in ("envoy", "diplomats")]
    last = Source("agency", span(text, "agency"))
    assert [link.name for link in sources.ending_in(page, links, last)] == ["diplomats", "agency"]
    assert sources.ending_in(page, [*links, last], last) == [*links, last]


@pytest.mark.parametrize(
    ("text", "words"),
    (
        ('He spoke. "Iran shipped 40. Russia paid," he said.', '"Iran shipped 40. Russia paid,"'),
        ("He spoke. “Iran shipped 40. Russia paid.\nThe end.", "“Iran shipped 40. Russia paid."),
        ('"He spoke." Iran shipped 40.', None),
    ),
)
def test_the_quote_that_an_event_stands_in(text: str, words: str | None) -> None:
    page = page_of(text)
    quote = sources.quoted(page, text.index("shipped"))
    assert (page.words(quote).rstrip('"') if quote else None) == (words and words.rstrip('"'))
