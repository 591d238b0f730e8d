"""Near copies: found, directed in time, and followed to the first."""

from __future__ import annotations

import datetime as dt
import importlib.util
import sys
from pathlib import Path

import pytest

from stocktake import weighing
from stocktake.vocabulary import Report

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
STORY = (
    "The plant east of the river is to turn out several hundred machines a year from the spring, workers there told "
    "this newspaper. Lorries with foreign plates have come each week since the summer, and the road to the gate has "
    "been closed to others. A spokesman of the district said that he knew only of a car factory, and asked for time."
)
OTHER = (
    "Ministers of nine countries met in the capital on Thursday to speak of grain, of rail freight and of the price of "
    "fertiliser; no decision was taken, and the next meeting is planned for the end of the month in another place."
)


def report(name: str, day: str | None, text: str) -> Report:
    return Report(id=name, text=text, published=dt.date.fromisoformat(day) if day else None)


def test_the_later_report_is_the_copy() -> None:
    touched = STORY.replace("lorries", "trucks").replace("each week", "every week").replace("time.", "some time.")
    found = weighing.copies(
        [report("b", "2023-01-05", touched), report("a", "2023-01-03", STORY), report("c", "2023-01-04", OTHER)]
    )
    assert [(copy.report, copy.original) for copy in found] == [("b", "a")]
    assert found[0].share > 0.6


def test_a_passage_taken_over_into_a_longer_report() -> None:
    long = " ".join([OTHER, STORY, OTHER.replace("nine", "ten").replace("Thursday", "Friday")])
    found = weighing.copies([report("short", "2023-01-03", STORY), report("long", "2023-01-09", long)])
    assert [(copy.report, copy.original) for copy in found] == [("long", "short")]


def test_an_undated_report_copies_a_dated_one() -> None:
    found = weighing.copies([report("a", None, STORY), report("b", "2023-01-03", STORY)])
    assert [(copy.report, copy.original) for copy in found] == [("a", "b")]


def test_short_and_empty_texts_are_no_copies() -> None:
    assert weighing.copies([report("a", None, "Yes."), report("b", None, "Yes."), report("c", None, "")]) == []


def test_copies_of_copies_go_back_to_the_first_and_circles_end() -> None:
    assert weighing.root({"c": "b", "b": "a"}, "c") == "a"
    assert weighing.root({"b": "a", "a": "b"}, "b") == "a"


def benchmark(name: str) -> object:
    sys.path.insert(0, str(BENCHMARKS))
    try:
        spec = importlib.util.spec_from_file_location(f"benchmark_{name}", BENCHMARKS / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        return module
    finally:
        sys.path.remove(str(BENCHMARKS))


def test_copies_in_the_newswire(shared: Path) -> None:
    precision, recall, _ = benchmark("weighing").copies()  # type: ignore[attr-defined]
    assert precision >= 0.97
    assert recall >= 0.97


@pytest.mark.parametrize("world", ["honest", "copying", "lying"])
def test_truth_discovery_halves_the_error_of_voting(world: str) -> None:
    truth = benchmark("truth")
    import random

    worlds = [getattr(truth, world)(random.Random(1000 + seed)) for seed in range(5)]
    voting = sum(truth.error(truth.majority(w), w) for w in worlds)  # type: ignore[attr-defined]
    ours = sum(truth.error(truth.ours(w), w) for w in worlds)  # type: ignore[attr-defined]
    assert ours <= voting / 2
