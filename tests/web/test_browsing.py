"""Looking through findings, conflicts and sources, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import msgspec
import pytest

from stocktake import casebook
from stocktake.casebook import Casebook, Reader
from stocktake.casebook.browsing import FindingSearch
from stocktake.vocabulary import Claim, ConflictKind, EventType, Modality, Quantity, Report, Stance, stable_id

STORIES: dict[str, tuple[str, str, dict[str, object]]] = {
    "sent": (
        "2022-10-11",
        "Iran sent Russia 400 drones, Ukraine said.",
        {"item": "drones", "quantity": Quantity(low=400, high=400, unit="drones"), "sources": ("Ukraine",)},
    ),
    "again": (
        "2022-10-20",
        "Iran sent Russia drones, the United States said.",
        {"item": "drones", "sources": ("United States",)},
    ),
    "denied": (
        "2022-10-17",
        "Iran denies that it sent Russia drones.",
        {"item": "drones", "sources": ("Iran",), "stance": Stance.denies},
    ),
    "planned": (
        "2023-02-06",
        "Russia is to build 6,000 drones a year.",
        {
            "event": EventType.production,
            "agent": "Russia",
            "recipient": None,
            "item": "drones",
            "modality": Modality.planned,
            "quantity": Quantity(low=6000, high=6000, unit="drones", per="year"),
        },
    ),
}


class Document(msgspec.Struct, frozen=True):
    report: Report
    raw: bytes
    media_type: str = "text/plain"


def read(report: Report) -> tuple[Claim, ...]:
    slots = {"event": EventType.transfer, "agent": "Iran", "recipient": "Russia", **STORIES[report.id][2]}
    return (
        Claim(
            id=stable_id("c", report.id),
            report=report.id,
            start=0,
            end=len(report.text),
            quote=report.text,
            **slots,  # type: ignore[arg-type]
        ),
    )


@pytest.fixture
def book(casebook_address: str) -> Iterator[Casebook]:
    with casebook.open(casebook_address, reader=Reader(read, "1")) as made:
        made.add_documents(
            Document(
                Report(id=name, title=text, outlet=f"Desk {name}", published=dt.date.fromisoformat(day), text=text),
                text.encode(),
            )
            for name, (day, text, _) in STORIES.items()
        )
        yield made


def test_findings_are_narrowed_and_sorted(book: Casebook) -> None:
    every = book.find_findings(FindingSearch())
    assert every.total == len(every.findings)
    assert every.findings[0].modality is Modality.planned
    assert {f.event for f in book.find_findings(FindingSearch(party="Iran")).findings} == {EventType.transfer}
    assert book.find_findings(FindingSearch(party="Ira")).total == 0
    assert book.find_findings(FindingSearch(modality=Modality.planned)).total == 1
    assert book.find_findings(FindingSearch(words="rus dron")).total == every.total
    assert book.find_findings(FindingSearch(words="submarine")).total == 0
    assert book.find_findings(FindingSearch(since=dt.date(2023, 1, 1))).total == 1
    assert book.find_findings(FindingSearch(until=dt.date(2022, 12, 31))).total == every.total - 1
    most = book.find_findings(FindingSearch(sort="origins")).findings
    counts = [len(f.origins_for) for f in most]
    assert counts == sorted(counts, reverse=True)
    chances = [f.probability for f in book.find_findings(FindingSearch(sort="probability")).findings]
    assert chances == sorted(chances, reverse=True)


def test_facets_count_findings(book: Casebook) -> None:
    facets = book.finding_facets(FindingSearch())
    total = book.find_findings(FindingSearch()).total
    assert sum(value.count for value in facets["event"]) == total
    assert sum(value.count for value in facets["word"]) == total
    assert {value.value for value in facets["party"]} == {"Iran", "Russia"}
    narrowed = book.finding_facets(FindingSearch(event=EventType.production))
    assert {value.value for value in narrowed["party"]} == {"Russia"}
    assert {value.value for value in narrowed["event"]} == {"transfer", "production"}


def test_a_denial_is_a_conflict_with_its_claims(book: Casebook) -> None:
    found = book.find_conflicts(ConflictKind.denial, limit=10)
    assert found.total == 1
    (conflict,) = found.conflicts
    told = book.told(claim for side in conflict.sides for claim in side.claims)
    assert told[stable_id("c", "denied")].report.outlet == "Desk denied"
    assert set(book.findings_named(conflict.findings)) == set(conflict.findings)
    assert book.find_findings(FindingSearch(disputed=True)).total == 1
    assert book.find_conflicts(ConflictKind.period, limit=10).total == 0


def test_what_a_source_said(book: Casebook) -> None:
    said, total, findings = book.said_by("Iran", limit=10)
    assert (total, [one.claim.stance for one in said]) == (1, [Stance.denies])
    assert findings[said[0].claim.id] == book.finding(said[0].claim.id).id


def test_holdings_and_what_came_since(book: Casebook) -> None:
    held = book.holdings()
    assert (held.reports, held.claims, held.copies) == (4, 4, 0)
    assert (held.first, held.last) == (dt.date(2022, 10, 11), dt.date(2023, 2, 6))
    hour = dt.timedelta(hours=1)
    now = dt.datetime.now(dt.UTC)
    assert book.since(now - hour).reports == 4
    assert book.since(now + hour).reports == 0
    book.decide("reject", stable_id("c", "planned"))
    assert book.since(now - hour).decisions == 1


def test_the_journal_by_pages(book: Casebook) -> None:
    for name in STORIES:
        book.decide("accept", stable_id("c", name), author="anna")
    book.undo(2, author="ben")
    rows, total = book.journal_page(limit=3)
    assert total == 5
    assert [row.decision.number for row in rows] == [5, 4, 3]
    assert book.journal_page(author="ben", limit=3)[1] == 1
    (undone,) = [row for row in book.journal_page(limit=10)[0] if row.decision.undone]
    assert (undone.decision.number, undone.report) == (2, "again")
