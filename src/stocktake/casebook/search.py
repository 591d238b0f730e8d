"""Finding reports: by their words, and by facets with counts, in SQL on both databases.

Words are found by SQLite's FTS5 or PostgreSQL's full text, both with English stems. A query is words that must all
be there, "quoted phrases", -words that must not, and beginnings with a star. Copies are folded into the report that
they repeat unless they are asked for.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from stocktake.casebook.deciding import Standing
from stocktake.casebook.journal import undone_numbers
from stocktake.casebook.keep import Kept
from stocktake.casebook.postings import Gathering, Postings, current, state
from stocktake.casebook.selecting import UNDATED
from stocktake.casebook.tables import claims, journal, reports
from stocktake.vocabulary import Claim, Decision, EventType

sa.Index("claims_by_event_and_report", claims.c.event, claims.c.rejected, claims.c.report)
sa.Index("claims_by_agent_and_report", claims.c.agent, claims.c.rejected, claims.c.report)
sa.Index("claims_by_recipient_and_report", claims.c.recipient, claims.c.rejected, claims.c.report)
sa.Index("reports_by_copy", reports.c.copy_of, reports.c.day, reports.c.id)
sa.Index("reports_by_outlet", reports.c.outlet, reports.c.copy_of)

TERM = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')
SNIPPET = 220
REPORT_FACETS = ("outlet", "month", "event", "party")


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
        parts = terms(wanted.words)
        postings = self._report_postings()
        matching = self._matching(postings, wanted)
        with self.reading() as connection:
            if wanted.relevance and as_fts5(parts) is not None:
                chosen = sa.select(reports.c.id).where(*self._conditions(wanted))
                best = self._best_first(chosen, parts).limit(wanted.limit).offset(wanted.offset)
                ids = list(connection.execute(best).scalars())
            else:
                ids = postings.page(matching, wanted.limit, wanted.offset)
            counts = (
                sa.select(sa.func.count())
                .where(claims.c.report == reports.c.id, claims.c.rejected == sa.false())
                .correlate(reports)
                .scalar_subquery()
            )
            query = sa.select(reports, counts.label("claims")).where(reports.c.id.in_(ids))
            rows = {row["id"]: row for row in connection.execute(query).mappings()}
            repeats = _repeats(connection, ids)
        return FoundReports(
            reports=tuple(_found(rows[key], parts, repeats.get(key, 0)) for key in ids if key in rows),
            total=matching.bit_count(),
        )

    def facets(self, wanted: ReportSearch) -> dict[str, tuple[FacetValue, ...]]:
        """For each facet its commonest values among the reports asked for, that facet's own choice set aside."""
        postings = self._report_postings()
        without = msgspec.structs.replace
        found = {}
        for facet in REPORT_FACETS:
            among = self._matching(postings, without(wanted, **{facet: None}))
            found[facet] = commonest(postings.counts(facet, among))
        found["month"] = tuple(sorted(found["month"], key=lambda value: value.value, reverse=True))
        return found

    def _matching(self, postings: Postings, wanted: ReportSearch) -> int:
        """The bitmap of the reports asked for; what has no bitmap of its own is looked up."""
        matching = postings.every
        if not wanted.copies:
            matching &= postings.having("copy", "no") or 0
        chosen: dict[str, tuple[str | None, ReportSearch]] = {
            "outlet": (wanted.outlet, ReportSearch(outlet=wanted.outlet, copies=True)),
            "month": (wanted.month, ReportSearch(month=wanted.month, copies=True)),
            "event": (wanted.event.value if wanted.event else None, ReportSearch(event=wanted.event, copies=True)),
            "party": (wanted.party, ReportSearch(party=wanted.party, copies=True)),
            "words": (wanted.words.strip() or None, ReportSearch(words=wanted.words, copies=True)),
        }
        for facet, (value, alone) in chosen.items():
            if value is not None:
                having = postings.having(facet, value)
                matching &= having if having is not None else postings.of_keys(self._ids(alone))
        return matching

    def _ids(self, wanted: ReportSearch) -> list[str]:
        with self.reading() as connection:
            return list(connection.execute(sa.select(reports.c.id).where(*self._conditions(wanted))).scalars())

    def _report_postings(self) -> Postings:
        return current((self.address, "reports"), state(self), self._gather_reports)

    def _gather_reports(self) -> Postings:
        """Every report in list order with its outlet, month, events and parties."""
        gathering = Gathering()
        numbers: dict[str, int] = {}
        by_day = sa.select(reports.c.id, reports.c.outlet, reports.c.day, reports.c.copy_of).order_by(
            reports.c.day.desc(), reports.c.id
        )
        stated = sa.select(claims.c.report, claims.c.event, claims.c.agent, claims.c.recipient).where(
            claims.c.rejected == sa.false()
        )
        with self.reading() as connection:
            rows = connection.execute(by_day).all()
            for key, outlet, day, copy_of in sorted(rows, key=lambda row: row.day == UNDATED):
                row = numbers[key] = gathering.add(key)
                gathering.has(row, "outlet", outlet)
                gathering.has(row, "month", None if day == UNDATED else f"{day:%Y-%m}")
                gathering.has(row, "copy", "no" if copy_of is None else "yes")
            for report, event, agent, recipient in connection.execute(stated):
                row = numbers.get(report, -1)
                if row >= 0:
                    gathering.has(row, "event", event)
                    for party in names_in(agent, recipient):
                        gathering.has(row, "party", party)
        return gathering.done()

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

    def state(self) -> Hashable:
        """What changes with every commit, by whatever process: what was counted before it is then out of date."""
        return state(self)

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
            found.append(self._with_claim(party_named(claims.c.agent, claims.c.recipient, wanted.party)))
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

    def _best_first(self, chosen: sa.Select[Any], parts: tuple[Term, ...]) -> sa.Select[Any]:
        if self.engine.dialect.name == "sqlite":
            ranked = (
                sa.text(
                    "SELECT n.report AS report, bm25(report_words, 5.0, 1.0) AS worse FROM report_words "
                    "JOIN report_numbers n ON n.number = report_words.rowid WHERE report_words MATCH :ranked"
                )
                .bindparams(ranked=as_fts5(parts))
                .columns(sa.column("report"), sa.column("worse"))
                .subquery("ranked")
            )
            return chosen.join(ranked, ranked.c.report == reports.c.id).order_by(ranked.c.worse, reports.c.id)
        tsquery = sa.func.to_tsquery(sa.literal_column("'english'"), as_tsquery(parts))
        return chosen.order_by(sa.func.ts_rank(_vector(), tsquery).desc(), reports.c.id)


def _repeats(connection: sa.Connection, ids: Sequence[str]) -> dict[str, int]:
    """By report, how many repeat it."""
    of, number = reports.c.copy_of, sa.func.count().label("number")
    rows = connection.execute(sa.select(of, number).where(of.in_(ids)).group_by(of))
    return {row.copy_of: row.number for row in rows}


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


def names_in(*sides: str | None) -> list[str]:
    """The single names in slots that may hold several, joined with ";"."""
    return [name for side in sides if side for part in side.split(";") if (name := part.strip())]


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


def party_named(agent: sa.Column[str], recipient: sa.Column[str], name: str) -> sa.ColumnElement[bool]:
    """Rows that name exactly this party, alone or among several joined with ";", as agent or recipient.

    The few different names that hold the party are found first, so that the indexes on both columns serve.
    """
    escaped = name.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

    def holds(column: sa.Column[str]) -> sa.ColumnElement[bool]:
        among = sa.literal("; ").concat(column).concat(";").like(f"%; {escaped};%", escape="\\")
        names = sa.select(column).distinct().where(column.is_not(None), among)
        return column.in_(names)

    return holds(agent) | holds(recipient)


def _vector() -> sa.ColumnElement[Any]:
    """Exactly the expression that the index is on, else PostgreSQL would not use it."""
    return sa.literal_column("to_tsvector('english', coalesce(reports.title, '') || ' ' || reports.text)")
