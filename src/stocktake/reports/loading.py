"""From a path, a folder, an address or standard input to reports, one at a time: what stands behind `reports.load`.

Whatever is wrong with an input becomes a `Failure` that names it; the inputs after it are read all the same. Files
are opened one after another and read as streams, so memory stays bounded by the largest single report.
"""

from __future__ import annotations

import datetime as dt
import io
import os
import re
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import urlsplit

from stocktake.reports import kinds, limits
from stocktake.reports.kinds import Kind
from stocktake.reports.obtained import Fetched, Hints, Items, Unreadable
from stocktake.vocabulary import Failure

# A module a kind, imported when the first input of the kind comes: trafilatura alone takes half a second.
_PARSERS = {
    Kind.html: "pages",
    Kind.pdf: "pdf",
    Kind.text: "plain_text",
    Kind.mail: "mail",
    Kind.lines: "json_lines",
    Kind.warc: "warc",
    Kind.feed: "feeds",
    Kind.parquet: "parquet",
}


def load(
    source: str | Path,
    *,
    published: dt.date | None = None,
    outlet: str | None = None,
    allow_private: bool = False,
) -> Items:
    """Yield a report, or a failure, for each document that `source` holds, in an order that is always the same.

    `source` is a file, a folder (its files in sorted order), an http(s) address, or "-" for standard input.
    `published` and `outlet` are used where a document does not say; `allow_private` lets an address lead to this
    machine or its local network.
    """
    hints = Hints(published=published, outlet=outlet)
    if source == "-":
        yield from parse_stream(sys.stdin.buffer, "-", hints)
    elif is_url(source):
        yield from _load_url(str(source), hints, allow_private)
    else:
        yield from _load_path(Path(source), hints)


def take(
    raw: bytes, name: str, *, media_type: str | None = None, published: dt.date | None = None, outlet: str | None = None
) -> Items:
    """As `load`, for bytes at hand (an upload): `name` is what to call them, its suffix a hint at their kind."""
    hints = Hints(published=published, outlet=outlet)
    yield from parse_stream(io.BytesIO(raw), name, hints, media_type)


_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


def is_url(source: str | Path) -> bool:
    """Whether `source` is an address rather than a path; of what scheme, fetching looks at."""
    return isinstance(source, str) and _ADDRESS.match(source) is not None


def count(source: str | Path) -> int | None:
    """How many documents `source` holds, where that is cheap to know (for a progress bar); else None."""
    if source == "-" or is_url(source):
        return 1 if is_url(source) else None
    path = Path(source)
    total = 0
    for file in files(path):
        held = _count_in(file)
        if held is None:
            return None
        total += held
    return total


def _count_in(path: Path) -> int | None:
    if path.suffix.lower() == ".gz":
        return None
    kind = kinds.SUFFIXES.get(path.suffix.lower())
    if kind in (Kind.warc, Kind.feed, Kind.parquet):
        return None
    if kind is not Kind.lines:
        return 1
    try:
        with path.open("rb") as stream:
            return sum(piece.count(b"\n") for piece in iter(lambda: stream.read(limits.MB), b""))
    except OSError:
        return None


def files(path: Path) -> Iterator[Path]:
    """The files to read under `path`, sorted, then folders that may not be looked into; `path` itself if no folder."""
    if not path.is_dir():
        yield path
        return
    closed: list[Path] = []
    for folder, folders, names in os.walk(path, onerror=lambda error: closed.append(Path(error.filename))):
        pages = {Path(name).stem for name in names if kinds.SUFFIXES.get(Path(name).suffix.lower()) is Kind.html}
        # A browser saves "page.html" with "page_files/" beside it: ornaments and advertisements.
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f.removesuffix("_files") not in pages)
        yield from (Path(folder, name) for name in sorted(names) if not kinds.passed_over(name))
    yield from sorted(closed)


def _load_path(path: Path, hints: Hints) -> Items:
    empty = True
    for file in files(path):
        empty = False
        yield from _load_file(file, hints)
    if empty:
        yield Failure(str(path), "is a folder without a document; give one that holds reports")


def _load_file(path: Path, hints: Hints) -> Items:
    name = str(path)
    try:
        if path.is_dir():
            yield Failure(name, "is a folder that this user may not look into; change its permissions")
            return
        if path.exists() and not path.is_file():
            yield Failure(name, "is neither a file nor a folder; give a file")
            return
        with path.open("rb") as stream:
            yield from parse_stream(stream, name, hints)
    except OSError as error:
        yield Failure(name, _why(error))


def _why(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "does not exist (any more); check the path"
    if isinstance(error, PermissionError):
        return "may not be read by this user; change its permissions"
    return f"cannot be read ({error.strerror or error}); check the file and its disk"


def _load_url(url: str, hints: Hints, allow_private: bool) -> Items:
    try:
        fetched = fetch(url, allow_private=allow_private)
    except Unreadable as error:
        yield Failure(url, str(error))
        return
    yield from take_fetched(fetched, url, published=hints.published, outlet=hints.outlet)


def fetch(url: str, *, allow_private: bool = False, etag: str | None = None, modified: str | None = None) -> Fetched:
    """What an address gives, under the limits and checks that `load` keeps; raises `Unreadable` with the reason."""
    from stocktake.reports import fetching

    return fetching.fetch(url, allow_private=allow_private, etag=etag, modified=modified)


def post(url: str, body: bytes, media_type: str, *, allow_private: bool = False) -> None:
    """Hand something to a server under the same checks; raises `Unreadable` unless the server takes it."""
    from stocktake.reports import fetching

    fetching.post(url, body, media_type, allow_private=allow_private)


def take_fetched(fetched: Fetched, name: str, *, published: dt.date | None = None, outlet: str | None = None) -> Items:
    """As `load`, for what `fetch` gave; `name` is what failures call it."""
    hints = Hints(
        published=published, outlet=outlet, url=fetched.url, retrieved=fetched.retrieved, charset=fetched.charset
    )
    yield from parse_stream(io.BytesIO(fetched.body), name, hints, fetched.media_type, urlsplit(fetched.url).path)


def parse_stream(
    stream: BinaryIO, name: str, hints: Hints, media_type: str | None = None, path: str | None = None
) -> Items:
    """Unpack where packed, tell the kind, and hand over to its parser; whatever that raises is a failure.

    `name` is what failures call the input; `path` the name whose suffix tells its kind, where that is another.
    """
    try:
        yield from _parse(stream, name, hints, media_type, name if path is None else path)
    except Unreadable as error:
        yield Failure(name, str(error))
    except OSError as error:
        yield Failure(name, _why(error))
    except Exception as error:  # the parsers are other people's code fed with strangers' bytes: none may stop the rest
        said = " ".join(f"{type(error).__name__}: {error}".split())[:160]
        yield Failure(name, f"cannot be read ({said}); save it in another form and try again")


def _parse(stream: BinaryIO, name: str, hints: Hints, media_type: str | None, path: str) -> Items:
    reader = _peekable(stream)
    if reader.peek(2)[:2] == kinds.GZIP:
        from stocktake.reports.unpacking import unpack

        reader = unpack(reader)
    kind = kinds.sniff(reader.peek(kinds.SNIFFED)[: kinds.SNIFFED], path, media_type)
    yield from parser(kind)(cast(BinaryIO, reader), name, hints)


def _peekable(stream: BinaryIO) -> io.BufferedReader:
    return stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(cast(io.RawIOBase, stream))


def parser(kind: Kind) -> Callable[[BinaryIO, str, Hints], Items]:
    """The function that reads inputs of `kind`."""
    return cast(Callable[[BinaryIO, str, Hints], Items], import_module(f"stocktake.reports.{_PARSERS[kind]}").parse)
