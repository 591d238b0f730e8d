"""Reports in, and claims made again: every report a step of its own, whole or not at all.

A report is read before its transaction begins, so that the write lock is held for the rows only. What cannot be taken
or read becomes a `Failure` and the rest goes on; a fault of the casebook itself (disk full, locked) ends the run, and
what was stored before stays.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Protocol

import msgspec
import sqlalchemy as sa

from stocktake.casebook.keep import Kept
from stocktake.casebook.storing import Difference, claims_as_read, describe, is_kept, one_report, put_claims, put_report
from stocktake.casebook.tables import reports
from stocktake.vocabulary import Claim, Failure, Report

Progress = Callable[[str], None]
CLAIMS_FILE_BATCH = 200
MOST_CLAIMS = 10_000


class _EveryLanguage:
    def __contains__(self, language: object) -> bool:
        return True


EVERY_LANGUAGE: Container[str] = _EveryLanguage()


class Reader(msgspec.Struct, frozen=True):
    """What makes claims of a report; its version changes when the same report may read differently."""

    read: Callable[[Report], Sequence[Claim]]
    version: str
    languages: Container[str] = frozenset({"en"})

    @property
    def kind(self) -> str:
        """Which reader this is a version of: what stands before a colon in the version."""
        return _kind(self.version)

    def unread(self, language: str) -> bool:
        """Whether a report in this language is kept without being read."""
        return language not in self.languages


class Document(Protocol):
    """A report as it comes in, with its bytes and what kind they are: what `reports.load` yields."""

    @property
    def report(self) -> Report: ...
    @property
    def raw(self) -> bytes: ...
    @property
    def media_type(self) -> str: ...


class Added(msgspec.Struct, frozen=True, kw_only=True):
    """What an add did: ids of reports that are new and that were there already, claims read, and what failed.

    `unread` counts new reports by language that the reader does not read; `programmes` names those taken in.
    """

    new: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    claims: int = 0
    unread: dict[str, int] = {}
    programmes: tuple[str, ...] = ()

    def __add__(self, other: Added) -> Added:
        return Added(
            new=self.new + other.new,
            known=self.known + other.known,
            failures=self.failures + other.failures,
            claims=self.claims + other.claims,
            unread=dict(Counter(self.unread) + Counter(other.unread)),
            programmes=self.programmes + other.programmes,
        )


class Reread(msgspec.Struct, frozen=True, kw_only=True):
    """What reading again did: reports read, those up to date already, how claims changed, and what failed."""

    read: int = 0
    current: int = 0
    difference: Difference = Difference()
    failures: tuple[Failure, ...] = ()


def add(book: Kept, documents: Iterable[Document | Failure], reader: Reader, progress: Progress) -> Added:
    """Stores documents, each in a transaction of its own."""
    new: list[str] = []
    known: list[str] = []
    failures: list[Failure] = []
    unread: Counter[str] = Counter()
    claims = 0
    for document in documents:
        if isinstance(document, Failure):
            failures.append(document)
            progress(document.name)
            continue
        outcome = _add_one(book, document, reader)
        if isinstance(outcome, Failure):
            failures.append(outcome)
        elif outcome is None:
            known.append(document.report.id)
        else:
            new.append(document.report.id)
            claims += outcome
            if reader.unread(document.report.language):
                unread[document.report.language] += 1
        progress(_name(document.report))
    return Added(new=tuple(new), known=tuple(known), failures=tuple(failures), claims=claims, unread=dict(unread))


def add_claims_file(book: Kept, path: Path, progress: Progress) -> Added:
    """Stores reports whose claims were read elsewhere (`stocktake read --out`), some hundred in a transaction."""
    from stocktake import reading

    rows = iter(reading.claims_rows(path))
    total = Added()
    while batch := list(islice(rows, CLAIMS_FILE_BATCH)):
        new: list[str] = []
        known: list[str] = []
        failures: list[Failure] = []
        claims = 0
        with book.writing() as connection:
            for report, read in batch:
                raw = msgspec.json.encode(report)
                there = is_kept(connection, report, hashlib.sha256(raw).hexdigest())
                if there:
                    known.append(report.id)
                elif there is None:
                    failures.append(_taken(report))
                else:
                    put_report(
                        connection, report, raw, "application/json", read, read_with=reading.VERSION, unread=False
                    )
                    new.append(report.id)
                    claims += len(read)
        total += Added(new=tuple(new), known=tuple(known), failures=tuple(failures), claims=claims)
        for report, _ in batch:
            progress(_name(report))
    return total


def due(connection: sa.Connection, reader: Reader) -> list[str]:
    """The reports that a reader should read again: its own older versions', and those unread that it can read.

    What another kind of reader read (a language model) stays until everything is read again.
    """
    found = connection.execute(
        sa.select(reports.c.id, reports.c.read_with, reports.c.unread, reports.c.language)
        .where(reports.c.read_with != reader.version)
        .order_by(reports.c.day, reports.c.id)
    )
    return [
        row.id
        for row in found
        if _kind(row.read_with) == reader.kind or (row.unread and not reader.unread(row.language))
    ]


def reread(book: Kept, reader: Reader, *, everything: bool, progress: Progress) -> Reread:
    """Makes claims again, of every report or only of those that are due."""
    read, difference, failures = 0, Difference(), list[Failure]()
    with book.reading() as connection:
        all_ids = connection.execute(sa.select(reports.c.id).order_by(reports.c.day, reports.c.id)).scalars().all()
        wanted = all_ids if everything else due(connection, reader)
    for report_id in wanted:
        with book.reading() as connection:
            report = one_report(connection, report_id)
        claims = _read(reader, report)
        if isinstance(claims, Failure):
            failures.append(claims)
        else:
            with book.writing() as connection:
                difference += put_claims(connection, report, claims)
                now = {"read_with": reader.version, "unread": reader.unread(report.language)}
                connection.execute(reports.update().where(reports.c.id == report_id).values(**now))
            read += 1
        progress(_name(report))
    return Reread(read=read, current=len(all_ids) - len(wanted), difference=difference, failures=tuple(failures))


def apply_decisions(connection: sa.Connection, report_id: str, reader: Callable[[], Reader]) -> None:
    """Brings one report and its claims to what the journal says now.

    Claims are those that were read, unless the day of publication changed: dates are worked out from that.
    """
    report, redated = describe(connection, report_id)
    if not redated:
        put_claims(connection, report, claims_as_read(connection, report))
        return
    reading = reader()
    put_claims(connection, report, reading.read(report))
    now = {"read_with": reading.version, "unread": reading.unread(report.language)}
    connection.execute(reports.update().where(reports.c.id == report_id).values(**now))


def _add_one(book: Kept, document: Document, reader: Reader) -> int | Failure | None:
    """The number of claims of a new report, None for a known one, or why it failed."""
    sha256 = hashlib.sha256(document.raw).hexdigest()
    with book.reading() as connection:
        there = is_kept(connection, document.report, sha256)
    if there is None:
        return _taken(document.report)
    if there:
        return None
    read = _read(reader, document.report)
    if isinstance(read, Failure):
        return read
    with book.writing() as connection:
        if is_kept(connection, document.report, sha256) is not False:
            return None
        put_report(
            connection,
            document.report,
            document.raw,
            document.media_type,
            read,
            read_with=reader.version,
            unread=reader.unread(document.report.language),
        )
    return len(read)


def _read(reader: Reader, report: Report) -> Sequence[Claim] | Failure:
    try:
        claims = reader.read(report)
    except Exception as fault:
        return Failure(_name(report), f"could not be read for claims ({type(fault).__name__}: {fault}); report this")
    if len(claims) > MOST_CLAIMS:
        return Failure(
            _name(report), f"holds {len(claims):,} claims, more than the {MOST_CLAIMS:,} that a report may; split it"
        )
    return claims


def _taken(report: Report) -> Failure:
    return Failure(
        _name(report), f"another document with the id {report.id} is in the casebook: give this one another id"
    )


def _kind(version: str) -> str:
    return version.partition(":")[0] if ":" in version else ""


def _name(report: Report) -> str:
    return report.title or report.url or report.id[:12]
