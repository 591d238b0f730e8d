"""Who copies whom, kept up to date: the reports whose original is another after some were added, changed or removed.

Every step asks for all the reports, bands or texts that it needs at once, so that a report that has hundreds of
suspected copies costs a few queries for each step.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from stocktake.casebook.selecting import UNDATED
from stocktake.casebook.tables import reports
from stocktake.casebook.weighed_tables import copies, report_bands
from stocktake.casebook.weighing_rows import Rows, portions
from stocktake.vocabulary import Report

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from stocktake.weighing import Copy

BUCKETS = 100
"""Bands of which the first reports are asked for in one statement."""
Place = tuple[int, str]
"""A report in time: its day and its name."""


class Recopying:
    """Who copies whom among the reports of a casebook, while these change."""

    def __init__(self, connection: sa.Connection, rows: Rows) -> None:
        from stocktake import weighing

        self._connection = connection
        self._room = weighing
        self._rows = rows
        self._shingles: dict[str, NDArray[np.uint64]] = {}

    def recopied(self, due: Mapping[str, Report | None]) -> list[str]:
        """Notes the bands of new reports and of those with a new day; the reports that copy others than before."""
        suspects: dict[str, None] = {}
        days = self._days(due)
        for name, report in due.items():
            before = days.get(name)
            if report is None or before == day_of(report):
                continue
            numbers = self._room.bands(report.text)
            if before is not None:
                suspects.update(dict.fromkeys(self._after((before, name), numbers)))
                self._connection.execute(report_bands.delete().where(report_bands.c.report == name))
            self._rows.insert(report_bands, [(number, day_of(report), name) for number in numbers])
            place = (day_of(report), name)
            found = self._disturbed(report, numbers) if before is None else self._after(place, numbers)
            suspects.update(dict.fromkeys((name, *found)))
        moved = self._reparented(list(suspects))
        return [*moved, *self._descendants(moved)]

    def roots(self, names: Sequence[str]) -> dict[str, str]:
        """By report, the first one that its words go back to: itself, unless it is a copy of one that is here."""
        parents: dict[str, str] = {}
        rest = list(names)
        copy, original = reports.alias(), reports.alias()
        while rest:
            found: dict[str, str] = {}
            for portion in portions(rest):
                query = sa.select(copy.c.id, copy.c.copy_of).join_from(copy, original, copy.c.copy_of == original.c.id)
                found.update(self._pairs(query.where(copy.c.id.in_(portion))))
            parents.update(found)
            rest = [name for name in dict.fromkeys(found.values()) if name not in parents]
        return {name: self._room.root(parents, name) for name in names}

    def _pairs(self, query: sa.Select[Any]) -> Iterator[tuple[Any, Any]]:
        """The rows of a query of two columns."""
        return ((one, other) for one, other in self._connection.execute(query).all())

    def _days(self, names: Iterable[str]) -> dict[str, int]:
        """The days under which the bands of reports are noted."""
        b = report_bands.c
        found: dict[str, int] = {}
        for portion in portions(names):
            found.update(self._pairs(sa.select(b.report, b.day).where(b.report.in_(portion)).distinct()))
        return found

    def _after(self, place: Place, numbers: Iterable[int]) -> Iterator[str]:
        """The reports after a place in time that share a band, each as often as it shares one."""
        b = report_bands.c
        for portion in portions(numbers):
            query = sa.select(b.report).where(b.band.in_(portion), sa.tuple_(b.day, b.report) > sa.tuple_(*place))
            yield from self._connection.execute(query).scalars().all()

    def _disturbed(self, new: Report, numbers: Sequence[int]) -> Iterator[str]:
        """Later reports that may be copies of a new one, or of one that it puts out of a band's crowd."""
        crowd = self._room.CROWD
        place = (day_of(new), new.id)
        among = {n: first for n, first in self._first(numbers, crowd + 1).items() if place in first[:crowd]}
        put_out = {name for first in among.values() for _, name in first[crowd:]}
        for portion in portions(sorted(put_out)):
            copied = sa.select(copies.c.report).where(copies.c.original.in_(portion))
            yield from self._connection.execute(copied).scalars().all()
        in_common: dict[str, int] = defaultdict(int)
        for name in self._after(place, among):
            in_common[name] += 1
        suspects = [n for n, mine in self._counted(list(in_common)) if self._room.suspicious(in_common[n], mine)]
        told = self._room.shingles(new.text)
        self._learn(suspects)
        yield from (name for name in suspects if self._room.share(told, self._shingles[name]) >= self._room.SHARE)

    def _counted(self, names: Sequence[str]) -> Iterator[tuple[str, int]]:
        """Reports with the number of their bands."""
        b = report_bands.c
        for portion in portions(names):
            yield from self._pairs(sa.select(b.report, sa.func.count()).where(b.report.in_(portion)).group_by(b.report))

    def _first(self, numbers: Iterable[int], count: int) -> dict[int, list[Place]]:
        """By band, so many of its reports at most, the earliest first."""
        found: dict[int, list[Place]] = defaultdict(list)
        one = (
            f"SELECT * FROM (SELECT band, day, report FROM {report_bands.name} WHERE band = {self._rows.mark}"
            f" ORDER BY day, report LIMIT {count}) AS bucket"
        )
        for portion in portions(numbers, BUCKETS):
            query = " UNION ALL ".join([one] * len(portion))
            for number, day, name in self._connection.exec_driver_sql(query, tuple(portion)).all():
                found[number].append((day, name))
        return {number: sorted(places) for number, places in found.items()}

    def _reparented(self, names: Sequence[str]) -> list[str]:
        """Finds again which reports these copy; those that copy another than before."""
        before = self._originals(names)
        places = self._places(names)
        free = [name for name in names if name in places and (before.get(name) or places[name][1] is None)]
        bands: dict[str, list[int]] = defaultdict(list)
        for portion in portions(free):
            query = sa.select(report_bands.c.report, report_bands.c.band).where(report_bands.c.report.in_(portion))
            for name, band in self._pairs(query):
                bands[name].append(band)
        crowds = self._first({band for mine in bands.values() for band in mine}, self._room.CROWD)
        alike = {name: self._alike((places[name][0], name), bands[name], crowds) for name in free}
        self._learn({name for name in free if alike[name]}.union(*alike.values()))
        moved: dict[str, Copy | None] = {}
        for name in free:
            earlier = ((other, self._shingles[other]) for other in alike[name])
            now = self._room.parent(name, self._shingles[name], earlier) if alike[name] else None
            if (now.original if now else None) != before.get(name):
                moved[name] = now
        self._put(moved)
        return list(moved)

    def _alike(self, place: Place, mine: Sequence[int], crowds: Mapping[int, Sequence[Place]]) -> list[str]:
        """The reports before a place that a report there may repeat, given its bands, the earliest first."""
        met: dict[Place, int] = defaultdict(int)
        for number in mine:
            for other in crowds.get(number, ()):
                if other < place:
                    met[other] += 1
        return [name for (_, name), count in sorted(met.items()) if self._room.suspicious(count, len(mine))]

    def _originals(self, names: Iterable[str]) -> dict[str, str]:
        """By report, the one of which it was found to be a copy."""
        found: dict[str, str] = {}
        for portion in portions(names):
            query = sa.select(copies.c.report, copies.c.original).where(copies.c.report.in_(portion))
            found.update(self._pairs(query))
        return found

    def _places(self, names: Iterable[str]) -> dict[str, tuple[int, str | None]]:
        """By report, its day and the report of which it is said to be a copy."""
        found = {}
        for portion in portions(names):
            query = sa.select(reports.c.id, reports.c.day, reports.c.copy_of).where(reports.c.id.in_(portion))
            for name, day, copy_of in self._connection.execute(query).all():
                found[name] = (day.toordinal(), copy_of)
        return found

    def _put(self, moved: Mapping[str, Copy | None]) -> None:
        """Notes which reports these copy now, in place of what was noted."""
        for portion in portions(moved):
            self._connection.execute(copies.delete().where(copies.c.report.in_(portion)))
            self._connection.execute(reports.update().where(reports.c.id.in_(portion)).values(copy_of=None))
        put_copies(self._connection, [pair for pair in moved.values() if pair is not None])

    def _learn(self, names: Iterable[str]) -> None:
        """Reads the texts of reports whose shingles are not known yet."""
        for portion in portions(sorted(name for name in names if name not in self._shingles)):
            query = sa.select(reports.c.id, reports.c.text).where(reports.c.id.in_(portion))
            texts = dict(self._pairs(query))
            for name in portion:
                self._shingles[name] = self._room.shingles(texts.get(name, ""))

    def _descendants(self, names: Iterable[str]) -> list[str]:
        """The copies of reports, and theirs."""
        found: dict[str, None] = {}
        rest = list(names)
        while rest:
            following: list[str] = []
            for portion in portions(rest):
                query = sa.select(reports.c.id).where(reports.c.copy_of.in_(portion))
                following += self._connection.execute(query).scalars().all()
            rest = [name for name in dict.fromkeys(following) if name not in found]
            found.update(dict.fromkeys(rest))
        return list(found)


def put_copies(connection: sa.Connection, pairs: Sequence[Copy]) -> None:
    """Notes copies, of reports of which none is noted yet."""
    if pairs:
        rows = [{"report": pair.report, "original": pair.original, "share": pair.share} for pair in pairs]
        connection.execute(copies.insert(), rows)
        named = reports.c.id == sa.bindparam("of")
        statement = reports.update().where(named).values(copy_of=sa.bindparam("to"))
        connection.execute(statement, [{"of": pair.report, "to": pair.original} for pair in pairs])


def day_of(report: Report) -> int:
    """The day by which a report stands in time."""
    return (report.published or UNDATED).toordinal()
