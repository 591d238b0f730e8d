"""The vectors of word pieces, one table for both encoders.

The vocabulary is half of an encoder's weights. The claims encoder was trained from the attributions encoder with this
part left as it was, so both look their pieces up here, in eight bits a number, as their graphs take them. The file is
a zlib stream (small numbers are far commoner than large ones, which Huffman codes use). training/trim.py makes it.
"""

from __future__ import annotations

import zlib
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stocktake.reading.pieces import Integers

Codes = NDArray[np.uint8]
WIDTH = 384


class WordTable:
    """The vectors of a vocabulary's pieces."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise FileNotFoundError(f"the reader's weights are missing: {path.name} is not in {path.parent}; reinstall")
        self._table: Codes = np.frombuffer(zlib.decompress(path.read_bytes()), np.uint8).reshape(-1, WIDTH)

    def vectors(self, pieces: Integers) -> Codes:
        """One row a piece."""
        return self._table.take(pieces, 0)


@cache
def word_table(path: Path) -> WordTable:
    """The table of a weights folder, loaded once a process."""
    return WordTable(path)


def packed(table: Codes) -> bytes:
    """A table as the bytes of its file."""
    coder = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS, 9, zlib.Z_HUFFMAN_ONLY)
    return coder.compress(table.tobytes()) + coder.flush()
