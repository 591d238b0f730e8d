"""One run of weighing in a casebook: what is due and what was decided since, or everything afresh.

What is due is found by report, matter, claim and origin, so that a new report loads and writes what it touches.
"""

from __future__ import annotations

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
from stocktake.casebook.recopying import Recopying, put_copies
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
    from stocktake.weighing import Hands, Job, Testimony

AFRESH_FROM = 500
"""So many reports due at once are weighed with everything else rather than one by one, if they are a fifth of all."""
CACHE_KIB, CACHE_KIB_TOUCHED = 400_000, 64_000
"""The page cache while everything is weighed afresh, and while what is touched is."""
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
        self._recopying = Recopying(connection, self._rows)

    def run(self, *, afresh: bool) -> Update:
        due = list(self._connection.execute(sa.select(weighing_due.c.report)).scalars())
        count = self._reports()
        stale = self._state.get("version") != self._room.VERSION
        many = len(due) >= AFRESH_FROM and len(due) * 5 >= count
        with self._room.uncollected():
            if afresh or stale or many:
                matters = self._everything()
            else:
                with roomy(self._connection, CACHE_KIB_TOUCHED):
                    matters = self._touched(sorted(due))
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
            roomy(self._connection, CACHE_KIB),
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
            said = sa.select(reports.c.id).where(reports.c.copy_of.is_not(None))
            given = set(self._connection.execute(said).scalars())
            found = sketches.nearest([name for name, _ in days], hands)
            put_copies(self._connection, [pair for pair in found if pair.report not in given])
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
        for some in portions(sorted(found)):
            there = self._named(some)
            for name, bodies in self._stated(some):
                yield self._job(there[name], bodies, first)

    def _job(self, report: Report, bodies: list[str], first: Mapping[str, str]) -> Job:
        original = first.get(report.id)
        return self._room.Job(report, bodies, self._named([original]).get(original) if original else None)

    def _stated(self, named: Sequence[str] | None = None) -> Iterator[tuple[str, list[str]]]:
        """By report, in their order, the claims that are not rejected, of all reports or of those named."""
        query = sa.select(claims.c.report, claims.c.body).where(claims.c.rejected == sa.false())
        query = query.order_by(claims.c.report, claims.c.position, claims.c.id)
        parts = [query] if named is None else (query.where(claims.c.report.in_(some)) for some in portions(named))
        for part in parts:
            for name, stated in groupby(streamed(self._connection, part), key=itemgetter(0)):
                yield name, [row.body for row in stated]

    # ------------------------------------------------------------------------------------- what is touched

    def _touched(self, due: Sequence[str]) -> int:
        found = self._named(due)
        recopied = self._recopying.recopied({name: found.get(name) for name in due})
        changed = list(dict.fromkeys([*due, *recopied]))
        found = self._named(changed)
        put = self._put({name: found.get(name) for name in changed})
        again = [name for name in changed if put[name]]
        touched = {matter for matters in put.values() for matter in matters}
        decided = self._redecided()
        touched |= decided
        result = self._room.update(self._rows, sorted(touched), again, self._rulings, self._register, decided)
        moved = self._rows.place(result.placed)
        self._rows.write(result.weighed)
        if decided:
            moved |= self._rows.origins_in(sorted(decided))  # a grade shows on its origins
        self._rows.describe(moved | self._rows.left, result.originations, self._register)
        return len({matter for w in result.weighed for matter in w.matters})

    def _put(self, known: Mapping[str, Report | None]) -> dict[str, set[str]]:
        """Makes the testimony of reports again; by report, the matters that this touches."""
        first = self._recopying.roots([name for name, report in known.items() if report is not None])
        originals = self._named({root for name, root in first.items() if root != name})
        stated = dict(self._stated(list(first)))
        decode = msgspec.json.Decoder(Claim).decode
        new: dict[str, Sequence[Testimony]] = {}
        for name, report in known.items():
            bodies = stated.get(name, ()) if report is not None else ()
            claimed = [decode(body) for body in bodies]
            original = originals.get(first[name]) if report is not None else None
            new[name] = self._room.testimonies(report, claimed, original) if report is not None else []
        return self._rows.put(new)

    def _named(self, names: Iterable[str]) -> dict[str, Report]:
        """The reports of these names that are there."""
        found: dict[str, Report] = {}
        for portion in portions(names):
            query = sa.select(reports).where(reports.c.id.in_(portion))
            found.update((row["id"], report_from(row)) for row in self._connection.execute(query).mappings())
        return found

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
def roomy(connection: sa.Connection, kib: int) -> Iterator[None]:
    """A larger page cache on SQLite meanwhile: rows of all indexes come in no order of theirs."""
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        connection.exec_driver_sql(f"PRAGMA cache_size = -{kib}")
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


def state_of(connection: sa.Connection) -> dict[str, str]:
    return {row.key: row.value for row in connection.execute(sa.select(weighing_state))}


_kept = {key: sa.select(weighing_state.c.value).where(weighing_state.c.key == key) for key in ("version", "seen")}
_last = sa.select(sa.func.max(journal_table.c.number))
_STANDING = sa.select(
    sa.exists(sa.select(weighing_due.c.report)),
    *(query.scalar_subquery() for query in (_kept["version"], _kept["seen"], _last)),
)


def is_current(connection: sa.Connection) -> bool:
    """Whether all that came in and was decided is weighed, by this version; in one query, as every page asks."""
    from stocktake import weighing

    due, version, number, last = connection.execute(_STANDING).one()
    return not due and version == weighing.VERSION and number == str(last or 0)


def seen(connection: sa.Connection) -> str:
    """The last journal entry there is."""
    return str(connection.execute(_last).scalar() or 0)
