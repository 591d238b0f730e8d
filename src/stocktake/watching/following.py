"""Looks at one source and yields what is new there: entries of a feed, a page that changed, files of a folder."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Container
from pathlib import Path

from stocktake import reports
from stocktake.reports import Failure, Items, Obtained, Unreadable
from stocktake.watching.politeness import Guest
from stocktake.watching.settings import Source
from stocktake.watching.state import SourceState

_SETTLED = 0.3  # seconds for which a file must not change before it is taken: it may still be written


def on_the_web(
    source: Source, state: SourceState, guest: Guest, *, articles: bool, held: Container[str | None]
) -> Items:
    """What is new at an address since the last look; `held` are the addresses of reports that are there already."""
    fetched = guest.fetch(source.address, etag=state.etag, modified=state.modified)
    if fetched.unchanged:
        return
    for item in reports.take_fetched(fetched, source.address, outlet=source.outlet):
        if isinstance(item, Failure):
            yield item
            continue
        key = _key(item)
        if key in state.seen:
            continue
        entry = item.media_type == reports.ENTRY
        if not (entry and articles and item.report.url):
            yield item
        elif item.report.url not in held:
            yield from _article(item, guest)
        state.saw(key)
    state.etag, state.modified = fetched.etag, fetched.modified


def _article(entry: Obtained, guest: Guest) -> Items:
    """The page that a feed's entry links to; the entry's own text where the page cannot be had."""
    url = entry.report.url
    assert url is not None
    try:
        items = list(
            reports.take_fetched(guest.fetch(url), url, published=entry.report.published, outlet=entry.report.outlet)
        )
    except Unreadable as error:
        items = [Failure(url, str(error))]
    if any(isinstance(item, Obtained) for item in items):
        yield from items
        return
    yield entry
    for item in items:
        if isinstance(item, Failure):
            yield Failure(item.name, f"{item.reason} (the feed's own text of it was taken)")


def _key(item: Obtained) -> str:
    """By what an entry or page is known again: its address, else its text, for pages change around their text."""
    same = item.report.url if item.media_type == reports.ENTRY else None
    return hashlib.sha256((same or item.report.text).encode()).hexdigest()[:16]


def on_disk(source: Source, state: SourceState, sleep: Callable[[float], None]) -> Items:
    """What the files of a folder hold that are new or have changed since the last look."""
    found = {str(path): path for path in reports.files(Path(source.address))}
    state.files = {name: stamp for name, stamp in state.files.items() if name in found}
    for name, path in found.items():
        stamp = _stamp(path)
        if stamp is not None and state.files.get(name) == stamp:
            continue
        if stamp is not None and time.time_ns() - stamp[0] < 2_000_000_000:
            sleep(_SETTLED)
            if _stamp(path) != stamp:
                continue  # still being written; the next look takes it
        yield from reports.load(path, outlet=source.outlet)
        if stamp is not None:
            state.files[name] = stamp


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
