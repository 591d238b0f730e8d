"""Checks name what was altered; backups are whole and come back, while the casebook is in use."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from line_reports import DELIVERY, PLANT, STORY, obtained

from stocktake import casebook
from stocktake.casebook import Casebook, CasebookError, NewerCasebook, NotACasebook, Reader
from stocktake.casebook.tables import blobs, claims, journal, reports

Opened = Callable[..., Casebook]


@pytest.fixture
def decided(book: Casebook) -> Casebook:
    """The three reports with five decisions."""
    first, second, third, _ = book.claims()
    book.decide("set", first.id, {"recipient": "Russian navy"}, reason="annex", author="Jane")
    book.decide("reject", second.id, author="Jane")
    book.decide("accept", third.id, author="John")
    book.undo(2, author="Jane")
    book.decide("grade", "Reuters", "B", author="John")
    return book


def test_a_casebook_in_use_is_clean(decided: Casebook) -> None:
    for deep in (False, True):
        found = decided.check(deep=deep)
        assert found.clean, found.problems
        assert (found.reports, found.claims, found.entries) == (3, 4, 5)
    assert found.compared == 3


@pytest.mark.parametrize(
    ("tampering", "named"),
    [
        (sa.update(journal).where(journal.c.number == 2).values(reason="quietly changed"), "entry 2 .* was altered"),
        (sa.update(journal).where(journal.c.number == 3).values(author="Jane"), "entry 3 .* was altered"),
        (sa.update(journal).where(journal.c.number == 4).values(at="2001-01-01T00:00:00+00:00"), "entry 4 .* altered"),
        (sa.update(journal).where(journal.c.number == 1).values(hash="0" * 64), "entry 1 .* was altered"),
        (sa.delete(journal).where(journal.c.number == 3), "entry 3 is missing"),
        (sa.delete(journal).where(journal.c.number == 1), "entry 1 is missing"),
        (sa.update(blobs).values(bytes=b"other words", packing="none"), "are not those that were stored"),
        (sa.update(blobs).values(bytes=b"other words", packing="zlib"), "cannot be unpacked"),
        (sa.update(claims).where(claims.c.item == "drones").values(confidence=0.1), "comes out differently"),
        (sa.delete(claims).where(claims.c.item == "drone factory"), "is missing; it comes out"),
    ],
)
def test_what_was_altered_is_named(decided: Casebook, tampering: sa.Executable, named: str) -> None:
    with decided.writing() as connection:
        connection.execute(tampering)
    found = decided.check(deep=True)
    assert not found.clean
    assert any(re.search(named, str(problem)) for problem in found.problems), found.problems


@pytest.mark.parametrize("deep", (False, True))
@pytest.mark.parametrize("words", ("{}", "no JSON"))
@pytest.mark.parametrize("column", ("about", "value"))
def test_an_entry_that_cannot_be_read_is_named(decided: Casebook, column: str, words: str, deep: bool) -> None:
    with decided.writing() as connection:
        connection.execute(sa.update(journal).where(journal.c.number == 1).values({column: words}))
    problems = [str(problem) for problem in decided.check(deep=deep).problems]
    assert "journal: entry 1 of the journal was altered after it was written" in problems


def test_the_first_altered_entry_is_named(decided: Casebook) -> None:
    with decided.writing() as connection:
        connection.execute(sa.update(journal).where(journal.c.number >= 2).values(reason="changed"))
    (problem,) = decided.check().problems
    assert str(problem) == "journal: entry 2 of the journal was altered after it was written"


def test_a_quick_check_applies_decisions_again(decided: Casebook) -> None:
    with decided.writing() as connection:
        connection.execute(sa.update(claims).where(claims.c.recipient == "Russian navy").values(recipient="Russia"))
    (problem,) = decided.check().problems
    assert "comes out differently when the decisions are applied again" in str(problem)


def test_a_report_under_other_bytes_is_named(opened: Opened) -> None:
    book = opened()
    book.add_documents([obtained(PLANT), obtained(DELIVERY)])
    with book.writing() as connection:
        first, second = connection.execute(sa.select(blobs.c.sha256)).scalars()
        connection.execute(sa.update(reports).where(reports.c.id == first).values(blob=second))
    assert any("belongs to other bytes" in str(problem) for problem in book.check().problems)


def test_reports_of_another_version_are_counted_not_compared(opened: Opened) -> None:
    opened().add_documents(STORY)
    later = opened(Reader(lambda report: (), "lines 2"))
    found = later.check(deep=True)
    assert found.clean
    assert (found.compared, found.behind) == (0, 3)


# --------------------------------------------------------------------------------------------- backup and restore


@pytest.fixture
def on_file(tmp_path: Path, reader: Reader) -> Casebook:
    made = casebook.open(tmp_path / "live.casebook", reader=reader)
    made.add_documents(STORY[:1])
    return made


def test_a_backup_taken_while_in_use_comes_back(on_file: Casebook, tmp_path: Path, reader: Reader) -> None:
    backup = tmp_path / "monday.backup"
    lister = on_file.claims()
    next(lister)
    with on_file.writing() as connection:
        connection.execute(sa.update(reports).values(title="not committed"))
        on_file.backup(backup)
    assert list(lister) == []
    on_file.add_documents(STORY[1:])
    on_file.decide("reject", next(on_file.claims()).id, author="Jane")
    with casebook.open(backup, create=False, reader=reader) as copy:
        assert copy.check(deep=True).clean
        assert [report.title for report in copy.reports()] == ["A plant for drones"]

    before = casebook.restore(on_file.address, backup)
    assert [report.title for report in on_file.reports()] == ["A plant for drones"]
    assert on_file.check(deep=True).clean
    on_file.add_documents(STORY[1:2])
    assert before is not None
    with casebook.open(before, create=False, reader=reader) as kept:
        assert len(list(kept.reports())) == 3
        assert len(list(kept.journal())) == 1
    with sqlite3.connect(on_file.address) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_restore_makes_a_casebook_where_there_is_none_or_a_broken_one(on_file: Casebook, tmp_path: Path) -> None:
    backup = tmp_path / "monday.backup"
    on_file.backup(backup)
    assert casebook.restore(str(tmp_path / "new.casebook"), backup) is None
    broken = tmp_path / "broken.casebook"
    broken.write_bytes(b"scratched disk" * 1000)
    kept = casebook.restore(str(broken), backup)
    assert kept is not None and kept.read_bytes() == b"scratched disk" * 1000
    with casebook.open(broken, create=False) as book:
        assert len(list(book.reports())) == 1


def test_what_cannot_be_backed_up_or_restored_is_refused(on_file: Casebook, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine")
    with pytest.raises(CasebookError, match="exists already: name a new file"):
        on_file.backup(taken)
    with pytest.raises(CasebookError, match="does not exist"):
        on_file.backup(tmp_path / "nowhere" / "copy")
    with pytest.raises(NotACasebook, match="is no backup of a casebook"):
        casebook.restore(on_file.address, taken)
    with pytest.raises(CasebookError, match="there is no file"):
        casebook.restore(on_file.address, tmp_path / "none")
    with pytest.raises(CasebookError, match="is the casebook itself"):
        casebook.restore(on_file.address, Path(on_file.address))
    newer = tmp_path / "newer"
    on_file.backup(newer)
    with sqlite3.connect(newer) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerCasebook, match="upgrade Stocktake"):
        casebook.restore(on_file.address, newer)
    assert taken.read_text() == "mine"
    assert len(list(on_file.reports())) == 1


def test_a_server_is_backed_up_by_its_own_tools(postgresql_address: str, tmp_path: Path) -> None:
    with casebook.open(postgresql_address) as book, pytest.raises(CasebookError, match="pg_dump -Fc"):
        book.backup(tmp_path / "copy")
    with pytest.raises(CasebookError, match="pg_restore --clean"):
        casebook.restore(postgresql_address, tmp_path / "copy")
