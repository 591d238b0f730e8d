"""Records on their way from one round of work to the next, in a folder: a file for each part, blocks in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

FULL = 1 << 18
"""So many bytes wait in memory before they are written to their file."""


class Spool:
    """Files to which blocks of bytes are added, each read once when all has been added."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._waiting: dict[str, bytearray] = {}

    def add(self, name: str, block: bytes) -> None:
        """Put a block at the end of a file."""
        waiting = self._waiting.setdefault(name, bytearray())
        waiting += len(block).to_bytes(8, "little") + block
        if len(waiting) > FULL:
            self._write(name)

    def done(self) -> None:
        """Write what still waits: from now on the files can be read, in this process and in others."""
        for name in list(self._waiting):
            self._write(name)

    def _write(self, name: str) -> None:
        with (self._folder / name).open("ab") as out:
            out.write(self._waiting.pop(name))


def blocks(folder: Path, name: str) -> Iterator[bytes]:
    """The blocks of a file, in the order in which they were added; none where nothing was."""
    path = folder / name
    if path.exists():
        with path.open("rb") as given:
            while head := given.read(8):
                yield given.read(int.from_bytes(head, "little"))
