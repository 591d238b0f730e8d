"""Reads a stream whole, up to a bound."""

from __future__ import annotations

from typing import BinaryIO

from stocktake.reports import limits
from stocktake.reports.obtained import Unreadable


def read_whole(stream: BinaryIO, limit: int) -> bytes:
    """All bytes of `stream`; `Unreadable` when they are none or more than `limit`."""
    pieces: list[bytes] = []
    length = 0
    while piece := stream.read(min(1_000_000, limit + 1 - length)):
        pieces.append(piece)
        length += len(piece)
        if length > limit:
            raise Unreadable(f"is larger than the {limits.size(limit)} that are read of one document; split it")
    if not length:
        raise Unreadable("is empty; give a document that holds text")
    return b"".join(pieces)
