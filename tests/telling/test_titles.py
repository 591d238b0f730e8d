"""A finding in one line."""

from __future__ import annotations

import datetime as dt

import pytest

from stocktake.telling import finding_title
from stocktake.vocabulary import Claim, EventType, Modality, Period, Quantity


@pytest.mark.parametrize(
    ("slots", "title"),
    [
        ({"event": "transfer", "agent": "Iran", "recipient": "Russia", "item": "fuel"}, "Iran supplied fuel to Russia"),
        (
            {"event": "production", "agent": "Russia", "item": "drones", "modality": "planned",
             "quantity": Quantity(low=6000, high=None, unit="drones"),
             "time": Period(start=None, end=dt.date(2025, 8, 31))},
            "Russia to make ≥ 6,000 drones, by 2025-08",
        ),
        ({"event": "use", "agent": "Russia; Iran", "item": "drones", "modality": "possible", "negated": True},
         "Russia and Iran may not use drones"),
        ({"event": "loss", "item": "depot"}, "An unnamed party destroyed or seized depot"),
        ({"event": "loss", "agent": "Russia", "recipient": "Russia", "item": "a bomber"}, "Russia lost a bomber"),
        ({"event": "sanction", "agent": "EU", "recipient": "Iran", "item": "drones"}, "EU sanctioned Iran over drones"),
        ({"event": "transfer", "agent": "Iran", "recipient": "Russia"}, "Iran supplied goods not named to Russia"),
        ({"event": "meeting", "agent": "Iran", "recipient": "Russia"}, "Iran met Russia"),
        ({"event": "transfer", "agent": "Iran", "negated": True, "item": "missiles"}, "Iran did not supply missiles"),
    ],
)  # fmt: skip
def test_title(slots: dict[str, object], title: str) -> None:
    values = slots | {"event": EventType(slots["event"]), "modality": Modality(slots.get("modality", "actual"))}
    assert finding_title(Claim(id="c", report="r", start=0, end=1, quote="q", **values)) == title


def test_a_title_beside_columns_of_numbers_and_days_says_neither() -> None:
    used = Claim(
        id="c", report="r", start=0, end=1, quote="q", event=EventType.use, agent="Russia", recipient="Ukraine",
        item="drones", quantity=Quantity(low=28, high=28), time=Period(start=dt.date(2022, 10, 17), end=None),
    )  # fmt: skip
    assert finding_title(used) == "Russia used 28 drones against Ukraine, from 2022-10-17"
    assert finding_title(used, bare=True) == "Russia used drones against Ukraine"
