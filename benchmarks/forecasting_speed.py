"""How long forecasts take: `python benchmarks/forecasting_speed.py --programmes 200`.

Prints the shipped case cold in a process of its own, imports included; what-ifs and a new observation from the draws
held; and many programmes in one run against one. No two of the many are alike: each is the shipped case as of a day of
its own, with a fifth of its statements, drawn at random, left out. On a machine that others use too, the seconds of
processor time, those of child processes included, are what can be compared. One is timed several times, which gives the
ratio its spread.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import msgspec
from forecasting_case import observations, programme
from ratios import processor

from stocktake import forecasting
from stocktake.vocabulary import Measure, Observation

LEFT_OUT = 0.2  # the part of the statements that each of many programmes lacks
COLD = """
import sys
sys.path.insert(0, "benchmarks")
from forecasting_case import observations, programme
from stocktake import forecasting
found = forecasting.forecast(programme(), observations()).diagnostics
print(f"effective size {found.ess:.0f}, nested R-hat {found.r_hat:.4f}, {found.divergent} of {found.draws} divergent")
"""


def timed(what: str, call: Callable[[], object]) -> tuple[float, float]:
    """Wall-clock and processor seconds of a call, printed."""
    started, spent = time.perf_counter(), processor()
    result = call()
    wall, busy = time.perf_counter() - started, processor() - spent
    told = getattr(result, "diagnostics", None)
    how = f", {told.method}, k-hat {told.k_hat:.2f}" if told is not None and told.k_hat is not None else ""
    print(f"{what}: {wall:.2f} s ({busy:.2f} s of processor time){how}", flush=True)
    return wall, busy


def new_observation() -> Observation:
    return Observation(
        id="new",
        measure=Measure.rate,
        path="made",
        part="strike",
        low=2700.0,
        high=2700.0,
        start=dt.date(2025, 5, 1),
        end=dt.date(2025, 5, 31),
        published=dt.date(2025, 5, 28),
        origins=("another origin",),
        grade="C3",
    )


def programmes(count: int) -> list[forecasting.Design]:
    """Designs that differ in day and statements, half a year of days over and over."""
    known = observations()
    designs = []
    for k in range(count):
        rng = random.Random(k)
        designs.append(
            forecasting.design(
                msgspec.structs.replace(programme(), name=f"p{k}"),
                [o for o in known if o.series or rng.random() > LEFT_OUT],
                dt.date(2025, 5, 31) - dt.timedelta(days=k % 200),
            )
        )
    return designs


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--programmes", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=5, help="how often one programme is timed")
    asked = parser.parse_args()
    cold = [
        timed("one programme, cold", lambda: subprocess.run([sys.executable, "-c", COLD], check=True))
        for _ in range(asked.repeats)
    ]
    held = forecasting.fit(programme(), observations())
    print(f"least effective size {held.diagnostics.ess:.0f}, nested R-hat {held.diagnostics.r_hat:.4f}")
    timed("imports stop in 2025-09", lambda: forecasting.scenario(held, {"imports.stop": "2025-09"}))
    timed("imports stopped in 2024-01", lambda: forecasting.scenario(held, {"imports.stop": "2024-01"}))
    timed("another prior", lambda: forecasting.scenario(held, {"use.share": "0.2..0.5"}))
    timed("one new observation", lambda: forecasting.updated(held, (*observations(), new_observation())))
    timed("one observation less", lambda: forecasting.updated(held, observations()[1:]))
    many = programmes(asked.programmes)
    whole = timed(f"{asked.programmes} programmes in one run", lambda: forecasting.fit_all(many))
    for what, all_, single in zip(("on the clock", "in processor time"), whole, zip(*cold, strict=True), strict=True):
        print(
            f"{asked.programmes} programmes cost {all_ / statistics.median(single):.1f} times one {what} "
            f"({all_ / max(single):.1f} to {all_ / min(single):.1f} over {len(single)} timings of one)"
        )


if __name__ == "__main__":
    main()
