"""Confidence: how likely it is that the sentence states such an event, calibrated on reports the networks had not seen.

A network is surer of itself than it is right; logistic calibration (Platt 1999) mends that: of the trigger's log odds,
those of its word's likeliest other type, and the number of things that the sentence tells of the event. Its four
numbers are kept beside the thresholds in weights/decoding.toml and fitted by training/calibration.py.
"""

from __future__ import annotations

import math

from stocktake.reading.decoding import Calibration

FLOOR = 0.003
"""Probabilities nearer to 0 or 1 than this count as this."""


def log_odds(probability: float) -> float:
    bounded = min(max(probability, FLOOR), 1.0 - FLOOR)
    return math.log(bounded / (1.0 - bounded))


def calibrated(trigger: float, rival: float, grounds: int, calibration: Calibration) -> float:
    """The confidence of a claim.

    `trigger` is the probability of its type, `rival` that of the likeliest other type of the same word; `grounds`
    counts what else of the event its sentence tells: an agent, a recipient, a count, a source.
    """
    z = calibration.slope * log_odds(trigger) + calibration.intercept
    z += calibration.ground * grounds + calibration.rival * log_odds(rival)
    return round(1.0 / (1.0 + math.exp(-z)), 3)
