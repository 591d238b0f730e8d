"""The model: its gradient against differences, its paths against the identity of stocks, its density against a loop."""

from __future__ import annotations

import datetime as dt
import math

import msgspec
import numpy as np
import pytest

from stocktake.forecasting import model
from stocktake.forecasting.layout import Design, design
from stocktake.forecasting.model import Density
from stocktake.vocabulary import Observation, Parties, Programme

CASES = ("whole", "no imports", "no plants", "only imports", "stopped")


def cases(programme: Programme, observations: tuple[Observation, ...]) -> dict[str, Design]:
    replace = msgspec.structs.replace
    parties = programme.parties
    return {
        "whole": design(programme, observations, dt.date(2023, 6, 30)),
        "no imports": design(replace(programme, parties=replace(parties, supplier=())), observations),
        "no plants": design(replace(programme, plant=(), part=programme.part[:1]), observations),
        "only imports": design(
            replace(programme, plant=(), target=(), parties=Parties(supplier=("S",), user=("F",))), observations
        ),
        "stopped": design(
            replace(programme, stops={"imports": "2022-06", "plant.Southworks": "2023-01"}), observations
        ),
    }


@pytest.mark.parametrize("case", CASES)
def test_the_gradient_is_that_of_the_density(
    case: str, programme: Programme, everything: tuple[Observation, ...]
) -> None:
    density = Density(cases(programme, everything)[case])
    Z = density.draw(3, np.random.default_rng(5))
    value, gradient = density.value_and_gradient(Z)
    assert density.value_only(Z) == pytest.approx(value)
    step = 1e-5
    for row in range(density.dim):
        shift = np.zeros_like(Z)
        shift[row] = step
        difference = (density.value_only(Z + shift) - density.value_only(Z - shift)) / (2 * step)
        assert gradient[row] == pytest.approx(difference, rel=2e-4, abs=2e-4), f"unknown {row}"


@pytest.mark.parametrize("case", CASES)
def test_what_comes_in_is_used_lost_or_held(
    case: str, programme: Programme, everything: tuple[Observation, ...]
) -> None:
    found = cases(programme, everything)[case]
    density = Density(found)
    flow = density.flow(density.draw(50, np.random.default_rng(1)))
    T = found.length
    block = {name: flow.paths[k * T : (k + 1) * T] for k, name in enumerate(found.blocks)}
    comes = sum(path for name, path in block.items() if name.startswith("made") or name == "imports")
    before = np.vstack([flow.unknown["stock.start"], block["stock"][:-1]])
    used = block.get("used", 0)
    assert before + comes == pytest.approx(used + block["lost"] + block["stock"], rel=1e-9)
    assert min(path.min() for path in block.values()) >= 0


def test_a_stopped_flow_is_nothing_from_its_month_on(programme: Programme, everything: tuple[Observation, ...]) -> None:
    found = cases(programme, everything)["stopped"]
    flow = Density(found).flow(Density(found).draw(5, np.random.default_rng(2)))
    imports = flow.paths[found.blocks.index("imports") * found.length :][: found.length]
    assert imports[:5].min() > 0
    assert imports[5:].max() == 0


def test_the_density_is_that_of_the_equations(programme: Programme, everything: tuple[Observation, ...]) -> None:
    """Two points' densities differ as a loop over months and rows, written from docs/forecasting.md, says."""
    found = cases(programme, everything)["whole"]
    density = Density(found)
    Z = density.draw(2, np.random.default_rng(3))
    ours = density.value_only(Z)
    loops = [slowly(density, found, Z[:, k]) for k in range(2)]
    assert ours[0] - ours[1] == pytest.approx(loops[0] - loops[1], rel=1e-9)


def slowly(density: Density, found: Design, z: np.ndarray) -> float:
    """The log density of one point up to a constant, one term at a time."""
    flow = density.flow(z[:, None])
    u = {name: float(value[0]) for name, value in flow.unknown.items()}
    total = -0.5 * sum(value**2 for value in z[: density.standard])
    x, g = z[density.where["output"]], z[density.where["growth"]]
    v = u["output.volatility"]
    _, mean, sd = found.priors["output.level"]
    total -= 0.5 * ((x[density.anchor] - mean) / sd) ** 2
    for t in range(found.length):
        if t:
            total += -0.5 * ((x[t] - x[t - 1] - g[t]) / v) ** 2 - math.log(v)
        expected = u["output.persistence"] * (g[t - 1] - u["output.growth"]) if t else 0.0
        scale = model.PACE * v * (1 if t else model.WIDE_START)
        change = (g[t] - u["output.growth"] - expected) / scale
        total += -2.5 * math.log1p(change**2 / 4) - math.log(v)
    for name, block, memory in (("imports", "imports", model.RETURN), ("use", "share", u["use.persistence"])):
        path, jump = z[density.where[block]], u[f"{name}.volatility"]
        for t in range(found.length):
            centres = [
                math.log(u["imports.level"]) + u["imports.growth"] * s
                if name == "imports"
                else math.log(u["use.share"] / (1 - u["use.share"]))
                for s in (t, t - 1)
            ]
            expected = memory * (path[t - 1] - centres[1]) if t else 0.0
            scale = jump * (1 if t else model.WIDE_START)
            total += -0.5 * ((path[t] - centres[0] - expected) / scale) ** 2 - math.log(jump)
    leans = z[density.where["leans"]]
    rows = found.rows
    for k in range(len(rows.observation)):
        expected = math.log(float(rows.sums[k] @ flow.paths[:, 0]) + 0.5) + rows.offset[k] + float(rows.lean[k] @ leans)
        for r, row in enumerate(rows.ratio):
            if row == k:
                expected -= math.log(float(rows.shares[r] @ flow.paths[:, 0]) + 0.5)
        scale = u["count.noise"] if rows.counted[k] else u["claim.error"]
        deviation = math.sqrt((rows.error[k] * scale) ** 2 + rows.spread[k] ** 2)
        residual = (rows.value[k] - expected) / deviation
        if rows.side[k]:
            total -= math.log1p(math.exp(1.7 * rows.side[k] * residual))
        else:
            total += -2.5 * math.log1p(residual**2 / 4) - math.log(deviation)
    for plant, month, error in zip(found.starts.plant, found.starts.month, found.starts.error, strict=True):
        total -= 0.5 * ((u[f"start {found.plants[plant]}"] - month) / error) ** 2
    return total


def test_draws_from_the_prior_have_the_prior_s_spread(programme: Programme) -> None:
    found = design(programme, (), dt.date(2023, 6, 30))
    density = Density(found)
    Z = density.draw(4000, np.random.default_rng(0))
    share = density.scalar(Z, "use.share")
    assert np.quantile(share, [0.05, 0.95]) == pytest.approx([0.20, 0.90], abs=0.03)
    x = Z[density.where["output"]][density.anchor]
    _, mean, sd = found.priors["output.level"]
    assert x.mean() == pytest.approx(mean, abs=0.1)
    assert x.std() == pytest.approx(sd, rel=0.05)


def test_the_mix_of_parts_is_as_wide_a_year_on_as_at_first(programme: Programme) -> None:
    found = design(programme, (), dt.date(2023, 12, 31))
    density = Density(found)
    flow = density.flow(density.draw(4000, np.random.default_rng(0)))
    spread = np.log(flow.ratio[0] / flow.arrival[0]).std(1)
    assert spread == pytest.approx(np.full(len(spread), spread[0]), rel=0.06)
