"""What cannot all be so, and how parties' positions moved."""

from __future__ import annotations

import datetime as dt

import pytest
from telling_stories import claim, count, exactly, report, weighed

from stocktake.vocabulary import Claim, Conflict, ConflictKind, Report, Stance
from stocktake.weighing import Weighing


def one(name: str, day: str, sentence: str, event: str = "transfer", **slots: object) -> tuple[Report, Claim]:
    """A report of one sentence and its claim; Iran gives Russia drones unless slots say otherwise."""
    told = report(name, day, f"Paper {name}", f"Headline of {name}", sentence)
    given = {"agent": "Iran", "recipient": "Russia", "item": "drones", **slots}
    return told, claim(told, sentence, event, given.pop("agent"), given.pop("recipient"), **given)


def of_kind(whole: Weighing, kind: ConflictKind) -> list[Conflict]:
    return [c for c in whole.conflicts if c.kind is kind]


def test_a_denial_stands_against_an_assertion_each_with_its_origins() -> None:
    a = one("a", "2022-10-16", "Iran gave Russia drones, paper a writes.")
    b = one(
        "b",
        "2022-10-17",
        "Iran gave none, Nasser Kanaani said on Monday.",
        stance="denies",
        sources=("Nasser Kanaani",),
    )
    whole = weighed([a[0], b[0]], [a[1], b[1]])
    (conflict,) = of_kind(whole, ConflictKind.denial)
    assert [side.claims for side in conflict.sides] == [(a[1].id,), (b[1].id,)]
    assert all(len(side.origins) == 1 for side in conflict.sides)


def test_counts_of_one_night_that_leave_no_common_number() -> None:
    slots = {"agent": "Russia", "recipient": "Ukraine", "time": "2022-10-17"}
    a = one("a", "2022-10-17", "Paper a counted 28 drones.", "use", quantity=exactly(28), **slots)
    b = one("b", "2022-10-18", "Paper b has it that 43 came.", "use", quantity=exactly(43), **slots)
    whole = weighed([a[0], b[0]], [a[1], b[1]])
    (conflict,) = of_kind(whole, ConflictKind.quantity)
    assert [side.holds for side in conflict.sides] == ["28 drones", "43 drones"]


def test_a_total_that_shrinks() -> None:
    a = one(
        "a", "2022-12-01", "Paper a counts 700 drones so far.", quantity=exactly(700), time="2022-08-01..2022-12-01"
    )
    b = one(
        "b", "2023-06-01", "Paper b counts 400 drones so far.", quantity=exactly(400), time="2022-08-01..2023-06-01"
    )
    whole = weighed([a[0], b[0]], [a[1], b[1]])
    assert of_kind(whole, ConflictKind.quantity)


def test_a_total_that_grows_is_no_conflict() -> None:
    a = one(
        "a", "2022-12-01", "Paper a counts 400 drones so far.", quantity=exactly(400), time="2022-08-01..2022-12-01"
    )
    b = one(
        "b", "2023-06-01", "Paper b counts 700 drones so far.", quantity=exactly(700), time="2022-08-01..2023-06-01"
    )
    assert weighed([a[0], b[0]], [a[1], b[1]]).conflicts == ()


def test_one_count_told_for_days_apart() -> None:
    slots = {"agent": "Russia", "recipient": "Ukraine", "quantity": exactly(43)}
    a = one("a", "2022-10-20", "Paper a says that 43 came on the 17th.", "use", time="2022-10-17", **slots)
    b = one("b", "2022-10-22", "Paper b puts these 43 on the 19th.", "use", time="2022-10-19", **slots)
    (conflict,) = of_kind(weighed([a[0], b[0]], [a[1], b[1]]), ConflictKind.period)
    assert [side.holds for side in conflict.sides] == ["2022-10-17", "2022-10-19"]
    c = one("c", "2022-10-22", "Paper c: no 43 came on the 19th.", "use", time="2022-10-19", negated=True, **slots)
    assert of_kind(weighed([a[0], c[0]], [a[1], c[1]]), ConflictKind.period) == []


def test_a_plan_against_word_that_it_did_not_happen() -> None:
    a = one("a", "2022-07-11", "Iran is getting ready to give drones, paper a says.", modality="planned")
    b = one("b", "2022-09-01", "No drones have been delivered, paper b found.", negated=True)
    (conflict,) = of_kind(weighed([a[0], b[0]], [a[1], b[1]]), ConflictKind.outcome)
    assert [side.holds for side in conflict.sides] == ["planned", "did not happen"]


def test_a_plan_for_more_than_came_of_it_where_some_give_no_number() -> None:
    slots = {"agent": "Russia", "recipient": None, "time": "2024-01-01..2024-12-31"}
    a = one(
        "a", "2024-01-09", "Russia is to make drones in 2024, paper a says.", "production", modality="planned", **slots
    )
    b = one(
        "b",
        "2024-01-10",
        "Paper b: 9,000 are planned in 2024.",
        "production",
        modality="planned",
        quantity=exactly(9000),
        **slots,
    )
    c = one("c", "2025-01-10", "Paper c counts 2,000 made in 2024.", "production", quantity=exactly(2000), **slots)
    d = one("d", "2025-01-11", "Paper d knows that some were made in 2024.", "production", **slots)
    every = (a, b, c, d)
    found = of_kind(weighed([x[0] for x in every], [x[1] for x in every]), ConflictKind.outcome)
    assert [[side.holds for side in conflict.sides] for conflict in found] == [
        ["planned: 9,000 drones", "came to: 2,000 drones"]
    ]


def test_how_a_position_moved() -> None:
    """Denied until 2022-11-04; admitted on 2022-11-05, in part."""
    a = one("a", "2022-10-02", "Iran gave Russia drones, paper a writes.")
    b = one(
        "b",
        "2022-10-17",
        "Iran gave none, Nasser Kanaani said on Monday.",
        stance="denies",
        sources=("Nasser Kanaani",),
    )
    c = one("c", "2022-11-05", "Iran gave a small number, Hossein Amirabdollahian said on Saturday.", stance="admits",
            sources=("Hossein Amirabdollahian",))  # fmt: skip
    whole = weighed([x[0] for x in (a, b, c)], [x[1] for x in (a, b, c)])
    moved = [(p.party, p.stance, p.since, p.until, p.in_part) for p in whole.positions]
    assert moved == [
        ("Iran", Stance.denies, dt.date(2022, 10, 17), dt.date(2022, 11, 4), False),
        ("Iran", Stance.admits, dt.date(2022, 11, 5), None, True),
    ]


def test_a_general_denial_is_a_position_on_the_matter_and_on_no_occasion() -> None:
    told = [
        one("a", "2022-08-30", "Iran gave Russia drones on 19 August, paper a writes.", time="2022-08-19"),
        one("b", "2022-09-30", "Iran gave Russia drones on 28 September, paper b writes.", time="2022-09-28"),
        one("c", "2022-10-16", "Iran gives Russia drones, paper c writes."),
        one(
            "d",
            "2022-10-17",
            "Iran gave none, Nasser Kanaani said on Monday.",
            stance="denies",
            sources=("Nasser Kanaani",),
        ),
    ]
    whole = weighed([x[0] for x in told], [x[1] for x in told])
    assert [(p.party, p.stance, p.finding) for p in whole.positions] == [
        ("Iran", Stance.denies, whole.finding_of[told[2][1].id])
    ]


def test_who_is_no_party_has_no_position() -> None:
    a = one("a", "2022-10-17", "Iran gave drones, John Kirby said on Monday.", sources=("John Kirby",))
    assert weighed([a[0]], [a[1]]).positions == ()


SHOT = {"agent": "Ukraine", "recipient": "Russia", "item": "drones", "time": "2025-01-17"}


@pytest.mark.parametrize(
    ("told", "denied", "disputed"),
    [
        (exactly(946), exactly(914), False),  # what another number did not is nothing about this one
        (exactly(946), exactly(946), True),
        (count(900, 1000), exactly(914), True),
        (exactly(946), None, True),
        (None, exactly(914), True),  # nobody gives another number
    ],
)
def test_a_denial_with_a_number_of_its_own_denies_that_number(
    told: dict[str, object] | None, denied: dict[str, object] | None, disputed: bool
) -> None:
    a = one("a", "2025-01-18", "Shot down on the 17th: so many, paper a writes.", "loss", quantity=told, **SHOT)
    b = one("b", "2025-01-19", "So many did not fall, Moscow said.", "loss", quantity=denied, negated=True,
            sources=("Russia",), **SHOT)  # fmt: skip
    whole = weighed([a[0], b[0]], [a[1], b[1]])
    (finding,) = whole.findings
    assert finding.claims == (a[1].id, b[1].id)
    assert finding.disputed == disputed
    assert finding.last_reported == dt.date(2025, 1, 19 if disputed else 18)
    assert bool(of_kind(whole, ConflictKind.denial)) == disputed
    assert bool(whole.positions) == disputed


def test_that_another_number_did_not_come_undoes_no_plan() -> None:
    a = one("a", "2022-07-11", "Iran is to give 300 drones, paper a says.", modality="planned", quantity=exactly(300))
    b = one("b", "2022-09-01", "The 50 did not come, paper b found.", negated=True, quantity=exactly(50))
    c = one("c", "2022-09-02", "The 300 did not come, paper c found.", negated=True, quantity=exactly(300))
    assert of_kind(weighed([a[0], b[0]], [a[1], b[1]]), ConflictKind.outcome) == []
    assert of_kind(weighed([a[0], c[0]], [a[1], c[1]]), ConflictKind.outcome)
