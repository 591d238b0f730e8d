"""Forecasts that were made, kept so that a page or a what-if need not wait for them again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "forecasts",
        sa.Column("key", TEXT, primary_key=True),
        sa.Column("programme", TEXT, nullable=False),
        sa.Column("made", TEXT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.Column("draws", sa.LargeBinary),
    )
    op.create_index("forecasts_by_programme", "forecasts", ["programme", "made"])


def downgrade() -> None:
    op.drop_table("forecasts")
