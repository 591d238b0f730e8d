"""What can go wrong with a casebook, each said in one sentence that tells what to do.

Databases report faults in their own words and codes; `translated` turns those that a user meets (locked, read-only,
full, not a casebook, out of reach) into ours. `status` is the exit status that the command line ends with.
"""

from __future__ import annotations

from collections.abc import Sequence


class CasebookError(Exception):
    """Something that the casebook cannot do, as a sentence for the person who asked."""

    status = 2


class NoCasebook(CasebookError):
    """There is no casebook at the address."""

    def __init__(self, address: str) -> None:
        super().__init__(f"no casebook at {address}: `stocktake add PATH` makes one, `--casebook` names another")


class NotACasebook(CasebookError):
    """There is something at the address, but no casebook."""


class NewerCasebook(CasebookError):
    """The casebook was made by a later version of Stocktake."""


class UnknownId(CasebookError):
    """No report, claim or entry has this id."""

    def __init__(self, kind: str, given: str, listing: str) -> None:
        super().__init__(f"no {kind} has an id that begins with {given!r}: `{listing}` lists them")


class AmbiguousId(CasebookError):
    """Several things have an id that begins so."""

    def __init__(self, kind: str, given: str, matches: Sequence[str]) -> None:
        shown = ", ".join(matches[:4]) + (", ..." if len(matches) > 4 else "")
        super().__init__(f"{given!r} is the beginning of several {kind} ids ({shown}): give a few more characters")
        self.matches = tuple(matches)


class InvalidDecision(CasebookError):
    """A decision that does not fit what it is about."""


class StaleDecision(CasebookError):
    """Someone else decided about the same thing since its author looked."""

    def __init__(self, target: str, expected: int, found: int, author: str) -> None:
        super().__init__(
            f"{target} was decided on by {author} meanwhile (entry {found}, you saw up to {expected}): "
            f"look at it again, then decide"
        )
        self.expected, self.found = expected, found


class FaultyStorage(CasebookError):
    """The place where the casebook lies fails: nothing of the step under way is kept, all before it is."""

    status = 1


class UnreadableEntry(FaultyStorage):
    """An entry of the journal does not say what an entry says: it was altered after it was written."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"entry {number} of the journal cannot be read: `stocktake check` says which was altered first, "
            "`stocktake restore` takes a backup"
        )


class LockedCasebook(FaultyStorage):
    """Another process holds the casebook."""


class ReadOnlyCasebook(FaultyStorage):
    """The casebook can be read, not written."""


class DiskFull(FaultyStorage):
    """No room is left."""


class Unreachable(FaultyStorage):
    """The database server does not answer or does not let us in."""


def translated(fault: BaseException, address: str) -> CasebookError | None:
    """Our sentence for a database driver's error; None for one that no user should meet."""
    words = str(fault).lower()
    state = getattr(fault, "sqlstate", None)
    if "is locked" in words or state == "55P03":
        return LockedCasebook(f"{address} is locked: another process has been writing to it for a while; try again")
    if "readonly database" in words or state == "25006":
        return ReadOnlyCasebook(
            f"{address} is read-only: copy it to a place that you may write to, or ask for the right"
        )
    if "disk is full" in words or state == "53100":
        return DiskFull(
            f"no room is left on the disk of {address}: free some and repeat; what was stored before is safe"
        )
    if "disk i/o error" in words:
        return FaultyStorage(
            f"{address} could not be read or written (disk full or failing): what was stored before is safe"
        )
    if "file is not a database" in words or "unsupported file format" in words:
        return NotACasebook(f"{address} is no casebook: name another file with --casebook")
    if "malformed" in words:
        return FaultyStorage(f"{address} is damaged: `stocktake restore FILE` takes a backup back")
    if "unable to open database file" in words:
        return FaultyStorage(f"{address} cannot be opened: check that its folder exists and that you may write there")
    if state in {"28P01", "28000", "3D000"} or (state is None and _of_no_server(fault)):
        return Unreachable(f"{address} cannot be reached: {_first_line(fault)}")
    if state == "42501":
        return ReadOnlyCasebook(f"{address} does not allow that to this user: ask for the right to write")
    return None


def _of_no_server(fault: BaseException) -> bool:
    kind = type(fault)
    return kind.__name__ == "OperationalError" and kind.__module__.startswith("psycopg")


def _first_line(fault: BaseException) -> str:
    return str(fault).strip().splitlines()[0].strip() if str(fault).strip() else type(fault).__name__
