"""How likely a claim is to be right: surer triggers, weaker rivals and more grounds raise it."""

from __future__ import annotations

import pytest

from stocktake.reading.confidence import calibrated
from stocktake.reading.decoding import Calibration, thresholds
from stocktake.reading.encoder import WEIGHTS


@pytest.mark.parametrize(
    ("less", "more"),
    (
        ((0.75, 0.05, 2), (0.95, 0.05, 2)),
        ((0.9, 0.6, 2), (0.9, 0.05, 2)),
        ((0.9, 0.05, 0), (0.9, 0.05, 1)),
        ((0.9, 0.05, 1), (0.9, 0.05, 4)),
    ),
)
def test_what_speaks_for_a_claim_raises_its_confidence(
    less: tuple[float, float, int], more: tuple[float, float, int]
) -> None:
    shipped = thresholds(WEIGHTS).confidence
    assert 0.0 < calibrated(*less, shipped) < calibrated(*more, shipped) < 1.0


def test_without_slopes_it_is_the_trigger_itself() -> None:
    assert calibrated(0.8, 0.3, 2, Calibration(slope=1.0, intercept=0.0)) == 0.8
