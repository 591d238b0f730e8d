"""A change weighs what it touches, with the same result as weighing afresh, in whatever order things came."""

from __future__ import annotations

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from stocktake import weighing
from stocktake.vocabulary import Claim, EventType, Modality, Period, Quantity, Report, Stance, stable_id
from stocktake.weighing import Memory, Register, Rulings

PARTIES = st.sampled_from(["Iran", "Russia", "Ukraine", "Tehran", None])
SOURCES = st.sampled_from(
    [
        (),
        ("John Kirby",),
        ("CNN", "officials"),
        ("CNN",),
        ("Iran",),
        ("US officials",),
        ("Nasser Kanaani",),
        ("Reuters", "Iran"),
    ]
)
DAYS = st.dates(dt.date(2022, 8, 1), dt.date(2022, 8, 20))
SAYING = st.sampled_from(["said on Monday", "said in July", "said", "reported on Aug. 3", "has long said"])


@st.composite
def claims(draw: st.DrawFn, report: str, start: int, quote: str) -> Claim:
    number = draw(st.sampled_from([None, 28, 40, 400, 420, 1700]))
    first = draw(st.none() | DAYS)
    return Claim(
        id=stable_id("c", report, start),
        report=report,
        start=start,
        end=start + len(quote),
        quote=quote,
        event=draw(st.sampled_from([EventType.transfer, EventType.use, EventType.agreement, EventType.production])),
        agent=draw(PARTIES),
        recipient=draw(PARTIES),
        item=draw(st.sampled_from(["drones", "Shahed-136 drones", "weapons", "aircraft", None])),
        quantity=Quantity(low=number, high=draw(st.sampled_from([number, None]))) if number else None,
        time=Period(start=first, end=first + dt.timedelta(days=draw(st.sampled_from([0, 3, 40])))) if first else None,
        sources=draw(SOURCES),
        stance=draw(st.sampled_from(list(Stance))),
        modality=draw(st.sampled_from(list(Modality))),
        negated=draw(st.booleans()),
    )


@st.composite
def stories(draw: st.DrawFn) -> list[tuple[Report, list[Claim]]]:
    told = []
    for number in range(draw(st.integers(2, 6))):
        name, text, found = f"r{number}", "A headline\n", []
        for line in range(draw(st.integers(1, 4))):
            mark = f"{number}x{line}"
            quote = f"Some{mark} told{mark} of{mark} drones{mark} for{mark} long{mark}, someone {draw(SAYING)}."
            found.append(draw(claims(name, len(text), quote)))
            text += quote + draw(st.sampled_from([" ", "\n"]))
        outlet = draw(st.sampled_from(["CNN", "Harbour Courier", "Desk (AP)", None]))
        told.append(
            (Report(id=name, text=text, title="A headline", outlet=outlet, published=draw(st.none() | DAYS)), found)
        )
    return told


def afresh(told: list[tuple[Report, list[Claim]]]) -> weighing.Weighing:
    return weighing.weigh((c for _, found in told for c in found), (r for r, _ in told))


@settings(max_examples=60, deadline=None)
@given(told=stories(), data=st.data())
def test_reports_added_one_by_one_in_any_order_weigh_the_same(
    told: list[tuple[Report, list[Claim]]], data: st.DataObject
) -> None:
    shelf, rulings, register = Memory(), Rulings(), Register()
    for report, found in data.draw(st.permutations(told)):
        touched = shelf.put(report.id, weighing.testimonies(report, found))
        shelf.update(touched, [report.id], rulings, register)
    assert same(shelf.weighing(register)) == same(afresh(told))


@settings(max_examples=40, deadline=None)
@given(told=stories(), data=st.data())
def test_a_report_that_is_changed_or_taken_out_leaves_no_trace(
    told: list[tuple[Report, list[Claim]]], data: st.DataObject
) -> None:
    shelf, rulings, register = Memory(), Rulings(), Register()
    for report, found in told:
        shelf.update(shelf.put(report.id, weighing.testimonies(report, found)), [report.id], rulings, register)
    gone, shorter = data.draw(st.permutations(told))[:2]
    shelf.update(shelf.put(gone[0].id, []), [gone[0].id], rulings, register)
    left = shorter[1][:1]
    shelf.update(shelf.put(shorter[0].id, weighing.testimonies(shorter[0], left)), [shorter[0].id], rulings, register)
    rest = [(r, left if r is shorter[0] else found) for r, found in told if r is not gone[0]]
    assert same(shelf.weighing(register)) == same(afresh(rest))


@settings(max_examples=40, deadline=None)
@given(told=stories(), data=st.data())
def test_the_order_of_claims_and_reports_does_not_matter(
    told: list[tuple[Report, list[Claim]]], data: st.DataObject
) -> None:
    every = data.draw(st.permutations([c for _, found in told for c in found]))
    reports = data.draw(st.permutations([r for r, _ in told]))
    assert weighing.weigh(every, reports) == afresh(told)


@settings(max_examples=40, deadline=None)
@given(told=stories())
def test_every_claim_is_in_one_finding_and_has_an_origin(told: list[tuple[Report, list[Claim]]]) -> None:
    whole = afresh(told)
    every = {c.id for _, found in told for c in found}
    assert sorted(c for f in whole.findings for c in f.claims) == sorted(every)
    assert whole.finding_of.keys() == whole.origin_of.keys() == every
    known = {o.id for o in whole.origins}
    for finding in whole.findings:
        assert set(finding.origins_for) | set(finding.origins_against) <= known
        assert 0 < finding.probability < 1
        assert finding.part_of is None or any(f.id == finding.part_of for f in whole.findings)


def same(whole: weighing.Weighing) -> tuple[object, ...]:
    """What is compared: all but the order in which positions are listed."""
    key = sorted(
        (p.finding, p.party, str(p.since), p.stance, p.in_part, p.claims, str(p.until)) for p in whole.positions
    )
    return (whole.findings, whole.origins, whole.origin_of, whole.finding_of, whole.conflicts, key)
