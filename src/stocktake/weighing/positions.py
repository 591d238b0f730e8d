"""How each party's position on a finding moved: denied until one day, admitted on another, in part.

A position is what a party to the event says of it by its own voice. What it says of the matter in general counts once,
on the matter, and on none of its occasions; what it says of an occasion, a count or a rate is a position on the matter
only in part.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from stocktake.vocabulary import Finding, Position, Stance
from stocktake.weighing.denials import bearing
from stocktake.weighing.findings import Origination, Standing
from stocktake.weighing.subjects import GENERAL
from stocktake.weighing.testimony import Testimony


def holds(group: Sequence[Testimony]) -> bool:
    """Whether the positions on a finding go by its own claims alone."""
    return group[0].scope != GENERAL


def positions(
    findings: Sequence[Finding | Standing],
    groups: Sequence[Sequence[Testimony]],
    origins: Mapping[str, Origination],
    held: Collection[str] = (),
) -> list[Position]:
    """The positions of the parties on each finding of a matter, but for those `held`, of which they stand."""
    spoken = [_spoken(group) for group in groups]
    particular: dict[bool, list[Testimony]] = {False: [], True: []}
    for group, own in zip(groups, spoken, strict=True):
        if holds(group):
            for t in own:
                if t.stance in ("denies", "admits"):
                    particular[t.plan].append(t)
    found: list[Position] = []
    for finding, group, own in zip(findings, groups, spoken, strict=True):
        if finding.id in held:
            continue
        by_party: dict[str, list[tuple[int, bool, Testimony]]] = defaultdict(list)
        for t in own:
            by_party[t.state].append((_when(t, origins), t.in_part and t.stance == "admits", t))
        for t in () if holds(group) else particular[group[0].plan]:
            by_party[t.state].append((_when(t, origins), True, t))
        for party in sorted(by_party):
            found += _moves(finding, party, by_party[party])
    return found


def _spoken(group: Sequence[Testimony]) -> list[Testimony]:
    """What parties say by their own voice that bears on a group's finding."""
    told = bearing(group) if any(t.party for t in group) else ()
    return [t for t in told if t.party and t.state and ";" not in t.state and not t.story]


def _when(t: Testimony, origins: Mapping[str, Origination]) -> int:
    return origins[t.claim].day or t.said_last


def _day(ordinal: int) -> dt.date | None:
    return dt.date.fromordinal(ordinal) if ordinal else None


def _stance(t: Testimony, negated: bool) -> Stance:
    """What it says of the finding; of one that it did not happen, a denial of the event says so."""
    if t.against != negated:
        return Stance.denies
    return Stance.asserts if t.stance == "denies" else Stance(t.stance)


def _moves(finding: Finding | Standing, party: str, said: list[tuple[int, bool, Testimony]]) -> list[Position]:
    """Runs of one stance in the order of the days.

    What has no day of its own (a standing position, retold later) moves nothing where the party has spoken on a
    known day with the same stance. A party that says several things on one day holds each from that day.
    """
    dated = {_stance(t, finding.negated) for day, _, t in said if day}
    by_day: dict[tuple[int, Stance], list[tuple[bool, Testimony]]] = defaultdict(list)
    for day, in_part, t in said:
        stance = _stance(t, finding.negated)
        if day or stance not in dated:
            by_day[day or t.published, stance].append((in_part, t))
    runs: list[tuple[Stance, bool, int, list[str]]] = []
    for (day, stance), told in sorted(by_day.items()):
        part = stance is Stance.admits and any(in_part for in_part, _ in told)
        claims = sorted(t.claim for _, t in told)
        open_runs = [run for run in runs if run[0] == stance and run[1] == part]
        if open_runs and (open_runs[-1] is runs[-1] or open_runs[-1][2] == runs[-1][2]):
            open_runs[-1][3].extend(claims)
        else:
            runs.append((stance, part, day, claims))
    later = [min((r[2] for r in runs if r[2] > run[2]), default=0) for run in runs]
    return [
        Position(
            finding=finding.id,
            party=party,
            since=_day(start),
            until=_day(end - 1) if end else None,
            stance=stance,
            in_part=part,
            claims=tuple(claims),
        )
        for (stance, part, start, claims), end in zip(runs, later, strict=True)
    ]
