"""From a design to draws that can be trusted, and from these to those of a slightly different design.

A cold run smooths an ensemble, warms the chains up and samples until the shown paths have the effective size asked
for; two such runs go in two processes of their own, so that threads, scripts and servers can call it alike and
each process keeps linear algebra to one thread. Many designs at once share the processes, one shorter run each. A
what-if re-weights the draws; where weights would be too uneven it restarts the chains from resampled draws with the
stored metric and step. Everything follows from the seed.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from stocktake.forecasting import diagnostics, hmc, smoother, trust
from stocktake.forecasting.layout import HALF, Design
from stocktake.forecasting.model import Density
from stocktake.forecasting.trust import Untrusted
from stocktake.vocabulary import Diagnostics

Array = npt.NDArray[Any]
Answer = TypeVar("Answer")

RUNS, CHAINS, GROUPS = 2, 128, 8  # runs of one design, chains of a run, superchains of a run
PHASES, LENGTH = (20, 20, 30), 3.0  # iterations of a cold warm-up's phases, length of a trajectory
BLOCK, LONGEST = 20, 400  # iterations between checks, and at most
WANTED, WANTED_OF_MANY = 1600.0, 800.0  # effective draws asked for, over all runs; of each of many designs
SPARE = 1.2  # shorter runs judge themselves less surely, and are cut to the shortest
KEPT = 4096  # draws that are kept for what-ifs
RESTART = (3, 9)  # iterations of a warm restart: thrown away, kept


@dataclass(frozen=True)
class Run:
    """What one process brings back: draws (dim, iterations, chains) and how they were made."""

    draws: Array
    covariance: Array
    step: float
    acceptance: float
    divergent: int


@dataclass(frozen=True)
class Posterior:
    """Draws of a design's unknowns (dim, draws), with weights where they were re-weighted, and their diagnostics."""

    design: Design
    draws: Array
    covariance: Array
    step: float
    diagnostics: Diagnostics
    weights: Array | None = None

    def paths(self) -> dict[str, Array]:
        """Every path of the programme (months, draws), shown months only."""
        return named_paths(self.design, Density(self.design, np.float32).flow(self.draws).paths)


def named_paths(design: Design, blocks: Array) -> dict[str, Array]:
    """Paths by name from the blocks: totals are summed, months kept only for far plans are dropped."""
    shown, T = len(design.months), design.length
    block = {name: blocks[k * T : k * T + shown] for k, name in enumerate(design.blocks)}
    found: dict[str, Array] = {}
    if design.plants:
        found["made"] = np.sum([block[f"made:{plant}"] for plant in design.plants], axis=0)
        if len(design.plants) > 1:
            found |= {f"made:{plant}": block[f"made:{plant}"] for plant in design.plants}
    found |= {name: block[name] for name in ("imports", "used") if name in block}
    if design.companions:
        found |= {f"used:{name}": block[f"used:{name}"] for name in design.companions}
        found["used:all"] = block["used"] + np.sum([block[f"used:{name}"] for name in design.companions], axis=0)
    return found | {"lost": block["lost"], "stock": block["stock"]}


def watched(density: Density, draws: Array) -> Array:
    """Logarithms of the paths that diagnostics watch (quantities, iterations, chains)."""
    dim, iterations, chains = draws.shape
    paths = named_paths(density.design, density.flow(draws.reshape(dim, -1)).paths)
    names = [name for name in ("made", "imports", "used", "used:all", "stock") if name in paths]
    rows: Array = np.log(np.concatenate([paths[name] for name in names]) + density.dtype(HALF))
    return rows.reshape(len(rows), iterations, chains)


def chains_from_cold(design: Design, seed: int, wanted: float) -> Run:
    """Smooth, warm up, and sample until the watched paths have the effective size wanted and the chains agree."""
    rng = np.random.default_rng(seed)
    density = Density(design)
    ensemble = smoother.smooth(density, rng)
    covariance = np.cov(ensemble)
    covariance = 0.9 * covariance + 0.1 * np.diag(np.diag(covariance))
    fast = Density(design, np.float32)
    starts = np.repeat(ensemble[:, :GROUPS], CHAINS // GROUPS, 1)
    chains = hmc.Chains(fast, starts, covariance, rng)
    hmc.warm_up(chains, PHASES, LENGTH)
    draws: list[Array] = []
    seen: list[Array] = []
    acceptance, divergent, iterations, enough = [], 0, 0, False
    while iterations < LONGEST and not enough:
        more, accepted, diverged = hmc.sample(chains, BLOCK)
        draws.append(more)
        seen.append(watched(fast, more))
        acceptance.append(accepted)
        divergent, iterations = divergent + diverged, iterations + BLOCK
        enough = iterations > BLOCK and _enough(np.concatenate(seen, 1), wanted)
    return Run(np.concatenate(draws, 1), chains.covariance, chains.step, float(np.mean(acceptance)), divergent)


def _enough(seen: Array, wanted: float) -> bool:
    size = float(diagnostics.effective_size(seen).min())
    return size >= wanted and float(diagnostics.nested_r_hat(seen, GROUPS).max()) <= trust.GOOD_R_HAT


def posterior(design: Design, seed: int = 0, processes: int | None = None) -> Posterior:
    """The posterior of a design, by cold runs in `processes` processes (0: in this one); refused when untrusted."""
    return posteriors([design], seed, processes)[0]


def posteriors(designs: Sequence[Design], seed: int = 0, processes: int | None = None) -> list[Posterior]:
    """Posteriors of many designs at once: the runs of a single one, or the designs, are dealt out to processes.

    How many processes there are changes nothing but the time; with 0, where NumPy's linear algebra has one thread
    (importing `stocktake.forecasting` before NumPy sees to that). Of many designs, each has one run and fewer draws.
    """
    processes = min(os.cpu_count() or 1, 2) if processes is None else processes
    if len(designs) == 1:
        runs = [(designs[0], seed + 1000 * run, SPARE * WANTED / RUNS) for run in range(RUNS)]
        return [_joined(designs[0], _done(chains_from_cold, runs, processes))]
    found = _done(alone, [(design, seed, WANTED_OF_MANY) for design in designs], processes)
    for refused in found:
        if isinstance(refused, Untrusted):
            raise refused
    return [held for held in found if isinstance(held, Posterior)]


def alone(design: Design, seed: int, wanted: float) -> Posterior | Untrusted:
    """The posterior of one of many designs from one run, on fewer draws; or why there is none."""
    try:
        return thinned(_joined(design, [chains_from_cold(design, seed, wanted)]))
    except Untrusted as refused:
        return refused


def _done(work: Callable[..., Answer], jobs: Sequence[tuple[Any, ...]], processes: int) -> list[Answer]:
    """The work done with each job's arguments, in processes of their own, or in this one where there are to be none.

    In a process of its own linear algebra keeps to one thread.
    """
    if not processes:
        return [work(*job) for job in jobs]
    environment = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")
    command = [sys.executable, "-m", "stocktake.forecasting.worker"]
    hands = [jobs[k::processes] for k in range(min(processes, len(jobs)))]
    workers = []
    for hand in hands:
        worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        assert worker.stdin is not None
        worker.stdin.write(pickle.dumps((work, hand)))
        worker.stdin.close()
        workers.append(worker)
    done: dict[int, Answer] = {}
    for k, worker in enumerate(workers):
        assert worker.stdout is not None
        answer = worker.stdout.read()
        if worker.wait():
            raise Untrusted("a process that was sampling ended early (out of memory?); try again")
        done |= dict(zip(range(k, len(jobs), len(workers)), pickle.loads(answer), strict=True))
    return [done[k] for k in range(len(jobs))]


def _joined(design: Design, runs: Sequence[Run]) -> Posterior:
    """One posterior from the runs of one design, with its diagnostics; Untrusted when they fail."""
    density = Density(design, np.float32)
    shortest = min(run.draws.shape[1] for run in runs)
    draws = np.concatenate([run.draws[:, :shortest] for run in runs], 2)
    seen = watched(density, draws)
    found = Diagnostics(
        r_hat=float(diagnostics.nested_r_hat(seen, GROUPS * len(runs)).max()),
        ess=float(diagnostics.effective_size(seen).min()),
        acceptance=float(np.mean([run.acceptance for run in runs])),
        divergent=sum(run.divergent for run in runs),
        draws=draws.shape[1] * draws.shape[2],
    )
    trust.check(found)
    flat = np.ascontiguousarray(draws.reshape(density.dim, -1))
    return Posterior(design, flat, runs[0].covariance, runs[0].step, found)


# --------------------------------------------------------------------------------------------- what-ifs


def thinned(held: Posterior, draws: int = KEPT) -> Posterior:
    """The same posterior on fewer draws, evenly taken."""
    count = held.draws.shape[1]
    if count <= draws or held.weights is not None:
        return held
    return replace(held, draws=held.draws[:, np.linspace(0, count - 1, draws).astype(int)])


def changed(held: Posterior, design: Design, seed: int = 0) -> Posterior:
    """The posterior of another design with the same unknowns, from the draws held: re-weighted, or restarted.

    The designs may differ in observations, priors and stops. Where an unknown is new (an origin not heard
    before, a far month) it is drawn from its prior first; where one is gone it is dropped.
    """
    rng = np.random.default_rng(seed)
    held = thinned(held)
    new = Density(design, np.float32)
    draws, known = _carried(held, new, rng)
    with np.errstate(all="ignore"):
        log_weights = _log_density(new, draws) - known
    if held.weights is not None:
        log_weights = log_weights + np.log(np.maximum(held.weights, 1e-30))
    log_weights = np.where(np.isfinite(log_weights), log_weights, -np.inf)
    if not np.isfinite(log_weights).any():
        raise Untrusted("no forecast is given: under these settings what is observed is impossible")
    weights, k_hat = diagnostics.smoothed_weights(log_weights)
    size = 1 / float((weights**2).sum())
    if k_hat <= trust.LARGEST_K_HAT and size >= trust.LEAST_WEIGHTED:
        found = Diagnostics(
            r_hat=held.diagnostics.r_hat,
            ess=min(size, held.diagnostics.ess),
            acceptance=held.diagnostics.acceptance,
            divergent=held.diagnostics.divergent,
            draws=len(weights),
            k_hat=float(k_hat) if np.isfinite(k_hat) else 0.0,
            method="re-weighted",
        )
        return Posterior(design, draws, _fitted(held.covariance, held, new), held.step, found, weights)
    return _restarted(held, new, draws, log_weights, k_hat, rng)


def _restarted(
    held: Posterior,
    new: Density,
    draws: Array,
    log_weights: Array,
    k_hat: float,
    rng: np.random.Generator,
) -> Posterior:
    """Chains from resampled draws, with the stored metric and step: a few iterations thrown away, a few kept."""
    heat = next((b for b in (1.0, 0.7, 0.5, 0.35, 0.2, 0.1, 0.05, 0.02) if _size(b * log_weights) > 300), 0.01)
    chance = np.exp(heat * (log_weights - log_weights.max()))
    chosen = rng.choice(len(chance), CHAINS, p=chance / chance.sum())
    covariance = _fitted(held.covariance, held, new)
    chains = hmc.Chains(new, draws[:, chosen], covariance, rng, held.step)
    chains.length = LENGTH
    for _ in range(RESTART[0]):
        chains.advance()
    more, acceptance, divergent = hmc.sample(chains, RESTART[1])
    seen = watched(new, more)
    found = Diagnostics(
        r_hat=float(diagnostics.nested_r_hat(seen, 2 * GROUPS).max()),
        ess=float(diagnostics.effective_size(seen).min()),
        acceptance=acceptance,
        divergent=divergent,
        draws=more.shape[1] * more.shape[2],
        k_hat=float(min(k_hat, 99.0)),
        method="restarted",
    )
    trust.check_quick(found)
    return Posterior(new.design, more.reshape(new.dim, -1), covariance, held.step, found)


def _size(log_weights: Array) -> float:
    weights = np.exp(log_weights - log_weights.max())
    return float(weights.sum() ** 2 / (weights**2).sum())


def _log_density(density: Density, draws: Array) -> Array:
    """Log density of many draws, in pieces that fit the cache."""
    pieces = [density.value_only(draws[:, at : at + 512]) for at in range(0, draws.shape[1], 512)]
    return np.concatenate(pieces).astype(np.float64)


def _positions(density: Density) -> dict[str, int]:
    """Each unknown's row by a name that other designs of the programme share."""
    rows = dict(density.scalars)
    leans = density.where["leans"].start
    rows |= {f"lean {name}": leans + k for k, name in enumerate(density.design.leans)}
    for name, where in density.where.items():
        if name not in ("scalars", "leans"):
            rows |= {f"{name} {month}": where.start + month for month in range(where.stop - where.start)}
    return rows


def _carried(held: Posterior, new: Density, rng: np.random.Generator) -> tuple[Array, Array]:
    """The held draws in the new design's rows, and the log density from which they were drawn."""
    old = Density(held.design, np.float32)
    known = _log_density(old, held.draws)
    before, after = _positions(old), _positions(new)
    if before == after and held.design.priors == new.design.priors:
        return held.draws, known
    missing = [name for name in after if name not in before and after[name] >= new.standard]
    gone = [name for name in before if name not in after and before[name] >= old.standard]
    if missing or gone:
        raise Untrusted("no quick answer is given: the window has changed; run it as a forecast of its own")
    draws = rng.standard_normal((new.dim, held.draws.shape[1]), dtype=np.float32)
    for name, row in after.items():
        if name in before:
            draws[row] = _kept_value(held.draws[before[name]], name, held.design, new.design)
        else:
            known = known - 0.5 * draws[row].astype(np.float64) ** 2
    for name, row in before.items():
        if name not in after:
            known = known + 0.5 * held.draws[row].astype(np.float64) ** 2
    return draws, known


def _kept_value(z: Array, name: str, old: Design, new: Design) -> Array:
    """An unknown's coordinate under a changed prior, its value kept."""
    before, after = old.priors.get(name), new.priors.get(name)
    if before is None or after is None or before == after:
        return z
    return (before[1] + before[2] * z - after[1]) / after[2]


def _fitted(covariance: Array, held: Posterior, new: Density) -> Array:
    """The stored metric in the new design's rows; unknowns that are new have unit variance."""
    before, after = _positions(Density(held.design, np.float32)), _positions(new)
    if before == after:
        return covariance
    fitted = np.eye(new.dim, dtype=covariance.dtype)
    shared = [name for name in after if name in before]
    rows, olds = np.array([after[n] for n in shared]), np.array([before[n] for n in shared])
    fitted[np.ix_(rows, rows)] = covariance[np.ix_(olds, olds)]
    return fitted
