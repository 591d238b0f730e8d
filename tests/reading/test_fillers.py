"""What fills the slots of a claim: known goods before unknown words, a thing and not what it is for, those who act."""

from __future__ import annotations

import datetime as dt

import pytest
from events import event

from stocktake.reading import claims, items, parties
from stocktake.reading.decoding import thresholds
from stocktake.reading.encoder import WEIGHTS
from stocktake.reading.page import Page
from stocktake.reading.roles import Filler
from stocktake.vocabulary import Report, Span


@pytest.mark.parametrize(
    ("text", "trigger", "kind", "marked", "item"),
    (
        ("Iran plans a factory to produce drones.", "plans", "construction", ["factory", "drones"], "factory"),
        ("Iran sent drones and missiles.", "sent", "transfer", ["drones", "missiles"], "drones; missiles"),
        ("Iran sent military drones.", "sent", "transfer", ["military", "drones"], "military drones"),
        ("They brought down drones by other means.", "brought", "loss", ["drones", "means"], "drones"),
        ("They spoke of military cooperation.", "cooperation", "cooperation", ["military"], None),
        ("They spoke of cooperation on drones.", "cooperation", "cooperation", ["drones"], "drones"),
        ("They met over drones.", "met", "meeting", ["drones"], None),
    ),
)
def test_item(text: str, trigger: str, kind: str, marked: list[str], item: str | None) -> None:
    page = Page(Report(id="r", text=text))
    seen = event(text, trigger, kind, item=dict.fromkeys(marked, 0.9))
    (found,) = claims.build(page, [seen], thresholds(WEIGHTS))
    assert found.item == item


@pytest.mark.parametrize(
    ("text", "marked", "whole"),
    (
        ("They lost Iranian-made drones.", "made drones", "Iranian-made drones"),
        ("They lost Javelin anti-tank missiles.", "Javelin anti", "Javelin anti-tank"),
    ),
)
def test_a_broken_word_is_made_whole(text: str, marked: str, whole: str) -> None:
    start = text.index(marked)
    filler = Filler(start, start + len(marked), 0.9)
    (found,) = parties.phrases_of(text, [filler], Span(0, len(text)), items.head)
    assert found.name == whole


@pytest.mark.parametrize(
    ("text", "trigger", "kind", "marked", "agent"),
    (
        ("Russia launched Iranian drones.", "launched", "use", ["Russia", "Iranian"], "Russia"),
        ("Vladimir Putin sent tanks.", "sent", "transfer", ["Vladimir Putin"], "Russia"),
        ("Vladimir Putin met Kim.", "met", "meeting", ["Vladimir Putin"], "Vladimir Putin"),
        ("Iran, Reuters says, sent tanks.", "sent", "transfer", ["Iran", "Reuters"], "Iran"),
    ),
)
def test_agent(text: str, trigger: str, kind: str, marked: list[str], agent: str) -> None:
    page = Page(Report(id="r", text=text))
    seen = event(text, trigger, kind, agent=dict.fromkeys(marked, 0.9))
    (found,) = claims.build(page, [seen], thresholds(WEIGHTS))
    assert found.agent == agent


@pytest.mark.parametrize(
    ("text", "trigger", "agent"),
    (
        ("Russia launched ten drones; nine of them were shot down.", "shot", None),
        ("Nine missiles of Russia were scrapped.", "scrapped", "Russia"),
    ),
)
def test_who_owns_what_was_lost_did_not_destroy_it_unless_its_word_says_so(
    text: str, trigger: str, agent: str | None
) -> None:
    seen = event(text, trigger, "loss", agent={"Russia": 0.9}, recipient={"Russia": 0.9})
    (found,) = claims.build(Page(Report(id="r", text=text)), [seen], thresholds(WEIGHTS))
    assert (found.agent, found.recipient) == (agent, "Russia")


def test_a_war_dates_what_its_clause_puts_before_it() -> None:
    text = "Russia invaded Ukraine in February 2022. Iran gave Russia drones before the war, it says."
    page = Page(Report(id="r", text=text, published=dt.date(2022, 11, 5)))
    (found,) = claims.build(page, [event(text, "gave")], thresholds(WEIGHTS))
    assert found.time is not None
    assert (found.time.start, found.time.end) == (None, dt.date(2022, 2, 23))


@pytest.mark.parametrize(
    ("text", "source", "stance"),
    (
        ("Kyiv said that Iran sent Russia drones.", "Kyiv", "asserts"),
        ("Moscow said that Iran sent Russia drones.", "Moscow", "admits"),
        ("Witnesses said that Iran sent Russia drones.", "Witnesses", "admits"),
    ),
)
def test_nobody_admits_what_others_did(text: str, source: str, stance: str) -> None:
    page = Page(Report(id="r", text=text))
    roles = {"agent": {"Iran": 0.9}, "recipient": {"Russia": 0.9}, "source": {source: 0.9}}
    (found,) = claims.build(page, [event(text, "sent", stance="admits", **roles)], thresholds(WEIGHTS))
    assert found.stance == stance
