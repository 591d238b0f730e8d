"""Truth discovery: which of the values told is right, and how reliable each source is, from the votes alone.

The votes of a casebook are its findings (so or not so) and their counts. What is learned of a source becomes a
grade only where it has spoken often enough on matters of which others speak too; where data are thin, it is left.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from stocktake.weighing.denials import bearing
from stocktake.weighing.lexicon import words
from stocktake.weighing.matching import SLACK, amounts
from stocktake.weighing.testimony import Testimony

ENOUGH = 30
"""A source with fewer votes that others can check is thinly known."""
VOICES = 3
"""So many sources must have spoken of an object for a vote on it to count."""


class Vote(msgspec.Struct, frozen=True, array_like=True):
    """One source tells one value of one object, on a day, as a party to it (the party's name) or not ("")."""

    source: str
    object: str
    value: str
    day: int = 0
    party: str = ""


class Discovered(msgspec.Struct, frozen=True, kw_only=True):
    """The probability of each value of each object, each source's reliability, and how much each copies another."""

    values: dict[str, dict[str, float]]
    reliability: dict[str, float]
    votes: dict[str, int]
    copies: dict[tuple[str, str], float]

    def best(self, name: str) -> str:
        """The likeliest value of an object."""
        told = self.values[name]
        return min(told, key=lambda value: (-told[value], value))


def discover(votes: Sequence[Vote]) -> Discovered:
    """Find values and reliabilities. The order of the votes does not matter."""
    if not votes:
        return Discovered(values={}, reliability={}, votes={}, copies={})
    from stocktake.weighing.expectation import Expectation

    return Expectation(sorted(votes, key=lambda v: (v.object, v.value, v.day, v.source, v.party))).run()


class Learned(msgspec.Struct, frozen=True, kw_only=True):
    """What truth discovery says of a source: how often it is right, from how many votes, and the grade that this is."""

    name: str
    reliability: float
    votes: int
    grade: str


def votes(testimony: Iterable[Testimony], finding_of: Mapping[str, str]) -> Iterator[Vote]:
    """What sources tell of findings: whether it is so, and how many."""
    groups: dict[str, list[Testimony]] = defaultdict(list)
    for t in testimony:
        groups[finding_of[t.claim]].append(t)
    for finding, group in groups.items():
        for t in bearing(group):
            source, party = source_of(t), t.state if t.party else ""
            day = t.said_last or t.published
            yield Vote(source, finding, "no" if t.against else "yes", day, party)
            count = None if t.against else amounts(t.low, t.high, t.vague)
            if count and count.high <= count.low * 2:
                yield Vote(source, f"{finding} count", _bracket(count.low), day, party)


def source_of(t: Testimony) -> str:
    """Whose reliability a testimony shows: the speaker's, or the outlet's for its own voice and its unnamed sources."""
    return t.voice if t.named and (t.story or t.kind != "outlet") else t.story or t.path[0]


def _bracket(low: float) -> str:
    """Counts within some slack of one another are one value."""
    import math

    return str(round(math.log(max(low, 1e-9)) / math.log1p(2 * SLACK)))


def learn(told: Sequence[Vote]) -> tuple[list[Learned], int]:
    """The sources whose reliability can be learned, by name, and how many are too thinly known."""
    sources: dict[str, set[str]] = defaultdict(set)
    for vote in told:
        sources[vote.object].add(vote.source)
    checked = [vote for vote in told if len(sources[vote.object]) >= VOICES]
    found = discover(checked)
    counts = Counter(vote.source for vote in checked)
    known = [name for name in sorted(found.reliability) if counts[name] >= ENOUGH]
    learned = [
        Learned(
            name=name, reliability=found.reliability[name], votes=counts[name], grade=_letter(found.reliability[name])
        )
        for name in known
    ]
    return learned, len({vote.source for vote in told}) - len(known)


def _letter(reliability: float) -> str:
    """The grade A to E whose reliability is nearest."""
    table = {letter: value for letter, value in words("credibility")["reliability"].items() if letter != "F"}
    return str(min(table, key=lambda letter: (abs(table[letter] - reliability), letter)))
