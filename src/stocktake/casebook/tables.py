"""The casebook's tables: reports and their bytes, the claims read from them, and the journal of decisions.

Claims are derived: their rows can be thrown away and made again from the reports and the journal. A claim is
kept whole as JSON (`body`), beside the columns that filters need. Text columns compare by code point on every
database, so that the same casebook lists in the same order everywhere. The migrations make these tables; a test
holds the two against each other.
"""

from __future__ import annotations

import sqlalchemy as sa

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")

metadata = sa.MetaData()

blobs = sa.Table(
    "blobs",
    metadata,
    sa.Column("sha256", TEXT, primary_key=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("packing", TEXT, nullable=False),
    sa.Column("bytes", sa.LargeBinary, nullable=False),
)

reports = sa.Table(
    "reports",
    metadata,
    sa.Column("id", TEXT, primary_key=True),
    sa.Column("blob", TEXT, sa.ForeignKey("blobs.sha256"), nullable=False),
    sa.Column("media_type", TEXT, nullable=False),
    sa.Column("url", TEXT),
    sa.Column("outlet", TEXT),
    sa.Column("title", TEXT),
    sa.Column("published", sa.Date),
    sa.Column("retrieved", TEXT),
    sa.Column("language", TEXT, nullable=False),
    sa.Column("copy_of", TEXT),
    sa.Column("text", TEXT, nullable=False),
    sa.Column("words", sa.BigInteger, nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("added", TEXT, nullable=False),
    sa.Column("read_with", TEXT, nullable=False),
    sa.Column("unread", sa.Boolean, nullable=False),
    sa.Column("obtained", TEXT),
    sa.Index("reports_in_order", "day", "id"),
    sa.Index("reports_by_blob", "blob"),
)

claims = sa.Table(
    "claims",
    metadata,
    sa.Column("id", TEXT, primary_key=True),
    sa.Column("report", TEXT, sa.ForeignKey("reports.id"), nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("event", TEXT, nullable=False),
    sa.Column("agent", TEXT),
    sa.Column("recipient", TEXT),
    sa.Column("item", TEXT),
    sa.Column("parties", TEXT, nullable=False),
    sa.Column("things", TEXT, nullable=False),
    sa.Column("voices", TEXT, nullable=False),
    sa.Column("first_day", sa.Date),
    sa.Column("last_day", sa.Date),
    sa.Column("stance", TEXT, nullable=False),
    sa.Column("modality", TEXT, nullable=False),
    sa.Column("negated", sa.Boolean, nullable=False),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("rejected", sa.Boolean, nullable=False),
    sa.Column("decided", sa.BigInteger),
    sa.Column("body", TEXT, nullable=False),
    sa.Column("read", TEXT),
    sa.Index("claims_in_order", "day", "report", "position", "id"),
    sa.Index("claims_by_report", "report"),
    sa.Index("claims_by_event", "event", "day"),
)

journal = sa.Table(
    "journal",
    metadata,
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", TEXT, nullable=False),
    sa.Column("author", TEXT, nullable=False),
    sa.Column("action", TEXT, nullable=False),
    sa.Column("target", TEXT, nullable=False),
    sa.Column("value", TEXT, nullable=False),
    sa.Column("reason", TEXT, nullable=False),
    sa.Column("report", TEXT),
    sa.Column("about", TEXT),
    sa.Column("previous", TEXT, nullable=False),
    sa.Column("hash", TEXT, nullable=False),
    sa.Index("journal_by_target", "target", "number"),
    sa.Index("journal_by_report", "report", "number"),
)
