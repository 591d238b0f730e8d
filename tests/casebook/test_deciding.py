"""Decisions change what claims say, survive an upgrade of the reader, are undone, and never get lost or overwritten."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from threading import Thread

import msgspec
import pytest
from line_reports import DELIVERY, STORY, obtained, read_lines

from stocktake.casebook import Casebook, CasebookError, ClaimFilter, InvalidDecision, Reader, StaleDecision
from stocktake.vocabulary import Claim, EventType, Period, Quantity, Report, stable_id

Opened = Callable[..., Casebook]


def the_transfer(book: Casebook) -> Claim:
    return next(book.claims(ClaimFilter(report=STORY[1].report.id, event=EventType.transfer, rejected=None)))


def test_a_slot_is_corrected(book: Casebook) -> None:
    before = the_transfer(book)
    value = {"quantity": {"low": 1700, "high": None, "unit": "drones"}, "agent": "Iran's defence ministry"}
    book.decide("set", before.id[:9], value, reason="see the annex", author="Jane")
    after = the_transfer(book)
    assert after.id == before.id
    assert after.quantity == Quantity(low=1700, high=None, unit="drones")
    assert after.confidence == 1.0
    assert after.why["agent"] == "Jane, journal 1"
    assert after.recipient == before.recipient
    assert [c.id for c in book.claims(ClaimFilter(party="defence ministry"))] == [before.id]
    (entry,) = book.journal()
    assert (entry.number, entry.author, entry.action, entry.target, entry.reason) == (
        1,
        "Jane",
        "set",
        before.id,
        "see the annex",
    )
    assert entry.value == value


def test_a_rejected_claim_is_left_out_and_comes_back_when_undone(book: Casebook) -> None:
    claim = the_transfer(book)
    book.decide("reject", claim.id, author="Jane")
    assert claim.id not in {c.id for c in book.claims()}
    assert [c.id for c in book.claims(ClaimFilter(rejected=True))] == [claim.id]
    assert book.is_rejected(claim.id)
    undo = book.undo(author="Jane")
    assert (undo.action, undo.target, undo.value) == ("undo", claim.id, 1)
    assert the_transfer(book) == claim
    assert [entry.undone for entry in book.journal()] == [True, False]
    book.undo(undo.number, author="Jane")
    assert book.is_rejected(claim.id)
    assert [entry.undone for entry in book.journal()] == [False, True, False]


def test_accepting_vouches_for_a_claim(book: Casebook) -> None:
    claim = the_transfer(book)
    book.decide("reject", claim.id)
    book.decide("accept", claim.id, author="Jane")
    assert not book.is_rejected(claim.id)
    assert the_transfer(book).confidence == 1.0
    assert the_transfer(book).why["accepted"] == "Jane, journal 2"


def test_a_missed_claim_is_added(book: Casebook) -> None:
    report = STORY[1].report
    value = {"quote": "Deliveries go on", "event": "transfer", "agent": "Iran", "recipient": "Russia"}
    book.decide("add", report.id[:10], value, author="Jane")
    (added,) = [c for c in book.claims(ClaimFilter(report=report.id)) if c.quote == "Deliveries go on"]
    assert (added.start, added.end, added.why) == (0, 16, {"added": "Jane, journal 1"})
    with pytest.raises(InvalidDecision, match=f"already, as {added.id}"):
        book.decide("add", report.id, value)
    book.decide("set", added.id, {"item": "drones"})
    assert book.claim(added.id).item == "drones"
    book.undo(1)
    assert added.id not in {c.id for c in book.claims(ClaimFilter(rejected=None))}


@pytest.mark.parametrize(
    ("action", "value", "message"),
    [
        ("set", {"colour": "red"}, "no slot 'colour' to set: the slots are event, agent"),
        ("set", {"quote": "x"}, "no slot 'quote' to set"),
        ("set", {"event": "war"}, "the value does not fit: Invalid enum value 'war'"),
        ("set", {"quantity": {"low": 3, "high": 2}}, "lower bound 3 is above its upper bound 2"),
        ("set", {"time": {"start": "2022-13-01", "end": None}}, "the value does not fit"),
        ("set", {}, "what to set is missing"),
        ("accept", {"agent": "Iran"}, "takes no value"),
        ("praise", None, "'praise' is no decision"),
    ],
)
def test_a_decision_that_does_not_fit_changes_nothing(book: Casebook, action: str, value: object, message: str) -> None:
    before = list(book.claims())
    with pytest.raises(InvalidDecision, match=re.escape(message)):
        book.decide(action, the_transfer(book).id, value)
    assert list(book.journal()) == []
    assert list(book.claims()) == before


def test_a_decision_on_what_changed_meanwhile_is_refused(book: Casebook) -> None:
    claim = the_transfer(book)
    book.decide("reject", claim.id, author="Jane", expected=0)
    with pytest.raises(StaleDecision, match="decided on by Jane meanwhile"):
        book.decide("accept", claim.id, author="John", expected=0)
    assert len(list(book.journal())) == 1
    book.decide("accept", claim.id, author="John", expected=book.last_entry(claim.id))
    assert not book.is_rejected(claim.id)


def test_an_undated_report_is_dated_and_read_again(opened: Opened) -> None:
    def dated(report: Report) -> tuple[Claim, ...]:
        day = report.published
        when = Period(start=day, end=day) if day else None
        return tuple(msgspec.structs.replace(claim, time=when) for claim in read_lines(report))

    book = opened(Reader(dated, "dated 1"))
    book.add_documents(STORY)
    denial = STORY[2].report
    before = list(book.claims())
    day = dt.date(2022, 10, 3)
    book.decide("describe", denial.id[:9], {"published": day, "outlet": "Tasnim"}, reason="on the page", author="Jane")
    assert book.report(denial.id) == msgspec.structs.replace(denial, published=day, outlet="Tasnim")
    assert next(book.reports()).id == denial.id
    (claim,) = book.claims(ClaimFilter(source="Tasnim"))
    assert claim.time == Period(start=day, end=day)
    assert book.check(deep=True).clean
    book.decide("accept", claim.id, author="John")
    book.undo(1, author="Jane")
    assert book.report(denial.id) == denial
    assert book.check(deep=True).clean
    book.undo(2, author="John")
    assert list(book.claims()) == before
    for value, message in (({"title": "x"}, "not described by 'title'"), ({"published": "soon"}, "does not fit")):
        with pytest.raises(InvalidDecision, match=message):
            book.decide("describe", denial.id, value)


def test_one_undoes_ones_own_last_decision(book: Casebook) -> None:
    claim = the_transfer(book)
    book.decide("reject", claim.id, author="Jane")
    with pytest.raises(CasebookError, match="John has no decision to undo"):
        book.undo(author="John")
    with pytest.raises(CasebookError, match="no entry 9"):
        book.undo(9)
    book.undo(1, author="John")
    with pytest.raises(CasebookError, match="entry 1 is undone already"):
        book.undo(1, author="John")


def test_an_upgrade_of_the_reader_keeps_decisions(opened: Opened) -> None:
    book = opened()
    book.add_documents([obtained(DELIVERY, published="2022-10-18")])
    transfer, use = book.claims()
    book.decide("set", transfer.id, {"recipient": "Russian navy"}, author="Jane")
    book.decide("accept", use.id, author="Jane")

    def later(report: Report) -> tuple[Claim, ...]:
        """Gives other ids and other items, and does not see the use any more."""
        found = [c for c in read_lines(report) if c.event is EventType.transfer]
        return tuple(msgspec.structs.replace(c, id=stable_id("c", c.id, 2), item="Geran-2") for c in found)

    book = opened(Reader(later, "lines 2"))
    assert book.behind() == 1
    done = book.reread()
    assert (done.read, done.current, book.behind()) == (1, 0, 0)
    after = list(book.claims())
    assert [c.id for c in after] == [transfer.id, use.id]
    assert (after[0].item, after[0].recipient) == ("Geran-2", "Russian navy")
    assert after[1].why == {"accepted": "Jane, journal 2"}
    book.undo(2, author="Jane")
    assert [c.id for c in book.claims()] == [transfer.id]
    book.undo(1, author="Jane")
    assert [c.id for c in book.claims()] == [stable_id("c", transfer.id, 2)]


def test_reading_again_gives_the_same(book: Casebook) -> None:
    book.decide("reject", the_transfer(book).id)
    before = list(book.claims(ClaimFilter(rejected=None)))
    done = book.reread(everything=True)
    assert (done.read, done.difference.new, done.difference.gone, done.difference.changed) == (3, 0, 0, 0)
    assert list(book.claims(ClaimFilter(rejected=None))) == before
    assert book.reread().current == 3


def test_two_writers_at_once_lose_nothing(opened: Opened) -> None:
    opened().add_documents(STORY)
    target = the_transfer(opened()).id

    def decide(author: str) -> None:
        own = opened()
        for number in range(20):
            own.decide("set", target, {"place": f"{author} {number}"}, author=author)

    writers = [Thread(target=decide, args=(author,)) for author in ("Jane", "John")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    entries = list(opened().journal())
    assert [entry.number for entry in entries] == list(range(1, 41))
    for author in ("Jane", "John"):
        assert [e.value["place"] for e in entries if e.author == author] == [f"{author} {n}" for n in range(20)]
    assert opened().claim(target).place == entries[-1].value["place"]
