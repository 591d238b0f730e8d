"""Findings in the casebook: kept up to date with reports, claims and decisions, by weighing what these touch.

Triggers note every report whose text or claims change. Before findings are shown, what is noted and what analysts
decided since is weighed, and the rows of the matters that this touches are replaced. All of it is derived:
`book.weigh(afresh=True)` throws the rows away and makes the same ones again.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import msgspec
import sqlalchemy as sa

from stocktake import weighing
from stocktake.casebook import journal
from stocktake.casebook.checking import Problem
from stocktake.casebook.faults import AmbiguousId, InvalidDecision, ReadOnlyCasebook, UnknownId
from stocktake.casebook.keep import Kept
from stocktake.casebook.selecting import latest_first, words_of
from stocktake.casebook.storing import streamed
from stocktake.casebook.tables import claims
from stocktake.casebook.weighed_tables import (
    conflicts,
    findings,
    origins,
    positions,
    testimony,
)
from stocktake.casebook.weighing_rows import Rows, portions
from stocktake.casebook.weighing_work import Update as Update
from stocktake.casebook.weighing_work import Work, is_current
from stocktake.vocabulary import (
    Claim,
    Conflict,
    ConflictKind,
    Decision,
    EventType,
    Finding,
    Modality,
    Origin,
    Position,
    SourceKind,
)

if TYPE_CHECKING:
    from stocktake.weighing import Credibility, Learned

DECISIONS = ("merge", "split", "grade")
LEARNED = "truth discovery"
"""How the reason of a grade begins that no analyst gave."""


class FindingFilter(msgspec.Struct, frozen=True, kw_only=True):
    """The findings asked for; what is None or empty does not limit.

    `since` and `until` go by the days of the event where the finding has them, else by the days it was reported: what
    ends before `since` or begins after `until` is left out, and of what is only known to be by a day, that day counts.
    `order` is "reported" (latest first), "probability" or "origins" (most first) or "time" (by the days of the event).
    """

    event: EventType | None = None
    party: str | None = None
    item: str | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    modality: Modality | None = None
    min_probability: float | None = None
    max_probability: float | None = None
    min_origins: int | None = None
    disputed: bool | None = None
    report: str | None = None
    order: str = "reported"
    limit: int | None = None
    offset: int = 0


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """An origin and the claims of a finding that go back to it, in the order of their reports."""

    origin: Origin
    claims: tuple[Claim, ...]


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """A finding with the arithmetic of its probability and the evidence that each term rests on."""

    finding: Finding
    credibility: Credibility
    evidence: tuple[Evidence, ...]
    paths: dict[str, tuple[str, ...]]
    outlets: dict[str, str]
    days: dict[str, dt.date | None]

    @property
    def aside(self) -> frozenset[str]:
        """The claims on which no term rests: they deny another number than the finding's."""
        weighed = {claim for term in self.credibility.terms for claim in term.claims}
        return frozenset(self.finding.claims) - weighed


class SourceEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A source in the register: who it is, how it is graded and why, how much it has said."""

    name: str
    kind: SourceKind
    grade: str
    reason: str
    graded_by: str
    origins: int
    claims: int


class Learning(msgspec.Struct, frozen=True, kw_only=True):
    """What truth discovery taught: grades decided now, all that was learned, how many sources are too thinly known."""

    graded: tuple[Decision, ...]
    learned: tuple[Learned, ...]
    thin: int


class Weighed(Kept):
    """What a casebook's claims come to."""

    # ------------------------------------------------------------------------------------- weighing

    def weigh(self, *, afresh: bool = False) -> Update:
        """Brings the findings up to date with reports, claims and decisions."""
        with self.writing() as connection:
            return Work(connection, self.in_force_on(connection)).run(afresh=afresh)

    def in_force_on(self, connection: sa.Connection) -> list[Decision]:
        """The decisions on sameness and sources that no undo took back."""
        entries = (entry.decision for entry in journal.entries(connection))
        return [d for d in entries if d.action in DECISIONS and not d.undone]

    def derived_problems(self) -> Iterator[Problem]:
        """Findings and what surrounds them that come out differently when everything is weighed afresh."""
        self._keep_up()
        found: list[Problem] = []
        with suppress(_Undone), self.writing() as connection:
            kept = _rows_of(connection)
            Work(connection, self.in_force_on(connection)).run(afresh=True)
            made = _rows_of(connection)
            for table, rows in kept.items():
                for key in sorted(rows.keys() | made[table].keys()):
                    if rows.get(key) != made[table].get(key):
                        found.append(Problem(f"{table} {key}", "comes out differently when weighed afresh"))
            raise _Undone
        yield from found

    def _keep_up(self) -> None:
        with self.reading() as connection:
            current = is_current(connection)
        if not current:
            with suppress(ReadOnlyCasebook):  # an archive shows the findings that it has
                self.weigh()

    # ------------------------------------------------------------------------------------- findings

    def findings(self, wanted: FindingFilter | None = None) -> Iterator[Finding]:
        """The findings asked for."""
        self._keep_up()
        wanted = wanted or FindingFilter()
        query = _ordered(sa.select(findings.c.body).where(*_conditions(wanted)), wanted).offset(wanted.offset or None)
        if wanted.limit is not None:
            query = query.limit(wanted.limit)
        decode = msgspec.json.Decoder(Finding).decode
        with self.reading() as connection:
            for body in streamed(connection, query).scalars():
                yield decode(body)

    def count_findings(self, wanted: FindingFilter | None = None) -> int:
        """How many findings the filter lets through, whatever its limit."""
        self._keep_up()
        with self.reading() as connection:
            query = sa.select(sa.func.count()).select_from(findings).where(*_conditions(wanted or FindingFilter()))
            return connection.execute(query).scalar_one()

    def finding(self, finding_id: str) -> Finding:
        """The finding whose id is, or begins with, the one given; or the one that holds the claim given."""
        self._keep_up()
        with self.reading() as connection:
            return _finding(connection, finding_id)

    def finding_of(self, claim_ids: Sequence[str]) -> dict[str, str]:
        """By claim, the finding that holds it."""
        self._keep_up()
        with self.reading() as connection:
            return {claim: placed.finding for claim, placed in Rows(connection).placed(claim_ids).items()}

    def evidence(self, finding: Finding | str) -> tuple[Evidence, ...]:
        """The claims of a finding by origin, the origins in the order in which they were first reported."""
        return self.explain(finding).evidence

    def explain(self, finding: Finding | str) -> Explanation:
        """A finding's probability term by term, with the claims that each term rests on."""
        self._keep_up()
        with self.reading() as connection:
            found = _finding(connection, finding if isinstance(finding, str) else finding.id)
            rows = Rows(connection)
            group = sorted(rows.of_findings([found.id]), key=lambda t: found.claims.index(t.claim))
            placed = rows.placed(list(found.claims))
            told = rows.originations(sorted({p.origin for p in placed.values()}))
            sources = {claim: told[p.origin] for claim, p in placed.items()}
            register = weighing.Register(self.in_force_on(connection))
            return Explanation(
                finding=found,
                credibility=weighing.weigh_group(group, sources, register),
                evidence=_evidence(connection, found, {c: p.origin for c, p in placed.items()}),
                paths={t.claim: t.path for t in group},
                outlets={t.claim: t.path[0] for t in group},
                days={t.claim: dt.date.fromordinal(t.published) if t.published else None for t in group},
            )

    # ------------------------------------------------------------------------------------- what surrounds them

    def conflicts(
        self,
        kind: ConflictKind | None = None,
        finding: str | None = None,
        *,
        limit: int | None = None,
        offset: int = 0,
    ) -> Iterator[Conflict]:
        """The conflicts, all or of a kind or of a finding."""
        self._keep_up()
        query = sa.select(conflicts.c.body).where(*_of_kind(kind)).order_by(conflicts.c.id)
        if finding is not None:
            matter = sa.select(findings.c.matter).where(findings.c.id == finding).scalar_subquery()
            named = conflicts.c.body.like(f'%"{finding}"%')
            query = query.where(conflicts.c.matter == matter, named)
        query = query.limit(limit).offset(offset or None)
        with self.reading() as connection:
            found = [msgspec.json.decode(body, type=Conflict) for body in connection.execute(query).scalars()]
        yield from found

    def count_conflicts(self, kind: ConflictKind | None = None) -> int:
        """How many conflicts there are, all or of a kind."""
        self._keep_up()
        with self.reading() as connection:
            query = sa.select(sa.func.count()).select_from(conflicts).where(*_of_kind(kind))
            return connection.execute(query).scalar_one()

    def positions(
        self,
        finding: str | None = None,
        party: str | None = None,
        *,
        limit: int | None = None,
        offset: int = 0,
    ) -> Iterator[Position]:
        """How parties' positions moved, all or on one finding or of one party; on what was last reported first."""
        self._keep_up()
        query = (
            sa.select(positions.c.body)
            .join(findings, findings.c.id == positions.c.finding)
            .order_by(*latest_first(findings.c.last_reported), findings.c.id, positions.c.number)
        )
        if finding is not None:
            query = query.where(positions.c.finding == finding)
        if party is not None:
            query = query.where(sa.func.lower(positions.c.party) == party.strip().lower())
        with self.reading() as connection:
            bodies = connection.execute(query.limit(limit).offset(offset or None)).scalars()
            found = [msgspec.json.decode(body, type=Position) for body in bodies]
        yield from found

    def origins(self) -> Iterator[Origin]:
        """Every origin."""
        self._keep_up()
        with self.reading() as connection:
            for body in streamed(connection, sa.select(origins.c.body).order_by(origins.c.id)).scalars():
                yield msgspec.json.decode(body, type=Origin)

    def origin_of(self) -> dict[str, str]:
        """By claim, the origin that it goes back to."""
        self._keep_up()
        with self.reading() as connection:
            return {
                row.claim: row.origin for row in connection.execute(sa.select(testimony.c.claim, testimony.c.origin))
            }

    def sources(self) -> tuple[SourceEntry, ...]:
        """Who has spoken, with grades, the most quoted first."""
        self._keep_up()
        with self.reading() as connection:
            register = weighing.Register(self.in_force_on(connection))
            t = testimony.c
            query = sa.select(
                t.voice, t.kind, sa.func.min(t.outlet), sa.func.count(sa.distinct(t.origin)), sa.func.count()
            ).group_by(t.voice, t.kind)
            found = []
            for voice, kind, outlet, statements, claimed in connection.execute(query):
                grade = register.grade(voice.lower(), voice, kind, outlet)
                found.append(
                    SourceEntry(
                        name=voice,
                        kind=SourceKind(kind),
                        grade=grade.letter,
                        reason=grade.reason,
                        graded_by=grade.by,
                        origins=statements,
                        claims=claimed,
                    )
                )
        return tuple(sorted(found, key=lambda s: (-s.origins, s.name)))

    # ------------------------------------------------------------------------------------- decisions

    def merge(
        self,
        ids: Sequence[str],
        *,
        reason: str = "",
        author: str | None = None,
        expected: int | None = None,
    ) -> Decision:
        """Decides that findings (or claims) are of one happening. Refused where a split says that they are not."""
        self._keep_up()
        with self.writing() as connection:
            named = list(dict.fromkeys(_claim_named(connection, given) for given in ids))
            if len(named) < 2:
                raise InvalidDecision("to merge takes at least two findings or claims; give another id")
            return self._ruled(connection, "merge", named[0], named, reason, author, expected)

    def split(
        self,
        finding: str,
        claim_ids: Sequence[str],
        *,
        reason: str = "",
        author: str | None = None,
        expected: int | None = None,
    ) -> Decision:
        """Decides that these claims are not of the happening that the rest of their finding is of."""
        self._keep_up()
        with self.writing() as connection:
            whole = _finding(connection, finding)
            apart = list(dict.fromkeys(_full_claim(connection, given) for given in claim_ids))
            strangers = [claim for claim in apart if claim not in whole.claims]
            if strangers:
                raise InvalidDecision(
                    f"claim {strangers[0]} is not in finding {whole.id}: `stocktake why {whole.id}` lists its claims"
                )
            rest = [claim for claim in whole.claims if claim not in apart]
            if not apart or not rest:
                raise InvalidDecision("to split takes some of a finding's claims, not none and not all of them")
            return self._ruled(connection, "split", rest[0], apart, reason, author, expected)

    def grade(
        self,
        name: str,
        letter: str,
        *,
        reason: str = "",
        author: str | None = None,
        expected: int | None = None,
    ) -> Decision:
        """Grades a source from A (reliable) to F (cannot be judged)."""
        try:
            checked = weighing.checked(letter)
        except weighing.UnknownGrade as wrong:
            raise InvalidDecision(str(wrong)) from None
        self._keep_up()
        with self.writing() as connection:
            target = _source(connection, name)
            return self.append(
                connection,
                action="grade",
                target=target,
                value=checked,
                reason=reason,
                author=author,
                expected=expected,
            )

    def learn(self, *, author: str | None = None) -> Learning:
        """Grades sources by how often they turned out right, where enough of what they said can be checked.

        An analyst's grade stands; a grade that is learned is an entry in the journal like any other.
        """
        self._keep_up()
        with self.writing() as connection:
            rows = Rows(connection)
            every = list(rows.everything())
            placed = {
                row.claim: row.finding for row in connection.execute(sa.select(testimony.c.claim, testimony.c.finding))
            }
            found, thin = weighing.learn(list(weighing.votes(every, placed)))
            standing = {
                d.target for d in self.in_force_on(connection) if d.action == "grade" and LEARNED not in d.reason
            }
            made = []
            for one in found:
                target = _source(connection, one.name)
                if target in standing or _graded(self.in_force_on(connection), target) == one.grade:
                    continue
                reason = f"{LEARNED}: right in {one.reliability:.0%} of {one.votes} votes that others can check"
                made.append(
                    self.append(
                        connection, action="grade", target=target, value=one.grade, reason=reason, author=author
                    )
                )
            return Learning(graded=tuple(made), learned=tuple(found), thin=thin)

    def _ruled(
        self,
        connection: sa.Connection,
        action: str,
        target: str,
        value: list[str],
        reason: str,
        author: str | None,
        expected: int | None,
    ) -> Decision:
        decision = self.append(
            connection,
            action=action,
            target=target,
            value=value,
            reason=reason,
            author=author,
            expected=expected,
        )
        self.refuse_contradictions(connection, decision.number)
        return decision

    def refuse_contradictions(self, connection: sa.Connection, number: int) -> None:
        """Takes back the transaction of an entry with which the decisions in force cannot all hold."""
        from stocktake import weighing

        try:
            weighing.Rulings(self.in_force_on(connection))
        except weighing.ContradictoryDecisions as wrong:
            raise InvalidDecision(f"not decided, for {wrong.refusing(number)}") from None


class _Undone(Exception):
    """Ends a transaction that only looked."""


def _rows_of(connection: sa.Connection) -> dict[str, dict[str, str]]:
    """By table, the bodies of the derived rows by key."""
    p = positions.c
    found = {
        name: {row.id: row.body for row in connection.execute(sa.select(table.c.id, table.c.body))}
        for name, table in (("finding", findings), ("conflict", conflicts), ("origin", origins))
    }
    rows = connection.execute(sa.select(p.finding, p.number, p.body))
    return {**found, "position": {f"{row.finding} {row.number}": row.body for row in rows}}


# ------------------------------------------------------------------------------------------ asking


def _of_kind(kind: ConflictKind | None) -> list[sa.ColumnElement[bool]]:
    return [] if kind is None else [conflicts.c.kind == kind.value]


def _conditions(wanted: FindingFilter) -> list[sa.ColumnElement[bool]]:
    f = findings.c
    found: list[sa.ColumnElement[bool]] = []
    if wanted.event is not None:
        found.append(f.event == wanted.event.value)
    if wanted.modality is not None:
        found.append(f.modality == wanted.modality.value)
    if wanted.party is not None:
        found.append(_has(f.parties, wanted.party, open_ended=False))
    for word in words_of(wanted.item).split() if wanted.item is not None else ():
        found.append(_has(f.things, word, open_ended=True))
    if wanted.min_probability is not None:
        found.append(f.probability >= wanted.min_probability)
    if wanted.max_probability is not None:
        found.append(f.probability <= wanted.max_probability)
    if wanted.min_origins is not None:
        found.append(f.origins >= wanted.min_origins)
    if wanted.disputed is not None:
        found.append(f.disputed == sa.literal(wanted.disputed))
    if wanted.report is not None:
        found.append(f.id.in_(sa.select(testimony.c.finding).where(testimony.c.report == wanted.report)))
    if wanted.since is not None:
        timeless = f.first_day.is_(None) & f.last_day.is_(None)
        held = ~timeless & (f.last_day.is_(None) | (f.last_day >= wanted.since))
        found.append(held | (timeless & (f.last_reported >= wanted.since)))
    if wanted.until is not None:
        # What is to be done by a day stands on the timeline at that day, and is no event of the days before.
        found.append(sa.func.coalesce(f.first_day, f.last_day, f.first_reported) <= wanted.until)
    return found


def _has(column: sa.ColumnElement[str], text: str, *, open_ended: bool) -> sa.ColumnElement[bool]:
    words = words_of(text)
    stem = " ".join(words.replace("*", " ").replace(";", " ").split())
    if not stem:
        return sa.false()
    pattern = stem.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    end = "" if open_ended or words.endswith("*") else " "
    return column.like(f"% {pattern}{end}%", escape="\\")


def _ordered(query: sa.Select[Any], wanted: FindingFilter) -> sa.Select[Any]:
    f = findings.c
    orders: dict[str, tuple[sa.ColumnElement[Any], ...]] = {
        "reported": (f.last_reported.desc(), f.id),
        "probability": (f.probability.desc(), f.id),
        "origins": (f.origins.desc(), f.id),
        "time": (sa.func.coalesce(f.first_day, f.last_day, f.first_reported), f.id),
    }
    return query.order_by(*orders[wanted.order])


def _finding(connection: sa.Connection, given: str) -> Finding:
    """The finding of this id or beginning of one; or the one that holds the claim of this id."""
    name = given.strip()
    if name.startswith("c"):
        held = sa.select(testimony.c.finding).where(testimony.c.claim == name)
        name = connection.execute(held).scalar() or name
    full = _full(connection, findings.c.id, name, "finding", "stocktake findings")
    body = connection.execute(sa.select(findings.c.body).where(findings.c.id == full)).scalar_one()
    return msgspec.json.decode(body, type=Finding)


def _full(connection: sa.Connection, column: sa.Column[str], given: str, kind: str, listing: str) -> str:
    """The one id that is, or begins with, what was given."""
    between = sa.select(column).where(column >= given, column < given + "\U0010ffff").order_by(column).limit(5)
    matches = list(connection.execute(between).scalars()) if given else []
    if given in matches:
        return given
    if not matches:
        raise UnknownId(kind, given, listing)
    if len(matches) > 1:
        raise AmbiguousId(kind, given, matches)
    return str(matches[0])


def _full_claim(connection: sa.Connection, given: str) -> str:
    return _full(connection, testimony.c.claim, given.strip(), "claim", "stocktake claims")


def _claim_named(connection: sa.Connection, given: str) -> str:
    """The claim that stands for what was given: a claim, or a finding by its first."""
    name = given.strip()
    return _full_claim(connection, name) if name.startswith("c") else _finding(connection, name).claims[0]


def _source(connection: sa.Connection, given: str) -> str:
    """The name of a source or outlet that has spoken, as the register enters it."""
    wanted = weighing.source_key(given)
    t = testimony.c
    voices = {v for row in connection.execute(sa.select(t.voice, t.outlet).distinct()) for v in row}
    known = {weighing.source_key(voice): voice for voice in sorted(voices)}
    if wanted in known:
        return str(known[wanted])
    close = get_close_matches(wanted, known, n=1)
    meant = f"; did you mean {known[close[0]]!r}?" if close else ":"
    raise InvalidDecision(f"no source called {given!r} has spoken{meant} `stocktake sources` lists those that have")


def _graded(decisions: Sequence[Decision], target: str) -> str | None:
    """The grade in force that a decision gave a source."""
    return next((str(d.value) for d in reversed(decisions) if d.action == "grade" and d.target == target), None)


def _evidence(connection: sa.Connection, finding: Finding, origin_of: Mapping[str, str]) -> tuple[Evidence, ...]:
    stated: dict[str, Claim] = {}
    for portion in portions(finding.claims):
        for body in connection.execute(sa.select(claims.c.body).where(claims.c.id.in_(portion))).scalars():
            claim = msgspec.json.decode(body, type=Claim)
            stated[claim.id] = claim
    grouped: dict[str, list[Claim]] = defaultdict(list)
    for name in finding.claims:
        grouped[origin_of[name]].append(stated[name])
    described: dict[str, Origin] = {}
    for portion in portions(grouped):
        for body in connection.execute(sa.select(origins.c.body).where(origins.c.id.in_(portion))).scalars():
            origin = msgspec.json.decode(body, type=Origin)
            described[origin.id] = origin
    return tuple(Evidence(origin=described[name], claims=tuple(found)) for name, found in grouped.items())
