"""The casebook as a plain SQLite file with flat tables and views, to query with Datasette or any SQL tool."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from stocktake.telling.exports.holdings import Holdings
from stocktake.telling.titles import finding_title
from stocktake.vocabulary import Claim, Finding, Period, Quantity

TABLES = """
CREATE TABLE reports (id TEXT PRIMARY KEY, outlet TEXT, title TEXT, published TEXT, url TEXT, language TEXT,
  copy_of TEXT, text TEXT);
CREATE TABLE claims (id TEXT PRIMARY KEY, report TEXT REFERENCES reports, origin TEXT REFERENCES origins, event TEXT,
  agent TEXT, recipient TEXT, item TEXT, place TEXT, low REAL, high REAL, unit TEXT, per TEXT, approximate INTEGER,
  start TEXT, "end" TEXT, sources TEXT, stance TEXT, modality TEXT, negated INTEGER, confidence REAL, quote TEXT);
CREATE TABLE origins (id TEXT PRIMARY KEY, name TEXT, kind TEXT, statement TEXT, party INTEGER, reliability TEXT);
CREATE TABLE findings (id TEXT PRIMARY KEY, title TEXT, event TEXT, agent TEXT, recipient TEXT, item TEXT, family TEXT,
  place TEXT, low REAL, high REAL, unit TEXT, per TEXT, approximate INTEGER, start TEXT, "end" TEXT, modality TEXT,
  negated INTEGER, probability REAL, grade TEXT, word TEXT, origins_for INTEGER, origins_against INTEGER,
  counted_by INTEGER, first_reported TEXT, last_reported TEXT, series TEXT, part_of TEXT);
CREATE TABLE evidence (finding TEXT REFERENCES findings, claim TEXT REFERENCES claims, PRIMARY KEY (finding, claim));
CREATE INDEX claims_of_report ON claims (report);
CREATE INDEX evidence_of_claim ON evidence (claim);
CREATE VIEW findings_with_quotes AS
  SELECT f.id AS finding, f.title, f.word, f.probability, f.grade, r.outlet, r.published, c.stance, c.sources, c.quote,
         r.url
  FROM findings f JOIN evidence e ON e.finding = f.id JOIN claims c ON c.id = e.claim JOIN reports r ON r.id = c.report
  ORDER BY f.id, r.published;
CREATE VIEW origins_by_weight AS
  SELECT o.name, o.kind, o.reliability, count(DISTINCT e.finding) AS findings, count(*) AS claims
  FROM origins o JOIN claims c ON c.origin = o.id LEFT JOIN evidence e ON e.claim = c.id
  GROUP BY o.name, o.kind, o.reliability ORDER BY findings DESC;
CREATE VIEW flows_by_month AS
  SELECT event, agent, recipient, coalesce(family, item) AS item, substr(coalesce(start, "end"), 1, 7) AS month,
         low, high, unit, per, modality, probability, id AS finding
  FROM findings WHERE low IS NOT NULL OR high IS NOT NULL ORDER BY month;
CREATE VIEW disputed AS SELECT * FROM findings WHERE origins_for > 0 AND origins_against > 0
  ORDER BY origins_against DESC, probability;
"""


def write(holdings: Holdings, path: Path) -> int:
    """Write the tables and views to `path`, a new file; the number of findings."""
    path.unlink(missing_ok=True)
    with _disk_faults(path), closing(sqlite3.connect(path)) as db, db:
        db.executescript(TABLES)
        _fill(db, "reports", (_report(r) for r in holdings.reports.values()))
        _fill(
            db,
            "origins",
            ((o.id, o.name, o.kind.value, o.statement, o.party, o.grade) for o in holdings.origins.values()),
        )
        _fill(db, "claims", (_claim(c, holdings.origin_of.get(c.id)) for c in holdings.claims.values()))
        _fill(db, "findings", (_finding(f) for f in holdings.findings))
        _fill(db, "evidence", ((f.id, c) for f in holdings.findings for c in f.claims if c in holdings.claims))
    return len(holdings.findings)


def _fill(db: sqlite3.Connection, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    listed = list(rows)
    if listed:
        marks = ", ".join("?" * len(listed[0]))
        db.executemany(f"INSERT INTO {table} VALUES ({marks})", listed)


def _report(r: Any) -> tuple[Any, ...]:
    return r.id, r.outlet, r.title, _day(r.published), r.url, r.language, r.copy_of, r.text


def _day(day: Any) -> str | None:
    return day.isoformat() if day else None


@contextmanager
def _disk_faults(path: Path) -> Iterator[None]:
    """A full disk as the fault that it is for every other file."""
    try:
        yield
    except sqlite3.OperationalError as fault:
        if "full" not in str(fault):
            raise
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path)) from fault


def _bounds(q: Quantity | None) -> tuple[Any, ...]:
    return (q.low, q.high, q.unit, q.per, q.approximate) if q else (None,) * 5


def _days(p: Period | None) -> tuple[Any, ...]:
    return (_day(p.start), _day(p.end)) if p else (None, None)


def _claim(c: Claim, origin: str | None) -> tuple[Any, ...]:
    return (
        *(c.id, c.report, origin, c.event.value, c.agent, c.recipient, c.item, c.place),
        *_bounds(c.quantity),
        *_days(c.time),
        *(" < ".join(c.sources), c.stance.value, c.modality.value, c.negated, c.confidence, c.quote),
    )


def _finding(f: Finding) -> tuple[Any, ...]:
    return (
        *(f.id, finding_title(f), f.event.value, f.agent, f.recipient, f.item, f.family, f.place),
        *_bounds(f.quantity),
        *_days(f.time),
        *(f.modality.value, f.negated, f.probability, f.grade, f.word, len(f.origins_for), len(f.origins_against)),
        *(f.counted_by, _day(f.first_reported), _day(f.last_reported), f.series, f.part_of),
    )
