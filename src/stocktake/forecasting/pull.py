"""How much each origin moves each result, and which unknown, if it were known, would narrow the forecast most.

An origin is taken out by re-weighting the draws with one over its likelihood (Vehtari, Gelman and Gabry, 2017);
where k-hat says that this cannot be trusted the chains are restarted without it. What knowing an unknown is worth
is the part of a result's variance that a straight line in that unknown explains.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from stocktake.forecasting.diagnostics import smoothed_weights
from stocktake.forecasting.inference import Posterior, thinned
from stocktake.forecasting.model import Density
from stocktake.forecasting.scenarios import updated
from stocktake.forecasting.trust import LARGEST_K_HAT, LEAST_WEIGHTED, Untrusted

Array = npt.NDArray[Any]


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """One result with and without an origin: medians, and the shift in standard deviations of its logarithm."""

    result: str
    with_it: float
    without_it: float
    shift: float
    width: float


class Pull(msgspec.Struct, frozen=True, kw_only=True):
    """What one origin does: its observations, how far each result moves, and how that was found."""

    origin: str
    observations: tuple[str, ...]
    strength: float
    results: tuple[Moved, ...]
    k_hat: float | None
    method: str


class Worth(msgspec.Struct, frozen=True, kw_only=True):
    """By what part a result's spread would shrink if one unknown were known."""

    unknown: str
    result: str
    narrowing: float


def results(held: Posterior) -> dict[str, Array]:
    """The results that pulls are told of, as logarithms, one value a draw."""
    d = held.design
    paths = held.paths()
    found: dict[str, Array] = {}
    now = d.history - 1
    if "made" in paths:
        found["made so far"] = paths["made"][: now + 1].sum(0)
        found[f"made, next {d.horizon} months"] = paths["made"][now + 1 :].sum(0)
    if "imports" in paths:
        found["imported so far"] = paths["imports"][: now + 1].sum(0)
    found["stock now"] = paths["stock"][now]
    if "used" in paths:
        found[f"used, next {d.horizon} months"] = paths.get("used:all", paths["used"])[now + 1 :].sum(0)
    return {name: np.log(values.astype(np.float64) + 0.5) for name, values in found.items()}


def pulls(held: Posterior, seed: int = 0) -> tuple[Pull, ...]:
    """Every origin's pull, strongest first."""
    held = thinned(held)
    density = Density(held.design, np.float32)
    rows, starts = density.likelihood(held.draws)
    base = results(held)
    return tuple(
        sorted(
            (_pull(held, origin, members, rows, starts, base, seed) for origin, members in _origins(held).items()),
            key=lambda pull: -pull.strength,
        )
    )


def _origins(held: Posterior) -> dict[str, tuple[int, ...]]:
    """The observations of each origin, those of one voice together, by index."""
    d = held.design
    voices = {origin: voice.name for voice in d.programme.voice for origin in voice.origins}
    found: dict[str, tuple[int, ...]] = {}
    for index in sorted((*d.rows.observation, *d.starts.observation)):
        o = d.observations[index]
        origin = o.origins[0] if o.origins else (f"series {o.series}" if o.series else o.id)
        origin = voices.get(origin, origin)
        found[origin] = (*found.get(origin, ()), index)
    return found


def _pull(
    held: Posterior,
    origin: str,
    members: tuple[int, ...],
    rows: Array,
    starts: Array,
    base: Mapping[str, Array],
    seed: int,
) -> Pull:
    d = held.design
    gone = -rows[[k for k, i in enumerate(d.rows.observation) if i in members]].sum(0)
    gone = gone - starts[[k for k, i in enumerate(d.starts.observation) if i in members]].sum(0)
    weights, k_hat = smoothed_weights(gone.astype(np.float64))
    without: Mapping[str, Array] | None = base
    method = "re-weighted"
    if k_hat > LARGEST_K_HAT or 1 / (weights**2).sum() < LEAST_WEIGHTED:
        without, weights, method = _restarted(held, members, seed)
    moved = () if without is None else tuple(_moved(name, x, without[name], weights) for name, x in base.items())
    return Pull(
        origin=origin,
        observations=tuple(d.observations[i].id for i in members),
        strength=round(max((abs(m.shift) for m in moved), default=float("inf")), 3),
        results=moved,
        k_hat=round(float(k_hat), 2) if np.isfinite(k_hat) else None,
        method=method,
    )


def _restarted(held: Posterior, members: tuple[int, ...], seed: int) -> tuple[Mapping[str, Array] | None, Any, str]:
    remaining = [o for k, o in enumerate(held.design.observations) if k not in members]
    try:
        fresh = updated(held, remaining, seed)
    except Untrusted:
        return None, None, "too strong to take out without a forecast of its own"
    return results(fresh), fresh.weights, fresh.diagnostics.method


def _moved(name: str, before: Array, after: Array, weights: Array | None) -> Moved:
    weights = np.full(len(after), 1 / len(after)) if weights is None else weights
    order = np.argsort(after)
    median = after[order][np.searchsorted(np.cumsum(weights[order]), 0.5).clip(0, len(after) - 1)]
    mean = float((weights * after).sum())
    spread = float(np.sqrt((weights * (after - mean) ** 2).sum()))
    own = max(float(before.std()), 1e-9)
    middle = float(np.median(before))
    return Moved(
        result=name,
        with_it=float(f"{np.exp(middle):.4g}"),
        without_it=float(f"{np.exp(median):.4g}"),
        shift=round((middle - float(median)) / own, 3),
        width=round(spread / own, 3),
    )


def worths(held: Posterior) -> tuple[Worth, ...]:
    """What knowing each unknown would narrow, for each result, most first."""
    held = thinned(held)
    groups = _unknowns(held)
    found = []
    for result, values in results(held).items():
        for unknown, X in groups.items():
            explained = _explained(X, values)
            found.append(Worth(unknown=unknown, result=result, narrowing=round(1 - float(np.sqrt(1 - explained)), 3)))
    return tuple(sorted(found, key=lambda worth: -worth.narrowing))


def _unknowns(held: Posterior) -> dict[str, Array]:
    """Unknowns that someone could find out, as rows of values per draw; related ones go together."""
    d = held.design
    density = Density(d, np.float32)
    paths = held.paths()
    found: dict[str, Array] = {}
    for name, row in density.scalars.items():
        if not name.endswith((".volatility", ".noise", ".error")):
            found[name] = held.draws[row][None]
    leans = density.where["leans"].start
    for k, name in enumerate(d.leans):
        group = " ".join(name.split(" ")[:-1]) if name.startswith("coverage") else name
        row = held.draws[leans + k][None]
        found[group] = np.vstack([found[group], row]) if group in found else row
    now = d.history - 1
    if "used" in paths:
        found["share of the stock used in a month, now"] = held.draws[density.where["share"]][now][None]
    if "made" in paths:
        found["output a month, now"] = np.log(paths["made"][now] + 0.5)[None]
        found["growth of output, now"] = held.draws[density.where["growth"]][now][None]
    return found


def _explained(X: Array, y: Array) -> float:
    """Part of the variance of y that a straight line in X explains."""
    X = np.vstack([X.astype(np.float64), np.ones(len(y))]).T
    fitted = X @ np.linalg.lstsq(X, y, rcond=None)[0]
    return float(np.clip(fitted.var() / max(y.var(), 1e-30), 0, 1))
