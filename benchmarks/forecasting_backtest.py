"""Backtest on launches_monthly.csv beside its peers: `python benchmarks/forecasting_backtest.py`.

Eight cut-offs, horizons of 1 to 12 months, defaults; with the counts alone, or with `--claims` also what
was said.
Needs statsforecast (benchmarks/requirements.txt).
"""

from __future__ import annotations

import argparse

from forecasting_case import CUTOFFS, observations, programme

from stocktake import forecasting


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--claims", action="store_true")
    parser.add_argument("--since", default="2022-09", help="2022-10 leaves out the first month, of one report alone")
    asked = parser.parse_args()
    known = [o for o in observations(claims=asked.claims) if o.series is None or str(o.start)[:7] >= asked.since]
    found = forecasting.backtest(programme(), known, series="launches", cutoffs=CUTOFFS)
    for total in found.totals:
        spans = "  ".join(f"{name}: {value:.3f}" for name, value in total.by_horizon.items())
        shares = "  ".join(f"{name}: {value:.0%}" for name, value in total.coverage.items())
        print(
            f"{total.method:12s} log CRPS {total.log_crps:.3f} ± {total.spread:.3f}  {spans}  {shares}  PIT {total.pit}"
        )
    own = next(total for total in found.totals if total.method == "stocktake")
    best = min(t.log_crps for t in found.totals if t.method in ("naive", "auto_ets", "auto_arima"))
    print(f"stocktake is {1 - own.log_crps / best:.1%} below the best of naive, AutoETS and AutoARIMA")


if __name__ == "__main__":
    main()
