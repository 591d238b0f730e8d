"""Stance, modality and negation: the network's classes and the words that weigh in."""

from __future__ import annotations

import pytest
from events import event

from stocktake.reading import status
from stocktake.reading.sentences import split


@pytest.mark.parametrize(
    ("text", "network", "modality"),
    (
        ("Iran has shipped drones.", "actual", "actual"),
        ("Iran is to ship drones.", "actual", "planned"),
        ("Iran may ship drones.", "actual", "possible"),
        ("Iran could yet ship drones.", "planned", "possible"),
        ("Talks will go on, but ship drones they did.", "actual", "actual"),
    ),
)
def test_a_cue_before_the_trigger_in_its_clause_tips_the_balance(text: str, network: str, modality: str) -> None:
    trigger = "shipped" if "shipped" in text else "ship"
    seen = event(text, trigger, modality=network, sure=0.5)
    assert status.modality(seen, text, split(text)[0]) == modality


def test_a_sure_network_is_not_overruled() -> None:
    text = "Iran may ship drones."
    assert status.modality(event(text, "ship", modality="actual", sure=0.9), text, split(text)[0]) == "actual"


@pytest.mark.parametrize(
    ("text", "trigger", "stance", "negated"),
    (
        ("Iran has not delivered missiles, Ned Price said.", "delivered", "asserts", True),
        ("We have not seen Iran deliver missiles, Ned Price said.", "deliver", "asserts", True),
        ("Washington sees no sign of a contract being signed.", "signed", "asserts", True),
        ("Iran has not delivered missiles, its minister said.", "delivered", "denies", False),
        ("Iran has not only delivered drones.", "delivered", "asserts", False),
        ("Iran had delivered missiles.", "delivered", "asserts", False),
    ),
)
def test_words_before_it_say_that_it_did_not_happen(text: str, trigger: str, stance: str, negated: bool) -> None:
    assert status.negated(event(text, trigger, stance=stance), text, split(text)[0]) is negated


@pytest.mark.parametrize("text", ("Iran has not shipped drones.", "Iran hasn't ever shipped drones."))
def test_nobody_admits_what_is_said_not_to_be_so(text: str) -> None:
    assert status.stance(event(text, "shipped", stance="admits", sure=0.9), text, split(text)[0]) != "admits"


@pytest.mark.parametrize(
    ("text", "trigger", "kind", "negated"),
    (
        ("Of these, 37 did not reach their targets.", "reach", "loss", False),
        ("They did not reach a deal.", "reach", "agreement", True),
        ("No drones were shot down.", "shot", "loss", True),
    ),
)
def test_what_did_not_reach_its_target_is_lost(text: str, trigger: str, kind: str, negated: bool) -> None:
    assert status.negated(event(text, trigger, kind, negated=0.9), text, split(text)[0]) is negated


def test_a_transfer_told_by_its_order_is_still_to_come() -> None:
    text = "Tanks have been ordered."
    assert status.modality(event(text, "ordered", sure=0.9), text, split(text)[0]) == "planned"
    assert status.modality(event(text, "ordered", "agreement", sure=0.9), text, split(text)[0]) == "actual"


def test_why_names_the_cue() -> None:
    text = "Iran is to ship drones."
    assert status.why(event(text, "ship"), text, split(text)[0])["modality"].endswith("cue “is to”")
    text = "Iran ruled out deliveries of weapons."
    assert status.why(event(text, "deliveries"), text, split(text)[0])["stance"].endswith("cue “ruled out”")
    text = "Iran has not delivered missiles, Ned Price said."
    assert status.why(event(text, "delivered"), text, split(text)[0])["negated"].endswith("cue “has not”")
    denied = event(text, "delivered", stance="denies")
    assert status.why(denied, text, split(text)[0])["negated"] == "role layer 0.00"


@pytest.mark.parametrize(
    ("text", "trigger", "network", "stance"),
    (
        ("US says Iran sends Russia drones.", "sends", "accuses", "asserts"),
        ("Kyiv accuses Iran of sending drones.", "sending", "accuses", "accuses"),
        ("The US insists that drones arrived.", "arrived", "denies", "asserts"),
        ("Iran insists that no drones arrived.", "arrived", "denies", "denies"),
        ("Two groups claimed responsibility for firing rockets.", "firing", "accuses", "admits"),
        ("Iran ruled out deliveries of weapons.", "deliveries", "asserts", "denies"),
        ("Iran has not ruled out deliveries of weapons.", "deliveries", "asserts", "asserts"),
    ),
)
def test_blame_and_denial_need_words_and_some_words_decide(text: str, trigger: str, network: str, stance: str) -> None:
    assert status.stance(event(text, trigger, stance=network, sure=0.9), text, split(text)[0]) == stance
