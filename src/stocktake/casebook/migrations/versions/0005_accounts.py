"""Accounts, sign-in sessions, failed sign-ins and the keys of the browser's side."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("name", TEXT, primary_key=True),
        sa.Column("password", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("created", TEXT, nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("token", TEXT, primary_key=True),
        sa.Column("account", TEXT, nullable=False),
        sa.Column("expires", TEXT, nullable=False),
    )
    op.create_index("sessions_by_account", "sessions", ["account"])
    op.create_table(
        "failed_sign_ins",
        sa.Column("name", TEXT, primary_key=True),
        sa.Column("failures", sa.BigInteger, nullable=False),
        sa.Column("last", TEXT, nullable=False),
    )
    op.create_table(
        "web_keys",
        sa.Column("name", TEXT, primary_key=True),
        sa.Column("value", TEXT, nullable=False),
    )


def downgrade() -> None:
    for table in ("web_keys", "failed_sign_ins", "sessions", "accounts"):
        op.drop_table(table)
