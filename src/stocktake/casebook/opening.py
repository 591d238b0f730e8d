"""From an address (a file or a postgresql:// URL) to a database engine whose tables are up to date.

SQLite is set up for one writer and many readers at once (write-ahead log), with foreign keys on and every commit on
the disk before it counts. A transaction that will write takes the database's one write lock at its start, on SQLite
with BEGIN IMMEDIATE and on PostgreSQL with an advisory lock, so that what it reads cannot change under it and two
writers wait for each other instead of failing. Alembic is loaded only when a migration has to run: the version that
the code expects is the highest number among the migrations' file names.
"""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa

from stocktake.casebook.faults import (
    CasebookError,
    LockedCasebook,
    NewerCasebook,
    NoCasebook,
    NotACasebook,
    translated,
)

MIGRATIONS = Path(__file__).parent / "migrations"
WRITES = "stocktake_writes"
VERSION = sa.text("SELECT version_num FROM alembic_version")
WAIT_SECONDS = 10
LOCK_KEY = 0x57_0C_7A_CE


def head() -> str:
    """The schema version that this code works with."""
    return max(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9][0-9][0-9][0-9]_*.py"))


def is_server(address: str) -> bool:
    """Whether the address is a database server's rather than a file's."""
    return address.startswith(("postgresql://", "postgresql+psycopg://", "postgres://"))


def shown(address: str) -> str:
    """The address without a password, as messages show it."""
    return sa.make_url(_server_url(address)).render_as_string() if is_server(address) else address


def engine_at(address: str, *, create: bool) -> sa.Engine:
    """An engine for a casebook whose tables exist and are up to date; `create` makes one where there is none."""
    engine = _server(address) if is_server(address) else _file(address, create=create)
    try:
        _bring_up_to_date(engine, address, create=create)
    except BaseException:
        engine.dispose()
        raise
    return engine


# --------------------------------------------------------------------------------------------- engines


def _server_url(address: str) -> str:
    return "postgresql+psycopg://" + address.split("://", 1)[1]


def _server(address: str) -> sa.Engine:
    try:
        engine = sa.create_engine(_server_url(address), pool_pre_ping=True)
    except ModuleNotFoundError as missing:
        raise CasebookError(
            "a casebook on PostgreSQL needs psycopg, which a bare installation leaves out: "
            "install '.[team]' in place of '.'"
        ) from missing
    except (sa.exc.ArgumentError, ValueError) as wrong:
        raise CasebookError(f"{address} is no database address: postgresql://USER@HOST/NAME is expected") from wrong

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        if connection.get_execution_options().get(WRITES):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK_KEY})")

    _say_faults_plainly(engine, shown(address))
    return engine


def _file(address: str, *, create: bool) -> sa.Engine:
    path = Path(address).expanduser()
    if path.is_dir():
        raise NotACasebook(f"{address} is a folder, and a casebook is a file: name one with --casebook")
    if not path.exists():
        if not create:
            raise NoCasebook(address)
        if not path.absolute().parent.is_dir():
            raise CasebookError(f"{address} cannot be made: the folder {path.absolute().parent} does not exist")
    uri = f"file:{quote(str(path.absolute()))}?{_mode(path, create=create)}"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(uri, uri=True, timeout=WAIT_SECONDS, check_same_thread=False, isolation_level=None)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        return connection

    engine = sa.create_engine("sqlite://", creator=connect, poolclass=sa.QueuePool)

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get(WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    _say_faults_plainly(engine, address)
    return engine


def _mode(path: Path, *, create: bool) -> str:
    """How SQLite opens the file. Where one may only read, it must not look for files that only a writer can make."""
    if not path.exists() or (os.access(path, os.W_OK) and os.access(path.absolute().parent, os.W_OK)):
        return "mode=rwc" if create else "mode=rw"
    log = path.with_name(path.name + "-wal")
    return "mode=ro" if log.exists() and log.stat().st_size else "mode=ro&immutable=1"


def _say_faults_plainly(engine: sa.Engine, address: str) -> None:
    @sa.event.listens_for(engine, "handle_error")
    def _translate(context: Any) -> None:
        fault = context.original_exception
        if sentence := translated(fault, address):
            raise sentence from fault


# --------------------------------------------------------------------------------------------- migrations


def _bring_up_to_date(engine: sa.Engine, address: str, *, create: bool) -> None:
    version, expected = schema_version(engine, address), head()
    if version == expected:
        return
    if version is None and not create:
        raise NoCasebook(shown(address))
    if version is not None and version > expected:
        raise NewerCasebook(
            f"{shown(address)} was made by a newer Stocktake (its tables are version {version}, this one knows up to "
            f"{expected}): upgrade Stocktake"
        )
    if version is None and engine.dialect.name == "sqlite":
        _write_ahead(engine, address)
    migrate(engine, "head")


def _write_ahead(engine: sa.Engine, address: str) -> None:
    """Lets readers go on while one writes; kept in the file, and set outside of any transaction.

    SQLite does not wait for others with this step, as it could wait for ever: so we do, for as long as with any other.
    """
    connection, end = engine.raw_connection(), time.monotonic() + WAIT_SECONDS
    try:
        while True:
            try:
                connection.cursor().execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.Error as fault:
                said = translated(fault, address)
                if not isinstance(said, LockedCasebook) or time.monotonic() > end:
                    raise said or fault from fault
                time.sleep(0.05)
    finally:
        connection.close()


def schema_version(engine: sa.Engine, address: str) -> str | None:
    """The version of the tables; None for an empty database."""
    try:
        with engine.connect() as connection:
            version: str | None = connection.execute(VERSION).scalar()
            if version is not None:
                return version
    except (sa.exc.OperationalError, sa.exc.ProgrammingError):
        pass  # There is no such table: the database is empty or something else's.
    _refuse_if_not_empty(engine, address)
    return None


def _refuse_if_not_empty(engine: sa.Engine, address: str) -> None:
    with engine.connect() as connection:
        if set(sa.inspect(connection).get_table_names()) - {"alembic_version"}:
            raise NotACasebook(f"{shown(address)} is a database, but no casebook: name another one with --casebook")


def migrate(engine: sa.Engine, revision: str) -> None:
    """Brings the tables up (or down) to a revision, whole or not at all."""
    from alembic import command
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        settings.attributes["connection"] = connection
        down = revision == "base" or revision < (_current(connection) or "")
        (command.downgrade if down else command.upgrade)(settings, revision)


def _current(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.execute(VERSION).scalar()
    return version
