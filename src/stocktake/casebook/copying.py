"""Backup and restore of a casebook file while others use it, by SQLite's own page copy.

A backup is taken within one read transaction, written beside its place and moved there when it is whole. Restoring
writes the backup's pages into the casebook in one write transaction, so that others see the old or the new one; what
was there before is kept in a file beside it.
"""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import sqlalchemy as sa

from stocktake.casebook.faults import CasebookError, NewerCasebook, NotACasebook, translated
from stocktake.casebook.opening import WAIT_SECONDS, engine_at, head, is_server, shown


def backup(engine: sa.Engine, address: str, target: Path) -> None:
    """Copies the casebook into a new file, whole or not at all."""
    if engine.dialect.name != "sqlite":
        raise CasebookError(
            f"a casebook on PostgreSQL is backed up by its own tool: pg_dump -Fc --file={target} '{_its_own(address)}'"
        )
    if target.exists():
        raise CasebookError(f"{target} exists already: name a new file for the backup")
    if not target.absolute().parent.is_dir():
        raise CasebookError(f"{target} cannot be made: the folder {target.absolute().parent} does not exist")
    partial = target.with_name(f"{target.name}.partial-{os.getpid()}")
    pooled = engine.raw_connection()
    try:
        source = pooled.driver_connection
        assert isinstance(source, sqlite3.Connection)
        with closing(sqlite3.connect(partial, isolation_level=None)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
        _to_disk(partial)
        partial.rename(target)
    except sqlite3.Error as fault:
        raise translated(fault, str(target)) or fault from fault
    finally:
        pooled.close()
        with suppress(OSError):
            partial.unlink()


def _its_own(address: str) -> str:
    """A server's address as its own tools take it: without the name of our driver, and of a password."""
    return shown(address).replace("postgresql+psycopg://", "postgresql://", 1)


def restore(address: str, source: Path) -> Path | None:
    """Puts a backup in the casebook's place; gives the file that keeps what was there before, None for nothing."""
    if is_server(address):
        raise CasebookError(
            "a casebook on PostgreSQL is restored by its own tool: "
            f"pg_restore --clean --if-exists -d '{_its_own(address)}' {source}"
        )
    if not source.is_file():
        raise CasebookError(f"there is no file {source} to restore from")
    target = Path(address).expanduser()
    if target.exists() and target.samefile(source):
        raise CasebookError(f"{source} is the casebook itself: name the backup to restore from")
    with closing(_backup_at(source)) as copy:
        before = _keep(target) if target.exists() and target.stat().st_size else None
        try:
            with closing(sqlite3.connect(target, timeout=WAIT_SECONDS, isolation_level=None)) as casebook:
                copy.backup(casebook)
                casebook.execute("PRAGMA journal_mode = WAL")
        except sqlite3.Error as fault:
            raise translated(fault, address) or fault from fault
    engine_at(address, create=False).dispose()
    return before


def _backup_at(source: Path) -> sqlite3.Connection:
    """The backup, opened for reading, if it is a whole casebook that this version knows."""
    connection = sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    try:
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as fault:
        connection.close()
        raise NotACasebook(f"{source} is no backup of a casebook") from fault
    if found != "ok" or row is None:
        connection.close()
        raise NotACasebook(f"{source} is damaged ({found}): restore from another backup")
    if row[0] > head():
        connection.close()
        raise NewerCasebook(
            f"{source} was made by a newer Stocktake (tables {row[0]}, known {head()}): upgrade Stocktake"
        )
    return connection


def _keep(target: Path) -> Path:
    """Copies what is at a casebook's place, whatever it is worth, into a file beside it."""
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%d-%H%M%S-%f")
    kept = target.with_name(f"{target.name}.before-restore-{stamp}")
    try:
        with (
            closing(sqlite3.connect(target, timeout=WAIT_SECONDS, isolation_level=None)) as old,
            closing(sqlite3.connect(kept, isolation_level=None)) as copy,
        ):
            old.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.DatabaseError as fault:
        kept.unlink(missing_ok=True)
        if sentence := translated(fault, str(target)):
            if isinstance(sentence, NotACasebook) or "damaged" in str(sentence):
                target.replace(kept)
                return kept
            raise sentence from fault
        raise
    _to_disk(kept)
    return kept


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
