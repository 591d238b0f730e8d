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
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from stocktake.vocabulary import Report

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

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
MANY_WORDS = 1_000_000
_WORD = re.compile(r"[^\W_]+")


class Copy(NamedTuple):
    """A report that repeats an earlier one, and the share of the smaller one's shingles that both have."""

    report: str
    original: str
    share: float


class _Hashes(dict[str, int]):
    """A hash for each word, kept."""

    def __missing__(self, word: str) -> int:
        value = self[word] = crc32(word.encode()) + 1
        return value


_HASHES = _Hashes()
_PRIME = 0x9E37_79B9_7F4A_7C15


def _runs(text: str, length: int) -> NDArray[np.uint64]:
    """A hash of each run of so many words, without case and punctuation."""
    import numpy as np

    words = _WORD.findall(text.lower())
    if len(_HASHES) > MANY_WORDS:
        _HASHES.clear()
    hashes = np.fromiter(map(_HASHES.__getitem__, words), dtype=np.uint64, count=len(words))
    size = max(len(words) - length + 1, 0)
    mixed = np.zeros(size, dtype=np.uint64)
    for place in range(length):
        mixed = mixed * np.uint64(_PRIME) + hashes[place : place + size]
    return mixed ^ (mixed >> np.uint64(29))


def shingles(text: str) -> NDArray[np.uint64]:
    """The text's runs of four words, each once, in order."""
    import numpy as np

    runs = _runs(text, SHINGLE)
    runs.sort()
    first = np.ones(len(runs), dtype=np.bool_)
    np.not_equal(runs[1:], runs[:-1], out=first[1:])
    return runs[first]


def bands(text: str) -> list[int]:
    """Numbers that a text shares with texts that may be alike: its MinHash signature in bands, and its passages."""
    from rensa import RMinHash

    found = shingles(text)
    if len(found) < LEAST:
        return []
    sketch = RMinHash(num_perm=PERMUTATIONS, seed=SEED)
    sketch.update([str(run) for run in found.tolist()])
    digest = sketch.digest()
    signature = [_band(start, digest[start : start + ROWS]) for start in range(0, PERMUTATIONS, ROWS)]
    return list(dict.fromkeys(signature + _fingerprints(text)))


def _fingerprints(text: str) -> list[int]:
    """Of every window of runs the least hash, so that a shared passage leaves a shared number wherever it stands."""
    import numpy as np

    hashes = _runs(text, RUN)
    if len(hashes) == 0:
        return []
    least = np.lib.stride_tricks.sliding_window_view(hashes, min(WINDOW, len(hashes))).min(axis=1)
    return [_PASSAGE | (value >> 3) for value in np.unique(least).tolist()]


def _band(start: int, values: Sequence[int]) -> int:
    mixed = start + 1
    for value in values:
        mixed = (mixed * _PRIME + value) & 0x3FFF_FFFF_FFFF_FFFF
    return mixed


def when(report: Report) -> tuple[int, str]:
    """The order in time of reports; those without a date come last."""
    return (report.published.toordinal() if report.published else 999_999, report.id)


def share(a: NDArray[np.uint64], b: NDArray[np.uint64]) -> float:
    """How much of the smaller text the other has too."""
    import numpy as np

    few, many = (a, b) if len(a) <= len(b) else (b, a)
    if len(few) < LEAST:
        return 0.0
    places = np.searchsorted(many, few)
    places[places == len(many)] = 0
    return np.count_nonzero(many[places] == few) / len(few)


def suspicious(in_common: int, mine: int) -> bool:
    """Whether two reports share so many numbers that it pays to compare them word by word."""
    return in_common >= (2 if mine >= 20 else 1)


def copies(reports: Iterable[Report]) -> list[Copy]:
    """Every pair of near copies, the later report first in a pair."""
    return sorted(copy for found in _repeats(reports) for copy in found)


def _repeats(reports: Iterable[Report]) -> Iterator[list[Copy]]:
    """For each report that repeats others, these, the earliest first."""
    texts = {report.id: report.text for report in sorted(reports, key=when)}
    told = {name: shingles(text) for name, text in texts.items()}
    for name, earlier in suspects(list(texts), {name: bands(text) for name, text in texts.items()}):
        if found := repeated(name, told[name], ((other, told[other]) for other in earlier)):
            yield found


def suspects(ordered: Sequence[str], numbers: Mapping[str, Sequence[int]]) -> Iterator[tuple[str, list[str]]]:
    """By report, in the order of time, the earlier ones that it may repeat; `numbers` are their bands."""
    shared = _shared(numbers)
    buckets: dict[int, list[int]] = defaultdict(list)
    for index, name in enumerate(ordered):
        met: dict[int, int] = defaultdict(int)
        for band in _among(numbers[name], shared):
            bucket = buckets[band]
            for earlier in bucket:
                met[earlier] += 1
            if len(bucket) < CROWD:
                bucket.append(index)
        alike = sorted(other for other, count in met.items() if suspicious(count, len(numbers[name])))
        if alike:
            yield name, [ordered[other] for other in alike]


def repeated(name: str, told: NDArray[np.uint64], earlier: Iterable[tuple[str, NDArray[np.uint64]]]) -> list[Copy]:
    """The copies that a report is of earlier ones, given the shingles of all, in the order given."""
    shares = ((other, share(told, theirs)) for other, theirs in earlier)
    return [Copy(name, other, round(common, 3)) for other, common in shares if common >= SHARE]


def nearest(found: Sequence[Copy]) -> Copy:
    """Of the copies that a report is, that of the one which it repeats most, and of equals of the first."""
    return max(found, key=lambda copy: copy.share)


def _shared(numbers: Mapping[str, Sequence[int]]) -> NDArray[np.int64]:
    """The bands that more than one report has: few, so that only they are remembered."""
    import numpy as np

    every = np.concatenate([np.zeros(0, np.int64), *(np.array(mine, np.int64) for mine in numbers.values())])
    every.sort()
    return np.unique(every[1:][every[1:] == every[:-1]])


def _among(mine: Sequence[int], shared: NDArray[np.int64]) -> list[int]:
    """Those of a report's bands that others have too."""
    import numpy as np

    if len(shared) == 0:
        return []
    values = np.array(mine, np.int64)
    places = np.minimum(np.searchsorted(shared, values), len(shared) - 1)
    found: list[int] = values[shared[places] == values].tolist()
    return found


def originals(reports: Iterable[Report]) -> dict[str, str]:
    """For each report that repeats another, the first report that its words go back to.

    A report that already says whose copy it is keeps its word.
    """
    every = {report.id: report for report in reports}
    parents = {copy.report: copy.original for copy in map(nearest, _repeats(every.values()))}
    for report in every.values():
        if report.copy_of is not None and report.copy_of in every:
            parents[report.id] = report.copy_of
    return {report: root(parents, report) for report in parents}


def parent(name: str, told: NDArray[np.uint64], earlier: Iterable[tuple[str, NDArray[np.uint64]]]) -> Copy | None:
    """The report that this one copies, out of those before it, the earliest first; all by their shingles."""
    found = repeated(name, told, earlier)
    return nearest(found) if found else None


def root(parents: Mapping[str, str], report: str) -> str:
    """The report where following copies ends; of reports that name one another in a circle, the least."""
    path = [report]
    while path[-1] in parents:
        following = parents[path[-1]]
        if following in path:
            return min(path[path.index(following) :])
        path.append(following)
    return path[-1]
