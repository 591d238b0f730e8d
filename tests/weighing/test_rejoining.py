"""Occasions joined again after a change are those that all occasions joined afresh are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stocktake.weighing import matching, rejoining
from stocktake.weighing.subjects import OCCASION
from stocktake.weighing.testimony import Testimony as Told


@st.composite
def occasions(draw: st.DrawFn) -> list[Told]:
    """Claims of one block, of days near one another, so that many join and many cannot."""
    event = draw(st.sampled_from(["transfer", "use", "agreement"]))
    length = draw(st.sampled_from([12, 60, 300]))
    return [draw(occasion(number, event, length)) for number in range(draw(st.integers(1, 40)))]


@st.composite
def occasion(draw: st.DrawFn, number: int, event: str, length: int) -> Told:
    blank = dict.fromkeys(Told.__struct_fields__, "")
    first = draw(st.sampled_from([0, 1])) * draw(st.integers(1, length))
    low = draw(st.sampled_from([None, 28.0, 40.0, 400.0]))
    return Told(
        **{
            **blank,
            "claim": f"c{number:02}",
            "report": f"r{draw(st.integers(0, 60)):02}",
            "at": draw(st.sampled_from([0, 50])),
            "published": draw(st.integers(1, length)),
            "event": event,
            "modality": "actual",
            "negated": False,
            "matter": f"{event}|Iran>Russia|",
            "family": draw(st.sampled_from(["", "drones", "drones+missiles", "shells"])),
            "place": draw(st.sampled_from(["", "kyiv", "odesa port"])),
            "low": low,
            "high": low,
            "twin_low": None,
            "twin_high": None,
            "first": first,
            "last": first and first + draw(st.sampled_from([0, 2, 20])),
            "scope": OCCASION,
            "seen": draw(st.integers(1, length)),
            "speaker": draw(st.sampled_from(["john kirby", "ap"])),
            "vague": False,
        }
    )


def sets(groups: list[list[Told]]) -> list[list[str]]:
    return sorted(sorted(t.claim for t in group) for group in groups)


@settings(max_examples=500, deadline=None)
@given(every=occasions(), data=st.data(), near=st.sampled_from([1, 2, 4, 48]))
def test_a_change_joins_occasions_as_all_afresh(every: list[Told], data: st.DataObject, near: int) -> None:
    kinds = data.draw(st.lists(st.sampled_from("kkkkkkkkng"), min_size=len(every), max_size=len(every)))
    kept, new, gone = ([t for t, k in zip(every, kinds, strict=True) if k == kind] for kind in "kng")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching, "NEIGHBOURS", near)
        before = matching.joined(sorted(kept + gone, key=matching.order))
        lay = {t.claim: f"f{number}" for number, group in enumerate(before) for t in group}
        now = sorted(kept + new, key=matching.order)
        found = rejoining.rejoined(now, {t.claim: lay[t.claim] for t in kept}, [(t, lay[t.claim]) for t in gone])
        assert sets(found) == sets(matching.joined(now))


def test_only_the_neighbours_of_a_change_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    def on(day: int, claim: str) -> Told:
        blank = dict.fromkeys(Told.__struct_fields__, "")
        numbers = dict.fromkeys(("low", "high", "twin_low", "twin_high"))
        days = {"published": day, "first": day, "last": day, "seen": day}
        more = {"claim": claim, "report": claim, "at": 0, "event": "transfer", "scope": OCCASION, "negated": False}
        return Told(**{**blank, **numbers, **days, **more, "vague": False})

    before = [on(day, f"c{day:05}") for day in range(1, 3_000)]
    lay = {t.claim: f"f{number}" for number, group in enumerate(matching.joined(before)) for t in group}
    compared = []
    monkeypatch.setattr(rejoining, "compared", lambda a, b: compared.append((a, b)) or matching.compared(a, b))
    now = sorted([*before, on(1_500, "new")], key=matching.order)
    found = rejoining.rejoined(now, lay, [])
    assert ["c01500", "new"] in sets(found)
    assert len(compared) < 1_000 < len(now) * matching.NEIGHBOURS
