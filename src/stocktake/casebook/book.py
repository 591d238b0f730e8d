"""The casebook as everyone outside this room uses it: reports in, claims out, decisions kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from stocktake.casebook import adding, checking, copying, journal, storing
from stocktake.casebook.adding import Added, Document, Reader, Reread
from stocktake.casebook.browsing import Browsed
from stocktake.casebook.checking import Check, Problem
from stocktake.casebook.deciding import CLAIM_ACTIONS, SETTABLE, added_claim, with_description, with_slots
from stocktake.casebook.faults import (
    AmbiguousId,
    CasebookError,
    FaultyStorage,
    InvalidDecision,
    ReadOnlyCasebook,
    UnknownId,
    UnreadableEntry,
)
from stocktake.casebook.keep import Kept, author_by_default
from stocktake.casebook.programmes import Programmes
from stocktake.casebook.search import Searched
from stocktake.casebook.selecting import ClaimFilter, conditions, in_order
from stocktake.casebook.storing import Heading
from stocktake.casebook.tables import blobs, claims, reports
from stocktake.casebook.tables import journal as journal_table
from stocktake.vocabulary import Claim, Decision, Failure, Report

REPORT_ACTIONS = CLAIM_ACTIONS | {"describe"}


class Casebook(Searched, Programmes, Browsed, Kept):
    """Reports, the claims read from them and what people decided; `stocktake.casebook.open` gives one.

    Safe for many threads and processes at once. `reader` stands in for the reading room (tests, other readers).
    """

    def __init__(self, engine: sa.Engine, address: str, reader: Reader | None = None) -> None:
        super().__init__(engine, address)
        self._reader = reader

    # ----------------------------------------------------------------------------------------- reports

    def add(
        self,
        source: str | Path,
        *,
        published: dt.date | None = None,
        outlet: str | None = None,
        allow_private: bool = False,
        progress: Callable[[str], None] | None = None,
    ) -> Added:
        """Takes what a file, folder, address or "-" holds, reads its claims and keeps both; bytes known are left.

        A Parquet file of claims read elsewhere gives these; a programme's file (TOML) is followed.
        """
        from stocktake import reports

        path = Path(source)
        if path.suffix == ".parquet" and _holds_claims(path):
            return adding.add_claims_file(self, path, progress or _silent)
        programmes = self._follow(path)
        if path.suffix == ".toml":
            return programmes
        found = reports.load(source, published=published, outlet=outlet, allow_private=allow_private)
        return self.add_documents(found, progress=progress) + programmes

    def add_documents(
        self, documents: Iterable[Document | Failure], *, progress: Callable[[str], None] | None = None
    ) -> Added:
        """The same for documents at hand."""
        return adding.add(self, documents, self._reading(), progress or _silent)

    def reread(self, *, everything: bool = False, progress: Callable[[str], None] | None = None) -> Reread:
        """Makes the claims again of reports that an older version of the reader read; decisions are kept."""
        return adding.reread(self, self._reading(), everything=everything, progress=progress or _silent)

    def behind(self) -> int:
        """How many reports the reader should read again: see `reread`."""
        with self.reading() as connection:
            return len(adding.due(connection, self._reading()))

    def reports(self) -> Iterator[Report]:
        """All reports, the oldest first, the undated last."""
        with self.reading() as connection:
            query = sa.select(reports).order_by(reports.c.day, reports.c.id)
            for row in storing.streamed(connection, query).mappings():
                yield storing.report_from(row)

    def headings(self) -> Iterator[Heading]:
        """All reports without their text, with the number of their claims, in the same order."""
        with self.reading() as connection:
            yield from storing.headings(connection)

    def outlets(self) -> dict[str, str | None]:
        """The publishing outlet of each report, by the report's id."""
        with self.reading() as connection:
            rows = connection.execute(sa.select(reports.c.id, reports.c.outlet))
            return {row.id: row.outlet for row in rows}

    def report(self, report_id: str) -> Report:
        """The report whose id is, or begins with, the one given."""
        with self.reading() as connection:
            return storing.one_report(connection, self._full_report_id(connection, report_id))

    def raw(self, report_id: str) -> bytes:
        """The bytes that a report was made from, unchanged."""
        with self.reading() as connection:
            full = self._full_report_id(connection, report_id)
            query = sa.select(blobs).join(reports, reports.c.blob == blobs.c.sha256).where(reports.c.id == full)
            return storing.unpacked(connection.execute(query).mappings().one())

    # ----------------------------------------------------------------------------------------- claims

    def claims(self, wanted: ClaimFilter | None = None) -> Iterator[Claim]:
        """The claims asked for with decisions applied, by day of publication, report and place in it."""
        wanted = wanted or ClaimFilter()
        query = in_order(sa.select(claims.c.body).where(*conditions(wanted))).offset(wanted.offset or None)
        if wanted.limit is not None:
            query = query.limit(wanted.limit)
        decode = msgspec.json.Decoder(Claim).decode
        with self.reading() as connection:
            for body in storing.streamed(connection, query).scalars():
                yield decode(body)

    def count_claims(self, wanted: ClaimFilter | None = None) -> int:
        """How many claims the filter lets through, whatever its limit."""
        with self.reading() as connection:
            query = sa.select(sa.func.count()).select_from(claims).where(*conditions(wanted or ClaimFilter()))
            return connection.execute(query).scalar_one()

    def claim(self, claim_id: str) -> Claim:
        """The claim, rejected or not, whose id is, or begins with, the one given; decisions applied."""
        with self.reading() as connection:
            return self._claim(connection, claim_id)[0]

    def is_rejected(self, claim_id: str) -> bool:
        """Whether a person took this claim out."""
        with self.reading() as connection:
            return self._claim(connection, claim_id)[1]

    # ----------------------------------------------------------------------------------------- decisions

    def decide(
        self,
        action: str,
        target: str,
        value: Any = None,
        *,
        reason: str = "",
        author: str | None = None,
        expected: int | None = None,
    ) -> Decision:
        """Writes a decision into the journal and, where it is about a report or claim, brings that up to date.

        `expected` is the number of the last entry about the target that the author saw, 0 for none: if there is a
        later one, nothing is written and StaleDecision raised.
        """
        with self.writing() as connection:
            if action not in REPORT_ACTIONS:
                return self.append(
                    connection,
                    action=action,
                    target=target,
                    value=value,
                    reason=reason,
                    author=author,
                    expected=expected,
                )
            target, report_id, about = self._checked(connection, action, target, value)
            decision = self.append(
                connection,
                action=action,
                target=target,
                value=value,
                reason=reason,
                author=author,
                expected=expected,
                report=report_id,
                about=msgspec.json.encode(about) if about is not None else None,
            )
            adding.apply_decisions(connection, report_id, self._reading)
            return decision

    def undo(self, number: int | None = None, *, author: str | None = None, reason: str = "") -> Decision:
        """Takes back one entry (an undo too), by default the author's last that still stands; gives the new entry."""
        author = author or author_by_default()
        with self.writing() as connection:
            entry = self._to_undo(connection, number, author)
            decision = self.append(
                connection,
                action="undo",
                target=entry.decision.target,
                value=entry.decision.number,
                reason=reason,
                author=author,
                report=entry.report,
            )
            if entry.report is not None:
                adding.apply_decisions(connection, entry.report, self._reading)
            if entry.decision.action == "undo":
                self.refuse_contradictions(connection, decision.number)
            return decision

    def last_entry(self, target: str) -> int:
        """The number of the last entry about a target, 0 for none: what `expected` takes."""
        with self.reading() as connection:
            query = sa.select(sa.func.max(journal_table.c.number)).where(journal_table.c.target == target)
            return connection.execute(query).scalar() or 0

    # ----------------------------------------------------------------------------------------- keeping

    def check(self, *, deep: bool = False, progress: Callable[[str], None] | None = None) -> Check:
        """Whether everything is whole; `deep` reads the reports and weighs the claims again, and compares."""
        with self.reading() as connection:
            found = checking.check(connection, self._reading() if deep else None, progress or _silent)
        if not deep:
            return found
        try:
            more = tuple(self.derived_problems())
        except UnreadableEntry as fault:
            more = (Problem("findings", f"cannot be compared: {fault}"),)
        except ReadOnlyCasebook:  # Findings are compared in a write transaction that is taken back.
            more = ()
        return msgspec.structs.replace(found, problems=found.problems + more)

    def backup(self, target: str | Path) -> None:
        """Copies the casebook into a new file, while others use it."""
        copying.backup(self.engine, self.address, Path(target))

    # ----------------------------------------------------------------------------------------- inside

    def _follow(self, path: Path) -> Added:
        """The programmes whose files lie here, taken in; a file that is none is a failure."""
        names: list[str] = []
        failures: list[Failure] = []
        files = sorted(path.rglob("*.toml")) if path.is_dir() else [path] if path.suffix == ".toml" else []
        for file in files:
            try:
                names += [programme.name for programme in self.follow_files(file)]
            except FaultyStorage:
                raise
            except CasebookError as wrong:
                failures.append(Failure(str(file), str(wrong)))
        return Added(programmes=tuple(names), failures=tuple(failures))

    def _reading(self) -> Reader:
        if self._reader is None:
            from stocktake import reading

            self._reader = Reader(reading.read, reading.VERSION, reading.LANGUAGES)
        return self._reader

    def _full_report_id(self, connection: sa.Connection, given: str) -> str:
        return full_id(connection, reports.c.id, given, "report", "stocktake reports")

    def _claim(self, connection: sa.Connection, given: str) -> tuple[Claim, bool]:
        full = full_id(connection, claims.c.id, given, "claim", "stocktake claims")
        body, rejected = connection.execute(
            sa.select(claims.c.body, claims.c.rejected).where(claims.c.id == full)
        ).one()
        return msgspec.json.decode(body, type=Claim), rejected

    def _checked(
        self, connection: sa.Connection, action: str, target: str, value: Any
    ) -> tuple[str, str, Claim | None]:
        """The full target, its report and the claim as it is now, of a decision that fits; else InvalidDecision."""
        if action == "describe":
            report = storing.one_report(connection, self._full_report_id(connection, target))
            with_description(report, value)
            return report.id, report.id, None
        if action == "add":
            report = storing.one_report(connection, self._full_report_id(connection, target))
            claim = added_claim(report, value, "")
            if connection.execute(sa.select(claims.c.id).where(claims.c.id == claim.id)).scalar():
                raise InvalidDecision(f"that claim is in the casebook already, as {claim.id}")
            return report.id, report.id, claim
        claim, _ = self._claim(connection, target)
        if action == "set":
            with_slots(claim, value, "")
        elif value is not None:
            raise InvalidDecision(
                f"to {action} a claim takes no value; to correct slots ({', '.join(SETTABLE)}), set them"
            )
        return claim.id, claim.report, claim

    def _to_undo(self, connection: sa.Connection, number: int | None, author: str) -> journal.Entry:
        standing = journal.entries(connection)
        if number is not None:
            entry = next((e for e in standing if e.decision.number == number), None)
            if entry is None:
                raise CasebookError(f"the journal has no entry {number}: `stocktake journal` lists them")
            if entry.decision.undone:
                raise CasebookError(f"entry {number} is undone already")
            return entry
        for entry in reversed(standing):
            if not entry.decision.undone and entry.decision.action != "undo" and entry.decision.author == author:
                return entry
        raise CasebookError(f"{author} has no decision to undo: name an entry's number; `stocktake journal` lists them")


def full_id(connection: sa.Connection, column: sa.ColumnElement[str], given: str, kind: str, listing: str) -> str:
    """The one id that is, or begins with, what was given."""
    if "\0" in given or not given.strip():
        raise UnknownId(kind, given, listing)
    if connection.execute(sa.select(column).where(column == given)).first():
        return given
    query = sa.select(column).where(column >= given, column < given + "\U0010ffff").order_by(column).limit(5)
    matches = list(connection.execute(query).scalars())
    if not matches:
        raise UnknownId(kind, given, listing)
    if len(matches) > 1:
        raise AmbiguousId(kind, given, matches)
    return str(matches[0])


def _holds_claims(path: Path) -> bool:
    """Whether a Parquet file is one of read claims; what is none, or cannot be opened, is a matter of loading."""
    from stocktake import reading

    try:
        return reading.is_claims_file(path)
    except (ModuleNotFoundError, ValueError, OSError):
        return False


def _silent(name: str) -> None:
    """No one watches the progress."""
