"""Which numbers of a sentence are an event's, and which of them are no counts at all."""

from __future__ import annotations

import pytest
from events import event

from stocktake.reading import claims, counts
from stocktake.reading.decoding import thresholds
from stocktake.reading.encoder import WEIGHTS
from stocktake.reading.page import Page
from stocktake.reading.parties import Choice
from stocktake.vocabulary import Report, Span


@pytest.mark.parametrize(
    ("kind", "text", "numbers", "lows"),
    (
        ("production", "The works make 155 mm shells.", ["155"], []),
        ("transfer", "The trucks went 600 kilometers east.", ["600"], []),
        ("transfer", "Iran sent 40 drones.", ["40"], [40]),
        ("payment", "The fund raised £73 million ($90 million).", ["£73 million", "$90 million"], [73e6]),
        ("payment", "It set aside €500 million, about $544 million.", ["€500 million", "$544 million"], [500e6]),
        ("payment", "It paid $5 million, then $7 million.", ["$5 million", "$7 million"], [5e6, 7e6]),
        ("agreement", "A $90 million deal for 40 tanks.", ["$90 million", "40"], [90e6]),
        ("transfer", "They sent 40 tanks worth $90 million.", ["$90 million", "40"], [40]),
        ("loss", "It lost 12 of the 40 tanks.", ["12", "40"], [12]),
        ("loss", "It lost 12 out of its 40 tanks.", ["12", "40"], [12]),
        ("transfer", "It sent 12 of some 40 tanks.", ["40"], [40]),
        ("meeting", "They met 2,000 sailors aboard.", ["2,000"], []),
    ),
)
def test_numbers_of_an_event(kind: str, text: str, numbers: list[str], lows: list[float]) -> None:
    page = Page(Report(id="r", text=text))
    seen = event(text, text.split()[1], kind, quantity=dict.fromkeys(numbers, 0.9))
    found = counts.amounts_of(seen.words, page.amounts(page.sentences[0]), 0.5)
    assert [one.amount.low for one in counts.of_kind(seen.trigger.event, found)] == lows


def test_events_of_one_type_share_out_the_numbers_of_their_sentence() -> None:
    text = "They brought down 6 missiles and 245 drones; 128 were shot down."
    page = Page(Report(id="r", text=text))
    events = [
        event(text, "brought", "loss", quantity={"6": 0.9, "245": 0.9, "128": 0.6}),
        event(text, "shot", "loss", quantity={"245": 0.7, "128": 0.9}),
    ]
    found = claims.build(page, events, thresholds(WEIGHTS))
    assert sorted(
        (text[one.spans["trigger"][0].start :].split()[0], one.quantity.low) for one in found if one.quantity
    ) == [
        ("brought", 6),
        ("brought", 245),
        ("shot", 128),
    ]


@pytest.mark.parametrize(
    ("text", "good", "lows"),
    (
        ("The plant made 310 drones in May.", "drones", [310]),
        ("The plant made 310 drones in May.", "310 drones", [310]),
        ("The plant made drones for 310 days.", "drones", []),
        ("It sold drones worth $310 million.", "drones", []),
    ),
)
def test_a_number_before_the_goods_counts_them(text: str, good: str, lows: list[float]) -> None:
    page, start = Page(Report(id="r", text=text)), text.index(good)
    choice = Choice(good, Span(start, start + len(good)), 0.9, True, "")
    assert [one.amount.low for one in counts.beside(page.amounts(page.sentences[0]), [choice])] == lows
