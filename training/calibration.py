"""Fits the confidence of claims on gold that the weights have not seen, and says how well it is calibrated.

    python training/calibration.py WEIGHTS [--shipped WEIGHTS --held GOLD ... --tried GOLD ...] [--shared ../shared]

Every claim read from dev.jsonl is right when the scorer pairs it with a gold claim (same type, same sentence). Platt's
logistic calibration of the trigger's log odds, its rival's and the grounds is fitted on nine tenths of the reports and
tried on the tenth, in turn; what the shipped weights read in the reports of `--held`, which they never learned from, is
fitted with, each time, no file counting for more than dev.jsonl. Printed are the expected calibration error (ten bins)
and the area under the ROC curve there, on those reports, and on wiredev.jsonl and the reports of `--tried`, on which
nothing is fitted; a reliability table; and the numbers over all for weights/decoding.toml.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from stocktake.reading import claims as builder
from stocktake.reading import confidence, reader
from stocktake.reading.confidence import log_odds
from stocktake.reading.decoding import Calibration, thresholds
from stocktake.reading.page import Page
from stocktake.vocabulary import Report

Floats = NDArray[np.float64]
FOLDS, BINS = 10, 10
EDGES = (0.0, 0.6, 0.7, 0.8, 0.85, 1.0)


def claims_of(gold: Path, weights: Path, scorer: Any) -> tuple[NDArray[np.int64], Floats, Floats]:
    """For each claim read from a gold file: the report's number, what its confidence rests on, and 1 where it is right.

    It rests on the log odds of the trigger and of its rival, and the number of grounds; a last column is all ones.
    """
    report_of, seen_in, right = [], [], []

    def record(trigger: float, rival: float, grounds: int, _: Calibration) -> float:
        seen_in.append((log_odds(trigger), log_odds(rival), float(grounds), 1.0))
        return 1.0

    with patch.object(confidence, "calibrated", record):
        for number, line in enumerate(gold.read_text("utf-8").splitlines()):
            told = json.loads(line)
            shown = {name: told[name] for name in ("id", "text", "published")}
            page = Page(msgspec.convert(shown, Report, strict=False))
            found = msgspec.to_builtins(builder.build(page, reader.see(page, weights), thresholds(weights)))
            paired = {mine for _, mine in scorer.pair(told["claims"], found)}
            report_of += [number] * len(found)
            right += [float(place in paired) for place in range(len(found))]
    return np.array(report_of), np.array(seen_in), np.array(right)


def fit(seen: Floats, right: Floats, counts: Floats) -> Floats:
    """The weights of greatest likelihood, with a little shrinkage; `counts` says how much each claim counts."""

    def loss(line: Floats) -> float:
        z = seen @ line
        return float((counts * (np.logaddexp(0.0, z) - right * z)).sum() + (line[:3] ** 2).sum())

    fitted: Floats = minimize(loss, [0.5, 0.0, 0.0, -1.0]).x
    return fitted


def stated(line: Floats, seen: Floats) -> Floats:
    return 1.0 / (1.0 + np.exp(-(seen @ line)))


def discrimination(confidence_: Floats, right: Floats) -> float:
    """The chance that a right claim has more confidence than a wrong one: the area under the ROC curve."""
    good, bad = confidence_[right == 1], confidence_[right == 0]
    return float((good[:, None] > bad).mean() + (good[:, None] == bad).mean() / 2)


def calibration_error(confidence: Floats, right: Floats) -> float:
    """Mean distance between what a bin states and what is right in it, weighed by its claims."""
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return sum(abs(confidence[bins == b].sum() - right[bins == b].sum()) for b in range(BINS)) / len(right)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("weights", type=Path, help="a folder of weights that has not seen dev.jsonl")
    parser.add_argument("--shipped", type=Path, help="the weights that have, for the files of --held")
    parser.add_argument("--held", type=Path, nargs="*", default=[], help="gold that the shipped weights have not seen")
    parser.add_argument("--tried", type=Path, nargs="*", default=[], help="the same, only measured on")
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    chosen = parser.parse_args()
    gold = chosen.shared / "reading"
    specification = importlib.util.spec_from_file_location("gold_score", gold / "score.py")
    assert specification is not None and specification.loader is not None
    scorer = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(scorer)

    reports, seen, right = claims_of(gold / "dev.jsonl", chosen.weights, scorer)
    others = {path.stem: claims_of(path, chosen.shipped, scorer)[1:] for path in chosen.held}
    beside_seen = np.vstack([seen[:0], *(one for one, _ in others.values())])
    beside_right = np.concatenate([right[:0], *(one for _, one in others.values())])
    beside_counts = np.concatenate(
        [right[:0], *(np.full(len(true), min(1.0, len(right) / len(true))) for _, true in others.values())]
    )

    def fitted(mine: NDArray[np.bool_]) -> Floats:
        everything = np.concatenate([right[mine], beside_right])
        counts = np.concatenate([np.ones(mine.sum()), beside_counts])
        return fit(np.vstack([seen[mine], beside_seen]), everything, counts)

    held_out = np.zeros(len(right))
    for fold in range(FOLDS):
        mine = reports % FOLDS == fold
        held_out[mine] = stated(fitted(~mine), seen[mine])
    line = fitted(reports >= 0)
    others |= {path.stem: claims_of(path, chosen.shipped, scorer)[1:] for path in chosen.tried}
    others["wiredev"] = claims_of(gold / "wiredev.jsonl", chosen.weights, scorer)[1:]
    told = {"dev": (held_out, right)} | {name: (stated(line, one), true) for name, (one, true) in others.items()}
    for name, (said, true) in told.items():
        figures = f"calibration error {calibration_error(said, true):.3f}, area {discrimination(said, true):.3f}"
        print(f"{name:14} {len(true)} claims, {figures}" + (" by cross-validation" if name == "dev" else ""))
    for low, high in pairwise(EDGES):
        bin_ = (held_out >= low) & (held_out < high)
        if bin_.any():
            means = held_out[bin_].mean(), right[bin_].mean()
            print(f"{low:.2f}-{high:.2f}  {bin_.sum():4} claims  stated {means[0]:.2f}  right {means[1]:.2f}")
    print(f"slope = {line[0]:.2f}\nrival = {line[1]:.2f}\nground = {line[2]:.2f}\nintercept = {line[3]:.2f}")


if __name__ == "__main__":
    main()
