"""Says what changed in a casebook between two moments: findings, their grades, conflicts, forecasts.

A finding is known again by its claims, since its id may change when an earlier claim joins it; a conflict by claims
of an old one of its kind that stand on two of its sides. A forecast's shift is measured on each path and each month
that both have, from the last month of its history on: the move of the median in widths of the 80% interval before.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from enum import StrEnum

import msgspec

from stocktake import telling
from stocktake.casebook import Casebook, CasebookError
from stocktake.vocabulary import Conflict, Finding, Forecast, Path

_BAND = "80"


class Kind(StrEnum):
    """What a change is about."""

    report = "report"
    finding = "finding"
    grade = "grade"
    conflict = "conflict"
    forecast = "forecast"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is new or different: what it is about, its id, and a sentence that says it."""

    kind: Kind
    id: str
    text: str
    reported: dt.date | None = None


class Standing(msgspec.Struct, frozen=True):
    """How a finding stood: its grade and its estimative word."""

    grade: str
    word: str


class Snapshot(msgspec.Struct, frozen=True):
    """A casebook's findings, conflicts and forecasts at one moment, as far as telling changes needs them.

    `standings` goes by a finding's first claim; `disputes` has, by kind of conflict and claim, the conflicts' ids.
    """

    taken: dt.datetime
    standings: dict[str, Standing]
    disputes: dict[str, dict[str, frozenset[str]]]
    forecasts: dict[str, Forecast]


def snapshot(book: Casebook, *, forecasts: bool) -> Snapshot:
    """How things stand now."""
    standings = {finding.claims[0]: _standing(finding) for finding in book.findings()}
    disputes: dict[str, dict[str, frozenset[str]]] = defaultdict(dict)
    for conflict in book.conflicts():
        of_kind = disputes[conflict.kind]
        for claim in (claim for side in conflict.sides for claim in side.claims):
            of_kind[claim] = of_kind.get(claim, frozenset()) | {conflict.id}
    taken = dt.datetime.now(dt.UTC).replace(microsecond=0)
    return Snapshot(taken, standings, dict(disputes), _forecasts(book) if forecasts else {})


def changes(before: Snapshot, book: Casebook, *, forecasts: bool, threshold: float) -> Iterator[Change]:
    """What is different in `book` from how it stood `before`."""
    titles: dict[str, str] = {}
    for finding in book.findings():
        titles[finding.id] = telling.finding_title(finding)
        stood = [before.standings[claim] for claim in finding.claims if claim in before.standings]
        if not stood:
            yield _new(finding)
        elif _standing(finding) not in stood:
            yield _regraded(finding, stood[0])
    for conflict in book.conflicts():
        if not _known(conflict, before):
            yield _disputed(conflict, titles)
    if forecasts:
        for name, after in _forecasts(book).items():
            if name in before.forecasts:
                yield from shifts(before.forecasts[name], after, threshold)


def _standing(finding: Finding) -> Standing:
    return Standing(finding.grade, finding.word)


def _new(finding: Finding) -> Change:
    text = f"{telling.finding_title(finding)} ({finding.grade}, {finding.word})"
    return Change(kind=Kind.finding, id=finding.id, text=text, reported=finding.last_reported)


def _regraded(finding: Finding, stood: Standing) -> Change:
    moved = f"{stood.grade}, {stood.word} → {finding.grade}, {finding.word}"
    text = f"{telling.finding_title(finding)} ({moved})"
    return Change(kind=Kind.grade, id=finding.id, text=text, reported=finding.last_reported)


def _known(conflict: Conflict, before: Snapshot) -> bool:
    of_kind = before.disputes.get(conflict.kind, {})
    sides = [
        frozenset[str]().union(*(of_kind.get(claim, frozenset()) for claim in side.claims)) for side in conflict.sides
    ]
    return any(sides[i] & sides[j] for i in range(len(sides)) for j in range(i))


def _disputed(conflict: Conflict, titles: dict[str, str]) -> Change:
    held = " against ".join(f"“{side.holds}”" for side in conflict.sides)
    about = titles.get(conflict.findings[0], "") if conflict.findings else ""
    return Change(
        kind=Kind.conflict, id=conflict.id, text=f"{conflict.kind}: {held}" + (f", on: {about}" if about else "")
    )


def _forecasts(book: Casebook) -> dict[str, Forecast]:
    found = {}
    for programme in book.programmes():
        try:
            found[programme.name] = book.forecast(programme)
        except CasebookError:  # nothing to forecast from yet
            continue
    return found


def shifts(before: Forecast, after: Forecast, threshold: float) -> Iterator[Change]:
    """The largest shift of each path that is over the threshold."""
    earlier = {path.name: path for path in before.paths}
    for path in after.paths:
        if path.name not in earlier:
            continue
        found = _largest_shift(earlier[path.name], path, since=min(before.history, after.history))
        if found is not None and found[0] > threshold:
            widths, month, was, now = found
            text = (
                f"{after.title}, {path.name} in {month}: {telling.number(round(was))} → "
                f"{telling.number(round(now))} (median; {widths:.1f} widths of its {_BAND}% interval)"
            )
            yield Change(kind=Kind.forecast, id=f"{after.programme}/{path.name}", text=text, reported=after.as_of)


def _largest_shift(before: Path, after: Path, since: str) -> tuple[float, str, float, float] | None:
    lower, upper = before.bands[_BAND]
    stood = {month: (before.median[i], upper[i] - lower[i]) for i, month in enumerate(before.months)}
    found = [
        (abs(now - stood[month][0]) / stood[month][1], month, stood[month][0], now)
        for month, now in zip(after.months, after.median, strict=True)
        if month >= since and month in stood and stood[month][1] > 0
    ]
    return max(found, default=None)
