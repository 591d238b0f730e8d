"""Taking reports in on the command line: what is new, known, unreadable, followed, and read elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from russian_model import RUSSIAN, language_model

from stocktake import casebook, reading
from stocktake.casebook import Reader

Stocktake = Callable[..., Any]

STORY = "Iran delivered 1,700 Shahed-136 drones to Russia in August 2022, Ukraine's defence ministry said on Tuesday.\n"


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """A folder with one readable report, one that is empty, and one that is no text."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "story.txt").write_text(STORY)
    (folder / "empty.txt").write_text("")
    (folder / "scan.pdf").write_bytes(b"%PDF-1.7\nnot really")
    return folder


def test_what_can_be_taken_is_and_the_rest_is_named(stocktake: Stocktake, inbox: Path) -> None:
    run = stocktake("add", str(inbox), "--published", "2022-10-18", "--outlet", "Reuters")
    assert run.status == 1
    assert run.out.startswith("1 report added with ")
    assert "2 not taken (named above)" in run.out
    named = run.err.splitlines()
    assert [Path(line.split(": ")[0]).name for line in named] == ["empty.txt", "scan.pdf"]
    (report,) = [json.loads(line) for line in stocktake("reports", "--jsonl").out.splitlines()]
    assert (report["published"], report["outlet"]) == ("2022-10-18", "Reuters")


def test_adding_twice_changes_nothing_and_says_so(stocktake: Stocktake, inbox: Path) -> None:
    assert stocktake("add", str(inbox / "story.txt")).status == 0
    before = stocktake("claims", "--jsonl").out
    run = stocktake("add", str(inbox / "story.txt"))
    assert (run.status, run.out) == (0, "Nothing new: 1 report there already.\n")
    assert stocktake("claims", "--jsonl").out == before


def test_a_file_that_is_not_there(stocktake: Stocktake) -> None:
    run = stocktake("add", "nowhere.html")
    assert run.status == 1
    assert "nowhere.html" in run.err
    assert run.out == "1 not taken (named above).\n"


def test_a_wrong_date_is_a_usage_error_and_makes_no_casebook(stocktake: Stocktake, inbox: Path) -> None:
    run = stocktake("add", str(inbox), "--published", "18.10.2022")
    assert run.status == 2
    assert "'18.10.2022' is no day; write it like 2023-02-06" in " ".join(run.err.replace("│", " ").split())
    assert not (inbox.parent / "stocktake.casebook").exists()


def test_a_programme_file_is_followed_and_a_broken_one_named(stocktake: Stocktake, inbox: Path, samples: Path) -> None:
    (inbox / "scan.pdf").unlink()
    (inbox / "empty.txt").unlink()
    (inbox / "shells.toml").write_bytes((samples / "programmes" / "shells.toml").read_bytes())
    run = stocktake("add", str(inbox))
    assert run.status == 0, run.err
    assert "Following 1 programme: shells." in run.out
    (inbox / "broken.toml").write_text("name = 3")
    run = stocktake("add", str(inbox / "broken.toml"))
    assert run.status == 1
    assert "broken.toml: " in run.err


def test_another_language_is_kept_unread(stocktake: Stocktake, tmp_path: Path) -> None:
    (tmp_path / "story.txt").write_text(
        "Россия построит завод по выпуску беспилотников в Татарстане, сообщили в среду представители министерства. "
        "Первые аппараты будут собраны в следующем году, говорится в сообщении.\n"
    )
    run = stocktake("add", "story.txt")
    assert run.status == 0
    assert "Kept unread: 1 in Russian." in run.out
    assert "(unread: ru)" in stocktake("reports").out


def test_reading_again_says_what_changed(stocktake: Stocktake, inbox: Path) -> None:
    stocktake("add", str(inbox / "story.txt"), "--published", "2022-10-18")
    assert stocktake("reread").out == (
        "0 reports read again: 0 new claims, 0 gone, 0 changed. 1 report was up to date.\n"
    )
    with casebook.open(inbox.parent / "stocktake.casebook", reader=Reader(lambda report: (), "0")) as book:
        book.reread()
        assert list(book.claims()) == []
    run = stocktake("reread")
    assert run.out.startswith("1 report read again: ")
    assert ", 0 gone, 0 changed. 0 reports were up to date." in run.out
    assert "1 report read again: 0 new claims, 0 gone, 0 changed." in stocktake("reread", "--all").out
    assert stocktake("check", "--deep").out.startswith("Clean: 1 report, ")


def test_claims_read_elsewhere_are_taken_over(stocktake: Stocktake, inbox: Path) -> None:
    pytest.importorskip("pyarrow", reason="PYARROW MISSING: install the extra `cluster` to test claims files")
    tally = reading.read_many([inbox / "story.txt"], inbox.parent / "claims.parquet", workers=1)
    run = stocktake("add", "claims.parquet")
    assert (run.status, run.err) == (0, "")
    assert len(stocktake("claims", "--jsonl").out.splitlines()) == tally.claims > 0
    assert "there already" in stocktake("add", "claims.parquet").out
    (inbox / "odd.parquet").write_bytes(b"PAR1 but no more")
    run = stocktake("add", str(inbox / "odd.parquet"))
    assert run.status == 1
    assert "odd.parquet" in run.err and "Traceback" not in run.err


def test_a_language_model_reads_what_was_kept_unread(
    stocktake: Stocktake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "story.txt").write_text(f"Новости дня\n\n{RUSSIAN}\n")
    monkeypatch.setenv("STOCKTAKE_LLM_CACHE", str(tmp_path / "answers"))
    stocktake("add", "story.txt")
    assert stocktake("claims", "--jsonl").out == ""
    with language_model() as url:
        options = ["--llm-url", url, "--llm-model", "reader", "--llm-price", "2,4"]
        run = stocktake("reread", "--reader", "llm", *options)
    assert (run.status, run.out.startswith("1 report read again: 1 new claim")) == (0, True), run.err
    assert "model: 1 call, 0 kept answers, 0 fallbacks, 1,000,000 + 500,000 tokens" in run.err
    assert "cost 4.00" in run.err
    assert "(unread" not in stocktake("reports").out
    assert stocktake("reread").out.startswith("0 reports read again")
    assert len(stocktake("claims", "--jsonl").out.splitlines()) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--reader", "llm"], "--reader llm needs --llm-url and --llm-model"),
        (["--reader", "oracle"], "--reader 'oracle' is not known; it is local or llm"),
        (["--llm-price", "cheap"], "--llm-price 'cheap' is no pair of prices; write it like 0.15,0.60"),
    ],
)
def test_options_of_a_language_model(
    stocktake: Stocktake, inbox: Path, options: list[str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STOCKTAKE_LLM_URL", raising=False)
    run = stocktake("add", str(inbox), *options)
    assert run.status == 2
    assert message in " ".join(run.err.replace("│", " ").split())
