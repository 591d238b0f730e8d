"""The journal: what people decided, append-only, each entry holding the hash of the one before.

An entry's hash is the SHA-256 of its fields and of the hash before it, as JSON with sorted keys; changing, removing
or inserting an entry breaks the chain from there on, and `first_break` names the place. Order is by number, never by
time: clocks go backwards. An undo is an entry too, and can itself be undone: an entry is in force unless a later undo
that is in force names it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa

from stocktake.casebook.faults import InvalidDecision, StaleDecision, UnreadableEntry
from stocktake.casebook.tables import journal
from stocktake.vocabulary import Decision

T = TypeVar("T")

NOTHING_BEFORE = "0" * 64

ACTIONS = frozenset(
    {
        "set",
        "accept",
        "reject",
        "add",
        "describe",
        "undo",
        "merge",
        "split",
        "grade",
        "exclude",
        "remap",
        "programme",
        "series",
    }
)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A decision as the journal keeps it: with the report and the claim it was about as its author saw it."""

    decision: Decision
    report: str | None
    about: str | None
    previous: str
    hash: str


class Break(msgspec.Struct, frozen=True, kw_only=True):
    """The first place where the journal's chain does not hold."""

    number: int
    what: str


def append(
    connection: sa.Connection,
    *,
    action: str,
    target: str,
    value: Any,
    reason: str,
    author: str,
    expected: int | None = None,
    report: str | None = None,
    about: bytes | None = None,
) -> Decision:
    """Adds an entry at the end; the caller's transaction holds the write lock, so the end cannot move."""
    if action not in ACTIONS:
        raise InvalidDecision(f"{action!r} is no decision: one of {', '.join(sorted(ACTIONS))} is expected")
    if expected is not None:
        _refuse_if_stale(connection, target, expected)
    last = connection.execute(
        sa.select(journal.c.number, journal.c.hash).order_by(journal.c.number.desc()).limit(1)
    ).first()
    row = {
        "number": (last.number if last else 0) + 1,
        "at": dt.datetime.now(dt.UTC).isoformat(timespec="microseconds"),
        "author": _sayable(author),
        "action": action,
        "target": target,
        "value": msgspec.json.encode(value, order="deterministic").decode(),
        "reason": _sayable(reason),
        "report": report,
        "about": about.decode() if about is not None else None,
        "previous": last.hash if last else NOTHING_BEFORE,
    }
    row["hash"] = _hash(row)
    connection.execute(journal.insert(), row)
    return _decision(row, undone=False)


def entries(connection: sa.Connection, *, target: str | None = None, report: str | None = None) -> Sequence[Entry]:
    """The entries in order, all or those about one target or one report's claims, each knowing whether it is undone."""
    chosen = sa.select(journal).order_by(journal.c.number)
    if target is not None:
        chosen = chosen.where(journal.c.target == target)
    if report is not None:
        chosen = chosen.where(journal.c.report == report)
    rows = connection.execute(chosen).mappings().all()
    undone = undone_numbers(connection) if rows else frozenset[int]()
    return [
        Entry(
            decision=_decision(row, undone=row["number"] in undone),
            report=row["report"],
            about=row["about"],
            previous=row["previous"],
            hash=row["hash"],
        )
        for row in rows
    ]


def undone_numbers(connection: sa.Connection) -> frozenset[int]:
    """The numbers of the entries that an undo in force takes back."""
    rows = connection.execute(
        sa.select(journal.c.number, journal.c.value).where(journal.c.action == "undo").order_by(journal.c.number.desc())
    )
    return undone_by((number, decoded(number, value, int)) for number, value in rows)


def undone_by(undos: Iterable[tuple[int, int]]) -> frozenset[int]:
    """The same, from pairs of an undo's number and the number it names, the latest first."""
    undone: set[int] = set()
    for number, named in undos:
        if number not in undone:
            undone.add(named)
    return frozenset(undone)


def first_break(connection: sa.Connection) -> Break | None:
    """The first entry that was altered, or before which one is missing; None where the chain holds."""
    previous = NOTHING_BEFORE
    rows = connection.execute(sa.select(journal).order_by(journal.c.number)).mappings()
    for number, row in enumerate(rows, start=1):
        if row["number"] != number:
            return Break(number=number, what=f"entry {number} is missing from the journal")
        if row["previous"] != previous or row["hash"] != _hash(row):
            return Break(number=number, what=f"entry {number} of the journal was altered after it was written")
        previous = row["hash"]
    return None


def end(connection: sa.Connection) -> tuple[int, str]:
    """The number and hash of the last entry: whoever notes them can tell later whether anything before was changed."""
    last = connection.execute(
        sa.select(journal.c.number, journal.c.hash).order_by(journal.c.number.desc()).limit(1)
    ).first()
    return (last.number, last.hash) if last else (0, NOTHING_BEFORE)


def _refuse_if_stale(connection: sa.Connection, target: str, expected: int) -> None:
    last = connection.execute(
        sa.select(journal.c.number, journal.c.author)
        .where(journal.c.target == target)
        .order_by(journal.c.number.desc())
        .limit(1)
    ).first()
    found = last.number if last else 0
    if found != expected:
        raise StaleDecision(target, expected, found, last.author if last else "no one")


def _hash(row: Any) -> str:
    fields = {name: row[name] for name in journal.c.keys() if name != "hash"}  # noqa: SIM118
    return hashlib.sha256(msgspec.json.encode(fields, order="deterministic")).hexdigest()


def decoded(number: int, packed: str, kind: type[T]) -> T:
    """A value that an entry holds as JSON; raises `UnreadableEntry` where it is not of the kind that was written."""
    try:
        return msgspec.json.decode(packed, type=kind)
    except msgspec.DecodeError as wrong:
        raise UnreadableEntry(number) from wrong


def _decision(row: Any, *, undone: bool) -> Decision:
    try:
        at = dt.datetime.fromisoformat(row["at"])
    except ValueError as wrong:
        raise UnreadableEntry(row["number"]) from wrong
    return Decision(
        number=row["number"],
        at=at,
        author=row["author"],
        action=row["action"],
        target=row["target"],
        value=decoded(row["number"], row["value"], object),
        reason=row["reason"],
        undone=undone,
    )


def _sayable(words: str) -> str:
    """One line without characters that a database refuses."""
    return " ".join(words.replace("\0", " ").split()).encode("utf-8", "replace").decode()
