"""The shipped case against a long run of another sampler: `python benchmarks/forecasting_reference.py`.

nutpie's NUTS (benchmarks/requirements.txt) draws from the same density; its gradient is ours, which the tests compare
with differences and with a loop over the equations. Prints, for made, used and stock, the median and largest distance
between medians in reference standard deviations, the ratio of standard deviations, and effective draws a second.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import nutpie
from forecasting_case import observations, programme

from stocktake import forecasting
from stocktake.forecasting import diagnostics, inference
from stocktake.forecasting.model import Density


def reference(density: Density, start: np.ndarray, draws: int, tune: int, chains: int) -> np.ndarray:
    """Draws (dim, draws, chains) by nutpie, whitened by the covariance of a first run."""
    covariance = np.cov(start)
    middle, root = start.mean(1), np.linalg.cholesky(covariance + 1e-9 * np.eye(density.dim))

    def make_density() -> object:
        def value(x: np.ndarray) -> tuple[float, np.ndarray]:
            found, gradient = density.value_and_gradient((middle + root @ x)[:, None])
            return float(found[0]), root.T @ gradient[:, 0]

        return value

    def make_expand(*_: object) -> object:
        return lambda x: {"z": middle + root @ x}

    model = nutpie.compiled_pyfunc.from_pyfunc(
        density.dim,
        make_density,
        make_expand,
        [np.dtype("float64")],
        [(density.dim,)],
        ["z"],
        make_initial_point_fn=lambda seed: np.random.default_rng(seed).standard_normal(density.dim) * 0.3,
    )
    trace = nutpie.sample(model, draws=draws, tune=tune, chains=chains, seed=1, progress_bar=False, cores=2)
    return np.moveaxis(np.asarray(trace.posterior["z"]), (0, 1, 2), (2, 1, 0))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--draws", type=int, default=1500)
    parser.add_argument("--tune", type=int, default=700)
    parser.add_argument("--chains", type=int, default=2)
    asked = parser.parse_args()
    started = time.perf_counter()
    held = forecasting.fit(programme(), observations())
    own = held.diagnostics.ess / (time.perf_counter() - started)
    density = Density(held.design)
    started = time.perf_counter()
    Z = reference(density, held.draws.astype(np.float64), asked.draws, asked.tune, asked.chains)
    seconds = time.perf_counter() - started
    print(f"reference: {Z.shape[1]} x {Z.shape[2]} draws in {seconds:.0f} s")
    effective = diagnostics.effective_size(inference.watched(density, Z))
    print(f"reference: least effective size {effective.min():.0f}")
    rate = effective.min() / seconds
    print(f"least effective draws a second: stocktake {own:.1f}, nutpie {rate:.2f}, {own / rate:.0f} times as many")
    theirs = inference.named_paths(held.design, density.flow(Z.reshape(density.dim, -1)).paths)
    ours = held.paths()
    for name in ("made", "used", "stock"):
        a, b = (np.log(paths[name].astype(np.float64) + 0.5) for paths in (ours, theirs))
        off = np.abs(np.median(a, 1) - np.median(b, 1)) / b.std(1)
        ratio = a.std(1) / b.std(1)
        print(
            f"{name}: medians off by {np.median(off):.3f} sd (median) and {off.max():.3f} sd (largest); "
            f"sd ratio {ratio.min():.2f} to {ratio.max():.2f}"
        )


if __name__ == "__main__":
    main()
