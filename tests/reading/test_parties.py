"""Who fills a role: entities, their mentions, and the choice among them."""

from __future__ import annotations

import pytest
from events import event

from stocktake.reading.entities import Cast
from stocktake.reading.names import canonical
from stocktake.reading.parties import Choice, choose, divide, entities_of, phrases_of
from stocktake.reading.roles import Filler
from stocktake.reading.sentences import split
from stocktake.vocabulary import Span

MERGED = (
    ("Tehran denied it. The Iranian minister left Iran.", "Iran", 3),
    ("Rustem Umerov spoke. Then Umerov left.", "Rustem Umerov", 2),
    ("Strathwell Marine builds hulls; the hulls of Strathwell float.", "Strathwell Marine", 2),
    ("The Long Rope Institute (LRI) counts. They say that LRI is right.", "Long Rope Institute", 3),
)


@pytest.mark.parametrize(("text", "name", "mentions"), MERGED)
def test_the_forms_of_a_name_are_one_entity(text: str, name: str, mentions: int) -> None:
    named = {entity.name: entity for entity in Cast(text, split(text))}
    assert len(named[name].mentions) == mentions


def test_days_pronouns_and_openings_are_no_parties() -> None:
    text = "On Friday they met. Officials left in March. He stayed."
    assert [entity.name for entity in Cast(text, split(text))] == []


@pytest.mark.parametrize(
    ("text", "name"),
    (
        ("Iraqi insurgents left.", "Iraqi insurgents"),
        ("They hit Palestinian militant groups.", "Palestinian militant groups"),
        ("Kenyan police left.", "Kenyan police"),
        ("Iraqi troops left.", "Iraq"),
        ("Iran's Revolutionary Guards left.", "Revolutionary Guards"),
        ("They hit al-Noor there.", "al-Noor"),
    ),
)
def test_who_is_not_the_state_beside_whose_name_it_stands(text: str, name: str) -> None:
    assert [entity.name for entity in Cast(text, split(text))] == [name]


@pytest.mark.parametrize(
    ("roles", "chosen"),
    (
        ({"agent": {"Iran": 0.9, "Russia": 0.2}}, ["Iran"]),
        ({"agent": {"Iran": 0.9, "Russia": 0.8}}, ["Iran", "Russia"]),
        ({"agent": {"Iran": 0.95, "Russia": 0.55}}, ["Iran"]),
        ({"agent": {"Syria": 0.8}}, ["Syria"]),
        ({"agent": {"Syria": 0.2, "Iran": 0.1}}, []),
    ),
)
def test_the_sentence_goes_before_the_rest_of_the_report(roles: dict[str, dict[str, float]], chosen: list[str]) -> None:
    text = "Syria waited. Iran shipped drones to Russia."
    sentences = split(text)
    found = entities_of(event(text, "shipped", **roles).words, "agent", Cast(text, sentences), sentences[1])
    assert [choice.name for choice in choose(found, 0.6, 0.7, 0.5, 0.3)] == chosen


def test_mentions_elsewhere_add_up() -> None:
    text = "Syria armed. Syria waited. Shipped drones came."
    sentences = split(text)
    seen = event(text, "Shipped", agent={"Syria": 0.6}).words
    (found,) = entities_of(seen, "agent", Cast(text, sentences), sentences[2])
    assert found.score == pytest.approx(1 - 0.4 * 0.4)


def test_a_name_on_both_sides_stays_on_the_likelier() -> None:
    here = Span(0, 4)
    agents = [Choice("Iran", here, 0.9, True, ""), Choice("Russia", here, 0.4, True, "")]
    recipients = [Choice("Iran", here, 0.5, True, ""), Choice("Russia", here, 0.8, True, "")]
    mine, theirs = divide(agents, recipients)
    assert ([c.name for c in mine], [c.name for c in theirs]) == (["Iran"], ["Russia"])


def test_the_possessor_belongs_to_the_phrase() -> None:
    text = "So said Ukraine’s Foreign Ministry on Friday."
    start = text.index("s Foreign")
    (choice,) = phrases_of(text, [Filler(start, text.index(" on"), 0.9)], Span(0, len(text)), canonical)
    assert text[choice.span.start : choice.span.end] == "Ukraine’s Foreign Ministry"
