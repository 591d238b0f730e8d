"""Whether a casebook is whole: bytes against their hashes, the journal's chain, claims against what they derive from.

Every claim is a function of its report, the decisions in force and the reader. The quick check applies the decisions
again to the claims as they were read; the deep check reads the reports again, too. Reports that another version of the
reader read are counted, not compared.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Callable, Iterable, Iterator

import msgspec
import sqlalchemy as sa

from stocktake.casebook import journal, storing
from stocktake.casebook.adding import Reader
from stocktake.casebook.deciding import described
from stocktake.casebook.faults import InvalidDecision, UnreadableEntry
from stocktake.casebook.tables import blobs, claims, reports
from stocktake.casebook.tables import journal as journal_table
from stocktake.vocabulary import Report

SHA256 = re.compile(r"[0-9a-f]{64}")


class Problem(msgspec.Struct, frozen=True):
    """Something in the casebook that is not as it should be."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """What a check looked at and what it found; `journal_end` is the hash of the last entry."""

    reports: int
    claims: int
    entries: int
    journal_end: str
    compared: int
    behind: int
    problems: tuple[Problem, ...]

    @property
    def clean(self) -> bool:
        """Whether everything is as it should be."""
        return not self.problems


def check(connection: sa.Connection, reader: Reader | None, progress: Callable[[str], None]) -> Check:
    """Looks at everything within one transaction; with a reader, reads the reports again and compares their claims."""
    problems = [*_storage(connection), *_bytes(connection), *_ids(connection)]
    if broken := journal.first_break(connection):
        problems.append(Problem("journal", broken.what))
    ids = [row.id for row in connection.execute(sa.select(reports.c.id).order_by(reports.c.day, reports.c.id))]
    compared = behind = 0
    for report_id in ids if reader else _decided(connection):
        row = connection.execute(sa.select(reports).where(reports.c.id == report_id)).mappings().first()
        if row is None:
            problems.append(Problem("journal", f"an entry is about report {report_id}, which is not there"))
        elif reader is not None and row["read_with"] != reader.version:
            behind += 1
        else:
            try:
                problems += _report(connection, row, reader)
            except (InvalidDecision, UnreadableEntry) as fault:  # an altered entry may say what no entry can
                problems.append(Problem(f"report {report_id[:12]}", f"cannot be compared: {fault}"))
            compared += 1
        progress(report_id)
    entries, end = journal.end(connection)
    return Check(
        reports=len(ids),
        claims=connection.execute(sa.select(sa.func.count()).select_from(claims)).scalar_one(),
        entries=entries,
        journal_end=end,
        compared=compared,
        behind=behind,
        problems=tuple(problems),
    )


def _storage(connection: sa.Connection) -> Iterator[Problem]:
    """What the database itself finds wrong with its file."""
    if connection.dialect.name != "sqlite":
        return
    for (words,) in connection.exec_driver_sql("PRAGMA integrity_check(20)"):
        if words != "ok":
            yield Problem("database", str(words))
    for row in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield Problem("database", f"a row of {row[0]} points to a missing row of {row[2]}")


def _bytes(connection: sa.Connection) -> Iterator[Problem]:
    for row in storing.streamed(connection, sa.select(blobs)).mappings():
        try:
            raw = storing.unpacked(row)
        except (zlib.error, TypeError):
            yield Problem(f"bytes {row['sha256'][:12]}", "cannot be unpacked: they were damaged")
            continue
        if hashlib.sha256(raw).hexdigest() != row["sha256"]:
            yield Problem(f"bytes {row['sha256'][:12]}", "are not those that were stored: their SHA-256 differs")


def _ids(connection: sa.Connection) -> Iterator[Problem]:
    """Reports named by a hash must be named by their bytes' hash."""
    for report_id, blob in connection.execute(sa.select(reports.c.id, reports.c.blob)):
        if SHA256.fullmatch(report_id) and report_id != blob:
            yield Problem(f"report {report_id[:12]}", f"belongs to other bytes, {blob[:12]}")


def _decided(connection: sa.Connection) -> Iterable[str]:
    query = sa.select(journal_table.c.report).where(journal_table.c.report.is_not(None)).distinct()
    return sorted(connection.execute(query).scalars())


def _report(connection: sa.Connection, row: sa.RowMapping, reader: Reader | None) -> Iterator[Problem]:
    """Where a report's day and outlet, and its claims, are not what they are when made again."""
    report = storing.report_from(row)
    if described(storing.report_as_obtained(row), journal.entries(connection, report=report.id)) != report:
        yield Problem(f"report {report.id[:12]}", "is described otherwise than the journal says")
    yield from _claims(connection, report, reader)


def _claims(connection: sa.Connection, report: Report, reader: Reader | None) -> Iterator[Problem]:
    read = list(reader.read(report)) if reader else storing.claims_as_read(connection, report)
    wanted, there = storing.wanted_rows(connection, report, read), storing.kept_rows(connection, report.id)
    how = "when the report is read again" if reader else "when the decisions are applied again"
    for claim_id in sorted(wanted.keys() | there.keys()):
        if claim_id not in there:
            yield Problem(f"claim {claim_id}", f"is missing; it comes out {how}")
        elif claim_id not in wanted:
            yield Problem(f"claim {claim_id}", f"does not come out {how}")
        elif wanted[claim_id] != there[claim_id]:
            yield Problem(f"claim {claim_id}", f"comes out differently {how}")
