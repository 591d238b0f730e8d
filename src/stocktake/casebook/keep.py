"""What every part of the casebook stands on: its engine, its transactions and the journal's one way in."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa

from stocktake.casebook import journal
from stocktake.casebook.opening import WRITES
from stocktake.vocabulary import Decision


def author_by_default() -> str:
    """Who decides when no one says: STOCKTAKE_AUTHOR, else the name that one is logged in with."""
    if given := os.environ.get("STOCKTAKE_AUTHOR", "").strip():
        return given
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


class Kept:
    """A casebook's engine and transactions. Safe for many threads: each call takes a connection of its own."""

    def __init__(self, engine: sa.Engine, address: str) -> None:
        self.engine = engine
        self.address = address

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Gives the database's connections back."""
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A transaction that sees one state of the casebook throughout."""
        with self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction that may write: the only one at a time, kept whole or not at all."""
        with self.engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
            yield connection

    def append(
        self,
        connection: sa.Connection,
        *,
        action: str,
        target: str,
        value: Any = None,
        reason: str = "",
        author: str | None = None,
        expected: int | None = None,
        report: str | None = None,
        about: bytes | None = None,
    ) -> Decision:
        """Writes one entry at the journal's end, inside a write transaction of the caller's.

        `expected` is the number of the last entry about the target that the author saw (0 for none).
        """
        return journal.append(
            connection,
            action=action,
            target=target,
            value=value,
            reason=reason,
            author=author or author_by_default(),
            expected=expected,
            report=report,
            about=about,
        )

    def journal(self, target: str | None = None) -> Iterator[Decision]:
        """The decisions in the order they were made, all or those about one target."""
        with self.reading() as connection:
            yield from [entry.decision for entry in journal.entries(connection, target=target)]

    def in_force(self) -> tuple[Decision, ...]:
        """The decisions that no undo took back, in the order they were made."""
        return tuple(d for d in self.journal() if not d.undone and d.action != "undo")
