"""Where everything is kept: reports with their bytes, claims, and the journal of what people decided.

`open(address)` gives a `Casebook`: an SQLite file, or a PostgreSQL database for a team. Claims are a function of the
reports, the journal and the reader's version; everything derived can be thrown away and made again.
"""

from __future__ import annotations

from pathlib import Path

from stocktake.casebook.adding import EVERY_LANGUAGE, Added, Reader, Reread
from stocktake.casebook.book import Casebook
from stocktake.casebook.checking import Check, Problem
from stocktake.casebook.copying import restore
from stocktake.casebook.deciding import Standing
from stocktake.casebook.faults import (
    AmbiguousId,
    CasebookError,
    DiskFull,
    FaultyStorage,
    InvalidDecision,
    LockedCasebook,
    NewerCasebook,
    NoCasebook,
    NotACasebook,
    ReadOnlyCasebook,
    StaleDecision,
    UnknownId,
    Unreachable,
)
from stocktake.casebook.opening import engine_at, shown
from stocktake.casebook.programmes import TooFar
from stocktake.casebook.selecting import ClaimFilter
from stocktake.casebook.storing import OPENING, Difference, Heading
from stocktake.casebook.weighed import Evidence, Explanation, FindingFilter, Learning, SourceEntry, Update


def open(address: str | Path, *, create: bool = True, reader: Reader | None = None) -> Casebook:
    """The casebook at a file's path or a postgresql:// address, its tables up to date; a context manager.

    Where there is none, `create` makes one, else NoCasebook is raised.
    """
    return Casebook(engine_at(str(address), create=create), shown(str(address)), reader)


__all__ = [
    "EVERY_LANGUAGE",
    "OPENING",
    "Added",
    "AmbiguousId",
    "Casebook",
    "CasebookError",
    "Check",
    "ClaimFilter",
    "Difference",
    "DiskFull",
    "Evidence",
    "Explanation",
    "FaultyStorage",
    "FindingFilter",
    "Heading",
    "InvalidDecision",
    "Learning",
    "LockedCasebook",
    "NewerCasebook",
    "NoCasebook",
    "NotACasebook",
    "Problem",
    "ReadOnlyCasebook",
    "Reader",
    "Reread",
    "SourceEntry",
    "StaleDecision",
    "Standing",
    "TooFar",
    "UnknownId",
    "Unreachable",
    "Update",
    "open",
    "restore",
]
