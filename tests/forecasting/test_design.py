"""From observations to rows: which months a number is about, and what is left out in which words."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pytest
from freedonia import observed

from stocktake.forecasting import months
from stocktake.forecasting.layout import Design, design, within
from stocktake.vocabulary import Measure, Observation, Programme, Standing


def laid(programme: Programme, *observations: Observation) -> Design:
    return design(programme, observations, dt.date(2023, 6, 30))


def weights(found: Design, block: str, row: int = 0) -> dict[str, float]:
    """The months that a row weighs in one block."""
    sums = found.rows.sums[row].reshape(len(found.blocks), found.length)[found.blocks.index(block)]
    return {months.name(found.origin + k): round(float(w), 3) for k, w in enumerate(sums) if w}


@pytest.mark.parametrize(
    ("facts", "block", "expected"),
    [
        ({}, "made:Northworks", {"2022-03": 1.0}),
        ({}, "used:dummy", {}),
        ({"part": "all"}, "used:dummy", {"2022-03": 1.0}),
        ({"path": "made:Southworks"}, "made:Northworks", {}),
        ({"end": dt.date(2022, 4, 15)}, "made:Southworks", {"2022-03": 1.0, "2022-04": 0.5}),
        ({"measure": Measure.rate, "end": dt.date(2022, 4, 30)}, "made:Northworks", {"2022-03": 0.5, "2022-04": 0.5}),
        ({"path": "stock", "measure": Measure.level}, "stock", {"2022-03": 1.0}),
        ({"path": "imports"}, "imports", {"2022-03": 1.0}),
    ],
)
def test_an_observation_weighs_its_months(
    programme: Programme, facts: dict[str, Any], block: str, expected: dict[str, float]
) -> None:
    assert weights(laid(programme, observed(**facts)), block) == expected


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"low": -5.0, "high": -5.0}, "-5 is no count of things"),
        ({"low": 5e9, "high": 5e9}, "beyond a thousand million"),
        ({"low": 9.0, "high": 5.0}, "its lower bound 9 is above its upper bound 5"),
        ({"low": None, "high": None}, "it has no number"),
        ({"start": None}, "it has no period"),
        ({"start": dt.date(2021, 1, 1)}, "reaches outside the window 2022-01"),
        ({"path": "used", "measure": Measure.share, "low": 40.0, "high": 50.0}, "a share of 40 is above 1"),
        ({"path": "stock", "part": "dummy"}, 'the programme has no path "stock" of part "dummy"'),
        ({"path": "made:Westworks"}, 'no path "made:Westworks"'),
        ({"path": "made:Southworks", "measure": Measure.start}, "no plant of the programme with a start"),
    ],
)
def test_what_cannot_bear_is_left_out_and_said(programme: Programme, facts: dict[str, Any], sentence: str) -> None:
    found = laid(programme, observed(**facts))
    assert not found.rows.observation
    assert sentence in " ".join(found.notes)


def test_bounds_that_exclude_each_other_are_named(programme: Programme) -> None:
    found = laid(programme, observed(id="a", low=500.0, high=None), observed(id="b", low=None, high=100.0))
    assert len(found.rows.observation) == 2
    assert any("a (at least 500) and b (at most 100) of made contradict each other" in note for note in found.notes)


def test_what_was_published_later_or_excluded_is_not_seen(programme: Programme) -> None:
    late = observed(id="late", published=dt.date(2023, 7, 1))
    out = observed(id="out", excluded=True)
    assert not laid(programme, late, out).rows.observation


def test_a_plan_is_looser_than_a_count_and_more_origins_are_tighter(programme: Programme) -> None:
    one, many = observed(id="a"), observed(id="b", origins=("A", "B", "C", "D"))
    plan = observed(id="c", standing=Standing.planned)
    rows = laid(programme, one, many, plan).rows
    assert rows.error[1] == pytest.approx(rows.error[0] / 2)
    assert rows.spread[2] > 5 * rows.spread[0]


def test_a_plan_is_the_looser_the_earlier_it_was_told(programme: Programme) -> None:
    told = (dt.date(2022, 3, 16), dt.date(2022, 1, 1), dt.date(2021, 3, 16))
    plans = [observed(id=str(k), standing=Standing.planned, published=day) for k, day in enumerate(told)]
    spread = {found.id: row for found, row in zip(plans, laid(programme, *plans).rows.spread[::-1], strict=True)}
    assert spread["0"] == pytest.approx(0.7, rel=0.02)
    assert spread["0"] < spread["1"] < spread["2"]
    assert spread["2"] ** 2 - spread["0"] ** 2 == pytest.approx(12 * 0.25**2, rel=0.02)


def test_origins_of_one_voice_share_a_bias(programme: Programme) -> None:
    import msgspec

    from stocktake.vocabulary import Voice

    joined = msgspec.structs.replace(programme, voice=(Voice(name="Service", origins=("A", "B")),))
    found = laid(joined, observed(id="a", origins=("A",)), observed(id="b", origins=("B",)))
    assert found.leans == ("origin Service",)
    assert np.array_equal(found.rows.lean[0], found.rows.lean[1])


def test_the_scale_is_a_typical_month(programme: Programme) -> None:
    three = observed(low=300.0, high=300.0, end=dt.date(2022, 5, 31))
    assert laid(programme, three).scale == pytest.approx(100, rel=0.02)
    assert laid(programme).scale == 100


def test_a_number_is_its_logarithm_and_an_interval_its_middle(programme: Programme) -> None:
    rows = laid(programme, observed(low=80.0, high=125.0)).rows
    assert math.exp(rows.value[0]) - 0.5 == pytest.approx(100, rel=0.01)


def test_days_are_weighed_within_their_months() -> None:
    inside = within(dt.date(2022, 1, 17), dt.date(2022, 2, 7), months.ordinal("2022-01"), 3)
    assert inside == pytest.approx([15 / 31, 7 / 28, 0])
