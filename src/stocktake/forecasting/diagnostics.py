"""Whether draws can be trusted: nested R-hat, effective sample size, and k-hat for weights.

Nested R-hat compares superchains, groups of short chains that start at one point (Margossian and others, 2024).
Effective size follows Geyer's initial positive sequence on autocovariances pooled over chains. Weights are
smoothed by a generalised Pareto tail, whose shape k-hat says whether they can be used (Vehtari and others, 2024).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def nested_r_hat(x: Array, groups: int) -> Array:
    """Nested R-hat of quantities x (..., draws, chains); chains of one group stand side by side."""
    draws, chains = x.shape[-2:]
    means = x.mean(-2).reshape(*x.shape[:-2], groups, chains // groups)
    between = means.mean(-1).var(-1, ddof=1)
    inside = x.var(-2, ddof=1).reshape(means.shape).mean(-1) if draws > 1 else 0.0
    within = (means.var(-1, ddof=1) + inside).mean(-1)
    return np.asarray(np.sqrt(1 + between / np.maximum(within, 1e-30)))


def effective_size(x: Array) -> Array:
    """Effective number of draws of quantities x (..., draws, chains)."""
    draws, chains = x.shape[-2:]
    centred = x - x.mean((-2, -1), keepdims=True)
    variance = (centred**2).mean((-2, -1))
    rho = np.stack(
        [(centred[..., lag:, :] * centred[..., : draws - lag, :]).mean((-2, -1)) for lag in range(draws // 2)], -1
    ) / np.maximum(variance[..., None], 1e-30)
    pairs = rho[..., 0 : rho.shape[-1] // 2 * 2 : 2] + rho[..., 1 : rho.shape[-1] // 2 * 2 : 2]
    positive = np.cumprod(pairs > 0, -1)
    time = np.maximum(2 * (pairs * positive).sum(-1) - 1, 1 / np.log10(max(draws * chains, 10)))
    return np.asarray(draws * chains / time)


def smoothed_weights(log_weights: Array) -> tuple[Array, float]:
    """Normalised weights whose largest are drawn from a fitted Pareto tail, and that tail's shape k-hat."""
    logs = log_weights - log_weights.max()
    count = len(logs)
    tail = int(np.ceil(min(0.2 * count, 3 * np.sqrt(count))))
    order = np.argsort(logs)
    cut = max(logs[order[-tail - 1]], -700.0)
    largest = order[-tail:]
    largest = largest[logs[largest] > cut]
    weights = np.exp(logs)
    if len(largest) < 5:
        k_hat = -np.inf if np.ptp(logs) < 1e-9 else np.inf
        return weights / weights.sum(), float(k_hat)
    excess = weights[largest] - np.exp(cut)
    shape, size = _pareto(excess)
    ranks = (np.arange(1, len(largest) + 1) - 0.5) / len(largest)
    quantiles = size * np.expm1(-shape * np.log1p(-ranks)) / shape
    weights[largest] = np.minimum(quantiles + np.exp(cut), 1.0)
    return weights / weights.sum(), shape


def _pareto(excess: Array) -> tuple[float, float]:
    """Shape and size of a generalised Pareto tail, by Zhang and Stephens (2009), with a weak pull of k to 0.5."""
    x = np.sort(excess)
    count = len(x)
    grid = 30 + int(np.sqrt(count))
    index = np.arange(1, grid + 1)
    theta = (1 - np.sqrt(grid / (index - 0.5))) / (3 * x[int(count / 4 + 0.5) - 1]) + 1 / x[-1]
    k = np.log1p(-theta[:, None] * x).mean(1)
    profile = count * (np.log(-theta / k) - k - 1)
    weight = 1 / np.exp(profile - profile[:, None]).sum(1)
    best = float((theta * weight).sum() / weight.sum())
    shape = float(np.log1p(-best * x).mean())
    return (count * shape + 5) / (count + 10), -shape / best
