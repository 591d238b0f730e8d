"""Which claims are one happening, and what a finding says of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st
from telling_stories import claim, count, exactly, finding_with, report, weighed

from stocktake import weighing
from stocktake.vocabulary import Claim, Decision, Period, Quantity, Report


def told(*slots: dict[str, Any]) -> tuple[list[Report], list[Claim]]:
    """A report for each claim, each of an outlet of its own."""
    reports, claims = [], []
    for number, given in enumerate(slots):
        given = dict(given)
        day = given.pop("published", "2023-06-09")
        one = report(
            f"r{number}",
            day,
            f"Outlet {number}",
            f"Headline {number}",
            f"Outlet {number} tells of it in words of its own.",
        )
        reports.append(one)
        event, agent, recipient = given.pop("event"), given.pop("agent"), given.pop("recipient", None)
        claims.append(claim(one, one.text.split("\n")[1], event, agent, recipient, **given))
    return reports, claims


NIGHT = {"event": "use", "agent": "Russia", "recipient": "Ukraine", "item": "drones"}
PLANT = {"event": "construction", "item": "drone plant", "time": "2021-03-01..2021-03-05"}
DEAL = {"event": "agreement", "agent": "Russia", "recipient": "Iran", "item": "drones"}
MADE = {"event": "production", "agent": "Russia", "item": "drones"}
DAILY, MONTHLY = Quantity(low=300, high=350, per="day"), Quantity(low=300, high=300, per="month")
LATER = {**MADE, "published": "2025-04-24"}
NINE_MONTHS, YEAR, YEARS = "2024-01-01..2024-09-30", "2024-01-01..2024-12-31", "2023-01-01..2024-09-30"
AUGUST = {**NIGHT, "quantity": count(400), "time": "2022-08-01..2022-11-22", "published": "2022-11-22"}
DRONES = {"event": "transfer", "agent": "Iran", "recipient": "Russia", "item": "drones"}


@pytest.mark.parametrize(
    ("what", "a", "b", "same"),
    [
        ("names of one family", DRONES, {**DRONES, "item": "Shahed-136 drones"}, True),
        ("another family", DRONES, {**DRONES, "item": "reconnaissance drones"}, False),
        ("a capital for its state", DRONES, {**DRONES, "agent": "Tehran"}, True),
        ("the other way round", DRONES, {**DRONES, "agent": "Russia", "recipient": "Iran"}, False),
        ("a plan and the deed", DRONES, {**DRONES, "modality": "planned"}, False),
        ("a plan and a possibility", {**DRONES, "modality": "planned"}, {**DRONES, "modality": "possible"}, True),
        ("a denial", DRONES, {**DRONES, "stance": "denies", "sources": ("Iran",)}, True),
        ("one night and another", {**NIGHT, "time": "2022-10-17"}, {**NIGHT, "time": "2022-10-19"}, False),
        ("one night told twice", {**NIGHT, "time": "2022-10-17"}, {**NIGHT, "time": "2022-10-17"}, True),
        ("a batch in its month", {**DRONES, "time": "2022-08-19"}, {**DRONES, "time": "2022-08-01..2022-08-31"}, True),
        ("a total and the thing in general", {**DRONES, "quantity": exactly(400)}, DRONES, False),
        ("totals that agree", {**DRONES, "quantity": count(400)}, {**DRONES, "quantity": exactly(420)}, True),
        ("totals apart", {**DRONES, "quantity": exactly(400)}, {**DRONES, "quantity": exactly(1700)}, False),
        ("one count of one year", {**LATER, "quantity": exactly(5760), "time": YEAR},
         {**LATER, "quantity": exactly(5800), "time": YEAR}, True),
        ("counts of nine months and of the year", {**LATER, "quantity": exactly(5760), "time": NINE_MONTHS},
         {**LATER, "quantity": count(6000), "time": YEAR}, False),
        ("counts of nine months and of all before", {**LATER, "quantity": exactly(5760), "time": NINE_MONTHS},
         {**LATER, "quantity": count(6000, 6400), "time": YEARS}, False),
        ("a count of nine months, and that it was in the year", {**LATER, "quantity": exactly(5760),
         "time": NINE_MONTHS}, {**LATER, "time": YEAR}, True),
        ("totals since about one day", AUGUST, {**NIGHT, "quantity": exactly(420), "time": "2022-08-24..2022-12-01",
         "published": "2022-12-01"}, True),
        ("totals since another year", AUGUST, {**NIGHT, "quantity": exactly(420), "time": "2023-01-01..2023-06-09"},
         False),
        ("totals of two years, of the same vagueness", {**AUGUST, "quantity": count(200)},
         {**NIGHT, "quantity": count(200), "time": "2023-01-01..2023-06-09"}, False),
        ("a total so far, told before another began", {**NIGHT, "quantity": exactly(420), "published": "2022-12-01"},
         {**NIGHT, "quantity": exactly(420), "time": "2023-01-01..2023-06-09"}, False),
        ("rates of two years", {**LATER, "quantity": MONTHLY, "time": "2023-01-01..2023-12-31"},
         {**LATER, "quantity": MONTHLY, "time": YEAR}, False),
        ("a rate of a year and of its half", {**LATER, "quantity": MONTHLY, "time": "2024-01-01..2024-06-30"},
         {**LATER, "quantity": MONTHLY, "time": YEAR}, True),
        ("300 a day and 300 a month", {**MADE, "quantity": DAILY}, {**MADE, "quantity": MONTHLY}, False),
        ("10 a day and 300 a month", {**MADE, "quantity": Quantity(low=10, high=10, per="day")},
         {**MADE, "quantity": MONTHLY}, True),
        ("two plants", {**PLANT, "agent": "Russia"}, {**PLANT, "agent": "Iran"}, False),
        ("an agreement told by its other party", DEAL, {**DEAL, "agent": "Iran", "recipient": "Russia"}, True),
        ("deals a year apart", {**DEAL, "time": "2022-11-05"}, {**DEAL, "time": "2023-11-05"}, False),
    ],
)  # fmt: skip
def test_two_claims_are_of_one_happening(what: str, a: dict[str, Any], b: dict[str, Any], same: bool) -> None:
    reports, claims = told(a, b)
    whole = weighed(reports, claims)
    assert (whole.finding_of[claims[0].id] == whole.finding_of[claims[1].id]) is same, what


def test_totals_of_a_flow_are_a_series_and_a_dated_part_is_linked_to_its_total() -> None:
    spring, autumn = "2022-08-01..2023-05-29", "2022-08-01..2022-11-22"
    reports, claims = told(
        {**NIGHT, "quantity": count(400), "published": "2022-11-22", "time": autumn},
        {**NIGHT, "quantity": exactly(1700), "published": "2023-05-29", "time": spring},
        {**NIGHT, "quantity": exactly(28), "published": "2022-10-17", "time": "2022-10-17"},
    )
    whole = weighed(reports, claims)
    early, late, night = (finding_with(whole, c) for c in claims)
    assert early.series == late.series is not None
    assert night.part_of == early.id
    assert night.series is None


def test_a_finding_says_what_most_of_its_claims_say() -> None:
    reports, claims = told(
        {**DRONES, "time": "2022-08-19", "published": "2022-08-30"},
        {**DRONES, "item": "UAVs", "time": "2022-08-19", "published": "2022-08-31"},
        {**DRONES, "time": "2022-08-01..2022-08-31", "published": "2022-09-02"},
    )
    found = weighed(reports, claims).findings[0]
    assert (found.item, found.agent, found.recipient, found.family) == ("drones", "Iran", "Russia", "drones")
    assert found.time is not None
    assert found.time.start == found.time.end == dt.date(2022, 8, 19)
    assert (found.first_reported, found.last_reported) == (dt.date(2022, 8, 30), dt.date(2022, 9, 2))


def test_a_count_has_a_day_of_its_own() -> None:
    old = {**MADE, "published": "2023-08-04"}
    new = {**MADE, "quantity": Quantity(low=310, high=310, per="month"), "published": "2025-05-29"}
    reports, claims = told(old, new, new)
    (found,) = weighed(reports, claims).findings
    assert found.quantity is not None and found.quantity.low == 310
    assert found.first_reported == dt.date(2023, 8, 4)
    assert found.counted_since == dt.date(2025, 5, 29)


def test_the_days_of_a_finding_with_a_number_are_those_of_the_claims_that_give_it() -> None:
    batch = {**DRONES, "time": "2022-08-19"}
    reports, claims = told(batch, batch, {**DRONES, "time": "2022-08-01..2022-08-31", "quantity": exactly(450)})
    (found,) = weighed(reports, claims).findings
    assert found.quantity is not None and found.quantity.low == 450
    assert found.time == Period(start=dt.date(2022, 8, 1), end=dt.date(2022, 8, 31))


def test_of_numbers_on_as_many_origins_one_told_with_its_days_comes_first() -> None:
    reports, claims = told(AUGUST, {**NIGHT, "quantity": exactly(540), "published": "2022-12-24"})
    (found,) = weighed(reports, claims).findings
    assert found.quantity is not None and found.quantity.low == 400
    assert found.time == Period(start=dt.date(2022, 8, 1), end=dt.date(2022, 11, 22))


SAID = st.fixed_dictionaries(
    {
        "quantity": st.sampled_from([None, exactly(400), exactly(420), count(400), count(200), MONTHLY]),
        "time": st.sampled_from(
            [None, "2022-08-01..2022-11-22", "2022-08-01..2023-05-29", "2023-01-01..2023-06-09", "2022-10-17",
             "2022-10-01..2022-10-31", "2022-01-01..2022-12-31"]
        ),
        "published": st.sampled_from(["2022-11-22", "2023-05-29", "2023-06-09", "2025-04-24"]),
    }
)  # fmt: skip


@hypothesis.given(st.sampled_from([NIGHT, MADE, DRONES, DEAL]), st.lists(SAID, min_size=2, max_size=7))
@hypothesis.settings(deadline=None)
def test_the_number_and_days_of_a_finding_are_what_one_of_its_claims_states(
    event: dict[str, Any], said: list[dict[str, Any]]
) -> None:
    reports, claims = told(*({**event, **slots} for slots in said))
    for found in weighed(reports, claims).findings:
        if found.quantity and found.time:
            stated = [(c.quantity, c.time) for c in claims if c.id in found.claims and c.quantity and c.time]
            assert any((q.low, q.high, t) == (found.quantity.low, found.quantity.high, found.time) for q, t in stated)


def test_a_finding_s_number_is_that_of_most_origins_not_of_the_most_quoted() -> None:
    """Three papers quote one minister, two others counted for themselves: the number is theirs, by two of four."""
    night = {**NIGHT, "time": "2022-10-17"}
    minister = {**night, "sources": ("Hossein Amirabdollahian",), "quantity": exactly(40)}
    reports, claims = told(
        *[minister] * 3,
        {**night, "sources": ("John Kirby",), "quantity": exactly(43)},
        {**night, "sources": ("Josep Borrell",), "quantity": exactly(43)},
        {**night, "sources": ("Nasser Kanaani",)},
    )
    found = finding_with(weighed(reports, claims), claims[0])
    assert len(found.claims) == 6
    assert len(found.origins_for) == 4
    assert found.quantity is not None
    assert (found.quantity.low, found.counted_by) == (43, 2)


def test_a_finding_is_disputed_where_some_say_so_and_others_not() -> None:
    denial = {**DRONES, "stance": "denies", "sources": ("Iran",)}
    for slots, disputed in (((DRONES, denial), True), ((DRONES, DRONES), False), ((denial, denial), False)):
        reports, claims = told(*slots)
        assert finding_with(weighed(reports, claims), claims[0]).disputed is disputed


def test_the_id_is_that_of_the_earliest_claim_whatever_comes_later() -> None:
    reports, claims = told({**DRONES, "published": "2022-09-01"}, {**DRONES, "published": "2022-10-01"})
    alone = weighed(reports[:1], claims[:1]).findings[0].id
    both = weighed(reports, claims).findings[0].id
    assert alone == both == "f" + claims[0].id[1:]


def decision(number: int, action: str, target: str, value: object) -> Decision:
    return Decision(
        number=number,
        at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        author="ana",
        action=action,
        target=target,
        value=value,
    )


def test_a_merge_is_absolute_even_across_types() -> None:
    reports, claims = told(DRONES, {**DRONES, "event": "use"})
    ids = [c.id for c in claims]
    whole = weighed(reports, claims, [decision(1, "merge", ids[0], ids)])
    assert len(whole.findings) == 1
    assert set(whole.findings[0].claims) == set(ids)


def test_a_split_is_absolute() -> None:
    reports, claims = told(DRONES, DRONES, DRONES)
    whole = weighed(reports, claims, [decision(1, "split", claims[0].id, [claims[2].id])])
    assert whole.finding_of[claims[0].id] == whole.finding_of[claims[1].id] != whole.finding_of[claims[2].id]


def test_a_merge_does_not_undo_a_split() -> None:
    """Claim 2 was split from claim 0; merging 1 with 2 moves claim 1 alone, for 0 must not come with it."""
    reports, claims = told(DRONES, DRONES, DRONES)
    ids = [c.id for c in claims]
    whole = weighed(
        reports, claims, [decision(1, "split", ids[0], [ids[2]]), decision(2, "merge", ids[1], [ids[1], ids[2]])]
    )
    assert whole.finding_of[ids[1]] == whole.finding_of[ids[2]] != whole.finding_of[ids[0]]


def test_decisions_that_contradict_each_other_are_named() -> None:
    reports, claims = told(DRONES, DRONES)
    ids = [c.id for c in claims]
    both = [decision(3, "split", ids[0], [ids[1]]), decision(5, "merge", ids[0], ids)]
    with pytest.raises(
        weighing.ContradictoryDecisions, match=r"decision 5 says .* one happening and decision 3 .*undo 5"
    ):
        weighed(reports, claims, both)


def test_an_undone_decision_counts_for_nothing() -> None:
    reports, claims = told(DRONES, {**DRONES, "event": "use"})
    undone = Decision(
        number=1,
        at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        author="ana",
        action="merge",
        target=claims[0].id,
        value=[c.id for c in claims],
        undone=True,
    )
    assert len(weighed(reports, claims, [undone]).findings) == 2


def test_a_claim_whose_report_is_missing_is_named() -> None:
    _, claims = told(DRONES)
    with pytest.raises(weighing.MissingReport, match=f"claim {claims[0].id} is of report r0, which was not given"):
        weighed([], claims)
