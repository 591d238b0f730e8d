"""The tables of findings: testimony and where it came to lie, findings, origins, conflicts, positions, copies.

Everything here is derived and can be made again. `testimony` holds a claim as the weighing room sees it (`body`, as
MessagePack) beside the columns by which what a change touches is found.
"""

from __future__ import annotations

import sqlalchemy as sa

from stocktake.casebook.tables import TEXT, metadata

testimony = sa.Table(
    "testimony",
    metadata,
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
    sa.Index("testimony_by_report", "report"),
    sa.Index("testimony_by_matter", "matter"),
    sa.Index("testimony_by_finding", "finding"),
    sa.Index("testimony_by_origin", "origin"),
)

findings = sa.Table(
    "findings",
    metadata,
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
    sa.Index("findings_by_matter", "matter"),
    sa.Index("findings_by_event", "event", "last_reported"),
    sa.Index("findings_by_last_reported", "last_reported"),
    sa.Index("findings_by_probability", "probability"),
    sa.Index("findings_by_agent", "agent"),
    sa.Index("findings_by_recipient", "recipient"),
    sa.Index("findings_by_family", "family"),
    sa.Index("findings_by_word", "word"),
)

origins = sa.Table(
    "origins",
    metadata,
    sa.Column("id", TEXT, primary_key=True),
    sa.Column("speaker", TEXT, nullable=False),
    sa.Column("statement", TEXT, nullable=False),
    sa.Column("day", sa.BigInteger, nullable=False),
    sa.Column("body", TEXT, nullable=False),
)

conflicts = sa.Table(
    "conflicts",
    metadata,
    sa.Column("id", TEXT, primary_key=True),
    sa.Column("matter", TEXT, nullable=False),
    sa.Column("finding", TEXT, nullable=False),
    sa.Column("kind", TEXT, nullable=False),
    sa.Column("body", TEXT, nullable=False),
    sa.Index("conflicts_by_matter", "matter"),
    sa.Index("conflicts_by_finding", "finding"),
    sa.Index("conflicts_by_kind", "kind"),
)

positions = sa.Table(
    "positions",
    metadata,
    sa.Column("finding", TEXT, primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("matter", TEXT, nullable=False),
    sa.Column("party", TEXT, nullable=False),
    sa.Column("body", TEXT, nullable=False),
    sa.Index("positions_by_matter", "matter"),
    sa.Index("positions_by_party", "party"),
)

copies = sa.Table(
    "copies",
    metadata,
    sa.Column("report", TEXT, primary_key=True),
    sa.Column("original", TEXT, nullable=False),
    sa.Column("share", sa.Float, nullable=False),
    sa.Index("copies_by_original", "original"),
)

report_bands = sa.Table(
    "report_bands",
    metadata,
    sa.Column("band", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("day", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("report", TEXT, primary_key=True),
    sa.Index("report_bands_by_report", "report"),
    sqlite_with_rowid=False,
)

weighing_due = sa.Table("weighing_due", metadata, sa.Column("report", TEXT, primary_key=True))

weighing_state = sa.Table(
    "weighing_state",
    metadata,
    sa.Column("key", TEXT, primary_key=True),
    sa.Column("value", TEXT, nullable=False),
)
