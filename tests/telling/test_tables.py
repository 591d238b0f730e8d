"""Tables at a terminal's width: which words may be broken, and which not."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from rich.console import Console

from stocktake.telling.tables import claims_table
from stocktake.vocabulary import Claim, EventType, Period, Quantity

WIDE_CLAIM = Claim(
    id="c1799a6a7f3e6",
    report="r",
    start=0,
    end=1,
    quote="x",
    event=EventType.cooperation,
    agent="South Korea's defence ministry",
    recipient="Royal United Services Institute",
    item="Iranian reconnaissance drones of the Mohajer series",
    quantity=Quantity(low=200, high=None, unit="drones", per=None, approximate=True),
    time=Period(start=dt.date(2022, 8, 1), end=dt.date(2023, 2, 6)),
    sources=("US intelligence",),
)


@pytest.mark.parametrize("width", [92, 100, 104, 120])
def test_intelligence_is_not_broken(width: int) -> None:
    out = io.StringIO()
    Console(file=out, width=width).print(claims_table([WIDE_CLAIM], {}, width))
    assert "intelligence" in out.getvalue()
