"""The shipped case against a long run of another sampler: `python benchmarks/forecasting_reference.py`.

NumPyro's NUTS, or with `--sampler nutpie` that of PyMC's family (benchmarks/requirements.txt), draws from the same
density, whitened by the covariance of our draws; its gradient is ours, which the tests compare with differences and
with a loop over the equations. Prints, for made, used and stock, the median and largest distance between medians in
reference standard deviations, and the ratio of standard deviations; and least effective draws a second of processor,
for the quantities that the verdict on our own chains watches, ours from several fits that start from nothing.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # products this small cost a second thread more than they give

import argparse
import time
from collections.abc import Callable

import numpy as np
from forecasting_case import observations, programme
from ratios import processor, spread

from stocktake import forecasting
from stocktake.forecasting import diagnostics, inference
from stocktake.forecasting.model import Density

Whitened = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
"""Log densities and gradients (chains, dim) of points (chains, dim)."""
SPREAD = 0.3
"""Standard deviation of where chains start, in those of the posterior."""


def reference(density: Density, start: np.ndarray, sample: Callable[..., np.ndarray], **run: int) -> np.ndarray:
    """Draws (dim, draws, chains) by another sampler, working on the density whitened by the covariance of `start`."""
    middle, root = start.mean(1)[:, None], np.linalg.cholesky(np.cov(start) + 1e-9 * np.eye(density.dim))

    def whitened(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        with np.errstate(all="ignore"):  # the first steps of tuning go far astray
            values, gradients = density.value_and_gradient(middle + root @ points.T)
        return values, gradients.T @ root

    drawn = sample(whitened, density.dim, **run)
    return np.moveaxis(np.einsum("ij,cdj->cdi", root, drawn) + middle[:, 0], (0, 1, 2), (2, 1, 0))


def numpyro(whitened: Whitened, dim: int, draws: int, tune: int, chains: int) -> np.ndarray:
    """NumPyro's NUTS; all chains step together, so that each call of the density serves them all."""
    import jax
    from numpyro import enable_x64
    from numpyro.infer import MCMC, NUTS

    enable_x64()

    def both(point: jax.Array) -> tuple[jax.Array, jax.Array]:
        shapes = jax.ShapeDtypeStruct((), point.dtype), jax.ShapeDtypeStruct((dim,), point.dtype)
        return jax.pure_callback(asked, shapes, point, vmap_method="expand_dims")

    def asked(point: jax.Array) -> tuple[np.ndarray, np.ndarray]:
        points = np.asarray(point)
        values, gradients = whitened(points.reshape(-1, dim))
        return values.reshape(points.shape[:-1]), gradients.reshape(points.shape)

    @jax.custom_vjp
    def energy(point: jax.Array) -> jax.Array:
        return -both(point)[0]

    def forth(point: jax.Array) -> tuple[jax.Array, jax.Array]:
        value, gradient = both(point)
        return -value, gradient

    energy.defvjp(forth, lambda gradient, back: (-back * gradient,))
    run = MCMC(
        NUTS(potential_fn=energy), num_warmup=tune, num_samples=draws, num_chains=chains,
        chain_method="vectorized", progress_bar=False,
    )  # fmt: skip
    first = SPREAD * np.random.default_rng(1).standard_normal((chains, dim))
    run.run(jax.random.PRNGKey(1), init_params=jax.numpy.asarray(first))
    return np.asarray(run.get_samples(group_by_chain=True))


def nutpie(whitened: Whitened, dim: int, draws: int, tune: int, chains: int) -> np.ndarray:
    """nutpie's NUTS, a chain a thread."""
    import nutpie as package

    def make_density() -> object:
        def value(point: np.ndarray) -> tuple[float, np.ndarray]:
            values, gradients = whitened(point[None])
            return float(values[0]), gradients[0]

        return value

    model = package.compiled_pyfunc.from_pyfunc(
        dim,
        make_density,
        lambda *_: lambda point: {"z": point},
        [np.dtype("float64")],
        [(dim,)],
        ["z"],
        make_initial_point_fn=lambda seed: SPREAD * np.random.default_rng(seed).standard_normal(dim),
    )
    trace = package.sample(model, draws=draws, tune=tune, chains=chains, seed=1, progress_bar=False, cores=2)
    return np.asarray(trace.posterior["z"])


SAMPLERS = {"numpyro": numpyro, "nutpie": nutpie}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sampler", choices=SAMPLERS, default="numpyro")
    parser.add_argument("--draws", type=int, default=600)
    parser.add_argument("--tune", type=int, default=500)
    parser.add_argument("--chains", type=int, default=8)
    parser.add_argument("--fits", type=int, default=3, help="fits of ours that are timed")
    asked = parser.parse_args()
    own = []
    for seed in range(asked.fits):
        spent = processor()
        held = forecasting.fit(programme(), observations(), seed=seed)
        busy = processor() - spent
        own.append(held.diagnostics.ess / busy)
        print(f"stocktake: least effective size {held.diagnostics.ess:,.0f} in {busy:.0f} s of processor", flush=True)
    density = Density(held.design)
    started, spent = time.perf_counter(), processor()
    run = {"draws": asked.draws, "tune": asked.tune, "chains": asked.chains}
    Z = reference(density, held.draws.astype(np.float64), SAMPLERS[asked.sampler], **run)
    busy = processor() - spent
    effective = diagnostics.effective_size(inference.watched(density, Z)).min()
    print(
        f"{asked.sampler}: {Z.shape[1]:,} x {Z.shape[2]} draws, least effective size {effective:,.0f} "
        f"in {busy:.0f} s of processor ({time.perf_counter() - started:.0f} s on the clock)"
    )
    rates = spread([rate * busy / effective for rate in own])
    print(f"effective draws a second of processor, ours by {asked.sampler}'s: {rates}")
    told(held, density, Z)


def told(held: forecasting.Posterior, density: Density, Z: np.ndarray) -> None:
    """Print how far our paths lie from those of the reference's draws."""
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
