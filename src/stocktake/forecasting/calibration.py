"""Simulation-based calibration: worlds drawn from the model, their claims too, and where the truth falls in the answer.

A world is one draw of all unknowns; its observations are drawn from it in the places, periods and bounds of a real
design, some of them left out. If the inference is right, the truth's rank among posterior draws is uniform and an 80%
interval holds it in 80% of worlds (Talts and others, 2018). A bound's threshold is drawn from another world, and its
side from the same soft step that the likelihood uses.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from stocktake.forecasting.inference import Posterior, named_paths
from stocktake.forecasting.layout import Design, Rows, Starts
from stocktake.forecasting.model import HEAVY, STEEP, Density

Array = npt.NDArray[Any]

KEPT_ROWS = 0.8  # the part of observations that a world keeps, of those kinds that it has at all
HAS_KIND = 0.7  # the chance that a world has counts, statements, plans, bounds
PATHS = ("made", "used", "stock")


@dataclass(frozen=True)
class World:
    """A design with drawn observations, and the paths that they were drawn from."""

    design: Design
    truth: dict[str, Array]


def world(design: Design, rng: np.random.Generator) -> World:
    """One world in the shape of a design."""
    density = Density(design)
    Z = density.draw(2, rng)
    with np.errstate(all="ignore"):
        flow = density.flow(Z)
        _, _, residual, deviation = density.fit(Z, flow)
    rows = design.rows
    expected = rows.value[:, None] - residual * deviation
    own, other, error = expected[:, 0], expected[:, 1], np.broadcast_to(deviation, expected.shape)[:, 0]
    noise = rng.standard_t(HEAVY, len(own))
    at_least = rng.random(len(own)) < 1 / (1 + np.exp(np.clip(STEEP * (other - own) / error, -500, 500)))
    value = np.where(rows.side == 0, own + error * noise, other)
    side = np.where(rows.side == 0, 0.0, np.where(at_least, 1.0, -1.0))
    drawn = _kept(replace(rows, value=value, side=side), design, rng)
    begins = [flow.unknown[f"start {design.plants[p]}"][0] for p in design.starts.plant]
    month = np.array(begins) + design.starts.error * rng.standard_normal(len(begins))
    starts = replace(design.starts, month=month) if rng.random() < HAS_KIND else _no_starts()
    truth = {name: path[:, 0] for name, path in named_paths(design, flow.paths).items()}
    return World(replace(design, rows=drawn, starts=starts), truth)


def _no_starts() -> Starts:
    return Starts((), np.zeros(0, int), np.zeros(0), np.zeros(0))


def _kept(rows: Rows, design: Design, rng: np.random.Generator) -> Rows:
    """Some of the rows: kinds of observation that a world has not at all, and single ones that it misses."""
    standing = [design.observations[i].standing.value for i in rows.observation]
    kinds = ["count" if c else "bound" if s else k for c, s, k in zip(rows.counted, rows.side, standing, strict=True)]
    there = {kind: rng.random() < HAS_KIND for kind in sorted(set(kinds))}
    keep = np.array([there[kind] and rng.random() < KEPT_ROWS for kind in kinds], dtype=bool)
    if not keep.any():
        keep[rng.integers(len(keep))] = True
    kept = np.flatnonzero(keep)
    ratio = [(k, np.flatnonzero(kept == row)[0]) for k, row in enumerate(rows.ratio) if keep[row]]
    return Rows(
        observation=tuple(rows.observation[k] for k in kept),
        sums=rows.sums[kept],
        ratio=np.array([new for _, new in ratio], dtype=int),
        shares=rows.shares[[k for k, _ in ratio]],
        value=rows.value[kept],
        side=rows.side[kept],
        error=rows.error[kept],
        spread=rows.spread[kept],
        counted=rows.counted[kept],
        offset=rows.offset[kept],
        lean=rows.lean[kept],
    )


def ranks(held: Posterior, truth: dict[str, Array]) -> dict[str, Array]:
    """The part of the draws below the truth, for each path and month."""
    return {name: (draws < truth[name][:, None]).mean(1) for name, draws in held.paths().items() if name in PATHS}
