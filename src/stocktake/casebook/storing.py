"""Reports and claims as rows: written together, read back as the vocabulary's structs.

A report's rows are written in one transaction with its bytes and its claims, so that a power cut leaves all of it or
nothing. A report's claims are brought up to date by difference: a row that would come out the same is not touched.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from stocktake.casebook import journal
from stocktake.casebook.deciding import Standing, described, standings
from stocktake.casebook.selecting import UNDATED, columns
from stocktake.casebook.tables import blobs, claims, reports
from stocktake.vocabulary import Claim, Report

PAGE = 1000


OPENING = 80
"""Characters of a text that stand for a title that is missing."""


class Heading(msgspec.Struct, frozen=True, kw_only=True):
    """A report as a list shows it: everything but its text; `unread` when its reader does not know its language.

    `opening` is how the text of a report without a title begins; empty where there is a title.
    """

    id: str
    published: dt.date | None
    outlet: str | None
    title: str | None
    url: str | None
    language: str
    copy_of: str | None
    media_type: str
    words: int
    claims: int
    added: dt.datetime
    read_with: str
    unread: bool
    opening: str = ""


class _Description(msgspec.Struct, frozen=True, kw_only=True):
    published: dt.date | None
    outlet: str | None

    def fields(self) -> dict[str, Any]:
        return {"published": self.published, "outlet": self.outlet}


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """How a report's claims changed when they were made again."""

    new: int = 0
    gone: int = 0
    changed: int = 0

    def __add__(self, other: Difference) -> Difference:
        return Difference(new=self.new + other.new, gone=self.gone + other.gone, changed=self.changed + other.changed)


def is_kept(connection: sa.Connection, report: Report, sha256: str) -> bool | None:
    """True where the report is there, from these bytes or others; None where its id is another's; else False."""
    blob = connection.execute(sa.select(reports.c.blob).where(reports.c.id == report.id)).scalar()
    if blob is None:
        return False
    return True if blob == sha256 or one_report(connection, report.id) == report else None


def put_report(
    connection: sa.Connection,
    report: Report,
    raw: bytes,
    media_type: str,
    read: Sequence[Claim],
    *,
    read_with: str,
    unread: bool,
) -> None:
    """Stores a report, its bytes and its claims; the caller's transaction makes it one step."""
    sha256 = hashlib.sha256(raw).hexdigest()
    if connection.execute(sa.select(blobs.c.sha256).where(blobs.c.sha256 == sha256)).scalar() is None:
        connection.execute(blobs.insert(), {"sha256": sha256, "size": len(raw), **_packed(raw)})
    connection.execute(
        reports.insert(),
        {
            "id": report.id,
            "blob": sha256,
            "media_type": media_type,
            "url": report.url,
            "outlet": report.outlet,
            "title": report.title,
            "published": report.published,
            "retrieved": report.retrieved.isoformat() if report.retrieved else None,
            "language": report.language,
            "copy_of": report.copy_of,
            "text": report.text,
            "words": len(report.text.split()),
            "day": report.published or UNDATED,
            "added": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "read_with": read_with,
            "unread": unread,
        },
    )
    put_claims(connection, report, read)


def put_claims(connection: sa.Connection, report: Report, read: Sequence[Claim]) -> Difference:
    """Brings a report's claims to what reading and decisions say now."""
    wanted, there = wanted_rows(connection, report, read), kept_rows(connection, report.id)
    gone = there.keys() - wanted.keys()
    new = [row for key, row in wanted.items() if key not in there]
    changed = [row for key, row in wanted.items() if key in there and row != there[key]]
    if gone:
        connection.execute(claims.delete().where(claims.c.id.in_(gone)))
    if new:
        connection.execute(claims.insert(), new)
    for row in changed:
        connection.execute(claims.update().where(claims.c.id == row["id"]).values(**row))
    return Difference(new=len(new), gone=len(gone), changed=len(changed))


def wanted_rows(connection: sa.Connection, report: Report, read: Sequence[Claim]) -> dict[str, dict[str, Any]]:
    """The rows that a report's claims should have, by id: as read, with the decisions in force applied."""
    standing = standings(read, journal.entries(connection, report=report.id), report)
    return {row["id"]: row for row in (_row(s, report) for s in standing)}


def kept_rows(connection: sa.Connection, report_id: str) -> dict[str, dict[str, Any]]:
    """The rows that a report's claims have, by id."""
    rows = connection.execute(sa.select(claims).where(claims.c.report == report_id)).mappings()
    return {row["id"]: dict(row) for row in rows}


def claims_as_read(connection: sa.Connection, report: Report) -> list[Claim]:
    """The report's claims as the reader gave them, before any decision."""
    rows = connection.execute(
        sa.select(claims.c.body, claims.c.read, claims.c.decided)
        .where(claims.c.report == report.id)
        .order_by(claims.c.position, claims.c.id)
    )
    found = [read if decided is not None else body for body, read, decided in rows]
    return [msgspec.json.decode(text, type=Claim) for text in found if text is not None]


def report_from(row: sa.RowMapping) -> Report:
    """The report that a row holds."""
    return Report(
        id=row["id"],
        text=row["text"],
        url=row["url"],
        outlet=row["outlet"],
        title=row["title"],
        published=row["published"],
        retrieved=dt.datetime.fromisoformat(row["retrieved"]) if row["retrieved"] else None,
        language=row["language"],
        copy_of=row["copy_of"],
    )


def report_as_obtained(row: sa.RowMapping) -> Report:
    """The same as it was before anyone described it otherwise."""
    report = report_from(row)
    if row["obtained"] is None:
        return report
    return msgspec.structs.replace(report, **msgspec.json.decode(row["obtained"], type=_Description).fields())


def describe(connection: sa.Connection, report_id: str) -> tuple[Report, bool]:
    """Brings a report's day and outlet to what the journal says; the report, and whether its day changed."""
    row = connection.execute(sa.select(reports).where(reports.c.id == report_id)).mappings().one()
    before, obtained = report_from(row), report_as_obtained(row)
    now = described(obtained, journal.entries(connection, report=report_id))
    if now != before:
        kept = _Description(published=obtained.published, outlet=obtained.outlet)
        connection.execute(
            reports.update()
            .where(reports.c.id == report_id)
            .values(
                published=now.published,
                outlet=now.outlet,
                day=now.published or UNDATED,
                obtained=msgspec.json.encode(kept).decode() if now != obtained else None,
            )
        )
    return now, now.published != before.published


def one_report(connection: sa.Connection, report_id: str) -> Report:
    """The report with this id, which exists."""
    return report_from(connection.execute(sa.select(reports).where(reports.c.id == report_id)).mappings().one())


def headings(connection: sa.Connection) -> Iterator[Heading]:
    """All reports as a list shows them, the oldest first and the undated last."""
    counted = (
        sa.select(claims.c.report, sa.func.count().label("claims"))
        .where(claims.c.rejected == sa.false())
        .group_by(claims.c.report)
        .subquery()
    )
    wanted = [c for c in reports.c if c.name in Heading.__struct_fields__]
    opening = sa.case((reports.c.title.is_(None), sa.func.substr(reports.c.text, 1, OPENING)), else_="")
    query = (
        sa.select(*wanted, opening.label("opening"), sa.func.coalesce(counted.c.claims, 0).label("claims"))
        .join_from(reports, counted, counted.c.report == reports.c.id, isouter=True)
        .order_by(reports.c.day, reports.c.id)
    )
    for row in streamed(connection, query).mappings():
        yield Heading(**{**row, "added": dt.datetime.fromisoformat(row["added"])})


def streamed(connection: sa.Connection, query: sa.Select[Any]) -> sa.CursorResult[Any]:
    """The rows of a query, a page at a time."""
    return connection.execute(query, execution_options={"yield_per": PAGE})


def unpacked(row: sa.RowMapping) -> bytes:
    """The bytes that a blob's row holds."""
    kept = bytes(row["bytes"])
    return zlib.decompress(kept) if row["packing"] == "zlib" else kept


def _packed(raw: bytes) -> dict[str, Any]:
    smaller = zlib.compress(raw)
    if len(smaller) < len(raw):
        return {"packing": "zlib", "bytes": smaller}
    return {"packing": "none", "bytes": raw}


def _row(standing: Standing, report: Report) -> dict[str, Any]:
    read = standing.read if standing.decided is not None else None
    return {
        **columns(standing.claim, report),
        "rejected": standing.rejected,
        "decided": standing.decided,
        "read": msgspec.json.encode(read).decode() if read is not None else None,
    }
