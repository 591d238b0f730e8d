"""Finding reports: by their words, and by facets with counts, in SQL on both databases.

Words are found by SQLite's FTS5 or PostgreSQL's full text, both with English stems. A query is words that must all
be there, "quoted phrases", -words that must not, and beginnings with a star. Copies are folded into the report that
they repeat unless they are asked for.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from stocktake.casebook.deciding import Standing
from stocktake.casebook.journal import undone_numbers
from stocktake.casebook.keep import Kept
from stocktake.casebook.selecting import UNDATED, words_of
from stocktake.casebook.tables import claims, journal, reports
from stocktake.vocabulary import Claim, Decision, EventType

sa.Index("claims_by_event_and_report", claims.c.event, claims.c.report)
sa.Index("claims_by_agent_and_report", claims.c.agent, claims.c.report)
sa.Index("claims_by_recipient_and_report", claims.c.recipient, claims.c.report)
sa.Index("reports_by_copy", reports.c.copy_of)
sa.Index("reports_by_outlet", reports.c.outlet)

TERM = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')
SNIPPET = 220


class ReportSearch(msgspec.Struct, frozen=True, kw_only=True):
    """Which reports are asked for; what is empty does not limit. `month` is "2023-02"."""

    words: str = ""
    outlet: str | None = None
    month: str | None = None
    party: str | None = None
    event: EventType | None = None
    copies: bool = False
    relevance: bool = False
    limit: int = 25
    offset: int = 0


class FoundReport(msgspec.Struct, frozen=True, kw_only=True):
    """A report in a list: its heading, how many claims stand in it, how many copies repeat it, words around the hit."""

    id: str
    title: str | None
    outlet: str | None
    published: dt.date | None
    url: str | None
    language: str
    unread: bool
    copy_of: str | None
    words: int
    added: dt.datetime
    claims: int
    copies: int
    snippet: str


class Copy(msgspec.Struct, frozen=True, kw_only=True):
    """A report that repeats another: enough to name it."""

    id: str
    title: str | None
    outlet: str | None
    published: dt.date | None


class JournalRow(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the journal, with the report and the claim that it is about where it is about one."""

    decision: Decision
    report: str | None = None
    claim: Claim | None = None


class FacetValue(msgspec.Struct, frozen=True):
    """One value that a facet offers and the number of reports that have it."""

    value: str
    count: int


class FoundReports(msgspec.Struct, frozen=True, kw_only=True):
    """One page of reports, and how many there are."""

    reports: tuple[FoundReport, ...]
    total: int


class Term(msgspec.Struct, frozen=True):
    """One part of a query: words in this order, wanted or not; the last word may be a beginning."""

    words: tuple[str, ...]
    wanted: bool = True
    beginning: bool = False


def terms(query: str) -> tuple[Term, ...]:
    """The parts of a query; what holds no letter or digit is dropped."""
    found = []
    for minus, phrase, word in TERM.findall(query):
        text = phrase or word
        words = tuple(re.findall(r"\w+", text))
        if words:
            found.append(Term(words, wanted=not minus, beginning=text.endswith("*")))
    return tuple(found)


def as_fts5(parts: Iterable[Term]) -> str | None:
    """The query as FTS5 writes it; None where nothing is wanted (FTS5 cannot look for what is not there alone)."""
    written = [('"' + " ".join(part.words) + '"' + ("*" if part.beginning else ""), part.wanted) for part in parts]
    wanted = [text for text, is_wanted in written if is_wanted]
    unwanted = [text for text, is_wanted in written if not is_wanted]
    if not wanted:
        return None
    query = " AND ".join(wanted)
    return f"({query}) NOT ({' OR '.join(unwanted)})" if unwanted else query


def as_tsquery(parts: Iterable[Term]) -> str | None:
    """The query as PostgreSQL's to_tsquery reads it."""
    written = []
    for part in parts:
        words = [f"'{word}'" for word in part.words]
        if part.beginning:
            words[-1] += ":*"
        text = "(" + " <-> ".join(words) + ")"
        written.append(text if part.wanted else "!" + text)
    return " & ".join(written) if any(part.wanted for part in parts) else None


def snippet(text: str, parts: Iterable[Term]) -> str:
    """Some words of the text around the first wanted word, else its beginning after the headline."""
    wanted = [re.escape(word) for part in parts if part.wanted for word in part.words]
    body = text.split("\n", 1)[-1].strip() or text
    at = re.search(r"\b(?:" + "|".join(wanted) + ")", body, re.IGNORECASE) if wanted else None
    start = 0 if at is None else max(0, at.start() - SNIPPET // 3)
    return _clipped(body, start, start + SNIPPET)


def _clipped(text: str, start: int, end: int) -> str:
    piece = text[start:end]
    if end < len(text):
        piece = piece.rsplit(" ", 1)[0] + " …"
    if start > 0:
        piece = "… " + piece.split(" ", 1)[-1]
    return " ".join(piece.split())


class Searched(Kept):
    """The part of a casebook that finds reports."""

    def search(self, wanted: ReportSearch) -> FoundReports:
        """One page of the reports asked for, newest first, or the best match first."""
        conditions = self._conditions(wanted)
        parts = terms(wanted.words)
        counts = (
            sa.select(sa.func.count())
            .where(claims.c.report == reports.c.id, claims.c.rejected == sa.false())
            .correlate(reports)
            .scalar_subquery()
        )
        chosen = self._in_order(sa.select(reports.c.id).where(*conditions), wanted)
        chosen = chosen.limit(wanted.limit).offset(wanted.offset)
        with self.reading() as connection:
            total = connection.execute(sa.select(sa.func.count()).select_from(reports).where(*conditions)).scalar_one()
            ids = list(connection.execute(chosen).scalars())
            query = sa.select(reports, counts.label("claims")).where(reports.c.id.in_(ids))
            rows = {row["id"]: row for row in connection.execute(query).mappings()}
            repeats = _repeats(connection, ids)
        return FoundReports(
            reports=tuple(_found(rows[key], parts, repeats.get(key, 0)) for key in ids),
            total=total,
        )

    def facets(self, wanted: ReportSearch) -> dict[str, tuple[FacetValue, ...]]:
        """For each facet its commonest values among the reports asked for, that facet's own choice set aside."""
        without = msgspec.structs.replace
        with self.reading() as connection:
            return {
                "outlet": self._outlets(connection, without(wanted, outlet=None)),
                "month": self._months(connection, without(wanted, month=None)),
                "event": self._events(connection, without(wanted, event=None)),
                "party": self._parties(connection, without(wanted, party=None)),
            }

    def standings(self, report_id: str) -> tuple[Standing, ...]:
        """A report's claims in the order of its text, rejected ones too: as they stand and as they were read."""
        query = (
            sa.select(claims.c.body, claims.c.read, claims.c.rejected, claims.c.decided)
            .where(claims.c.report == report_id)
            .order_by(claims.c.position, claims.c.id)
        )
        with self.reading() as connection:
            rows = connection.execute(query).all()
        decode = msgspec.json.Decoder(Claim).decode
        return tuple(
            Standing(
                claim=decode(row.body),
                read=(decode(row.read) if row.read is not None else None) if row.decided else decode(row.body),
                rejected=row.rejected,
                decided=row.decided,
            )
            for row in rows
        )

    def journal_page(
        self, *, author: str | None = None, action: str | None = None, limit: int, offset: int = 0
    ) -> tuple[tuple[JournalRow, ...], int]:
        """Entries of the journal, newest first, with where each leads; and how many there are."""
        conditions = [
            column == value for column, value in ((journal.c.author, author), (journal.c.action, action)) if value
        ]
        query = sa.select(journal).where(*conditions).order_by(journal.c.number.desc()).limit(limit).offset(offset)
        with self.reading() as connection:
            total = connection.execute(sa.select(sa.func.count()).select_from(journal).where(*conditions)).scalar_one()
            undone = undone_numbers(connection)
            rows = connection.execute(query).mappings().all()
        return tuple(journal_row(row, undone) for row in rows), total

    def state(self) -> tuple[int, int]:
        """Two numbers that change when a report or a decision comes in: what was counted before is then out of date."""
        with self.reading() as connection:
            reports_kept = connection.execute(sa.select(sa.func.count()).select_from(reports)).scalar_one()
            last = connection.execute(sa.select(sa.func.max(journal.c.number))).scalar()
        return reports_kept, last or 0

    def copies_of(self, report_id: str) -> tuple[Copy, ...]:
        """The reports that repeat this one."""
        return self._headings(reports.c.copy_of == report_id)

    def original_of(self, report_id: str) -> Copy | None:
        """The report that this one repeats."""
        original = sa.select(reports.c.copy_of).where(reports.c.id == report_id).scalar_subquery()
        return next(iter(self._headings(reports.c.id == original)), None)

    def _headings(self, condition: sa.ColumnElement[bool]) -> tuple[Copy, ...]:
        heading = sa.select(reports.c.id, reports.c.title, reports.c.outlet, reports.c.published)
        query = heading.where(condition).order_by(reports.c.day, reports.c.id)
        with self.reading() as connection:
            return tuple(Copy(**row) for row in connection.execute(query).mappings())

    # ----------------------------------------------------------------------------------------- conditions

    def _conditions(self, wanted: ReportSearch) -> list[sa.ColumnElement[bool]]:
        found: list[sa.ColumnElement[bool]] = []
        if wanted.words.strip():
            found.append(self._words(terms(wanted.words)))
        if wanted.outlet is not None:
            found.append(reports.c.outlet == wanted.outlet)
        if wanted.month is not None:
            found.append(_in_month(wanted.month))
        if wanted.event is not None:
            found.append(self._with_claim(claims.c.event == wanted.event.value))
        if wanted.party is not None:
            found.append(self._with_claim(_party(wanted.party)))
        if not wanted.copies:
            found.append(reports.c.copy_of.is_(None))
        return found

    def _with_claim(self, condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
        return reports.c.id.in_(sa.select(claims.c.report).where(condition, claims.c.rejected == sa.false()))

    def _words(self, parts: tuple[Term, ...]) -> sa.ColumnElement[bool]:
        if self.engine.dialect.name == "sqlite":
            query = as_fts5(parts)
            if query is None:
                return sa.false()
            matching = sa.text(
                "SELECT n.report FROM report_words w JOIN report_numbers n ON n.number = w.rowid "
                "WHERE report_words MATCH :full_text"
            ).bindparams(full_text=query)
            return reports.c.id.in_(matching.columns(sa.column("report")).scalar_subquery())
        query = as_tsquery(parts)
        if query is None:
            return sa.false()
        return _vector().op("@@")(sa.func.to_tsquery(sa.literal_column("'english'"), query))

    def _in_order(self, chosen: sa.Select[Any], wanted: ReportSearch) -> sa.Select[Any]:
        newest = (sa.case((reports.c.day == UNDATED, 1), else_=0), reports.c.day.desc(), reports.c.id)
        parts = terms(wanted.words)
        query = as_fts5(parts)
        if not wanted.relevance or query is None:
            return chosen.order_by(*newest)
        if self.engine.dialect.name == "sqlite":
            ranked = (
                sa.text(
                    "SELECT n.report AS report, bm25(report_words, 5.0, 1.0) AS worse FROM report_words "
                    "JOIN report_numbers n ON n.number = report_words.rowid WHERE report_words MATCH :ranked"
                )
                .bindparams(ranked=query)
                .columns(sa.column("report"), sa.column("worse"))
                .subquery("ranked")
            )
            return chosen.join(ranked, ranked.c.report == reports.c.id).order_by(ranked.c.worse, *newest)
        tsquery = sa.func.to_tsquery(sa.literal_column("'english'"), as_tsquery(parts))
        return chosen.order_by(sa.func.ts_rank(_vector(), tsquery).desc(), *newest)

    # ----------------------------------------------------------------------------------------- facets

    def _outlets(self, connection: sa.Connection, wanted: ReportSearch) -> tuple[FacetValue, ...]:
        query = (
            sa.select(reports.c.outlet, sa.func.count())
            .where(reports.c.outlet.is_not(None), *self._conditions(wanted))
            .group_by(reports.c.outlet)
        )
        return commonest((outlet, count) for outlet, count in connection.execute(query))

    def _months(self, connection: sa.Connection, wanted: ReportSearch) -> tuple[FacetValue, ...]:
        month = (
            sa.func.substr(reports.c.day, 1, 7)
            if self.engine.dialect.name == "sqlite"
            else sa.func.to_char(reports.c.day, sa.literal_column("'YYYY-MM'"))
        )
        query = (
            sa.select(month.label("month"), sa.func.count())
            .where(reports.c.day != UNDATED, *self._conditions(wanted))
            .group_by("month")
            .order_by(sa.desc("month"))
        )
        return tuple(FacetValue(value, count) for value, count in connection.execute(query))

    def _events(self, connection: sa.Connection, wanted: ReportSearch) -> tuple[FacetValue, ...]:
        return commonest(self._counted(connection, claims.c.event, wanted))

    def _parties(self, connection: sa.Connection, wanted: ReportSearch) -> tuple[FacetValue, ...]:
        """Agents and recipients together; a report that has a party as both is counted as often as the larger."""
        counts: dict[str, int] = {}
        for column in (claims.c.agent, claims.c.recipient):
            side: dict[str, int] = {}
            for names, count in self._counted(connection, column, wanted):
                for name in (part.strip() for part in (names or "").split(";")):
                    if name:
                        side[name] = side.get(name, 0) + count
            for name, count in side.items():
                counts[name] = max(counts.get(name, 0), count)
        return commonest(counts.items())

    def _counted(
        self, connection: sa.Connection, column: sa.Column[Any], wanted: ReportSearch
    ) -> Iterable[tuple[str, int]]:
        pairs = sa.select(column.label("value"), claims.c.report).distinct().where(claims.c.rejected == sa.false())
        if conditions := self._conditions(wanted):
            pairs = pairs.where(claims.c.report.in_(sa.select(reports.c.id).where(*conditions)))
        inner = pairs.subquery()
        query = sa.select(inner.c.value, sa.func.count()).group_by(inner.c.value)
        return [(value, count) for value, count in connection.execute(query) if value is not None]


def _repeats(connection: sa.Connection, ids: Sequence[str]) -> dict[str, int]:
    """By report, how many repeat it."""
    query = sa.select(reports.c.copy_of, sa.func.count()).where(reports.c.copy_of.in_(ids)).group_by(reports.c.copy_of)
    return {original: number for original, number in connection.execute(query)}


def _found(row: sa.RowMapping, parts: tuple[Term, ...], repeats: int) -> FoundReport:
    return FoundReport(
        id=row["id"],
        title=row["title"],
        outlet=row["outlet"],
        published=row["published"],
        url=row["url"],
        language=row["language"],
        unread=row["unread"],
        copy_of=row["copy_of"],
        words=row["words"],
        added=dt.datetime.fromisoformat(row["added"]),
        claims=row["claims"],
        copies=repeats,
        snippet=snippet(row["text"], parts),
    )


def journal_row(row: sa.RowMapping, undone: frozenset[int]) -> JournalRow:
    """The entry that a row of the journal holds."""
    decision = Decision(
        number=row["number"],
        at=dt.datetime.fromisoformat(row["at"]),
        author=row["author"],
        action=row["action"],
        target=row["target"],
        value=msgspec.json.decode(row["value"]),
        reason=row["reason"],
        undone=row["number"] in undone,
    )
    claim = msgspec.json.decode(row["about"], type=Claim) if row["about"] else None
    return JournalRow(decision=decision, report=row["report"], claim=claim)


def commonest(counts: Iterable[tuple[str | None, int]]) -> tuple[FacetValue, ...]:
    """Values with their counts, the commonest first."""
    named = [(value, count) for value, count in counts if value]
    return tuple(FacetValue(value, count) for value, count in sorted(named, key=lambda pair: (-pair[1], pair[0])))


def _in_month(month: str) -> sa.ColumnElement[bool]:
    try:
        first = dt.date.fromisoformat(f"{month}-01")
    except ValueError:
        return sa.false()
    last = (first + dt.timedelta(days=31)).replace(day=1)
    return sa.and_(reports.c.day >= first, reports.c.day < last)


def _party(name: str) -> sa.ColumnElement[bool]:
    """Claims that name exactly this party, alone or among several, as agent or recipient."""
    pattern = words_of(name).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return sa.literal(" ;").concat(claims.c.parties).concat("; ").like(f"% ; {pattern} ; %", escape="\\")


def _vector() -> sa.ColumnElement[Any]:
    """Exactly the expression that the index is on, else PostgreSQL would not use it."""
    return sa.literal_column("to_tsvector('english', coalesce(reports.title, '') || ' ' || reports.text)")
