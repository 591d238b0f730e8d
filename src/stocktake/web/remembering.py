"""Counts that many pages share, kept for a short while so that a hundred readers do not count the same rows again.

What was counted holds until the casebook changes (a report more, a decision more), at the latest for half a minute:
`reread` and `weigh` by another process change neither number.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar

from stocktake.casebook import Casebook

SECONDS = 30.0
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
