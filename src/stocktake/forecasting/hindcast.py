"""History run again: forecasts of a series as of past days, with only what was known then, scored by what came true.

What was published after the day is left out, and so are parts and plants that nobody knew of. A month's count is
known at the month's end. The settings are those of the programme file, which is written before scores are looked at.
The peers see the same series and are fitted to log(count + 1), which suits them better than the counts as they are:
naive and drift here, AutoETS and AutoARIMA from statsforecast (the extra `backtest`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from stocktake.forecasting import months
from stocktake.forecasting.layout import design
from stocktake.forecasting.outlook import fit_all, predicted_counts
from stocktake.forecasting.programme import ProgrammeError
from stocktake.forecasting.scores import Scored, Total, scored, total
from stocktake.vocabulary import Observation, Programme

Array = npt.NDArray[Any]

DRAWS = 4000
CUTOFFS = 8
SHORTEST = 8  # months of a series before a first cut-off
YEAR = 12


class Backtest(msgspec.Struct, frozen=True, kw_only=True):
    """A series forecast at past months: totals by method, best first, and every single score."""

    programme: str
    series: str
    horizon: int
    cutoffs: tuple[str, ...]
    totals: tuple[Total, ...]
    scores: tuple[Scored, ...]


def backtest(
    programme: Programme,
    observations: Sequence[Observation],
    *,
    series: str | None = None,
    cutoffs: Sequence[str] | None = None,
    horizon: int = 12,
    peers: bool = True,
    seed: int = 0,
    processes: int | None = None,
) -> Backtest:
    """Score forecasts of a series on use, as of the last day of each cut-off month."""
    name, counts = _series(observations, series)
    asked = tuple(cutoffs) if cutoffs else _spread(counts)
    for month in asked:
        _check_cutoff(month, counts)
    designs = [
        design(programme, _known_by(observations, name), months.last_day(months.ordinal(month)), horizon)
        for month in asked
    ]
    rows: list[Scored] = []
    for month, held in zip(asked, fit_all(designs, seed, processes), strict=True):
        drawn = predicted_counts(held, name, np.random.default_rng(seed))
        rows += _scored("stocktake", month, counts, drawn[held.design.history :], horizon)
    for method in _peers() if peers else ():
        for month in asked:
            known = np.array([counts[m] for m in sorted(counts) if m <= months.ordinal(month)])
            rows += _scored(method.__name__, month, counts, method(known, horizon, seed), horizon)
    names = dict.fromkeys(row.method for row in rows)
    totals = sorted((total(method, tuple(rows)) for method in names), key=lambda t: t.log_crps)
    return Backtest(
        programme=programme.name,
        series=name,
        horizon=horizon,
        cutoffs=asked,
        totals=tuple(totals),
        scores=tuple(rows),
    )


def _series(observations: Sequence[Observation], name: str | None) -> tuple[str, dict[int, float]]:
    """The series to be forecast, and its counts by month."""
    found = sorted({o.series for o in observations if o.series and o.path == "used"})
    if not found:
        raise ProgrammeError("there is no series on use to score: `stocktake add-series CSV --observes use` adds one")
    if name is None and len(found) > 1:
        raise ProgrammeError(f"several series observe use ({', '.join(found)}): name one with --series")
    name = name or found[0]
    if name not in found:
        raise ProgrammeError(f'there is no series "{name}" on use; there is {", ".join(found)}')
    counts = {months.of(o.start): o.low for o in observations if o.series == name and o.start and o.low is not None}
    return name, counts


def _known_by(observations: Sequence[Observation], name: str) -> list[Observation]:
    """The same observations; a count that claims to be known before its month was over is known at its end."""
    return [
        msgspec.structs.replace(o, published=max(o.published, o.end)) if o.series == name and o.end else o
        for o in observations
    ]


def _spread(counts: dict[int, float]) -> tuple[str, ...]:
    """Cut-offs spread evenly over the last two years of a series."""
    first, last = min(counts) + SHORTEST, max(counts) - 2
    if first > last:
        raise ProgrammeError(f"the series has {len(counts)} months; a backtest needs at least {SHORTEST + 3}")
    chosen = np.linspace(max(first, last - 2 * YEAR + 2), last, CUTOFFS).round().astype(int)
    return tuple(months.name(int(m)) for m in sorted(set(chosen)))


def _check_cutoff(month: str, counts: dict[int, float]) -> None:
    try:
        at = months.ordinal(month)
    except ValueError as problem:
        raise ProgrammeError(f"a cut-off: {problem}") from None
    if at < min(counts) + 2 or at >= max(counts):
        first, last = months.name(min(counts) + 2), months.name(max(counts) - 1)
        raise ProgrammeError(
            f"a cut-off in {month} leaves too little to learn from or nothing to score; take {first} to {last}"
        )


def _scored(method: str, cutoff: str, counts: dict[int, float], draws: Array, horizon: int) -> tuple[Scored, ...]:
    """The scores of the months after the cut-off that came true."""
    after = months.ordinal(cutoff) + 1
    true = [k for k in range(min(horizon, len(draws))) if after + k in counts]
    rows = scored(
        method,
        cutoff,
        tuple(months.name(after + k) for k in true),
        draws[true],
        np.array([counts[after + k] for k in true]),
    )
    return tuple(msgspec.structs.replace(row, horizon=k + 1) for row, k in zip(rows, true, strict=True))


# --------------------------------------------------------------------------------------------- peers


def naive(known: Array, horizon: int, seed: int) -> Array:
    """A random walk of the logarithm."""
    y = np.log1p(known)
    sd = float(np.std(np.diff(y), ddof=0)) or 0.1
    return _walk(y[-1], 0.0, sd, horizon, seed)


def drift(known: Array, horizon: int, seed: int) -> Array:
    """A random walk of the logarithm with its mean step."""
    y = np.log1p(known)
    steps = np.diff(y)
    sd = float(np.std(steps, ddof=1)) or 0.1
    ahead = np.arange(1, horizon + 1)
    spread = sd * np.sqrt(ahead * (1 + ahead / len(steps)))
    noise = np.random.default_rng(seed).standard_normal((horizon, DRAWS))
    return np.asarray(np.expm1(y[-1] + float(steps.mean()) * ahead[:, None] + spread[:, None] * noise))


def _walk(last: float, step: float, sd: float, horizon: int, seed: int) -> Array:
    ahead = np.arange(1, horizon + 1)[:, None]
    noise = np.random.default_rng(seed).standard_normal((horizon, DRAWS))
    return np.asarray(np.expm1(last + step * ahead + sd * np.sqrt(ahead) * noise))


def _peers() -> tuple[Any, ...]:
    try:
        from statsforecast.models import AutoARIMA, AutoETS
    except ImportError:
        raise ModuleNotFoundError(
            "AutoETS and AutoARIMA come with statsforecast: install '.[backtest]' in place of '.', "
            "or score with --no-peers"
        ) from None

    def from_model(model: Any, known: Array, horizon: int, seed: int) -> Array:
        """Normal draws on the log scale, from the model's mean and its 95% interval."""
        found = model.forecast(y=np.log1p(known).astype(np.float64), h=horizon, level=[95])
        mean, high, low = (np.asarray(found[key], float) for key in ("mean", "hi-95", "lo-95"))
        sd = (high - low) / (2 * 1.959964)
        noise = np.random.default_rng(seed).standard_normal((horizon, DRAWS))
        return np.asarray(np.expm1(mean[:, None] + np.maximum(sd, 1e-6)[:, None] * noise))

    def auto_ets(known: Array, horizon: int, seed: int) -> Array:
        return from_model(AutoETS(season_length=1), known, horizon, seed)

    def auto_arima(known: Array, horizon: int, seed: int) -> Array:
        return from_model(AutoARIMA(season_length=1), known, horizon, seed)

    return naive, drift, auto_ets, auto_arima
