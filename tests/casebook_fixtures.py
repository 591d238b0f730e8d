"""A casebook on each database: an SQLite file, and a PostgreSQL cluster of the tests' own on loopback.

`casebook_address` runs a test on both; tests of other rooms use it too. The cluster is made once a session from
Debian's postgresql, in a temporary folder. Tables are made once for each database, and copied for each test.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa

from stocktake import casebook
from stocktake.casebook import Casebook
from stocktake.casebook.tables import metadata
from stocktake.casebook.weighed_tables import weighing_due

DATABASES = ("sqlite", "postgresql")
_numbers = count(1)


def _programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def _server_user() -> str | None:
    """The user to run the server as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        return "nobody"


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _fast_folder() -> str | None:
    """Memory where there is plenty of it: the suite makes and removes hundreds of databases."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > 8 << 30 else None


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a running PostgreSQL server, without a database's name."""
    programs = _programs()
    if programs is None:
        if os.environ.get("CI"):
            pytest.fail("CI must test on PostgreSQL, but Debian's postgresql is not installed")
        pytest.skip("POSTGRESQL MISSING: install Debian's postgresql to run the casebook's tests on it")
    user = _server_user()
    folder = Path(tempfile.mkdtemp(prefix="stocktake-pg-", dir=_fast_folder()))
    if user is not None:
        shutil.chown(folder, user)
    port = _free_port()

    def run(*command: str) -> None:
        done = subprocess.run(command, user=user, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.fail(f"{command[0]} failed: {done.stderr}{done.stdout}")

    data = str(folder / "data")
    run(str(programs / "initdb"), "-D", data, "-U", "analyst", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder} -c fsync=off"
    log = str(folder / "log")
    run(str(programs / "pg_ctl"), "-D", data, "-w", "-l", log, "-o", options, "start")
    try:
        yield f"postgresql://analyst@127.0.0.1:{port}"
    finally:
        run(str(programs / "pg_ctl"), "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def new_database(server: str, template: str = "template1") -> str:
    import psycopg

    name = f"casebook_{next(_numbers)}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return f"{server}/{name}"


@pytest.fixture(scope="session")
def made_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite casebook without reports, to copy."""
    path = tmp_path_factory.mktemp("made") / "made.casebook"
    casebook.open(path).close()
    return path


@pytest.fixture(scope="session")
def made_database(postgresql_server: str) -> str:
    """The name of a PostgreSQL casebook without reports, to copy."""
    address = new_database(postgresql_server)
    casebook.open(address).close()
    return address.rpartition("/")[2]


@pytest.fixture(params=DATABASES)
def casebook_address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a casebook without reports, this test's own: a file, then a PostgreSQL database."""
    if request.param == "sqlite":
        return str(shutil.copy(request.getfixturevalue("made_file"), tmp_path / "test.casebook"))
    return new_database(request.getfixturevalue("postgresql_server"), request.getfixturevalue("made_database"))


@pytest.fixture(params=DATABASES)
def empty_address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a casebook may be made, and none is: a file's path, then an empty PostgreSQL database."""
    if request.param == "sqlite":
        return str(tmp_path / "test.casebook")
    return new_database(request.getfixturevalue("postgresql_server"))


def copied_rows(source: Casebook, target: Casebook) -> None:
    """All rows of a casebook, put into another in place of what it has, on whichever database."""
    with source.reading() as there, target.writing() as here:
        for table in reversed(metadata.sorted_tables):
            here.execute(table.delete())
        for table in metadata.sorted_tables:
            if rows := [dict(row) for row in there.execute(sa.select(table)).mappings()]:
                here.execute(table.insert(), rows)
        here.execute(weighing_due.delete())  # the copied rows are no news


@pytest.fixture
def postgresql_address(postgresql_server: str) -> str:
    """An empty PostgreSQL database."""
    return new_database(postgresql_server)
