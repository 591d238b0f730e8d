"""Reads a web archive (WARC, WET): each page, text or PDF that a server answered with becomes a report (fastwarc).

Answers other than 200, and media types that hold no report (pictures, scripts, styles), are passed over; a record
that should be a report and cannot be read is a failure under its address.
"""

from __future__ import annotations

import io
from typing import Any, BinaryIO

import msgspec
from fastwarc.warc import ArchiveIterator, WarcRecordType

from stocktake.reports import kinds, limits
from stocktake.reports.kinds import Kind
from stocktake.reports.obtained import Hints, Items, Unreadable
from stocktake.vocabulary import Failure

_READ = (Kind.html, Kind.text, Kind.pdf)


class _Forward:
    """A stream that only goes on, as unpacked files and pipes do; fastwarc asks it no more than where it stands."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._place = 0

    def read(self, size: int = -1) -> bytes:
        piece = self._stream.read(size)
        self._place += len(piece)
        return piece

    def close(self) -> None:
        self._stream.close()

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if offset or whence != io.SEEK_CUR:
            raise io.UnsupportedOperation("an archive is read once, from its start to its end")
        return self._place


def parse(stream: BinaryIO, name: str, hints: Hints) -> Items:
    """The reports of an archive, record by record."""
    records = ArchiveIterator(
        _Forward(stream),
        record_types=WarcRecordType.response | WarcRecordType.resource | WarcRecordType.conversion,
        parse_http=True,
        auto_decode="all",
    )
    found = False
    while True:
        try:
            record = next(records, None)
        except (OSError, ValueError):
            raise Unreadable("is damaged from here on; what came before was read, fetch the rest again") from None
        if record is None:
            break
        for item in _from_record(record, name, hints):
            found = True
            yield item
    if not found:
        raise Unreadable("is a web archive without a page that was answered; give one that holds pages")


def _from_record(record: Any, name: str, hints: Hints) -> Items:
    address = (record.headers.get("WARC-Target-URI") or record.record_id or "").strip("<> ")
    if record.is_http and record.http_headers is not None and record.http_headers.status_code != 200:
        return
    media_type = record.http_content_type if record.is_http else record.headers.get("Content-Type", "").split(";")[0]
    if kinds.MEDIA_TYPES.get((media_type or "text/html").strip().lower()) not in _READ:
        return
    called = f"{name}#{address}"
    try:
        body = record.reader.read(limits.DOCUMENT + 1)
    except (OSError, ValueError):
        yield Failure(called, "comes in an encoding that cannot be undone; fetch it again")
        return
    if len(body) > limits.DOCUMENT:
        yield Failure(
            called, f"is larger than the {limits.size(limits.DOCUMENT)} that are read of one document; split it"
        )
        return
    if len(body) < record.content_length and not _encoded(record):
        yield Failure(called, "is cut off before its end; fetch the archive again")
        return
    from stocktake.reports.loading import parse_stream

    within = msgspec.structs.replace(
        hints, url=address or None, retrieved=record.record_date, charset=record.http_charset
    )
    yield from parse_stream(io.BytesIO(body), called, within, media_type, "")


def _encoded(record: Any) -> bool:
    headers = record.http_headers
    return headers is not None and any(headers.get(name) for name in ("Content-Encoding", "Transfer-Encoding"))
