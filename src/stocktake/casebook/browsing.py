"""Looking through findings, conflicts and sources a page at a time: conditions, counts and limits in SQL.

`weighed` makes these rows and explains a single finding; here they are found among many, with facets to narrow by.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from stocktake.casebook.journal import undone_numbers
from stocktake.casebook.search import Copy, FacetValue, commonest, journal_row
from stocktake.casebook.selecting import UNDATED, words_of
from stocktake.casebook.tables import claims, journal, reports
from stocktake.casebook.weighed import Weighed
from stocktake.casebook.weighed_tables import conflicts, findings, testimony
from stocktake.vocabulary import Claim, Conflict, ConflictKind, Decision, EventType, Finding, Modality

PORTION = 500
SORTS = ("reported", "probability", "origins", "time", "claims")


class FindingSearch(msgspec.Struct, frozen=True, kw_only=True):
    """Which findings are asked for; what is empty does not limit.

    `words` are looked for in parties and items; `word` is the ICD 203 word; `since` and `until` go by the days of the
    event, or where none are known by those of the reports. `sort` is one of SORTS.
    """

    words: str = ""
    event: EventType | None = None
    party: str | None = None
    family: str | None = None
    modality: Modality | None = None
    word: str | None = None
    disputed: bool = False
    since: dt.date | None = None
    until: dt.date | None = None
    sort: str = "reported"
    limit: int = 25
    offset: int = 0


class FoundFindings(msgspec.Struct, frozen=True, kw_only=True):
    """One page of findings, and how many there are."""

    findings: tuple[Finding, ...]
    total: int


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A claim with the report that tells it."""

    claim: Claim
    report: Copy


class FoundConflicts(msgspec.Struct, frozen=True, kw_only=True):
    """One page of conflicts, how many there are, and how many of each kind."""

    conflicts: tuple[Conflict, ...]
    total: int
    kinds: tuple[FacetValue, ...]


class Holdings(msgspec.Struct, frozen=True, kw_only=True):
    """How much a casebook holds."""

    reports: int
    copies: int
    unread: int
    claims: int
    findings: int
    disputed: int
    conflicts: int
    first: dt.date | None
    last: dt.date | None


class Since(msgspec.Struct, frozen=True, kw_only=True):
    """What changed since a moment."""

    reports: int
    claims: int
    findings: tuple[str, ...]
    decisions: int


class Browsed(Weighed):
    """The part of a casebook that looks through findings."""

    # ----------------------------------------------------------------------------------------- findings

    def find_findings(self, wanted: FindingSearch) -> FoundFindings:
        """One page of the findings asked for."""
        self._keep_up()
        conditions = _conditions(wanted)
        query = sa.select(findings.c.body).where(*conditions).order_by(*_order(wanted.sort))
        decode = msgspec.json.Decoder(Finding).decode
        with self.reading() as connection:
            total = connection.execute(sa.select(sa.func.count()).select_from(findings).where(*conditions)).scalar_one()
            bodies = connection.execute(query.limit(wanted.limit).offset(wanted.offset)).scalars()
            return FoundFindings(findings=tuple(decode(body) for body in bodies), total=total)

    def finding_facets(self, wanted: FindingSearch) -> dict[str, tuple[FacetValue, ...]]:
        """For each facet its commonest values among the findings asked for, that facet's own choice set aside."""
        self._keep_up()
        f = findings.c
        with self.reading() as connection:

            def count(column: sa.Column[Any], **aside: Any) -> Iterable[tuple[str | None, int]]:
                conditions = _conditions(msgspec.structs.replace(wanted, **aside))
                query = sa.select(column, sa.func.count()).where(*conditions).group_by(column)
                return [(value, number) for value, number in connection.execute(query)]

            parties: dict[str, int] = {}
            for column in (f.agent, f.recipient):
                for names, number in count(column, party=None):
                    for name in {part.strip() for part in (names or "").split(";")} - {""}:
                        parties[name] = parties.get(name, 0) + number
            return {
                "event": commonest(count(f.event, event=None)),
                "party": commonest(parties.items()),
                "family": commonest(count(f.family, family=None)),
                "modality": commonest(count(f.modality, modality=None)),
                "word": commonest(count(f.word, word=None)),
            }

    def findings_named(self, ids: Iterable[str]) -> dict[str, Finding]:
        """Findings by id; those that are gone are left out."""
        decode = msgspec.json.Decoder(Finding).decode
        found: dict[str, Finding] = {}
        with self.reading() as connection:
            for portion in _portions(ids):
                rows = connection.execute(sa.select(findings.c.id, findings.c.body).where(findings.c.id.in_(portion)))
                found.update((key, decode(body)) for key, body in rows)
        return found

    def told(self, claim_ids: Iterable[str]) -> dict[str, Told]:
        """Claims by id, each with the report that tells it."""
        decode = msgspec.json.Decoder(Claim).decode
        found: dict[str, Told] = {}
        query = sa.select(
            claims.c.id, claims.c.body, reports.c.id, reports.c.title, reports.c.outlet, reports.c.published
        ).join_from(claims, reports, reports.c.id == claims.c.report)
        with self.reading() as connection:
            for portion in _portions(claim_ids):
                for key, body, report, title, outlet, published in connection.execute(
                    query.where(claims.c.id.in_(portion))
                ):
                    heading = Copy(id=report, title=title, outlet=outlet, published=published)
                    found[key] = Told(claim=decode(body), report=heading)
        return found

    def series_of(self, finding: Finding) -> tuple[Finding, ...]:
        """The counts over time that a finding is one of, itself among them, the earliest first."""
        if finding.series is None:
            return ()
        f = findings.c
        query = sa.select(f.body).where(f.series == finding.series).order_by(f.first_reported, f.last_day, f.id)
        return self._bodies(query)

    def alike(self, finding: Finding, *, limit: int) -> tuple[Finding, ...]:
        """Other findings that may be of the same happening: same event and a party or the family in common."""
        f = findings.c
        shared = [
            column == value
            for column, value in (
                (f.agent, finding.agent),
                (f.recipient, finding.recipient),
                (f.family, finding.family),
            )
            if value is not None
        ]
        if not shared:
            return ()
        common = sum((sa.case((condition, 1), else_=0) for condition in shared[1:]), sa.case((shared[0], 1), else_=0))
        query = (
            sa.select(f.body)
            .where(f.event == finding.event.value, f.id != finding.id, sa.or_(*shared))
            .order_by(common.desc(), f.origins.desc(), f.id)
            .limit(limit)
        )
        return self._bodies(query)

    def _bodies(self, query: sa.Select[Any]) -> tuple[Finding, ...]:
        decode = msgspec.json.Decoder(Finding).decode
        with self.reading() as connection:
            return tuple(decode(body) for body in connection.execute(query).scalars())

    # ----------------------------------------------------------------------------------------- what surrounds them

    def find_conflicts(self, kind: ConflictKind | None = None, *, limit: int, offset: int = 0) -> FoundConflicts:
        """One page of conflicts, those about what was last reported first."""
        self._keep_up()
        conditions = [conflicts.c.kind == kind.value] if kind else []
        query = (
            sa.select(conflicts.c.body)
            .join(findings, findings.c.id == conflicts.c.finding)
            .where(*conditions)
            .order_by(findings.c.last_reported.desc(), conflicts.c.id)
            .limit(limit)
            .offset(offset)
        )
        by_kind = sa.select(conflicts.c.kind, sa.func.count()).group_by(conflicts.c.kind)
        with self.reading() as connection:
            kinds = commonest((name, number) for name, number in connection.execute(by_kind))
            bodies = connection.execute(query).scalars().all()
        total = sum(value.count for value in kinds if kind is None or value.value == kind.value)
        decode = msgspec.json.Decoder(Conflict).decode
        return FoundConflicts(conflicts=tuple(decode(body) for body in bodies), total=total, kinds=kinds)

    def said_by(self, voice: str, *, limit: int, offset: int = 0) -> tuple[tuple[Told, ...], int, dict[str, str]]:
        """What a source said, latest first; how many claims there are; and the finding of each claim shown."""
        self._keep_up()
        chosen = (
            sa.select(testimony.c.claim, testimony.c.finding)
            .join(claims, claims.c.id == testimony.c.claim)
            .where(testimony.c.voice == voice)
            .order_by(sa.case((claims.c.day == UNDATED, 1), else_=0), claims.c.day.desc(), claims.c.id)
            .limit(limit)
            .offset(offset)
        )
        with self.reading() as connection:
            rows = connection.execute(chosen).all()
            total = connection.execute(
                sa.select(sa.func.count()).select_from(testimony).where(testimony.c.voice == voice)
            ).scalar_one()
        told = self.told(row.claim for row in rows)
        return tuple(told[row.claim] for row in rows if row.claim in told), total, {r.claim: r.finding for r in rows}

    def decided(self, *actions: str) -> tuple[Decision, ...]:
        """The decisions of some kinds, in the order they were made."""
        query = sa.select(journal).where(journal.c.action.in_(actions)).order_by(journal.c.number)
        with self.reading() as connection:
            undone = undone_numbers(connection)
            return tuple(journal_row(row, undone).decision for row in connection.execute(query).mappings())

    # ----------------------------------------------------------------------------------------- overview

    def holdings(self) -> Holdings:
        """How much there is."""
        self._keep_up()

        def number(table: sa.FromClause, *conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
            return sa.select(sa.func.count()).select_from(table).where(*conditions).scalar_subquery()

        dated = reports.c.day != UNDATED
        query = sa.select(
            number(reports).label("reports"),
            number(reports, reports.c.copy_of.is_not(None)).label("copies"),
            number(reports, reports.c.unread == sa.true()).label("unread"),
            number(claims, claims.c.rejected == sa.false()).label("claims"),
            number(findings).label("findings"),
            number(findings, findings.c.disputed == sa.true()).label("disputed"),
            number(conflicts).label("conflicts"),
            sa.select(sa.func.min(reports.c.day)).where(dated).scalar_subquery().label("first"),
            sa.select(sa.func.max(reports.c.day)).where(dated).scalar_subquery().label("last"),
        )
        with self.reading() as connection:
            return Holdings(**connection.execute(query).mappings().one())

    def since(self, moment: dt.datetime, *, limit: int = 8) -> Since:
        """What came in after a moment: reports, their claims, the findings that these touch, and decisions."""
        self._keep_up()
        written = moment.astimezone(dt.UTC).isoformat(timespec="seconds")
        new = sa.select(reports.c.id).where(reports.c.added > written)
        touched = (
            sa.select(findings.c.id)
            .where(findings.c.id.in_(sa.select(testimony.c.finding).where(testimony.c.report.in_(new))))
            .order_by(findings.c.origins.desc(), findings.c.id)
            .limit(limit)
        )
        with self.reading() as connection:
            return Since(
                reports=connection.execute(sa.select(sa.func.count()).select_from(new.subquery())).scalar_one(),
                claims=connection.execute(
                    sa.select(sa.func.count()).where(claims.c.report.in_(new), claims.c.rejected == sa.false())
                ).scalar_one(),
                findings=tuple(connection.execute(touched).scalars()),
                decisions=connection.execute(sa.select(sa.func.count()).where(journal.c.at > written)).scalar_one(),
            )


def _conditions(wanted: FindingSearch) -> list[sa.ColumnElement[bool]]:
    f = findings.c
    found: list[sa.ColumnElement[bool]] = []
    for column, value in ((f.event, wanted.event), (f.modality, wanted.modality)):
        if value is not None:
            found.append(column == value.value)
    for column, text in ((f.family, wanted.family), (f.word, wanted.word)):
        if text is not None:
            found.append(column == text)
    if wanted.party is not None:
        pattern = _escaped(words_of(wanted.party))
        found.append(sa.literal(" ;").concat(f.parties).concat("; ").like(f"% ; {pattern} ; %", escape="\\"))
    for word in words_of(wanted.words).replace("*", " ").replace(";", " ").split():
        pattern = f"% {_escaped(word)}%"
        found.append(f.parties.like(pattern, escape="\\") | f.things.like(pattern, escape="\\"))
    if wanted.disputed:
        found.append(f.disputed == sa.true())
    if wanted.since is not None:
        found.append(sa.func.coalesce(f.last_day, f.first_day, f.last_reported) >= wanted.since)
    if wanted.until is not None:
        found.append(sa.func.coalesce(f.first_day, f.last_day, f.first_reported) <= wanted.until)
    return found


def _order(sort: str) -> list[sa.ColumnElement[Any]]:
    f = findings.c
    first = {
        "probability": [f.probability.desc(), f.origins.desc()],
        "origins": [f.origins.desc(), f.probability.desc()],
        "claims": [f.claims.desc()],
        "time": [sa.func.coalesce(f.first_day, f.last_day, f.first_reported).desc()],
    }.get(sort, [sa.case((f.last_reported == UNDATED, 1), else_=0), f.last_reported.desc(), f.origins.desc()])
    return [*first, f.id]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _portions(ids: Iterable[str]) -> Iterable[Sequence[str]]:
    every = list(dict.fromkeys(ids))
    return (every[at : at + PORTION] for at in range(0, len(every), PORTION))
