"""Numbers with their bounds: stocktake's rules and quantulum3 on NewsQuant, on the same text in the same run.

    python -m pip install --requirement benchmarks/requirements.txt
    python benchmarks/quantities.py [--shared ../shared]

First the figures of `reading/public/score.py quantities`. That scorer counts the ranges of the gold ("5-7 percent",
51 of 461 values here) but cannot match them, so no reader that reports ranges can pass 0.89 there; the second pair of
figures counts a range as right when both ends are. Words a second of CPU time, one process, in three turns.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ratios import in_turns

from stocktake.reading import quantities

Found = list[dict[str, Any]]
Finder = Callable[[str], Found]


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument(
        "--shared", type=Path, default=Path(os.environ.get("STOCKTAKE_SHARED", "../shared")), help="where the data lie"
    )
    chosen = options.parse_args()
    folder = chosen.shared / "reading" / "public"
    gold = [json.loads(line) for line in (folder / "newsquant-dev.jsonl").read_text("utf-8").splitlines()]
    for name, finder in (("stocktake", stocktake), ("quantulum3", quantulum3)):
        finder("Two tanks.")
        predicted = [{"id": row["id"], "quantities": finder(row["text"])} for row in gold]
        print(f"{name}: {len(gold)} sentences")
        print(scored(gold, predicted, folder), end="")
        print("with ranges:  value F1 {:.3f}   bound F1 {:.3f}\n".format(*with_ranges(gold, predicted)), flush=True)

    texts = [row["text"] for row in gold]
    found = in_turns(lambda: [stocktake(text) for text in texts], lambda: [quantulum3(text) for text in texts], 3)
    words = sum(len(text.split()) for text in texts)
    ours, theirs = (words / statistics.median(seconds) for seconds in found)
    print(f"words a CPU-second: stocktake {ours:,.0f}, quantulum3 {theirs:,.0f}, ratio {found}")


def scored(gold: list[dict[str, Any]], predicted: list[dict[str, Any]], folder: Path) -> str:
    """What the shared scorer prints."""
    with tempfile.TemporaryDirectory() as place:
        paths = Path(place, "gold.jsonl"), Path(place, "predicted.jsonl")
        for path, rows in zip(paths, (gold, predicted), strict=True):
            path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        command = [sys.executable, str(folder / "score.py"), "quantities", *map(str, paths)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def with_ranges(gold: list[dict[str, Any]], predicted: list[dict[str, Any]]) -> tuple[float, float]:
    """F1 of values and of bounds, where a gold range counts as found when both of its ends are."""
    value = bound = expected = given = 0
    for row, guess in zip(gold, predicted, strict=True):
        left = list(guess["quantities"])
        expected += len(row["quantities"])
        given += len(left)
        for quantity in row["quantities"]:
            low, high = ends(quantity["value"])
            near = [q for q in left if same(q, low, high)]
            if not near:
                continue
            want = quantity["change"] if quantity["change"] in "=~<>" else "="
            best = next((q for q in near if low != high or sign(q) == want), near[0])
            left.remove(best)
            value += 1
            bound += low != high or sign(best) == want
    return 2 * value / (expected + given), 2 * bound / (expected + given)


def ends(value: str) -> tuple[float, float]:
    """Both ends of a gold value; a plain number is a range of its own."""
    try:
        return float(value), float(value)
    except ValueError:
        low, high = (float(part) for part in value.replace(" ", "").split("-"))
        return min(low, high), max(low, high)


def same(quantity: dict[str, Any], low: float, high: float) -> bool:
    mine = [bound for bound in (quantity["low"], quantity["high"]) if bound is not None]
    if low == high:
        first = mine[0] if quantity["low"] is not None else mine[-1]
        return close(first, low)
    return len(mine) == 2 and close(mine[0], low) and close(mine[1], high)


def close(a: float, b: float) -> bool:
    return abs(a - b) <= 1e-6 * max(1.0, abs(b))


def sign(quantity: dict[str, Any]) -> str:
    """NewsQuant's sign of a number as read."""
    if quantity["low"] is None:
        return "<"
    if quantity["high"] is None:
        return ">"
    return "~" if quantity["approximate"] or quantity["low"] != quantity["high"] else "="


def stocktake(text: str) -> Found:
    return [
        {"start": q.start, "end": q.end, "low": q.low, "high": q.high, "approximate": q.approximate}
        for q in quantities.find(text, changes=True)
    ]


def quantulum3(text: str) -> Found:
    from quantulum3 import classifier, parser

    classifier.USE_CLF = False  # it tells units apart, not numbers, and loads beside one version of scikit-learn only
    found = []
    for quantity in parser.parse(text):
        spread = quantity.uncertainty or 0
        found.append(
            {
                "start": quantity.span[0],
                "end": quantity.span[1],
                "low": quantity.value - spread,
                "high": quantity.value + spread,
                "approximate": False,
            }
        )
    return found


if __name__ == "__main__":
    main()
