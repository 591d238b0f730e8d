"""Work on all processors that there are: items go to processes and come back answered, in their order.

Processes are started for large casebooks only, and none where they cannot be: the answers are the same.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

WORTH = 3_000
"""Fewer reports than this are done sooner than processes have started."""
T = TypeVar("T")
R = TypeVar("R")


class Hands:
    """Processes that take items one by one, or this one alone."""

    def __init__(self, pool: ProcessPoolExecutor | None = None, count: int = 1) -> None:
        self._pool = pool
        self.count = count

    def each(self, work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """The answers to the items, in their order; one item waits for each process, so that it never waits for one."""
        if self._pool is None:
            yield from map(work, items)
            return
        waiting: deque[Future[R]] = deque()
        for item in items:
            waiting.append(self._pool.submit(work, item))
            if len(waiting) >= 2 * self.count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


@contextmanager
def many_hands(reports: int) -> Iterator[Hands]:
    """As many processes as there are processors, where so many reports are worth it."""
    count = _processors()
    pool = _pool(count) if reports >= WORTH and count > 1 else None
    if pool is None:
        yield Hands()
        return
    with pool:
        try:
            yield Hands(pool, count)
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items in lists of at most `size`."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def _processors() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _pool(count: int) -> ProcessPoolExecutor | None:
    """Processes that are ready, or None where none can be started (a script that cannot be imported)."""
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"))
    try:
        pool.submit(_ready).result()
    except (BrokenProcessPool, OSError):
        pool.shutdown(wait=False)
        return None
    return pool


def _ready() -> bool:
    return True
