"""Which source marked words name, who speaks together, and who "the agency" is."""

from __future__ import annotations

import datetime as dt

import pytest

from stocktake.reading import speakers
from stocktake.reading.page import Page
from stocktake.reading.roster import Roster, Source
from stocktake.vocabulary import Report, Span


def page_of(text: str) -> Page:
    return Page(Report(id="r", text=text, published=dt.date(2023, 5, 1)))


def spans(text: str, *marked: str) -> list[Span]:
    found, place = [], 0
    for words in marked:
        place = text.index(words, place)
        found.append(Span(place, place + len(words)))
        place += len(words)
    return found


@pytest.mark.parametrize(
    ("text", "marked", "expected"),
    (
        ("Britain and France accuse Iran.", ["Britain", "France"], [["United Kingdom", "France"]]),
        (
            "The United States, Britain, France and Germany accuse Iran.",
            ["United States", "Britain", "France", "Germany"],
            [["United States", "United Kingdom", "France", "Germany"]],
        ),
        ("Kirby said so, the Post reported.", ["Kirby", "Post"], [["John Kirby"], ["Washington Post"]]),
        ("MBDA managing director Thomas Gottschild said", ["MBDA", "Thomas Gottschild"], [["Thomas Gottschild"]]),
        (
            "South Korea's national security adviser, Shin Won-sik, said",
            ["South Korea", "national security", "Shin Won-sik"],
            [["Shin Won-sik"]],
        ),
        (
            "an estimate of the Institute for Science and International Security",
            ["Institute for Science"],
            [["Institute for Science and International Security"]],
        ),
        ("by the Ukrainian air force's daily reports", ["air", "daily"], [["Ukrainian air force"]]),
        ("by the daily reports of the Ukrainian air force", ["daily"], [["Ukrainian air force"]]),
        ("the Iranian Students News Agency (ISNA) said", ["Students News Agency", "ISNA"], [["ISNA"]]),
        ("the Biden administration says", ["Biden"], [["Biden administration"]]),
        ("Ukraine's navy said", ["'s navy"], [["Ukraine's navy"]]),
        ("Ukraine’s Foreign Ministry warned", ["Ukraine", "Foreign Ministry"], [["Ukraine’s Foreign Ministry"]]),
    ),
)
def test_marked_words_are_gathered(text: str, marked: list[str], expected: list[list[str]]) -> None:
    found = speakers.groups(text, spans(text, *marked))
    assert [[speakers.named(text[one.start : one.end]) for one in group] for group in found] == expected


@pytest.mark.parametrize(
    ("words", "name"),
    (
        ("John Kirby, the spokesman of the National Security Council", "John Kirby"),
        ("Kovalenko, who heads the centre", "Kovalenko"),
        ("the Kommersant daily", "Kommersant"),
        ("President Volodymyr Zelensky", "Volodymyr Zelensky"),
        ("three officials", "officials"),
        ("European officials and documents", "European officials; documents"),
        ("a source familiar with the", "source"),
        ("the General Staff", "General Staff"),
        ("The Royal United Services Institute estimates", "Royal United Services Institute"),
        ("a Washington Post report of Oct. 16", "Washington Post"),
    ),
)
def test_one_name(words: str, name: str) -> None:
    assert speakers.named(words) == name


@pytest.mark.parametrize(
    "name", ("January", "Imports", "force", "Air defences", "daily reports", "Nobody in Washington", "12")
)
def test_no_source(name: str) -> None:
    assert not speakers.is_source(name, True, f"{name} rose.")


@pytest.mark.parametrize(
    "name", ("Iran", "officials", "Olena Koval", "documents", "air force", "Reuters", "eyewitnesses")
)
def test_a_source(name: str) -> None:
    assert speakers.is_source(name, False, f"And {name} said so.")


REPORT = (
    "Iran sold drones, agency says\n"
    "Ukraine's military intelligence agency said on Friday that Iran had sold drones. It gave no number. "
    "Its chief, Kyrylo Budanov, told Reuters on Sunday that there were more. Budanov added that they fly. "
    "The agency said so. Russia has lost ten, its navy said."
)


@pytest.mark.parametrize(
    ("words", "name"),
    (
        ("agency says", "Ukraine's military intelligence agency"),
        ("It", "Ukraine's military intelligence agency"),
        ("Budanov added", "Kyrylo Budanov"),
        ("The agency", "Ukraine's military intelligence agency"),
        ("navy", "Russia's navy"),
    ),
)
def test_who_stands_for_whom(words: str, name: str) -> None:
    page = Page(Report(id="r", text=REPORT, published=dt.date(2023, 5, 1)))
    marked = spans(
        REPORT,
        "agency",
        "Ukraine's military intelligence agency",
        "It",
        "Kyrylo Budanov",
        "Budanov",
        "The agency",
        "navy",
    )
    roster = Roster(page, marked)
    start = REPORT.index(words)
    source = roster.source(next(span for span in marked if span.start == start))
    assert source is not None
    assert source.name == name


def test_a_speaker_goes_on_speaking_to_the_medium() -> None:
    page = Page(Report(id="r", text=REPORT, outlet="Northern Wire"))
    marked = spans(REPORT, "Kyrylo Budanov", "Budanov")
    roster = Roster(page, marked)
    said = roster.source(marked[1])
    assert said is not None
    assert [link.name for link in roster.chain([said])] == ["Reuters", "Kyrylo Budanov"]


@pytest.mark.parametrize(
    ("text", "link", "chain"),
    (
        ("Reuters reported it, citing two diplomats.", "Reuters", ["Reuters", "diplomats"]),
        ("A document seen by Reuters shows it.", "document", ["Reuters", "document"]),
        ("Lee told Northern Wire so.", "Northern Wire", []),
    ),
)
def test_chains(text: str, link: str, chain: list[str]) -> None:
    roster = Roster(Page(Report(id="r", text=text, outlet="Northern Wire")), ())
    (span,) = spans(text, link)
    assert [one.name for one in roster.chain([Source(link, span)])] == chain


@pytest.mark.parametrize(
    ("sentence", "told"),
    (("Drones were shipped, Kirby said.", True), ("The chancellor toured the plant.", False)),
)
def test_a_sentence_tells_of_telling(sentence: str, told: bool) -> None:
    assert speakers.telling(sentence) is told


@pytest.mark.parametrize(
    ("text", "date", "trigger", "dates"),
    (
        ("Kyiv said on Friday that drones arrived.", "Friday", "arrived", True),
        ("He on Thursday dismissed word of drones that arrived.", "Thursday", "arrived", True),
        ("Kyiv said that drones arrived on Friday.", "Friday", "arrived", False),
        ("Kyiv rejected on Friday a shipment of drones.", "Friday", "rejected", False),
    ),
)
def test_the_day_of_a_statement(text: str, date: str, trigger: str, dates: bool) -> None:
    (span,) = spans(text, date)
    assert speakers.dates_speech(text, span, text.index(trigger)) is dates


@pytest.mark.parametrize(
    ("text", "speaker"),
    (
        ('Li Wei spoke on Monday. "Iran sent 40 drones. They were late," Li Wei said.', "Li Wei"),
        ('"They are late," said the minister. "Iran sent 40 drones. More will come."', "minister"),
        ('Trade grew. "Iran sent 40 drones."', None),
    ),
)
def test_a_quote_that_goes_on_is_its_speakers(text: str, speaker: str | None) -> None:
    start = text.rindex('"Iran')
    found = Roster(page_of(text), []).speaker_of(Span(start, text.rindex('"')))
    assert (found and found.name) == speaker


def test_his_office_is_the_last_speakers() -> None:
    text = "Li Wei said that drones were sent. He ordered more, his office said."
    roster = Roster(page_of(text), spans(text, "Li Wei"))
    source = roster.source(Span(at := text.index("his office"), at + len("his office")))
    assert source and source.name == "Li Wei's office"
