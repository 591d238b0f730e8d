"""One run of weighing in a casebook: what is due and what was decided since, or everything afresh.

What is due is found by report, matter, claim and origin, so that a new report loads and writes what it touches.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
import sqlalchemy as sa

from stocktake.casebook.faults import InvalidDecision
from stocktake.casebook.selecting import UNDATED
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
from stocktake.vocabulary import Claim, Decision, Report

AFRESH_FROM = 500
"""So many reports due at once are weighed with everything else rather than one by one, if they are a fifth of all."""
CACHE_KIB = 400_000
"""The page cache while everything is weighed afresh."""
DERIVED = (testimony, findings, origins, conflicts, positions, copies, report_bands)


class Update(msgspec.Struct, frozen=True, kw_only=True):
    """What weighing did: reports that were due, matters weighed again, findings there are now."""

    reports: int
    matters: int
    findings: int
    afresh: bool


class Work:
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
        self._state = state_of(connection)

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
            "seen": seen(self._connection),
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


def state_of(connection: sa.Connection) -> dict[str, str]:
    return {row.key: row.value for row in connection.execute(sa.select(weighing_state))}


def seen(connection: sa.Connection) -> str:
    """The last journal entry there is."""
    return str(connection.execute(sa.select(sa.func.max(journal_table.c.number))).scalar() or 0)
