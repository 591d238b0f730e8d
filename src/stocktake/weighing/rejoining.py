"""Occasions joined again after a change, from the groups in which they lay, with the same result as joining all.

What decides whether two groups join lies between these two alone. So a group comes out as it was, unless a pair within
it has changed, or it joins one with which that is so: the groups round the change are joined again together with those
that have a pair in favour with them, and these must come out as they were; those that do not are taken in, and it is
tried again.
"""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from stocktake.weighing.matching import (
    Profile,
    agglomerated,
    compared,
    in_time,
    joined,
    look,
    order,
    profiles,
    window,
)
from stocktake.weighing.testimony import Testimony

Lain = tuple[Testimony, str]
"""Testimony and the group in which it lay."""


def rejoined(ordered: Sequence[Testimony], home: Mapping[str, str], gone: Sequence[Lain]) -> list[list[Testimony]]:
    """Occasions, in the order of time, by happening.

    Before, those in `home`, which tells the group of each claim, were joined with those that are `gone`.
    """
    new = [t for t in ordered if t.claim not in home]
    if not new and not gone:
        return _by_group(ordered, home)
    now = profiles(ordered)
    before = _before(now, {look(t) for t in new}.union(look(t) for t, _ in gone), home, gone)
    if (window(len(now)) < len(now)) != (window(len(before)) < len(before)):
        return joined(ordered)
    return [[t for x in group for t in now[x].members] for group in _Change(now, before, home, gone).groups()]


def _by_group(ordered: Iterable[Testimony], home: Mapping[str, str]) -> list[list[Testimony]]:
    groups: dict[str, list[Testimony]] = defaultdict(list)
    for t in ordered:
        groups[home[t.claim]].append(t)
    return list(groups.values())


def _before(
    now: Iterable[Profile], changed: set[object], home: Mapping[str, str], gone: Iterable[Lain]
) -> list[Profile]:
    """The profiles before, from those now, of which some looks are `changed`: the others were as they are."""
    found: list[Profile] = []
    some = [t for t, _ in gone]
    for p in now:
        if look(p.first) in changed:
            some += [t for t in p.members if t.claim in home]
        else:
            found.append(p)
    for p in profiles(sorted(some, key=order)):
        insort(found, p, key=in_time)
    return found


class _Change:
    """Profiles now and before. One is the same where the same testimony stands for it."""

    def __init__(
        self, now: Sequence[Profile], before: Sequence[Profile], home: Mapping[str, str], gone: Iterable[Lain]
    ) -> None:
        self._now = now
        self._near = window(len(now))
        self._scores: dict[tuple[int, int], int | None] = {}
        there = {id(p.first): place for place, p in enumerate(now)}
        was = {id(p.first) for p in before}
        self._new = [place for place, p in enumerate(now) if id(p.first) not in was]
        self._lost = [place for place, p in enumerate(before) if id(p.first) not in there]
        self._home = {place: home[p.first.claim] for place, p in enumerate(now) if id(p.first) in was}
        self._members: dict[str, list[int]] = defaultdict(list)
        for place, name in self._home.items():
            self._members[name].append(place)
        left = {id(t): name for t, name in gone}
        lost = (before[place].first for place in self._lost)
        self._touched = {left[id(t)] if id(t) in left else home[t.claim] for t in lost} & self._members.keys()
        if len(now) > self._near:  # some pairs are compared no more, others only now
            kept = [(there[id(p.first)], place) for place, p in enumerate(before) if id(p.first) in there]
            self._touched |= self._shifted(kept)

    def _shifted(self, kept: Sequence[tuple[int, int]]) -> set[str]:
        """The groups that may come out otherwise because a window now takes in, or leaves out, a pair of theirs.

        `kept` are the places now and before of the profiles that were there before. A pair of two groups that have no
        pair in favour does not count: nothing joins these.
        """
        count = len(kept)
        ends = [0, 0]
        pairs: set[tuple[str, str]] = set()
        for now, before in kept:
            for side, at in enumerate((now, before)):
                while ends[side] < count and kept[ends[side]][side] <= at + self._near:
                    ends[side] += 1
            for y in range(min(ends), max(ends)):
                one, other = self._home[now], self._home[kept[y][0]]
                pairs.add((one, other) if one < other else (other, one))
        return {name for one, other in pairs if one == other or self._in_favour(one, other) for name in (one, other)}

    def _in_favour(self, one: str, other: str) -> bool:
        """Whether a pair of two groups speaks for joining them."""
        few, many = sorted((one, other), key=lambda name: len(self._members[name]))
        return any(
            self._home.get(y) == many and (self._score(min(x, y), max(x, y)) or 0) > 0
            for x in self._members[few]
            for y in self._window(x)
        )

    def _window(self, x: int) -> range:
        """The places with which one is compared."""
        return range(max(x - self._near, 0), min(x + self._near + 1, len(self._now)))

    def groups(self) -> list[list[int]]:
        """The profiles now by happening."""
        further = again = set(self._new).union(*(self._members[name] for name in self._touched))
        beside: set[str] = set()
        while True:
            beside.update(
                self._home[y]
                for x in further
                for y in self._window(x)
                if y not in again and (self._score(min(x, y), max(x, y)) or 0) > 0
            )
            some = sorted(again.union(*(self._members[name] for name in beside)))
            if len(some) * 2 > len(self._now):
                return self._joined(range(len(self._now)))
            found = self._joined(some)
            whole = {tuple(group) for group in found}
            changed = [name for name in beside if tuple(self._members[name]) not in whole]
            if not changed:
                rest = set(self._home.values()).difference(self._home[x] for x in some if x in self._home)
                return [*found, *(self._members[name] for name in sorted(rest))]
            further = {x for name in changed for x in self._members[name]}
            again |= further
            beside.difference_update(changed)

    def _joined(self, some: Sequence[int]) -> list[list[int]]:
        pairs: dict[tuple[int, int], int | None] = {}
        for i, x in enumerate(some):
            for j in range(i + 1, len(some)):
                if some[j] - x > self._near:
                    break
                pairs[i, j] = self._score(x, some[j])
        return [[some[i] for i in group] for group in agglomerated(len(some), pairs)]

    def _score(self, x: int, y: int) -> int | None:
        pair = (x, y)
        if pair not in self._scores:
            self._scores[pair] = compared(self._now[x], self._now[y])
        return self._scores[pair]
