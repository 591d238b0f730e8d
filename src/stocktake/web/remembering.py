"""What many readers ask for, kept in memory until the casebook changes, so that it is not counted again for each.

Every commit to the casebook, by whatever process, makes what was kept before it out of date (`book.state`). Lists may
lag a few seconds behind while many changes come in (`casebook.postings`); so nothing is kept for long.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar

from stocktake.casebook import Casebook

SECONDS = 15.0
ENTRIES = 512
T = TypeVar("T")

_kept: OrderedDict[Hashable, tuple[float, object]] = OrderedDict()
_lock = threading.Lock()
_making: dict[Hashable, threading.Lock] = {}


def remembered(book: Casebook, key: Hashable, count: Callable[[], T]) -> T:
    """What `count` gives, from memory where the casebook has not changed since; who asks meanwhile waits for it."""
    whole = (book.address, book.state(), key)
    found, value = _held(whole)
    if found:
        return value  # type: ignore[return-value]
    with _lock:
        making = _making.setdefault(whole, threading.Lock())
    with making:
        found, value = _held(whole)
        if found:
            return value  # type: ignore[return-value]
        try:
            made = count()
        finally:
            with _lock:
                _making.pop(whole, None)
        with _lock:
            _kept[whole] = (time.monotonic(), made)
            while len(_kept) > ENTRIES:
                _kept.popitem(last=False)
        return made


def _held(whole: Hashable) -> tuple[bool, object]:
    with _lock:
        kept = _kept.get(whole)
        if kept is None or time.monotonic() - kept[0] >= SECONDS:
            return False, None
        _kept.move_to_end(whole)
        return True, kept[1]
