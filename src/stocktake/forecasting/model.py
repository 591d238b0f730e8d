"""The model: from unknowns to monthly paths, their log density, and its gradient by a hand-written adjoint.

Month by month: available = stock before + made + imported; used = available x a share; lost = a hazard of what is
left; stock = the rest, so it cannot be negative. Log output, its growth, log imports and the logit of the share
used are sampled themselves ("centred"), so that their priors are banded and the count data fix them directly.
Arrays are laid out (unknown or month, chain): every operation runs over all chains at once.
The adjoint follows reverse-mode differentiation, written out (Griewank and Walther, Evaluating Derivatives, 2008).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from stocktake.forecasting.layout import HALF, Design

Array = npt.NDArray[Any]

HEAVY = 4.0  # degrees of freedom of the Student-t errors of numbers and of changes in growth
STEEP = 1.7  # the logistic curve with this slope is close to the normal distribution function
RAMP = 1.5  # months that set how fast a plant starts
RETURN = 0.85  # how much of a deviation of log imports from their trend stays from month to month
PACE = 0.6  # standard deviation of changes in growth, relative to that of jumps in output
ARRIVAL = 1.0  # months that set how fast a companion part appears
ARRIVES = 2.0  # standard deviation, in months, of when it appears
SHIFT = 0.25  # standard deviation of a companion's log ratio from month to month
MIXTURE = 0.9  # how much of a deviation of that log ratio from its mean stays from month to month
SPLIT = 0.6  # standard deviation of the log weights of plants
SETTLED = (1 - MIXTURE**2) ** -0.5  # an autoregression's spread in the long run, relative to that of its changes
WIDE_START = 2.0  # the first month's growth and share are this much looser than later changes


def logistic(x: Array) -> Array:
    """1 / (1 + e^-x)."""
    with np.errstate(over="ignore"):
        return np.asarray(1 / (1 + np.exp(-x)))


@dataclass(frozen=True)
class Flow:
    """What one pass forward computed; `paths` (blocks x months, chains), the rest is kept for the adjoint."""

    paths: Array
    unknown: dict[str, Array]
    ramps: Array
    split: Array
    used_part: Array
    hazard: Array
    kept: Array
    available: Array
    left: Array
    ratio: list[Array]
    arrival: list[Array]


class Density:
    """The log density of a design's unknowns. `dim` unknowns; `where` names their slices."""

    def __init__(self, design: Design, dtype: Any = np.float64) -> None:
        self.design, self.dtype = design, dtype
        self.T, self.P = design.length, len(design.plants)
        self.has_imports, self.has_use = "imports" in design.blocks, "used" in design.blocks
        self.anchor = design.history // 2
        self._unknowns()
        self._data()

    def _unknowns(self) -> None:
        design, T = self.design, self.T
        scalars = [n for n in design.priors if n != "output.level"]
        scalars += [f"weight {plant}" for plant in design.plants] if self.P > 1 else []
        scalars += [f"event {k}" for k in design.events]
        scalars += [f"arrival {name}" for name in design.companions]
        self.scalars = {name: index for index, name in enumerate(scalars)}
        sizes = {"scalars": len(scalars), "leans": len(design.leans)}
        sizes |= {f"shift {name}": T - since for name, since in zip(design.companions, design.since, strict=True)}
        self.standard = sum(sizes.values())  # unknowns whose prior is standard normal
        sizes |= {"output": T, "growth": T} if self.P else {}
        sizes |= {"imports": T} if self.has_imports else {}
        sizes |= {"share": T} if self.has_use else {}
        self.where: dict[str, slice] = {}
        at = 0
        for name, size in sizes.items():
            self.where[name] = slice(at, at + size)
            at += size
        self.dim = at

    def _data(self) -> None:
        design, rows = self.design, self.design.rows

        def column(values: Array) -> Array:
            return np.ascontiguousarray(values, dtype=self.dtype)[:, None]

        def plain(values: Array) -> Array:
            return np.ascontiguousarray(values, dtype=self.dtype)

        self.sums, self.sums_back = plain(rows.sums), plain(rows.sums.T)
        self.shares, self.shares_back = plain(rows.shares), plain(rows.shares.T)
        self.lean, self.lean_back = plain(rows.lean), plain(rows.lean.T)
        self.value, self.offset, self.side = column(rows.value), column(rows.offset), column(rows.side)
        self.number = column(rows.side == 0)
        self.error2, self.spread2 = column(rows.error**2), column(rows.spread**2)
        self.of_counts, self.of_claims = column(rows.counted), column(~rows.counted)
        self.counted_rows, self.claim_rows = np.flatnonzero(rows.counted), np.flatnonzero(~rows.counted)
        self.bound = column(np.abs(rows.side))
        self.start_month, self.start_error = column(design.starts.month), column(design.starts.error)
        self.time = np.arange(self.T, dtype=self.dtype)[:, None]
        self.running = {name: column(values) for name, values in design.open.items()}
        self.constants = {name: (mean, sd) for name, (_, mean, sd) in design.priors.items()}

    # ------------------------------------------------------------------------------- unknowns

    def scalar(self, Z: Array, name: str) -> Array:
        """A named unknown on its natural scale, per chain."""
        kind, mean, sd = self.design.priors[name]
        z: Array = self.dtype(mean) + self.dtype(sd) * Z[self.scalars[name]]
        if kind == "positive":
            return np.asarray(np.exp(z))
        return logistic(z) if kind == "share" else z

    def slope(self, name: str, natural: Array) -> Array:
        """Derivative of a named unknown by its standard-normal coordinate."""
        kind, _, sd = self.design.priors[name]
        if kind == "positive":
            return np.asarray(self.dtype(sd) * natural)
        if kind == "share":
            return np.asarray(self.dtype(sd) * natural * (1 - natural))
        return np.full_like(natural, sd)

    # ------------------------------------------------------------------------------- forward

    def flow(self, Z: Array) -> Flow:
        """The paths of every chain."""
        design, T, dtype, N = self.design, self.T, self.dtype, Z.shape[1]
        unknown = {name: self.scalar(Z, name) for name in design.priors if name != "output.level"}
        paths = np.empty((len(design.blocks) * T, N), dtype)
        block = {name: slice(k * T, (k + 1) * T) for k, name in enumerate(design.blocks)}
        available = np.zeros((T, N), dtype)
        ramps, split = self._plants(Z, unknown)
        if self.P:
            output = np.exp(Z[self.where["output"]])
            for p, plant in enumerate(design.plants):
                made = output * ramps[p] * split[p] * self.running[f"made:{plant}"]
                paths[block[f"made:{plant}"]] = made
                available += made
        if self.has_imports:
            imports = np.exp(Z[self.where["imports"]]) * self.running["imports"]
            paths[block["imports"]] = imports
            available += imports
        share = logistic(Z[self.where["share"]]) * self.running["use"] if self.has_use else np.zeros((T, N), dtype)
        hazard = self._hazard(Z, unknown)
        kept = (1 - share) * (1 - hazard)
        available[0] += unknown["stock.start"]
        for t in range(1, T):
            available[t] += available[t - 1] * kept[t - 1]
        left = available * (1 - share)
        used = available - left
        lost = left * hazard
        if self.has_use:
            paths[block["used"]] = used
        paths[block["lost"]], paths[block["stock"]] = lost, left - lost
        ratios, arrivals = [], []
        for name, since in zip(design.companions, design.since, strict=True):
            ratio, arrival = self._companion(Z, unknown, name, since)
            companion = paths[block[f"used:{name}"]]
            companion[:since] = 0
            companion[since:] = used[since:] * ratio
            ratios.append(ratio)
            arrivals.append(arrival)
        return Flow(paths, unknown, ramps, split, share, hazard, kept, available, left, ratios, arrivals)

    def _plants(self, Z: Array, unknown: dict[str, Array]) -> tuple[Array, Array]:
        """How far each plant has started, by month, and each plant's part of the output."""
        N = Z.shape[1]
        ramps = np.ones((self.P, self.T, N), self.dtype)
        for p in self.design.starting:
            begins = unknown[f"start {self.design.plants[p]}"]
            ramps[p] = logistic((self.time - begins) / self.dtype(RAMP))
        if self.P < 2:
            return ramps, np.ones((self.P, N), self.dtype)
        weights = np.array([np.log(plant.share) for plant in self.design.programme.plant], self.dtype)[:, None]
        first = self.scalars[f"weight {self.design.plants[0]}"]
        logits = weights + self.dtype(SPLIT) * Z[first : first + self.P]
        split = np.exp(logits - logits.max(0))
        return ramps, split / split.sum(0)

    def _hazard(self, Z: Array, unknown: dict[str, Array]) -> Array:
        """The part of what is left that is lost in a month; more in a month with a reported loss."""
        N = Z.shape[1]
        hazard = np.empty((self.T, N), self.dtype)
        rate = unknown["loss.rate"]
        hazard[:] = rate / (1 + rate)
        if self.design.events:
            mean, sd = self.constants["loss.event"]
            for k in self.design.events:
                raised = rate * np.exp(self.dtype(mean) + self.dtype(sd) * Z[self.scalars[f"event {k}"]])
                hazard[k] = raised / (1 + raised)
        return hazard

    def _companion(self, Z: Array, unknown: dict[str, Array], name: str, since: int) -> tuple[Array, Array]:
        """A companion's number per item of the first part used, and how far it has arrived, from its month on."""
        away = self.dtype(SHIFT) * Z[self.where[f"shift {name}"]]
        away[0] *= self.dtype(SETTLED)
        away = _remembered(away, self.dtype(MIXTURE))
        arrives = self.dtype(since + 1) + self.dtype(ARRIVES) * Z[self.scalars[f"arrival {name}"]]
        arrival = logistic((self.time[since:] - arrives) / self.dtype(ARRIVAL))
        return unknown[f"companion.ratio.{name}"] * np.exp(away) * arrival, arrival

    # ------------------------------------------------------------------------------- observations

    def fit(self, Z: Array, flow: Flow) -> tuple[Array, Array, Array, Array]:
        """Sums, denominators, standardised residuals and standard deviations of every row."""
        sums = self.sums @ flow.paths + self.dtype(HALF)
        below = self.shares @ flow.paths + self.dtype(HALF)
        expected = np.log(sums) + self.offset
        if len(self.design.rows.ratio):
            expected[self.design.rows.ratio] -= np.log(below)
        if self.design.leans:
            expected += self.lean @ Z[self.where["leans"]]
        scale2 = self.of_claims * flow.unknown["claim.error"] ** 2 + self.of_counts * flow.unknown["count.noise"] ** 2
        deviation = np.sqrt(self.error2 * scale2 + self.spread2)
        return sums, below, (self.value - expected) / deviation, deviation

    def per_row(self, residual: Array, deviation: Array) -> Array:
        """Log likelihood of each row: Student-t for a number, a soft step for a bound."""
        tails = self.dtype((HEAVY + 1) / 2) * np.log1p(residual * residual / self.dtype(HEAVY))
        numbers = -self.number * (tails + np.log(deviation))
        steps = np.logaddexp(self.dtype(0), self.dtype(STEEP) * self.side * residual)
        return np.asarray(numbers - self.bound * steps)

    def likelihood(self, Z: Array) -> tuple[Array, Array]:
        """Log likelihood per row and chain, and of the starts (both with chains last)."""
        flow = self.flow(Z)
        _, _, residual, deviation = self.fit(Z, flow)
        return self.per_row(residual, deviation), -self.dtype(0.5) * self.start_residual(flow) ** 2

    def start_residual(self, flow: Flow) -> Array:
        N = flow.available.shape[1]
        starts = self.design.starts
        residual = np.zeros((len(starts.plant), N), self.dtype)
        for k, plant in enumerate(starts.plant):
            residual[k] = (flow.unknown[f"start {self.design.plants[plant]}"] - self.start_month[k]) / self.start_error[
                k
            ]
        return residual

    # ------------------------------------------------------------------------------- density

    def value_and_gradient(self, Z: Array) -> tuple[Array, Array]:
        """The log density of every chain and its gradient (dim, chains)."""
        flow = self.flow(Z)
        sums, below, residual, deviation = self.fit(Z, flow)
        started = self.start_residual(flow)
        density = self.per_row(residual, deviation).sum(0) - self.dtype(0.5) * (started * started).sum(0)
        G = np.zeros_like(Z)
        to_paths = self._observed(Z, G, flow, sums, below, residual, deviation)
        self._flowed(G, flow, to_paths, started)
        density += self._prior(Z, G, flow.unknown)
        return density, G

    def value_only(self, Z: Array) -> Array:
        """The log density of every chain."""
        rows, starts = self.likelihood(Z)
        unknown = {name: self.scalar(Z, name) for name in self.design.priors if name != "output.level"}
        density: Array = rows.sum(0) + starts.sum(0) + self._prior(Z, None, unknown)
        return density

    def _observed(
        self, Z: Array, G: Array, flow: Flow, sums: Array, below: Array, residual: Array, deviation: Array
    ) -> Array:
        """Adjoint of the rows: adds to G what leans and scales get, returns what the paths get."""
        squared = residual * residual
        by_residual = -self.number * (self.dtype(HEAVY + 1) * residual / (self.dtype(HEAVY) + squared))
        by_residual -= self.side * (self.dtype(STEEP) * logistic(self.dtype(STEEP) * self.side * residual))
        by_expected = -by_residual / deviation
        if self.design.leans:
            G[self.where["leans"]] = self.lean_back @ by_expected
        by_log_deviation = -self.number - by_residual * residual
        scaled = by_log_deviation * self.error2 / (deviation * deviation)
        for name, mask in (("claim.error", self.of_claims), ("count.noise", self.of_counts)):
            natural = flow.unknown[name]
            G[self.scalars[name]] = (scaled * mask).sum(0) * natural * self.slope(name, natural)
        to_paths: Array = self.sums_back @ (by_expected / sums)
        if len(self.design.rows.ratio):
            to_paths -= self.shares_back @ (by_expected[self.design.rows.ratio] / below)
        return to_paths

    def _flowed(self, G: Array, flow: Flow, to_paths: Array, started: Array) -> None:
        """Adjoint of the paths, from what they get to the unknowns."""
        design, T, dtype = self.design, self.T, self.dtype
        to = {name: to_paths[k * T : (k + 1) * T] for k, name in enumerate(design.blocks)}
        path = {name: flow.paths[k * T : (k + 1) * T] for k, name in enumerate(design.blocks)}
        share, hazard = flow.used_part, flow.hazard
        to_used = to["used"].copy() if self.has_use else np.zeros_like(share)
        for k, (name, since) in enumerate(zip(design.companions, design.since, strict=True)):
            coming = to[f"used:{name}"][since:]
            to_used[since:] += coming * flow.ratio[k]
            to_log = coming * path[f"used:{name}"][since:]
            ratio = f"companion.ratio.{name}"
            G[self.scalars[ratio]] = to_log.sum(0) * dtype(self.constants[ratio][1])
            to_shift = _remembered(to_log[::-1], dtype(MIXTURE))[::-1]
            to_shift[0] *= dtype(SETTLED)
            G[self.where[f"shift {name}"]] = dtype(SHIFT) * to_shift
            away = (to_log * (1 - flow.arrival[k])).sum(0)
            G[self.scalars[f"arrival {name}"]] = -dtype(ARRIVES / ARRIVAL) * away
        to_left = to["stock"] * (1 - hazard) + to["lost"] * hazard
        to_available = to_used * share + (1 - share) * to_left
        for t in range(T - 2, -1, -1):
            to_available[t] += flow.kept[t] * to_available[t + 1]
        to_stock = to["stock"].copy()
        to_stock[:-1] += to_available[1:]
        to_left = to_stock * (1 - hazard) + to["lost"] * hazard
        if self.has_use:
            G[self.where["share"]] = flow.available * (to_used - to_left) * share * (1 - share)
        start = flow.unknown["stock.start"]
        G[self.scalars["stock.start"]] = to_available[0] * self.slope("stock.start", start)
        self._hazarded(G, flow, flow.left * (to["lost"] - to_stock) * hazard * (1 - hazard))
        if self.has_imports:
            G[self.where["imports"]] = (to["imports"] + to_available) * path["imports"]
        if self.P:
            self._made(G, flow, to, path, to_available, started)

    def _hazarded(self, G: Array, flow: Flow, to_logit: Array) -> None:
        """Adjoint of the hazard, whose logit is log rate plus, in a month with a reported loss, the event's."""
        G[self.scalars["loss.rate"]] = to_logit.sum(0) * self.dtype(self.constants["loss.rate"][1])
        if self.design.events:
            sd = self.dtype(self.constants["loss.event"][1])
            for k in self.design.events:
                G[self.scalars[f"event {k}"]] = to_logit[k] * sd

    def _made(
        self, G: Array, flow: Flow, to: dict[str, Array], path: dict[str, Array], to_available: Array, started: Array
    ) -> None:
        """Adjoint of the plants' output."""
        design = self.design
        to_output = G[self.where["output"]]
        by_plant = np.empty((self.P, to_output.shape[1]), self.dtype)
        for p, plant in enumerate(design.plants):
            to_log = (to[f"made:{plant}"] + to_available) * path[f"made:{plant}"]
            to_output += to_log
            by_plant[p] = to_log.sum(0)
            if p in design.starting:
                early = -(to_log * (1 - flow.ramps[p])).sum(0) / self.dtype(RAMP)
                seen = design.starts.plant == p
                early -= (started[seen] / self.start_error[seen]).sum(0)
                name = f"start {plant}"
                G[self.scalars[name]] = early * self.dtype(self.constants[name][1])
        if self.P > 1:
            first = self.scalars[f"weight {design.plants[0]}"]
            G[first : first + self.P] = self.dtype(SPLIT) * (by_plant - flow.split * by_plant.sum(0))

    # ------------------------------------------------------------------------------- prior

    def _prior(self, Z: Array, G: Array | None, unknown: dict[str, Array]) -> Array:
        """Log prior; adds its gradient to G when one is given."""
        standard = Z[: self.standard]
        density: Array = -self.dtype(0.5) * (standard * standard).sum(0)
        if G is not None:
            G[: self.standard] -= standard
        if self.P:
            density += self._prior_output(Z, G, unknown)
        if self.has_imports:
            density += self._prior_imports(Z, G, unknown)
        if self.has_use:
            density += self._prior_share(Z, G, unknown)
        return density

    def _prior_output(self, Z: Array, G: Array | None, unknown: dict[str, Array]) -> Array:
        """Log output: normal jumps about its growth; growth returns to its mean, its changes have heavy tails."""
        dtype, T = self.dtype, self.T
        x, g = Z[self.where["output"]], Z[self.where["growth"]]
        mean, pace, jump = (unknown[f"output.{n}"] for n in ("growth", "persistence", "volatility"))
        level, level_sd = (dtype(v) for v in self.constants["output.level"])
        at = (x[self.anchor] - level) / level_sd
        jumps = (x[1:] - x[:-1] - g[1:]) / jump
        change = dtype(PACE) * jump
        away = g - mean
        changes = np.empty_like(g)
        changes[0] = away[0] / (dtype(WIDE_START) * change)
        changes[1:] = (away[1:] - pace * away[:-1]) / change
        heavy = dtype(HEAVY)
        density: Array = (
            -dtype(0.5) * (at * at + (jumps * jumps).sum(0))
            - (heavy + 1) / 2 * np.log1p(changes * changes / heavy).sum(0)
            - dtype(2 * T - 1) * np.log(jump)
        )
        if G is None:
            return density
        by_change = (heavy + 1) * changes / (heavy + changes * changes)
        to_x, to_g = G[self.where["output"]], G[self.where["growth"]]
        to_x[self.anchor] -= at / level_sd
        pull = jumps / jump
        to_x[1:] -= pull
        to_x[:-1] += pull
        to_g[1:] += pull
        back = by_change / change
        back[0] /= dtype(WIDE_START)
        to_g -= back
        to_g[:-1] += pace * back[1:]
        to_mean = back[0] + (1 - pace) * back[1:].sum(0)
        to_pace = (back[1:] * away[:-1]).sum(0)
        to_log_jump = (jumps * jumps).sum(0) + (by_change * changes).sum(0) - dtype(2 * T - 1)
        G[self.scalars["output.growth"]] += to_mean * self.slope("output.growth", mean)
        G[self.scalars["output.persistence"]] += to_pace * self.slope("output.persistence", pace)
        G[self.scalars["output.volatility"]] += to_log_jump * dtype(self.constants["output.volatility"][1])
        return density

    def _prior_imports(self, Z: Array, G: Array | None, unknown: dict[str, Array]) -> Array:
        """Log imports: they return to a trend, with changes whose size is learned."""
        dtype, T = self.dtype, self.T
        level, drift, jump = (unknown[f"imports.{n}"] for n in ("level", "growth", "volatility"))
        away = Z[self.where["imports"]] - np.log(level) - drift * self.time
        changes = np.empty_like(away)
        changes[0] = away[0] / (dtype(WIDE_START) * jump)
        changes[1:] = (away[1:] - dtype(RETURN) * away[:-1]) / jump
        density: Array = -dtype(0.5) * (changes * changes).sum(0) - dtype(T) * np.log(jump)
        if G is None:
            return density
        back = changes / jump
        back[0] /= dtype(WIDE_START)
        pull = back.copy()
        pull[:-1] -= dtype(RETURN) * back[1:]
        G[self.where["imports"]] -= pull
        G[self.scalars["imports.level"]] += pull.sum(0) * dtype(self.constants["imports.level"][1])
        to_drift = (pull * self.time).sum(0)
        G[self.scalars["imports.growth"]] += to_drift * self.slope("imports.growth", drift)
        to_log_jump = (changes * changes).sum(0) - dtype(T)
        G[self.scalars["imports.volatility"]] += to_log_jump * dtype(self.constants["imports.volatility"][1])
        return density

    def _prior_share(self, Z: Array, G: Array | None, unknown: dict[str, Array]) -> Array:
        """Logit of the share used: returns to its mean, with changes whose size is learned."""
        dtype, T = self.dtype, self.T
        share, memory, jump = (unknown[f"use.{n}"] for n in ("share", "persistence", "volatility"))
        centre = np.log(share) - np.log1p(-share)
        away = Z[self.where["share"]] - centre
        changes = np.empty_like(away)
        changes[0] = away[0] / (dtype(WIDE_START) * jump)
        changes[1:] = (away[1:] - memory * away[:-1]) / jump
        density: Array = -dtype(0.5) * (changes * changes).sum(0) - dtype(T) * np.log(jump)
        if G is None:
            return density
        back = changes / jump
        back[0] /= dtype(WIDE_START)
        to_share = G[self.where["share"]]
        to_share -= back
        to_share[:-1] += memory * back[1:]
        to_centre = back[0] + (1 - memory) * back[1:].sum(0)
        G[self.scalars["use.share"]] += to_centre * dtype(self.constants["use.share"][1])
        to_memory = (back[1:] * away[:-1]).sum(0)
        G[self.scalars["use.persistence"]] += to_memory * self.slope("use.persistence", memory)
        to_log_jump = (changes * changes).sum(0) - dtype(T)
        G[self.scalars["use.volatility"]] += to_log_jump * dtype(self.constants["use.volatility"][1])
        return density

    # ------------------------------------------------------------------------------- moves along a scale

    @property
    def stretchable(self) -> tuple[str, ...]:
        """The scales whose path can be stretched with them."""
        names = ("output", self.P), ("imports", self.has_imports), ("use", self.has_use)
        return tuple(f"{name}.volatility" for name, there in names if there)

    def stretched(self, Z: Array, name: str, by: Array) -> tuple[Array, int]:
        """Positions whose scale `name` is e^by larger, and by how many powers of e^by their volume has grown.

        Given its path a volatility hardly moves, so here the path stretches with it about its mean.
        """
        moved, factor = Z.copy(), np.exp(by)
        moved[self.scalars[name]] += by / self.dtype(self.constants[name][1])
        if name == "imports.volatility":
            centre = np.log(self.scalar(Z, "imports.level")) + self.scalar(Z, "imports.growth") * self.time
            moved[self.where["imports"]] = centre + factor * (Z[self.where["imports"]] - centre)
            return moved, self.T
        if name == "use.volatility":
            share = self.scalar(Z, "use.share")
            middle = np.log(share) - np.log1p(-share)
            moved[self.where["share"]] = middle + factor * (Z[self.where["share"]] - middle)
            return moved, self.T
        mean, x = self.scalar(Z, "output.growth"), Z[self.where["output"]]
        centre = x[self.anchor] + mean * (self.time - self.dtype(self.anchor))
        moved[self.where["output"]] = centre + factor * (x - centre)
        moved[self.where["growth"]] = mean + factor * (Z[self.where["growth"]] - mean)
        return moved, 2 * self.T - 1

    # ------------------------------------------------------------------------------- drawing from the prior

    def draw(self, count: int, rng: np.random.Generator) -> Array:
        """Draws from the prior (dim, count)."""
        T = self.T
        Z = np.empty((self.dim, count))
        Z[: self.standard] = rng.standard_normal((self.standard, count))
        unknown = {name: self.scalar(Z, name) for name in self.design.priors if name != "output.level"}
        if self.P:
            mean, pace, jump = (unknown[f"output.{n}"] for n in ("growth", "persistence", "volatility"))
            noise = PACE * jump * rng.standard_t(HEAVY, (T, count))
            noise[0] *= WIDE_START
            g = mean + _remembered(noise, pace)
            x = np.cumsum(g + jump * rng.standard_normal((T, count)), 0)
            level, level_sd = self.constants["output.level"]
            Z[self.where["output"]] = x - x[self.anchor] + level + level_sd * rng.standard_normal(count)
            Z[self.where["growth"]] = g
        if self.has_imports:
            first, drift, jump = (unknown[f"imports.{n}"] for n in ("level", "growth", "volatility"))
            noise = jump * rng.standard_normal((T, count))
            noise[0] *= WIDE_START
            trend = np.log(first) + drift * self.time
            Z[self.where["imports"]] = trend + _remembered(noise, np.full(count, RETURN))
        if self.has_use:
            share, memory, jump = (unknown[f"use.{n}"] for n in ("share", "persistence", "volatility"))
            noise = jump * rng.standard_normal((T, count))
            noise[0] *= WIDE_START
            Z[self.where["share"]] = np.log(share) - np.log1p(-share) + _remembered(noise, memory)
        return Z


def _remembered(noise: Array, memory: Any) -> Array:
    """An autoregression of order one, driven by the noise; turned round in time it is its own adjoint."""
    path = noise.copy()
    for t in range(1, len(path)):
        path[t] += memory * path[t - 1]
    return path
