"""Disks that are full or may only be read: a sentence, nothing half written, and what was stored stays stored.

The disk is a small one in memory, mounted for the test; without the right to mount the tests are skipped.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from line_reports import obtained, read_lines

from stocktake import casebook
from stocktake.casebook import DiskFull, Reader

Stocktake = Callable[..., Any]
SIZE = 8_000_000
READER = Reader(read_lines, "lines 1")
STORIES = [
    obtained(f"Story {n}\n" + "".join(f"transfer: Iran -> Russia: drones {n} {m}\n" for m in range(60)))
    for n in range(60)
]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 8 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"NO RIGHT TO MOUNT A DISK, SO FULL DISKS ARE NOT TESTED HERE: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(disk: Path, leave: int = 0) -> None:
    """Takes all the room that there is, but for so many bytes."""
    with (disk / "filling").open("ab", buffering=0) as file:
        room = shutil.disk_usage(disk).free - leave
        file.write(b"x" * max(room, 0))


def only_for_reading(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)


WRITERS = {
    "ftm": "export ftm -o",
    "jsonld": "export jsonld -o",
    "parquet": "export parquet -o",
    "sqlite": "export sqlite -o",
    "html": "dossier -o",
    "md": "dossier -o",
}


@pytest.mark.parametrize("ending", sorted(WRITERS))
def test_a_file_that_does_not_fit_is_said_and_the_one_before_it_stays(
    stocktake: Stocktake, kept: Path, disk: Path, ending: str
) -> None:
    file = disk / f"x.{ending}"
    file.write_text("the one before")
    fill(disk)
    run = stocktake(*WRITERS[ending].split(), str(file))
    assert (run.status, run.err) == (1, f"stocktake: no room is left on the disk of {file}: free some and repeat\n")
    assert file.read_text() == "the one before"
    assert sorted(path.name for path in disk.iterdir()) == ["filling", file.name]


@pytest.mark.skipif(not shutil.which("chromium"), reason="CHROMIUM IS MISSING: no PDF can be made")
def test_a_pdf_that_does_not_fit_is_not_called_written(stocktake: Stocktake, kept: Path, disk: Path) -> None:
    fill(disk)
    run = stocktake("dossier", "-o", str(disk / "x.pdf"))
    assert (run.status, run.err) == (
        1,
        f"stocktake: no room is left on the disk of {disk / 'x.pdf'}: free some and repeat\n",
    )
    assert sorted(path.name for path in disk.iterdir()) == ["filling"]


def test_a_file_on_a_disk_that_may_only_be_read(stocktake: Stocktake, kept: Path, disk: Path) -> None:
    only_for_reading(disk)
    run = stocktake("export", "parquet", "-o", str(disk / "x.parquet"))
    assert run.status == 1
    assert run.err.startswith(f"stocktake: {disk / 'x.parquet'} could not be opened or written (read-only file system)")


def test_reading_into_a_file_goes_on_once_there_is_room(stocktake: Stocktake, disk: Path, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("Iran has sent 200 drones to Russia, the ministry said on 3 November 2022.")
    fill(disk)
    out = disk / "claims.parquet"
    run = stocktake("read", str(tmp_path / "in.txt"), "--out", str(out))
    assert run.status == 1 and run.err.startswith("stocktake: no room is left on the disk"), run.err
    (disk / "filling").unlink()
    assert stocktake("read", str(tmp_path / "in.txt"), "--out", str(out)).status == 0
    assert out.exists() and [path.name for path in disk.iterdir()] == [out.name]


def test_an_add_that_does_not_fit_keeps_what_was_stored_and_goes_on_once_there_is_room(disk: Path) -> None:
    with casebook.open(disk / "small.casebook", reader=READER) as book:
        fill(disk, leave=1_500_000)
        with pytest.raises(DiskFull, match="no room is left on the disk"):
            for story in STORIES:
                book.add_documents([story])
        stored = {report.id for report in book.reports()}
        assert 0 < len(stored) < len(STORIES)
    with casebook.open(disk / "small.casebook", reader=READER) as book:
        assert {report.id for report in book.reports()} == stored
        assert book.check().clean
        (disk / "filling").unlink()
        added = book.add_documents(STORIES[: len(stored) + 5])
        assert len(added.new) == 5
        assert book.check(deep=True).clean


def test_a_decision_or_a_weighing_that_does_not_fit_is_said_and_leaves_all_as_it_was(disk: Path) -> None:
    with casebook.open(disk / "small.casebook", reader=READER) as book:
        book.add_documents(STORIES[:8])
        claim = next(book.claims())
        fill(disk)
        with pytest.raises(DiskFull, match="no room is left on the disk"):
            book.weigh(afresh=True)
        with pytest.raises(DiskFull, match="no room is left on the disk"):
            for _ in range(200):  # the log may still hold a few pages of its own
                book.decide("accept", claim.id)
        (disk / "filling").unlink()
        assert book.check(deep=True).clean
        before = book.last_entry(claim.id)
        assert book.decide("accept", claim.id).number == before + 1
        assert book.weigh(afresh=True).findings > 0


def test_a_casebook_on_a_disk_that_may_only_be_read_is_shown_and_not_written(stocktake: Stocktake, disk: Path) -> None:
    path = disk / "archive.casebook"
    with casebook.open(path, reader=READER) as book:
        book.add_documents(STORIES[:2])
        book.weigh()
        claim = next(book.claims())
    only_for_reading(disk)
    for verb in ("reports", "claims", "findings", "conflicts", "sources", "check"):
        run = stocktake("--casebook", str(path), verb)
        assert run.status == 0, (verb, run.err)
    run = stocktake("--casebook", str(path), "claim", claim.id, "--accept", "--reason", "seen")
    assert run.status == 1
    assert run.err.startswith(f"stocktake: {path} is read-only: copy it to a place")


def test_a_backup_that_does_not_fit_leaves_nothing(stocktake: Stocktake, kept: Path, disk: Path) -> None:
    fill(disk)
    run = stocktake("backup", str(disk / "b.casebook"))
    assert run.status == 1 and "no room is left on the disk" in run.err
    assert [path.name for path in disk.iterdir()] == ["filling"]
