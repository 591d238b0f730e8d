"""Where a claim's knowledge comes from, across reports: the anchors that testimony shares.

In each finding the statements of a speaker whose day is known are anchors; a statement of unknown day goes to the
anchor that its report can mean. One report's statements of one speaker stay together by vote. What finds no
anchor is the speaker's standing position, of which the first report is the origin. Own-voice claims rest on
outlet and report, a copy's on the report that it repeats.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence

from stocktake.weighing.matching import order
from stocktake.weighing.testimony import Testimony

FRESH = 10
"""A statement of unknown day can mean one that its speaker made at most so many days before the report."""

Anchor = tuple[int, str, str]
"""How firm (0 exact day, 1 stretch, 2 standing, 3 own), the speaker, and the statement."""


def day(ordinal: int) -> str:
    return dt.date.fromordinal(ordinal).isoformat() if ordinal else ""


def day_of(statement: str) -> int:
    """The (first) day that a statement's description starts with, 0 where it has none."""
    try:
        return dt.date.fromisoformat(statement[:10]).toordinal()
    except ValueError:
        return 0


def unit(t: Testimony) -> tuple[str, str, int, int, bool]:
    """One statement as one report gives it."""
    return (t.report, t.speaker, t.said_first, t.said_last, t.stance == "denies")


def anchors(finding: Sequence[Testimony]) -> dict[str, Anchor]:
    """For each claim of a finding, the statement that it goes back to as far as this finding tells."""
    own: dict[tuple[str, int], str] = {}
    unnamed: dict[str, list[Testimony]] = defaultdict(list)
    spoken: dict[bool, list[Testimony]] = defaultdict(list)
    found: dict[str, Anchor] = {}
    for t in sorted(finding, key=order):
        if t.kind == "outlet" and not t.story:
            found[t.claim] = (3, t.speaker, day(t.said_first))
            own.setdefault((t.outlet, t.said_first), t.speaker)
        elif not t.named and not t.story:
            unnamed[t.state].append(t)
        else:
            spoken[t.stance == "denies"].append(t)
    for group in unnamed.values():
        found.update(_unnamed(group))
    for group in spoken.values():
        found.update(_Statements(own).anchors(group))
    return found


def _unnamed(group: list[Testimony]) -> dict[str, Anchor]:
    """Unnamed officials: one outlet's for one report, unless a state's officials gave the same count before."""
    first: dict[object, Testimony] = {}
    found: dict[str, Anchor] = {}
    for t in group:
        source = t
        if t.state and t.low is not None:
            source = first.setdefault((t.low, t.high, t.unit and ""), t)
        found[t.claim] = (3 if source is t else 1, source.speaker, day(source.published))
    return found


class _Statements:
    """The statements on one side of a finding that have a day, by speaker and by the state that they speak for."""

    def __init__(self, own: dict[tuple[str, int], str]) -> None:
        self._own = own
        self._exact: dict[tuple[str, int], list[str]] = defaultdict(list)
        self._by_speaker: dict[str, dict[int, str]] = defaultdict(dict)
        self._by_state: dict[str, dict[int, str]] = defaultdict(dict)
        self._standing: dict[str, Testimony] = {}

    def anchors(self, group: Sequence[Testimony]) -> dict[str, Anchor]:
        """Exact days first, then stretches and the news of the day, then what has no day at all."""
        for t in group:
            if t.said_first and t.said_first == t.said_last:
                if t.kind != "state":
                    self._exact[t.state, t.said_first].append(t.speaker)
                self._note(t, t.said_first)
        return {t.claim: self._anchor(t) for t in sorted(group, key=lambda t: (not t.said_first, order(t)))}

    def _note(self, t: Testimony, at: int) -> None:
        known = self._by_speaker[t.speaker]
        known[at] = t.speaker
        if t.state:
            known = self._by_state[t.state]
            known[at] = min(known.get(at, t.speaker), t.speaker) if t.kind != "state" else known.get(at, t.speaker)

    def _anchor(self, t: Testimony) -> Anchor:
        if t.said_first and t.said_first == t.said_last:
            if t.story:
                return (0, self._own.get((t.speaker, t.said_first), t.speaker), day(t.said_first))
            spokesmen = self._exact.get((t.state, t.said_first), []) if t.kind == "state" else []
            return (0, min(spokesmen, default=t.speaker), day(t.said_first))
        mine = (self._by_state[t.state] if t.kind == "state" else self._by_speaker[t.speaker]) or {}
        party = self._by_state.get(t.state, {}) if t.state else mine
        if t.stance == "admits" and len(party) == 1:
            # A party owns up to one deed once.
            ((at, speaker),) = party.items()
            return (0, speaker, day(at))
        return self._within(t, mine) if t.said_first else self._undated(t, mine)

    def _within(self, t: Testimony, mine: dict[int, str]) -> Anchor:
        """A stretch of days: the last statement in it, else one of its own."""
        inside = [at for at in mine if t.said_first <= at <= t.said_last]
        if inside:
            return (0, mine[max(inside)], day(max(inside)))
        if t.said_last - t.said_first <= FRESH:
            self._note(t, t.said_last)
            return (1, t.speaker, day(t.said_last))
        if t.kind == "state" and t.stance in ("denies", "accuses"):
            return self._position(t)
        return (1, t.speaker, f"{day(t.said_first)}..{day(t.said_last)}")

    def _undated(self, t: Testimony, mine: dict[int, str]) -> Anchor:
        """No day: the last statement that the report can mean, else the speaker's standing position."""
        before = [at for at in mine if not t.published or at <= t.published]
        if before and ((len(before) == 1 and t.kind != "state") or t.story or max(before) >= t.published - FRESH):
            return (0, mine[max(before)], day(max(before)))
        return self._position(t)

    def _position(self, t: Testimony) -> Anchor:
        first = self._standing.setdefault(t.speaker, t)
        return (2, t.speaker, f"standing position, first in {first.path[0]} {day(first.published)}".rstrip())


def settle(unit_anchors: Sequence[Anchor]) -> Anchor:
    """One report's statement of one speaker goes to one anchor: the firmest, then the one most of its claims have."""
    votes = Counter(unit_anchors)
    return min(votes, key=lambda a: (a[0], -votes[a], a))
