"""One run of weighing in a casebook: what is due and what was decided since, or everything afresh.

What is due is found by report, matter, claim and origin, so that a new report loads and writes what it touches.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import msgspec
import sqlalchemy as sa

from stocktake.casebook.faults import InvalidDecision
from stocktake.casebook.selecting import UNDATED
from stocktake.casebook.storing import PAGE, report_from, streamed
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
from stocktake.casebook.weighing_rows import Rows, packed, portions
from stocktake.vocabulary import Claim, Decision, Report

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from stocktake.weighing import Copy, Hands, Job

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
        self._crowds: dict[int, list[tuple[int, str]]] = {}
        self._shingles: dict[str, NDArray[np.uint64]] = {}

    def run(self, *, afresh: bool) -> Update:
        due = list(self._connection.execute(sa.select(weighing_due.c.report)).scalars())
        count = self._reports()
        stale = self._state.get("version") != self._room.VERSION
        many = len(due) >= AFRESH_FROM and len(due) * 5 >= count
        with self._room.uncollected():
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
        count = self._connection.execute(sa.select(sa.func.count()).select_from(claims)).scalar_one()
        with (
            roomy(self._connection),
            self._room.many_hands(self._reports()) as hands,
            bare(self._connection, DERIVED, when=count > self._room.PART),
        ):
            first = self._copies(hands)
            again = partial(self._jobs_of, first)
            for rows in self._room.weigh_all(self._jobs(first), count, self._decisions, hands, packed, again):
                self._rows.fill(rows)
        matters = sa.select(sa.func.count(testimony.c.matter.distinct()))
        return self._connection.execute(matters).scalar_one()

    def _reports(self) -> int:
        return self._connection.execute(sa.select(sa.func.count()).select_from(reports)).scalar_one()

    def _copies(self, hands: Hands) -> dict[str, str]:
        """Notes all reports' bands and copies anew; by copy, the first report that its words go back to."""
        derived = sa.select(copies.c.report)
        self._connection.execute(reports.update().where(reports.c.id.in_(derived)).values(copy_of=None))
        for table in DERIVED:
            self._connection.execute(table.delete())
        rows = streamed(self._connection, sa.select(reports.c.id, reports.c.text))
        in_time = sa.select(reports.c.id, reports.c.day).order_by(reports.c.day, reports.c.id)
        with TemporaryDirectory(prefix="stocktake-") as folder:
            sketches = self._room.Sketches(Path(folder))
            sketches.take(((row.id, row.text) for row in rows), hands)
            days = self._connection.execute(in_time).all()
            self._put_bands([(name, day.toordinal(), sketches.bands[name]) for name, day in days])
            self._put_copies(sketches.nearest([name for name, _ in days], hands))
        query = sa.select(reports.c.id, reports.c.copy_of).where(reports.c.copy_of.in_(sa.select(reports.c.id)))
        parents = {row.id: row.copy_of for row in self._connection.execute(query)}
        return {report: self._room.root(parents, report) for report in parents}

    def _put_bands(self, noted: Sequence[tuple[str, int, Sequence[int]]]) -> None:
        """Writes the bands of reports, in the order of the table, so that each page is written once."""
        import numpy as np

        bands = np.concatenate([np.zeros(0, np.int64), *(np.array(mine, np.int64) for _, _, mine in noted)])
        owners = np.repeat(np.arange(len(noted), dtype=np.int32), [len(mine) for _, _, mine in noted])
        order = np.lexsort((owners, bands))
        for start in range(0, len(order), PAGE):
            at = order[start : start + PAGE]
            rows = zip(bands[at].tolist(), (noted[owner] for owner in owners[at]), strict=True)
            self._rows.insert(report_bands, [(band, day, name) for band, (name, day, _) in rows])

    def _text(self, name: str) -> str:
        return str(self._connection.execute(sa.select(reports.c.text).where(reports.c.id == name)).scalar() or "")

    def _put_copies(self, pairs: Iterable[Copy]) -> None:
        for pair in pairs:
            given = self._connection.execute(sa.select(reports.c.copy_of).where(reports.c.id == pair.report)).scalar()
            if given is None:
                self._connection.execute(
                    copies.insert(), {"report": pair.report, "original": pair.original, "share": pair.share}
                )
                self._connection.execute(
                    reports.update().where(reports.c.id == pair.report).values(copy_of=pair.original)
                )

    def _jobs(self, first: Mapping[str, str]) -> Iterator[Job]:
        """All reports that have claims, with their claims."""
        stated = self._stated()
        name, bodies = next(stated, ("", []))
        every = sa.select(reports).where(reports.c.id.in_(sa.select(claims.c.report))).order_by(reports.c.id)
        for row in streamed(self._connection, every).mappings():
            if row["id"] == name:
                yield self._job(report_from(row), bodies, first)
                name, bodies = next(stated, ("", []))

    def _jobs_of(self, first: Mapping[str, str], named: Sequence[str]) -> Iterator[Job]:
        """The reports of some claims, with all their claims."""
        found: set[str] = set()
        for portion in portions(named):
            found.update(self._connection.execute(sa.select(claims.c.report).where(claims.c.id.in_(portion))).scalars())
        for name in sorted(found):
            if (report := self._report(name)) is not None:
                yield self._job(report, [body for _, bodies in self._stated(name) for body in bodies], first)

    def _job(self, report: Report, bodies: list[str], first: Mapping[str, str]) -> Job:
        return self._room.Job(report, bodies, self._report(first[report.id]) if report.id in first else None)

    def _stated(self, report: str | None = None) -> Iterator[tuple[str, list[str]]]:
        """By report, in their order, the claims that are not rejected, of all reports or of one."""
        query = sa.select(claims.c.report, claims.c.body).where(claims.c.rejected == sa.false())
        query = query if report is None else query.where(claims.c.report == report)
        rows = streamed(self._connection, query.order_by(claims.c.report, claims.c.position, claims.c.id))
        for name, stated in groupby(rows, key=itemgetter(0)):
            yield name, [row.body for row in stated]

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
        result = self._room.update(self._rows, sorted(touched), again, self._rulings, self._register, decided)
        moved = self._rows.place(result.placed)
        self._rows.write(result.weighed)
        if decided:
            moved |= self._rows.origins_in(sorted(decided))  # a grade shows on its origins
        self._rows.describe(moved | self._rows.left, result.originations, self._register)
        return len({matter for w in result.weighed for matter in w.matters})

    def _put(self, name: str) -> set[str]:
        """Makes a report's testimony again; the matters that this touches."""
        report = self._report(name)
        bodies = [body for _, found in self._stated(name) for body in found] if report else []
        stated = [msgspec.json.decode(body, type=Claim) for body in bodies]
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
        """Notes the bands of new reports and of those with a new day; the reports that copy others than before."""
        suspects: dict[str, None] = {}
        for name in due:
            report = self._report(name)
            before = self._connection.execute(
                sa.select(report_bands.c.day).where(report_bands.c.report == name).limit(1)
            ).scalar()
            if report is None or before == _day(report):
                continue
            numbers = self._room.bands(report.text)
            if before is not None:
                suspects.update(dict.fromkeys(self._after((before, name), numbers)))
                self._connection.execute(report_bands.delete().where(report_bands.c.report == name))
            self._rows.insert(report_bands, [(number, _day(report), name) for number in numbers])
            found = self._disturbed(report, numbers) if before is None else self._after((_day(report), name), numbers)
            suspects.update(dict.fromkeys((name, *found)))
        moved = [name for name in suspects if self._reparent(name)]
        return [*moved, *self._descendants(moved)]

    def _after(self, place: tuple[int, str], numbers: Iterable[int]) -> Iterator[str]:
        """The reports after a place in time that share a band."""
        b = report_bands.c
        for number in numbers:
            query = sa.select(b.report).where(b.band == number, sa.tuple_(b.day, b.report) > sa.tuple_(*place))
            yield from self._connection.execute(query).scalars()

    def _disturbed(self, new: Report, numbers: Iterable[int]) -> Iterator[str]:
        """Later reports that may be copies of a new one, or of one that it puts out of a band's crowd."""
        b = report_bands.c
        place = (_day(new), new.id)
        in_common: dict[str, int] = defaultdict(int)
        for number in numbers:
            bucket = sa.select(b.day, b.report).where(b.band == number).order_by(b.day, b.report)
            first = [tuple(row) for row in self._connection.execute(bucket.limit(self._room.CROWD + 1))]
            if place in first[: self._room.CROWD]:
                for name in self._after(place, [number]):
                    in_common[name] += 1
                for _, put_out in first[self._room.CROWD :]:
                    copied = sa.select(copies.c.report).where(copies.c.original == put_out)
                    yield from self._connection.execute(copied).scalars()
        told = self._room.shingles(new.text)
        for name, mine in self._counted(list(in_common)):
            suspicious = self._room.suspicious(in_common[name], mine)
            if suspicious and self._room.share(told, self._told(name)) >= self._room.SHARE:
                yield name

    def _counted(self, names: Sequence[str]) -> Iterator[tuple[str, int]]:
        """Reports with the number of their bands."""
        b = report_bands.c
        for portion in portions(names):
            query = sa.select(b.report, sa.func.count()).where(b.report.in_(portion)).group_by(b.report)
            yield from ((name, count) for name, count in self._connection.execute(query))

    def _reparent(self, name: str) -> bool:
        """Finds again which report this one copies; whether that is another than before."""
        row = self._connection.execute(sa.select(reports.c.copy_of, reports.c.day).where(reports.c.id == name)).first()
        before = self._connection.execute(sa.select(copies.c.original).where(copies.c.report == name)).scalar()
        if row is None or (row.copy_of is not None and before is None):
            return False
        b = report_bands.c
        mine = self._connection.execute(sa.select(b.band).where(b.report == name)).scalars().all()
        place = (row.day.toordinal(), name)
        met: dict[tuple[int, str], int] = defaultdict(int)
        for other in (other for number in mine for other in self._crowd(number)):
            if other < place:
                met[other] += 1
        alike = sorted(other for other, count in met.items() if self._room.suspicious(count, len(mine)))
        now = self._room.parent(name, self._told(name), ((other, self._told(other)) for _, other in alike))
        if (now.original if now else None) == before:
            return False
        self._connection.execute(copies.delete().where(copies.c.report == name))
        self._connection.execute(reports.update().where(reports.c.id == name).values(copy_of=None))
        if now is not None:
            self._put_copies([now])
        return True

    def _crowd(self, number: int) -> list[tuple[int, str]]:
        """The day and name of the reports that stand for a band, read once when all bands have been noted."""
        if number not in self._crowds:
            b = report_bands.c
            bucket = sa.select(b.day, b.report).where(b.band == number).order_by(b.day, b.report)
            first = self._connection.execute(bucket.limit(self._room.CROWD)).all()
            self._crowds[number] = [(row.day, row.report) for row in first]
        return self._crowds[number]

    def _told(self, name: str) -> NDArray[np.uint64]:
        """A report's shingles, made once."""
        if name not in self._shingles:
            self._shingles[name] = self._room.shingles(self._text(name))
        return self._shingles[name]

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


@contextmanager
def bare(connection: sa.Connection, tables: Iterable[sa.Table], *, when: bool) -> Iterator[None]:
    """Without the tables' indexes meanwhile, on SQLite: made at the end, each is sorted first and written once.

    PostgreSQL would keep its readers waiting.
    """
    indexes = sorted((i for table in tables for i in table.indexes), key=lambda i: str(i.name))
    if not when or connection.dialect.name != "sqlite":
        indexes = []
    for index in indexes:
        index.drop(connection)
    yield
    for index in indexes:
        index.create(connection)


def _day(report: Report) -> int:
    return report.published.toordinal() if report.published else UNDATED.toordinal()


def state_of(connection: sa.Connection) -> dict[str, str]:
    return {row.key: row.value for row in connection.execute(sa.select(weighing_state))}


def seen(connection: sa.Connection) -> str:
    """The last journal entry there is."""
    return str(connection.execute(sa.select(sa.func.max(journal_table.c.number))).scalar() or 0)
