"""Expectation-maximisation for truth discovery, over columns of votes.

One reliability a source and role (a "one-coin" Dawid & Skene 1979 with Beta priors, in log space), with two things that
voting leaves out. Copying: two sources that share errors are likely not independent, and a copied vote counts little
(Dong, Berti-Equille & Srivastava 2009). Interest: what a source tells where it is a party has a reliability of its
own, with a lower prior, and those who speak for one party are right or wrong together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix

from stocktake.weighing.truth import Discovered, Vote

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ROUNDS, CLOSE = 60, 1e-6
RIGHT, WRONG = 6.0, 2.0
"""Pseudo-counts for a source that is no party: right three times in four, worth eight statements."""
PARTY_RIGHT, PARTY_WRONG = 3.0, 3.0
COPIES, COPIED = 0.1, 0.8
"""How many pairs of sources copy before one looks, and how much of its votes a copier takes over."""
SHARED = 6
"""Sources with fewer objects in common are not suspected."""
UNSEEN = 1.0
"""Wrong values beyond those that were told for an object."""


class Expectation:
    """The votes as columns: a cell is an (object, value) that somebody told, a role a source as party or not."""

    def __init__(self, votes: Sequence[Vote]) -> None:
        self.sources = sorted({v.source for v in votes})
        self.objects = sorted({v.object for v in votes})
        cells = sorted({(v.object, v.value) for v in votes})
        roles = sorted({(v.source, v.party) for v in votes})
        self.cells, self.roles = cells, roles
        source = {name: i for i, name in enumerate(self.sources)}
        number = {name: i for i, name in enumerate(self.objects)}
        cell = {name: i for i, name in enumerate(cells)}
        role = {name: i for i, name in enumerate(roles)}
        self.source: Ints = np.array([source[v.source] for v in votes])
        self.role: Ints = np.array([role[v.source, v.party] for v in votes])
        self.cell: Ints = np.array([cell[v.object, v.value] for v in votes])
        self.day: Floats = np.array([float(v.day) for v in votes])
        self.object_of: Ints = np.array([number[name] for name, _ in cells])
        self.told: Ints = np.bincount(self.object_of, minlength=len(self.objects))
        self.party = np.array([bool(p) for _, p in roles])
        self.rival: Floats = np.log(np.maximum(self.told - 1, 0) + UNSEEN)[self.object_of[self.cell]]

    def run(self) -> Discovered:
        weight = np.ones(len(self.cell))
        belief = self._believe(weight, np.full(len(self.roles), 0.7))
        right = self._reliabilities(belief, weight)
        copying: Any = np.zeros((len(self.sources), len(self.sources)))
        for turn in range(ROUNDS):
            if turn % 3 == 0:
                copying = self._copying(belief, right)
                weight = self._independent(copying)
            new = self._believe(weight, right)
            right = self._reliabilities(new, weight)
            moved = float(np.abs(new - belief).max())
            belief = new
            if moved < CLOSE and turn % 3:
                break
        return self._result(belief, right, copying)

    def _believe(self, weight: Floats, right: Floats) -> Floats:
        """E step: the probability of each cell, a softmax over the values of its object."""
        odds = np.log(right[self.role]) - np.log1p(-right[self.role]) + self.rival
        score = np.bincount(self.cell, weights=weight * odds, minlength=len(self.cells))
        top = np.zeros(len(self.objects))  # a value that nobody told has the score 0
        np.maximum.at(top, self.object_of, score)
        raised = np.exp(score - top[self.object_of])
        total = np.bincount(self.object_of, weights=raised, minlength=len(self.objects)) + np.exp(-top)
        return raised / total[self.object_of]

    def _reliabilities(self, belief: Floats, weight: Floats) -> Floats:
        """M step: the share of right votes by role, drawn to the prior; a copied vote says little of its teller."""
        size = len(self.roles)
        hits = np.bincount(self.role, weights=weight * belief[self.cell], minlength=size)
        told = np.bincount(self.role, weights=weight, minlength=size)
        a = np.where(self.party, PARTY_RIGHT, RIGHT)
        b = np.where(self.party, PARTY_WRONG, WRONG)
        found = (hits + a) / (told + a + b)
        for party in sorted({p for _, p in self.roles if p}):
            together = np.array([p == party for _, p in self.roles])
            shared = (hits[together].sum() + PARTY_RIGHT) / (told[together].sum() + PARTY_RIGHT + PARTY_WRONG)
            found[together] = shared
        return np.clip(found, 0.02, 0.98)

    def _copying(self, belief: Floats, right: Floats) -> Floats:
        """The probability that the row's source takes its votes from the column's."""
        ones = np.ones(len(self.cell))
        shape = (len(self.sources), len(self.cells))
        voted = coo_matrix((ones, (self.source, self.cell)), shape=shape).tocsr()
        voted.data[:] = 1.0
        spoke = coo_matrix(
            (ones, (self.source, self.object_of[self.cell])), shape=(shape[0], len(self.objects))
        ).tocsr()
        spoke.data[:] = 1.0
        common = (spoke @ spoke.T).toarray()
        same = (voted @ voted.T).toarray()
        true = (voted.multiply(belief[None, :]).tocsr() @ voted.T).toarray()
        false, apart = same - true, np.maximum(common - same, 0.0)
        accuracy = self._by_source(right)
        mean = (accuracy[:, None] + accuracy[None, :]) / 2
        rivals = float(np.maximum(self.told - 1, 0).mean()) + UNSEEN
        both, wrong = mean**2, (1 - mean) ** 2 / rivals
        alone = true * np.log(both) + false * np.log(wrong) + apart * np.log(1 - both - wrong)
        taken = (
            true * np.log(COPIED * mean + (1 - COPIED) * both)
            + false * np.log(COPIED * (1 - mean) + (1 - COPIED) * wrong)
            + apart * np.log((1 - COPIED) * (1 - both - wrong))
        )
        found = 1 / (1 + np.exp(np.clip(alone - taken + np.log((1 - COPIES) / COPIES), -500, 500)))
        found[common < SHARED] = 0.0
        np.fill_diagonal(found, 0.0)
        return self._directed(found)

    def _directed(self, pairs: Floats) -> Floats:
        """Who tells later in common is the copier; where the days do not say, half each way."""
        order = np.lexsort((self.source, self.day, self.cell))
        first = np.zeros((len(self.sources), len(self.sources)))
        cells, sources, days = self.cell[order], self.source[order], self.day[order]
        starts = np.flatnonzero(np.r_[True, cells[1:] != cells[:-1]])
        for begin, end in zip(starts, [*starts[1:], len(cells)], strict=True):
            who, when = sources[begin:end], days[begin:end]
            first[np.ix_(who, who)] += np.sign(when[None, :] - when[:, None])
        later = np.where(first < -2, 1.0, np.where(first > 2, 0.0, 0.5))
        return pairs * later

    def _by_source(self, right: Floats) -> Floats:
        size = len(self.sources)
        return np.bincount(self.source, weights=right[self.role], minlength=size) / np.bincount(
            self.source, minlength=size
        )

    def _independent(self, copying: Floats) -> Floats:
        """How much of each vote is its source's own: less by every earlier one for the value that it may copy."""
        weight = np.ones(len(self.cell))
        order = np.lexsort((self.source, self.day, self.cell))
        cells = self.cell[order]
        starts = np.flatnonzero(np.r_[True, cells[1:] != cells[:-1]])
        for begin, end in zip(starts, [*starts[1:], len(cells)], strict=True):
            if end - begin < 2:
                continue
            votes = order[begin:end]
            who = self.source[votes]
            risk = copying[np.ix_(who, who)]
            keep = np.tril(1 - COPIED * np.minimum(risk + risk.T, 1.0), -1)
            keep[np.triu_indices(len(who))] = 1.0
            weight[votes] = keep.prod(axis=1)
        return weight

    def _result(self, belief: Floats, right: Floats, copying: Floats) -> Discovered:
        values: dict[str, dict[str, float]] = {}
        for (name, value), chance in zip(self.cells, belief.tolist(), strict=True):
            values.setdefault(name, {})[value] = round(chance, 6)
        accuracy = self._by_source(right)
        counts = np.bincount(self.source, minlength=len(self.sources))
        return Discovered(
            values=values,
            reliability={name: round(float(accuracy[i]), 6) for i, name in enumerate(self.sources)},
            votes={name: int(counts[i]) for i, name in enumerate(self.sources)},
            copies={
                (self.sources[i], self.sources[j]): round(float(copying[i, j]), 4)
                for i, j in zip(*np.nonzero(copying > 0.25), strict=True)
            },
        )
