"""Numbers, bounds, units and rates: tables of phrases as newspapers write them, and the figures on gold."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stocktake.reading import quantities

# (text, low, high, unit, per, approximate) of its first number, in the convention of claims
READ = [
    ("It built 6,000 drones.", 6000, 6000, "drones", None, False),
    ("It built at least 6,000 drones.", 6000, None, "drones", None, False),
    ("More than 400 rockets fell.", 400, None, "rockets", None, False),
    ("No fewer than 12 boats left.", 12, None, "boats", None, False),
    ("It holds 40 missiles or more.", 40, None, "missiles", None, False),
    ("It holds up to 300 missiles.", None, 300, "missiles", None, False),
    ("Fewer than 300 missiles are left.", None, 300, "missiles", None, False),
    ("No more than 14 tanks were on offer.", None, 14, "tanks", None, False),
    ("As many as 6,700 containers went.", None, 6700, "containers", None, False),
    ("Between 50 and 60 drones flew.", 50, 60, "drones", None, False),
    ("Some 50-60 drones flew.", 50, 60, "drones", None, True),
    ("Two or three tankers came.", 2, 3, "tankers", None, False),
    ("About 2,000 shells arrived.", 2000, 2000, "shells", None, True),
    ("The bill is for 2, 800 German shells.", 2800, 2800, "German shells", None, False),
    ("Nearly 2,000 shells arrived.", 2000, 2000, "shells", None, True),
    ("The order is worth just under 120 million euros.", 120e6, 120e6, "EUR", None, True),
    ("Dozens of drones flew.", 24, None, "drones", None, True),
    ("Several hundred shells arrived.", 200, None, "shells", None, True),
    ("Tens of thousands of shells arrived.", 20_000, None, "shells", None, True),
    ("Millions of rounds arrived.", 2_000_000, None, "rounds", None, True),
    ("Two dozen missiles hit.", 24, 24, "missiles", None, False),
    ("Half a million charges follow.", 500_000, 500_000, "charges", None, False),
    ("Twenty-five engines were sent.", 25, 25, "engines", None, False),
    ("Two thousand million dollars were paid.", 2e9, 2e9, "USD", None, False),
    ("One hundred and twenty men trained.", 120, 120, "men trained", None, False),
    ("Seven hundred thousand shells came.", 700_000, 700_000, "shells", None, False),
    ("It cost $3.6 billion.", 3.6e9, 3.6e9, "USD", None, False),
    ("It cost US$1.4bn.", 1.4e9, 1.4e9, "USD", None, False),
    ("It cost 84 million euros.", 84e6, 84e6, "EUR", None, False),
    ("It cost NT$44.2 billion.", 44.2e9, 44.2e9, "TWD", None, False),
    ("It cost 3.6 billion rubles.", 3.6e9, 3.6e9, "RUB", None, False),
    ("It cost Rs 26,000 crore.", 26_000e7, 26_000e7, "INR", None, False),
    ("It cost $3 billion to $5 billion.", 3e9, 5e9, "USD", None, False),
    ("The output rose by 22 percent.", 22, 22, "percent", None, False),
    ("A fifth of the cost is borne by it.", 20, 20, "percent", None, False),
    ("Two-thirds of the stock is gone.", 66.67, 66.67, "percent", None, False),
    ("It makes 310 drones a month.", 310, 310, "drones", "month", False),
    ("It makes 3,000 shells per day.", 3000, 3000, "shells", "day", False),
    ("Its annual output is 6,000 units.", 6000, 6000, "units", "year", False),
    ("It could fill 500 rounds weekly.", 500, 500, "rounds", "week", False),
    ("It was capped by them at 500,000 barrels a year.", None, 500_000, "barrels", "year", False),
    ("Under a $5.4 billion contract it supplies tanks.", 5.4e9, 5.4e9, "USD", None, False),
    ("It took over ten tanks.", 10, 10, "tanks", None, False),
    ("A fourfold rise is wanted.", 4, 4, "times", None, False),
]


@pytest.mark.parametrize(("text", "low", "high", "unit", "per", "approximate"), READ)
def test_reads(text: str, low: float | None, high: float | None, unit: str, per: str | None, approximate: bool) -> None:
    amount = quantities.find(text)[0]
    assert (amount.low, amount.high, amount.unit, amount.per, amount.approximate) == (low, high, unit, per, approximate)


NO_QUANTITY = [
    "It still delivers one-way attack drones.",
    "It was a one-time, one-off sale.",
    "On 7 May they left.",
    "In 2022 they left.",
    "By May 2023 it was over.",
    "An F-16 and a Shahed-136 were shown.",
    "The 46th boat is built.",
    "At 5:58 a.m. it rose.",
    "It left at 10 p.m. from there.",
    "They won 3-1 at home.",
    "It moved to 16-18 Station Road.",
    "He told no one.",
    "One can only guess.",
    "Resolution 2231 expired.",
    "Half of it is gone.",
    "Petra Lund, 43, was there.",
    "A five-year plan was made.",
]


@pytest.mark.parametrize("text", NO_QUANTITY)
def test_leaves_alone_what_is_no_quantity(text: str) -> None:
    assert quantities.find(text) == ()


def values(text: str, **how: bool) -> list[tuple[float | None, float | None, str | None]]:
    return [(amount.low, amount.high, amount.per) for amount in quantities.find(text, **how)]


def test_parts_stand_beside_their_whole() -> None:
    assert values("They fired 245 drones, 128 of them decoys.") == [(245, 245, None), (128, 128, None)]


def test_a_part_is_counted_in_what_its_whole_is() -> None:
    found = quantities.find("They felled 1,420 of the 2,595 drones sent in May.")
    assert [(amount.low, amount.unit, amount.rule) for amount in found] == [
        (1420, "drones", "count"),
        (2595, "drones", "whole"),
    ]


def test_a_bare_number_takes_the_rate_it_is_held_against() -> None:
    assert values("It makes 18 guns a month, up from 12.") == [(18, 18, "month"), (12, 12, "month")]
    assert values("It made 18 guns a month. Another 12 followed.") == [(18, 18, "month"), (12, 12, None)]


def test_by_and_to_part_a_growth_from_its_result() -> None:
    assert values("It rose by $2 billion to $9 billion.") == [(2e9, 2e9, None), (9e9, 9e9, None)]
    assert values("It fell by 1 to 1.5 degrees.") == [(1, 1.5, None)]


def test_a_rate_belongs_to_the_nearest_number() -> None:
    assert values("It runs three shifts and makes 18 guns a month.") == [(3, 3, None), (18, 18, "month")]


def test_a_sum_restated_in_another_currency_keeps_its_bound() -> None:
    assert values("It cost more than 7.5 million crowns ($1.1 million).") == [(7.5e6, None, None), (1.1e6, None, None)]


def test_a_move_is_two_values_to_a_claim_and_one_range_to_newsquant() -> None:
    text = "Output grew from 20 shells in 2020 to 29 shells in 2023."
    assert values(text) == [(20, 20, None), (29, 29, None)]
    assert values(text, changes=True) == [(20, 29, None)]


def test_offsets_are_those_of_the_whole_text() -> None:
    text = "They had 5 boats. They lost 3 boats."
    assert [text[a.start : a.end] for a in quantities.find(text, start=18)] == ["3"]


PIECES = """
1 2.5 1,000 $ € % million bn one two hundred thousand and to - – or between from at least up a month dozens
several few half third drones mm percent 1/2 ½ 2024 May of the twenty five × 10 minus , . ( )
"""
WORDS = st.text("1 2 . , $ € % m bn one two - – to or ½ / × \n( )", max_size=40) | st.lists(
    st.sampled_from(PIECES.split()),
    max_size=30,
).map(" ".join)


@given(WORDS | st.text(), st.booleans())
def test_any_text_gives_ordered_amounts_with_a_bound(text: str, changes: bool) -> None:
    position = 0
    for amount in quantities.find(text, changes=changes):
        assert position <= amount.start < amount.end <= len(text)
        assert amount.low is not None or amount.high is not None
        assert amount.low is None or amount.high is None or amount.low <= amount.high
        position = amount.start + 1


@pytest.mark.parametrize("text", ["9" * 1_000_000, "1 " * 30_000, "one " * 30_000, "$" * 100_000, "1," * 100_000])
def test_odd_text_costs_no_more_than_its_length(text: str) -> None:
    quantities.find(text)


def test_gold_quantities_are_among_the_sentences(shared: Path) -> None:
    sys.path.insert(0, str(shared / "reading"))
    try:
        from score import quantity_match
    finally:
        sys.path.pop(0)
    right = wanted = 0
    for name in ("train", "dev", "wiredev"):
        for line in (shared / "reading" / f"{name}.jsonl").read_text("utf-8").splitlines():
            report = json.loads(line)
            for claim in report["claims"]:
                if not claim["quantity"]:
                    continue
                start = report["text"].find(claim["quote"])
                found = quantities.find(report["text"], start=start, end=start + len(claim["quote"]))
                wanted += 1
                right += any(
                    quantity_match({"low": a.low, "high": a.high, "per": a.per}, claim["quantity"]) for a in found
                )
    assert right / wanted >= 0.95


def test_newsquant(shared: Path) -> None:
    """Value and bound, a range being right when both its ends are (the shared scorer can match no range)."""
    folder = shared / "reading" / "public"
    rows = [json.loads(line) for line in (folder / "newsquant-dev.jsonl").read_text("utf-8").splitlines()]
    value, bound = newsquant_f1(rows)
    assert value >= 0.92
    assert bound >= 0.88


def newsquant_f1(rows: list[dict[str, object]]) -> tuple[float, float]:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
    try:
        import quantities as benchmark
    finally:
        sys.path.pop(0)
    predicted = [{"id": row["id"], "quantities": benchmark.stocktake(str(row["text"]))} for row in rows]
    return benchmark.with_ranges(rows, predicted)
