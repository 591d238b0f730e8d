"""Findings in the casebook: kept up to date with reports, claims and decisions, by weighing what these touch.

Triggers note every report whose text or claims change. Before findings are shown, what is noted and what analysts
decided since is weighed, and the rows of the matters that this touches are replaced. All of it is derived:
`book.weigh(afresh=True)` throws the rows away and makes the same ones again.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import msgspec
import sqlalchemy as sa

from stocktake.casebook import journal
from stocktake.casebook.checking import Problem
from stocktake.casebook.faults import AmbiguousId, InvalidDecision, ReadOnlyCasebook, UnknownId
from stocktake.casebook.keep import Kept
from stocktake.casebook.selecting import UNDATED, words_of
from stocktake.casebook.storing import report_from, streamed
from stocktake.casebook.tables import claims, reports
from stocktake.casebook.tables import journal as journal_table
from stocktake.casebook.weighed_tables import (
    conflicts,
    copies,
    findings,
    origins,
    positions,
    report_bands,
    testimony,
    weighing_due,
    weighing_state,
)
from stocktake.casebook.weighing_rows import Rows, portions
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
    Report,
    SourceKind,
)

if TYPE_CHECKING:
    from stocktake.weighing import Credibility, Learned

DECISIONS = ("merge", "split", "grade")
AFRESH_FROM = 500
"""So many reports due at once are weighed with everything else rather than one by one, if they are a fifth of all."""
LEARNED = "truth discovery"
"""How the reason of a grade begins that no analyst gave."""
CACHE_KIB = 400_000
"""The page cache while everything is weighed afresh."""
DERIVED = (testimony, findings, origins, conflicts, positions, copies, report_bands)


class FindingFilter(msgspec.Struct, frozen=True, kw_only=True):
    """The findings asked for; what is None or empty does not limit.

    `since` and `until` go by the days of the event where the finding has them, else by the days it was reported.
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


class Update(msgspec.Struct, frozen=True, kw_only=True):
    """What weighing did: reports that were due, matters weighed again, findings there are now."""

    reports: int
    matters: int
    findings: int
    afresh: bool


class Weighed(Kept):
    """What a casebook's claims come to."""

    # ------------------------------------------------------------------------------------- weighing

    def weigh(self, *, afresh: bool = False) -> Update:
        """Brings the findings up to date with reports, claims and decisions."""
        with self.writing() as connection:
            return _Work(connection, self.in_force_on(connection)).run(afresh=afresh)

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
            _Work(connection, self.in_force_on(connection)).run(afresh=True)
            made = _rows_of(connection)
            for table, rows in kept.items():
                for key in sorted(rows.keys() | made[table].keys()):
                    if rows.get(key) != made[table].get(key):
                        found.append(Problem(f"{table} {key}", "comes out differently when weighed afresh"))
            raise _Undone
        yield from found

    def _keep_up(self) -> None:
        with self.reading() as connection:
            due = connection.execute(sa.select(weighing_due.c.report).limit(1)).first() is not None
            current = not due and _state(connection).get("seen") == _seen(connection)
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
        from stocktake import weighing

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
        """How parties' positions moved, all or on one finding or of one party."""
        self._keep_up()
        query = sa.select(positions.c.body).order_by(positions.c.finding, positions.c.number)
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
        from stocktake import weighing

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
        from stocktake import weighing

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
        from stocktake import weighing

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
        from stocktake import weighing

        decision = self.append(
            connection,
            action=action,
            target=target,
            value=value,
            reason=reason,
            author=author,
            expected=expected,
        )
        try:
            weighing.Rulings([*self.in_force_on(connection)])
        except weighing.ContradictoryDecisions as wrong:
            raise InvalidDecision(f"not decided, for {wrong}") from None
        return decision


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


# ------------------------------------------------------------------------------------------ the work


class _Work:
    """One run of weighing, in a write transaction."""

    def __init__(self, connection: sa.Connection, decisions: Sequence[Decision]) -> None:
        from stocktake import weighing

        self._connection = connection
        self._room = weighing
        self._rows = Rows(connection)
        self._decisions = decisions
        self._register = weighing.Register(decisions)
        try:
            self._rulings = weighing.Rulings(decisions)
        except weighing.ContradictoryDecisions as wrong:
            raise InvalidDecision(f"the findings cannot be weighed: {wrong}") from None
        self._state = _state(connection)

    def run(self, *, afresh: bool) -> Update:
        due = list(self._connection.execute(sa.select(weighing_due.c.report)).scalars())
        count = self._connection.execute(sa.select(sa.func.count()).select_from(reports)).scalar_one()
        stale = self._state.get("version") != self._room.VERSION
        many = len(due) >= AFRESH_FROM and len(due) * 5 >= count
        matters = self._everything() if afresh or stale or many else self._touched(sorted(due))
        self._connection.execute(weighing_due.delete())
        self._note()
        total = self._connection.execute(sa.select(sa.func.count()).select_from(findings)).scalar_one()
        return Update(reports=len(due), matters=matters, findings=total, afresh=afresh or stale or many)

    def _note(self) -> None:
        self._connection.execute(weighing_state.delete())
        kept = {
            "version": self._room.VERSION,
            "seen": _seen(self._connection),
            "decisions": msgspec.json.encode(self._decisions).decode(),
        }
        self._connection.execute(weighing_state.insert(), [{"key": k, "value": v} for k, v in kept.items()])

    # ------------------------------------------------------------------------------------- all of it

    def _everything(self) -> int:
        with roomy(self._connection), self._room.uncollected():
            return self._all()

    def _all(self) -> int:
        self._forget()
        whole = {row["id"]: report_from(row) for row in self._connection.execute(sa.select(reports)).mappings()}
        found = self._copies(whole)
        memory = self._room.Memory()
        touched: set[str] = set()
        jobs = (
            self._room.Job(whole[name], stated, whole[found[name]] if name in found else None)
            for name, stated in self._claims_by_report()
        )
        for name, told in self._room.testimony_of(jobs, len(whole)):
            touched |= memory.put(name, told)
        changed = sorted(whole)
        del whole
        memory.update(touched, changed, self._rulings, self._register)
        self._rows.fill(memory.testimony(), memory.places)
        self._rows.write(memory.matters(), empty=True)
        self._rows.add_origins(memory.origins(self._register), memory.known)
        return len(touched)

    def _forget(self) -> None:
        derived = sa.select(copies.c.report)
        self._connection.execute(reports.update().where(reports.c.id.in_(derived)).values(copy_of=None))
        for table in DERIVED:
            self._connection.execute(table.delete())

    def _copies(self, whole: Mapping[str, Report]) -> dict[str, str]:
        """Notes all reports' bands and copies; by copy, the first report that its words go back to."""
        numbers = dict(self._room.bands_of(((report.id, report.text) for report in whole.values()), len(whole)))
        every = sorted((number, _day(whole[name]), name) for name, mine in numbers.items() for number in mine)
        for portion in portions(every, 5000):  # in the order of the table, so that each page is written once
            rows = [{"band": band, "day": day, "report": name} for band, day, name in portion]
            self._connection.execute(report_bands.insert(), rows)
        del every
        pairs = self._room.nearest_copies(whole.values(), numbers)
        self._put_copies(pairs)
        parents = {copy.report: copy.original for copy in pairs}
        parents.update((r.id, r.copy_of) for r in whole.values() if r.copy_of is not None and r.copy_of in whole)
        return {report: self._room.root(parents, report) for report in parents}

    def _put_copies(self, pairs: Iterable[Any]) -> None:
        for pair in pairs:
            given = self._connection.execute(sa.select(reports.c.copy_of).where(reports.c.id == pair.report)).scalar()
            if given is None:
                self._connection.execute(
                    copies.insert(), {"report": pair.report, "original": pair.original, "share": pair.share}
                )
                self._connection.execute(
                    reports.update().where(reports.c.id == pair.report).values(copy_of=pair.original)
                )

    def _claims_by_report(self) -> Iterator[tuple[str, list[Claim]]]:
        query = (
            sa.select(claims.c.report, claims.c.body)
            .where(claims.c.rejected == sa.false())
            .order_by(claims.c.report, claims.c.position, claims.c.id)
        )
        decode = msgspec.json.Decoder(Claim).decode
        name, stated = "", list[Claim]()
        for row in streamed(self._connection, query):
            if row.report != name:
                if stated:
                    yield name, stated
                name, stated = row.report, []
            stated.append(decode(row.body))
        if stated:
            yield name, stated

    # ------------------------------------------------------------------------------------- what is touched

    def _touched(self, due: Sequence[str]) -> int:
        changed = dict.fromkeys([*due, *self._recopied(due)])
        touched: set[str] = set()
        again = []
        for report in changed:
            if now := self._put(report):
                again.append(report)
                touched |= now
        decided = self._redecided()
        touched |= decided
        result = self._room.update(self._rows, sorted(touched), again, self._rulings, self._register)
        moved = self._rows.place(result.placed)
        self._rows.write(result.weighed)
        if decided:
            moved |= self._rows.origins_in(sorted(decided))  # a grade shows on its origins
        self._rows.describe(moved | self._rows.left, result.originations, self._register)
        return len({matter for w in result.weighed for matter in w.matters})

    def _put(self, name: str) -> set[str]:
        """Makes a report's testimony again; the matters that this touches."""
        report = self._report(name)
        query = sa.select(claims.c.body).where(claims.c.report == name, claims.c.rejected == sa.false())
        bodies = self._connection.execute(query.order_by(claims.c.position, claims.c.id)).scalars()
        stated = [msgspec.json.decode(body, type=Claim) for body in bodies] if report else []
        if report is None:
            return self._rows.put(name, [])
        first = self._root(name)
        original = self._report(first) if first != name else None
        return self._rows.put(name, self._room.testimonies(report, stated, original))

    def _report(self, name: str) -> Report | None:
        row = self._connection.execute(sa.select(reports).where(reports.c.id == name)).mappings().first()
        return report_from(row) if row else None

    def _root(self, name: str) -> str:
        parents: dict[str, str] = {}
        at = name
        while at not in parents:
            of = sa.select(reports.c.copy_of).where(reports.c.id == at)
            following = self._connection.execute(of).scalar()
            known = sa.select(reports.c.id).where(reports.c.id == following)
            if following is None or self._connection.execute(known).first() is None:
                break
            parents[at] = following
            at = following
        return self._room.root(parents, name)

    def _recopied(self, due: Sequence[str]) -> list[str]:
        """Notes new reports' bands; the reports that are now copies of others than before."""
        suspects: dict[str, None] = {}
        for name in due:
            known = sa.select(report_bands.c.band).where(report_bands.c.report == name).limit(1)
            report = self._report(name)
            if report is None or self._connection.execute(known).first() is not None:
                continue
            numbers = self._room.bands(report.text)
            if numbers:
                self._connection.execute(report_bands.insert(), [_band(number, report) for number in numbers])
            suspects[name] = None
            suspects.update(dict.fromkeys(self._later(report, numbers)))
        moved = [name for name in suspects if self._reparent(name)]
        return [*moved, *self._descendants(moved)]

    def _later(self, report: Report, numbers: Iterable[int]) -> Iterator[str]:
        """Reports after this one that may be its copies."""
        b = report_bands.c
        place = (_day(report), report.id)
        for number in numbers:
            bucket = sa.select(b.day, b.report).where(b.band == number).order_by(b.day, b.report)
            first = [tuple(row) for row in self._connection.execute(bucket.limit(self._room.CROWD))]
            if place in first[:-1]:
                after = bucket.where(sa.tuple_(b.day, b.report) > sa.tuple_(*place))
                yield from (row.report for row in self._connection.execute(after))

    def _reparent(self, name: str) -> bool:
        """Finds again which report this one copies; whether that is another than before."""
        report = self._report(name)
        before = self._connection.execute(sa.select(copies.c.original).where(copies.c.report == name)).scalar()
        if report is None or (report.copy_of is not None and before is None):
            return False
        b = report_bands.c
        mine = self._connection.execute(sa.select(b.band).where(b.report == name)).scalars().all()
        met: dict[str, int] = defaultdict(int)
        for number in mine:
            bucket = sa.select(b.day, b.report).where(b.band == number).order_by(b.day, b.report)
            for at, other in self._connection.execute(bucket.limit(self._room.CROWD)).all():
                if (at, other) < (_day(report), name):
                    met[other] += 1
        alike = [other for other, count in met.items() if self._room.suspicious(count, len(mine))]
        others = [found for other in alike if (found := self._report(other)) is not None]
        now = self._room.parent(report, others)
        if (now.original if now else None) == before:
            return False
        self._connection.execute(copies.delete().where(copies.c.report == name))
        self._connection.execute(reports.update().where(reports.c.id == name).values(copy_of=None))
        if now is not None:
            self._put_copies([now])
        return True

    def _descendants(self, names: Iterable[str]) -> list[str]:
        found: dict[str, None] = {}
        rest = list(names)
        while rest:
            query = sa.select(reports.c.id).where(reports.c.copy_of == rest.pop())
            for name in self._connection.execute(query).scalars():
                if name not in found:
                    found[name] = None
                    rest.append(name)
        return list(found)

    def _redecided(self) -> set[str]:
        """The matters of the claims and sources about which it was decided, or undone, since."""
        before = msgspec.json.decode(self._state.get("decisions", "[]"), type=list[Decision])
        numbers = {d.number for d in before} ^ {d.number for d in self._decisions}
        changed = [d for d in (*before, *self._decisions) if d.number in numbers]
        named = self._room.Rulings([]).named([d for d in changed if d.action != "grade"])
        touched = set(self._rows.matters_of(named).values())
        graded = {self._room.source_key(d.target) for d in changed if d.action == "grade"}
        if graded:
            t = testimony.c
            for voice, outlet in self._connection.execute(sa.select(t.voice, t.outlet).distinct()).all():
                if {self._room.source_key(voice), self._room.source_key(outlet)} & graded:
                    query = sa.select(t.matter).where(t.voice == voice, t.outlet == outlet).distinct()
                    touched |= set(self._connection.execute(query).scalars())
        return touched


@contextmanager
def roomy(connection: sa.Connection) -> Iterator[None]:
    """A larger page cache on SQLite meanwhile: rows of all indexes come in no order of theirs."""
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        connection.exec_driver_sql(f"PRAGMA cache_size = -{CACHE_KIB}")
    try:
        yield
    finally:
        if sqlite:
            connection.exec_driver_sql("PRAGMA cache_size = -2000")


def _band(number: int, report: Report) -> dict[str, Any]:
    return {"band": number, "day": _day(report), "report": report.id}


def _day(report: Report) -> int:
    return report.published.toordinal() if report.published else UNDATED.toordinal()


def _state(connection: sa.Connection) -> dict[str, str]:
    return {row.key: row.value for row in connection.execute(sa.select(weighing_state))}


def _seen(connection: sa.Connection) -> str:
    """The last journal entry there is."""
    return str(connection.execute(sa.select(sa.func.max(journal_table.c.number))).scalar() or 0)


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
    timeless = f.first_day.is_(None) & f.last_day.is_(None)
    if wanted.since is not None:
        held = ~timeless & (f.last_day.is_(None) | (f.last_day >= wanted.since))
        found.append(held | (timeless & (f.last_reported >= wanted.since)))
    if wanted.until is not None:
        held = ~timeless & (f.first_day.is_(None) | (f.first_day <= wanted.until))
        found.append(held | (timeless & (f.first_reported <= wanted.until)))
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
    from stocktake import weighing

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
