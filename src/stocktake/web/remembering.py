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


def remembered(book: Casebook, key: Hashable, count: Callable[[], T]) -> T:
    """What `count` gives, from memory where the casebook has not changed since."""
    whole = (book.address, book.state(), key)
    with _lock:
        kept = _kept.get(whole)
        if kept is not None and time.monotonic() - kept[0] < SECONDS:
            _kept.move_to_end(whole)
            return kept[1]  # type: ignore[return-value]
    value = count()
    with _lock:
        _kept[whole] = (time.monotonic(), value)
        while len(_kept) > ENTRIES:
            _kept.popitem(last=False)
    return value
