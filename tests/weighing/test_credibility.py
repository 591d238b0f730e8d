"""The arithmetic of probability, grades and words."""

from __future__ import annotations

import math

import pytest
from telling_stories import claim, report, weighed

from stocktake import weighing
from stocktake.vocabulary import Finding
from stocktake.weighing import credibility


def found(*told: dict[str, object]) -> Finding:
    """The one finding of claims that different outlets tell."""
    reports, claims = [], []
    for number, slots in enumerate(told):
        slots = dict(slots)
        outlet = str(slots.pop("outlet", f"Outlet {number}"))
        day = str(slots.pop("day", f"2022-11-{5 + number:02}"))
        one = report(f"r{number}", day, outlet, f"Headline {number}", f"{outlet} told of it in words number {number}.")
        reports.append(one)
        claims.append(claim(one, one.text.split("\n")[1], "transfer", "Iran", "Russia", item="drones", **slots))
    whole = weighed(reports, claims)
    assert len(whole.findings) == 1
    return whole.findings[0]


def odds(p: float) -> float:
    return math.log(p / (1 - p))


def test_one_outlet_of_unknown_record() -> None:
    one = found({})
    assert one.probability == pytest.approx(0.76)
    assert (one.grade, one.word) == ("C2", "likely")


def test_two_independent_outlets_add_their_odds() -> None:
    two = found({}, {})
    assert odds(two.probability) == pytest.approx(2 * odds(0.76), abs=0.01)
    assert two.grade == "C1"


def test_two_papers_on_one_speaker_count_once() -> None:
    same = {"sources": ("John Kirby",), "day": "2022-11-05"}
    assert found(same, same).probability == found(same).probability


def test_what_a_speaker_says_again_counts_less() -> None:
    once = found({"sources": ("John Kirby",)})
    twice = found({"sources": ("John Kirby",)}, {"sources": ("John Kirby",)})
    assert odds(twice.probability) - odds(once.probability) < 0.5 * odds(once.probability)


def test_an_admission_weighs_more_than_an_accusation_and_a_denial_by_the_accused_little() -> None:
    admitted = found({"sources": ("Iran",), "stance": "admits"})
    blamed = found({"sources": ("United States",), "stance": "accuses"})
    assert admitted.probability > blamed.probability
    denied = found({}, {"sources": ("Iran",), "stance": "denies"})
    plain = found({})
    assert plain.probability - 0.1 < denied.probability < plain.probability
    assert denied.origins_against


def test_a_finding_denied_by_all_is_less_likely_than_not() -> None:
    denied = found({"sources": ("Iran",), "stance": "denies"})
    assert denied.probability < 0.5
    assert not denied.origins_for


def test_the_odds_of_thousands_of_origins_have_a_probability() -> None:
    assert credibility.expit(-5000.0) == 0.0
    assert credibility.expit(5000.0) == 1.0
    assert credibility.expit(odds(0.76)) == pytest.approx(0.76)


def test_a_finding_that_something_did_not_happen_is_supported_by_who_says_so() -> None:
    not_so = found({"negated": True}, {"negated": True})
    assert not_so.negated
    assert not_so.probability > 0.8
    assert not_so.origins_against == ()


def test_may_weighs_less_than_will() -> None:
    assert found({"modality": "possible"}).probability < found({"modality": "planned"}).probability


def test_doubt_about_the_reading_lowers_the_weight() -> None:
    assert found({"confidence": 0.5}).probability < found({}).probability


@pytest.mark.parametrize(
    ("probability", "word"),
    [
        (0.02, "almost no chance"),
        (0.05, "very unlikely"),
        (0.3, "unlikely"),
        (0.5, "roughly even chance"),
        (0.55, "likely"),
        (0.8, "very likely"),
        (0.95, "almost certain"),
        (0.99, "almost certain"),
    ],
)
def test_estimative_words(probability: float, word: str) -> None:
    assert credibility.word(probability) == word


@pytest.mark.parametrize(
    ("probability", "letters", "independent", "number"),
    [
        (0.95, "BC", 2, 1),
        (0.95, "B", 1, 2),
        (0.76, "C", 1, 2),
        (0.6, "C", 1, 3),
        (0.4, "C", 1, 4),
        (0.1, "C", 1, 5),
        (0.95, "FF", 2, 6),
        (0.3, "", 0, 6),
    ],
)
def test_credibility_of_information(probability: float, letters: str, independent: int, number: int) -> None:
    assert credibility.number(probability, letters, independent) == number


@pytest.mark.parametrize("given", ["G", "", "AB", "1"])
def test_a_grade_is_one_of_six_letters(given: str) -> None:
    with pytest.raises(weighing.UnknownGrade, match="A \\(reliable\\) to F"):
        weighing.checked(given)
