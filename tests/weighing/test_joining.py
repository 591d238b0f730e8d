"""Groups are joined pair by pair, best first, as the definition has it; only sooner."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from stocktake.weighing.matching import APART, agglomerated

SCORES = st.none() | st.integers(-20, 20)


@st.composite
def compared(draw: st.DrawFn) -> tuple[int, dict[tuple[int, int], int | None]]:
    """Some profiles, and the scores of those that lie within a window of one another."""
    count, window = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    near = [(i, j) for i in range(count) for j in range(i + 1, min(i + 1 + window, count))]
    return count, {pair: draw(SCORES) for pair in near}


def by_definition(count: int, pairs: dict[tuple[int, int], int | None]) -> list[list[int]]:
    """Two groups join where no pair between them is impossible and all pairs together speak for it."""
    groups = [[i] for i in range(count)]
    for _, i, j in sorted((-s, i, j) for (i, j), s in pairs.items() if s is not None and s > 0):
        left, right = (next(g for g in groups if x in g) for x in (i, j))
        if left is right:
            continue
        between = [pairs.get((min(x, y), max(x, y)), APART) for x in left for y in right]
        if None not in between and sum(s for s in between if s is not None) > 0:
            groups.remove(right)
            left += right
    return sorted(sorted(group) for group in groups)


@settings(max_examples=400, deadline=None)
@given(compared())
def test_groups_are_those_of_the_definition(given_: tuple[int, dict[tuple[int, int], int | None]]) -> None:
    assert agglomerated(*given_) == by_definition(*given_)
