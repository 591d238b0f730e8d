"""A design: programme and observations laid out as the arrays that the density reads.

Every observation but a start becomes one row: it compares the logarithm of a weighted sum of path values (or of
a ratio of two) with a reported number, an interval or a bound. All offsets of rows (how plans, capacities,
origins and counts lean) are linear in standard-normal unknowns, so that one matrix holds them.
"""

from __future__ import annotations

import datetime as dt
import math
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from stocktake.forecasting import months
from stocktake.forecasting.observations import nonsense
from stocktake.forecasting.programme import Z90, Kind, ProgrammeError, as_known, first_part, makes, transformed
from stocktake.vocabulary import Measure, Observation, Programme, Standing

Array = npt.NDArray[Any]
HALF = 0.5  # added to every sum before its logarithm, so that an empty month has one
KNOT = 6  # months between the knots of a series' coverage
DRIFT = 0.08  # standard deviation of log coverage from knot to knot
EXHAUSTED = 0.5  # "nearly exhausted": less is left than is used in half a month
AHEAD = 12  # months beyond the horizon that plans may still speak of
MOST_ORIGINS = 4  # more origins than this make a number no surer


@lru_cache(1)
def errors() -> dict[str, dict[str, float]]:
    """The table of errors.toml."""
    return tomllib.loads(files("stocktake.forecasting").joinpath("errors.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Rows:
    """What the observations say, one row each (n rows, all arrays of length n unless said otherwise).

    `sums` (n, paths x months) weighs the paths; `ratio` are the rows that are a ratio and `shares` (ratios,
    paths x months) their denominators. `value` is the log of the number, `side` 0 for a number, +1 "at least",
    -1 "at most". The variance is error² x scale² + spread², where scale is that of claims or counts (`counted`).
    `offset` and `lean` (n, leans) give what is added to the log of the sum.
    """

    observation: tuple[int, ...]
    sums: Array
    ratio: Array
    shares: Array
    value: Array
    side: Array
    error: Array
    spread: Array
    counted: Array
    offset: Array
    lean: Array


@dataclass(frozen=True)
class Starts:
    """Observed starts of plants: which plant, which month (a fraction), with what standard deviation."""

    observation: tuple[int, ...]
    plant: Array
    month: Array
    error: Array


@dataclass(frozen=True)
class Design:
    """Everything that the density needs. Months are indices from `origin`; `history` months are past."""

    programme: Programme
    observations: tuple[Observation, ...]
    as_of: dt.date
    origin: int
    length: int
    history: int
    horizon: int
    scale: float
    plants: tuple[str, ...]
    starting: tuple[int, ...]
    blocks: tuple[str, ...]
    companions: tuple[str, ...]
    since: tuple[int, ...]
    events: tuple[int, ...]
    priors: dict[str, tuple[Kind, float, float]]
    open: dict[str, Array]
    leans: tuple[str, ...]
    rows: Rows
    starts: Starts
    notes: tuple[str, ...]

    @property
    def months(self) -> tuple[str, ...]:
        """The names of the months that are shown: all but those kept only for far plans."""
        return tuple(months.name(self.origin + index) for index in range(self.history + self.horizon))


def design(
    programme: Programme,
    observations: Iterable[Observation],
    as_of: dt.date | None = None,
    horizon: int | None = None,
) -> Design:
    """Lay a programme and its observations out, as of a day: what was published later is left out."""
    given = sorted((o for o in observations if not o.excluded), key=lambda o: (o.published, o.id))
    origin = months.ordinal(programme.start)
    if as_of is None:
        as_of = max((o.published for o in given), default=months.last_day(origin + 11))
    if months.of(as_of) < origin:
        raise ProgrammeError(f"as of {as_of} lies before the programme's start, {programme.start}")
    horizon = programme.horizon if horizon is None else horizon
    if not 1 <= horizon <= 60:
        raise ProgrammeError(f"the horizon is {horizon} months; it must be from 1 to 60")
    known = as_known(programme, as_of)
    history = months.of(as_of) - origin + 1
    seen = tuple(o for o in given if o.published <= as_of)
    far = max((months.of(o.end) - origin + 1 for o in seen if o.end), default=0)
    length = max(history + horizon, min(far, history + horizon + AHEAD))
    return _Layout(known, seen, as_of, origin, history, horizon, length).design()


class _Layout:
    """Builds a design; kept only while building."""

    def __init__(
        self,
        programme: Programme,
        seen: tuple[Observation, ...],
        as_of: dt.date,
        origin: int,
        history: int,
        horizon: int,
        length: int,
    ) -> None:
        self.programme, self.seen, self.as_of = programme, seen, as_of
        self.origin, self.history, self.horizon, self.length = origin, history, horizon, length
        self.notes: list[str] = []
        self.first = first_part(programme).name
        self.companions = tuple(part.name for part in programme.part[1:]) if programme.parties.user else ()
        self.since = tuple(months.ordinal(p.since) - origin for p in programme.part[1:] if p.since)
        late = [k for k, since in enumerate(self.since) if since >= length]
        self.companions = tuple(c for k, c in enumerate(self.companions) if k not in late)
        self.since = tuple(s for k, s in enumerate(self.since) if k not in late)
        plants = tuple(plant.name for plant in programme.plant)
        self.plants = plants or (("all",) if makes(programme) else ())
        blocks = [f"made:{plant}" for plant in self.plants]
        blocks += ["imports"] if programme.parties.supplier else []
        blocks += ["used"] if programme.parties.user else []
        self.blocks = (*blocks, "lost", "stock", *(f"used:{name}" for name in self.companions))

    def design(self) -> Design:
        fitting = [i for i, o in enumerate(self.seen) if self._fits(o)]
        starts = self._starts([i for i in fitting if self.seen[i].measure is Measure.start])
        rows, leans = self._rows([i for i in fitting if self.seen[i].measure is not Measure.start])
        scale = self._scale(rows)
        events = sorted(
            {self._index(o.end) for o in (self.seen[i] for i in fitting) if o.path == "lost" and o.end is not None}
        )
        self._contradictions(rows)
        return Design(
            programme=self.programme,
            observations=self.seen,
            as_of=self.as_of,
            origin=self.origin,
            length=self.length,
            history=self.history,
            horizon=self.horizon,
            scale=scale,
            plants=self.plants,
            starting=tuple(k for k, plant in enumerate(self.programme.plant) if plant.starts),
            blocks=self.blocks,
            companions=self.companions,
            since=self.since,
            events=tuple(events),
            priors=self._priors(scale, len(events)),
            open=self._open(),
            leans=leans,
            rows=rows,
            starts=starts,
            notes=tuple(self.notes),
        )

    # ------------------------------------------------------------------------------- which observations fit

    def _fits(self, o: Observation) -> bool:
        """Whether an observation can bear on this window; what cannot is said in a note, never cut to fit."""
        reason = self._misfit(o)
        if reason:
            bounds = [bound for bound in (o.low, o.high) if bound is not None]
            number = "–".join(dict.fromkeys(f"{b:,.0f}" if b >= 10 else f"{b:g}" for b in bounds))
            said = f"{o.path} {number}".rstrip()
            self.notes.append(f"One observation is left out, {said} ({o.finding or o.series or o.id}): {reason}.")
        return reason is None

    def _misfit(self, o: Observation) -> str | None:
        reason = nonsense(o)
        if reason:
            return reason
        if o.measure is Measure.start:
            return self._misfit_start(o)
        if o.start is None or o.end is None:
            return "it has no period"
        if o.measure is not Measure.nearly_exhausted and o.low is None and o.high is None:
            return "it has no number"
        level = o.measure in (Measure.level, Measure.nearly_exhausted)
        inside = within(o.start, o.end, self.origin, self.length).sum()
        if level:
            return None if 0 <= self._index(o.end) < self.length else f"its day {o.end} is outside the window"
        whole = within(o.start, o.end, months.of(o.start), months.of(o.end) - months.of(o.start) + 1).sum()
        if inside < 0.9 * whole:
            last = months.name(self.origin + self.length - 1)
            return f"{o.start} to {o.end} reaches outside the window {self.programme.start} to {last}"
        try:
            self._blocks_of(o.path, o.part)
        except ProgrammeError as problem:
            return str(problem)
        return None

    def _misfit_start(self, o: Observation) -> str | None:
        plant = o.path.partition(":")[2]
        if o.start is None or o.end is None:
            return "it has no period"
        if self._plant(plant) is None:
            return f'it tells the start of "{plant or o.path}", which is no plant of the programme with a start'
        return None

    def _plant(self, name: str) -> int | None:
        """The index of a plant that has a start; the only one when none is named."""
        starting = [k for k, plant in enumerate(self.programme.plant) if plant.starts]
        if not name and len(starting) == 1:
            return starting[0]
        return next((k for k in starting if self.programme.plant[k].name == name), None)

    def _blocks_of(self, path: str, part: str) -> list[int]:
        """Which blocks a path of a part sums."""
        flow, _, plant = path.partition(":")
        companions = [f"used:{name}" for name in self.companions]
        if part not in ("all", self.first):
            names = [f"used:{part}"] if flow in ("used", "made") else []
        elif flow == "made":
            names = [f"made:{plant}"] if plant else [f"made:{p}" for p in self.plants]
            names += companions if part == "all" and not plant else []
        elif flow == "used":
            names = ["used", *(companions if part == "all" else [])]
        else:
            names = [flow]
        missing = [name for name in names if name not in self.blocks]
        if missing or not names:
            raise ProgrammeError(f'the programme has no path "{path}" of part "{part}"')
        return [self.blocks.index(name) for name in names]

    def _index(self, day: dt.date) -> int:
        return months.of(day) - self.origin

    # ------------------------------------------------------------------------------- rows

    def _rows(self, chosen: Sequence[int]) -> tuple[Rows, tuple[str, ...]]:
        width = len(self.blocks) * self.length
        n = len(chosen)
        sums, offset = np.zeros((n, width)), np.zeros(n)
        shares: dict[int, Array] = {}
        value, side, error, spread = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
        counted = np.array([self.seen[i].series is not None for i in chosen], dtype=bool)
        leans: list[str] = []
        lean: dict[tuple[int, int], float] = {}
        for row, i in enumerate(chosen):
            o = self.seen[i]
            sums[row], denominator = self._functional(o)
            if denominator is not None:
                shares[row] = denominator
            value[row], side[row], width_of = _number(o)
            error[row], spread[row] = _variance(o, width_of)
            offset[row], weights = self._leaning(o)
            for name, weight in weights.items():
                if name not in leans:
                    leans.append(name)
                lean[row, leans.index(name)] = weight
        matrix = np.zeros((n, len(leans)))
        for (row, column), weight in lean.items():
            matrix[row, column] = weight
        ratio = np.array(sorted(shares), dtype=int)
        below = np.array([shares[row] for row in ratio]).reshape(len(ratio), width)
        rows = Rows(tuple(chosen), sums, ratio, below, value, side, error, spread, counted, offset, matrix)
        return rows, tuple(leans)

    def _functional(self, o: Observation) -> tuple[Array, Array | None]:
        assert o.start is not None and o.end is not None
        inside = within(o.start, o.end, self.origin, self.length)
        if o.measure is Measure.rate:
            inside = inside / inside.sum()
        if o.measure in (Measure.level, Measure.nearly_exhausted):
            inside = (np.arange(self.length) == self._index(o.end)).astype(float)
        numerator = self._weighted(o.path, o.part, inside)
        if o.measure is Measure.share:
            return numerator, self._weighted(o.path.partition(":")[0], "all", inside)
        if o.measure is Measure.nearly_exhausted:
            return numerator, self._weighted("used" if "used" in self.blocks else "made", self.first, inside)
        return numerator, None

    def _weighted(self, path: str, part: str, inside: Array) -> Array:
        weights = np.zeros((len(self.blocks), self.length))
        weights[self._blocks_of(path, part)] = inside
        return weights.ravel()

    def _leaning(self, o: Observation) -> tuple[float, dict[str, float]]:
        """What is added to the log of an observation's sum: a constant, and weights of standard-normal unknowns."""
        if o.series is not None:
            return self._coverage(o)
        weights = {f"origin {self._voice(o.origins[0] if o.origins else o.id)}": errors()["origin"]["bias"]}
        if o.standing is Standing.observed:
            return 0.0, weights
        name = "plan.ratio" if o.standing is Standing.planned else "capacity.ratio"
        _, mean, sd = transformed(self.programme, name, 1.0)
        return mean, {**weights, name: sd}

    def _coverage(self, o: Observation) -> tuple[float, dict[str, float]]:
        """Log coverage of a series: a random walk over knots half a year apart, straight lines between."""
        assert o.start is not None and o.end is not None
        if o.path.partition(":")[0] != "used":
            return 0.0, {}
        _, mean, sd = transformed(self.programme, f"count.coverage.{o.series}", 1.0)
        at = (months.of(o.start) + months.of(o.end)) / 2 - self.origin
        knot, between = int(at // KNOT), (at % KNOT) / KNOT
        weights = {f"coverage {o.series} 0": sd}
        for k in range(1, knot + 2):
            weights[f"coverage {o.series} {k}"] = DRIFT * (1.0 if k <= knot else between)
        return mean, {name: weight for name, weight in weights.items() if weight}

    def _voice(self, origin: str) -> str:
        return next((voice.name for voice in self.programme.voice if origin in voice.origins), origin)

    def _starts(self, chosen: Sequence[int]) -> Starts:
        plants, at, error = [], [], []
        for i in chosen:
            o = self.seen[i]
            assert o.start is not None and o.end is not None
            first, last = self._index(o.start), self._index(o.end)
            plants.append(self._plant(o.path.partition(":")[2]) or 0)
            at.append((first + last) / 2)
            error.append(max((last - first) / 2, 0.5) + (1.0 if o.standing is Standing.observed else 2.0))
        return Starts(tuple(chosen), np.array(plants, dtype=int), np.array(at), np.array(error))

    # ------------------------------------------------------------------------------- priors

    def _scale(self, rows: Rows) -> float:
        """A typical month's number: the median over the numbers of flows, each brought to one month."""
        typical = []
        for row, i in enumerate(rows.observation):
            o = self.seen[i]
            if o.measure in (Measure.total, Measure.rate, Measure.counted) and o.standing is Standing.observed:
                typical.append(math.exp(rows.value[row]) / max(_months_of(o), 0.1))
        return max(float(np.median(typical)), 1.0) if typical else 100.0

    def _priors(self, scale: float, events: int) -> dict[str, tuple[Kind, float, float]]:
        names = ["stock.start", "loss.rate", "claim.error", "count.noise"]
        if self.plants:
            names += ["output.level", "output.growth", "output.persistence", "output.volatility"]
        if "imports" in self.blocks:
            names += ["imports.level", "imports.growth", "imports.volatility"]
        if "used" in self.blocks:
            names += ["use.share", "use.persistence", "use.volatility"]
        names += ["loss.event"] * bool(events)
        priors = {name: transformed(self.programme, name, scale) for name in names}
        for name in self.companions:
            priors[f"companion.ratio.{name}"] = transformed(self.programme, f"companion.ratio.{name}", scale)
        for plant in self.programme.plant:
            if plant.starts:
                first, last = (months.ordinal(month) - self.origin for month in plant.starts)
                spread = max(last - first, 1) / (2 * Z90)
                priors[f"start {plant.name}"] = ("real", (first + last) / 2, spread)
        return priors

    def _open(self) -> dict[str, Array]:
        """For each flow, 1 in the months in which it runs and 0 from the month in which it stops."""
        index = np.arange(self.length)
        stops = {flow: months.ordinal(month) - self.origin for flow, month in self.programme.stops.items()}
        running = {f: (index < stops.get(f, self.length)).astype(float) for f in ("output", "imports", "use")}
        for plant in self.plants:
            stop = stops.get(f"plant.{plant}", self.length)
            running[f"made:{plant}"] = running["output"] * (index < stop)
        return running

    def _contradictions(self, rows: Rows) -> None:
        """Say where two firm statements about the same sum exclude each other; the model weighs them all the same."""
        firm = [r for r, i in enumerate(rows.observation) if self.seen[i].standing is Standing.observed]
        for place, a in enumerate(firm):
            for b in firm[place + 1 :]:
                one, two = self.seen[rows.observation[a]], self.seen[rows.observation[b]]
                if (one.path, one.part, one.measure, one.start, one.end) != (
                    two.path,
                    two.part,
                    two.measure,
                    two.start,
                    two.end,
                ):
                    continue
                for low, high in ((one, two), (two, one)):
                    if low.low is not None and high.high is not None and low.low > 1.5 * high.high:
                        self.notes.append(
                            f"observations {low.id} (at least {low.low:g}) and {high.id} (at most {high.high:g}) of "
                            f"{low.path} contradict each other; both are weighed, look at them"
                        )


def within(start: dt.date, end: dt.date, origin: int, length: int) -> Array:
    """The part of each month of the window that lies within [start, end], by days: 1 for whole months."""
    inside = np.zeros(length)
    for index in range(max(months.of(start) - origin, 0), min(months.of(end) - origin, length - 1) + 1):
        month = origin + index
        begins, ends = max(start, months.first_day(month)), min(end, months.last_day(month))
        inside[index] = ((ends - begins).days + 1) / months.days(month)
    return inside


def _months_of(o: Observation) -> float:
    """By how many months a number is divided to be a month's."""
    assert o.start is not None and o.end is not None
    if o.measure is Measure.rate:
        return 1.0
    return (o.end - o.start).days / 30.44 + 1 / 30.44


def _number(o: Observation) -> tuple[float, float, float]:
    """Log of an observation's number, its side (0, at least +1, at most -1) and its spread as an interval."""
    if o.measure is Measure.nearly_exhausted:
        return math.log(EXHAUSTED), -1.0, 0.0
    half = 0.0 if o.measure is Measure.share else HALF
    if o.measure is Measure.share and not (o.low or o.high):
        half = 0.005
    if o.low is None or o.high is None:
        number = o.low if o.low is not None else o.high
        assert number is not None
        return math.log(number + half), (1.0 if o.low is not None else -1.0), 0.0
    low, high = math.log(o.low + half), math.log(o.high + half)
    return (low + high) / 2, 0.0, (high - low) / (2 * Z90)


def _variance(o: Observation, width: float) -> tuple[float, float]:
    """An observation's error, which a learned scale multiplies, and its spread, which nothing does."""
    table = errors()
    if o.series is not None:
        number = o.low if o.low is not None else o.high or 0.0
        chance = 0.0 if o.measure is Measure.share else 1 / (number + 1)
        return 1.0, math.sqrt(width**2 + o.vagueness**2 + table["standing"]["observed"] ** 2 + chance)
    own = table["reliability"].get(o.grade[:1], table["reliability"]["F"]) / math.sqrt(
        min(max(len(o.origins), 1), MOST_ORIGINS)
    )
    doubt = 1 / max(o.probability, 0.1)
    stated, revised = table["standing"][o.standing.value], table["ahead"]["revision"] ** 2 * _months_ahead(o)
    return own * doubt, math.sqrt(width**2 + o.vagueness**2 + stated**2 + revised)


def _months_ahead(o: Observation) -> float:
    """How long before the middle of its period a plan or capacity was told, in months; 0 for what was observed."""
    if o.standing is Standing.observed or o.start is None or o.end is None:
        return 0.0
    return max((o.start + (o.end - o.start) / 2 - o.published).days, 0) / 30.44
