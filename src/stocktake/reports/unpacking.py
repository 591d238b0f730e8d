"""Unpacks gzip as a stream that cannot be made to swell without bound.

Bytes come out in pieces of at most 64 kB whatever goes in; once more than `limits.RATIO_FREE` has come out, more than
`limits.RATIO` bytes out for a byte in is refused. No report compresses so well; a bomb does (deflate reaches 1032).
"""

from __future__ import annotations

import io
import zlib
from typing import BinaryIO

from stocktake.reports import limits
from stocktake.reports.obtained import Unreadable

_PIECE = 65_536
_GZIP_WINDOW = 31  # zlib's way of saying: a gzip header, largest window


class Unpacked(io.RawIOBase):
    """The unpacked bytes of a gzip stream, members one after another; wrap it in `io.BufferedReader` to read lines."""

    def __init__(self, packed: BinaryIO) -> None:
        self._packed = packed
        self._inflate = zlib.decompressobj(_GZIP_WINDOW)
        self._waiting = b""
        self._bytes_in = 0
        self._bytes_out = 0
        self._begun = False

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        if not self.closed:
            self._packed.close()
        super().close()

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        wanted = min(len(buffer), _PIECE)
        piece = self._next_piece(wanted) if wanted else b""
        buffer[: len(piece)] = piece
        return len(piece)

    def _next_piece(self, wanted: int) -> bytes:
        while True:
            if self._inflate.eof:
                self._waiting = self._inflate.unused_data.lstrip(b"\x00")  # some writers pad between members
                self._inflate = zlib.decompressobj(_GZIP_WINDOW)
                self._begun = False
            if not self._waiting:
                self._waiting = self._packed.read(_PIECE)
                if not self._waiting:
                    if self._begun:
                        raise Unreadable("is cut off: its gzip data end too early; fetch it again")
                    return b""
            before = len(self._waiting)
            try:
                piece = self._inflate.decompress(self._waiting, wanted)
            except zlib.error:
                raise Unreadable("holds damaged gzip data; fetch it again or unpack what can be saved") from None
            self._begun = True
            self._waiting = self._inflate.unconsumed_tail
            unused = len(self._inflate.unused_data)
            self._bytes_in += before - len(self._waiting) - unused
            self._bytes_out += len(piece)
            if self._bytes_out > limits.RATIO_FREE and self._bytes_out > limits.RATIO * self._bytes_in:
                raise Unreadable(
                    f"unpacks to more than {limits.RATIO} times its size, as no report does; "
                    "unpack it yourself if you trust it"
                )
            if piece:
                return piece


def unpack(packed: BinaryIO) -> io.BufferedReader:
    """A buffered reader over the unpacked bytes of `packed`."""
    return io.BufferedReader(Unpacked(packed), _PIECE)
