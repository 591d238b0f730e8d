"""What diagnostics come to, in words; and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from stocktake import forecasting
from stocktake.forecasting import trust
from stocktake.vocabulary import Diagnostics


def diagnosed(**facts: Any) -> Diagnostics:
    return Diagnostics(**{"r_hat": 1.004, "ess": 2100.0, "acceptance": 0.8, "divergent": 0, "draws": 15360, **facts})


@pytest.mark.parametrize(
    ("found", "verdict"),
    (
        (
            diagnosed(),
            "chains agree (R-hat 1.004, at most 1.01 wanted): 15,360 draws, worth at least 2,100 independent ones "
            "(400 wanted)",
        ),
        (diagnosed(r_hat=1.021), "chains agree only roughly (R-hat 1.021, at most 1.01 wanted, above 1.03 nothing is"),
        (diagnosed(method="re-weighted", k_hat=0.31), "weights are even enough (k-hat 0.31, at most 0.7 wanted): "),
        (diagnosed(method="restarted", r_hat=1.004), "chains restarted from the forecast agree (R-hat 1.004): "),
        (diagnosed(method="restarted", r_hat=1.08), "chains restarted from the forecast agree roughly, as a quick"),
        (diagnosed(method="prior"), "15,360 independent draws from the priors"),
    ),
)
def test_a_verdict_says_whether_draws_can_be_trusted(found: Diagnostics, verdict: str) -> None:
    assert forecasting.verdict(found).startswith(verdict)


@pytest.mark.parametrize(
    ("found", "why"),
    (
        (diagnosed(r_hat=1.2), "the chains disagree (nested R-hat 1.200, at most 1.03 is accepted)"),
        (diagnosed(r_hat=float("nan")), "the chains disagree"),
        (diagnosed(ess=90.0), "there are too few independent draws (90, at least 400 are needed)"),
    ),
)
def test_what_fails_is_refused_with_the_reason(found: Diagnostics, why: str) -> None:
    with pytest.raises(forecasting.Untrusted) as refused:
        trust.check(found)
    assert why in str(refused.value)
