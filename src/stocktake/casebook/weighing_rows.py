"""Testimony in the casebook's rows: the weighing room's shelf on a database, and what an update writes back.

Every read is by matter, report, claim or origin, so that an update loads what it touches and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
import sqlalchemy as sa

from stocktake.casebook.selecting import UNDATED, searchable
from stocktake.casebook.storing import streamed
from stocktake.casebook.weighed_tables import conflicts, findings, origins, positions, testimony
from stocktake.vocabulary import Conflict, Finding, Origin, Position

if TYPE_CHECKING:
    from stocktake.weighing import Origination, Placed, Register, Testimony, Weighed

ROWS = 400
"""Values in one IN list."""
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
        self._encode = msgspec.msgpack.Encoder().encode
        self._room = weighing
        self.left: set[str] = set()
        """Origins that lost claims when reports' testimony was replaced."""

    # ------------------------------------------------------------------------------------- reading

    def of_matters(self, matters: Sequence[str]) -> Iterator[Testimony]:
        yield from self._bodies(testimony.c.matter, matters)

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
            for body in self._connection.execute(query).scalars():
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
        found = {}
        t = testimony.c
        for portion in portions(claims):
            query = sa.select(t.claim, t.finding, t.anchor, t.origin).where(t.claim.in_(portion), t.finding != "")
            for claim, finding, anchor, origin in self._connection.execute(query):
                found[claim] = self._room.Placed(finding, tuple(msgspec.json.decode(anchor)), origin)
        return found

    def originations(self, names: Sequence[str]) -> Mapping[str, Origination]:
        o = origins.c
        return {
            row.id: self._room.Origination(row.id, row.speaker, row.statement, row.day)
            for portion in portions(names)
            for row in self._connection.execute(sa.select(o.id, o.speaker, o.statement, o.day).where(o.id.in_(portion)))
        }

    def origins_in(self, matters: Sequence[str]) -> set[str]:
        """The origins of these matters' claims."""
        found: set[str] = set()
        for portion in portions(matters):
            query = sa.select(testimony.c.origin).where(testimony.c.matter.in_(portion)).distinct()
            found |= set(self._connection.execute(query).scalars())
        return found

    # ------------------------------------------------------------------------------------- writing

    def put(self, report: str, new: Sequence[Testimony]) -> set[str]:
        """Set a report's testimony in place of what it had; the matters that this touches, none if it is the same."""
        old = {t.claim: t for t in self.of_reports([report])}
        now = {t.claim: t for t in new}
        if old == now:
            return set()
        changed = [t for claim, t in now.items() if old.get(claim) != t]
        gone = [claim for claim, t in old.items() if now.get(claim) != t]
        self.left |= {placed.origin for placed in self.placed(gone).values()}
        for portion in portions(gone):
            self._connection.execute(testimony.delete().where(testimony.c.claim.in_(portion)))
        if changed:
            self._connection.execute(testimony.insert(), [self._row(t, None) for t in changed])
        return {t.matter for t in (*old.values(), *now.values())}

    def fill(self, everything: Iterable[Testimony], placed: Mapping[str, Placed]) -> None:
        """Writes all testimony into the empty table."""
        for portion in portions(everything, 5000):
            self._connection.execute(testimony.insert(), [self._row(t, placed[t.claim]) for t in portion])

    def _row(self, t: Testimony, placed: Placed | None) -> dict[str, Any]:
        return {
            "claim": t.claim,
            "report": t.report,
            "matter": t.matter,
            "finding": placed.finding if placed else "",
            "origin": placed.origin if placed else "",
            "anchor": _anchor(placed) if placed else "",
            "voice": t.voice,
            "kind": t.kind,
            "outlet": t.outlet,
            "body": self._encode(t),
        }

    def place(self, placed: Mapping[str, Placed]) -> set[str]:
        """Writes where claims came to lie; the origins that gained or lost a claim by this."""
        before = self.placed(list(placed))
        moved = {claim: now for claim, now in placed.items() if before.get(claim) != now}
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

    def write(self, weighed: Iterable[Weighed], *, empty: bool = False) -> None:
        """Puts weighed matters in place of what these matters had."""
        whole = list(weighed)
        if not empty:
            matters = [matter for w in whole for matter in w.matters]
            for table in (findings, conflicts, positions):
                for portion in portions(matters):
                    self._connection.execute(table.delete().where(table.c.matter.in_(portion)))
        self._insert(findings, (_finding(f, w.matters[0]) for w in whole for f in w.findings))
        self._insert(conflicts, (_conflict(c, w.matters[0]) for w in whole for c in w.conflicts))
        self._insert(positions, (row for w in whole for row in _positions(w.positions, w.matters[0])))

    def _insert(self, table: sa.Table, rows: Iterable[dict[str, Any]]) -> None:
        for portion in portions(rows, 5000):
            self._connection.execute(table.insert(), portion)

    def describe(self, names: Iterable[str], known: Mapping[str, Origination], register: Register) -> None:
        """Writes anew the origins of these names, from the testimony that goes back to them."""
        wanted = sorted(name for name in names if name)
        told = {**self.originations(wanted), **{name: known[name] for name in wanted if name in known}}
        rows = list(self.of_origins(wanted))
        placed = self.placed([t.claim for t in rows])
        described = self._room.origins(rows, placed, told, register)
        for portion in portions(wanted):
            self._connection.execute(origins.delete().where(origins.c.id.in_(portion)))
        self.add_origins(described, told)

    def add_origins(self, described: Iterable[Origin], told: Mapping[str, Origination]) -> None:
        self._insert(origins, (_origin(o, told[o.id]) for o in described))


def _anchor(placed: Placed) -> str:
    return msgspec.json.encode(placed.anchor).decode()


def _json(struct: object) -> str:
    return msgspec.json.encode(struct).decode()


def _finding(f: Finding, matter: str) -> dict[str, Any]:
    return {
        "id": f.id,
        "matter": matter,
        "event": f.event.value,
        "agent": f.agent,
        "recipient": f.recipient,
        "item": f.item,
        "family": f.family,
        "parties": searchable(f.agent, f.recipient),
        "things": searchable(f.item, f.family),
        "modality": f.modality.value,
        "first_day": f.time.start if f.time else None,
        "last_day": f.time.end if f.time else None,
        "first_reported": f.first_reported or UNDATED,
        "last_reported": f.last_reported or UNDATED,
        "probability": f.probability,
        "grade": f.grade,
        "word": f.word,
        "claims": len(f.claims),
        "origins": len(f.origins_for) + len(f.origins_against),
        "disputed": f.disputed,
        "series": f.series,
        "body": _json(f),
    }


def _conflict(c: Conflict, matter: str) -> dict[str, Any]:
    return {"id": c.id, "matter": matter, "finding": c.findings[0], "kind": c.kind.value, "body": _json(c)}


def _positions(found: Iterable[Position], matter: str) -> Iterator[dict[str, Any]]:
    numbers: dict[str, int] = {}
    for p in found:
        numbers[p.finding] = numbers.get(p.finding, 0) + 1
        yield {
            "finding": p.finding,
            "number": numbers[p.finding],
            "matter": matter,
            "party": p.party,
            "body": _json(p),
        }


def _origin(o: Origin, told: Origination) -> dict[str, Any]:
    return {"id": o.id, "speaker": told.speaker, "statement": told.statement, "day": told.day, "body": _json(o)}
