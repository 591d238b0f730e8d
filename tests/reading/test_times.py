"""Time expressions and the periods of claims: tables of phrases as newspapers write them, and the figures on gold."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stocktake.reading import times
from stocktake.vocabulary import Period

THURSDAY = dt.date(2024, 6, 20)

# (text, the expression found, its first and last day), read on Thursday 20 June 2024
FOUND = [
    ("They signed on 7 May 2023.", "7 May 2023", "2023-05-07", "2023-05-07"),
    ("They signed on May 7th, 2023.", "May 7th, 2023", "2023-05-07", "2023-05-07"),
    ("A letter of 2023-05-07 says so.", "2023-05-07", "2023-05-07", "2023-05-07"),
    ("Seen 11/02/89 in port.", "11/02/89", "1989-11-02", "1989-11-02"),
    ("Raids of 6-8 March hit the yard.", "6-8 March", "2024-03-06", "2024-03-08"),
    ("The plant burned on Nov. 2.", "Nov. 2", "2023-11-02", "2023-11-02"),
    ("The plant will open on Nov. 2.", "Nov. 2", "2024-11-02", "2024-11-02"),
    ("It was shipped in March.", "March", "2024-03-01", "2024-03-31"),
    ("It was shipped in August.", "August", "2023-08-01", "2023-08-31"),
    ("It will be shipped in August.", "August", "2024-08-01", "2024-08-31"),
    ("It will be gone by Tuesday.", "Tuesday", "2024-06-25", "2024-06-25"),
    ("It may have been hit by a drone in January.", "January", "2024-01-01", "2024-01-31"),
    ("It may be shipped by August.", "August", "2024-08-01", "2024-08-31"),
    ("Built in April 2021 and sold.", "April 2021", "2021-04-01", "2021-04-30"),
    ("Seen in March and May 2022.", "March", "2022-03-01", "2022-03-31"),
    ("Struck last October.", "last October", "2023-10-01", "2023-10-31"),
    ("Struck in July last year.", "July last year", "2023-07-01", "2023-07-31"),
    ("Officials said Tuesday that it left.", "Tuesday", "2024-06-18", "2024-06-18"),
    ("Officials said Thursday that it left.", "Thursday", "2024-06-20", "2024-06-20"),
    ("The envoy will arrive on Tuesday.", "Tuesday", "2024-06-25", "2024-06-25"),
    ("He left last Friday.", "last Friday", "2024-06-14", "2024-06-14"),
    ("He leaves next Monday.", "next Monday", "2024-06-24", "2024-06-24"),
    ("On Sunday, June 16, it sank.", "Sunday, June 16", "2024-06-16", "2024-06-16"),
    ("It sank yesterday.", "yesterday", "2024-06-19", "2024-06-19"),
    ("It sank last night.", "last night", "2024-06-19", "2024-06-19"),
    ("It sank this morning.", "this morning", "2024-06-20", "2024-06-20"),
    ("It sank last week.", "last week", "2024-06-10", "2024-06-16"),
    ("It sank at the weekend.", "weekend", "2024-06-15", "2024-06-16"),
    ("It sank last month.", "last month", "2024-05-01", "2024-05-31"),
    ("It sank last year.", "last year", "2023-01-01", "2023-12-31"),
    ("The third quarter was bad.", "third quarter", "2023-07-01", "2023-09-30"),
    ("The first quarter was bad.", "first quarter", "2024-01-01", "2024-03-31"),
    ("Output fell in the second half of 2022.", "second half of 2022", "2022-07-01", "2022-12-31"),
    ("Output fell in Q4 2022.", "Q4 2022", "2022-10-01", "2022-12-31"),
    ("It fell in fiscal 2022.", "fiscal 2022", "2022-01-01", "2022-12-31"),
    ("The drought of the 1990s ended.", "1990s", "1990-01-01", "1999-12-31"),
    ("The drought of the '90s ended.", "'90s", "1990-01-01", "1999-12-31"),
    ("It ran in the nineties.", "nineties", "1990-01-01", "1999-12-31"),
    ("It ran in nineteen ninety-six.", "nineteen ninety-six", "1996-01-01", "1996-12-31"),
    ("Tests were held in 2017-2019 there.", "2017-2019", "2017-01-01", "2019-12-31"),
    ("It was laid down in summer 2021.", "summer 2021", "2021-06-01", "2021-08-31"),
    ("It was laid down last winter.", "last winter", "2023-12-01", "2024-02-29"),
    ("It was laid down two years ago.", "two years ago", "2022-01-01", "2022-12-31"),
    ("It was laid down ten days ago.", "ten days ago", "2024-06-10", "2024-06-10"),
    ("It was laid down five months ago.", "five months ago", "2024-01-01", "2024-01-31"),
    ("In the past two days it moved.", "past two days", "2024-06-18", "2024-06-20"),
    ("Over the next six years it grows.", "next six years", "2024-06-20", "2030-06-20"),
    ("Staff of 2,000 in 2019 made 1,989 of them.", "2019", "2019-01-01", "2019-12-31"),
    ("They closed by the end of the year.", "year", "2024-01-01", "2024-12-31"),
    ("They struck on Christmas Day.", "Christmas Day", "2023-12-25", "2023-12-25"),
]


@pytest.mark.parametrize(("text", "words", "first", "last"), FOUND)
def test_finds_and_resolves(text: str, words: str, first: str, last: str) -> None:
    found = times.find(text, THURSDAY)[0]
    assert text[found.start : found.end] == words
    assert (found.first, found.last) == (dt.date.fromisoformat(first), dt.date.fromisoformat(last))


# (text, days of the second expression): what an expression counts from
COUNTED = [
    ("It opened in 2018. A year later it shut.", "2019-01-01", "2019-12-31"),
    ("It opened in 2018 and grew the same year.", "2018-01-01", "2018-12-31"),
    ("Hit on 3 May 2022, it was mended the day after.", "2022-05-04", "2022-05-04"),
    ("In March 2021 they met; the following month they signed.", "2021-04-01", "2021-04-30"),
    ("Profit for the third quarter of 2023 beat that of a year earlier.", "2022-07-01", "2022-09-30"),
    ("On Wednesday it was banned, five days after its first flight.", "2024-06-14", "2024-06-14"),
    ("They are to be gone by 1 May 2026; until then nothing moves.", "2026-05-01", "2026-05-01"),
]


@pytest.mark.parametrize(("text", "first", "last"), COUNTED)
def test_counts_from_what_was_named_before(text: str, first: str, last: str) -> None:
    found = times.find(text, THURSDAY)[1]
    assert (found.first, found.last) == (dt.date.fromisoformat(first), dt.date.fromisoformat(last))


NOT_TIMES = [
    "The firm sold 2000 drones to them.",
    "It cost $1,989 apiece.",
    "An F-2018 was seen with 155mm shells.",
    "They may march on the capital.",
    "The fall of the city was a blow.",
    "It weighs about 1990 kilograms.",
    "A visit that is to last three days was called off.",
    "They met a year before the war games.",
    "He drove up the interest rate.",
]


@pytest.mark.parametrize("text", NOT_TIMES)
def test_leaves_alone_what_is_no_time(text: str) -> None:
    assert times.find(text, THURSDAY) == ()


def test_without_a_publication_date_relative_times_stay_unresolved() -> None:
    found = times.find("It was shown last week, like that of May 2020.", None)
    assert [(time.first, time.last) for time in found] == [(None, None), (dt.date(2020, 5, 1), dt.date(2020, 5, 31))]
    assert times.period("It was shown last week.", found[0], None, planned=False) is None


def test_a_stretch_keeps_offsets_of_the_whole_text() -> None:
    text = "Built in 2001. Sold in 2003. Sunk in 2005."
    found = times.find(text, None, start=15, end=28)
    assert [text[time.start : time.end] for time in found] == ["2003"]


# (text, planned, start and end of the period), read on 20 June 2024; the last expression is meant
PERIODS = [
    ("Drones have come since May.", False, "2024-05-01", "2024-06-20"),
    ("Drones have come since the summer of 2022.", False, "2022-06-01", "2024-06-20"),
    ("The plant is to be ready by the end of 2025.", True, None, "2025-12-31"),
    ("The plant is to be ready by 2027.", True, None, "2027-12-31"),
    ("The plant is to be ready by August.", True, None, "2024-08-31"),
    ("The plant is to be ready before 2026.", True, None, "2025-12-31"),
    ("The plant is to be ready before the year is out.", True, None, "2024-12-31"),
    ("No boat can be expected before 2033.", True, "2033-01-01", None),
    ("Deliveries begin from 1 September.", True, "2024-09-01", None),
    ("Deliveries begin after 2026.", True, "2027-01-01", None),
    ("It was moved in early May.", False, "2024-05-01", "2024-05-10"),
    ("It was moved in mid-May.", False, "2024-05-11", "2024-05-20"),
    ("It was moved late in May.", False, "2024-05-21", "2024-05-31"),
    ("It was moved in early 2023.", False, "2023-01-01", "2023-04-30"),
    ("It was moved in late 2023.", False, "2023-09-01", "2023-12-31"),
    ("It was moved in the mid-1990s.", False, "1994-01-01", "1996-12-31"),
    ("It will be moved early next week.", True, "2024-06-24", "2024-06-26"),
    ("Arms flowed between June 2022 and August 2023.", False, "2022-06-01", "2023-08-31"),
    ("Arms flowed from 2019 to 2021.", False, "2019-01-01", "2021-12-31"),
    ("They fired 40 in the first nine months of 2023.", False, "2023-01-01", "2023-09-30"),
    ("Orders came in the six months to the end of March.", False, "2023-10-01", "2024-03-31"),
    ("They have fired 40 this year.", False, "2024-01-01", "2024-06-20"),
    ("They are to fire 40 this year.", True, "2024-01-01", "2024-12-31"),
    ("The works have been idle for two months.", None, "2024-04-20", "2024-06-20"),
    ("The budget year that begins on 1 July will cover it.", True, "2024-07-01", "2025-06-30"),
    ("They moved the deadline to the end of 2025.", True, None, "2025-12-31"),
    ("Sixty were shot down overnight.", False, "2024-06-19", "2024-06-20"),
    ("Over the past year sales tripled.", False, "2023-06-20", "2024-06-20"),
    ("Ukraine has lost ten since the invasion.", False, "2022-02-24", "2024-06-20"),
    ("Ukraine made few of them before the full-scale war.", False, None, "2022-02-23"),
    ("The curbs take effect on 1 August.", True, "2024-08-01", None),
    ("It was handed over in May.", None, "2024-05-01", "2024-05-31"),
]


@pytest.mark.parametrize(("text", "planned", "start", "end"), PERIODS)
def test_reads_a_claims_period(text: str, planned: bool | None, start: str | None, end: str | None) -> None:
    last = times.find(text, THURSDAY)[-1]
    assert times.period(text, last, THURSDAY, planned) == Period(
        start=start and dt.date.fromisoformat(start), end=end and dt.date.fromisoformat(end)
    )


def test_both_ends_of_a_range_give_the_range() -> None:
    text = "Arms flowed between June 2022 and August 2023."
    period = Period(start=dt.date(2022, 6, 1), end=dt.date(2023, 8, 31))
    assert [times.period(text, time, THURSDAY, planned=False) for time in times.find(text, THURSDAY)] == [period] * 2


def test_a_since_clause_dates_its_own_event_and_bounds_the_main_one() -> None:
    text = "Containers have gone north since the two leaders met in April."
    month = times.find(text, THURSDAY)[-1]
    main = times.period(text, month, THURSDAY, planned=False, trigger=text.index("gone"))
    inner = times.period(text, month, THURSDAY, planned=False, trigger=text.index("met"))
    assert main == Period(start=dt.date(2024, 4, 1), end=THURSDAY)
    assert inner == Period(start=dt.date(2024, 4, 1), end=dt.date(2024, 4, 30))


def test_when_and_since_bind_what_is_told_after_the_date() -> None:
    text = "The ban has been in force since May 2020, when troops crossed over."
    month = times.find(text, THURSDAY)[0]
    crossing = times.period(text, month, THURSDAY, planned=False, trigger=text.index("crossed"))
    assert crossing == Period(start=dt.date(2020, 5, 1), end=dt.date(2020, 5, 31))
    text = "It shut a line in May and has delivered few motors since."
    month = times.find(text, THURSDAY)[0]
    delivery = times.period(text, month, THURSDAY, planned=False, trigger=text.index("delivered"))
    assert delivery == Period(start=dt.date(2024, 5, 1), end=THURSDAY)


DATES = st.dates(min_value=dt.date(1, 1, 1), max_value=dt.date(9999, 12, 31))
PIECES = """
last next this since by the end of early mid- late 31 30 2024 1999 May June Monday year month week quarter ago
two three a first third before after until between and to from fiscal '90s 2020s then within day earlier war
Ukraine summer overnight Christmas - , . 00 9999 year-end nineteen ninety-six
"""
WORDS = st.lists(
    st.sampled_from(PIECES.split()),
    max_size=30,
).map(" ".join)


@given(WORDS | st.text(), st.none() | DATES, st.none() | st.booleans())
def test_any_text_gives_ordered_times_and_whole_periods(
    text: str, published: dt.date | None, planned: bool | None
) -> None:
    position = 0
    for time in times.find(text, published):
        assert position <= time.start < time.end <= len(text)
        assert (time.first is None) == (time.last is None)
        assert time.first is None or time.last is None or time.first <= time.last
        times.period(text, time, published, planned)
        position = time.end


@pytest.mark.parametrize("text", ["12/" * 100_000, "2020 " * 40_000, "last " * 60_000, "1-" * 150_000, "9" * 1_000_000])
def test_odd_text_costs_no_more_than_its_length(text: str) -> None:
    times.find(text, THURSDAY)


def test_timebank(shared: Path, tmp_path: Path) -> None:
    gold = shared / "reading" / "public" / "timebank.jsonl"
    lines = []
    for line in gold.read_text("utf-8").splitlines():
        report = json.loads(line)
        found = [
            {"start": t.start, "end": t.end, "first": t.first and str(t.first), "last": t.last and str(t.last)}
            for t in times.find(report["text"], dt.date.fromisoformat(report["published"]))
        ]
        lines.append(json.dumps({"id": report["id"], "times": found}))
    predicted = tmp_path / "times.jsonl"
    predicted.write_text("\n".join(lines), encoding="utf-8")
    scorer = shared / "reading" / "public" / "score.py"
    printed = subprocess.run(
        [sys.executable, str(scorer), "times", str(gold), str(predicted)], capture_output=True, text=True, check=True
    ).stdout
    found_f1, resolved_f1 = (float(line.split()[-1]) for line in printed.splitlines())
    assert found_f1 >= 0.95
    assert resolved_f1 >= 0.90


def test_gold_periods_stand_in_their_sentences(shared: Path) -> None:
    sys.path.insert(0, str(shared / "reading"))
    try:
        from score import time_match
    finally:
        sys.path.pop(0)
    right = wanted = 0
    for name in ("train", "dev", "wiredev"):
        for line in (shared / "reading" / f"{name}.jsonl").read_text("utf-8").splitlines():
            report = json.loads(line)
            text, published = report["text"], dt.date.fromisoformat(report["published"])
            found = times.find(text, published)
            for claim in report["claims"]:
                start = text.find(claim["quote"])
                inside = [t for t in found if start <= t.start < start + len(claim["quote"])]
                if not claim["time"] or not inside:
                    continue
                planned = {"planned": True, "actual": False}.get(claim["modality"])
                wanted += 1
                right += any(
                    time_match({"start": p.start and str(p.start), "end": p.end and str(p.end)}, claim["time"])
                    for t in inside
                    if (p := times.period(text, t, published, planned, trigger=start + claim["trigger"]["at"]))
                )
    assert right / wanted >= 0.92
