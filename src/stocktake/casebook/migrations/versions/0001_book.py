"""The first casebook: blobs, reports, claims, journal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "blobs",
        sa.Column("sha256", TEXT, primary_key=True),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("packing", TEXT, nullable=False),
        sa.Column("bytes", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "reports",
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
    )
    op.create_index("reports_in_order", "reports", ["day", "id"])
    op.create_index("reports_by_blob", "reports", ["blob"])
    op.create_table(
        "claims",
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
    )
    op.create_index("claims_in_order", "claims", ["day", "report", "position", "id"])
    op.create_index("claims_by_report", "claims", ["report"])
    op.create_index("claims_by_event", "claims", ["event", "day"])
    op.create_table(
        "journal",
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
    )
    op.create_index("journal_by_target", "journal", ["target", "number"])
    op.create_index("journal_by_report", "journal", ["report", "number"])


def downgrade() -> None:
    for table in ("journal", "claims", "reports", "blobs"):
        op.drop_table(table)
