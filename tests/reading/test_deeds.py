"""What a trigger's own word, and the words beside it, settle about the type of its event."""

from __future__ import annotations

import pytest

from stocktake.reading import deeds
from stocktake.reading.page import Page
from stocktake.reading.triggers import Trigger
from stocktake.vocabulary import EventType, Report


def settle(text: str, *seen: tuple[str, str]) -> list[tuple[str, str]]:
    """What becomes of triggers given as a word of the text and the type that a network sees in it."""
    page = Page(Report(id="r", text=text))
    triggers = [
        Trigger(place, text.index(word), text.index(word) + len(word), EventType(kind), 0.9)
        for place, (word, kind) in enumerate(seen)
    ]
    settled = deeds.once(page, deeds.settled(page, triggers))
    return [(text[one.start : one.end], str(one.event)) for one in settled]


@pytest.mark.parametrize(
    ("text", "word", "seen", "settled"),
    (
        ("Iran seeks to buy Su-35 fighters.", "buy", "transfer", "negotiation"),
        ("Riyadh proposed sending Sudan forty howitzers.", "sending", "transfer", "negotiation"),
        ("Oslo is bargaining with Seoul over the purchase of tanks.", "purchase", "transfer", "negotiation"),
        ("Iran will send drones.", "send", "transfer", "transfer"),
        ("The army signed a $90 million deal for mortars.", "deal", "transfer", "agreement"),
        ("Paris gave Nexter a 30 million euro contract for shells.", "gave", "transfer", "agreement"),
        ("Paris gave Kyiv shells under a contract.", "gave", "transfer", "transfer"),
        ("Paris gave Kyiv shells of an older date.", "gave", "transfer", "transfer"),
        ("The tanks are paid for by Denmark.", "paid", "transfer", "payment"),
        ("The law forbids the sale of arms to the junta.", "sale", "transfer", "sanction"),
        ("Deliveries of arms to the junta are banned.", "Deliveries", "transfer", "sanction"),
        ("No rifle may be exported to the junta.", "exported", "transfer", "sanction"),
        ("Iran will install 3,000 centrifuges by March.", "install", "production", "construction"),
        ("Iran wants to have nuclear weapons.", "have", "production", "stockpile"),
        ("UN monitors are to arrive in May.", "arrive", "transfer", "meeting"),
        ("The UN sent shells.", "sent", "transfer", "transfer"),
        ("Some 11,000 soldiers were deployed to Russia.", "deployed", "stockpile", "transfer"),
        ("Some 1,600 soldiers are deployed in Somalia.", "deployed", "stockpile", "stockpile"),
        ("The rebels attacked the depot with rockets.", "attacked", "use", "use"),
        ("Germany stopped the sale of tanks.", "stopped", "sanction", "sanction"),
        ("The army launched rockets in its offensive.", "launched", "use", "use"),
        ("Russia sent forty drones against Odesa.", "sent", "transfer", "use"),
        ("Iran sent Russia shells for its war against Ukraine.", "sent", "transfer", "transfer"),
        ("The plants are running at half of their capacity.", "running", "stockpile", "production"),
        ("The depots are running out of shells.", "running", "stockpile", "stockpile"),
        ("The minister laid the foundation stone of the works.", "laid", "meeting", "construction"),
        ("Moscow is building a drone factory.", "building", "production", "construction"),
        ("Moscow is building drones at a factory.", "building", "production", "production"),
        ("Kyiv is stepping up its output of drones.", "stepping", "construction", "production"),
        ("A third Chinook was written off.", "written", "transfer", "loss"),
        ("They signed a cooperation memorandum.", "cooperation", "cooperation", "agreement"),
    ),
)
def test_words_settle_the_type(text: str, word: str, seen: str, settled: str) -> None:
    assert settle(text, (word, seen)) == [(word, settled)]


@pytest.mark.parametrize(
    ("text", "word", "seen"),
    (
        ("The king ordered that work be concentrated on machine tools.", "ordered", "agreement"),
        ("Before the war the plant made tractors.", "war", "use"),
        ("Since Russia invaded Ukraine, prices have doubled.", "invaded", "use"),
        ("The rebels attacked the village at dawn.", "attacked", "use"),
        ("The army launched a ground offensive.", "launched", "use"),
        ("Iran staged its third round of military exercises.", "staged", "use"),
        ("The army counted 28 drones over the city.", "counted", "stockpile"),
        ("The ship has room for 300 shells.", "room", "stockpile"),
        ("Kyiv makes use of drones.", "makes", "production"),
        ("He spoke to prevent an arms race.", "prevent", "sanction"),
        ("Cuba is interested in cooperation with all.", "cooperation", "cooperation"),
        ("The drill is aimed at blocking smugglers.", "aimed", "use"),
        ("The firm did not answer requests for comment.", "requests", "negotiation"),
        ("Nobody could be reached at the mission.", "reached", "transfer"),
        ("Fourteen insurgents were captured.", "captured", "loss"),
        ("Troops detained 10 suspected militants.", "detained", "loss"),
        ("The two sides swap prisoners.", "swap", "transfer"),
        ("The firm makes attack helicopters.", "attack", "use"),
        ("The ministry gave no further figures.", "gave", "transfer"),
        ("Decoys are included in the total.", "included", "transfer"),
    ),
)
def test_words_that_state_no_event(text: str, word: str, seen: str) -> None:
    assert settle(text, (word, seen)) == []


def test_what_is_ordered_is_an_agreement_beside_the_transfer_to_come() -> None:
    text = "Russia ordered 2,400 drones from Iran."
    assert settle(text, ("ordered", "transfer")) == [("ordered", "agreement"), ("ordered", "transfer")]


def test_a_type_that_the_sentence_has_is_not_stated_twice() -> None:
    text = "Oman seeks to buy frigates. It wants them soon."
    assert settle(text, ("seeks", "negotiation"), ("buy", "transfer")) == [("seeks", "negotiation")]


def test_what_a_rule_settles_counts_together_with_what_the_network_saw() -> None:
    text = "Moscow is building a drone factory."
    page = Page(Report(id="r", text=text))
    seen = [Trigger(0, 10, 18, kind, 0.7) for kind in (EventType.construction, EventType.production)]
    (settled,) = deeds.settled(page, seen)
    assert (settled.event, round(settled.probability, 2)) == (EventType.construction, 0.91)


def test_what_no_rule_fits_stays() -> None:
    assert settle("Tanks were delivered.", ("delivered", "transfer")) == [("delivered", "transfer")]
