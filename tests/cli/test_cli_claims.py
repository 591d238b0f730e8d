"""Looking at reports and claims, and deciding about them, as a person at a terminal does."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from line_reports import STORY, obtained, read_lines

from stocktake import casebook
from stocktake.casebook import Reader
from stocktake.vocabulary import Claim, Decision, Report

Stocktake = Callable[..., Any]


def ids(run: Any) -> list[str]:
    return [json.loads(line)["id"] for line in run.out.splitlines()]


def test_a_report_without_a_title_is_listed_by_how_it_begins(stocktake: Stocktake, tmp_path: Path) -> None:
    record = {"id": "1", "text": "Nobody gave this report a title. " * 5, "published": "2024-01-01", "outlet": "Wire"}
    (tmp_path / "wire.jsonl").write_text(json.dumps(record) + "\n")
    stocktake("add", "wire.jsonl")
    line = stocktake("reports").out.splitlines()[1]
    assert "Nobody gave this report a title. Nobody gave …" in line
    assert json.loads(stocktake("reports", "--jsonl").out)["title"] is None


def test_reports_are_listed(stocktake: Stocktake, kept: Path) -> None:
    lines = stocktake("reports").out.splitlines()
    assert lines[0].split() == ["id", "published", "outlet", "title", "words", "claims"]
    assert [line.split()[1] for line in lines[1:]] == ["2022-10-18", "2023-02-06", "undated"]
    records = [msgspec.json.decode(line, type=Report) for line in stocktake("reports", "--jsonl").out.splitlines()]
    assert {record.id: record for record in records} == {story.report.id: story.report for story in STORY}


def test_claims_are_listed_in_full_in_a_pipe(stocktake: Stocktake, kept: Path) -> None:
    run = stocktake("claims")
    assert run.out.splitlines()[0].split("  ")[0] == "id"
    assert "Wall Street Journal ← Wall Street Journal ← officials" in run.out
    assert "\x1b" not in run.out
    assert run.err == "4 claims.\n"


@pytest.mark.parametrize(
    ("arguments", "items"),
    [
        (["--event", "transfer"], ["Shahed-136 drones", "drones"]),
        (["--event", "TRANSFER", "--source", "Ukraine"], ["Shahed-136 drones"]),
        (["--party", "Ukraine"], ["drones"]),
        (["--item", "factory"], ["drone factory"]),
        (["--since", "2023"], ["drone factory"]),
        (["--until", "2022-10"], ["Shahed-136 drones", "drones"]),
        (["--stance", "denies"], []),
        (["--min-confidence", "0.8"], []),
        (["--report", STORY[0].report.id[:8]], ["drone factory"]),
        (["--limit", "1"], ["Shahed-136 drones"]),
    ],
)
def test_filters(stocktake: Stocktake, kept: Path, arguments: list[str], items: list[str]) -> None:
    run = stocktake("claims", *arguments, "--jsonl")
    assert run.status == 0
    claims = [msgspec.json.decode(line, type=Claim) for line in run.out.splitlines()]
    assert [claim.item for claim in claims] == items


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    option=st.sampled_from(
        ["--event", "--party", "--item", "--since", "--until", "--source", "--stance", "--report", "--min-confidence"]
    ),
    value=st.text()
    | st.sampled_from(["%", "_", "\\\\", "*", ";", "' OR 1=1 --", "transfer*", "0000", "9999-99", "nan", "-1"]),
)
def test_no_filter_breaks_the_command(stocktake: Stocktake, kept: Path, option: str, value: str) -> None:
    run = stocktake("claims", f"{option}={value}", "--jsonl")
    assert run.status in {0, 2}, run.err
    assert (run.status == 2) == bool(run.err.strip())


def test_no_claim_fits(stocktake: Stocktake, kept: Path) -> None:
    run = stocktake("claims", "--party", "Atlantis")
    assert (run.status, run.out) == (0, "")
    assert run.err.startswith("No claim fits.")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["claims", "--event", "transfers"],
            "there is no event 'transfers'; did you mean transfer? The events are agreement",
        ),
        (["claims", "--stance", "admit"], "did you mean admits?"),
        (["claims", "--since", "yesterday"], "'yesterday' is no date: write it like 2023-02-06, 2023-02 or 2023"),
        (["claims", "--min-confidence", "2"], "--min-confidence"),
        (["claims", "--csv", "--jsonl"], "exclude each other"),
        (["claims", "--since", "2024-05", "--until", "2024-01"], "is after --until 2024-01-31"),
        (["claims", "--report", "zz"], "no report has an id that begins with 'zz': `stocktake reports` lists them"),
        (["report", "zz"], "no report has an id that begins with 'zz'"),
        (["claim", "zz"], "no claim has an id that begins with 'zz': `stocktake claims` lists them"),
        (["claim", "c"], "is the beginning of several claim ids"),
        (["undo"], "Jane has no decision to undo"),
        (["undo", "7"], "the journal has no entry 7"),
        (["restore", "none"], "there is no file none to restore from"),
        (["--casebook", "other.casebook", "claims"], "no casebook at other.casebook: `stocktake add PATH` makes one"),
        (["claims", "--casebook", "other.casebook"], "no casebook at other.casebook"),
        (["claims", "--casebook=other.casebook"], "no casebook at other.casebook"),
        (["frobnicate"], "No such command 'frobnicate'"),
    ],
)
def test_usage_that_cannot_be_served(stocktake: Stocktake, kept: Path, arguments: list[str], message: str) -> None:
    run = stocktake(*arguments)
    assert run.status == 2
    assert message in " ".join(run.err.replace("│", " ").split())
    assert run.out == ""
    assert "Traceback" not in run.err


def test_csv_opens_in_a_spreadsheet_and_runs_nothing(stocktake: Stocktake, tmp_path: Path) -> None:
    nasty = obtained("Odd names\ntransfer: =HYPERLINK(1) -> @Russia: +drones\n", outlet="-cmd", published="2024-01-02")
    with casebook.open(tmp_path / "stocktake.casebook", reader=Reader(read_lines, "1")) as book:
        book.add_documents([nasty, *STORY])
    rows = list(csv.DictReader(io.StringIO(stocktake("claims", "--csv").out, newline="")))
    assert len(rows) == 5
    odd = next(row for row in rows if row["published"] == "2024-01-02")
    assert (odd["agent"], odd["recipient"], odd["item"], odd["outlet"]) == (
        "'=HYPERLINK(1)",
        "'@Russia",
        "'+drones",
        "'-cmd",
    )
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    plant = next(row for row in rows if row["event"] == "construction")
    assert (plant["first_day"], plant["last_day"]) == ("2023-01-01", "2023-12-31")
    assert plant["sources"] == "Wall Street Journal <- officials"


def test_a_report_with_its_claims_marked(stocktake: Stocktake, kept: Path) -> None:
    run = stocktake("report", STORY[1].report.id[:9])
    assert "Deliveries go on" in run.out
    assert "[1] transfer: Iran -> Russia: Shahed-136 drones, says Ukraine" in run.out
    assert "transfer  Iran → Russia · Shahed-136 drones · Ukraine  asserts actual" in run.out
    assert "confidence" not in run.out
    assert "confidence 75%" in stocktake("report", STORY[1].report.id[:9], "--why").out
    assert stocktake("report", STORY[1].report.id, "--raw").out.encode() == STORY[1].raw


@pytest.mark.parametrize("command", ["report", "claim"])
def test_no_line_in_a_pipe_ends_in_spaces(stocktake: Stocktake, kept: Path, command: str) -> None:
    shown = STORY[1].report.id if command == "report" else ids(stocktake("claims", "--jsonl"))[0]
    lines = stocktake(command, shown).out.splitlines()
    assert lines == [line.rstrip() for line in lines]


def test_a_port_that_is_taken_is_named(stocktake: Stocktake, kept: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = stocktake("serve", "--port", str(port))
    assert run.status == 2
    assert f"cannot listen at 127.0.0.1, port {port}" in run.err
    assert "Serving" not in run.out + run.err


def test_a_claim_is_corrected_rejected_and_given_back(stocktake: Stocktake, kept: Path) -> None:
    (claim,) = ids(stocktake("claims", "--item", "Shahed", "--jsonl"))
    values = ["quantity=>= 1,700 drones", "time=2022-08..2022-10", "sources=Washington Post <- officials", "negated=no"]
    settings = [part for value in values for part in ("--set", value)]
    run = stocktake("claim", claim[:9], *settings, "--reason", "the annex says so")
    assert run.status == 0
    assert run.out.startswith("Journal 1: set negated = no, quantity = ≥ 1,700 drones, sources = Washington Post ← ")
    shown = stocktake("claim", claim).out
    assert "≥ 1,700 drones" in shown and "2022-08 … 2022-10" in shown and "Jane, journal 1" in shown
    assert stocktake("claim", claim, "--reject", "--reason", "a repeat", "--author", "John").status == 0
    assert ids(stocktake("claims", "--item", "Shahed", "--jsonl")) == []
    assert ids(stocktake("claims", "--rejected", "--jsonl")) == [claim]
    assert "Rejected: left out" in stocktake("claim", claim).out
    assert stocktake("undo", "--author", "John", "--reason", "it is none").status == 0
    assert ids(stocktake("claims", "--item", "Shahed", "--jsonl")) == [claim]
    entries = [msgspec.json.decode(line, type=Decision) for line in stocktake("journal", "--jsonl").out.splitlines()]
    assert [(e.number, e.author, e.action, e.undone) for e in entries] == [
        (1, "Jane", "set", False),
        (2, "John", "reject", True),
        (3, "John", "undo", False),
    ]
    table = stocktake("journal", "--about", claim[:6]).out
    assert "reject (undone)" in table and "the annex says so" in table
    assert "No decision" in stocktake("journal", "--about", "nothing").err


def test_a_missed_claim_is_added(stocktake: Stocktake, kept: Path) -> None:
    report = STORY[1].report.id
    settings = ["--set", "quote=Deliveries go on", "--set", "event=transfer", "--set", "agent=Iran"]
    run = stocktake("claim", report[:9], "--add", *settings, "--reason", "the headline")
    assert run.status == 0, run.err
    assert len(ids(stocktake("claims", "--report", report[:9], "--jsonl"))) == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--reject"], "a decision needs a reason: add --reason 'why'"),
        (["--reject", "--accept", "--reason", "x"], "one decision at a time: --reject and --accept were given"),
        (["--set", "agent", "--reason", "x"], "'agent' sets nothing; write --set slot=value"),
        (["--set", "colour=red", "--reason", "x"], "a claim has no slot 'colour' to set"),
        (["--set", "quantity=many", "--reason", "x"], "'many' is no quantity: write it like '6,000 drones'"),
        (["--set", "time=soon", "--reason", "x"], "'soon' is no period: write it like 2023"),
        (["--set", "negated=perhaps", "--reason", "x"], "write yes or no"),
        (["--set", "stance=doubts", "--reason", "x"], "the value does not fit"),
    ],
)
def test_a_decision_that_does_not_fit(stocktake: Stocktake, kept: Path, arguments: list[str], message: str) -> None:
    (claim,) = ids(stocktake("claims", "--item", "Shahed", "--jsonl"))
    run = stocktake("claim", claim, *arguments)
    assert run.status == 2
    assert message in " ".join(run.err.replace("│", " ").split())
    assert stocktake("journal", "--jsonl").out == ""


def test_keeping(stocktake: Stocktake, kept: Path, tmp_path: Path) -> None:
    assert stocktake("check").out == "Clean: 3 reports, 4 claims, 0 journal entries.\n"
    assert "monday.backup" in stocktake("backup", "monday.backup").out
    (claim,) = ids(stocktake("claims", "--item", "Shahed", "--jsonl"))
    stocktake("claim", claim, "--reject", "--reason", "a repeat")
    run = stocktake("restore", "monday.backup")
    assert (run.status, stocktake("journal", "--jsonl").out) == (0, "")
    assert "What was there is in stocktake.casebook.before-restore-" in run.out
    with casebook.open(kept) as book, book.writing() as connection:
        connection.exec_driver_sql("UPDATE blobs SET packing = 'none', bytes = x'78'")
    run = stocktake("check")
    assert run.status == 1
    assert run.out.startswith("3 problems found (named above): 3 reports")
    assert run.err.count("are not those that were stored") == 3


@pytest.mark.parametrize(("columns", "stacked"), [(108, False), (60, True)])
def test_a_terminal_gets_a_table_that_fits(kept: Path, columns: int, stacked: bool) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.run(
        [sys.executable, "-c", "import sys; from stocktake.cli import main; sys.exit(main())", "claims"],
        cwd=kept.parent,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "COLUMNS": str(columns), "TERM": "xterm-256color"},
        check=True,
    )
    os.close(theirs)
    out = b""
    while chunk := _read(ours):
        out += chunk
    assert process.returncode == 0
    from rich.text import Text

    lines = [Text.from_ansi(line).plain for line in out.decode().splitlines()]
    assert max(map(len, lines)) <= columns
    assert ("stance" not in " ".join(lines)) is stacked
    assert b"\x1b[" in out


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:
        return b""


def test_a_reader_that_goes_away_is_no_fault(kept: Path) -> None:
    command = (
        f"{sys.executable} -c 'import sys; from stocktake.cli import main; sys.exit(main())' claims --jsonl | true"
    )
    run = subprocess.run(command, shell=True, cwd=kept.parent, capture_output=True, text=True, check=False)
    assert run.stderr == ""
