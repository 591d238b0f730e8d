"""Simulation-based calibration of the forecasting room: `python benchmarks/forecasting_calibration.py --worlds 100`.

Worlds and their observations are drawn from the model in the shape of the shipped case; prints the coverage of 50, 80
and 95 percent intervals of made, used and stock, and a chi-square test of the ranks (one month drawn at random a
world, ten bins). With `--save FILE` every world is a line of that file as soon as it is done, and a run that was
interrupted goes on from there; worlds of other code than what lies here are made again.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import hashlib
import json
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from forecasting_case import observations, programme
from scipy.stats import chisquare

from stocktake.forecasting import calibration, inference, layout, trust

CHAINS, WANTED, LEAST = 64, 300.0, 200.0


@lru_cache(1)
def shape() -> layout.Design:
    return layout.design(programme(), observations())


@lru_cache(1)
def code() -> str:
    """A name for the code that worlds and their forecasts come from, and for the case that they are shaped like."""
    files = sorted({*Path(layout.__file__).parent.iterdir(), *Path(__file__).parent.glob("forecasting_ca*.py")})
    whole = b"".join(path.read_bytes() for path in files if path.is_file())
    return hashlib.sha256(whole + msgspec.json.encode((programme(), observations()))).hexdigest()[:16]


def one(seed: int) -> dict[str, Any]:
    """Ranks of one world, or why it was refused."""
    started = time.process_time()
    made = calibration.world(shape(), np.random.default_rng(10_000 + seed))
    inference.RUNS, inference.CHAINS, inference.WANTED, trust.LEAST_SIZE = 1, CHAINS, WANTED, LEAST
    answer: dict[str, Any] = {"world": seed, "code": code()}
    try:
        held = inference.posterior(made.design, seed, processes=0)
    except trust.Untrusted as refused:
        answer["refused"] = str(refused)
    else:
        answer["ranks"] = {name: rank.tolist() for name, rank in calibration.ranks(held, made.truth).items()}
    return answer | {"seconds": time.process_time() - started}


def answers(worlds: range, processes: int, save: Path | None) -> Iterator[dict[str, Any]]:
    """The answers of the worlds, those of an earlier run first; each is saved at once."""
    kept = [json.loads(line) for line in save.read_text("utf-8").splitlines()] if save and save.exists() else []
    kept = [answer for answer in kept if answer["world"] in worlds and answer.get("code") == code()]
    if save:
        save.parent.mkdir(parents=True, exist_ok=True)
        print(f"{len(kept)} of the worlds are from an earlier run of the same code", flush=True)
    yield from kept
    missing = sorted(set(worlds) - {answer["world"] for answer in kept})
    with ProcessPoolExecutor(processes) as pool:
        for answer in pool.map(one, missing):
            if save:
                with save.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(answer) + "\n")
            yield answer


def told(found: list[dict[str, Any]]) -> None:
    """Print what the ranks so far come to."""
    rng = np.random.default_rng(1)
    for name in calibration.PATHS:
        ranks = np.array([ranks[name] for ranks in found])
        spans = [f"{w:.0%}: {(np.abs(ranks - 0.5) <= w / 2).mean():.1%}" for w in (0.5, 0.8, 0.95)]
        picked = ranks[np.arange(len(ranks)), rng.integers(0, ranks.shape[1], len(ranks))]
        test = chisquare(np.histogram(picked, 10, (0, 1))[0])
        print(f"{name}: {', '.join(spans)}; ranks chi-square p = {test.pvalue:.3f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=100)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--save", type=Path)
    asked = parser.parse_args()
    found, seconds = [], []
    for answer in answers(range(asked.first, asked.first + asked.worlds), asked.processes, asked.save):
        seconds.append(answer["seconds"])
        if "refused" in answer:
            print(f"world {answer['world']}: {answer['refused'][:100]}", flush=True)
            continue
        found.append(answer["ranks"])
        if len(found) % 20 == 0:
            print(f"{len(found)} worlds", flush=True)
            told(found)
    print(f"{len(found)} worlds, {len(seconds) - len(found)} refused, {np.mean(seconds):.1f} CPU s each")
    told(found)


if __name__ == "__main__":
    main()
