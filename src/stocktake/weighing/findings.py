"""From a group of claims to a finding: what happened at best knowledge, on which origins, how probable."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import msgspec

from stocktake.vocabulary import EventType, Finding, Modality, Period, Quantity
from stocktake.weighing.credibility import Credibility, Evidence, assess
from stocktake.weighing.denials import bearing, denies_all
from stocktake.weighing.matching import amounts, order
from stocktake.weighing.register import Register
from stocktake.weighing.rulings import finding_id
from stocktake.weighing.subjects import HAPPENINGS, OCCASION, TOTAL
from stocktake.weighing.testimony import Testimony

T = TypeVar("T")


class Origination(NamedTuple):
    """The origin of a claim: its id, the statement in words, and the statement's day (0 unknown)."""

    id: str
    speaker: str
    statement: str
    day: int


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A finding as it was weighed before, as far as it tells what surrounds it."""

    id: str
    claims: tuple[str, ...]
    modality: str
    negated: bool = False
    series: str | None = None
    part_of: str | None = None


def evidence(group: Sequence[Testimony], origins: Mapping[str, Origination]) -> list[Evidence]:
    """What bears on a group's finding, by origin and side: an origin that says both counts on each."""
    by: dict[tuple[str, bool], list[Testimony]] = defaultdict(list)
    for t in bearing(group):
        by[origins[t.claim].id, t.against].append(t)
    found = []
    for (origin, _), testimony in by.items():
        first = origins[testimony[0].claim]
        found.append(Evidence(origin, first.statement, first.day, tuple(testimony)))
    return found


def weigh_group(
    group: Sequence[Testimony],
    origins: Mapping[str, Origination],
    register: Register,
    learned: Mapping[str, float] | None = None,
) -> Credibility:
    """The credibility of a group of claims."""
    return assess(evidence(group, origins), register, learned, negated=denies_all(group))


def finding(
    group: Sequence[Testimony],
    origins: Mapping[str, Origination],
    register: Register,
    learned: Mapping[str, float] | None = None,
    series: str | None = None,
    part_of: str | None = None,
) -> Finding:
    """The finding of a group, ordered earliest first."""
    credibility = weigh_group(group, origins, register, learned)
    negated = denies_all(group)
    favour = [t for t in group if t.against == negated] or list(group)
    published = [t.published for t in bearing(group) if t.published]
    counted = quantity(favour, origins)
    giving = _giving(favour, counted)
    first = group[0]
    supporting = {term.origin for term in credibility.terms if not term.against}
    return Finding(
        id=finding_id(first.claim),
        event=EventType(first.event),
        agent=_usual(favour, lambda t: t.agent),
        recipient=_usual(favour, lambda t: t.recipient),
        item=_usual(favour, lambda t: t.item),
        family=first.family or None,
        place=_usual(favour, lambda t: t.where),
        quantity=counted,
        time=period(giving),
        modality=_modality(group),
        negated=negated,
        claims=tuple(t.claim for t in group),
        origins_for=_unique(term.origin for term in credibility.terms if not term.against),
        origins_against=_unique(term.origin for term in credibility.terms if term.against),
        probability=credibility.probability,
        grade=credibility.grade,
        word=credibility.word,
        first_reported=_day(min(published, default=0)),
        last_reported=_day(max(published, default=0)),
        counted_since=_day(min((t.published for t in giving if t.published), default=0)) if counted else None,
        counted_by=len({origins[t.claim].id for t in giving} & supporting) if counted else 0,
        series=series,
        part_of=part_of,
    )


def _unique(ids: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))  # type: ignore[call-overload]


def _day(ordinal: int) -> dt.date | None:
    return dt.date.fromordinal(ordinal) if ordinal else None


def _usual(group: Sequence[Testimony], slot: Callable[[Testimony], T | None]) -> T | None:
    """The value that most claims give; of equals the earliest."""
    if len(group) == 1:
        return slot(group[0])
    values: dict[T, int] = {}
    for t in group:
        value = slot(t)
        if value is not None:
            values[value] = values.get(value, 0) + 1
    return max(values, key=values.__getitem__) if values else None


def _modality(group: Sequence[Testimony]) -> Modality:
    kinds = {t.modality for t in group}
    return next(m for m in (Modality.actual, Modality.planned, Modality.possible) if m in kinds)


def quantity(group: Sequence[Testimony], origins: Mapping[str, Origination]) -> Quantity | None:
    """The count that most origins give, however often each was quoted.

    Of equals one that is told with its days, then the latest said.
    """
    counted = [t for t in group if t.low is not None or t.high is not None]
    if not counted:
        return None
    given = {(origins[t.claim].id, (t.low, t.high, t.per)) for t in counted}
    votes = Counter(value for _, value in given)
    newest = {(t.low, t.high, t.per): (t.seen, t.claim) for t in sorted(counted, key=order)}
    dated = {(t.low, t.high, t.per) for t in counted if t.first or t.last}
    low, high, per = max(votes, key=lambda v: (votes[v], v in dated, newest[v]))
    unit = _usual([t for t in counted if (t.low, t.high, t.per) == (low, high, per)], lambda t: t.unit or None)
    vague = any(t.vague for t in counted if (t.low, t.high) == (low, high))
    return Quantity(low=low, high=high, unit=unit, per=per or None, approximate=vague)


def _giving(group: Sequence[Testimony], counted: Quantity | None) -> Sequence[Testimony]:
    """The claims that give this count, so that a finding's count and days are never those of different claims."""
    if counted is None:
        return group
    stated = counted.low, counted.high, counted.per
    return [t for t in group if (t.low, t.high, t.per or None) == stated]


def period(group: Sequence[Testimony]) -> Period | None:
    """The days that most claims give, of equals the narrower; of a thing in general only where a third give them.

    A running total goes from the day that most count from to the latest day that one of these counts to.
    """
    dated = [t for t in group if t.first or t.last]
    if not dated or (group[0].scope != OCCASION and len(dated) * 3 < len(group)):
        return None
    if group[0].scope == TOTAL and (since := Counter(t.first for t in dated if t.first)):
        start = max(since, key=lambda first: (since[first], -first))
        return Period(start=_day(start), end=_day(max(t.last for t in dated if t.first == start)))
    votes = Counter((t.first, t.last) for t in dated)
    first, last = max(votes, key=lambda v: (votes[v], -(v[1] - v[0]) if v[0] and v[1] else -99_999, v))
    return Period(start=_day(first), end=_day(last))


# ------------------------------------------------------------------------------------------ links


def links(groups: Sequence[Sequence[Testimony]]) -> tuple[dict[int, str], dict[int, int]]:
    """Series and totals of a matter: by group, the series id; by group, the group whose total it is a part of."""
    totals = [i for i, g in enumerate(groups) if g[0].scope == TOTAL and not g[0].plan and g[0].event not in HAPPENINGS]
    series: dict[int, str] = {}
    for matter in {groups[i][0].matter for i in totals}:
        flow = [i for i in totals if groups[i][0].matter == matter]
        earliest = min(flow, key=lambda i: order(groups[i][0]))
        if len(flow) > 1:
            series.update(dict.fromkeys(flow, "s" + finding_id(groups[earliest][0].claim)[1:]))
    parts: dict[int, int] = {}
    for i, group in enumerate(groups):
        if group[0].scope != OCCASION or group[0].plan or not group[0].first:
            continue
        within = [j for j in totals if groups[j][0].matter == group[0].matter and _contains(groups[j], group)]
        if within:
            parts[i] = min(within, key=lambda j: (_span(groups[j]), groups[j][0].claim))
    return series, parts


def _bounds(group: Sequence[Testimony]) -> tuple[int, int]:
    firsts = [t.first for t in group if t.first]
    return (min(firsts, default=0), max((t.last or t.seen) for t in group))


def _span(group: Sequence[Testimony]) -> int:
    first, last = _bounds(group)
    return last - first


def _contains(total: Sequence[Testimony], part: Sequence[Testimony]) -> bool:
    first, last = _bounds(total)
    start, end = _bounds(part)
    if not first or not (first <= start and end <= last):
        return False
    whole = [a for t in total if (a := amounts(t.low, t.high, t.vague))]
    some = [a for t in part if (a := amounts(t.low, t.high, t.vague))]
    return not some or (bool(whole) and min(a.low for a in some) <= max(a.high for a in whole))
