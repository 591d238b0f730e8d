"""What goes wrong around a casebook: killed processes, full disks, locks, missing rights, clocks that go backwards."""

from __future__ import annotations

import datetime as dt
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from killed_works import REPORTS, WORKS
from line_reports import STORY, obtained, read_lines

from stocktake import casebook
from stocktake.casebook import (
    Casebook,
    Check,
    DiskFull,
    FaultyStorage,
    LockedCasebook,
    Reader,
    ReadOnlyCasebook,
    Unreachable,
    adding,
    journal,
    opening,
    storing,
    tables,
)

Opened = Callable[..., Casebook]
HERE = Path(__file__).parent
KILLS = {"sqlite": 7, "postgresql": 3}
"""For each of four works; `fuzz/kills.py` does 200."""


def start(work: str, address: str, *, preexec: Callable[[], None] | None = None) -> subprocess.Popen[str]:
    """Runs one of the works of killed_works.py in a process of its own."""
    return subprocess.Popen(
        [sys.executable, str(HERE / "killed_works.py"), work, address],
        env={**os.environ, "PYTHONPATH": str(HERE.parent)},
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=preexec,
    )


def seen(address: str, told: list[str]) -> Check:
    """The check's result, after making sure that all that was told to be stored is there."""
    with casebook.open(address, reader=Reader(read_lines, "lines 1")) as book:
        there = {report.id for report in book.reports()} | {str(entry.number) for entry in book.journal()}
        said = {line.split()[1] for line in told if line.startswith("done ") and line.endswith("\n")}
        assert said <= there
        found = book.check(deep=True)
        assert found.clean, found.problems
        return found


@pytest.mark.parametrize("work", sorted(WORKS))
def test_killed_at_any_moment_nothing_is_lost_doubled_or_half_done(work: str, casebook_address: str) -> None:
    chance = random.Random(work)
    told: list[str] = []
    if work != "add":
        with casebook.open(casebook_address, reader=Reader(read_lines, "lines 1")) as book:
            book.add_documents(REPORTS)
    for _ in range(KILLS["postgresql" if opening.is_server(casebook_address) else "sqlite"]):
        process = start(work, casebook_address)
        assert process.stdout is not None
        told.append(process.stdout.readline())
        time.sleep(chance.uniform(0, 0.15))
        process.send_signal(signal.SIGKILL)
        told += process.stdout.readlines()
        process.wait()
        seen(casebook_address, told)
    assert start(work, casebook_address).wait() == 0
    found = seen(casebook_address, told)
    assert (found.reports, found.claims) == (len(REPORTS), 2 * len(REPORTS))


def test_two_processes_that_add_the_same_reports_at_once_keep_each_once(casebook_address: str) -> None:
    processes = [start("add", casebook_address) for _ in range(2)]
    told: list[str] = []
    for process in processes:
        assert process.stdout is not None
        told += process.stdout.readlines()
        assert process.wait() == 0, told
    found = seen(casebook_address, told)
    assert (found.reports, found.claims) == (len(REPORTS), 2 * len(REPORTS))


def test_a_power_cut_between_the_bytes_and_the_rows_leaves_neither(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    book = opened()
    with monkeypatch.context() as patched:
        patched.setattr(storing, "put_claims", cut)
        with pytest.raises(KeyboardInterrupt):
            book.add_documents(STORY[:1])
    with book.reading() as connection:
        for table in (tables.blobs, tables.reports, tables.claims):
            assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar() == 0
    assert len(book.add_documents(STORY[:1]).new) == 1


@pytest.mark.parametrize("place", [storing, adding])
def test_what_a_power_cut_leaves_on_the_disk_in_the_middle_of_an_add_is_a_whole_casebook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: ModuleType
) -> None:
    """The files as they lie on the disk before and after a report's claims are put are opened as after a cut."""
    address, image = tmp_path / "lit.casebook", tmp_path / "dark.casebook"
    long = obtained("\n".join(random.Random(n).randbytes(40).hex() for n in range(4000)))
    moment = "put_claims" if place is storing else "put_report"
    honest = getattr(place, moment)
    reader = Reader(read_lines, "lines 1")
    with casebook.open(address, reader=reader) as book:
        book.add_documents(STORY)

        @sa.event.listens_for(book.engine, "begin")
        def write_at_once(connection: sa.Connection) -> None:
            connection.exec_driver_sql("PRAGMA cache_size = 1")

        def cut(*given: Any, **named: Any) -> Any:
            done = honest(*given, **named)
            for ending in ("", "-wal"):
                shutil.copyfile(f"{address}{ending}", f"{image}{ending}")
            return done

        monkeypatch.setattr(place, moment, cut)
        before = Path(f"{address}-wal").stat().st_size
        assert len(book.add_documents([long]).new) == 1
        monkeypatch.setattr(place, moment, honest)
        assert Path(f"{image}-wal").stat().st_size > before + 100_000, "the bytes were on the disk, without their rows"
    with casebook.open(image, create=False, reader=reader) as book:
        assert {report.id for report in book.reports()} == {story.report.id for story in STORY}
        with book.reading() as connection:
            assert connection.execute(sa.select(sa.func.count()).select_from(tables.blobs)).scalar() == len(STORY)
        assert book.check(deep=True).clean
        assert len(book.add_documents([long]).new) == 1


@given(st.floats(0, 1), st.integers(0, 255), st.booleans())
@settings(max_examples=12, deadline=None)
def test_a_log_torn_anywhere_gives_the_reports_up_to_there_whole(where: float, byte: int, cut_off: bool) -> None:
    """A cut in the middle of a write leaves the log's end missing, or full of something else."""
    with tempfile.TemporaryDirectory() as folder:
        address, image = Path(folder) / "lit.casebook", Path(folder) / "dark.casebook"
        reader = Reader(read_lines, "lines 1")
        with casebook.open(address, reader=reader):
            pass
        with casebook.open(address, reader=reader) as book:
            for story in STORY:
                book.add_documents([story])
            shutil.copyfile(address, image)
            log = Path(f"{address}-wal").read_bytes()
            at = int(where * len(log))
            Path(f"{image}-wal").write_bytes(log[:at] if cut_off else log[:at] + bytes([byte]) * (len(log) - at))
        with casebook.open(image, create=False, reader=reader) as book:
            there = {report.id for report in book.reports()}
            assert there in [{story.report.id for story in STORY[:count]} for count in range(len(STORY) + 1)]
            assert book.check(deep=True).clean
            assert len(book.add_documents(STORY).new) == len(STORY) - len(there)


def test_a_disk_that_fills_up_ends_the_add_with_a_sentence_and_keeps_what_was_stored(tmp_path: Path) -> None:
    address = str(tmp_path / "small.casebook")
    with casebook.open(address, reader=Reader(read_lines, "lines 1")) as book:
        with book.reading() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

        @sa.event.listens_for(book.engine, "begin")
        def limit(connection: sa.Connection) -> None:
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 20}")

        with pytest.raises(DiskFull, match=r"no room is left .*: free some and repeat; what was stored before is safe"):
            book.add_documents(obtained(f"Story {n}\n" + random.Random(n).randbytes(9000).hex()) for n in range(20))
        assert DiskFull.status == 1
        assert 0 < len(list(book.reports())) < 20
        assert book.check(deep=True).clean


def test_a_file_that_may_not_grow_is_a_fault_and_keeps_what_was_stored(tmp_path: Path) -> None:
    address = str(tmp_path / "limited.casebook")
    with casebook.open(address, reader=Reader(read_lines, "lines 1")):
        pass

    def limit() -> None:
        size = Path(address).stat().st_size + 100_000
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    process = start("add", address, preexec=limit)
    assert process.stdout is not None
    told = process.stdout.readlines()
    assert process.wait() == FaultyStorage.status
    assert told[-1].startswith(f"fault {address} could not be read or written (disk full or failing)")
    assert 0 < seen(address, told).reports < len(REPORTS)


def test_a_casebook_that_another_process_writes_to_can_be_read_and_says_that_it_is_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "WAIT_SECONDS", 0.05)
    address = str(tmp_path / "held.casebook")
    with casebook.open(address, reader=Reader(read_lines, "lines 1")) as book:
        book.add_documents(STORY[:1])
        with closing(sqlite3.connect(address, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            (claim,) = book.claims()
            with pytest.raises(LockedCasebook, match="is locked: another process has been writing to it"):
                book.decide("accept", claim.id)
            other.execute("ROLLBACK")
        assert book.decide("accept", claim.id).number == 1


@pytest.mark.parametrize("left_open", [False, True])
def test_a_casebook_that_one_may_only_read_is_read_and_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left_open: bool
) -> None:
    address = str(tmp_path / "archive.casebook")
    reader = Reader(read_lines, "lines 1")
    writer = casebook.open(address, reader=reader)
    writer.add_documents(STORY)
    if not left_open:
        writer.close()
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    with casebook.open(address, create=False, reader=reader) as book:
        assert len(list(book.claims())) == 4
        assert book.check(deep=True).clean
        with pytest.raises(ReadOnlyCasebook, match="is read-only"):
            book.decide("accept", next(book.claims()).id)
        with pytest.raises(ReadOnlyCasebook, match="is read-only"):
            book.add_documents([obtained("new")])
    writer.close()


def test_a_team_member_without_the_right_to_write_is_told_so(postgresql_address: str) -> None:
    reader = Reader(read_lines, "lines 1")
    with casebook.open(postgresql_address, reader=reader) as book:
        book.add_documents(STORY[:1])
        with book.engine.begin() as connection:
            connection.exec_driver_sql("DROP ROLE IF EXISTS guest")
            connection.exec_driver_sql("CREATE ROLE guest LOGIN")
            connection.exec_driver_sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO guest")
    with casebook.open(postgresql_address.replace("analyst@", "guest@"), create=False, reader=reader) as book:
        (claim,) = book.claims()
        with pytest.raises(ReadOnlyCasebook, match="ask for the right to write"):
            book.decide("accept", claim.id)
    with casebook.open(postgresql_address) as book, book.engine.begin() as connection:
        connection.exec_driver_sql("DROP OWNED BY guest")
        connection.exec_driver_sql("DROP ROLE guest")


def test_a_server_that_is_not_there_is_a_fault_in_one_sentence() -> None:
    with pytest.raises(
        Unreachable, match=r"postgresql.*://jane:\*\*\*@127\.0\.0\.1:1/team cannot be reached"
    ) as raised:
        casebook.open("postgresql://jane:secret@127.0.0.1:1/team")
    assert "secret" not in str(raised.value)


def test_a_clock_that_goes_backwards_changes_nothing_about_the_order(
    book: Casebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = iter([dt.date(2026, 3, 2), dt.date(2026, 3, 1), dt.date(1999, 1, 1)])

    class Clock(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:
            return dt.datetime.combine(next(days), dt.time(12), tz)

    claim = next(book.claims())
    with monkeypatch.context() as patched:
        patched.setattr(journal.dt, "datetime", Clock)
        book.decide("reject", claim.id, author="Jane")
        book.decide("accept", claim.id, author="Jane")
        book.decide("reject", claim.id, author="Jane")
    assert [(entry.number, entry.at.year) for entry in book.journal()] == [(1, 2026), (2, 2026), (3, 1999)]
    assert book.is_rejected(claim.id)
    assert book.undo(author="Jane").value == 3
    assert book.check(deep=True).clean
