"""On what a denial bears: one with a number of its own denies that number, and leaves any other alone.

"914 did not reach their targets" denies neither that 946 were lost nor that 1,598 were; "nothing was lost" denies both.
Numbers are the same here where they overlap as they are told: those that are merely close are two numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from stocktake.weighing.matching import Amounts, agree, counted
from stocktake.weighing.testimony import Testimony


def denies_all(group: Sequence[Testimony]) -> bool:
    """Whether the group's claims all say that it did not happen, so that the finding is that it did not."""
    return all(t.negated for t in group)


def bears(denial: Testimony, told: Collection[Amounts]) -> bool:
    """Whether a denial bears on what is told with these numbers, or with none."""
    own = counted(denial)
    return own is None or not told or any(agree(own, other, slack=0) for other in told)


def bearing(group: Sequence[Testimony]) -> Sequence[Testimony]:
    """The claims of a group that speak for or against its finding."""
    negated = denies_all(group)
    if all(t.against == negated for t in group):
        return group
    told = {number for t in group if t.against == negated and (number := counted(t))}
    return [t for t in group if t.against == negated or bears(t, told)]
