"""Files that are whole or not there: written beside their place, flushed to the disk, then moved there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Where to write what becomes `path` when the block ends well; else `path` stays what it was.

    A device or a pipe is written to as it is.
    """
    if path.exists() and not path.is_file():
        yield path
        return
    beside = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        yield beside
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as fault:
        if fault.filename in (None, str(beside)):
            fault.filename = str(path)
        raise
    finally:
        with suppress(OSError):
            beside.unlink()
