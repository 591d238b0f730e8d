"""Simulation-based calibration of the forecasting room: `python benchmarks/forecasting_calibration.py --worlds 100`.

Worlds and their observations are drawn from the model in the shape of the shipped case; prints the coverage of 50, 80
and 95 percent intervals of made, used and stock, and a chi-square test of the ranks (one month drawn at random a
world, ten bins).
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import time
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache

import numpy as np
from forecasting_case import observations, programme
from scipy.stats import chisquare

from stocktake.forecasting import calibration, inference, layout

CHAINS, WANTED, LEAST = 64, 300.0, 200.0


@lru_cache(1)
def shape() -> layout.Design:
    return layout.design(programme(), observations())


def one(seed: int) -> tuple[int, dict[str, np.ndarray] | str, float]:
    """Ranks of one world, or why it was refused."""
    started = time.process_time()
    made = calibration.world(shape(), np.random.default_rng(10_000 + seed))
    inference.CHAINS, inference.WANTED, inference.LEAST_SIZE = CHAINS, WANTED, LEAST
    try:
        held = inference.posterior(made.design, seed, processes=0)
    except inference.Untrusted as refused:
        return seed, str(refused), time.process_time() - started
    return seed, calibration.ranks(held, made.truth), time.process_time() - started


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=100)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--save")
    asked = parser.parse_args()
    found, refused, seconds = [], 0, []
    with ProcessPoolExecutor(2) as pool:
        for seed, answer, spent in pool.map(one, range(asked.first, asked.first + asked.worlds)):
            seconds.append(spent)
            if isinstance(answer, str):
                refused += 1
                print(f"world {seed}: {answer[:100]}", flush=True)
            else:
                found.append(answer)
            if len(found) % 10 == 0:
                print(f"{len(found)} worlds, {np.mean(seconds):.1f} CPU s each", flush=True)
    if asked.save:
        np.savez(asked.save, **{name: np.array([f[name] for f in found]) for name in found[0]})
    print(f"{len(found)} worlds, {refused} refused, {np.mean(seconds):.1f} CPU s each")
    rng = np.random.default_rng(1)
    for name in calibration.PATHS:
        ranks = np.array([f[name] for f in found])
        spans = [f"{w:.0%}: {(np.abs(ranks - 0.5) <= w / 2).mean():.1%}" for w in (0.5, 0.8, 0.95)]
        picked = ranks[np.arange(len(ranks)), rng.integers(0, ranks.shape[1], len(ranks))]
        test = chisquare(np.histogram(picked, 10, (0, 1))[0])
        print(f"{name}: {', '.join(spans)}; ranks chi-square p = {test.pvalue:.3f}")


if __name__ == "__main__":
    main()
