"""Scores against closed forms, and a backtest that sees no later than its day."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm

from stocktake import forecasting
from stocktake.forecasting import calibration, hindcast, scores
from stocktake.forecasting.layout import design
from stocktake.vocabulary import Observation, Programme


@pytest.mark.parametrize("truth", [-2.0, 0.0, 0.7])
def test_crps_of_normal_draws(truth: float) -> None:
    draws = norm.ppf((np.arange(20000) + 0.5) / 20000)[None]
    exact = truth * (2 * norm.cdf(truth) - 1) + 2 * norm.pdf(truth) - 1 / math.sqrt(math.pi)
    assert scores.crps(draws, np.array([truth]))[0] == pytest.approx(exact, abs=1e-3)


def test_a_certain_forecast_scores_its_distance_in_logs() -> None:
    assert scores.log_crps(np.full((1, 10), 99.0), np.array([9.0]))[0] == pytest.approx(math.log(10))


def test_pit_halves_ties() -> None:
    assert scores.pit(np.array([[1.0, 2.0, 2.0, 3.0]]), np.array([2.0]))[0] == 0.5


def test_a_total_counts_coverage() -> None:
    rng = np.random.default_rng(0)
    draws, truth = rng.lognormal(size=(2000, 400)), rng.lognormal(size=2000)
    rows = scores.scored("m", "2023-01", tuple("m" for _ in range(2000)), draws, truth)
    total = scores.total("m", rows)
    for width in ("50%", "80%", "95%"):
        assert total.coverage[width] == pytest.approx(float(width[:-1]) / 100, abs=0.03)
    assert sum(total.pit) == pytest.approx(1, abs=0.01)


def test_a_backtest_uses_only_what_was_known(programme: Programme, everything: tuple[Observation, ...]) -> None:
    found = forecasting.backtest(programme, everything, cutoffs=["2023-02"], horizon=3, peers=False, processes=0)
    changed = tuple(
        o if o.end is None or f"{o.end:%Y-%m}" <= "2023-02" or o.series is None else _tenfold(o) for o in everything
    )
    again = forecasting.backtest(programme, changed, cutoffs=["2023-02"], horizon=3, peers=False, processes=0)
    assert [s.median for s in found.scores] == [s.median for s in again.scores]
    assert [s.truth for s in found.scores] != [s.truth for s in again.scores]
    assert [s.month for s in found.scores] == ["2023-03", "2023-04", "2023-05"]


def _tenfold(o: Observation) -> Observation:
    import msgspec

    assert o.low is not None
    return msgspec.structs.replace(o, low=o.low * 10, high=o.low * 10)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"series": "other"}, 'there is no series "other" on use; there is launches'),
        ({"cutoffs": ["2030-01"]}, "a cut-off in 2030-01 leaves too little"),
        ({"cutoffs": ["soon"]}, 'a cut-off: "soon" is not a month'),
    ],
)
def test_what_cannot_be_scored_is_said(
    programme: Programme, everything: tuple[Observation, ...], asked: dict[str, object], sentence: str
) -> None:
    with pytest.raises(forecasting.ProgrammeError) as refused:
        forecasting.backtest(programme, everything, peers=False, processes=0, **asked)  # type: ignore[arg-type]
    assert sentence in str(refused.value)


def test_the_simple_peers_are_random_walks() -> None:
    known = np.array([10.0, 20.0, 10.0, 20.0, 40.0])
    flat, rising = hindcast.naive(known, 6, 0), hindcast.drift(known, 6, 0)
    assert np.median(flat[-1]) == pytest.approx(40, rel=0.1)
    assert np.median(rising[-1]) > 1.5 * np.median(flat[-1])
    assert np.quantile(flat[5], 0.9) > np.quantile(flat[0], 0.9)


def test_worlds_are_drawn_with_the_shape_of_a_design(programme: Programme, everything: tuple[Observation, ...]) -> None:
    shape = design(programme, everything)
    worlds = [calibration.world(shape, np.random.default_rng(seed)) for seed in range(30)]
    assert len({len(w.design.rows.observation) for w in worlds}) > 3
    for w in worlds:
        assert set(calibration.PATHS) <= set(w.truth)
        assert len(w.design.rows.value) == len(w.design.rows.sums) >= 1
