"""The door's work: a forecast of a programme, from observations to medians, bands and target dates.

A forecast is a pure function of programme, observations, as-of day, horizon and seed: what was published later is
left out, and the same input gives the same numbers. Without observations it is the prior, and says so.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from stocktake.forecasting import months
from stocktake.forecasting.inference import Posterior, posteriors, thinned
from stocktake.forecasting.layout import DRIFT, KNOT, Design, design
from stocktake.forecasting.model import HEAVY, Density
from stocktake.forecasting.programme import first_part
from stocktake.vocabulary import Diagnostics, Forecast, Measure, Observation, Path, Programme, Target, TargetDate

Array = npt.NDArray[Any]

BANDS = {"50": 0.50, "80": 0.80, "95": 0.95}
PRIOR_DRAWS = 4096
STORED = 2048
STALE = 4  # months after which a share that was observed is said to be old


def forecast(
    programme: Programme,
    observations: Iterable[Observation],
    *,
    as_of: dt.date | None = None,
    horizon: int | None = None,
    seed: int = 0,
    processes: int | None = None,
) -> Forecast:
    """What was made, moved, used, lost and held by month, and what comes next."""
    return summary(fit(programme, observations, as_of=as_of, horizon=horizon, seed=seed, processes=processes), seed)


def fit(
    programme: Programme,
    observations: Iterable[Observation],
    *,
    as_of: dt.date | None = None,
    horizon: int | None = None,
    seed: int = 0,
    processes: int | None = None,
) -> Posterior:
    """The posterior behind a forecast; what-ifs and pulls start from it."""
    return fit_all([design(programme, observations, as_of, horizon)], seed, processes)[0]


def fit_all(designs: Sequence[Design], seed: int = 0, processes: int | None = None) -> list[Posterior]:
    """Posteriors of many designs in one run; those without any observation are drawn from their priors."""
    observed = [d for d in designs if _observed(d)]
    found = iter(posteriors(observed, seed, processes) if observed else [])
    return [next(found) if _observed(d) else _prior(d, seed) for d in designs]


def _observed(d: Design) -> bool:
    return bool(d.rows.observation or d.starts.observation)


def _prior(d: Design, seed: int) -> Posterior:
    density = Density(d)
    draws = density.draw(PRIOR_DRAWS, np.random.default_rng(seed)).astype(np.float32)
    found = Diagnostics(r_hat=1.0, ess=PRIOR_DRAWS, acceptance=1.0, divergent=0, draws=PRIOR_DRAWS, method="prior")
    return Posterior(d, draws, np.eye(density.dim, dtype=np.float32), 0.1, found)


def summary(held: Posterior, seed: int = 0, scenario: dict[str, str] | None = None) -> Forecast:
    """The forecast that a posterior comes to."""
    d = held.design
    paths = held.paths()
    targets, unknown = _targets(d, paths, held.weights)
    prior_only = not _observed(d)
    used = {*d.rows.observation, *d.starts.observation}
    return Forecast(
        programme=d.programme.name,
        title=d.programme.title,
        as_of=d.as_of,
        history=months.name(d.origin + d.history - 1),
        seed=seed,
        paths=tuple(_path(name, d.months, draws, held.weights) for name, draws in paths.items()),
        targets=targets,
        observations=tuple(o for k, o in enumerate(d.observations) if k in used),
        diagnostics=held.diagnostics,
        prior_only=prior_only,
        notes=(*_prior_note(prior_only), *_split_note(d, paths, held.weights), *unknown, *d.notes),
        scenario=scenario or {},
    )


def _prior_note(prior_only: bool) -> tuple[str, ...]:
    if not prior_only:
        return ()
    return ("No observation bears on this programme: these numbers are the priors of its file, not findings.",)


def _split_note(d: Design, paths: dict[str, Array], weights: Array | None) -> tuple[str, ...]:
    """What the split of use into parts rests on, where no recent observation tells it."""
    if not d.companions or not _observed(d):
        return ()
    now, first = d.history - 1, first_part(d.programme).name
    told = [d.observations[i] for i in d.rows.observation]
    last = max((months.of(o.end) for o in told if o.end and _tells_split(o)), default=None)
    if last is not None and d.origin + now - last < STALE:
        return ()
    share = paths["used"][now] / np.maximum(paths["used:all"][now], 1e-6)
    middle, low, high = (float(v) for v in quantiles(share[None], (0.5, 0.1, 0.9), weights)[:, 0])
    since = f" after {months.name(last)}" if last is not None else ""
    return (
        f"No observation{since} tells what share of use is {first}: its {middle:.0%} "
        f"(80% from {low:.0%} to {high:.0%}) in {d.months[now]} rests on what is said of output, and on priors.",
    )


def _tells_split(o: Observation) -> bool:
    """Whether an observation tells one part of use from the others."""
    return o.path.partition(":")[0] == "used" and (o.measure is Measure.share or o.part != "all")


def quantiles(draws: Array, levels: Sequence[float], weights: Array | None = None) -> Array:
    """Quantiles of each row of draws (rows, draws), weighted where weights are given: (levels, rows)."""
    if weights is None:
        return np.asarray(np.quantile(draws, levels, axis=-1))
    order = np.argsort(draws, -1)
    heaped = np.cumsum(weights[order], -1)
    at = np.stack([(heaped < level).sum(-1) for level in levels]).clip(0, draws.shape[-1] - 1)
    return np.stack([np.take_along_axis(np.take_along_axis(draws, order, -1), a[:, None], -1)[:, 0] for a in at])


def _path(name: str, named_months: tuple[str, ...], draws: Array, weights: Array | None) -> Path:
    levels = [0.5]
    for width in BANDS.values():
        levels += [(1 - width) / 2, (1 + width) / 2]
    found = quantiles(draws, levels, weights)
    bands = {band: (_rounded(found[2 * k + 1]), _rounded(found[2 * k + 2])) for k, band in enumerate(BANDS)}
    return Path(name=name, months=named_months, median=_rounded(found[0]), bands=bands)


def _rounded(values: Array) -> tuple[float, ...]:
    """Four figures are more than the numbers hold."""
    return tuple(float(f"{value:.4g}") for value in values)


def _targets(
    d: Design, paths: dict[str, Array], weights: Array | None
) -> tuple[tuple[TargetDate, ...], tuple[str, ...]]:
    """When each target is met, and a note on each whose path nobody could know of on the day."""
    found, notes = [], []
    for target in d.programme.target:
        # Where one plant is all that is known of, what it makes is what is made.
        name = "made" if d.plants == (target.path.removeprefix("made:"),) else target.path
        if name in paths:
            found.append(_target(target, paths[name], d, weights))
        else:
            notes.append(f"the target of {target.amount:,.0f} {target.path} is left out: unknown as of {d.as_of}")
    return tuple(found), tuple(notes)


def _target(target: Target, path: Array, d: Design, weights: Array | None) -> TargetDate:
    since = months.ordinal(target.since) - d.origin if target.since else 0
    flow = path.copy()
    flow[: max(since, 0)] = 0
    met = np.cumsum(flow, 0) >= target.amount
    probability = met.mean(1) if weights is None else met @ weights
    months_by: dict[str, str | None] = {}
    for level in (0.1, 0.5, 0.9):
        reached = np.flatnonzero(probability >= level)
        months_by[f"{level * 100:.0f}"] = d.months[reached[0]] if len(reached) else None
    chances = tuple(round(float(p), 4) for p in probability)
    return TargetDate(target=target, months=d.months, probability=chances, quantiles=months_by)


def predicted_counts(held: Posterior, series: str, rng: np.random.Generator) -> Array:
    """Draws of the counts that a series on use would report, shown months by draws: coverage and noise included."""
    d, draws = held.design, held.draws
    density = Density(d, np.float32)
    paths = held.paths()
    part_of = {o.part for o in d.observations if o.series == series}
    path = paths["used"] if part_of == {first_part(d.programme).name} else paths.get("used:all", paths["used"])
    shown, count = path.shape
    knots = shown // KNOT + 2
    steps = np.empty((knots, count))
    leans = density.where["leans"].start
    for k in range(knots):
        name = f"coverage {series} {k}"
        steps[k] = draws[leans + d.leans.index(name)] if name in d.leans else rng.standard_normal(count)
    first = next((k for k, i in enumerate(d.rows.observation) if d.observations[i].series == series), None)
    if first is None:
        raise ValueError(f'no series "{series}" bears on this forecast')
    sd = float(d.rows.lean[first][d.leans.index(f"coverage {series} 0")])
    walk = float(d.rows.offset[first]) + sd * steps[0] + DRIFT * np.vstack([np.zeros(count), np.cumsum(steps[1:], 0)])
    at = np.arange(shown) / KNOT
    low = at.astype(int)
    coverage = walk[low] + (at - low)[:, None] * (walk[low + 1] - walk[low])
    noise = np.sqrt(density.scalar(draws, "count.noise") ** 2 + 0.05**2 + 1 / (path + 1))
    return np.asarray(np.exp(np.log(path + 0.5) + coverage + noise * rng.standard_t(HEAVY, path.shape)))


# --------------------------------------------------------------------------------------------- keeping


def pack(held: Posterior) -> bytes:
    """A posterior as bytes, to be kept by the casebook; it can always be thrown away and computed again."""
    small = thinned(held, STORED)
    d = small.design
    facts = {
        "programme": d.programme,
        "observations": d.observations,
        "as_of": d.as_of,
        "horizon": d.horizon,
        "step": small.step,
        "diagnostics": small.diagnostics,
    }
    buffer = io.BytesIO()
    np.savez(
        buffer,
        facts=np.frombuffer(msgspec.json.encode(facts), np.uint8),
        draws=small.draws,
        covariance=small.covariance,
    )
    return buffer.getvalue()


class _Facts(msgspec.Struct):
    programme: Programme
    observations: tuple[Observation, ...]
    as_of: dt.date
    horizon: int
    step: float
    diagnostics: Diagnostics


def unpack(kept: bytes) -> Posterior:
    """The posterior that was packed."""
    with np.load(io.BytesIO(kept)) as arrays:
        facts = msgspec.json.decode(arrays["facts"].tobytes(), type=_Facts)
        d = design(facts.programme, facts.observations, facts.as_of, facts.horizon)
        return Posterior(d, arrays["draws"], arrays["covariance"], facts.step, facts.diagnostics)
