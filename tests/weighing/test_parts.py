"""What is weighed in parts, from files and on several processors, comes out as in memory at once."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_kept_up_to_date import afresh, same, stories

from stocktake import weighing
from stocktake.vocabulary import Claim, Decision, Report
from stocktake.weighing import Hands, Job, Part, Weighing, many_hands, parts

NOW = dt.datetime(2023, 1, 1, tzinfo=dt.UTC)
Told = list[tuple[Report, list[Claim]]]


def weighed(told: Told, decisions: list[Decision], hands: Hands) -> Weighing:
    """What the parts come to, put together."""
    first = {copy.report: copy.original for copy in weighing.copies(r for r, _ in told)}
    assert not first, "the stories are no copies of one another"
    jobs = [Job(r, [msgspec.json.encode(c).decode() for c in found]) for r, found in told if found]
    every = sum(len(found) for _, found in told)
    packed = weighing.weigh_all(jobs, every, decisions, hands, msgspec.msgpack.encode, lambda claims: jobs)
    whole = [msgspec.msgpack.decode(part, type=Part) for part in packed]
    placed = [pair for part in whole for pair in part.placed]
    matters = [w for part in whole for w in part.weighed]
    return Weighing(
        findings=tuple(sorted((f for w in matters for f in w.findings), key=lambda f: f.id)),
        origins=tuple(sorted((o for part in whole for o, _ in part.origins), key=lambda o: o.id)),
        origin_of={t.claim: p.origin for t, p in sorted(placed, key=lambda pair: pair[0].claim)},
        finding_of={t.claim: p.finding for t, p in sorted(placed, key=lambda pair: pair[0].claim)},
        conflicts=tuple(sorted((c for w in matters for c in w.conflicts), key=lambda c: c.id)),
        positions=tuple(p for w in matters for p in w.positions),
    )


@settings(max_examples=60, deadline=None)
@given(told=stories(), size=st.sampled_from([1, 3, 1000]))
def test_parts_of_any_size_come_out_the_same(told: Told, size: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "PART", size)
        assert same(weighed(told, [], Hands())) == same(afresh(told))


@settings(max_examples=40, deadline=None)
@given(told=stories(), data=st.data())
def test_matters_that_decisions_tie_together_share_a_part(told: Told, data: st.DataObject) -> None:
    claims = sorted(c.id for _, found in told for c in found)
    merged = data.draw(st.lists(st.sampled_from(claims), min_size=2, max_size=4, unique=True))
    decisions = [Decision(number=1, at=NOW, action="merge", target=merged[0], value=merged[1:], author="Jane")]
    expected = weighing.weigh([c for _, found in told for c in found], [r for r, _ in told], decisions)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "PART", 2)
        assert same(weighed(told, decisions, Hands())) == same(expected)


@settings(max_examples=1, deadline=None)
@given(told=stories())
def test_several_processors_come_to_the_same(told: Told) -> None:
    with many_hands(10**6) as hands:
        assert same(weighed(told, [], hands)) == same(afresh(told))
