"""Fits the confidence of claims on gold that the weights have not seen, and says how well it is calibrated.

    python training/calibration.py WEIGHTS [--shared ../shared]

Every claim read from dev.jsonl is right when the scorer pairs it with a gold claim (same type, same sentence). Platt's
logistic calibration of the trigger's log odds is fitted on nine tenths of the reports and tried on the tenth, in turn;
printed are the expected calibration error (ten bins) there and on wiredev.jsonl, a reliability table, and the slope and
intercept over all of dev for weights/decoding.toml.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from stocktake.reading import claims as builder
from stocktake.reading import reader
from stocktake.reading.confidence import log_odds
from stocktake.reading.decoding import Calibration, thresholds
from stocktake.reading.page import Page
from stocktake.vocabulary import Report

Floats = NDArray[np.float64]
FOLDS, BINS = 10, 10
EDGES = (0.0, 0.6, 0.7, 0.8, 0.85, 1.0)


def claims_of(gold: Path, weights: Path, scorer: Any) -> tuple[NDArray[np.int64], Floats, Floats]:
    """For each claim read from a gold file: the report's number, the trigger's log odds, and 1 where it is right."""
    plain = msgspec.structs.replace(thresholds(weights), confidence=Calibration(slope=1.0, intercept=0.0))
    report_of, odds, right = [], [], []
    for number, line in enumerate(gold.read_text("utf-8").splitlines()):
        record = json.loads(line)
        shown = {name: record[name] for name in ("id", "text", "published")}
        page = Page(msgspec.convert(shown, Report, strict=False))
        seen = reader.see(page, weights)
        found = msgspec.to_builtins(builder.build(page, seen.events, seen.attributions, plain))
        paired = {mine for _, mine in scorer.pair(record["claims"], found)}
        for place, claim in enumerate(found):
            report_of.append(number)
            odds.append(log_odds(claim["confidence"]))
            right.append(float(place in paired))
    return np.array(report_of), np.array(odds), np.array(right)


def fit(odds: Floats, right: Floats) -> Floats:
    """Slope and intercept of greatest likelihood."""

    def loss(line: Floats) -> float:
        z = line[0] * odds + line[1]
        return float((np.logaddexp(0.0, z) - right * z).sum())

    fitted: Floats = minimize(loss, [0.5, -1.0]).x
    return fitted


def stated(line: Floats, odds: Floats) -> Floats:
    return 1.0 / (1.0 + np.exp(-(line[0] * odds + line[1])))


def calibration_error(confidence: Floats, right: Floats) -> float:
    """Mean distance between what a bin states and what is right in it, weighed by its claims."""
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return sum(abs(confidence[bins == b].sum() - right[bins == b].sum()) for b in range(BINS)) / len(right)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("weights", type=Path, help="a folder of weights that has not seen dev.jsonl")
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    chosen = parser.parse_args()
    gold = chosen.shared / "reading"
    specification = importlib.util.spec_from_file_location("gold_score", gold / "score.py")
    assert specification is not None and specification.loader is not None
    scorer = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(scorer)

    reports, odds, right = claims_of(gold / "dev.jsonl", chosen.weights, scorer)
    held_out = np.zeros(len(odds))
    for fold in range(FOLDS):
        mine = reports % FOLDS == fold
        held_out[mine] = stated(fit(odds[~mine], right[~mine]), odds[mine])
    line = fit(odds, right)
    _, wire_odds, wire_right = claims_of(gold / "wiredev.jsonl", chosen.weights, scorer)
    print(
        f"dev      {len(right)} claims, calibration error {calibration_error(held_out, right):.3f} by cross-validation"
    )
    print(f"wiredev  {len(wire_right)} claims, error {calibration_error(stated(line, wire_odds), wire_right):.3f}")
    for low, high in pairwise(EDGES):
        bin_ = (held_out >= low) & (held_out < high)
        if bin_.any():
            means = held_out[bin_].mean(), right[bin_].mean()
            print(f"{low:.2f}-{high:.2f}  {bin_.sum():4} claims  stated {means[0]:.2f}  right {means[1]:.2f}")
    print(f"slope = {line[0]:.2f}\nintercept = {line[1]:.2f}")


if __name__ == "__main__":
    main()
