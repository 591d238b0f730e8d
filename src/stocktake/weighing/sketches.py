"""Near copies among many reports: what each is known by is made, and compared, on all processors.

Bands stay in memory, eight bytes each; shingles lie in a file, where every process can look at them.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from stocktake.weighing.hands import Hands, batches
from stocktake.weighing.reprints import Copy, bands, nearest, repeated, shingles, suspects

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BATCH = 250
"""Reports that go to a processor at once."""
Place = tuple[int, int]
"""Where in the file a report's shingles begin, and how many they are."""


class Sketches:
    """What reports are known by: `bands` by report, and shingles in a file of the folder given."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "shingles"
        self._places: dict[str, Place] = {}
        self.bands: dict[str, array[int]] = {}

    def take(self, texts: Iterable[tuple[str, str]], hands: Hands) -> None:
        """Make the sketches of texts, given with their reports' ids."""
        size = 0
        with self._path.open("wb") as file:
            for made in hands.each(_sketched, batches(texts, BATCH)):
                for name, numbers, told in made:
                    file.write(told)
                    self._places[name] = (size, len(told) // 8)
                    size += len(told) // 8
                    self.bands[name] = array("q", numbers)

    def nearest(self, ordered: Sequence[str], hands: Hands) -> Iterator[Copy]:
        """For each copy, given the order of all in time, of the reports that it repeats that which it repeats most."""
        pairs = suspects(ordered, self.bands)
        placed = ((name, self._places[name], [(o, self._places[o]) for o in earlier]) for name, earlier in pairs)
        for found in hands.each(partial(_compared, self._path), batches(placed, BATCH)):
            yield from found


def _sketched(texts: Sequence[tuple[str, str]]) -> list[tuple[str, list[int], bytes]]:
    return [(name, bands(text), shingles(text).tobytes()) for name, text in texts]


def _compared(path: Path, batch: Sequence[tuple[str, Place, list[tuple[str, Place]]]]) -> list[Copy]:
    kept = _looked_at(path, path.stat().st_size)
    copies = []
    for name, (start, size), earlier in batch:
        others = ((other, kept[at : at + length]) for other, (at, length) in earlier)
        if found := repeated(name, kept[start : start + size], others):
            copies.append(nearest(found))
    return copies


@lru_cache(maxsize=1)
def _looked_at(path: Path, size: int) -> NDArray[np.uint64]:
    import numpy as np

    return np.asarray(np.memmap(path, np.uint64, "r")) if size else np.zeros(0, np.uint64)
