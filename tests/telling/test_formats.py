"""Numbers, periods and chains as people see them, and the way back from what they type."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stocktake import telling
from stocktake.vocabulary import Period, Quantity


def q(
    low: float | None, high: float | None, unit: str | None = None, per: str | None = None, about: bool = False
) -> Quantity:
    return Quantity(low=low, high=high, unit=unit, per=per, approximate=about)


QUANTITIES = [
    (q(6000, 6000, "drones"), "6,000 drones"),
    (q(6000, None), "≥ 6,000"),
    (q(None, 300, "missiles"), "≤ 300 missiles"),
    (q(400, 500, per="month"), "400–500 / month"),
    (q(2000, 2000, about=True), "about 2,000"),
    (q(200, None, "drones", about=True), "≥ about 200 drones"),
    (q(50, 60, "shells", "day", True), "about 50–60 shells / day"),
    (q(1_750_000_000, 1_750_000_000, "USD"), "USD 1.75 bn"),
    (q(1_234_567_891, 1_234_567_891, "USD"), "USD 1,234,567,891"),
    (q(None, 25_000_000, "EUR"), "≤ EUR 25 m"),
    (q(20, 20, "percent"), "20%"),
    (q(0.5, 0.5), "0.5"),
    (q(2_000_000, None, "shells", "year"), "≥ 2,000,000 shells / year"),
]


@pytest.mark.parametrize(("quantity", "words"), QUANTITIES)
def test_quantities(quantity: Quantity, words: str) -> None:
    assert telling.quantity(quantity) == words
    assert telling.quantity_from(words) == quantity


@pytest.mark.parametrize(
    ("typed", "quantity"),
    [
        (">= 6000", q(6000, None)),
        ("at least 6,000 drones", q(6000, None, "drones")),
        ("up to 300", q(None, 300)),
        ("400 to 500 shells a month", q(400, 500, "shells", "month")),
        ("100,000 155mm shells per month", q(100_000, 100_000, "155mm shells", "month")),
        ("USD 2 billion", q(2e9, 2e9, "USD")),
        ("~24", q(24, 24, about=True)),
        ("", None),
    ],
)
def test_quantities_may_be_typed_in_other_ways(typed: str, quantity: Quantity | None) -> None:
    assert telling.quantity_from(typed) == quantity


@pytest.mark.parametrize("typed", ["many", "drones 6", "6 / fortnight", "-3", "9-2"])
def test_what_is_no_quantity_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"is no quantity|lower bound"):
        telling.quantity_from(typed)


@given(
    st.integers(0, 10**13) | st.decimals(0, 10**6, places=2).map(float),
    st.integers(0, 10**13) | st.none(),
    st.sampled_from([None, "drones", "155mm shells", "USD", "percent", "km"]),
    st.sampled_from([None, "day", "week", "month", "year"]),
    st.booleans(),
)
def test_every_quantity_that_is_shown_can_be_typed(
    low: float, high: int | None, unit: str | None, per: str | None, about: bool
) -> None:
    quantity = q(
        min(low, high) if high is not None else low, max(low, high) if high is not None else None, unit, per, about
    )
    assert telling.quantity_from(telling.quantity(quantity)) == quantity


def days(start: str | None, end: str | None) -> Period:
    return Period(
        start=dt.date.fromisoformat(start) if start else None, end=dt.date.fromisoformat(end) if end else None
    )


@pytest.mark.parametrize(
    ("period", "words"),
    [
        (days("2022-08-01", "2023-02-06"), "2022-08 … 2023-02-06"),
        (days("2023-02-06", "2023-02-06"), "2023-02-06"),
        (days("2022-08-01", "2022-08-31"), "2022-08"),
        (days("2023-01-01", "2023-12-31"), "2023"),
        (days("2022-01-01", "2023-12-31"), "2022 … 2023"),
        (days("2022-01-01", "2022-08-31"), "2022-01 … 2022-08"),
        (days("2024-03-25", "2024-03-31"), "2024-03-25 … 2024-03-31"),
        (days("2023-02-27", "2023-03-05"), "2023-02-27 … 2023-03-05"),
        (days(None, "2025-06-30"), "by 2025-06"),
        (days(None, "2025-12-31"), "by 2025"),
        (days(None, "2022-02-23"), "by 2022-02-23"),
        (days("2024-01-01", None), "from 2024-01"),
        (days("2024-01-15", None), "from 2024-01-15"),
    ],
)
def test_periods(period: Period, words: str) -> None:
    assert telling.period(period) == words
    assert telling.period_from(words) == period


@given(st.dates(), st.dates(), st.sampled_from(["both", "start", "end"]))
def test_every_period_that_is_shown_can_be_typed(first: dt.date, second: dt.date, which: str) -> None:
    start, end = sorted((first, second))
    period = Period(start=start if which != "end" else None, end=end if which != "start" else None)
    assert telling.period_from(telling.period(period)) == period


@pytest.mark.parametrize("typed", ["soon", "2023-13", "2023-02-30", "2024..2023", "by"])
def test_what_is_no_period_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"is no period|is after its last day"):
        telling.period_from(typed)


def test_chains_parties_and_probabilities() -> None:
    assert telling.chain(["Wall Street Journal", "officials"]) == "Wall Street Journal ← officials"
    assert telling.chain(["officials"], "Reuters") == "Reuters ← officials"
    assert telling.chain([]) == "own voice"
    assert telling.chain_from("Wall Street Journal <- officials") == ("Wall Street Journal", "officials")
    assert telling.chain_from(telling.chain(["US; UK"])) == ("US; UK",)
    assert telling.chain_from("own voice") == ()
    assert telling.parties("Iran", "Russia") == "Iran → Russia"
    assert telling.parties(None, "Russia") == "? → Russia"
    assert telling.parties("Russia", None) == "Russia"
    assert [telling.probability(p) for p in (0, 0.004, 0.42, 0.996, 1)] == ["0%", "< 1%", "42%", "> 99%", "100%"]


@pytest.mark.parametrize(
    ("quantity", "item", "words"),
    [
        (q(None, 350, "drones", "month"), "Shahed drones", "≤ 350 Shahed drones / month"),
        (q(300, 350, per="day"), "drones", "300–350 drones / day"),
        (q(2e9, 2e9, "USD"), "drones", "USD 2 bn, drones"),
        (q(28, 28, "drones"), None, "28 drones"),
        (None, "drones", "drones"),
        (None, None, ""),
    ],
)
def test_how_many_of_what(quantity: Quantity | None, item: str | None, words: str) -> None:
    assert telling.goods(quantity, item) == words


def test_ids_are_shortened_where_they_are_hashes_and_names_stay_whole() -> None:
    assert telling.short_id("c1799a6a7f3e6") == "c1799a6a7f"
    assert telling.short_id("70bd0ac902c6d33244192bec5652afc90fd789ca662d461435aca9725e63487f") == "70bd0ac902"
    assert telling.short_id("newsletter-2024-01") == "newsletter-2024-01"
    assert telling.short_id("\x1b[31mred") == "�[31mred"


def test_outside_words_cannot_steer_a_terminal() -> None:
    assert telling.printable("safe\x1b[31m red\x07 \u202eback\u200d\n") == "safe�[31m red� �back\u200d "
