"""What cannot all be so, side by side, each side with its claims and origins.

Denial against assertion and disjoint counts are found in a finding; counts of one flow that shrink or differ at one
time, one happening told for days apart, and a plan against its outcome are found between the findings of a matter.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import accumulate, pairwise

from stocktake.vocabulary import Conflict, ConflictKind, Finding, Side, stable_id
from stocktake.weighing.denials import bearing, bears
from stocktake.weighing.findings import Origination, Standing
from stocktake.weighing.matching import SLACK, Amounts, amounts, counted, order
from stocktake.weighing.subjects import HAPPENINGS, OCCASION
from stocktake.weighing.testimony import Testimony

CLOSE = 31
"""Days within which two tellings with one count may be of one happening, or two totals of one time."""
Group = Sequence[Testimony]
Told = Finding | Standing


def conflicts(findings: Sequence[Told], groups: Sequence[Group], origins: Mapping[str, Origination]) -> list[Conflict]:
    """The conflicts within a matter; `groups` hold the testimony of `findings`, in the same order.

    Of findings that stand as they were, none that `stands` too.
    """
    found = []
    for finding, group in zip(findings, groups, strict=True):
        if isinstance(finding, Finding):
            found += [*_denial(finding, group, origins), *_counts(finding, group, origins)]
    found += [
        *_totals(findings, groups, origins),
        *_periods(findings, groups, origins),
        *_outcomes(findings, groups, origins),
    ]
    return sorted(found, key=lambda c: c.id)


def stands(kind: str, between: Sequence[str], kept: Collection[str]) -> bool:
    """Whether a conflict is as it was when the findings `kept` are: it goes by nothing but those it lies between.

    Running totals, and counts told for different days, go by what lies between them in time.
    """
    return (len(between) == 1 or kind == ConflictKind.outcome) and all(name in kept for name in between)


def _side(holds: str, group: Group, origins: Mapping[str, Origination]) -> Side:
    ordered = sorted(group, key=order)
    return Side(
        holds=holds,
        claims=tuple(t.claim for t in ordered),
        origins=tuple(dict.fromkeys(origins[t.claim].id for t in ordered)),
    )


def _conflict(kind: ConflictKind, findings: Sequence[Told], sides: Sequence[Side]) -> Conflict:
    ids = tuple(f.id for f in findings)
    return Conflict(id=stable_id("x", kind, *ids), kind=kind, findings=ids, sides=tuple(sides))


def _denial(finding: Finding, group: Group, origins: Mapping[str, Origination]) -> Iterator[Conflict]:
    told = bearing(group)
    says = [t for t in told if not t.against]
    denies = [t for t in told if t.against]
    if says and denies:
        sides = (_side("it is so", says, origins), _side("it is not so", denies, origins))
        yield _conflict(ConflictKind.denial, [finding], sides)


def _amount(t: Testimony) -> Amounts | None:
    return None if t.against else amounts(t.low, t.high, t.vague)


def count(low: float | None, high: float | None, unit: str = "", per: str = "") -> str:
    """A count in words: "at least 400 drones"."""
    if low is None:
        text = f"at most {high:,g}"
    elif high is None:
        text = f"at least {low:,g}"
    else:
        text = f"{low:,g}" if low == high else f"{low:,g} to {high:,g}"
    return text + (f" {unit}" if unit else "") + (f" a {per}" if per else "")


def _counts(finding: Finding, group: Group, origins: Mapping[str, Origination]) -> Iterator[Conflict]:
    """Counts that leave no common number, by what they can mean at most."""
    clear = sorted(
        ((a, t) for t in group if (a := _amount(t)) and (t.low is None or t.high is not None or not t.vague)),
        key=lambda p: (p[0], order(p[1])),
    )
    if (
        len(clear) < 2
        or finding.modality != "actual"
        or len({(t.per, t.unit in ("kinds", "types")) for _, t in clear}) > 1
    ):
        return
    sides: list[list[Testimony]] = []
    top = -1.0
    for value, t in clear:
        if value.low * (1 - SLACK) > top:
            sides.append([])
        sides[-1].append(t)
        top = max(top, value.high)
    if len(sides) > 1 and len({origins[t.claim].id for side in sides for t in side}) > 1:
        told = [_side(count(s[0].low, s[0].high, s[0].unit, s[0].per), s, origins) for s in sides]
        yield _conflict(ConflictKind.quantity, [finding], told)


def _totals(
    findings: Sequence[Told], groups: Sequence[Group], origins: Mapping[str, Origination]
) -> Iterator[Conflict]:
    """Running totals that count from one day and differ at one time, or are lower later."""
    series: dict[int, list[tuple[int, Told, Group, Amounts]]] = {}
    for finding, group in zip(findings, groups, strict=True):
        if not finding.series:
            continue
        since = {t.first for t in group if t.first}
        counts = [a for t in group if (a := _amount(t))]
        if since and counts:
            span = Amounts(min(a.low for a in counts), max(a.high for a in counts))
            series.setdefault(min(since), []).append((max(t.seen for t in group), finding, group, span))
    for same in series.values():
        same.sort(key=lambda s: (s[0], s[1].id))
        for (day, early, before, a), (later, late, after, b) in pairwise(same):
            shrinks = b.high < a.low * (1 - SLACK)
            differs = a.high < b.low * (1 - SLACK) and later - day <= CLOSE
            if shrinks or differs:
                told = [
                    _side(count(g[0].low, g[0].high, g[0].unit, g[0].per), [t for t in g if not t.against], origins)
                    for g in (before, after)
                ]
                yield _conflict(ConflictKind.quantity, [early, late], told)


def _periods(
    findings: Sequence[Told], groups: Sequence[Group], origins: Mapping[str, Origination]
) -> Iterator[Conflict]:
    """One count told for days that are apart, by different origins."""
    dated: dict[float | None, list[tuple[Told, Group]]] = {}
    for finding, group in zip(findings, groups, strict=True):
        if group[0].scope != OCCASION or group[0].plan:
            continue
        told = [t for t in group if not t.against and t.low and t.low == t.high and t.low >= 10 and not t.per]
        if told and told[0].first and told[0].last and len({t.low for t in told}) == 1:
            dated.setdefault(told[0].low, []).append((finding, told))
    for same in dated.values():
        same.sort(key=lambda p: (p[1][0].first, p[1][0].last, p[0].id))
        for (f, a), (g, b) in pairwise(same):
            gap = b[0].first - a[0].last
            ids = [{origins[t.claim].id for t in group} for group in (a, b)]
            if 0 < gap <= CLOSE and not ids[0] & ids[1]:
                sides = [_side(_days(group[0]), group, origins) for group in (a, b)]
                yield _conflict(ConflictKind.period, [f, g], sides)


def _days(t: Testimony) -> str:
    first, last = dt.date.fromordinal(t.first), dt.date.fromordinal(t.last)
    return str(first) if first == last else f"{first} to {last}"


def _outcomes(
    findings: Sequence[Told], groups: Sequence[Group], origins: Mapping[str, Origination]
) -> Iterator[Conflict]:
    """A plan against what is said to have come of it: that it did not happen, or in another number."""
    pairs = list(zip(findings, groups, strict=True))
    plans = [(f, g) for f, g in pairs if g[0].plan and any(not t.against for t in g)]
    anew = any(isinstance(f, Finding) for f, _ in plans)
    every = [(f, g) for f, g in pairs if not g[0].plan and (anew or isinstance(f, Finding))] if plans else []
    deeds = [(f, g, _denied_until(g), _countable(g)) for f, g in every]
    deeds = [deed for deed in deeds if deed[2] >= 0 or deed[3]]
    new = [deed for deed in deeds if isinstance(deed[0], Finding)]
    for plan, planned in plans:
        against = deeds if isinstance(plan, Finding) else new
        told = [t for t in planned if not t.against] if against else []
        countable = bool(against) and _countable(planned)
        numbers = {number for t in told if (number := counted(t))}
        for deed, done, denied, countable_too in against:
            undone = _undone(done, planned[0].seen, numbers) if denied >= planned[0].seen else []
            if undone:
                sides = (_side("planned", told, origins), _side("did not happen", undone, origins))
                yield _conflict(ConflictKind.outcome, [plan, deed], sides)
                continue
            later = [t for t in done if t.seen >= planned[0].seen] if countable and countable_too else []
            if not _same_time(planned, later):
                continue
            wanted = [a for t in told if (a := _amount(t))]
            made = [a for t in later if (a := _amount(t))]
            if wanted and made and min(a.low for a in wanted) > max(a.high for a in made):
                short = [t for t in later if _amount(t)]
                goal = next(t for t in told if _amount(t))
                sides = (
                    _side(f"planned: {count(goal.low, goal.high, goal.unit, goal.per)}", told, origins),
                    _side(
                        f"came to: {count(short[0].low, short[0].high, short[0].unit, short[0].per)}", short, origins
                    ),
                )
                yield _conflict(ConflictKind.outcome, [plan, deed], sides)


def _undone(group: Group, since: int, numbers: Collection[Amounts]) -> list[Testimony]:
    """Who says from a day on that what was planned, in these numbers if in any, did not happen."""
    return [t for t in group if t.negated and t.seen >= since and bears(t, numbers)]


def _denied_until(group: Group) -> int:
    """The last day from which anyone said that it did not happen, -1 for never."""
    return max((t.seen for t in group if t.negated), default=-1)


def _countable(group: Group) -> bool:
    """Whether counts with days are given, of what is not an occasion by its type."""
    return group[0].event not in HAPPENINGS and any(t.first and t.last for t in group) and any(map(_amount, group))


def _same_time(planned: Group, done: Group) -> bool:
    """Whether both give days and these overlap."""
    stretches = sorted((b.first, b.last) for b in done if b.first and b.last)
    firsts = [first for first, _ in stretches]
    latest = list(accumulate((last for _, last in stretches), max))  # the last day of those that begin no later
    return any(
        (until := bisect_right(firsts, a.last)) and latest[until - 1] >= a.first for a in planned if a.first and a.last
    )
