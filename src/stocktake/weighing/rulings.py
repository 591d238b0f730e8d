"""What analysts have decided on sameness: claims that are one happening, and claims that are not.

A "merge" puts the findings of its claims together; a "split" takes its claims out of the finding of the claim that
it targets. Both are absolute. Where uniting two findings whole would undo a split, only the claims named move.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from stocktake.vocabulary import Decision
from stocktake.weighing.testimony import Testimony


class ContradictoryDecisions(ValueError):
    """Two decisions that cannot both hold."""

    def __init__(self, merge: int, split: int, a: str, b: str) -> None:
        self.merge, self.split = merge, split
        self.together = f"claims {a} and {b} are of one happening"
        super().__init__(
            f"decision {merge} says that {self.together} and decision {split} says that they are not; take one of "
            f"them back first (stocktake undo {merge} or stocktake undo {split})"
        )

    def refusing(self, number: int) -> str:
        """Why the decision of this number cannot be made."""
        if number == self.merge != self.split:
            return f"decision {self.split} says that {self.together.replace(' are ', ' are not ')}{_back(self.split)}"
        if number == self.split != self.merge:
            return f"decision {self.merge} says that {self.together}{_back(self.merge)}"
        return str(self)


def _back(number: int) -> str:
    return f"; take it back first (stocktake undo {number})"


class Merge(NamedTuple):
    number: int
    claims: tuple[str, ...]


class Split(NamedTuple):
    number: int
    apart: frozenset[str]
    stays: str


def finding_id(claim: str) -> str:
    """The id of the finding whose earliest claim this is."""
    return "f" + claim.removeprefix("c")


def claim_id(name: str) -> str:
    """The claim that a decision names: itself, or the earliest claim of the finding that it names."""
    return "c" + name[1:] if name.startswith("f") else name


class Rulings:
    """The merges and splits in force, checked against one another."""

    def __init__(self, decisions: Iterable[Decision] = ()) -> None:
        self.merges: list[Merge] = []
        self.splits: list[Split] = []
        for decision in sorted((d for d in decisions if not d.undone), key=lambda d: d.number):
            if decision.action == "merge":
                named = dict.fromkeys(map(claim_id, [*_listed(decision.value), decision.target]))
                self.merges.append(Merge(decision.number, tuple(name for name in named if name)))
            elif decision.action == "split":
                apart = frozenset(map(claim_id, _listed(decision.value)))
                self.splits.append(Split(decision.number, apart, claim_id(decision.target)))
        self._check()

    def __bool__(self) -> bool:
        return bool(self.merges or self.splits)

    def _check(self) -> None:
        home: dict[str, str] = {}
        by: dict[str, int] = {}

        def root(claim: str) -> str:
            while home.get(claim, claim) != claim:
                claim = home[claim]
            return claim

        for merge in self.merges:
            first = merge.claims[0]
            for other in merge.claims[1:]:
                by[root(other)] = by[root(first)] = merge.number
                home[root(other)] = root(first)
        for split in self.splits:
            for claim in sorted(split.apart):
                if claim == split.stays or root(claim) == root(split.stays):
                    raise ContradictoryDecisions(by.get(root(claim), split.number), split.number, claim, split.stays)

    @staticmethod
    def named(decisions: Iterable[Decision]) -> list[str]:
        """The claims that decisions on sameness name."""
        return sorted({claim_id(name) for d in decisions for name in (*_listed(d.value), d.target) if name})

    def bonds(self) -> list[tuple[str, ...]]:
        """Claims whose matters have to be weighed together."""
        return [merge.claims for merge in self.merges] + [(*sorted(s.apart), s.stays) for s in self.splits]

    def apply(self, groups: Sequence[Sequence[Testimony]]) -> list[list[Testimony]]:
        """The groups as the decisions have them."""
        members = [list(group) for group in groups]
        home = {t.claim: index for index, group in enumerate(members) for t in group}
        for split in self.splits:
            self._take_out(members, home, split.apart, home.get(split.stays))
        for merge in self.merges:
            present = [claim for claim in merge.claims if claim in home]
            for other in present[1:]:
                self._unite(members, home, present[0], other)
        return [group for group in members if group]

    def _take_out(
        self, members: list[list[Testimony]], home: dict[str, int], apart: Collection[str], source: int | None
    ) -> None:
        if source is None:
            return
        moved = [t for t in members[source] if t.claim in apart]
        if moved:
            members[source] = [t for t in members[source] if t.claim not in apart]
            members.append(moved)
            home.update((t.claim, len(members) - 1) for t in moved)

    def _unite(self, members: list[list[Testimony]], home: dict[str, int], kept: str, other: str) -> None:
        """Puts two findings together; where a split forbids that, the one claim to the other."""
        to, source = home[kept], home[other]
        if to == source:
            return
        moving = members[source]
        if not self._may_join(members[to], moving):
            moving = [t for t in members[source] if t.claim == other]
            if not self._may_join(members[to], moving):
                to, source = source, to
                moving = [t for t in members[source] if t.claim == kept]
        gone = {t.claim for t in moving}
        members[to] = members[to] + moving
        members[source] = [t for t in members[source] if t.claim not in gone]
        home.update((claim, to) for claim in gone)

    def _may_join(self, left: Sequence[Testimony], right: Sequence[Testimony]) -> bool:
        a, b = {t.claim for t in left}, {t.claim for t in right}
        return not any((s.stays in a and s.apart & b) or (s.stays in b and s.apart & a) for s in self.splits)


def _listed(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [str(item) for item in value] if isinstance(value, (list, tuple)) else []
