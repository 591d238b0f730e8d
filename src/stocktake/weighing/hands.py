"""The work that is one report's alone, for many reports, on all processors that there are.

Processes are started for large casebooks only, and none where they cannot be: the result is the same.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context

import msgspec

from stocktake.vocabulary import Claim, Report
from stocktake.weighing.reprints import bands
from stocktake.weighing.testimony import Testimony, testimonies

WORTH = 10_000
"""Fewer reports than this are done sooner than processes have started."""
CHUNK = 250
AHEAD = 3
"""Chunks a processor that wait for it, so that it never waits for one."""


class Job(msgspec.Struct, frozen=True, array_like=True):
    """A report with its claims, and the report of which it is a copy."""

    report: Report
    claims: list[Claim]
    original: Report | None = None


def testimony_of(jobs: Iterable[Job], count: int) -> Iterator[tuple[str, list[Testimony]]]:
    """Each report's testimony, in the order given; `count` says how many there will be."""
    decode = msgspec.msgpack.Decoder(list[tuple[str, list[Testimony]]]).decode
    for answer in _spread(_testify, jobs, count):
        yield from decode(answer)


def bands_of(texts: Iterable[tuple[str, str]], count: int) -> Iterator[tuple[str, list[int]]]:
    """By report id, the bands of each text, in the order given."""
    decode = msgspec.msgpack.Decoder(list[tuple[str, list[int]]]).decode
    for answer in _spread(_band, texts, count):
        yield from decode(answer)


def _testify(chunk: bytes) -> bytes:
    jobs = msgspec.msgpack.decode(chunk, type=list[Job])
    return msgspec.msgpack.encode([(job.report.id, testimonies(job.report, job.claims, job.original)) for job in jobs])


def _band(chunk: bytes) -> bytes:
    texts = msgspec.msgpack.decode(chunk, type=list[tuple[str, str]])
    return msgspec.msgpack.encode([(name, bands(text)) for name, text in texts])


def _chunks(items: Iterable[object]) -> Iterator[bytes]:
    rest = iter(items)
    while chunk := list(islice(rest, CHUNK)):
        yield msgspec.msgpack.encode(chunk)


def _spread(work: Callable[[bytes], bytes], items: Iterable[object], count: int) -> Iterator[bytes]:
    """The answers to chunks of items, in their order."""
    hands = os.cpu_count() or 1
    pool = _pool(hands) if count >= WORTH and hands > 1 else None
    if pool is None:
        yield from map(work, _chunks(items))
        return
    with pool:
        waiting: deque[Future[bytes]] = deque()
        for chunk in _chunks(items):
            waiting.append(pool.submit(work, chunk))
            if len(waiting) >= AHEAD * hands:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _pool(hands: int) -> ProcessPoolExecutor | None:
    """Processes that are ready, or None where none can be started (a script that cannot be imported)."""
    pool = ProcessPoolExecutor(hands, mp_context=get_context("spawn"))
    try:
        pool.submit(_ready).result()
    except (BrokenProcessPool, OSError):
        pool.shutdown(wait=False)
        return None
    return pool


def _ready() -> bool:
    return True
