"""Which claims speak of one happening: the clusters of a block.

A matter's claims are of one type, with the same parties and goods; its deeds are one block, its plans another. In a
block, claims without an occasion are one general finding; running totals part where they differ by more than their
vagueness or count from different days; dated occasions join where their days, places and numbers agree, and those
counted over a long stretch only where it is the same: pairs are scored, then joined best first, never against a
constraint (constrained agglomeration after Basu, Davidson & Wagstaff, Constrained Clustering, 2008).
Claims that look alike are one profile, and profiles are compared only with their neighbours in time, so the work
stays near linear.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from stocktake.weighing.subjects import GENERAL, HAPPENINGS, LONG, OCCASION, RATE, TOTAL
from stocktake.weighing.testimony import Testimony

NIGHTLY = frozenset({"use", "loss"})
SLACK = 0.12
"""Counts within this share of one another do not disagree."""
OVER, VAGUE = 1.5, 5.0
"""How far above its lower bound "more than 400" and "hundreds" can lie, as a multiple."""
EDGE = 15
"""Days within which two tellings of one stretch can begin, and end."""
NEIGHBOURS = 48
ENDLESS = 999_999
"""The day on which what has no known end ends."""
TENTHS = 10
"""Scores are added up in tenths, so that the sum does not depend on the order."""
APART = -1 * TENTHS
"""What two claims count for that are too far apart in time to be compared."""
A_MONTH = {"day": 365.25 / 12, "week": 365.25 / 84, "month": 1.0, "year": 1 / 12}
"""How many of a span make a month: rates are compared as monthly ones, and 300 a day is not 300 a month."""


class Amounts(NamedTuple):
    """The counts that a claim can mean; "more than 400" is taken to stay below one and a half times that."""

    low: float
    high: float


def amounts(low: float | None, high: float | None, vague: bool = False) -> Amounts | None:
    """The counts that bounds as a claim gives them can mean; "hundreds" is below a thousand."""
    if low is None and high is None:
        return None
    if low is None:
        assert high is not None
        return Amounts(high * 0.5, high)
    if high is not None:
        return Amounts(low, high)
    return Amounts(low, low * (VAGUE if vague else OVER))


def counted(t: Testimony) -> Amounts | None:
    """What a claim's own count can mean, a rate as that of a month."""
    value = amounts(t.low, t.high, t.vague)
    times = A_MONTH.get(t.per, 1.0)
    return Amounts(value.low * times, value.high * times) if value else None


def agree(a: Amounts, b: Amounts, slack: float = SLACK) -> bool:
    return a.low * (1 - slack) <= b.high and b.low * (1 - slack) <= a.high


def clusters(
    block: Sequence[Testimony], join: Callable[[Sequence[Testimony]], list[list[Testimony]]] | None = None
) -> list[list[Testimony]]:
    """The block's claims by happening; the order of the block does not matter.

    `join` joins occasions, given in the order of time; another than `joined` does what it does, sooner.
    """
    join = join or joined
    ordered = sorted(block, key=order)
    event = ordered[0].event
    if event in HAPPENINGS:
        return join(ordered)
    plan = ordered[0].plan
    general = [t for t in ordered if t.scope == GENERAL]
    totals = [t for t in ordered if t.scope == TOTAL]
    rates = [t for t in ordered if t.scope == RATE]
    occasions = [t for t in ordered if t.scope == OCCASION]
    found: list[list[Testimony]] = []
    for group in _by_amount(totals):
        if plan and not all(t.low is not None and t.low == t.high for t in group):
            general.extend(group)
        else:
            found.append(group)
    pace = _by_amount(rates)
    if len(pace) == 1:
        general.extend(pace[0])
    else:
        found.extend(pace)
    if plan and event in ("construction", "cooperation"):
        general.extend(occasions)
    elif occasions:
        found.extend(join(occasions))
    if general:
        found.append(sorted(general, key=order))
    return found


def order(t: Testimony) -> tuple[int, str, int, str]:
    """Earliest first, and the same on every machine."""
    return (t.published or ENDLESS, t.report, t.at, t.claim)


def _by_amount(claims: Iterable[Testimony]) -> list[list[Testimony]]:
    """Groups whose counts all agree, over one stretch; a vague count joins the group nearest to it in time."""
    sharp: list[tuple[Amounts, Testimony]] = []
    vague: list[tuple[Amounts, Testimony]] = []
    for t in claims:
        value = counted(t)
        assert value is not None
        (sharp if value.high <= value.low * 2 else vague).append((value, t))
    alike: list[list[Testimony]] = []
    common = Amounts(0.0, 0.0)  # the greatest lower and the least upper bound of the last group
    for value, t in sorted(sharp, key=lambda p: (p[0].low, p[0].high, order(p[1]))):
        if alike and agree(value, common):
            alike[-1].append(t)
            common = Amounts(value.low, min(common.high, value.high))
        else:
            alike.append([t])
            common = value
    groups = [group for same in alike for group in _by_stretch(same)]
    values = [{value for t in group if (value := counted(t))} for group in groups]
    spans = [(min((t.first for t in group if t.first), default=0), max(map(_until, group))) for group in groups]
    seen = [sorted(t.seen for t in group) for group in groups]
    fitting: dict[Amounts, list[int]] = {}
    free: dict[Amounts, list[Testimony]] = defaultdict(list)
    for value, t in sorted(vague, key=lambda p: order(p[1])):
        if value not in fitting:
            fitting[value] = [i for i, others in enumerate(values) if any(agree(value, v) for v in others)]
        near = [i for i in fitting[value] if spans[i][0] <= _until(t) and t.first <= spans[i][1]]
        if near:
            groups[_nearest(near, seen, t.seen)].append(t)
        else:
            free[value].append(t)
    return [*groups, *(group for same in free.values() for group in _by_stretch(same))]


def _by_stretch(claims: Sequence[Testimony]) -> list[list[Testimony]]:
    """Totals that count from one day, or rates of one time; those that do not say go with the nearest of their time."""
    starts: list[int] = []
    groups: list[list[Testimony]] = []
    end = 0  # the least last day of the last group
    for t in sorted((t for t in claims if t.first), key=lambda t: (t.first, _until(t), order(t))):
        reach = starts[-1] + LONG if groups and t.scope == TOTAL else end
        if groups and t.first <= reach:
            groups[-1].append(t)
            end = min(end, _until(t))
        else:
            starts.append(t.first)
            groups.append([t])
            end = _until(t)
    seen = [sorted(t.seen for t in group) for group in groups]
    before: list[Testimony] = []
    for t in sorted((t for t in claims if not t.first), key=order):
        begun = [i for i, start in enumerate(starts) if start <= _until(t)]
        if begun:
            groups[_nearest(begun, seen, t.seen)].append(t)
        else:
            before.append(t)
    return [*groups, before] if before else groups


def _until(t: Testimony) -> int:
    """The last day that a count can take in: that which it names, else that from which it looks back."""
    return t.last or t.seen or ENDLESS


def _nearest(among: Iterable[int], days: Sequence[Sequence[int]], day: int) -> int:
    """Of some groups the one seen nearest to a day; of equals the first."""
    return min(among, key=lambda i: (_gap(days[i], day), i))


def _gap(days: Sequence[int], day: int) -> int:
    """How far a day is from the nearest of some, which are in order."""
    place = bisect_left(days, day)
    return min(abs(day - other) for other in days[max(place - 1, 0) : place + 1])


class Profile:
    """Claims that look alike; the first stands for them.

    Its count and the words of its place are made when it is first compared, which most are not where little changed.
    """

    def __init__(self, members: Sequence[Testimony]) -> None:
        self.first = members[0]
        self.members = members

    @cached_property
    def amount(self) -> Amounts | None:
        return _count(self.first)

    @cached_property
    def place(self) -> frozenset[str]:
        return frozenset(self.first.place.split())


def look(t: Testimony) -> object:
    """What claims have in common that look alike."""
    seen = 0 if t.first or t.last else t.seen
    return t.first, t.last, t.place, t.low, t.high, t.twin_low, t.twin_high, t.family, seen


def in_time(p: Profile) -> tuple[int, tuple[int, str, int, str]]:
    """The order of profiles."""
    return (_when(p.first), order(p.first))


def profiles(ordered: Iterable[Testimony]) -> list[Profile]:
    """Claims, given in the order of time, by what they look like, in the order of their days."""
    alike: dict[object, list[Testimony]] = defaultdict(list)
    for t in ordered:
        alike[look(t)].append(t)
    return sorted(map(Profile, alike.values()), key=in_time)


def window(count: int) -> int:
    """With how many of those that follow each of so many profiles is compared."""
    return count if count <= 3 * NEIGHBOURS else NEIGHBOURS


def joined(ordered: Sequence[Testimony]) -> list[list[Testimony]]:
    """Occasions by happening."""
    every = profiles(ordered)
    pairs: dict[tuple[int, int], int | None] = {}
    near = window(len(every))
    for i, a in enumerate(every):
        for j in range(i + 1, min(i + 1 + near, len(every))):
            pairs[i, j] = compared(a, every[j])
    groups = agglomerated(len(every), pairs)
    return [[t for x in group for t in every[x].members] for group in groups]


def compared(a: Profile, b: Profile) -> int | None:
    """How strongly two profiles, in their order, speak of one occasion, in tenths; None where they cannot."""
    x, y = a.first, b.first
    if x.first and y.last and 0 < x.last < y.first:
        return None  # as `_both` would find: most pairs end here
    found = _score(a, b)
    return None if found is None else round(found * TENTHS)


class _Link:
    """What is known of two groups: the sum of the scores between their members, None where any cannot be one."""

    __slots__ = ("compared", "total")

    def __init__(self, total: int | None) -> None:
        self.total = total
        self.compared = 1

    def take(self, other: _Link) -> None:
        """Also what is known of a third group that has become one with either."""
        self.total = None if self.total is None or other.total is None else self.total + other.total
        self.compared += other.compared


def agglomerated(count: int, pairs: Mapping[tuple[int, int], int | None]) -> list[list[int]]:
    """Joins best pairs first, where the mean between the groups that they are in speaks for it.

    What is known of two groups is kept and added up, the smaller to the larger, so that the work grows with the
    number of pairs.
    """
    members = {i: [i] for i in range(count)}
    home = list(range(count))
    links: list[dict[int, _Link]] = [{} for _ in range(count)]
    for (i, j), found in pairs.items():
        links[i][j] = links[j][i] = _Link(found)
    for _, i, j in sorted((-s, i, j) for (i, j), s in pairs.items() if s is not None and s > 0):
        keep, gone = home[i], home[j]
        if keep == gone:
            continue
        link = links[keep][gone]
        unknown = len(members[keep]) * len(members[gone]) - link.compared
        if link.total is None or link.total + unknown * APART <= 0:
            continue
        if len(links[keep]) + len(members[keep]) < len(links[gone]) + len(members[gone]):
            keep, gone = gone, keep
        for x in members[gone]:
            home[x] = keep
        members[keep] += members.pop(gone)
        del links[keep][gone]
        for other, known in links[gone].items():
            if other == keep:
                continue
            del links[other][gone]
            if other in links[keep]:
                links[keep][other].take(known)
            else:
                links[keep][other] = links[other][keep] = known
        links[gone] = {}
    return sorted(sorted(group) for group in members.values())


def _when(t: Testimony) -> int:
    return t.first or t.last or t.seen


def _score(left: Profile, right: Profile) -> float | None:
    """How strongly the claims of two profiles of a block speak of one occasion; None where they cannot."""
    a, b = left.first, right.first
    days = _days(a, b)
    if days is None:
        return None
    total = days
    if a.family != b.family:
        if not a.family or not b.family or _related(a.family, b.family):
            total += 0.0
        else:
            total -= 1.2
    elif a.family:
        total += 0.5
    if left.amount and right.amount:
        total += 0.6 if agree(left.amount, right.amount) else (-1.2 if a.event in HAPPENINGS else -0.3)
    if a.place and b.place:
        total += -0.8 if left.place.isdisjoint(right.place) else 0.4
    if (
        a.report == b.report
        and a.at == b.at
        and a.against == b.against
        and (a.first != b.first or (a.family != b.family and a.speaker == b.speaker))
    ):
        return None
    if a.report == b.report and a.speaker == b.speaker:
        total += 0.5
    elif a.story and a.story == b.story:
        total += 0.3
    return total - 0.5


def _count(t: Testimony) -> Amounts | None:
    """The claim's count; a deal's is the count of goods in its sentence."""
    if t.twin_low is not None or t.twin_high is not None:
        return amounts(t.twin_low, t.twin_high)
    return counted(t)


@lru_cache(maxsize=4096)
def _related(a: str, b: str) -> bool:
    return bool(set(a.split("+")) & set(b.split("+"))) or "plants" in (a, b) or "weapons" in (a, b)


def _days(a: Testimony, b: Testimony) -> float | None:
    """Agreement of the days, from -1.5 to 1.5; None where the days are known and apart."""
    da, db = bool(a.first or a.last), bool(b.first or b.last)
    if da and db:
        return _both(a, b)
    if da or db:
        dated, other = (a, b) if da else (b, a)
        if not a.plan and other.seen and dated.first > other.seen:
            return None
        gap = abs(other.seen - (dated.last or dated.first))
        return 0.8 if gap <= 31 else 0.4 if gap <= 120 else -0.2
    gap = abs(a.seen - b.seen)
    return 0.9 if gap <= 14 else 0.5 if gap <= 60 else -0.3 if gap <= 120 else -1.0


def _both(a: Testimony, b: Testimony) -> float | None:
    if not (a.first and a.last and b.first and b.last):
        edge_a, edge_b = (a.first, b.first) if a.first and b.first else (a.last, b.last)
        if bool(a.first) != bool(b.first) or bool(a.last) != bool(b.last):
            return -0.6
        return 1.2 if abs(edge_a - edge_b) <= EDGE else None
    overlap = min(a.last, b.last) - max(a.first, b.first) + 1
    if overlap <= 0:
        return None
    la, lb = a.last - a.first + 1, b.last - b.first + 1
    if a.event in NIGHTLY and max(la, lb) > 3 * min(la, lb) + 2:
        return None
    if max(la, lb) > LONG and _counts(a) and _counts(b) and not _one_stretch(a, b):
        return None
    share = overlap / max(la, lb)
    return 1.5 if share > 0.5 else 1.0 if overlap == min(la, lb) else 0.6


def _counts(t: Testimony) -> bool:
    """Whether it counts what came about in its days; a deal's days are those of its making."""
    return t.event not in HAPPENINGS and (t.low is not None or t.high is not None)


def _one_stretch(a: Testimony, b: Testimony) -> bool:
    return abs(a.first - b.first) <= EDGE and abs(a.last - b.last) <= EDGE
