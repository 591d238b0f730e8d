"""Near copies among reports, directed in time.

MinHash signatures of four-word shingles in bands (Broder 1997; Leskovec, Rajaraman & Ullman, Mining of Massive
Datasets, ch. 3) bring together reports that may be alike, winnowed fingerprints (Schleimer, Wilkerson & Aiken 2003)
those of which one holds a passage of the other; the share of the smaller report's shingles that the other has too is
then counted exactly. The later report is the copy, and of several the copy of that which it repeats most.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple
from zlib import crc32

from stocktake.vocabulary import Report

SHINGLE = 4
"""Words in a shingle."""
SHARE = 0.4
"""A copy has at least this share of the smaller report's shingles."""
LEAST = 6
"""Fewer shingles than this are no report to compare."""
PERMUTATIONS, ROWS = 48, 4
CROWD = 12
"""So many reports stand for a bucket: the thousandth reprint is compared with the first ones only."""
SEED = 20
RUN, WINDOW = 6, 16
"""Any run of RUN + WINDOW - 1 words that two texts share is seen."""
_PASSAGE = 1 << 62
_WORD = re.compile(r"[^\W_]+")


class Copy(NamedTuple):
    """A report that repeats an earlier one, and the share of the smaller one's shingles that both have."""

    report: str
    original: str
    share: float


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def shingles(text: str) -> frozenset[tuple[str, ...]]:
    """The text's runs of four words, without case and punctuation."""
    return frozenset(_runs(_words(text), SHINGLE))


def _runs(words: list[str], length: int) -> Iterator[tuple[str, ...]]:
    return zip(*(words[start:] for start in range(length)), strict=False)


def bands(text: str) -> list[int]:
    """Numbers that a text shares with texts that may be alike: its MinHash signature in bands, and its passages."""
    from rensa import RMinHash

    words = _words(text)
    found = set(map(" ".join, _runs(words, SHINGLE)))
    if len(found) < LEAST:
        return []
    sketch = RMinHash(num_perm=PERMUTATIONS, seed=SEED)
    sketch.update(list(found))
    digest = sketch.digest()
    signature = [_band(start, digest[start : start + ROWS]) for start in range(0, PERMUTATIONS, ROWS)]
    return signature + _fingerprints(words)


def _fingerprints(words: list[str]) -> list[int]:
    """Of every window of runs the least hash, so that a shared passage leaves a shared number wherever it stands."""
    import numpy as np

    hashes = np.fromiter((crc32(" ".join(run).encode()) for run in _runs(words, RUN)), dtype=np.int64)
    if len(hashes) == 0:
        return []
    least = np.lib.stride_tricks.sliding_window_view(hashes, min(WINDOW, len(hashes))).min(axis=1)
    return [_PASSAGE + value for value in np.unique(least).tolist()]


def _band(start: int, values: Sequence[int]) -> int:
    mixed = start + 1
    for value in values:
        mixed = (mixed * 0x9E37_79B9_7F4A_7C15 + value) & 0x3FFF_FFFF_FFFF_FFFF
    return mixed


def when(report: Report) -> tuple[int, str]:
    """The order in time of reports; those without a date come last."""
    return (report.published.toordinal() if report.published else 999_999, report.id)


def share(a: frozenset[tuple[str, ...]], b: frozenset[tuple[str, ...]]) -> float:
    """How much of the smaller text the other has too."""
    smaller = min(len(a), len(b))
    return len(a & b) / smaller if smaller >= LEAST else 0.0


def copies(reports: Iterable[Report]) -> list[Copy]:
    """Every pair of near copies, the later report first in a pair."""
    ordered = sorted(reports, key=when)
    buckets: dict[int, list[int]] = defaultdict(list)
    pairs: dict[tuple[int, int], None] = {}
    for index, report in enumerate(ordered):
        for band in bands(report.text):
            bucket = buckets[band]
            pairs.update(((index, earlier), None) for earlier in bucket)
            if len(bucket) < CROWD:
                bucket.append(index)
    found = []
    known: dict[int, frozenset[tuple[str, ...]]] = {}
    for later, earlier in pairs:
        for index in (later, earlier):
            if index not in known:
                known[index] = shingles(ordered[index].text)
        common = share(known[later], known[earlier])
        if common >= SHARE:
            found.append(Copy(ordered[later].id, ordered[earlier].id, round(common, 3)))
    return sorted(found)


def originals(reports: Iterable[Report]) -> dict[str, str]:
    """For each report that repeats another, the first report that its words go back to.

    A report that already says whose copy it is keeps its word.
    """
    every = {report.id: report for report in reports}
    parents = {copy.report: copy.original for copy in nearest(every.values())}
    for report in every.values():
        if report.copy_of is not None and report.copy_of in every:
            parents[report.id] = report.copy_of
    return {report: root(parents, report) for report in parents}


def parent(report: Report, earlier: Iterable[Report]) -> Copy | None:
    """The report that this one copies, out of those before it."""
    mine = shingles(report.text)
    best: tuple[float, tuple[int, str]] | None = None
    for other in earlier:
        common = share(mine, shingles(other.text))
        if common >= SHARE and (best is None or (-round(common, 3), when(other)) < best):
            best = (-round(common, 3), when(other))
    return Copy(report.id, best[1][1], -best[0]) if best else None


def nearest(reports: Iterable[Report]) -> list[Copy]:
    """For each copy, of the reports that it repeats that which it repeats most, and of equals the first."""
    every = {report.id: report for report in reports}
    best: dict[str, Copy] = {}
    for copy in copies(every.values()):
        known = best.get(copy.report)
        if known is None or (-copy.share, when(every[copy.original])) < (-known.share, when(every[known.original])):
            best[copy.report] = copy
    return [best[report] for report in sorted(best)]


def root(parents: Mapping[str, str], report: str) -> str:
    """The report where following copies ends; of reports that name one another in a circle, the least."""
    path = [report]
    while path[-1] in parents:
        following = parents[path[-1]]
        if following in path:
            return min(path[path.index(following) :])
        path.append(following)
    return path[-1]
