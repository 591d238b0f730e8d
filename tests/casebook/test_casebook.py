"""A casebook keeps reports with their bytes and claims, lists them by filters, and finds them by the start of an id."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from line_reports import DELIVERY, PLANT, STORY, obtained, read_lines

from stocktake import casebook
from stocktake.casebook import AmbiguousId, Casebook, ClaimFilter, NoCasebook, Reader, UnknownId
from stocktake.vocabulary import Claim, EventType, Failure, Report, Stance

Opened = Callable[..., Casebook]


def quotes(book: Casebook, **wanted: object) -> list[str]:
    return [claim.quote.split(":")[0] + " " + (claim.item or "") for claim in book.claims(ClaimFilter(**wanted))]


def test_what_is_added_comes_back_unchanged(book: Casebook) -> None:
    kept = {report.id: report for report in book.reports()}
    for document in STORY:
        assert kept[document.report.id] == document.report
        assert book.raw(document.report.id) == document.raw
    assert [report.published for report in book.reports()] == [dt.date(2022, 10, 18), dt.date(2023, 2, 6), None]
    assert [(h.title, h.claims, h.words) for h in book.headings()] == [
        ("Deliveries go on", 2, 16),
        ("A plant for drones", 1, 18),
        ("Tehran answers", 1, 9),
    ]


def test_adding_again_changes_nothing_and_says_so(book: Casebook) -> None:
    before = list(book.claims())
    again = book.add_documents(STORY)
    assert again.new == () and again.failures == ()
    assert again.known == tuple(document.report.id for document in STORY)
    assert list(book.claims()) == before


def test_a_failing_report_is_named_and_the_rest_is_done(opened: Opened) -> None:
    def stumbling(report: Report) -> tuple[Claim, ...]:
        if "plant" in report.text:
            raise ZeroDivisionError("no rate")
        return read_lines(report)

    book = opened(Reader(stumbling, "1"))
    seen: list[str] = []
    added = book.add_documents([Failure("scan.pdf", "holds no text"), *STORY], progress=seen.append)
    assert [failure.name for failure in added.failures] == ["scan.pdf", "A plant for drones"]
    assert "ZeroDivisionError: no rate" in added.failures[1].reason
    assert len(added.new) == 2 and added.claims == 3
    assert len(list(book.reports())) == 2
    assert len(seen) == 4


def test_a_report_of_too_many_claims_is_refused(opened: Opened) -> None:
    many = obtained("A list without end\n" + "transfer: Iran -> Russia: drones\n" * 10_001)
    (failure,) = opened().add_documents([many, STORY[0]]).failures
    assert "holds 10,001 claims, more than the 10,000 that a report may; split it" in failure.reason


def test_two_documents_cannot_have_one_id(opened: Opened) -> None:
    book = opened()
    added = book.add_documents([obtained(PLANT, id="memo-1"), obtained(DELIVERY, id="memo-1")])
    assert added.new == ("memo-1",)
    assert "another document with the id memo-1" in added.failures[0].reason
    assert book.raw("memo-1") == PLANT.encode()


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, ["transfer Shahed-136 drones", "use drones", "construction drone factory", "transfer drones"]),
        ({"event": EventType.transfer}, ["transfer Shahed-136 drones", "transfer drones"]),
        ({"party": "ukraine"}, ["use drones"]),
        ({"party": "UKR*"}, ["use drones"]),
        ({"party": "ukr"}, []),
        ({"party": "Tehran"}, ["transfer Shahed-136 drones", "transfer drones"]),
        ({"source": "WSJ"}, ["construction drone factory"]),
        ({"party": "IRÁN"}, ["transfer Shahed-136 drones", "transfer drones"]),
        ({"item": "shahed 136"}, ["transfer Shahed-136 drones"]),
        ({"item": "drone fact"}, ["construction drone factory"]),
        ({"item": "%"}, []),
        ({"source": "officials"}, ["construction drone factory"]),
        ({"source": "wall street journal"}, ["construction drone factory"]),
        ({"source": "IRNA"}, ["transfer drones"]),
        ({"since": dt.date(2023, 12, 1)}, ["construction drone factory"]),
        ({"until": dt.date(2022, 12, 31)}, ["transfer Shahed-136 drones", "use drones"]),
        (
            {"since": dt.date(2022, 10, 18), "until": dt.date(2022, 10, 18)},
            ["transfer Shahed-136 drones", "use drones"],
        ),
        ({"stance": Stance.denies}, []),
        ({"min_confidence": 0.76}, []),
        ({"limit": 2, "offset": 1}, ["use drones", "construction drone factory"]),
        ({"event": EventType.use, "party": "Russia", "item": "drone"}, ["use drones"]),
    ],
)
def test_filters(book: Casebook, wanted: dict[str, object], expected: list[str]) -> None:
    assert quotes(book, **wanted) == expected
    if "limit" not in wanted:
        assert book.count_claims(ClaimFilter(**wanted)) == len(expected)


def test_a_report_and_its_claims_are_found_by_the_start_of_an_id(book: Casebook) -> None:
    plant = STORY[0].report
    assert book.report(plant.id[:9]) == plant
    (claim,) = book.claims(ClaimFilter(report=plant.id))
    assert book.claim(claim.id[:8]) == claim


def test_an_id_that_is_unknown_or_ambiguous_is_an_error_that_says_what_to_do(opened: Opened) -> None:
    book = opened()
    book.add_documents([obtained(PLANT, id="memo-1"), obtained(DELIVERY, id="memo-2"), obtained("x", id="memo")])
    with pytest.raises(AmbiguousId, match=r"several report ids \(memo, memo-1, memo-2\)"):
        book.report("mem")
    assert book.report("memo").text == "x"
    with pytest.raises(UnknownId, match="no report has an id that begins with 'm_mo': `stocktake reports` lists them"):
        book.report("m_mo")
    with pytest.raises(UnknownId):
        book.claim("")


def test_a_file_that_is_not_there_is_made_only_when_asked(tmp_path: Path) -> None:
    with pytest.raises(NoCasebook, match="`stocktake add PATH` makes one"):
        casebook.open(tmp_path / "none.casebook", create=False)
    assert list(tmp_path.iterdir()) == []
