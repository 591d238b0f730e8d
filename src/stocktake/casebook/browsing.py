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
from stocktake.casebook.postings import Gathering, Postings, current, state
from stocktake.casebook.search import Copy, FacetValue, commonest, journal_row, names_in, party_named
from stocktake.casebook.selecting import UNDATED, latest_first, words_of
from stocktake.casebook.tables import claims, journal, reports
from stocktake.casebook.weighed import Weighed
from stocktake.casebook.weighed_tables import conflicts, findings, testimony
from stocktake.vocabulary import Claim, Conflict, ConflictKind, Decision, EventType, Finding, Modality

PORTION = 500
FINDING_FACETS = ("event", "party", "family", "modality", "word")

sa.Index("testimony_by_voice", testimony.c.voice)


class FindingSearch(msgspec.Struct, frozen=True, kw_only=True):
    """Which findings are asked for; what is empty does not limit.

    `words` are looked for in parties and items; `word` is the ICD 203 word; `since` and `until` go by the days of the
    event, or where none are known by those of the reports. `sort` is "probability",
    "origins", "claims" or "time"; anything else is by the day of the last report.
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
        postings = self._finding_postings()
        matching = self._matching_findings(postings, wanted)
        ids = postings.page(matching, wanted.limit, wanted.offset, wanted.sort)
        found = self.findings_named(ids)
        return FoundFindings(findings=tuple(found[key] for key in ids if key in found), total=matching.bit_count())

    def finding_facets(self, wanted: FindingSearch) -> dict[str, tuple[FacetValue, ...]]:
        """For each facet its commonest values among the findings asked for, that facet's own choice set aside."""
        postings = self._finding_postings()
        without = msgspec.structs.replace
        return {
            facet: commonest(
                postings.counts(facet, self._matching_findings(postings, without(wanted, **{facet: None})))
            )
            for facet in FINDING_FACETS
        }

    def _matching_findings(self, postings: Postings, wanted: FindingSearch) -> int:
        """The bitmap of the findings asked for; what has no bitmap of its own is looked up."""
        matching = postings.every
        for facet in FINDING_FACETS:
            value = getattr(wanted, facet)
            if value is None:
                continue
            having = postings.having(facet, str(value))
            alone = FindingSearch(**{facet: value})
            matching &= having if having is not None else postings.of_keys(self._finding_ids(alone))
        if wanted.disputed:
            matching &= postings.having("disputed", "yes") or 0
        if wanted.words.strip() or wanted.since or wanted.until:
            told = FindingSearch(words=wanted.words, since=wanted.since, until=wanted.until)
            matching &= postings.of_keys(self._finding_ids(told))
        return matching

    def _finding_ids(self, wanted: FindingSearch) -> list[str]:
        with self.reading() as connection:
            return list(connection.execute(sa.select(findings.c.id).where(*_conditions(wanted))).scalars())

    def _finding_postings(self) -> Postings:
        self._keep_up()
        return current((self.address, "findings"), state(self), self._gather_findings)

    def _gather_findings(self) -> Postings:
        """Every finding in list order, the last reported first, with its facets; and the other orders."""
        f = findings.c
        wanted = sa.select(
            f.id, f.event, f.agent, f.recipient, f.family, f.modality, f.word, f.disputed, f.last_reported,
            f.probability, f.origins, f.claims, sa.func.coalesce(f.first_day, f.last_day, f.first_reported).label("at"),
        ).order_by(f.last_reported.desc(), f.origins.desc(), f.id)  # fmt: skip
        gathering = Gathering()
        with self.reading() as connection:
            rows = sorted(connection.execute(wanted), key=lambda row: row.last_reported == UNDATED)
        for each in rows:
            row = gathering.add(each.id)
            gathering.has(row, "event", each.event)
            gathering.has(row, "family", each.family)
            gathering.has(row, "modality", each.modality)
            gathering.has(row, "word", each.word)
            gathering.has(row, "disputed", "yes" if each.disputed else None)
            for party in names_in(each.agent, each.recipient):
                gathering.has(row, "party", party)
        made = gathering.done()
        numbers = range(len(rows))
        made.order("probability", sorted(numbers, key=lambda n: -rows[n].probability))
        made.order("origins", sorted(numbers, key=lambda n: -rows[n].origins))
        made.order("claims", sorted(numbers, key=lambda n: -rows[n].claims))
        made.order("time", sorted(numbers, key=lambda n: str(rows[n].at), reverse=True))
        return made

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
        matter = sa.select(f.matter).where(f.id == finding.id).scalar_subquery()
        same = (f.matter == matter) & (f.series == finding.series)  # a series lies in one matter, which has an index
        query = sa.select(f.body).where(same).order_by(f.first_reported, f.last_day, f.id)
        return self._bodies(query)

    def alike(self, finding: Finding, *, limit: int) -> tuple[Finding, ...]:
        """Other findings that may be of the same happening: same event, first with all, then with some of its
        parties and its item family in common, those on most origins first."""
        postings = self._finding_postings()
        event = postings.having("event", finding.event.value) or 0
        shared = [postings.having("party", name) for name in names_in(finding.agent, finding.recipient)]
        shared.append(postings.having("family", finding.family) if finding.family else None)
        known = [rows for rows in shared if rows]
        if not known:
            return ()
        every, some = event, 0
        for rows in known:
            every &= rows
            some |= rows
        ids = postings.page(every, limit + 1, 0, "origins")
        if len(ids) <= limit:
            ids += postings.page(event & some & ~every, limit, 0, "origins")
        found = self.findings_named(key for key in ids if key != finding.id)
        return tuple(found[key] for key in ids if key in found)[:limit]

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
            .order_by(*latest_first(claims.c.day), claims.c.id)
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
        found.append(party_named(f.agent, f.recipient, wanted.party))
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


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _portions(ids: Iterable[str]) -> Iterable[Sequence[str]]:
    every = list(dict.fromkeys(ids))
    return (every[at : at + PORTION] for at in range(0, len(every), PORTION))
