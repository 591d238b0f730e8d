"""Gold claims with their reports, and a reader that gives them, for the tests of weighing."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from stocktake.casebook import Reader
from stocktake.reports import Obtained
from stocktake.vocabulary import Claim, Report, stable_id


class Story(NamedTuple):
    """A report with its gold claims, and their gold labels."""

    report: Report
    claims: tuple[Claim, ...]
    findings: tuple[str, ...]
    origins: tuple[str, ...]


def stories(path: Path) -> list[Story]:
    """The stories of a file of gold claims."""
    return [_story(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _story(row: dict[str, Any]) -> Story:
    day = row.get("published")
    report = Report(
        id=row["id"],
        text=row["text"],
        url=row.get("url"),
        outlet=row.get("outlet"),
        title=row.get("title"),
        published=dt.date.fromisoformat(day) if day else None,
    )
    labels = ("finding", "origin", "trigger")
    found = []
    for index, slots in enumerate(row["claims"]):
        start = max(row["text"].find(slots["quote"]), 0)
        fields = {name: value for name, value in slots.items() if name not in labels}
        place = {"report": report.id, "start": start, "end": start + len(slots["quote"])}
        found.append(msgspec.convert({**fields, **place, "id": stable_id("c", report.id, index)}, Claim, strict=False))
    return Story(
        report,
        tuple(found),
        tuple(c.get("finding", "") for c in row["claims"]),
        tuple(c.get("origin", "") for c in row["claims"]),
    )


def reader(told: Sequence[Story]) -> Reader:
    """A reader that gives each report its gold claims."""
    by_report = {story.report.id: story.claims for story in told}
    return Reader(lambda report: by_report.get(report.id, ()), "gold 1")


def documents(told: Sequence[Story]) -> Iterator[Obtained]:
    """The reports as a loader would hand them over."""
    for story in told:
        yield Obtained(story.report, msgspec.json.encode(story.report), "application/json")
