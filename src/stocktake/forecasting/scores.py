"""Scores of forecasts by draws: CRPS on the log scale, coverage of central intervals, and PIT.

The continuous ranked probability score of draws is the mean distance to what came true less half the mean distance
between draws (Gneiting and Raftery, 2007); on log(count + 1) it weighs being off by a factor alike for small and
large counts (Bosse and others, 2023). PIT, the part of the draws below what came true, is uniform when a forecast is
calibrated.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

WIDTHS = (0.50, 0.80, 0.95)


def crps(draws: Array, truth: Array) -> Array:
    """CRPS of each row of draws (rows, draws) against its truth (rows,)."""
    ordered = np.sort(draws, -1)
    count = ordered.shape[-1]
    distance = np.abs(ordered - truth[:, None]).mean(-1)
    weights = 2 * np.arange(1, count + 1) - count - 1
    return np.asarray(distance - (ordered * weights).sum(-1) / count**2)


def log_crps(draws: Array, truth: Array) -> Array:
    """CRPS of log(count + 1)."""
    return crps(np.log1p(np.maximum(draws, 0)), np.log1p(truth))


def pit(draws: Array, truth: Array) -> Array:
    """The part of each row's draws below its truth, ties halved."""
    below = (draws < truth[:, None]).mean(-1)
    return np.asarray(below + 0.5 * (draws == truth[:, None]).mean(-1))


class Scored(msgspec.Struct, frozen=True, kw_only=True):
    """One forecast of one month of a series, and what came true."""

    method: str
    cutoff: str
    month: str
    horizon: int
    truth: float
    median: float
    low80: float
    high80: float
    log_crps: float
    pit: float


def scored(method: str, cutoff: str, months: tuple[str, ...], draws: Array, truth: Array) -> tuple[Scored, ...]:
    """The scores of a forecast's draws (months, draws)."""
    scores, places = log_crps(draws, truth), pit(draws, truth)
    middle, low, high = np.quantile(draws, (0.5, 0.1, 0.9), axis=-1)
    return tuple(
        Scored(
            method=method,
            cutoff=cutoff,
            month=month,
            horizon=k + 1,
            truth=float(truth[k]),
            median=float(middle[k]),
            low80=float(low[k]),
            high80=float(high[k]),
            log_crps=float(scores[k]),
            pit=float(places[k]),
        )
        for k, month in enumerate(months)
    )


class Total(msgspec.Struct, frozen=True, kw_only=True):
    """A method's scores over all cut-offs and horizons: mean log CRPS, its spread over cut-offs, coverage, PIT."""

    method: str
    log_crps: float
    spread: float
    coverage: dict[str, float]
    by_horizon: dict[str, float]
    pit: tuple[float, ...]
    forecasts: int


HORIZONS = {"1-3": (1, 3), "4-6": (4, 6), "7-12": (7, 12), "13+": (13, 10**6)}
PIT_BINS = 5


def total(method: str, rows: tuple[Scored, ...]) -> Total:
    """What a method's scores come to."""
    own = [row for row in rows if row.method == method]
    by_cutoff = [np.mean([r.log_crps for r in own if r.cutoff == cutoff]) for cutoff in sorted({r.cutoff for r in own})]
    places = np.array([row.pit for row in own])
    spans = {
        name: [row.log_crps for row in own if first <= row.horizon <= last] for name, (first, last) in HORIZONS.items()
    }
    histogram = np.histogram(places, PIT_BINS, (0, 1))[0] / max(len(own), 1)
    return Total(
        method=method,
        log_crps=round(float(np.mean([row.log_crps for row in own])), 4),
        spread=round(float(np.std(by_cutoff, ddof=1)) if len(by_cutoff) > 1 else 0.0, 4),
        coverage={f"{w:.0%}": round(float((np.abs(places - 0.5) <= w / 2).mean()), 3) for w in WIDTHS},
        by_horizon={name: round(float(np.mean(values)), 4) for name, values in spans.items() if values},
        pit=tuple(round(float(v), 3) for v in histogram),
        forecasts=len(own),
    )
