"""What comes out: draws that can be trusted, forecasts that hold to what was observed, what-ifs, pulls, refusals."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import numpy as np
import pytest
from freedonia import observed

from stocktake import forecasting
from stocktake.forecasting import diagnostics, inference
from stocktake.vocabulary import Forecast, Measure, Observation, Programme, Target


def path(found: Forecast, name: str) -> Any:
    return next(p for p in found.paths if p.name == name)


@pytest.fixture(scope="module")
def found(held: forecasting.Posterior) -> Forecast:
    return forecasting.summary(held)


def test_the_draws_can_be_trusted(held: forecasting.Posterior) -> None:
    assert held.diagnostics.r_hat <= 1.03
    assert held.diagnostics.ess >= 450
    assert held.diagnostics.divergent < held.diagnostics.draws / 30


def test_use_follows_the_counts_and_the_statements_bind(found: Forecast, counts: tuple[Observation, ...]) -> None:
    used = path(found, "used:all")
    for o in counts:
        assert o.low is not None
        assert used.median[used.months.index(f"{o.start:%Y-%m}")] == pytest.approx(o.low, rel=0.35)
    made = path(found, "made")
    late = [made.median[made.months.index(m)] for m in ("2022-10", "2022-11", "2022-12")]
    assert 35 < np.mean(late) < 100
    stock = path(found, "stock")
    assert stock.bands["95"][1][stock.months.index("2022-12")] < 900


def test_a_split_of_use_that_nothing_recent_tells_is_said_to_be_so(
    held: forecasting.Posterior, found: Forecast, everything: tuple[Observation, ...]
) -> None:
    assert not any("share of use" in note for note in found.notes)
    untold = forecasting.summary(forecasting.updated(held, [o for o in everything if o.id != "d1"]))
    assert "No observation tells what share of use is live: its " in untold.notes[0]
    old = [msgspec.structs.replace(o, end=dt.date(2023, 1, 31)) if o.id == "d1" else o for o in everything]
    old = [msgspec.structs.replace(o, start=dt.date(2023, 1, 1)) if o.id == "d1" else o for o in old]
    stale = forecasting.summary(forecasting.updated(held, old))
    assert "No observation after 2023-01 tells what share of use is live: its " in stale.notes[0]


def test_bands_are_nested_and_widen_ahead(found: Forecast) -> None:
    for p in found.paths:
        for k in range(len(p.months)):
            lows = [p.bands[band][0][k] for band in ("95", "80", "50")]
            highs = [p.bands[band][1][k] for band in ("50", "80", "95")]
            assert [*lows, p.median[k], *highs] == sorted([*lows, p.median[k], *highs])
            assert lows[0] >= 0
    used = path(found, "used:all")
    now, last = used.months.index(found.history), len(used.months) - 1
    ratio = [used.bands["80"][1][k] / used.bands["80"][0][k] for k in (now, last)]
    assert ratio[1] > 2 * ratio[0]


def test_a_target_s_chance_only_grows(found: Forecast) -> None:
    target = found.targets[0]
    assert list(target.probability) == sorted(target.probability)
    by = target.quantiles["50"]
    assert by is not None
    assert target.probability[target.months.index(by)] >= 0.5


def test_a_target_of_a_plant_holds_while_another_plant_is_unknown(programme: Programme) -> None:
    first, second = programme.plant
    late = msgspec.structs.replace(second, known=dt.date(2024, 1, 1))
    of_first, of_second = (Target(path=f"made:{plant.name}", amount=500.0) for plant in programme.plant)
    early = msgspec.structs.replace(programme, plant=(first, late), target=(of_first, of_second))
    found = forecasting.forecast(early, (), as_of=dt.date(2023, 6, 30))
    assert [met.target for met in found.targets] == [of_first]
    assert "the target of 500 made:Southworks is left out: unknown as of 2023-06-30" in found.notes


def test_the_same_input_gives_the_same_draws_in_one_process_and_in_two(
    programme: Programme, everything: tuple[Observation, ...], held: forecasting.Posterior
) -> None:
    again = forecasting.fit(programme, tuple(reversed(everything)), processes=2)
    assert np.array_equal(again.draws, held.draws)


def test_many_at_once_are_what_each_is_however_they_are_dealt_out(programme: Programme) -> None:
    several = [forecasting.design(programme, [observed(low=n, high=n)], dt.date(2022, 8, 31), 6) for n in (50.0, 200.0)]
    found = forecasting.fit_all(several, processes=2)
    assert [held.design.observations[0].low for held in found] == [50, 200]
    again = forecasting.fit_all(several[::-1], processes=0)
    assert all(np.array_equal(one.draws, two.draws) for one, two in zip(found, again[::-1], strict=True))


def test_without_observations_it_is_the_prior_and_says_so(programme: Programme) -> None:
    prior = forecasting.forecast(programme, (), as_of=dt.date(2023, 6, 30))
    assert prior.prior_only
    assert prior.diagnostics.method == "prior"
    assert "these numbers are the priors of its file, not findings" in prior.notes[0]


def test_a_forecast_is_json_and_back(found: Forecast) -> None:
    assert msgspec.json.decode(msgspec.json.encode(found), type=Forecast) == found


def test_draws_can_be_packed_and_unpacked(held: forecasting.Posterior) -> None:
    again = forecasting.unpack(forecasting.pack(held))
    small = inference.thinned(held, 2048)
    assert np.array_equal(again.draws, small.draws)
    assert again.design.programme == held.design.programme


# --------------------------------------------------------------------------------------------- what-ifs


def test_a_new_observation_moves_the_answer_as_a_new_run_would(
    programme: Programme, everything: tuple[Observation, ...], held: forecasting.Posterior
) -> None:
    told = observed(
        id="new",
        low=120.0,
        high=120.0,
        measure=Measure.rate,
        start=dt.date(2023, 5, 1),
        end=dt.date(2023, 5, 31),
        published=dt.date(2023, 6, 30),
        origins=("New voice",),
    )
    quick = forecasting.updated(held, (*everything, told))
    whole = forecasting.fit(programme, (*everything, told), processes=0)
    a, b = (np.log(p.paths()["made"] + 0.5) for p in (quick, whole))
    weights = quick.weights if quick.weights is not None else np.full(a.shape[1], 1 / a.shape[1])
    shift = np.abs(a @ weights - b.mean(1)) / b.std(1)
    assert np.median(shift) < 0.15


def test_a_stop_ahead_empties_the_flow_and_leaves_the_past(held: forecasting.Posterior, found: Forecast) -> None:
    stopped = forecasting.summary(forecasting.scenario(held, {"output.stop": "2023-08"}), 0, {"output.stop": "2023-08"})
    made, before = path(stopped, "made"), path(found, "made")
    at = made.months.index("2023-08")
    assert max(made.bands["95"][1][at:]) == 0
    assert made.median[at - 6] == pytest.approx(before.median[at - 6], rel=0.2)
    assert stopped.scenario == {"output.stop": "2023-08"}


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"imports.halt": "2023-01"}, 'there is no setting "imports.halt"; settings are output.stop'),
        ({"luck.stop": "2023-01"}, '"luck" cannot be stopped'),
        ({"imports.stop": "soon"}, '"soon" is not a month'),
        ({"use.share": "0.4"}, '"use.share=0.4" is no interval; write low and high like'),
        ({"use.share": "0.4..1.5"}, "a share must be below 1"),
    ],
)
def test_a_bad_setting_is_refused_in_a_sentence(programme: Programme, settings: dict[str, str], sentence: str) -> None:
    with pytest.raises(forecasting.ProgrammeError) as refused:
        forecasting.with_settings(programme, settings)
    assert sentence in str(refused.value)


def test_a_changed_prior_keeps_values_not_coordinates(held: forecasting.Posterior) -> None:
    moved = forecasting.scenario(held, {"use.share": "0.3..0.8"})
    assert moved.diagnostics.method in ("re-weighted", "restarted")
    if moved.weights is not None:
        assert moved.weights.sum() == pytest.approx(1)


def test_pulls_name_every_origin_and_rank_them(held: forecasting.Posterior) -> None:
    pulls = forecasting.pulls(held)
    names = {pull.origin for pull in pulls}
    assert {"series launches", "Marxian intelligence", "Institute", "Ministry", "Leaked papers"} == names
    assert [pull.strength for pull in pulls] == sorted((pull.strength for pull in pulls), reverse=True)
    worths = forecasting.worths(held)
    assert all(0 <= worth.narrowing <= 1 for worth in worths)
    assert [w.narrowing for w in worths] == sorted((w.narrowing for w in worths), reverse=True)


def test_draws_that_did_not_mix_are_refused(
    programme: Programme, everything: tuple[Observation, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inference, "PHASES", (2,))
    monkeypatch.setattr(inference, "LONGEST", 2)
    monkeypatch.setattr(inference, "BLOCK", 2)
    with pytest.raises(forecasting.Untrusted, match=r"no forecast is given: (the chains disagree|there are too few)"):
        forecasting.fit(programme, everything, processes=0)


# --------------------------------------------------------------------------------------------- diagnostics


def test_nested_r_hat_tells_groups_that_disagree() -> None:
    rng = np.random.default_rng(0)
    same = rng.standard_normal((1, 50, 64))
    assert diagnostics.nested_r_hat(same, 8)[0] < 1.01
    apart = same + np.repeat(rng.standard_normal(8), 8)[None, None]
    assert diagnostics.nested_r_hat(apart, 8)[0] > 1.2


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.8])
def test_effective_size_of_an_autoregression(memory: float) -> None:
    rng = np.random.default_rng(0)
    x = np.zeros((1, 200, 100))
    for t in range(1, 200):
        x[:, t] = memory * x[:, t - 1] + rng.standard_normal((1, 100))
    draws = x[:, 50:]
    expected = draws[0].size * (1 - memory) / (1 + memory)
    assert diagnostics.effective_size(draws)[0] == pytest.approx(expected, rel=0.15)


def test_k_hat_tells_weights_that_can_be_used_from_those_that_cannot() -> None:
    x = np.random.default_rng(0).standard_normal(4000)
    weights, k_hat = diagnostics.smoothed_weights(0.5 * x)
    assert k_hat < 0.5
    assert (weights * x).sum() == pytest.approx(0.5, abs=0.1)
    assert diagnostics.smoothed_weights(2.0 * x**2)[1] > 0.7
