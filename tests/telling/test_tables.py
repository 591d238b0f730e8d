"""Tables for a terminal: what is too wide is told in lines, and words stay whole."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from stocktake.telling.tables import CLAIMS_FROM, claims_table
from stocktake.vocabulary import Claim, EventType, Modality, Quantity

WORDY = Claim(
    id="c0123456789ab",
    report="r",
    start=0,
    end=1,
    quote="q",
    event=EventType.construction,
    agent="Ministry of construction",
    recipient="Azerbaijan",
    item="helicopters and ammunition",
    quantity=Quantity(low=1_250_000, high=None, unit="installations"),
    sources=("Ministry of Cooperation", "military intelligence officers"),
    modality=Modality.possible,
)


@pytest.mark.parametrize("width", [70, 90, CLAIMS_FROM - 1, CLAIMS_FROM, 130, 200])
def test_claims_fit_the_terminal_and_no_common_word_is_broken(width: int) -> None:
    console = Console(width=width, file=io.StringIO(), color_system=None)
    console.print(claims_table([WORDY], {"r": "Daily Intelligencer"}, width))
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert max(map(len, lines)) <= width
    printed = {word.strip(",;·") for line in lines for word in line.split()}
    assert printed >= {"construction", "helicopters", "ammunition", "Cooperation"}
    assert printed >= {"intelligence", "1,250,000", "possible", "asserts", "Azerbaijan"}
