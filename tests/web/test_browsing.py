"""Looking through findings, conflicts and sources, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from stocktake import casebook
from stocktake.casebook import Casebook, Reader
from stocktake.casebook.browsing import FindingSearch
from stocktake.casebook.postings import Postings
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


def test_what_a_finding_s_page_asks_reads_no_whole_table(book: Casebook) -> None:
    if book.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL plans by how much there is, and here there is little")
    finding = book.find_findings(FindingSearch(party="Iran")).findings[0]
    asked: list[tuple[str, object]] = []
    sa.event.listen(book.engine, "before_cursor_execute", lambda *told: asked.append((told[2], told[3])))
    book.explain(finding)
    list(book.conflicts(finding=finding.id))
    list(book.positions(finding=finding.id))
    book.told(finding.claims)
    book.series_of(msgspec.structs.replace(finding, series="s1"))
    book.alike(finding, limit=3)
    queries = [(words, values) for words, values in asked if words.startswith("SELECT")]
    assert queries
    with book.reading() as connection:
        for words, values in queries:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", values)  # type: ignore[arg-type]
            steps = [row.detail for row in plan]
            assert not [step for step in steps if re.match("SCAN (?!CONSTANT|weighing_|journal)", step)], (words, steps)


def test_whether_all_is_weighed_is_asked_in_one_query(book: Casebook) -> None:
    book.count_findings()
    asked: list[str] = []
    sa.event.listen(book.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    book.count_findings()
    assert len([words for words in asked if words.startswith("SELECT")]) == 2


class Counting(list[int]):
    """Rows in an order, and how many of them were looked at."""

    looked = 0

    def __iter__(self) -> Iterator[int]:
        for row in super().__iter__():
            self.looked += 1
            yield row


@given(st.data())
def test_a_page_of_postings_is_what_a_walk_along_the_order_gives(data: st.DataObject) -> None:
    number = data.draw(st.integers(0, 80))
    order = data.draw(st.permutations(range(number)))
    wanted = data.draw(st.sets(st.integers(0, max(0, number - 1)), max_size=number))
    limit, offset = data.draw(st.integers(1, 90)), data.draw(st.integers(0, 90))
    postings = Postings([str(row) for row in range(number)], {})
    postings.order("other", order)
    among = postings.bitmap(wanted)
    for name, along in (("", range(number)), ("other", order)):
        walked = [str(row) for row in along if row in wanted]
        assert postings.page(among, limit, offset, name) == walked[offset : offset + limit]


@pytest.mark.parametrize(("wanted", "most"), [(range(4990, 5000), 0), (range(5000), 10)])
def test_a_page_of_postings_is_found_by_the_shorter_way(wanted: range, most: int) -> None:
    postings, order = Postings([str(row) for row in range(5000)], {}), Counting(range(5000))
    postings.order("other", order)
    order.looked = 0
    assert postings.page(postings.bitmap(wanted), 10, 0, "other") == [str(row) for row in wanted[:10]]
    assert order.looked <= most
