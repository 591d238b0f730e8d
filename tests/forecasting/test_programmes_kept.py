"""Programmes in a casebook and on the command line: decisions, series, forecasts kept, charts, and what is refused."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec
import pytest
from freedonia import PROGRAMME

from stocktake import casebook, forecasting
from stocktake.casebook import programmes
from stocktake.cli import main
from stocktake.telling import charts
from stocktake.vocabulary import Forecast, Observation, Programme

LAUNCHES = "month,launched\n" + "".join(f"2022-{m:02d},{40 + 5 * m}\n" for m in range(1, 13))
SMALL = (
    'name = "small"\ntitle = "Small rockets"\nstart = "2022-01"\nhorizon = 3\n[parties]\nmaker = ["F"]\nuser = ["F"]\n'
)


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a programme and a table, in which commands run on a casebook of their own."""
    (tmp_path / "rockets.toml").write_text(PROGRAMME, "utf-8")
    (tmp_path / "small.toml").write_text(SMALL, "utf-8")
    (tmp_path / "launches.csv").write_text(LAUNCHES, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STOCKTAKE_CASEBOOK", str(tmp_path / "test.casebook"))
    return tmp_path


def test_a_programme_is_followed_once_and_anew_when_it_changes(casebook_address: str, programme: Programme) -> None:
    with casebook.open(casebook_address) as book:
        assert book.follow(programme) is not None
        assert book.follow(programme) is None
        longer = msgspec.structs.replace(programme, horizon=9)
        assert book.follow(longer, reason="look further") is not None
        assert book.programme() == longer
        book.undo()
        assert book.programme("rockets") == programme
        with pytest.raises(casebook.CasebookError, match="no programme is called 'tanks': there are rockets"):
            book.programme("tanks")


def test_a_series_is_observed_and_single_months_left_out_or_read_anew(
    casebook_address: str, programme: Programme
) -> None:
    with casebook.open(casebook_address) as book:
        book.follow(programme)
        series = forecasting.read_series(LAUNCHES, programme, name="launches", observes="use")
        book.add_series(programme, series)
        first, second, *rest = book.observations()
        assert len(rest) == 10
        book.exclude(first.id, reason="a holiday")
        book.remap(second.id, {"high": 80.0}, reason="told later")
        changed = book.observations()
        assert [o.excluded for o in changed[:3]] == [True, False, False]
        assert (changed[1].low, changed[1].high) == (50, 80)
        with pytest.raises(casebook.CasebookError, match="no observation has an id that begins with 'zz'"):
            book.exclude("zz")
        with pytest.raises(casebook.CasebookError, match="cannot be set"):
            book.remap(second.id, {"colour": "red"})
        for wrong, why in (
            ({"low": 500, "high": 100}, "its lower bound 500 is above its upper bound 100"),
            ({"low": -5}, "-5 is no count of things"),
            ({"high": 1e12}, r"1e\+12 is no count of things"),
            ({"measure": "share"}, "a share of 50 is above 1"),
            ({"start": "2022-05-01", "end": "2022-01-31"}, "ends on 2022-01-31, before it begins on 2022-05-01"),
        ):
            with pytest.raises(casebook.CasebookError, match=why):
                book.remap(second.id, wrong)
        book.undo()
        book.undo()
        assert not any(o.excluded for o in book.observations())


def test_a_forecast_is_kept_until_something_changes(tmp_path: Path) -> None:
    with casebook.open(tmp_path / "kept.casebook") as book:
        small = forecasting.parse_programme(SMALL)
        book.follow(small)
        day = dt.date(2022, 12, 31)
        assert book.forecast_kept(as_of=day) is None
        made = book.forecast(as_of=day)
        assert book.forecast_kept(as_of=day) == made
        assert book.forecast_last("small") == made
        book.add_series(small, forecasting.read_series(LAUNCHES, small, name="launches", observes="use"))
        assert book.forecast_kept(as_of=day) is None
        assert book.forecast_last("small") == made
        anew = book.forecast(as_of=day)
        assert not anew.prior_only
        assert anew.diagnostics.r_hat < 1.03
        stopped = book.scenario("small", {"output.stop": "2023-01"}, day)
        path = next(p for p in stopped.paths if p.name == "made")
        assert max(path.median[path.months.index("2023-01") :]) == 0


def test_a_forecast_made_after_the_clock_went_back_is_the_last_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Clock(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:
            return dt.datetime(1999, 1, 1, tzinfo=tz)

    with casebook.open(tmp_path / "kept.casebook") as book:
        small = forecasting.parse_programme(SMALL)
        book.follow(small)
        monkeypatch.setattr(programmes, "KEPT", 1)
        book.forecast(as_of=dt.date(2022, 1, 28))
        monkeypatch.setattr(programmes.dt, "datetime", Clock)
        made = book.forecast(as_of=dt.date(2023, 1, 28))
        monkeypatch.undo()
        assert book.forecast_last("small") == made
        assert book.forecast_kept(as_of=dt.date(2023, 1, 28)) == made


def test_commands_from_file_to_table(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["programme", "add", "rockets.toml"]) == 0
    assert main(["add-series", "launches.csv", "--observes", "use"]) == 0
    assert "series launches: 12 months of use, 2022-01 to 2022-12, for rockets" in capsys.readouterr().out
    assert main(["observations", "--jsonl"]) == 0
    lines = capsys.readouterr().out.splitlines()
    observed = [msgspec.json.decode(line, type=Observation) for line in lines]
    assert [o.series for o in observed] == ["launches"] * 12
    assert main(["observation", observed[0].id[:8], "--exclude", "--reason", "a test"]) == 0
    assert "is left out" in capsys.readouterr().out
    assert main(["programme", "show"]) == 0
    assert 'title = "Rockets of Freedonia"' in capsys.readouterr().out
    assert main(["programme", "list"]) == 0
    assert "11" in capsys.readouterr().out


def test_a_programme_file_alone_gives_its_prior(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["forecast", "rockets.toml", "--as-of", "2023-06-30"]
    assert main([*asked, "--json"]) == 0
    found = msgspec.json.decode(capsys.readouterr().out, type=Forecast)
    assert found.prior_only
    assert found.history == "2023-06"
    assert len(found.paths[0].months) == 18 + 6
    assert main([*asked, "--target", "made=500", "-o", "charts"]) == 0
    said = capsys.readouterr().out
    assert "! No observation bears on this programme" in said
    assert "500 made: by" in said
    page = (files / "charts" / "rockets.html").read_text("utf-8")
    assert "<script" in page
    assert 'src="http' not in page
    assert (files / "charts" / "rockets.png").read_bytes().startswith(b"\x89PNG")
    assert "Rockets of Freedonia" in (files / "charts" / "rockets.svg").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["forecast"], "no casebook at"),
        (["forecast", "--programme", "none.toml"], 'there is no programme file "none.toml"'),
        (["forecast", "none.toml"], 'there is no programme file "none.toml"'),
        (["forecast", "rockets.toml", "--programme", "shells"], "two programmes are named, rockets.toml and shells"),
        (["forecast", "--programme", "rockets.toml", "--as-of", "2021-01-01"], "lies before the programme's start"),
        (["forecast", "--programme", "rockets.toml", "--as-of", "someday"], "someday"),
        (["forecast", "--programme", "rockets.toml", "--horizon", "99"], "it must be from 1 to 60"),
        (
            ["forecast", "--programme", "rockets.toml", "--target", "made=lots"],
            '"lots" in --target made=lots is no number',
        ),
        (["forecast", "--programme", "rockets.toml", "--target", "made"], '"made" sets nothing; write NAME=VALUE'),
        (["scenario", "--programme", "rockets.toml", "--set", "luck.stop=2023-01"], '"luck" cannot be stopped'),
        (["backtest", "--programme", "rockets.toml"], "there is no series on use to score"),
        (["add-series", "none.csv", "--programme", "rockets.toml", "--observes", "use"], "none.csv cannot be read"),
        (
            ["add-series", "launches.csv", "--programme", "rockets.toml", "--observes", "use", "--unit", "tonnes"],
            'the unit "tonnes" is none of the things that rockets counts',
        ),
    ],
)
def test_a_bad_request_is_a_sentence_and_exit_2(
    files: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    assert main(arguments) == 2
    said = " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert sentence in said


def test_programme_new_asks_and_writes_what_can_be_read(
    files: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import io

    answers = [
        "Rockets of Sylvania", "", "rocket, missile", "live", "Comet", "dummy", "2022-09", "decoy", "",
        "Sylvania", "", "Sylvania", "Marxia", "Northworks", "2022-02", "2022-08", "Upper Town", "", "2022-01", "6",
    ]  # fmt: skip
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(answers) + "\n"))
    assert main(["programme", "new", "asked.toml"]) == 0
    made = forecasting.read_programme("asked.toml")
    assert made.name == "rockets-of-sylvania"
    assert [part.name for part in made.part] == ["live", "dummy"]
    assert made.plant[0].starts == ("2022-02", "2022-08")
    assert made.parties.supplier == ()
    assert main(["programme", "new", "asked.toml"]) == 2
    assert "asked.toml exists already" in " ".join(capsys.readouterr().err.replace("│", " ").split())


def test_a_chart_shows_bands_observations_and_where_the_forecast_begins(held: forecasting.Posterior) -> None:
    found = forecasting.summary(held)
    assert charts.chart_names(found)[0] == "made"
    spec = charts.path_chart(found, "used:all", charts.Theme(war="--war"))
    areas = [
        layer for layer in spec["layer"] if isinstance(layer.get("mark"), dict) and layer["mark"]["type"] == "area"
    ]
    assert [area["encoding"]["y2"]["field"] for area in areas] == ["high95", "high80", "high50"]
    assert areas[0]["mark"]["color"] == "--war"
    marks = spec["layer"][-1]["data"]["values"]
    assert sum(mark["kind"] == "counted" for mark in marks) == 18
    assert spec["layer"][-2]["data"]["values"][0]["begins"].startswith("2023-06")
    assert charts.target_chart(found.targets[0])["mark"]["type"] == "area"
