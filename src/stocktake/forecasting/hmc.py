"""Many short Hamiltonian chains at once, in vectorised steps with a dense metric and a jittered step.

All chains advance together, so that one pass of the density serves them all. The metric is the covariance of the
draws so far; each chain jitters its own step, the number of leaps is drawn anew for each iteration (Neal, 2011).
The step is tuned by dual averaging (Hoffman and Gelman, 2014) during warm-up only.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from stocktake.forecasting.model import Density

Array = npt.NDArray[Any]

ACCEPTANCE = 0.8
JITTER = (0.5, 1.1)  # each chain's step, relative to the tuned one
LONGEST = 50  # leaps of one trajectory
STRETCH = 0.25  # standard deviation of a proposed change of a log scale
DIVERGENT = 50.0  # an energy error above this is a divergence


class Chains:
    """The state of all chains: positions Z (dim, chains), densities, gradients; metric and step."""

    def __init__(self, density: Density, Z: Array, covariance: Array, rng: np.random.Generator, step: float = 0.1):
        self.density, self.rng, self.step = density, rng, step
        self.Z = np.ascontiguousarray(Z, dtype=density.dtype)
        with np.errstate(all="ignore"):
            self.value, self.gradient = density.value_and_gradient(self.Z)
        self.length = 1.5
        self.set_metric(covariance)
        self.restart_tuning()
        self.acceptance, self.divergent = 0.0, 0

    def set_metric(self, covariance: Array) -> None:
        """Take a covariance as inverse mass."""
        symmetric = (covariance + covariance.T) / 2
        root = np.linalg.cholesky(symmetric)
        self.covariance = symmetric.astype(self.density.dtype)
        self.momenta = np.linalg.inv(root).T.astype(self.density.dtype)

    def restart_tuning(self) -> None:
        self.centre, self.shortfall, self.tuned, self.average = np.log(self.step * 1.5), 0.0, 0, np.log(self.step)

    def settle(self) -> None:
        """End tuning: take the averaged step."""
        self.step = float(np.exp(self.average))

    def advance(self, tune: bool = False) -> None:
        """One trajectory of every chain."""
        rng, dtype, density = self.rng, self.density.dtype, self.density
        chains = self.Z.shape[1]
        noise = rng.standard_normal(self.Z.shape, dtype=dtype)
        leaps = int(np.clip(np.rint(self.length * (0.6 + 0.8 * rng.random()) / self.step), 1, LONGEST))
        step = np.asarray(self.step * rng.uniform(*JITTER, chains), dtype)
        Z, gradient, momentum = self.Z, self.gradient, self.momenta @ noise
        before = 0.5 * (noise * noise).sum(0)
        with np.errstate(all="ignore"):
            momentum = momentum + step / 2 * gradient
            for leap in range(leaps):
                Z = Z + step * (self.covariance @ momentum)
                value, gradient = density.value_and_gradient(Z)
                momentum = momentum + (step if leap < leaps - 1 else step / 2) * gradient
            after = 0.5 * (momentum * (self.covariance @ momentum)).sum(0)
            gained = (value - after) - (self.value - before)
            gained = np.where(np.isfinite(gained), gained, -np.inf)
            chance = np.exp(np.minimum(gained, 0))
        taken = rng.random(chains) < chance
        self.Z = np.where(taken, Z, self.Z)
        self.gradient = np.where(taken, gradient, self.gradient)
        self.value = np.where(taken, value, self.value)
        self._interweave()
        self.acceptance = float(chance.mean())
        self.divergent = int((gained < -DIVERGENT).sum())
        if tune:
            self._tune()

    def _interweave(self) -> None:
        """Move each scale together with its path (the interweaving of Yu and Meng, 2011), by Metropolis steps."""
        density, rng = self.density, self.rng
        before = self.Z
        for name in density.stretchable:
            by = np.asarray(STRETCH * rng.standard_normal(self.Z.shape[1]), density.dtype)
            with np.errstate(all="ignore"):
                moved, count = density.stretched(self.Z, name, by)
                value = density.value_only(moved)
                gained = value - self.value + count * by
            taken = np.log(rng.random(len(by))) < np.where(np.isfinite(gained), gained, -np.inf)
            self.Z = np.where(taken, moved, self.Z)
            self.value = np.where(taken, value, self.value)
        if self.Z is not before:
            self.value, self.gradient = density.value_and_gradient(self.Z)

    def _tune(self) -> None:
        self.tuned += 1
        weight = 1 / (self.tuned + 5)
        self.shortfall = (1 - weight) * self.shortfall + weight * (ACCEPTANCE - self.acceptance)
        log_step = self.centre - np.sqrt(self.tuned) / 0.1 * self.shortfall
        share = self.tuned**-0.75
        self.average = share * log_step + (1 - share) * self.average
        self.step = float(np.clip(np.exp(log_step), 0.01, 1.0))


def warm_up(chains: Chains, phases: tuple[int, ...], length: float, settle_in: int = 8) -> None:
    """Bring chains to the posterior: in each phase tune the step, then take the covariance of its later draws.

    The fewer those draws, the more the metric stays what it was.
    """
    dim = chains.density.dim
    for phase in phases:
        kept = []
        for iteration in range(phase):
            chains.advance(tune=True)
            if iteration >= phase // 3:
                kept.append(chains.Z.astype(np.float64))
        chains.settle()
        draws = np.concatenate(kept, 1)
        count = draws.shape[1]
        trust = count / (count + 3.0 * dim)
        chains.set_metric(trust * np.cov(draws) + (1 - trust) * chains.covariance)
        chains.restart_tuning()
        chains.length = length
    for _ in range(settle_in):
        chains.advance(tune=True)
    chains.settle()


def sample(chains: Chains, iterations: int) -> tuple[Array, float, int]:
    """Draws (dim, iterations, chains), mean acceptance and the number of divergences."""
    draws, acceptance, divergent = [], 0.0, 0
    for _ in range(iterations):
        chains.advance()
        draws.append(chains.Z)
        acceptance += chains.acceptance / iterations
        divergent += chains.divergent
    return np.stack(draws, 1), acceptance, divergent
