"""Occasions joined again after a change, from the groups in which they lay, with the same result as joining all.

What decides whether two groups join lies between these two alone. So a group comes out as it was, unless a pair within
it has changed, or it joins one with which that is so: the groups round the change are joined again together with those
that have a pair in favour with them, and these must come out as they were; those that do not are taken in, and it is
tried again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from stocktake.weighing.matching import Profile, agglomerated, compared, joined, order, profiles, window
from stocktake.weighing.testimony import Testimony

Lain = tuple[Testimony, str]
"""Testimony and the group in which it lay."""


def rejoined(ordered: Sequence[Testimony], home: Mapping[str, str], gone: Sequence[Lain]) -> list[list[Testimony]]:
    """Occasions, in the order of time, by happening.

    Before, those in `home`, which tells the group of each claim, were joined with those that are `gone`.
    """
    lain = [(t, home[t.claim]) for t in ordered if t.claim in home]
    if len(lain) == len(ordered) and not gone:
        return _by_group(lain)
    now, before = profiles(ordered), profiles(sorted((t for t, _ in (*lain, *gone)), key=order))
    if (window(len(now)) < len(now)) != (window(len(before)) < len(before)):
        return joined(ordered)
    found = _Change(now, before, {id(t): name for t, name in (*lain, *gone)}).groups()
    return joined(ordered) if found is None else [[t for x in group for t in now[x].members] for group in found]


def _by_group(lain: Iterable[Lain]) -> list[list[Testimony]]:
    groups: dict[str, list[Testimony]] = defaultdict(list)
    for t, name in lain:
        groups[name].append(t)
    return list(groups.values())


class _Change:
    """Profiles now and before. One is the same where the same testimony stands for it; `home` is by its identity."""

    def __init__(self, now: Sequence[Profile], before: Sequence[Profile], home: Mapping[int, str]) -> None:
        self._now = now
        self._near = window(len(now))
        self._scores: dict[tuple[int, int], int | None] = {}
        there = {id(p.first): place for place, p in enumerate(now)}
        was = {id(p.first) for p in before}
        self._new = [place for place, p in enumerate(now) if id(p.first) not in was]
        self._lost = [place for place, p in enumerate(before) if id(p.first) not in there]
        self._home = {place: home[id(p.first)] for place, p in enumerate(now) if id(p.first) in was}
        self._members: dict[str, list[int]] = defaultdict(list)
        for place, name in self._home.items():
            self._members[name].append(place)
        touched = {home[id(before[place].first)] for place in self._lost} & self._members.keys()
        if len(now) > self._near:  # some pairs are compared no more, others only now
            wide = self._near + len(self._new) + len(self._lost)
            close = {there.get(id(before[x].first)) for x in _round(self._lost, wide, len(before))}
            close.update(_round(self._new, wide, len(now)))
            touched.update(self._home[place] for place in close if place is not None and place in self._home)
        self._touched = touched

    def groups(self) -> list[list[int]] | None:
        """The profiles now by happening; None where that means to join most of them."""
        again = set(self._new).union(*(self._members[name] for name in self._touched))
        while True:
            beside = {
                self._home[y]
                for x in again
                for y in range(max(x - self._near, 0), min(x + self._near + 1, len(self._now)))
                if y not in again and (self._score(x, y) or 0) > 0
            }
            some = sorted(again.union(*(self._members[name] for name in beside)))
            if len(some) * 2 > len(self._now):
                return None
            found = self._joined(some)
            whole = {tuple(group) for group in found}
            changed = [name for name in beside if tuple(self._members[name]) not in whole]
            if not changed:
                rest = set(self._home.values()).difference(self._home[x] for x in some if x in self._home)
                return [*found, *(self._members[name] for name in sorted(rest))]
            again.update(x for name in changed for x in self._members[name])

    def _joined(self, some: Sequence[int]) -> list[list[int]]:
        pairs: dict[tuple[int, int], int | None] = {}
        for i, x in enumerate(some):
            for j in range(i + 1, len(some)):
                if some[j] - x > self._near:
                    break
                pairs[i, j] = self._score(x, some[j])
        return [[some[i] for i in group] for group in agglomerated(len(some), pairs)]

    def _score(self, x: int, y: int) -> int | None:
        pair = (x, y) if x < y else (y, x)
        if pair not in self._scores:
            self._scores[pair] = compared(self._now[pair[0]], self._now[pair[1]])
        return self._scores[pair]


def _round(places: Iterable[int], wide: int, count: int) -> set[int]:
    """The places that lie so near to some of these."""
    return {x for place in places for x in range(max(place - wide, 0), min(place + wide + 1, count))}
