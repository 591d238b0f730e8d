"""Testimony in the casebook's rows: the weighing room's shelf on a database, and what an update writes back.

Every read is by matter, report, claim or origin, so that an update loads what it touches and nothing else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
import sqlalchemy as sa

from stocktake.casebook.selecting import UNDATED, searchable
from stocktake.casebook.storing import streamed
from stocktake.casebook.weighed_tables import conflicts, findings, origins, positions, testimony
from stocktake.vocabulary import Conflict, Finding, Origin, Position

if TYPE_CHECKING:
    from stocktake.weighing import Origination, Part, Placed, Register, Standing, Testimony, Weighed

ROWS = 400
"""Values in one IN list."""
Row = tuple[Any, ...]
"""A row's values in the order of its table's columns, days as ISO 8601."""
T = TypeVar("T")


def portions(values: Iterable[T], size: int = ROWS) -> Iterator[list[T]]:
    """The values in lists of at most `size`."""
    rest = iter(values)
    while portion := list(islice(rest, size)):
        yield portion


class Rows:
    """A shelf (see `stocktake.weighing.Shelf`) on a connection."""

    def __init__(self, connection: sa.Connection) -> None:
        from stocktake import weighing

        self._connection = connection
        self._decode = msgspec.msgpack.Decoder(weighing.Testimony).decode
        self._room = weighing
        self.mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
        self.left: set[str] = set()
        """Origins that lost claims when reports' testimony was replaced."""
        self._gone: dict[str, list[tuple[Testimony, str]]] = {}
        """By matter, testimony that was taken out, with the finding that it was in."""
        self._places: dict[str, Placed] = {}
        """Where claims lie, as far as it was asked: kept until it is written anew."""
        self._unplaced: set[str] = set()
        """Claims of which it is known that they have no place yet, whatever their rows still say."""
        self._told: dict[str, list[Testimony]] = {}
        """By matter, its testimony, as far as it is expected to be asked for."""
        self._written: dict[str, list[tuple[str, str]]] = {}
        """By matter, the ids and bodies of its findings, as far as it was asked."""
        self._place = msgspec.json.Decoder(tuple[int, str, str]).decode

    # ------------------------------------------------------------------------------------- reading

    def expect(self, matters: Sequence[str]) -> None:
        self._told.update((matter, []) for matter in matters)
        for t in self._of_matters(matters):
            self._told[t.matter].append(t)
        self._findings(matters)

    def of_matters(self, matters: Sequence[str]) -> Iterator[Testimony]:
        for matter in matters:
            yield from self._told.pop(matter, None) or self._of_matters([matter])

    def _of_matters(self, matters: Sequence[str]) -> Iterator[Testimony]:
        t = testimony.c
        placed, place, decode, places = self._room.Placed, self._place, self._decode, self._places
        for portion in portions(matters):
            query = sa.select(t.claim, t.finding, t.anchor, t.origin, t.body).where(t.matter.in_(portion))
            for claim, finding, anchor, origin, body in self._connection.execute(query).all():
                if not finding or claim in self._unplaced:
                    self._unplaced.add(claim)
                elif claim not in places:
                    places[claim] = placed(finding, place(anchor), origin)
                yield decode(body)

    def of_reports(self, reports: Sequence[str]) -> Iterator[Testimony]:
        yield from self._bodies(testimony.c.report, reports)

    def of_findings(self, names: Sequence[str]) -> Iterator[Testimony]:
        yield from self._bodies(testimony.c.finding, names)

    def of_origins(self, names: Sequence[str]) -> Iterator[Testimony]:
        yield from self._bodies(testimony.c.origin, names)

    def everything(self) -> Iterator[Testimony]:
        """All testimony, in the order of its claims."""
        for body in streamed(self._connection, sa.select(testimony.c.body).order_by(testimony.c.claim)).scalars():
            yield self._decode(body)

    def _bodies(self, column: sa.Column[str], values: Sequence[str]) -> Iterator[Testimony]:
        for portion in portions(values):
            query = sa.select(testimony.c.body).where(column.in_(portion))
            for body in self._connection.execute(query).scalars().all():
                yield self._decode(body)

    def matters_of(self, claims: Sequence[str]) -> Mapping[str, str]:
        return {
            claim: matter
            for portion in portions(claims)
            for claim, matter in self._connection.execute(
                sa.select(testimony.c.claim, testimony.c.matter).where(testimony.c.claim.in_(portion))
            )
        }

    def placed(self, claims: Sequence[str]) -> Mapping[str, Placed]:
        t = testimony.c
        places = self._places
        every = dict(zip(claims, map(places.get, claims), strict=True))
        found = {claim: placed for claim, placed in every.items() if placed is not None}
        unknown = [claim for claim in every if claim not in found and claim not in self._unplaced]
        for portion in portions(unknown):
            query = sa.select(t.claim, t.finding, t.anchor, t.origin).where(t.claim.in_(portion), t.finding != "")
            for claim, finding, anchor, origin in self._connection.execute(query).all():
                found[claim] = places[claim] = self._room.Placed(finding, self._place(anchor), origin)
        return found

    def originations(self, names: Sequence[str]) -> Mapping[str, Origination]:
        o = origins.c
        return {
            row.id: self._room.Origination(row.id, row.speaker, row.statement, row.day)
            for portion in portions(names)
            for row in self._connection.execute(sa.select(o.id, o.speaker, o.statement, o.day).where(o.id.in_(portion)))
        }

    def gone(self, matters: Sequence[str]) -> Iterator[tuple[Testimony, str]]:
        return chain.from_iterable(self._gone.get(matter, ()) for matter in matters)

    def standing(self, matters: tuple[str, ...]) -> Mapping[str, Standing]:
        decode = msgspec.json.Decoder(self._room.Standing).decode
        return {name: decode(body) for name, _, body in self._findings(matters[:1])}

    def _findings(self, matters: Sequence[str]) -> Iterator[tuple[str, str, str]]:
        """The ids, matters and bodies of the findings that were written with these matters."""
        f = findings.c
        unknown = [matter for matter in matters if matter not in self._written]
        self._written.update((matter, []) for matter in unknown)
        for portion in portions(unknown):
            query = sa.select(f.id, f.matter, f.body).where(f.matter.in_(portion))
            for name, matter, body in self._connection.execute(query).all():
                self._written[matter].append((name, body))
        return ((name, matter, body) for matter in matters for name, body in self._written[matter])

    def origins_in(self, matters: Sequence[str]) -> set[str]:
        """The origins of these matters' claims."""
        found: set[str] = set()
        for portion in portions(matters):
            query = sa.select(testimony.c.origin).where(testimony.c.matter.in_(portion)).distinct()
            found |= set(self._connection.execute(query).scalars())
        return found

    # ------------------------------------------------------------------------------------- writing

    def put(self, new: Mapping[str, Sequence[Testimony]]) -> dict[str, set[str]]:
        """Set reports' testimony in place of what they had; by report the matters that this touches, none if the same.

        Testimony of which only the description of its origin goes by what has changed stays where it lies.
        """
        old = {t.claim: t for t in self.of_reports(list(new))}
        now = {t.claim: t for told in new.values() for t in told}
        changed = [t for claim, t in now.items() if old.get(claim) != t]
        gone = [claim for claim, t in old.items() if now.get(claim) != t]
        alike = {t.claim for t in changed if t.claim in old and self._room.weigh_alike(old[t.claim], t)}
        places = self.placed(gone)
        self.left |= {placed.origin for placed in places.values()}
        self._delete(testimony, testimony.c.claim, [claim for claim in gone if claim not in now])
        self._change([t for t in changed if t.claim in old])
        self.insert(testimony, [_testimony(t, None) for t in changed if t.claim not in old])
        self._unplaced.update(t.claim for t in changed if t.claim not in alike)
        for claim in gone:
            if claim not in alike:
                self._places.pop(claim, None)
                if claim in places:
                    self._gone.setdefault(old[claim].matter, []).append((old[claim], places[claim].finding))
        touched: dict[str, set[str]] = {report: set() for report in new}
        for t in (*(old[claim] for claim in gone), *changed):
            if t.claim not in alike:
                touched[t.report].add(t.matter)
        return touched

    def _change(self, told: Sequence[Testimony]) -> None:
        """Writes testimony in place of what its claims had; where they lie is written when it is known."""
        names = ("matter", "voice", "kind", "outlet", "body")
        if told:
            sets = ", ".join(f"{name} = {self.mark}" for name in names)
            rows = [(t.matter, t.voice, t.kind, t.outlet, msgspec.msgpack.encode(t), t.claim) for t in told]
            self._connection.exec_driver_sql(f"UPDATE {testimony.name} SET {sets} WHERE claim = {self.mark}", rows)

    def fill(self, packed: bytes) -> None:
        """Writes rows that `packed` packed."""
        for name, rows in msgspec.msgpack.decode(packed, type=dict[str, list[Row]]).items():
            self.insert(_TABLES[name], rows)

    def insert(self, table: sa.Table, rows: Sequence[Row]) -> None:
        """Writes rows of all of a table's columns, as the database's driver takes them."""
        if rows:
            marks = ", ".join(self.mark for _ in table.c)
            self._connection.exec_driver_sql(
                f"INSERT INTO {table.name} ({', '.join(table.c.keys())}) VALUES ({marks})", list(rows)
            )

    def _delete(self, table: sa.Table, column: sa.Column[Any], values: Iterable[str]) -> None:
        for portion in portions(values):
            self._connection.execute(table.delete().where(column.in_(portion)))

    def place(self, placed: Mapping[str, Placed]) -> set[str]:
        """Writes where claims came to lie; the origins that gained or lost a claim by this."""
        before = self.placed(list(placed))
        moved = {claim: now for claim, now in placed.items() if before.get(claim) != now}
        self._places.update(moved)
        self._unplaced.difference_update(moved)
        if moved:
            statement = (
                testimony.update()
                .where(testimony.c.claim == sa.bindparam("of"))
                .values(finding=sa.bindparam("to"), origin=sa.bindparam("by"), anchor=sa.bindparam("at"))
            )
            self._connection.execute(
                statement,
                [
                    {"of": claim, "to": now.finding, "by": now.origin, "at": _anchor(now)}
                    for claim, now in moved.items()
                ],
            )
        return {now.origin for now in moved.values()} | {before[claim].origin for claim in moved if claim in before}

    def write(self, weighed: Sequence[Weighed]) -> None:
        """Puts weighed matters in place of what these matters had; rows that come out the same stay as they are."""
        matters = [matter for w in weighed for matter in w.matters]
        kept = frozenset(name for w in weighed for name in w.kept)
        held = frozenset(name for w in weighed for name in w.held)
        self._replace(
            findings,
            ("id",),
            (row for row in self._findings(matters) if row[0] not in kept),
            [_finding(f, w.matters[0]) for w in weighed for f in w.findings],
        )
        self._replace(
            conflicts,
            ("id",),
            (row for row in self._rows(conflicts, ("id",), matters) if not self._stands(row[-1], kept)),
            [_conflict(c, w.matters[0]) for w in weighed for c in w.conflicts],
        )
        self._replace(
            positions,
            ("finding", "number"),
            (row for row in self._rows(positions, ("finding", "number"), matters) if row[0] not in held),
            [row for w in weighed for row in _positions(w.positions, w.matters[0])],
        )
        self._written.clear()

    def _stands(self, conflict: str, kept: Collection[str]) -> bool:
        """Whether a conflict, as JSON, stands as it was when these findings do."""
        if not kept:
            return False
        found = _between(conflict)
        return self._room.stands(found.kind, found.findings, kept)

    def _rows(self, table: sa.Table, key: Sequence[str], matters: Sequence[str]) -> Iterator[Row]:
        """Key, matter and body of the rows of some matters."""
        for portion in portions(matters):
            query = sa.select(*(table.c[name] for name in (*key, "matter", "body"))).where(table.c.matter.in_(portion))
            yield from (tuple(row) for row in self._connection.execute(query).all())

    def _replace(self, table: sa.Table, key: Sequence[str], before: Iterable[Row], rows: Sequence[Row]) -> None:
        """Brings rows (key, matter and body of each) to those given: what differs is deleted and written anew."""
        names = table.c.keys()
        at = [names.index(name) for name in key]
        matter, body = names.index("matter"), names.index("body")
        wanted = {tuple(row[i] for i in at): (row[matter], row[body]) for row in rows}
        stale = []
        for *found, its_matter, its_body in before:
            if wanted.get(tuple(found)) == (its_matter, its_body):
                del wanted[tuple(found)]
            else:
                stale.append(tuple(found))
        columns = sa.tuple_(*(table.c[name] for name in key))
        for keys in portions(stale):
            self._connection.execute(table.delete().where(columns.in_(keys)))
        self.insert(table, [row for row in rows if tuple(row[i] for i in at) in wanted])

    def describe(self, names: Iterable[str], known: Mapping[str, Origination], register: Register) -> None:
        """Writes anew the origins of these names, from the testimony that goes back to them."""
        wanted = sorted(name for name in names if name)
        told = {**self.originations(wanted), **{name: known[name] for name in wanted if name in known}}
        rows = list(self.of_origins(wanted))
        placed = self.placed([t.claim for t in rows])
        described = self._room.origins_of(rows, placed, told, register)
        self._delete(origins, origins.c.id, wanted)
        self.insert(origins, [_origin(o, told[o.id]) for o in described])


_TABLES = {table.name: table for table in (testimony, findings, conflicts, positions, origins)}


def packed(part: Part) -> bytes:
    """The rows of a part, by table."""
    rows = {
        testimony.name: [_testimony(t, placed) for t, placed in part.placed],
        **_weighed(part.weighed),
        origins.name: [_origin(o, told) for o, told in part.origins],
    }
    return msgspec.msgpack.encode(rows)


def _weighed(whole: Sequence[Weighed]) -> dict[str, list[Row]]:
    """The rows of weighed matters, by table."""
    return {
        findings.name: [_finding(f, w.matters[0]) for w in whole for f in w.findings],
        conflicts.name: [_conflict(c, w.matters[0]) for w in whole for c in w.conflicts],
        positions.name: [row for w in whole for row in _positions(w.positions, w.matters[0])],
    }


def _anchor(placed: Placed) -> str:
    return msgspec.json.encode(placed.anchor).decode()


class _Between(msgspec.Struct):
    """Of what kind a conflict is, and the findings that it lies between."""

    kind: str
    findings: tuple[str, ...]


_between = msgspec.json.Decoder(_Between).decode


def _json(struct: object) -> str:
    return msgspec.json.encode(struct).decode()


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _testimony(t: Testimony, placed: Placed | None) -> Row:
    return (
        t.claim,
        t.report,
        t.matter,
        placed.finding if placed else "",
        placed.origin if placed else "",
        _anchor(placed) if placed else "",
        t.voice,
        t.kind,
        t.outlet,
        msgspec.msgpack.encode(t),
    )


def _finding(f: Finding, matter: str) -> Row:
    return (
        f.id,
        matter,
        f.event.value,
        f.agent,
        f.recipient,
        f.item,
        f.family,
        searchable(f.agent, f.recipient),
        searchable(f.item, f.family),
        f.modality.value,
        _day(f.time.start) if f.time else None,
        _day(f.time.end) if f.time else None,
        _day(f.first_reported or UNDATED),
        _day(f.last_reported or UNDATED),
        f.probability,
        f.grade,
        f.word,
        len(f.claims),
        len(f.origins_for),
        f.disputed,
        f.series,
        _json(f),
    )


def _conflict(c: Conflict, matter: str) -> Row:
    return (c.id, matter, c.findings[0], c.kind.value, _json(c))


def _positions(found: Iterable[Position], matter: str) -> Iterator[Row]:
    numbers: dict[str, int] = {}
    for p in found:
        numbers[p.finding] = numbers.get(p.finding, 0) + 1
        yield (p.finding, numbers[p.finding], matter, p.party, _json(p))


def _origin(o: Origin, told: Origination) -> Row:
    return (o.id, told.speaker, told.statement, told.day, _json(o))
