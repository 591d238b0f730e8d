"""Reports of the gold data as a casebook with their annotated claims, so that the pages' tests need no model."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import msgspec

from stocktake.casebook import Casebook, Reader
from stocktake.casebook import open as open_casebook
from stocktake.vocabulary import Claim, Report, Span, stable_id

DESKS = ("Harbour Wire", "Meridian Post", "Northern Desk", "The Exercise", "Evening Ledger", "Baltic Courier")


class GoldDocument(msgspec.Struct, frozen=True):
    """A gold report as it comes in."""

    report: Report
    raw: bytes
    media_type: str = "application/json"


def gold(shared: Path, *names: str) -> tuple[list[GoldDocument], Reader]:
    """The reports of some gold files, and a reader that gives their annotated claims."""
    documents: list[GoldDocument] = []
    annotated: dict[str, tuple[Claim, ...]] = {}
    for name in names:
        for line in (shared / name).read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            report = Report(
                id=record["id"],
                text=record["text"],
                url=record.get("url") if str(record.get("url", "")).startswith("http") else None,
                outlet=_desk(record["id"]),
                title=record.get("title"),
                published=dt.date.fromisoformat(record["published"]) if record.get("published") else None,
            )
            documents.append(GoldDocument(report, line.encode()))
            annotated[report.id] = tuple(_claims(report, record["claims"]))
    return documents, Reader(lambda report: annotated.get(report.id, ()), "gold")


def gold_casebook(path: Path, shared: Path, *names: str) -> Casebook:
    """A casebook at a path with the gold reports and claims of some files."""
    documents, reader = gold(shared, *names)
    book = open_casebook(path, reader=reader)
    added = book.add_documents(documents)
    assert not added.failures, added.failures
    return book


def _desk(report_id: str) -> str:
    """An invented outlet: the gold reports are exercises, and no outlet's words."""
    return DESKS[int(stable_id("", report_id)[:6], 16) % len(DESKS)]


def _claims(report: Report, records: list[dict[str, Any]]) -> list[Claim]:
    claims = []
    for number, record in enumerate(records):
        start = report.text.find(record["quote"])
        slots = {name: value for name, value in record.items() if name in Claim.__struct_fields__}
        spans: dict[str, tuple[Span, ...]] = {}
        if trigger := record.get("trigger"):
            spans["trigger"] = (Span(start + trigger["at"], start + trigger["at"] + len(trigger["text"])),)
        for slot in ("agent", "recipient", "item", "place"):
            at = record["quote"].find(str(record.get(slot)))
            if record.get(slot) and at >= 0:
                spans[slot] = (Span(start + at, start + at + len(record[slot])),)
        claims.append(
            msgspec.convert(
                {
                    **slots,
                    "id": stable_id("c", report.id, number),
                    "report": report.id,
                    "start": start,
                    "end": start + len(record["quote"]),
                    "confidence": round(0.55 + 0.44 * ((number * 37) % 100) / 100, 3),
                    "spans": spans,
                    "why": {"event": "model: trigger", "agent": "role: agent"},
                },
                Claim,
            )
        )
    return claims
