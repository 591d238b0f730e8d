"""Where claims come from: chains, spokesmen, stories retold, standing positions, copies."""

from __future__ import annotations

import datetime as dt

import pytest
from telling_stories import claim, count, exactly, report, weighed

from stocktake.vocabulary import Claim, Report
from stocktake.weighing import Weighing
from stocktake.weighing.names import unnamed, voice


def origin(whole: Weighing, of: Claim) -> tuple[str, str]:
    found = next(o for o in whole.origins if o.id == whole.origin_of[of.id])
    return found.name, found.statement


KIRBY = report(
    "kirby-a",
    "2023-05-15",
    "Harbour Courier",
    "Russia wants more drones, White House says",
    "More than 400 drones have been provided to Russia by Iran, John Kirby, the spokesman of the National Security "
    "Council, told reporters on Monday.",
    "The drones were used against Ukraine, he said.",
)


def test_twelve_papers_that_quote_one_official_are_one_origin() -> None:
    reports, claims = [], []
    for number in range(12):
        told = report(
            f"paper{number}",
            "2023-05-15",
            f"Paper {number}",
            f"Headline of paper {number}",
            f"As paper {number} writes, drones have been provided to Russia by Iran, John Kirby of the National "
            f"Security Council said on Monday.",
        )
        reports.append(told)
        claims.append(
            claim(told, told.text.split("\n")[1], "transfer", "Iran", "Russia", item="drones", sources=("John Kirby",))
        )
    whole = weighed(reports, claims)
    assert len(whole.findings) == 1
    assert len(whole.findings[0].origins_for) == 1
    assert origin(whole, claims[0]) == ("John Kirby", "2023-05-15")


def test_the_same_spokesman_on_another_day_is_another_origin() -> None:
    first, second = (
        report(f"day{n}", day, "Harbour Courier", "Headline", f"Iran gave Russia drones, John Kirby said on {word}.")
        for n, (day, word) in enumerate((("2023-05-15", "Monday"), ("2023-05-17", "Wednesday")))
    )
    claims = [
        claim(r, r.text.split("\n")[1], "transfer", "Iran", "Russia", item="drones", sources=("John Kirby",))
        for r in (first, second)
    ]
    whole = weighed([first, second], claims)
    assert [origin(whole, c)[1] for c in claims] == ["2023-05-15", "2023-05-17"]
    assert len(whole.findings) == 1


def test_a_states_word_is_that_of_its_spokesman_in_the_report() -> None:
    headline = claim(
        KIRBY,
        "Russia wants more drones, White House says",
        "negotiation",
        "Russia",
        "Iran",
        item="drones",
        sources=("United States",),
    )
    body = claim(
        KIRBY,
        KIRBY.text.split("\n")[1],
        "transfer",
        "Iran",
        "Russia",
        item="drones",
        quantity=count(400),
        sources=("John Kirby",),
    )
    whole = weighed([KIRBY], [headline, body])
    assert origin(whole, headline) == origin(whole, body) == ("John Kirby", "2023-05-15")


def test_unnamed_officials_belong_to_the_paper_and_its_story_wherever_it_is_retold() -> None:
    """A retelling two days later, and one of weeks later that gives no day, go back to the story of that day."""
    texts = (
        (
            "2023-02-05",
            "Kyiv Daily",
            "Iran will build a plant in Russia, The Wall Street Journal reported on Feb. 5, citing officials.",
        ),
        ("2023-02-07", "Newsroom", "A plant is planned in Russia by Iran, The Wall Street Journal reported on Sunday."),
        (
            "2023-03-01",
            "Weekly",
            "Such a plant had been in the works in Russia, the Wall Street Journal wrote, citing officials.",
        ),
    )
    background = ("A delegation is in town.", "It saw the port.", "More is to come.")
    reports = [
        report(f"wsj{n}", day, outlet, "A headline", *(background if n == 2 else ()), text)
        for n, (day, outlet, text) in enumerate(texts)
    ]
    claims = [
        claim(
            r,
            r.text.split("\n")[-1],
            "construction",
            "Iran",
            item="plant",
            place="Russia",
            modality="planned",
            sources=("Wall Street Journal", "officials") if "officials" in r.text else ("Wall Street Journal",),
        )
        for r in reports
    ]
    whole = weighed(reports, claims)
    assert {origin(whole, c) for c in claims} == {("Wall Street Journal", "2023-02-05")}


def test_unnamed_officials_of_two_papers_are_two_origins() -> None:
    reports = [
        report(f"own{n}", "2023-02-05", outlet, "Headline", "Iran gave Russia drones, US officials said.")
        for n, outlet in enumerate(("Kyiv Daily", "Harbour Courier"))
    ]
    claims = [
        claim(r, r.text.split("\n")[1], "transfer", "Iran", "Russia", item="drones", sources=("US officials",))
        for r in reports
    ]
    # The two texts are too short to be told from copies; other words around make them reports of their own.
    whole = weighed(reports, claims)
    assert len(set(whole.origin_of.values())) == 2


@pytest.mark.parametrize(
    ("paragraph", "own"),
    [
        ("A drone plant is planned in Russia, CNN reported. The line will make thousands of drones.", False),
        ("Drones hit Kyiv, according to Ukraine. Iran has sent drones for months.", True),
    ],
)
def test_a_sentence_in_the_outlets_own_voice_belongs_to_the_story_around_it(paragraph: str, own: bool) -> None:
    told = report(
        "own",
        "2022-11-22",
        "Lantern Post",
        "CNN: Iran to make drones in Russia",
        "CNN reported it on Monday.",
        paragraph,
    )
    first, second = paragraph.split(". ")
    claims = [
        claim(
            told,
            "CNN: Iran to make drones in Russia",
            "production",
            "Russia",
            item="drones",
            modality="planned",
            sources=("CNN",),
        ),
        claim(
            told,
            first,
            "production",
            "Russia",
            item="drones",
            modality="planned",
            sources=("CNN",) if "CNN" in first else ("Ukraine",),
        ),
        claim(told, second, "production", "Russia", item="drones", modality="planned"),
    ]
    whole = weighed([told], claims)
    assert origin(whole, claims[2])[0] == ("Lantern Post" if own else "CNN")


def test_spellings_of_a_name_are_one_speaker() -> None:
    reports, claims = [], []
    for n, name in enumerate(("Volodymyr Zelensky", "Volodymyr Zelenskyy")):
        told = report(
            f"z{n}",
            "2022-11-05",
            f"Paper {n}",
            "Headline",
            f"Iran sent drones, President {name} said on Saturday, paper {n} adds.",
        )
        reports.append(told)
        claims.append(
            claim(told, told.text.split("\n")[1], "transfer", "Iran", "Russia", item="drones", sources=(name,))
        )
    whole = weighed(reports, claims)
    assert len(set(whole.origin_of.values())) == 1


def test_a_copy_goes_back_to_the_first_report() -> None:
    body = (
        "Two kinds of drone were flown from Iran to Russia in the course of August. The equipment had been put aboard "
        "planes at an airfield, and the whole operation took several days, as this newspaper saw in papers of the port."
    )
    first = report("first", "2022-08-31", "Harbour Courier", "Drones have reached Russia", body)
    copy = report("copy", "2022-09-02", "Reprint", "Drones have reached Russia", body + " So we read.")
    claims = [
        claim(
            r,
            "Two kinds of drone were flown from Iran to Russia in the course of August.",
            "transfer",
            "Iran",
            "Russia",
            item="drone",
        )
        for r in (first, copy)
    ]
    whole = weighed([copy, first], claims)
    assert origin(whole, claims[1]) == ("Harbour Courier", "2022-08-31")
    assert len(whole.findings[0].origins_for) == 1


def test_reports_that_name_one_another_as_their_original_do_no_harm() -> None:
    a = Report(id="a", text="Iran sent Russia drones.", outlet="A", copy_of="b")
    b = Report(id="b", text="Iran has sent drones to Russia.", outlet="B", copy_of="a")
    claims = [claim(r, r.text, "transfer", "Iran", "Russia", item="drones") for r in (a, b)]
    whole = weighed([a, b], claims)
    assert len(set(whole.origin_of.values())) == 1


def test_a_source_that_quotes_itself_does_no_harm() -> None:
    told = report("loop", "2023-02-05", "CNN", "Headline", "Iran sent drones to Russia, CNN reported, citing CNN.")
    one = claim(
        told, told.text.split("\n")[1], "transfer", "Iran", "Russia", item="drones", sources=("CNN", "Reuters", "CNN")
    )
    assert origin(weighed([told], [one]), one)[0] == "CNN"


def test_a_claim_without_date_or_party_is_weighed_all_the_same() -> None:
    told = report("bare", None, "Somewhere", "Headline", "Some drones were made.")
    one = claim(told, "Some drones were made.", "production", None, item="drones")
    whole = weighed([told], [one])
    found = whole.findings[0]
    assert found.claims == (one.id,)
    assert found.first_reported is None
    assert found.agent is None


def test_a_statement_has_the_day_that_the_sentence_gives_it_not_the_events() -> None:
    told = report(
        "days",
        "2022-10-17",
        "Kyiv Daily",
        "Headline",
        "President Volodymyr Zelensky had said five days earlier that Russia launched drones on Oct. 2.",
    )
    one = claim(
        told,
        told.text.split("\n")[1],
        "use",
        "Russia",
        "Ukraine",
        item="drones",
        sources=("Volodymyr Zelensky",),
        time="2022-10-02..2022-10-02",
    )
    assert origin(weighed([told], [one]), one)[1] == dt.date(2022, 10, 12).isoformat()


@pytest.mark.parametrize(
    ("written", "called"),
    [
        ("US intelligence", "US intelligence"),
        ("Senior Israeli military sources", "senior Israeli military sources"),
        ("The Kremlin officials", "Kremlin officials"),
        ("Western officials", "western officials"),
        ("Ukraine's Military Intelligence (Caspian Desk)", "Ukraine's military intelligence (Caspian Desk)"),
        ("two people familiar with the matter", "two people familiar with the matter"),
    ],
)
def test_a_voice_without_a_name_keeps_the_capitals_of_its_state(written: str, called: str) -> None:
    assert unnamed(written) == called
    assert unnamed(called) == called


@pytest.mark.parametrize(
    ("written", "called"),
    [
        ("Ukraine's air force", "Ukraine's air force"),
        ("the Ukrainian Air Force", "Ukraine's air force"),
        ("Command of the Ukrainian Air Force", "Ukraine's air force"),
        ("HUR", "Ukraine's military intelligence"),
        ("Ukrainian military intelligence agency", "Ukraine's military intelligence"),
        ("General Staff in Kyiv", "Ukraine's general staff"),
        ("Russian Defense Ministry", "Russia's defence ministry"),
        ("Chinese commerce ministry", "Chinese commerce ministry"),
    ],
)
def test_a_states_body_is_one_speaker_whatever_it_is_called(written: str, called: str) -> None:
    assert voice(written).name == called


def test_an_air_force_of_no_named_state_is_that_of_the_state_fired_at() -> None:
    told = report("a", "2023-09-18", "Paper", "Headline", "Russia launched 169 drones, by the air force's count.")
    one = claim(told, told.text.split("\n")[1], "use", "Russia", "Ukraine", item="drones", sources=("air force",))
    assert origin(weighed([told], [one]), one)[0] == "Ukraine's air force"


def test_a_headline_and_its_body_are_one_origin() -> None:
    told = report(
        "a",
        "2022-10-22",
        "Paper",
        "Russia ordered 1,700 drones, Kyiv says",
        "Russia ordered 1,700 drones from Iran, Ukraine's military intelligence agency said on Saturday.",
    )
    slots = {"item": "drones", "quantity": exactly(1700)}
    head, body = told.text.split("\n")
    both = [
        claim(told, head, "agreement", "Russia", "Iran", sources=("Ukraine",), **slots),
        claim(told, body, "agreement", "Russia", "Iran", sources=("Ukraine's military intelligence agency",), **slots),
    ]
    whole = weighed([told], both)
    assert whole.origin_of[both[0].id] == whole.origin_of[both[1].id]
