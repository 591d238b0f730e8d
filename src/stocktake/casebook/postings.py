"""Lists with facets, counted in memory: for every value of a facet a bitmap of the rows that have it.

Rows are numbered in the order in which lists show them, so that one AND of bitmaps gives how many rows a choice
leaves, how many each further choice would leave, and the rows of a page. (Bitmap indexes: O'Neil 1987.) The bitmaps
are made again when the casebook changes, but not more often than a few times as long as making them takes, so that
someone who adds reports does not keep everyone else waiting.
"""

from __future__ import annotations

import threading
import time
from array import array
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from heapq import nsmallest
from itertools import islice
from pathlib import Path

import sqlalchemy as sa

from stocktake.casebook.keep import Kept

MOST_VALUES = 400
PATIENCE = 6.0
"""What was made holds at least so many times as long as making it took."""


class Postings:
    """Rows by their keys in list order, and for each facet's commonest values the bitmap of rows that have it."""

    def __init__(self, keys: Sequence[str], members: Mapping[str, Mapping[str, Sequence[int]]]) -> None:
        self.keys = keys
        self.every = (1 << len(keys)) - 1
        self._orders: dict[str, tuple[Sequence[int], Sequence[int]]] = {}
        """By name, the rows of another order, and the place of each row in it."""
        self._numbers: dict[str, int] | None = None
        self._facets = {
            facet: {
                value: self.bitmap(rows)
                for value, rows in sorted(values.items(), key=lambda item: -len(item[1]))[:MOST_VALUES]
            }
            for facet, values in members.items()
        }

    def bitmap(self, rows: Iterable[int]) -> int:
        """The bitmap of some rows."""
        bits = bytearray(len(self.keys) // 8 + 1)
        for row in rows:
            bits[row >> 3] |= 1 << (row & 7)
        return int.from_bytes(bits, "little")

    def of_keys(self, keys: Iterable[str]) -> int:
        """The bitmap of the rows with these keys."""
        if self._numbers is None:
            self._numbers = {key: number for number, key in enumerate(self.keys)}
        numbers = self._numbers
        return self.bitmap(numbers[key] for key in keys if key in numbers)

    def having(self, facet: str, value: str) -> int | None:
        """The rows that have a value; None where it is too rare to have a bitmap."""
        return self._facets.get(facet, {}).get(value)

    def counts(self, facet: str, among: int) -> list[tuple[str, int]]:
        """For each value of a facet how many of some rows have it."""
        counted = ((value, (rows & among).bit_count()) for value, rows in self._facets.get(facet, {}).items())
        return [(value, number) for value, number in counted if number]

    def order(self, name: str, rows: Sequence[int]) -> None:
        """Adds an order in which pages can be asked for."""
        places = array("L", bytes(array("L").itemsize * len(rows)))
        for place, row in enumerate(rows):
            places[row] = place
        self._orders[name] = rows, places

    def page(self, among: int, limit: int, offset: int, order: str = "") -> list[str]:
        """The keys of a page of some rows, in list order or another.

        In another order one either walks along it, and meets a row of these every `all / these`, or gathers these and
        takes the first of them: the shorter way is gone.
        """
        bits = among.to_bytes(len(self.keys) // 8 + 1, "little")
        end = offset + limit
        if order not in self._orders:
            rows = _set(bits)
        else:
            along, place = self._orders[order]
            if end * len(self.keys) < among.bit_count() ** 2:
                rows = (row for row in along if bits[row >> 3] >> (row & 7) & 1)
            else:
                rows = iter(nsmallest(end, _set(bits), key=place.__getitem__))
        return [self.keys[row] for row in islice(rows, offset, end)]


def _set(bits: bytes) -> Iterator[int]:
    """The numbers of the bits that are set."""
    for place, byte in enumerate(bits):
        if byte:
            yield from (place << 3 | bit for bit in range(8) if byte >> bit & 1)


class Gathering:
    """Collects rows and the values that they have."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self._members: dict[str, dict[str, array[int]]] = {}

    def add(self, key: str) -> int:
        """The next row; its number."""
        self.keys.append(key)
        return len(self.keys) - 1

    def has(self, row: int, facet: str, value: str | None) -> None:
        """Notes that a row has a value; once, however often it is said in a row."""
        if not value:
            return
        rows = self._members.setdefault(facet, {}).setdefault(value, array("L"))
        if not rows or rows[-1] != row:
            rows.append(row)

    def done(self) -> Postings:
        """The bitmaps."""
        return Postings(self.keys, self._members)


_kept: dict[Hashable, tuple[Hashable, float, float, Postings]] = {}
_locks: dict[Hashable, threading.Lock] = {}


def current(name: Hashable, state: Hashable, make: Callable[[], Postings]) -> Postings:
    """The postings of that name: those kept while the state is the same or they are fresh, else made anew."""
    held = _kept.get(name)
    if held is not None and _still(held, state):
        return held[3]
    with _locks.setdefault(name, threading.Lock()):
        held = _kept.get(name)
        if held is not None and _still(held, state):
            return held[3]
        began = time.monotonic()
        made = make()
        took = time.monotonic() - began
        _kept[name] = (state, time.monotonic(), took, made)
        return made


def state(book: Kept) -> Hashable:
    """What changes with every commit to a casebook, by whatever process.

    A file's commits show in its own and its log's size and time; PostgreSQL numbers its transactions.
    """
    if book.engine.dialect.name == "sqlite":
        path = Path(book.address).expanduser()
        return tuple(_written(file) for file in (path, path.with_name(path.name + "-wal")))
    with book.reading() as connection:
        return str(connection.execute(sa.text("SELECT pg_snapshot_xmax(pg_current_snapshot())")).scalar())


def _written(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


def _still(held: tuple[Hashable, float, float, Postings], state: Hashable) -> bool:
    known, when, took, _ = held
    return known == state or time.monotonic() - when < PATIENCE * took
