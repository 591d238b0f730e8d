"""Full text of reports (FTS5 on SQLite, a GIN index on PostgreSQL) and the indexes that facets count by.

SQLite numbers rows anew when a file is vacuumed, so the words hang on numbers of their own (`report_numbers`); triggers
keep both up to date. The words are not stored a second time.
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"

SQLITE = (
    "CREATE TABLE report_numbers (number INTEGER PRIMARY KEY, report TEXT NOT NULL UNIQUE)",
    "CREATE VIRTUAL TABLE report_words USING fts5("
    "title, text, content='', tokenize='porter unicode61 remove_diacritics 2')",
    "INSERT INTO report_numbers (report) SELECT id FROM reports ORDER BY day, id",
    "INSERT INTO report_words (rowid, title, text) SELECT n.number, coalesce(r.title, ''), r.text "
    "FROM report_numbers n JOIN reports r ON r.id = n.report",
    """CREATE TRIGGER report_words_added AFTER INSERT ON reports BEGIN
      INSERT INTO report_numbers (report) VALUES (new.id);
      INSERT INTO report_words (rowid, title, text)
        SELECT number, coalesce(new.title, ''), new.text FROM report_numbers WHERE report = new.id;
    END""",
    """CREATE TRIGGER report_words_changed AFTER UPDATE OF title, text ON reports BEGIN
      INSERT INTO report_words (report_words, rowid, title, text)
        SELECT 'delete', number, coalesce(old.title, ''), old.text FROM report_numbers WHERE report = old.id;
      INSERT INTO report_words (rowid, title, text)
        SELECT number, coalesce(new.title, ''), new.text FROM report_numbers WHERE report = new.id;
    END""",
    """CREATE TRIGGER report_words_removed AFTER DELETE ON reports BEGIN
      INSERT INTO report_words (report_words, rowid, title, text)
        SELECT 'delete', number, coalesce(old.title, ''), old.text FROM report_numbers WHERE report = old.id;
      DELETE FROM report_numbers WHERE report = old.id;
    END""",
)
INDEXES = {
    "claims_by_event_and_report": ["event", "rejected", "report"],
    "claims_by_agent_and_report": ["agent", "rejected", "report"],
    "claims_by_recipient_and_report": ["recipient", "rejected", "report"],
}
WEIGHED = {
    "testimony_by_voice": ("testimony", ["voice"]),
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for statement in SQLITE:
            op.execute(statement)
    else:
        op.execute(
            "CREATE INDEX report_words ON reports "
            "USING gin (to_tsvector('english', coalesce(title, '') || ' ' || text))"
        )
    for name, columns in INDEXES.items():
        op.create_index(name, "claims", columns)
    for name, (table, columns) in WEIGHED.items():
        op.create_index(name, table, columns)
    op.create_index("reports_by_copy", "reports", ["copy_of", "day", "id"])
    op.create_index("reports_by_outlet", "reports", ["outlet", "copy_of"])


def downgrade() -> None:
    for name, (table, _) in WEIGHED.items():
        op.drop_index(name, table)
    op.drop_index("reports_by_outlet", "reports")
    op.drop_index("reports_by_copy", "reports")
    for name in INDEXES:
        op.drop_index(name, "claims")
    if op.get_bind().dialect.name == "sqlite":
        for trigger in ("added", "changed", "removed"):
            op.execute(f"DROP TRIGGER report_words_{trigger}")
        op.execute("DROP TABLE report_words")
        op.execute("DROP TABLE report_numbers")
    else:
        op.execute("DROP INDEX report_words")
