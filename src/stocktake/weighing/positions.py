"""How each party's position on a finding moved: denied until one day, admitted on another, in part.

A position is what a party to the event says of it by its own voice. What it says of the matter in general holds
for each of the matter's occasions; what it says of one occasion is a position on the rest only in part.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence

from stocktake.vocabulary import Finding, Position, Stance
from stocktake.weighing.findings import Origination
from stocktake.weighing.subjects import OCCASION
from stocktake.weighing.testimony import Testimony


def positions(
    findings: Sequence[Finding], groups: Sequence[Sequence[Testimony]], origins: Mapping[str, Origination]
) -> list[Position]:
    """The positions of the parties on each finding of a matter."""
    spoken = [
        (index, t)
        for index, group in enumerate(groups)
        for t in group
        if t.party and t.state and ";" not in t.state and not t.story
    ]
    found: list[Position] = []
    for index, finding in enumerate(findings):
        general = groups[index][0].scope != OCCASION
        plan = groups[index][0].plan
        by_party: dict[str, list[tuple[int, bool, Testimony]]] = defaultdict(list)
        for at, t in spoken:
            if at == index:
                by_party[t.state].append((_when(t, origins), t.in_part and t.stance == "admits", t))
            elif t.plan == plan and (general or groups[at][0].scope != OCCASION) and t.stance in ("denies", "admits"):
                elsewhere = general and groups[at][0].scope == OCCASION
                by_party[t.state].append((_when(t, origins), t.in_part or elsewhere, t))
        for party in sorted(by_party):
            found += _moves(finding.id, party, by_party[party])
    return found


def _when(t: Testimony, origins: Mapping[str, Origination]) -> int:
    return origins[t.claim].day or t.said_last or t.published


def _day(ordinal: int) -> dt.date | None:
    return dt.date.fromordinal(ordinal) if ordinal else None


def _stance(t: Testimony) -> Stance:
    return Stance.denies if t.against else Stance(t.stance)


def _moves(finding: str, party: str, said: list[tuple[int, bool, Testimony]]) -> list[Position]:
    """Runs of one stance in the order of the days; several stances on one day stand side by side."""
    runs: list[tuple[Stance, bool, int, list[str]]] = []
    for day, in_part, t in sorted(said, key=lambda s: (s[0], s[2].claim)):
        stance = _stance(t)
        part = in_part and stance is Stance.admits
        if runs and runs[-1][0] == stance and runs[-1][1] == part:
            runs[-1][3].append(t.claim)
        else:
            runs.append((stance, part, day, [t.claim]))
    ends = [run[2] for run in runs[1:]]
    return [
        Position(
            finding=finding,
            party=party,
            since=_day(start),
            until=_day(max(end - 1, start)) if end else None,
            stance=stance,
            in_part=part,
            claims=tuple(dict.fromkeys(claims)),
        )
        for (stance, part, start, claims), end in zip(runs, [*ends, 0], strict=True)
    ]
