"""The migrations make the tables that the code works with, up and down, on each database."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from threading import Thread

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from line_reports import STORY, read_lines

from stocktake import casebook
from stocktake.casebook import NewerCasebook, NoCasebook, NotACasebook, Reader, opening
from stocktake.casebook.tables import metadata

ROOMS_WITH_TABLES = ("weighed", "programmes", "search", "accounts")
FULL_TEXT_INDEX = "report_words"


def all_tables() -> sa.MetaData:
    for module in ROOMS_WITH_TABLES:
        if find_spec(f"stocktake.casebook.{module}"):
            import_module(f"stocktake.casebook.{module}")
    return metadata


def test_the_head_is_read_off_the_file_names() -> None:
    script = ScriptDirectory(str(opening.MIGRATIONS))
    assert script.get_current_head() == opening.head()
    revisions = [revision.revision for revision in script.walk_revisions("base", "head")]
    assert revisions == sorted(revisions, reverse=True)
    assert all(Path(r.path).name.startswith(f"{r.revision}_") for r in script.walk_revisions())


def test_migrations_and_tables_agree(casebook_address: str) -> None:
    with casebook.open(casebook_address) as book, book.engine.connect() as connection:
        tables = set(all_tables().tables)
        wanted = lambda name, kind, _: name in tables if kind == "table" else name != FULL_TEXT_INDEX  # noqa: E731
        context = MigrationContext.configure(connection, opts={"include_name": wanted, "compare_type": True})
        assert compare_metadata(context, all_tables()) == []


def test_up_and_down_step_by_step(empty_address: str) -> None:
    with casebook.open(empty_address) as book:
        script = ScriptDirectory(str(opening.MIGRATIONS))
        revisions = [revision.revision for revision in script.walk_revisions("base", "head")]
        for revision in [*revisions[1:], "base"]:
            opening.migrate(book.engine, revision)
        with book.engine.connect() as connection:
            assert set(sa.inspect(connection).get_table_names()) <= {"alembic_version"}
        for revision in reversed(revisions):
            opening.migrate(book.engine, revision)
        assert opening.schema_version(book.engine, empty_address) == opening.head()


def test_a_casebook_that_is_behind_is_brought_up_with_all_it_holds(casebook_address: str) -> None:
    reader = Reader(read_lines, "lines 1")
    with casebook.open(casebook_address, reader=reader) as book:
        book.add_documents(STORY)
        before = list(book.claims())
        opening.migrate(book.engine, "0001")
    with casebook.open(casebook_address, reader=reader) as book:
        assert list(book.claims()) == before
        assert opening.schema_version(book.engine, casebook_address) == opening.head()


def test_a_newer_casebook_is_refused(casebook_address: str) -> None:
    with casebook.open(casebook_address) as book, book.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerCasebook, match=r"made by a newer Stocktake .*9999.*: upgrade Stocktake"):
        casebook.open(casebook_address)


def test_what_is_no_casebook_is_refused_and_left_alone(tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("no database " * 200)
    with pytest.raises(NotACasebook, match="is no casebook"):
        casebook.open(notes)
    assert notes.read_text() == "no database " * 200
    other = tmp_path / "other.db"
    engine = sa.create_engine(f"sqlite:///{other}")
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE birds (name TEXT)"))
    engine.dispose()
    with pytest.raises(NotACasebook, match="is a database, but no casebook"):
        casebook.open(other)
    with pytest.raises(NotACasebook, match="is a folder"):
        casebook.open(tmp_path)


def test_an_empty_database_is_no_casebook_until_one_is_made(empty_address: str, tmp_path: Path) -> None:
    if not opening.is_server(empty_address):
        Path(empty_address).touch()
    with pytest.raises(NoCasebook):
        casebook.open(empty_address, create=False)
    casebook.open(empty_address).close()
    casebook.open(empty_address, create=False).close()


def test_two_that_make_the_same_casebook_at_once_make_one(empty_address: str) -> None:
    faults: list[BaseException] = []

    def make() -> None:
        try:
            casebook.open(empty_address).close()
        except BaseException as fault:
            faults.append(fault)

    makers = [Thread(target=make) for _ in range(4)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert faults == []
    with casebook.open(empty_address, create=False) as book:
        assert list(book.reports()) == []
