"""Which finding observes what: rows of the table, by example."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import msgspec
import pytest

from stocktake import forecasting
from stocktake.forecasting.observations import table
from stocktake.vocabulary import (
    Claim,
    EventType,
    Finding,
    Modality,
    Observation,
    Origin,
    Period,
    Programme,
    Quantity,
    SourceKind,
    Span,
)

SAID = dt.date(2022, 11, 10)
ORIGINS = {
    "o1": Origin(id="o1", name="Marxian air force", kind=SourceKind.official, grade="C"),
    "o2": Origin(id="o2", name="Institute", kind=SourceKind.think_tank, grade="B"),
}


def finding(event: str, item: str | None, **facts: Any) -> Finding:
    given: dict[str, Any] = {
        "id": "f1",
        "event": EventType(event),
        "agent": None,
        "recipient": None,
        "item": item,
        "family": None,
        "place": None,
        "quantity": None,
        "time": None,
        "modality": Modality.actual,
        "negated": False,
        "claims": ("c1",),
        "origins_for": ("o1", "o2"),
        "origins_against": (),
        "probability": 0.8,
        "grade": "B2",
        "word": "likely",
        "first_reported": SAID,
        "last_reported": SAID,
        **facts,
    }
    return Finding(**given)


def number(low: float | None, high: float | None = None, **facts: Any) -> Quantity:
    return Quantity(low=low, high=low if high is None else high, **facts)


def days(start: str | None, end: str | None) -> Period:
    return Period(start=start and dt.date.fromisoformat(start), end=end and dt.date.fromisoformat(end))  # type: ignore[arg-type]


def read(programme: Programme, found: Finding) -> Observation | None:
    made = forecasting.observations_from(programme, [found], ORIGINS)
    return made[0] if made else None


OCTOBER = days("2022-10-01", "2022-10-31")
BY_F = {"agent": "Freedonia"}
TABLE = [
    # finding, rule, path, part, low, high, first day, last day
    (
        finding("production", "Comet rockets", quantity=number(60, per="month"), time=OCTOBER, **BY_F),
        ("rate of output", "made", "live", 60, 60, "2022-10-01", "2022-10-31"),
    ),
    (
        finding("production", "Comets", quantity=number(2, per="day"), place="Northworks, Upper Town", **BY_F),
        ("rate of output", "made:Northworks", "live", 60.88, 60.88, "2022-11-01", "2022-11-30"),
    ),
    (
        finding(
            "production",
            "rockets",
            quantity=number(1200),
            time=days("2022-01-01", "2022-12-31"),
            modality=Modality.planned,
            **BY_F,
        ),
        ("output of a period", "made", "all", 1200, 1200, "2022-01-01", "2022-12-31"),
    ),
    (
        finding("production", "rockets", quantity=number(500), **BY_F),
        ("output so far", "made", "all", 500, None, "2022-01-01", "2022-11-10"),
    ),
    (
        finding(
            "transfer",
            "rockets",
            agent="Sylvania",
            recipient="Freedonia",
            quantity=number(40),
            time=days("2022-10-05", "2022-10-05"),
        ),
        ("batch", "imports", "live", 40, None, "2022-10-01", "2022-10-31"),
    ),
    (
        finding("transfer", "rockets", agent="Sylvania", quantity=number(400), time=days("2022-01-01", "2022-10-31")),
        ("shipments of a period", "imports", "live", 400, 400, "2022-01-01", "2022-10-31"),
    ),
    (
        finding("agreement", "rockets", agent="Freedonia", recipient="Sylvania", quantity=number(1000)),
        ("order", "imports", "live", 1000, 1000, "2022-01-01", "2023-11-10"),
    ),
    (
        finding("use", "Comet rockets", quantity=number(90), time=OCTOBER, recipient="Marxia", **BY_F),
        ("use of a period", "used", "all", 90, 90, "2022-10-01", "2022-10-31"),
    ),
    (
        finding("use", "rockets", quantity=number(12), time=days("2022-10-03", "2022-10-03"), **BY_F),
        ("attack", "used", "all", 12, None, "2022-10-01", "2022-10-31"),
    ),
    (
        finding("use", "decoys", quantity=number(40, unit="percent"), time=OCTOBER, **BY_F),
        ("share of use", "used", "dummy", 0.4, 0.4, "2022-10-01", "2022-10-31"),
    ),
    (
        finding("loss", "rockets", agent="Marxia", recipient="Freedonia", quantity=number(70), time=OCTOBER),
        ("shot down in a period", "used", "all", 70, None, "2022-10-01", "2022-10-31"),
    ),
    (
        finding(
            "loss",
            "rockets",
            agent="Marxia",
            recipient="Freedonia",
            place="a depot near Fredville",
            quantity=number(30),
            time=days("2022-10-09", "2022-10-09"),
        ),
        ("loss in store", "lost", "live", None, 30, "2022-10-01", "2022-10-31"),
    ),
    (
        finding("stockpile", "rockets", quantity=number(None, 60), **BY_F),
        ("stock", "stock", "live", None, 60, "2022-11-10", "2022-11-10"),
    ),
    (
        finding("stockpile", "rockets", negated=True, **BY_F),
        ("nearly exhausted", "stock", "live", None, None, "2022-11-10", "2022-11-10"),
    ),
    (
        finding(
            "construction",
            "rocket factory",
            agent="Freedonia",
            place="Northworks",
            time=days("2022-04-01", "2022-05-31"),
        ),
        ("start of a plant", "made:Northworks", "live", None, None, "2022-04-01", "2022-05-31"),
    ),
]


@pytest.mark.parametrize(("found", "expected"), TABLE, ids=[row[1][0] for row in TABLE])
def test_a_finding_observes(programme: Programme, found: Finding, expected: tuple[Any, ...]) -> None:
    o = read(programme, found)
    assert o is not None
    got = (o.rule, o.path, o.part, o.low, o.high, str(o.start), str(o.end))
    assert got == expected
    assert o.finding == "f1"
    assert o.origins == ("Institute", "Marxian air force")  # the best grade first


@pytest.mark.parametrize(
    ("quote", "number_of", "standing"),
    (
        ("Freedonia makes 300 Comets a month, officials said.", "300", "observed"),
        (
            "Freedonia has a real capacity to make between 300 and 350 Comets a month.",
            "between 300 and 350",
            "capacity",
        ),
        ("Freedonia has capacity for 300 Comets a month, Marxia says", "300", "capacity"),
        ("Freedonia is capable of making 300 Comets a month, officials said.", "300", "capacity"),
        ("With a 300-a-month capacity, the works are the largest.", "300", "capacity"),
        ("They put capacity at 500 a month, but output is 300 a month.", "500", "capacity"),
        ("They put capacity at 500 a month, but output is 300 a month.", "300", "observed"),
        ("Working at full capacity, it makes 300 Comets a month.", "300", "observed"),
        ("It has been able to make 300 Comets a month.", "300", "observed"),
        ("It makes 300 Comets a month, which is as fast as it can.", "300", "observed"),
    ),
)
def test_words_beside_a_number_tell_a_capacity(programme: Programme, quote: str, number_of: str, standing: str) -> None:
    at = 100 + quote.index(number_of)
    claim = Claim(
        id="c1",
        report="r1",
        start=100,
        end=100 + len(quote),
        quote=quote,
        event=EventType.production,
        quantity=number(300, per="month"),
        spans={"quantity": (Span(at, at + len(number_of)),)},
    )
    found = finding("production", "Comets", quantity=number(300, per="month"), **BY_F)
    (o,) = forecasting.observations_from(programme, [found], ORIGINS, {"c1": claim})
    assert o.standing == standing


def test_a_capacity_to_come_is_a_plan(programme: Programme) -> None:
    quote = "Capacity is to reach 300 Comets a month."
    claim = Claim(
        id="c1",
        report="r1",
        start=0,
        end=len(quote),
        quote=quote,
        event=EventType.production,
        modality=Modality.planned,
        quantity=number(300, per="month"),
    )
    found = finding("production", "Comets", quantity=number(300, per="month"), modality=Modality.planned, **BY_F)
    (o,) = forecasting.observations_from(programme, [found], ORIGINS, {"c1": claim})
    assert o.standing == "planned"


def test_every_rule_of_the_table_is_met_and_told(programme: Programme) -> None:
    manual = (Path(__file__).parents[2] / "docs" / "forecasting.md").read_text("utf-8")
    for rule in table()[0]:
        assert f"| {rule.name} |" in manual, f"docs/forecasting.md lacks the rule {rule.name}"
        assert rule.reads in manual


@pytest.mark.parametrize(
    "found",
    [
        finding("use", "tanks", quantity=number(90), time=OCTOBER, **BY_F),
        finding("use", "rockets", quantity=number(90, unit="USD"), time=OCTOBER, **BY_F),
        finding("use", "rockets", quantity=number(90), time=OCTOBER, agent="Sylvania"),
        finding("use", "rockets", quantity=number(90), time=OCTOBER, modality=Modality.planned, **BY_F),
        finding("use", "rockets", quantity=number(90), time=OCTOBER, negated=True, **BY_F),
        finding("use", "rockets", quantity=number(90), time=OCTOBER, probability=0.1, **BY_F),
        finding("use", "rockets", quantity=number(90), time=OCTOBER, first_reported=None, **BY_F),
        finding("transfer", "rockets", agent="Sylvania", recipient="Marxia", quantity=number(40), time=OCTOBER),
    ],
    ids=["other goods", "money", "another user", "planned", "denied", "unlikely", "undated", "to another"],
)
def test_what_bears_on_nothing_observes_nothing(programme: Programme, found: Finding) -> None:
    assert read(programme, found) is None


def test_a_count_of_a_period_is_not_known_before_the_period_is_over(programme: Programme) -> None:
    early = finding(
        "use",
        "rockets",
        quantity=number(90),
        time=OCTOBER,
        first_reported=dt.date(2022, 10, 5),
        last_reported=SAID,
        **BY_F,
    )
    o = read(programme, early)
    assert o is not None
    assert o.published == dt.date(2022, 10, 31)


def test_round_and_approximate_numbers_are_vaguer(programme: Programme) -> None:
    def vagueness(quantity: Quantity) -> float:
        o = read(programme, finding("use", "rockets", quantity=quantity, time=OCTOBER, **BY_F))
        assert o is not None
        return o.vagueness

    assert vagueness(number(2738)) == 0
    assert vagueness(number(3000)) > vagueness(number(2700)) > 0
    assert vagueness(number(2738, approximate=True)) == pytest.approx(0.1)


def test_an_observation_can_be_read_differently(programme: Programme) -> None:
    o = read(programme, finding("use", "rockets", quantity=number(90), time=OCTOBER, **BY_F))
    assert o is not None
    new = forecasting.remapped(programme, o, {"path": "imports", "part": "live", "high": None, "low": "80"})
    assert (new.path, new.part, new.low, new.high, new.id) == ("imports", "live", 80, None, o.id)
    with pytest.raises(forecasting.ProgrammeError, match='"grade" of an observation cannot be set'):
        forecasting.remapped(programme, o, {"grade": "A1"})
    with pytest.raises(forecasting.ProgrammeError, match='there is no path "eaten"'):
        forecasting.remapped(programme, o, {"path": "eaten"})


# --------------------------------------------------------------------------------------------- series


def series(programme: Programme, text: str, **facts: Any) -> forecasting.Series:
    return forecasting.read_series(text, programme, **{"name": "launches", "observes": "use", **facts})


def test_a_monthly_table(programme: Programme) -> None:
    found = series(programme, 'month,launched,published\n2022-01,10,\n2022-03,"1,200",2022-05-01\n')
    assert [(row.month, row.number, str(row.published)) for row in found.rows] == [
        ("2022-01", 10, "2022-01-31"),
        ("2022-03", 1200, "2022-05-01"),
    ]
    assert found.gaps == ("2022-02",)
    assert found.part == "all"
    observed = forecasting.series_observations(programme, found)
    first = observed[0]
    assert (first.low, first.high, str(first.start), str(first.end)) == (10, 10, "2022-01-01", "2022-01-31")


def test_weeks_are_dealt_out_to_months(programme: Programme) -> None:
    weeks = [dt.date(2021, 12, 27) + dt.timedelta(days=7 * k) for k in range(10)]
    found = series(programme, "week,launched\n" + "".join(f"{week},70\n" for week in weeks))
    assert [(row.month, row.number) for row in found.rows] == [("2022-01", 310), ("2022-02", 280)]


@pytest.mark.parametrize(
    ("text", "facts", "sentence"),
    [
        ("month,launched\n2022-01,-4\n", {}, "line 2: -4 for 2022-01 is no count; a count is 0 or more"),
        ("month,launched\n2022-01,many\n", {}, '"many" for 2022-01 is no number'),
        ("month,launched\n2022-01,nan\n", {}, "is no count"),
        ("month,launched\n2022-01,4\n2022-01,5\n", {}, "line 3: 2022-01 is there twice"),
        ("month,launched\nJan 2022,4\n", {}, 'neither a month ("2024-03") nor the first day of a week'),
        ("month,launched\n", {}, "holds no line of numbers"),
        ("month\n2022-01\n", {}, "needs a line of column names"),
        (
            "month,launched\n2022-01,4\n",
            {"column": "fired"},
            'there is no column "fired"; the table has month, launched',
        ),
        ("month,launched\n2022-01,4\n", {"observes": "cost"}, 'cannot observe "cost" in rockets; it can observe use'),
        ("month,launched\n2022-01,4\n", {"part": "blue"}, 'there is no part "blue" in rockets'),
        (
            "month,launched\n2022-01,4\n",
            {"unit": "tonnes"},
            'the unit "tonnes" is none of the things that rockets counts',
        ),
        (
            "month,launched\n" + "".join(f"2022-0{m},40\n" for m in range(1, 7)) + "2022-07,4000000\n",
            {},
            "4,000,000 in 2022-07 is absurd beside a middle month of 40",
        ),
    ],
)
def test_a_bad_table_is_refused_in_a_sentence(
    programme: Programme, text: str, facts: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(forecasting.ProgrammeError) as refused:
        series(programme, text, **facts)
    assert sentence in str(refused.value)


def test_the_unit_of_a_series_may_be_any_word_of_the_programme(programme: Programme) -> None:
    assert series(programme, "month,launched\n2022-01,4\n", unit="rockets").unit == "rockets"


def test_observations_are_json(programme: Programme) -> None:
    o = read(programme, finding("use", "rockets", quantity=number(90), time=OCTOBER, **BY_F))
    assert msgspec.json.decode(msgspec.json.encode(o), type=Observation) == o
