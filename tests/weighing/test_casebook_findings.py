"""Findings in a casebook: kept up to date, asked for, decided about."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from gold import Story, documents, reader, stories
from telling_stories import claim, count, report

from stocktake import casebook, weighing
from stocktake.casebook import Casebook, FindingFilter, InvalidDecision, StaleDecision, UnknownId
from stocktake.vocabulary import EventType
from stocktake.weighing import parts


def small() -> list[Story]:
    """Three reports on one delivery, the last a copy of the first."""
    text = (
        "More than 400 drones have been provided to Russia by Iran, John Kirby of the National Security Council said "
        "on Monday in a call with reporters that lasted half an hour and turned on little else."
    )
    first = report("first", "2023-05-15", "Harbour Courier", "Iran sends drones", text)
    other = report(
        "other", "2023-05-16", "Kyiv Daily", "Drones again", "Iran gave none, Nasser Kanaani said on Tuesday."
    )
    copy = report("copy", "2023-05-17", "Reprint", "Iran sends drones", text)
    drones = {"item": "drones"}
    told = []
    for one in (first, copy):
        total = claim(one, text, "transfer", "Iran", "Russia", quantity=count(400), sources=("John Kirby",), **drones)
        told.append((one, [total, claim(one, "Iran sends drones", "transfer", "Iran", "Russia", **drones)]))
    denial = claim(other, other.text.split("\n")[1], "transfer", "Iran", "Russia", item="drones", stance="denies",
                   sources=("Nasser Kanaani",))  # fmt: skip
    told.append((other, [denial]))
    return [Story(one, tuple(found), (), ()) for one, found in told]


@pytest.fixture
def book(casebook_address: str) -> Iterator[Casebook]:
    told = small()
    with casebook.open(casebook_address, reader=reader(told)) as opened:
        opened.add_documents(documents(told))
        yield opened


def everything(book: Casebook) -> tuple[object, ...]:
    positions = sorted(map(str, book.positions()))
    return (list(book.findings()), list(book.conflicts()), positions, list(book.origins()), book.origin_of())


def test_findings_of_an_older_version_are_weighed_afresh_before_anyone_sees_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = small()
    with casebook.open(tmp_path / "a.casebook", reader=reader(told)) as book:
        monkeypatch.setattr(weighing, "VERSION", "an older one")
        book.add_documents(documents(told))
        book.weigh()
        with book.writing() as connection:
            connection.execute(sa.text("UPDATE findings SET body = replace(body, '\"Iran\"', '\"Nobody\"')"))
        assert {finding.agent for finding in book.findings()} == {"Nobody"}, "nothing has changed"
        monkeypatch.undo()
        assert {finding.agent for finding in book.findings()} == {"Iran"}


def test_reports_added_one_by_one_weigh_the_same_as_afresh(shared: Path, casebook_address: str) -> None:
    told = stories(shared / "weighing" / "dev.jsonl")
    random.Random(3).shuffle(told)
    with casebook.open(casebook_address, reader=reader(told)) as book:
        for story in told:
            assert not book.add_documents(documents([story])).failures
            book.weigh()
        kept = everything(book)
        assert book.weigh(afresh=True).afresh
        assert everything(book) == kept
        assert list(book.derived_problems()) == []
        book.decide("reject", told[0].claims[0].id)
        changed = everything(book)
        assert changed != kept
        book.weigh(afresh=True)
        assert everything(book) == changed


def test_a_copy_is_noted_and_counts_for_nothing(book: Casebook) -> None:
    assert book.report("copy").copy_of is None or book.report("copy").copy_of == "first"
    total = next(f for f in book.findings() if f.quantity)
    assert len(total.claims) == 2
    assert len(total.origins_for) == 1
    assert book.report("copy").copy_of == "first"


def test_a_copy_that_came_first_gives_way_when_the_original_comes(casebook_address: str) -> None:
    told = small()
    with casebook.open(casebook_address, reader=reader(told)) as book:
        book.add_documents(documents(told[1:]))
        book.weigh()
        book.add_documents(documents(told[:1]))
        kept = everything(book)
        assert book.report("copy").copy_of == "first"
        book.weigh(afresh=True)
        assert everything(book) == kept


def reprints(number: int) -> list[Story]:
    """The first report again, that often, each a day later."""
    first = small()[0]
    found = []
    for day in range(number):
        one = report(f"reprint{day}", f"2023-06-{day + 1:02}", "Reprint", *first.report.text.split("\n"))
        told = [claim(one, c.quote, c.event, c.agent, c.recipient, item=c.item) for c in first.claims]
        found.append(Story(one, tuple(told), (), ()))
    return found


def test_an_original_that_comes_last_asks_no_more_often_the_more_copies_there_are(
    tmp_path: Path, casebook_address: str
) -> None:
    def asked(address: str | Path, number: int) -> int:
        told = [*reprints(number), small()[0]]
        statements: list[str] = []
        with casebook.open(address, reader=reader(told)) as book:
            book.add_documents(documents(told[:-1]))
            book.weigh()
            book.add_documents(documents(told[-1:]))
            sa.event.listen(book.engine, "before_cursor_execute", lambda *told: statements.append(told[2]))
            book.weigh()
            queries = [statement for statement in statements if not statement.startswith("PRAGMA")]
            assert {book.report(story.report.id).copy_of for story in told[:-1]} == {"first"}
            kept = everything(book)
            book.weigh(afresh=True)
            assert everything(book) == kept
        return len(queries)

    few = weighing.CROWD + 1
    assert asked(tmp_path / "few.casebook", few) == asked(casebook_address, 2 * few)


@pytest.mark.parametrize(
    ("time", "inside"),
    [
        ({"start": None, "end": "2024-12-31"}, False),
        ({"start": "2024-01-01", "end": "2024-12-31"}, False),
        ({"start": None, "end": "2023-12-31"}, True),
        ({"start": "2023-07-01", "end": "2024-12-31"}, True),
        ({"start": "2023-07-01", "end": None}, True),
        (None, True),
    ],
    ids=["by 2024", "in 2024", "by 2023", "from 2023 to 2024", "since 2023", "no day"],
)
def test_until_leaves_out_what_comes_later_plans_too(
    casebook_address: str, time: dict[str, str | None] | None, inside: bool
) -> None:
    text = "Iran is to give Russia drones, John Kirby said on Monday."
    one = report("plan", "2023-05-15", "Harbour Courier", "", text)
    told = [
        Story(
            one, (claim(one, text, "transfer", "Iran", "Russia", item="drones", modality="planned", time=time),), (), ()
        )
    ]
    with casebook.open(casebook_address, reader=reader(told)) as book:
        book.add_documents(documents(told))
        for order in ("time", "reported"):
            wanted = FindingFilter(until=dt.date(2023, 12, 31), order=order)
            assert len(list(book.findings(wanted))) == book.count_findings(wanted) == inside


def test_findings_are_asked_for_by_what_they_say(book: Casebook) -> None:
    assert book.count_findings() == 2
    assert book.count_findings(FindingFilter(event=EventType.use)) == 0
    assert book.count_findings(FindingFilter(party="iran", item="drone")) == 2
    assert book.count_findings(FindingFilter(party="Ira")) == 0
    assert book.count_findings(FindingFilter(party="Ira*")) == 2
    assert book.count_findings(FindingFilter(since=dt.date(2023, 5, 18))) == 0
    assert book.count_findings(FindingFilter(until=dt.date(2023, 5, 14))) == 0
    assert book.count_findings(FindingFilter(disputed=True)) == 1
    for least in (1, 2, 3):
        borne_out = {f.id for f in book.findings() if len(f.origins_for) >= least}
        assert {f.id for f in book.findings(FindingFilter(min_origins=least))} == borne_out, (
            "who denies bears out nothing"
        )
    assert book.count_findings(FindingFilter(report="other")) == 1
    likeliest = list(book.findings(FindingFilter(order="probability")))
    assert likeliest[0].probability >= likeliest[1].probability
    assert len(list(book.findings(FindingFilter(limit=1, offset=1)))) == 1


def test_a_finding_is_explained_by_the_same_arithmetic(book: Casebook) -> None:
    for finding in book.findings():
        told = book.explain(finding.id[:8])
        assert told.credibility.probability == finding.probability
        assert told.credibility.log_odds == pytest.approx(
            told.credibility.prior + sum(term.adds for term in told.credibility.terms)
        )
        assert sorted(c.id for e in told.evidence for c in e.claims) == sorted(finding.claims)


def test_a_finding_is_known_by_any_of_its_claims(book: Casebook) -> None:
    finding = next(f for f in book.findings() if len(f.claims) > 1)
    assert book.finding(finding.claims[-1]).id == finding.id
    with pytest.raises(UnknownId, match="no finding has an id that begins with 'f000000000000'"):
        book.finding("f000000000000")


def test_merge_and_split_are_kept_and_can_be_undone(book: Casebook) -> None:
    before = everything(book)
    ids = [f.id for f in book.findings()]
    merged = book.merge(ids, reason="one delivery")
    assert book.count_findings() == 1
    whole = next(book.findings())
    parted = book.split(whole.id, [whole.claims[-1]], reason="another")
    assert book.count_findings() == 2
    book.undo(parted.number)
    book.undo(merged.number)
    assert everything(book) == before


def test_weighing_afresh_asks_once_for_all_reports_that_decisions_name(book: Casebook) -> None:
    one, two = book.findings()
    book.merge([one.claims[0], two.claims[-1], one.claims[-1]])
    merged = everything(book)
    asked: list[str] = []
    listening = (book.engine, "before_cursor_execute", lambda _, __, statement, *___: asked.append(statement))
    sa.event.listen(*listening)
    book.weigh(afresh=True)
    sa.event.remove(*listening)
    assert everything(book) == merged
    assert sum("claims.body" in query and "claims.report IN" in query for query in asked) == 1


def test_decisions_that_contradict_are_refused_and_not_written(book: Casebook) -> None:
    finding = next(f for f in book.findings() if len(f.claims) > 1)
    book.split(finding.id, [finding.claims[-1]])
    with pytest.raises(
        InvalidDecision, match=r"not decided, for decision 1 says .* are not of .* \(stocktake undo 1\)"
    ):
        book.merge([finding.claims[0], finding.claims[-1]])
    assert [d.action for d in book.journal()] == ["split"]


def test_an_undo_that_brings_back_a_contradiction_is_refused(book: Casebook) -> None:
    other, whole = sorted(book.findings(), key=lambda f: len(f.claims))
    first, *_, last = whole.claims
    book.merge([first, other.claims[0]])
    undone = book.undo(1)
    book.split(whole.id, [last])
    book.merge([last, other.claims[0]])
    kept = everything(book)
    with pytest.raises(InvalidDecision, match=r"not decided, for decision 4 says .* and decision 3 says .* not; take"):
        book.undo(undone.number)
    assert everything(book) == kept


@pytest.mark.parametrize("which", ["none", "all", "strange"])
def test_a_split_that_makes_no_sense(book: Casebook, which: str) -> None:
    one, two = (f for f in book.findings())
    claims = {"none": [], "all": list(one.claims), "strange": [two.claims[0]]}[which]
    with pytest.raises(InvalidDecision, match=r"some of a finding's claims|is not in finding"):
        book.split(one.id, claims)


def test_merging_one_finding_with_itself(book: Casebook) -> None:
    finding = next(book.findings())
    with pytest.raises(InvalidDecision, match="at least two"):
        book.merge([finding.id, finding.id])


def test_a_grade_moves_the_findings_of_the_source_and_no_others(book: Casebook) -> None:
    total = next(f for f in book.findings() if f.quantity)
    book.grade("john kirby", "e", reason="wrong before")
    lower = book.finding(total.id)
    assert lower.probability < total.probability
    entry = next(s for s in book.sources() if s.name == "John Kirby")
    assert (entry.grade, entry.reason) == ("E", "wrong before")
    kept = everything(book)
    book.weigh(afresh=True)
    assert everything(book) == kept


def test_grades_that_make_no_sense(book: Casebook) -> None:
    with pytest.raises(InvalidDecision, match="no Admiralty reliability"):
        book.grade("John Kirby", "G")
    with pytest.raises(InvalidDecision, match=r"no source called 'Jon Kirby' has spoken; did you mean 'John Kirby'"):
        book.grade("Jon Kirby", "B")


def test_a_stale_decision_is_refused(book: Casebook) -> None:
    book.grade("John Kirby", "B")
    with pytest.raises(StaleDecision):
        book.grade("John Kirby", "C", expected=0)


def test_too_little_is_known_to_learn_from(book: Casebook) -> None:
    done = book.learn()
    assert (done.graded, done.learned) == ((), ())
    assert done.thin > 0


def test_nothing_is_weighed_twice(book: Casebook) -> None:
    book.weigh()
    assert book.weigh() == casebook.Update(reports=0, matters=0, findings=2, afresh=False)


def test_in_many_parts_it_comes_out_the_same_and_leaves_the_indexes(
    book: Casebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def indexes() -> set[object]:
        found = sa.inspect(book.engine)
        return {index["name"] for table in ("testimony", "findings", "origins") for index in found.get_indexes(table)}

    kept, before = everything(book), indexes()
    monkeypatch.setattr(weighing, "PART", 1)
    monkeypatch.setattr(parts, "PART", 1)
    book.weigh(afresh=True)
    assert everything(book) == kept
    assert indexes() == before
    assert "testimony_by_matter" in before


def test_a_report_that_gets_another_day_is_no_longer_the_original(book: Casebook) -> None:
    assert book.report("copy").copy_of is None or book.report("copy").copy_of == "first"
    book.weigh()
    book.decide("describe", "first", {"published": "2023-06-01"})
    kept = everything(book)
    assert book.report("first").copy_of == "copy"
    assert book.report("copy").copy_of is None
    book.weigh(afresh=True)
    assert everything(book) == kept
