"""Which party gives and which receives, as verbs, voices and prepositions tell it."""

from __future__ import annotations

import pytest

from stocktake.reading import directions
from stocktake.reading.directions import Parties, Told
from stocktake.reading.entities import Cast
from stocktake.reading.page import Page
from stocktake.reading.parties import Choice
from stocktake.reading.triggers import Trigger
from stocktake.vocabulary import EventType, Report, Span


def sides(text: str, word: str, kind: str = "transfer", *others: str) -> dict[str, str]:
    page = Page(Report(id="r", text=text))
    start = text.index(word)
    trigger = Trigger(0, start, start + len(word), EventType(kind), 0.9)
    places = [start, *(text.index(other) for other in others)]
    found = directions.told(text, trigger, Cast(text, page.sentences), page.sentence(start), places)
    return {name: one.side for name, one in found.items()}


@pytest.mark.parametrize(
    ("text", "word", "kind", "expected"),
    (
        ("Iran sent Russia drones.", "sent", "transfer", {"Iran": "agent", "Russia": "recipient"}),
        ("Hundreds have been sold to Russia by Iran.", "sold", "transfer", {"Iran": "agent", "Russia": "recipient"}),
        ("Russia had received drones from Iran.", "received", "transfer", {"Iran": "agent", "Russia": "recipient"}),
        ("Russia took delivery of drones.", "delivery", "transfer", {"Russia": "recipient"}),
        ("Russia has been sent drones.", "sent", "transfer", {"Russia": "recipient"}),
        ("Moscow is giving Pyongyang oil.", "giving", "transfer", {"Russia": "agent", "North Korea": "recipient"}),
        ("The Russian military is supplied by Iran.", "supplied", "transfer", {"Russia": "recipient", "Iran": "agent"}),
        ("Tanks were bought by Poland.", "bought", "transfer", {"Poland": "recipient"}),
        ("Iranian drones were sent.", "sent", "transfer", {}),
        ("Drones were sent, according to Ukraine.", "sent", "transfer", {}),
        ("They were moved to a depot 80 miles from Ukraine.", "moved", "transfer", {}),
        ("Russian forces launched drones at Ukraine.", "launched", "use", {"Russia": "agent", "Ukraine": "recipient"}),
        ("The Dutch air force lost a helicopter.", "lost", "loss", {"Netherlands": "recipient"}),
        ("Kim was received by Russia.", "received", "meeting", {"Russia": "recipient"}),
        (
            "Poland signed a contract with South Korea.",
            "signed",
            "agreement",
            {"Poland": "agent", "South Korea": "recipient"},
        ),
    ),
)
def test_a_sentence_tells_sides(text: str, word: str, kind: str, expected: dict[str, str]) -> None:
    assert sides(text, word, kind) == expected


def test_another_events_words_tell_nothing() -> None:
    text = "Drones were carried to Russia and launched by Iran."
    assert sides(text, "carried", "transfer", "launched") == {"Russia": "recipient"}


def choice(name: str, start: int = 0, inside: bool = True) -> Choice:
    return Choice(name, Span(start, start + len(name)), 0.8, inside, "role layer 0.80")


def names_of(both: tuple[list[Choice], list[Choice]]) -> tuple[list[str], list[str]]:
    return [one.name for one in both[0]], [one.name for one in both[1]]


def test_what_is_told_turns_what_a_network_believes() -> None:
    told = {"Russia": Told("recipient", Span(0, 6)), "Iran": Told("agent", Span(20, 24))}
    both = directions.settle(EventType.transfer, [choice("Russia")], [choice("Iran", 20)], told)
    assert names_of(both) == (["Iran"], ["Russia"])


def test_who_is_told_stands_before_who_is_not_unless_named_together() -> None:
    told = {"Russia": Told("recipient", Span(0, 6))}
    apart = [choice("Russia"), choice("Ukraine", 60)]
    beside = [choice("Russia"), choice("Belarus", 11)]
    assert names_of(directions.settle(EventType.transfer, [], apart, told)) == ([], ["Russia"])
    assert names_of(directions.settle(EventType.transfer, [], beside, told)) == ([], ["Russia", "Belarus"])


def test_of_two_who_agree_the_first_is_the_agent() -> None:
    both = directions.settle(EventType.agreement, [choice("Brazil"), choice("Russia", 11)], [], {})
    assert names_of(both) == (["Brazil"], ["Russia"])


def parties(text: str, word: str, kind: str, agents: list[Choice], recipients: list[Choice], *told: str) -> Parties:
    start = text.index(word)
    trigger = Trigger(0, start, start + len(word), EventType(kind), 0.9)
    return Parties(trigger, Span(0, len(text)), agents, recipients, frozenset(told))


def test_goods_go_the_way_that_the_report_tells_elsewhere() -> None:
    text = "Iran sent Russia drones. The deliveries went on. None were sent to Russia."
    iran, russia, ukraine = choice("Iran"), choice("Russia", 10), choice("Ukraine", 0, inside=False)
    found = directions.throughout(
        text,
        [
            parties(text, "sent Russia", "transfer", [iran], [russia], "Iran"),
            parties(text, "deliveries", "transfer", [russia], [iran]),
            parties(text, "sent to", "transfer", [], [russia], "Russia"),
            parties(text, "went", "transfer", [iran], [ukraine]),
        ],
    )
    assert [names_of((one.agents, one.recipients)) for one in found] == [(["Iran"], ["Russia"])] * 4


def test_who_is_fired_at_in_a_clause_of_its_own_receives_nothing() -> None:
    text = "Iran denies supplying drones as Kyiv is struck."
    iran, kyiv = choice("Iran"), choice("Ukraine", text.index("Kyiv"))._replace(span=Span(32, 36))
    found = directions.throughout(
        text,
        [
            parties(text, "supplying", "transfer", [iran], [kyiv]),
            parties(text, "struck", "use", [], [kyiv], "Ukraine"),
        ],
    )
    assert [names_of((one.agents, one.recipients)) for one in found] == [(["Iran"], []), ([], ["Ukraine"])]
