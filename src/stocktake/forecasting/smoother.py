"""An ensemble smoother: from prior draws to a rough posterior, which starts the chains and shapes their metric.

Ensemble smoother with multiple data assimilation: the observations are assimilated several times with inflated
errors, each time by one linear update from the ensemble's own covariances. It is wrong about tails and about
anything strongly non-linear, which is why chains follow. After Emerick and Reynolds, Computers & Geosciences, 2013.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from stocktake.forecasting.model import HEAVY, STEEP, Density

Array = npt.NDArray[Any]

MEMBERS = 1000
ROUNDS = 8
FURTHEST = 60.0  # a residual counts for no more than this many standard deviations


def surprises(density: Density, Z: Array) -> Array:
    """Residuals whose halved squares are the negative log likelihood, row by row: what a linear update drives to 0."""
    flow = density.flow(Z)
    _, _, residual, _ = density.fit(Z, flow)
    heavy = np.sign(residual) * np.sqrt((HEAVY + 1) * np.log1p(residual**2 / HEAVY))
    soft = density.side * np.sqrt(2 * np.logaddexp(0, STEEP * density.side * residual))
    rows = density.number * heavy + soft
    clipped: Array = np.clip(np.vstack([rows, density.start_residual(flow)]), -FURTHEST, FURTHEST)
    return clipped


def smooth(density: Density, rng: np.random.Generator, members: int = MEMBERS, rounds: int = ROUNDS) -> Array:
    """An ensemble (dim, members) near the posterior."""
    Z = density.draw(members, rng)
    with np.errstate(over="ignore", invalid="ignore"):
        Z = Z[:, np.isfinite(density.value_only(Z))]
    for _ in range(rounds if len(density.value) or len(density.start_month) else 0):
        seen = surprises(density, Z)
        count = Z.shape[1]
        off, away = seen - seen.mean(1, keepdims=True), Z - Z.mean(1, keepdims=True)
        spread = off @ off.T / count + rounds * np.eye(len(seen))
        gain = np.linalg.solve(spread, off @ away.T / count).T
        Z = Z + gain @ (np.sqrt(rounds) * rng.standard_normal(seen.shape) - seen)
    return Z
