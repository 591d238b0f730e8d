"""Two ways to do the same work, timed in turns, so that what else the machine does falls on both.

A round runs one after the other; its ratio is the peer's seconds by ours, so above 1 we are the faster. Told are the
median of the rounds and their range.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple


class Rounds(NamedTuple):
    """Seconds of each round, ours and the peer's."""

    ours: tuple[float, ...]
    theirs: tuple[float, ...]

    @property
    def ratios(self) -> list[float]:
        return [theirs / ours for ours, theirs in zip(self.ours, self.theirs, strict=True)]

    def __str__(self) -> str:
        return spread(self.ratios)


def spread(values: Sequence[float]) -> str:
    """The median and the range of some ratios."""
    digits = 2 if statistics.median(values) < 10 else 0
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def in_turns(
    ours: Callable[[], object],
    theirs: Callable[[], object],
    rounds: int = 5,
    clock: Callable[[], float] = time.process_time,
) -> Rounds:
    """Runs both so many times, in turns; seconds by `clock`, by default those of this process's processor."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for work, seconds in zip((ours, theirs), taken, strict=True):
            begun = clock()
            work()
            seconds.append(clock() - begun)
    return Rounds(tuple(taken[0]), tuple(taken[1]))


def processor() -> float:
    """Seconds of processor time so far, of this process and of those that it started and that have ended."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system
