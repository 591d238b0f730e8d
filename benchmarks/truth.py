"""Truth discovery in three simulated worlds whose truth is known, beside majority voting and crowd-kit's Dawid-Skene.

Each world has reports of counts: an object has one right value and several wrong ones that sources fall for. Honest:
independent sources of uneven reliability, most of whom tell of few objects. Copying: some careless sources are
taken over by many. Lying: the spokesmen of a party tell one false value together where it is a party, and are as
good as others elsewhere. All three methods get the same claims; the day and who is party are in the claims. Printed
are the shares of objects whose value is wrong; how much less ours errs than Dawid-Skene, with two standard errors over
the worlds; and how many times as fast it is.

    python benchmarks/truth.py [--worlds 10]
"""

from __future__ import annotations

import argparse
import math
import random
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ratios import in_turns, spread

from stocktake.weighing import Vote, discover


class World(NamedTuple):
    """Votes and the right value of each object."""

    name: str
    votes: list[Vote]
    truth: dict[str, str]


def honest(rng: random.Random) -> World:
    """Many sources that tell of little, a few that tell of much; right in 25 to 98 of 100."""
    objects = 300
    reliability = {f"s{i}": rng.choice((0.25, 0.35, 0.45, 0.95, 0.98)) for i in range(60)}
    cover = {s: rng.choice((0.06, 0.12, 0.25)) for s in reliability}
    votes, truth = [], {}
    for o in range(objects):
        name, values = f"o{o}", _values(rng)
        truth[name] = values[0]
        for s, r in reliability.items():
            if rng.random() < cover[s]:
                votes.append(Vote(s, name, _tell(rng, values, r), rng.randrange(10)))
    return World("honest", votes, truth)


def copying(rng: random.Random) -> World:
    """Fifteen sources of their own, five careless ones, and thirty that take four in five votes over from these."""
    own = {f"s{i}": rng.uniform(0.65, 0.95) for i in range(15)}
    careless = {f"b{i}": rng.uniform(0.25, 0.45) for i in range(4)}
    follows = {f"c{i}": rng.choice(sorted(careless)) for i in range(30)}
    votes, truth = [], {}
    for o in range(300):
        name, values = f"o{o}", _values(rng)
        truth[name] = values[0]
        told: dict[str, str] = {}
        for s, r in {**own, **careless}.items():
            if rng.random() < (0.35 if s in own else 0.8):
                told[s] = _tell(rng, values, r)
                votes.append(Vote(s, name, told[s], rng.randrange(3)))
        for s, leader in follows.items():
            if leader in told and rng.random() < 0.7:
                value = told[leader] if rng.random() < 0.8 else _tell(rng, values, 0.5)
                votes.append(Vote(s, name, value, 3 + rng.randrange(5)))
    return World("copying", votes, truth)


def lying(rng: random.Random) -> World:
    """Two parties of eight spokesmen each, who lie together where theirs is a party; eleven independent sources."""
    own = {f"s{i}": rng.uniform(0.65, 0.9) for i in range(11)}
    camps = {party: [f"{party}{i}" for i in range(8)] for party in ("A", "B")}
    votes, truth = [], {}
    for o in range(300):
        name, values = f"o{o}", _values(rng)
        truth[name] = values[0]
        party = rng.choice(("A", "B", "", ""))
        for s, r in own.items():
            if rng.random() < 0.4:
                votes.append(Vote(s, name, _tell(rng, values, r), rng.randrange(6)))
        for camp, members in camps.items():
            for s in members:
                if rng.random() < 0.6:
                    lie = camp == party and rng.random() < 0.9
                    value = values[1] if lie else _tell(rng, values, 0.75)
                    votes.append(Vote(s, name, value, rng.randrange(6), party if camp == party else ""))
    return World("lying", votes, truth)


WORLDS: tuple[Callable[[random.Random], World], ...] = (honest, copying, lying)


def _values(rng: random.Random) -> list[str]:
    """The right one of six brackets of size first, then the wrong ones, the popular mistake before all."""
    return rng.sample(["dozens", "a hundred", "hundreds", "a thousand", "thousands", "more"], 6)


def _tell(rng: random.Random, values: Sequence[str], reliability: float) -> str:
    """The right value, else mostly the popular mistake."""
    if rng.random() < reliability:
        return values[0]
    return values[1] if rng.random() < 0.4 else rng.choice(values[2:])


def error(found: dict[str, str], world: World) -> float:
    """The share of objects whose value is wrong."""
    told = {vote.object for vote in world.votes}
    return sum(found.get(name) != world.truth[name] for name in told) / len(told)


def majority(world: World) -> dict[str, str]:
    """The value told most often, of equals the first told."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for vote in world.votes:
        counts[vote.object][vote.value] += 1
    return {name: max(c, key=c.__getitem__) for name, c in counts.items()}


def dawid_skene(world: World) -> dict[str, str]:
    """Crowd-kit's Dawid-Skene, which learns a confusion matrix a source."""
    import pandas
    from crowdkit.aggregation import DawidSkene

    rows = [(v.object, v.source, v.value) for v in world.votes]
    frame = pandas.DataFrame(rows, columns=["task", "worker", "label"]).drop_duplicates(["task", "worker"])
    found = DawidSkene(n_iter=100).fit_predict(frame)
    return {str(name): str(label) for name, label in found.items()}


def ours(world: World) -> dict[str, str]:
    """The likeliest value by truth discovery."""
    found = discover(world.votes)
    return {name: found.best(name) for name in found.values}


def measure(worlds: int) -> Iterator[str]:
    """By kind of world, a line: the errors of voting, of Dawid-Skene and ours, the last two's difference, and speed."""
    for make in WORLDS:
        made = [make(random.Random(1000 + seed)) for seed in range(worlds)]
        errors = [[error(method(w), w) for w in made] for method in (majority, dawid_skene, ours)]
        less = [theirs - mine for theirs, mine in zip(errors[1], errors[2], strict=True)]
        means = "".join(f"{sum(found) / worlds:>{width}.3f}" for found, width in zip(errors, (10, 14, 12), strict=True))
        two_errors = 2 * statistics.stdev(less) / math.sqrt(worlds)
        speed = [in_turns(lambda w=w: ours(w), lambda w=w: dawid_skene(w), 1).ratios[0] for w in made[:5]]
        yield f"{made[0].name:<10}{means}   {sum(less) / worlds:.3f} ± {two_errors:.3f}   {spread(speed)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--worlds", type=int, default=10, help="worlds of each kind")
    given = parser.parse_args()
    print(f"{'world':<10}{'voting':>10}{'Dawid-Skene':>14}{'stocktake':>12}   less error     times as fast (range)")
    for line in measure(given.worlds):
        print(line, flush=True)


if __name__ == "__main__":
    main()
