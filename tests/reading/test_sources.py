"""Who says so: chains, speakers introduced before, pronouns, headlines."""

from __future__ import annotations

import datetime as dt

import pytest

from stocktake.reading import sources
from stocktake.reading.page import Page
from stocktake.reading.roster import Roster
from stocktake.vocabulary import Attribution, Report, Span

Said = tuple[str, str, str]


def page_of(text: str) -> Page:
    return Page(Report(id="r", text=text, published=dt.date(2023, 5, 1)))


def attributions(text: str, said: tuple[Said, ...]) -> list[Attribution]:
    """Attributions given as (source, cue, content), each word's next place after the one before."""
    found, place = [], 0
    for source, cue, content in said:
        spans = [Span(at := text.index(part, place), at + len(part)) for part in (source, cue, content)]
        found.append(Attribution(source=(spans[0],), cue=(spans[1],), content=(spans[2],)))
        place = min(span.start for span in spans)
    return found


CHAINS: tuple[tuple[str, tuple[Said, ...], str, list[str]], ...] = (
    (
        "Drones were shipped, the Journal reported.",
        (("the Journal", "reported", "Drones were shipped"),),
        "shipped",
        ["Wall Street Journal"],
    ),
    (
        "Reuters reported that officials said that drones were shipped.",
        (
            ("Reuters", "reported", "officials said that drones were shipped"),
            ("officials", "said", "drones were shipped"),
        ),
        "shipped",
        ["Reuters", "officials"],
    ),
    (
        "Rustem Umerov spoke of plans. He said that drones were shipped.",
        (("Rustem Umerov", "spoke", "plans"), ("He", "said", "drones were shipped")),
        "shipped",
        ["Rustem Umerov"],
    ),
    (
        "A naval spokesman said much. The spokesman added that boats were shipped.",
        (("A naval spokesman", "said", "much"), ("The spokesman", "added", "boats were shipped")),
        "shipped",
        ["naval spokesman"],
    ),
    (
        "Olena Kovalenko said little. Kovalenko added that shells were shipped.",
        (("Olena Kovalenko", "said", "little"), ("Kovalenko", "added", "shells were shipped")),
        "shipped",
        ["Olena Kovalenko"],
    ),
    ("Kirby: Drones were shipped to Russia\nMore to come.", (), "shipped", ["John Kirby"]),
    ("Drones shipped to Russia: defense ministry\nMore to come.", (), "shipped", ["defense ministry"]),
    ("Drones were shipped. Iran said so.", (), "shipped", []),
)


@pytest.mark.parametrize(("text", "said", "trigger", "chain"), CHAINS)
def test_chain(text: str, said: tuple[Said, ...], trigger: str, chain: list[str]) -> None:
    page = page_of(text)
    place = text.index(trigger)
    said_there = attributions(text, said)
    speeches = sources.speeches(page, said_there, Roster(page, [one.source[0] for one in said_there]))
    found = sources.chain(page, speeches, Span(place, place + len(trigger)), page.sentence(place))
    assert [source.name for source in found] == chain


def test_words_that_name_no_one_are_no_source() -> None:
    text = "Who said that drones were shipped?"
    page = page_of(text)
    said = attributions(text, (("Who", "said", "drones were shipped"),))
    assert sources.speeches(page, said, Roster(page, [one.source[0] for one in said])) == []
