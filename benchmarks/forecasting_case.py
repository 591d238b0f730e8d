"""The case of the benchmarks: public claims on one programme and a table of launches, as observations.

The claims come from ../shared/forecasting/claims.csv, the counts from launches_monthly.csv; nothing is typed in here.
"""

from __future__ import annotations

import calendar
import csv
import datetime as dt
import os
from pathlib import Path

from stocktake import forecasting
from stocktake.vocabulary import Measure, Observation, Programme, Standing

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("STOCKTAKE_SHARED", REPOSITORY.parent / "shared")) / "forecasting"
CUTOFFS = ("2023-06", "2023-09", "2023-12", "2024-03", "2024-06", "2024-09", "2024-12", "2025-03")
PATHS = {
    "imp": ("imports", "strike", Measure.total),
    "used_all": ("used", "all", Measure.total),
    "stock": ("stock", "strike", Measure.level),
    "lost": ("lost", "strike", Measure.total),
    "made": ("made", "strike", Measure.total),
    "made_rate": ("made", "strike", Measure.rate),
    "made_alabuga": ("made:Alabuga", "strike", Measure.total),
    "made_rate_alabuga": ("made:Alabuga", "strike", Measure.rate),
    "made_kupol": ("made:Kupol", "strike", Measure.total),
    "decoy": ("made", "decoy", Measure.total),
    "all_rate": ("made", "all", Measure.rate),
    "share": ("used", "strike", Measure.share),
    "t0": ("made:Alabuga", "strike", Measure.start),
}
STANDINGS = {"obs": "observed", "share": "observed", "start": "observed", "plan": "planned", "cap": "capacity"}


def programme() -> Programme:
    """The shipped programme."""
    return forecasting.read_programme(REPOSITORY / "samples" / "programmes" / "shahed.toml")


def observations(claims: bool = True, launches: bool = True) -> tuple[Observation, ...]:
    """Claims and launches as observations of the shipped programme."""
    return (*(_claims() if claims else ()), *(_launches() if launches else ()))


def _launches() -> tuple[Observation, ...]:
    text = (SHARED / "launches_monthly.csv").read_text("utf-8")
    series = forecasting.read_series(text, programme(), name="launches", observes="use", column="launched")
    return forecasting.series_observations(programme(), series)


def _claims() -> list[Observation]:
    with (SHARED / "claims.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if not row["same_as"] and row["kind"] != "price"]
    return [_claim(row) for row in rows]


def _claim(row: dict[str, str]) -> Observation:
    path, part, measure = PATHS[row["path"]]
    start = measure is Measure.start
    first, last = (row["low"], row["high"]) if start else (row["period_from"], row["period_to"])
    return Observation(
        id=f"c{row['id']}",
        measure=measure,
        path=path,
        part=part,
        low=None if start or row["bound"] == "le" else float(row["low"]),
        high=None if start or row["bound"] == "ge" else float(row["high"]),
        start=_day(first, last=False),
        end=_day(last, last=True),
        published=dt.date.fromisoformat(row["published"]),
        standing=Standing(STANDINGS[row["kind"]]),
        origins=(row["origin"],),
        grade="C3",
        rule="table",
    )


def _day(text: str, *, last: bool) -> dt.date:
    """ "2023-08" or "2023-08:3" as a day: the first or last of the month, or the one named."""
    month, _, day = text.partition(":")
    year, number = (int(part) for part in month.split("-"))
    whole = calendar.monthrange(year, number)[1] if last else 1
    return dt.date(year, number, int(day) if day else whole)
