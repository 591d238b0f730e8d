"""Findings: testimony, findings, origins, conflicts, positions, copies, and what is due to be weighed.

Triggers note every report whose text or claims change, whoever changes them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")

EVENTS = {
    "report_due": ("INSERT", "reports", "new.id"),
    "claim_added_due": ("INSERT", "claims", "new.report"),
    "claim_changed_due": ("UPDATE", "claims", "new.report"),
    "claim_removed_due": ("DELETE", "claims", "old.report"),
}


def upgrade() -> None:
    op.create_table(
        "testimony",
        sa.Column("claim", TEXT, primary_key=True),
        sa.Column("report", TEXT, nullable=False),
        sa.Column("matter", TEXT, nullable=False),
        sa.Column("finding", TEXT, nullable=False),
        sa.Column("origin", TEXT, nullable=False),
        sa.Column("anchor", TEXT, nullable=False),
        sa.Column("voice", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("outlet", TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("testimony_by_report", "testimony", ["report"])
    op.create_index("testimony_by_matter", "testimony", ["matter"])
    op.create_index("testimony_by_finding", "testimony", ["finding"])
    op.create_index("testimony_by_origin", "testimony", ["origin"])
    op.create_table(
        "findings",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("matter", TEXT, nullable=False),
        sa.Column("event", TEXT, nullable=False),
        sa.Column("agent", TEXT),
        sa.Column("recipient", TEXT),
        sa.Column("item", TEXT),
        sa.Column("family", TEXT),
        sa.Column("parties", TEXT, nullable=False),
        sa.Column("things", TEXT, nullable=False),
        sa.Column("modality", TEXT, nullable=False),
        sa.Column("first_day", sa.Date),
        sa.Column("last_day", sa.Date),
        sa.Column("first_reported", sa.Date, nullable=False),
        sa.Column("last_reported", sa.Date, nullable=False),
        sa.Column("probability", sa.Float, nullable=False),
        sa.Column("grade", TEXT, nullable=False),
        sa.Column("word", TEXT, nullable=False),
        sa.Column("claims", sa.BigInteger, nullable=False),
        sa.Column("origins", sa.BigInteger, nullable=False),
        sa.Column("disputed", sa.Boolean, nullable=False),
        sa.Column("series", TEXT),
        sa.Column("body", TEXT, nullable=False),
    )
    op.create_index("findings_by_matter", "findings", ["matter"])
    op.create_index("findings_by_event", "findings", ["event", "last_reported"])
    op.create_index("findings_by_last_reported", "findings", ["last_reported"])
    op.create_index("findings_by_probability", "findings", ["probability"])
    for column in ("agent", "recipient", "family", "word"):
        op.create_index(f"findings_by_{column}", "findings", [column])
    op.create_table(
        "origins",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("speaker", TEXT, nullable=False),
        sa.Column("statement", TEXT, nullable=False),
        sa.Column("day", sa.BigInteger, nullable=False),
        sa.Column("body", TEXT, nullable=False),
    )
    op.create_table(
        "conflicts",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("matter", TEXT, nullable=False),
        sa.Column("finding", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
    )
    op.create_index("conflicts_by_matter", "conflicts", ["matter"])
    op.create_index("conflicts_by_finding", "conflicts", ["finding"])
    op.create_index("conflicts_by_kind", "conflicts", ["kind"])
    op.create_table(
        "positions",
        sa.Column("finding", TEXT, primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("matter", TEXT, nullable=False),
        sa.Column("party", TEXT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
    )
    op.create_index("positions_by_matter", "positions", ["matter"])
    op.create_index("positions_by_party", "positions", ["party"])
    op.create_table(
        "copies",
        sa.Column("report", TEXT, primary_key=True),
        sa.Column("original", TEXT, nullable=False),
        sa.Column("share", sa.Float, nullable=False),
    )
    op.create_index("copies_by_original", "copies", ["original"])
    op.create_table(
        "report_bands",
        sa.Column("band", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("day", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("report", TEXT, primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("report_bands_by_report", "report_bands", ["report"])
    op.create_table(
        "weighing_due",
        sa.Column("report", TEXT, primary_key=True),
    )
    op.create_table(
        "weighing_state",
        sa.Column("key", TEXT, primary_key=True),
        sa.Column("value", TEXT, nullable=False),
    )
    op.execute("INSERT INTO weighing_due (report) SELECT id FROM reports")
    for name, (event, table, report) in EVENTS.items():
        if op.get_bind().dialect.name == "sqlite":
            op.execute(
                f"CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN "
                f"INSERT OR IGNORE INTO weighing_due (report) VALUES ({report}); END"
            )
        else:
            op.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"INSERT INTO weighing_due (report) VALUES ({report}) ON CONFLICT DO NOTHING; RETURN NULL; END $$"
            )
            op.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    for name, (_, table, _) in EVENTS.items():
        if op.get_bind().dialect.name == "sqlite":
            op.execute(f"DROP TRIGGER {name}")
        else:
            op.execute(f"DROP TRIGGER {name} ON {table}")
            op.execute(f"DROP FUNCTION {name}()")
    for table in (
        "weighing_state",
        "weighing_due",
        "report_bands",
        "copies",
        "positions",
        "conflicts",
        "origins",
        "findings",
        "testimony",
    ):
        op.drop_table(table)
