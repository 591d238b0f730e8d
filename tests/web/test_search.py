"""Finding reports by words and facets, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import msgspec
import pytest

from stocktake import casebook
from stocktake.casebook import Casebook, Reader
from stocktake.casebook.search import ReportSearch, as_fts5, snippet, terms
from stocktake.vocabulary import Claim, EventType, Report, stable_id

STORIES = (
    (
        "plant",
        "Northern Wire",
        "2023-02-06",
        "Plant for drones planned",
        "Russia and Iran plan a plant in a town.",
        None,
    ),
    (
        "copy",
        "Harbour Courier",
        "2023-02-07",
        "Plant for drones planned",
        "Russia and Iran plan a plant there.",
        "plant",
    ),
    ("denial", "Danube Dispatch", "2022-10-17", "Tehran denies", "Iran has sent no drones to Russia, it says.", None),
    ("shells", "Northern Wire", "2024-03-01", "Shells run short", "Ukraine is short of shells; plants are busy.", None),
)
PARTIES = {
    "plant": ("Iran; Russia", None),
    "copy": ("Iran; Russia", None),
    "denial": ("Iran", "Russia"),
    "shells": ("Ukraine", None),
}


class Document(msgspec.Struct, frozen=True):
    report: Report
    raw: bytes
    media_type: str = "text/plain"


def read(report: Report) -> tuple[Claim, ...]:
    agent, recipient = PARTIES[report.id]
    event = EventType.stockpile if report.id == "shells" else EventType.transfer
    return (
        Claim(
            id=stable_id("c", report.id),
            report=report.id,
            start=0,
            end=5,
            quote=report.text[:5],
            event=event,
            agent=agent,
            recipient=recipient,
        ),
    )


@pytest.fixture
def book(casebook_address: str) -> Iterator[Casebook]:
    with casebook.open(casebook_address, reader=Reader(read, "1")) as made:
        made.add_documents(
            Document(
                Report(
                    id=name,
                    title=title,
                    outlet=outlet,
                    published=dt.date.fromisoformat(day),
                    text=f"{title}\n{text}",
                    copy_of=copy_of,
                ),
                text.encode(),
            )
            for name, outlet, day, title, text, copy_of in STORIES
        )
        yield made


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", ["shells", "plant", "denial"]),
        ("drones", ["plant", "denial"]),
        ("drone", ["plant", "denial"]),
        ("plan*", ["shells", "plant"]),
        ('"plan a plant"', ["plant"]),
        ("russia -denies", ["plant"]),
        ("IRAN plant", ["plant"]),
        ("nothing at all like it", []),
        ("-drones", []),
        ('"', []),
        ("NEAR( AND OR ' ; --", []),
    ],
)
def test_words_find_reports_newest_first(book: Casebook, words: str, found: list[str]) -> None:
    page = book.search(ReportSearch(words=words))
    assert [report.id for report in page.reports] == found
    assert page.total == len(found)


def test_copies_are_folded_until_asked_for(book: Casebook) -> None:
    folded = book.search(ReportSearch(words="plan*"))
    assert {report.id: report.copies for report in folded.reports} == {"shells": 0, "plant": 1}
    assert [report.id for report in book.search(ReportSearch(words="plan*", copies=True)).reports] == [
        "shells",
        "copy",
        "plant",
    ]
    assert [copy.id for copy in book.copies_of("plant")] == ["copy"]


def test_best_match_first(book: Casebook) -> None:
    page = book.search(ReportSearch(words="drones", relevance=True))
    assert page.reports[0].id == "plant"


def test_facets_count_reports_and_leave_their_own_choice_aside(book: Casebook) -> None:
    facets = book.facets(ReportSearch(outlet="Northern Wire"))
    assert {value.value: value.count for value in facets["outlet"]} == {"Northern Wire": 2, "Danube Dispatch": 1}
    assert {value.value: value.count for value in facets["event"]} == {"transfer": 1, "stockpile": 1}
    assert {value.value: value.count for value in facets["party"]} == {"Iran": 1, "Russia": 1, "Ukraine": 1}
    assert [value.value for value in facets["month"]] == ["2024-03", "2023-02"]


@pytest.mark.parametrize(
    ("narrowed", "found"),
    [
        ({"party": "Russia"}, ["plant", "denial"]),
        ({"party": "Rus"}, []),
        ({"event": EventType.stockpile}, ["shells"]),
        ({"month": "2022-10"}, ["denial"]),
        ({"month": "2022-13"}, []),
        ({"outlet": "Northern Wire", "party": "Iran"}, ["plant"]),
    ],
)
def test_facets_narrow(book: Casebook, narrowed: dict[str, object], found: list[str]) -> None:
    assert [report.id for report in book.search(ReportSearch(**narrowed)).reports] == found  # type: ignore[arg-type]


def test_a_rejected_claim_counts_in_no_facet(book: Casebook) -> None:
    book.decide("reject", stable_id("c", "shells"))
    assert "Ukraine" not in {value.value for value in book.facets(ReportSearch())["party"]}


def test_queries_are_written_for_fts5_so_that_no_sign_is_an_operator() -> None:
    assert as_fts5(terms('drone* "to russia" -denies')) == '("drone"* AND "to russia") NOT ("denies")'
    assert as_fts5(terms("-denies")) is None


def test_a_snippet_shows_the_first_hit() -> None:
    text = "Headline\n" + "filler words go on " * 30 + "then the plant appears at last."
    assert "plant" in snippet(text, terms("plant"))
    assert snippet(text, ()).startswith("filler words")
