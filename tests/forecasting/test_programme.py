"""Programme files: what is read, and what is refused in which words."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from stocktake import forecasting
from stocktake.forecasting.programme import as_known, defaults, transformed
from stocktake.vocabulary import Programme

HEAD = 'name = "rockets"\ntitle = "Rockets"\nstart = "2022-01"\n'
PARTIES = '[parties]\nmaker = ["Freedonia"]\nuser = ["Freedonia"]\n'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name = ", "this is no valid TOML"),
        ('name = "x"', "missing required field `title`"),
        (HEAD, "nothing comes in: name a maker, a plant or a supplier"),
        (HEAD.replace("2022-01", "2022-13") + PARTIES, '"2022-13" is not a month; write it as year and month'),
        (HEAD.replace('"rockets"', '"rockets!"') + PARTIES, 'the name "rockets!" must be letters, digits'),
        (HEAD + "horizon = 90\n" + PARTIES, "the horizon is 90 months; it must be from 1 to 60"),
        (HEAD + "colour = 1\n" + PARTIES, "unknown field `colour`"),
        (HEAD + PARTIES + '[[part]]\nname = "a"\n[[part]]\nname = "b"\n', 'part "b" needs `since`'),
        (HEAD + PARTIES + '[[part]]\nname = "all"\n', '"all" means the whole family'),
        (
            HEAD + PARTIES + '[[plant]]\nname = "N"\nstarts = ["2022-05", "2022-02"]\n',
            'plant "N" starts between 2022-05 and 2022-02: the first is after the last',
        ),
        (HEAD + PARTIES + '[[plant]]\nname = "N"\nshare = 0.0\n', 'plant "N" has share 0; it must be above 0'),
        (
            HEAD + PARTIES + '[[prior]]\nname = "use.share"\nlow = 0.2\nhigh = 1.5\nreason = "r"\n',
            "a share must be below 1",
        ),
        (
            HEAD + PARTIES + '[[prior]]\nname = "use.share"\nlow = 0.5\nhigh = 0.2\nreason = "r"\n',
            "low must be below high",
        ),
        (HEAD + PARTIES + '[[prior]]\nname = "use.share"\nlow = 0.2\nhigh = 0.5\nreason = ""\n', "needs a reason"),
        (
            HEAD + PARTIES + '[[prior]]\nname = "luck"\nlow = 0.2\nhigh = 0.5\nreason = "r"\n',
            'there is no prior "luck"',
        ),
        (HEAD + PARTIES + '[[target]]\npath = "imports"\namount = 5\n', 'a target is set on "imports"'),
        (HEAD + PARTIES + '[[target]]\npath = "made"\namount = -5\n', "must be a positive number, not -5"),
    ],
)
def test_a_bad_file_is_refused_in_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(forecasting.ProgrammeError) as refused:
        forecasting.parse_programme(text)
    assert sentence in str(refused.value)


def test_ten_lines_are_a_programme() -> None:
    made = forecasting.parse_programme(HEAD + PARTIES)
    assert forecasting.path_names(made) == ("made", "used", "lost", "stock")


def test_a_file_that_is_not_there_says_what_writes_one(tmp_path: Path) -> None:
    with pytest.raises(forecasting.ProgrammeError, match="`stocktake programme new` writes one"):
        forecasting.read_programme(tmp_path / "none.toml")


def test_what_is_written_is_read_again(programme: Programme, samples: Path) -> None:
    shipped = [forecasting.read_programme(file) for file in sorted((samples / "programmes").glob("*.toml"))]
    assert len(shipped) == 2
    for each in (programme, *shipped):
        assert forecasting.parse_programme(forecasting.write_programme(each)) == each


def test_parts_and_plants_are_left_out_of_a_run_before_they_were_known(samples: Path) -> None:
    shipped = forecasting.read_programme(samples / "programmes" / "shahed.toml")
    then = as_known(shipped, dt.date(2024, 6, 30))
    assert [part.name for part in then.part] == ["strike"]
    assert [plant.name for plant in then.plant] == ["Alabuga"]


def test_a_prior_is_a_ninety_percent_interval(programme: Programme) -> None:
    kind, mean, sd = transformed(programme, "count.noise", 1.0)
    low, high = defaults()["count.noise"].low, defaults()["count.noise"].high
    assert kind == "positive"
    assert 2.718281828 ** (mean - 1.6448536 * sd) == pytest.approx(low, rel=1e-4)
    assert 2.718281828 ** (mean + 1.6448536 * sd) == pytest.approx(high, rel=1e-4)


def test_every_default_has_a_reason_and_stands_in_the_manual() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "forecasting.md").read_text("utf-8")
    for name, default in defaults().items():
        assert default.reason
        assert f"`{name}`" in manual, f"docs/forecasting.md does not tell of the prior {name}"
