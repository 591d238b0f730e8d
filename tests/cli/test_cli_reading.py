"""`stocktake read` and `stocktake mentions`: reports in, one line a report out, nothing kept."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Stocktake = Callable[..., Any]

REPORTS = [
    {"id": "a", "published": "2023-02-06", "outlet": "Ledger", "title": "Drones",
     "text": "Russia launched 40 Shahed-136 drones at Ukraine on Sunday, Kyiv said."},
    {"id": "b", "published": "2023-02-07", "outlet": "Ledger", "title": "Weather", "text": "It will rain in Lima."},
]  # fmt: skip


def lines(reports: list[dict[str, str]]) -> str:
    return "".join(json.dumps(report) + "\n" for report in reports)


@pytest.fixture
def jsonl(tmp_path: Path) -> Path:
    path = tmp_path / "reports.jsonl"
    path.write_text(lines(REPORTS), encoding="utf-8")
    return path


def test_one_line_a_report_in_the_order_given(stocktake: Stocktake, jsonl: Path) -> None:
    done = stocktake("read", str(jsonl), "--jsonl")
    first, second = map(json.loads, done.out.splitlines())
    assert done.status == 0
    assert (first["id"], second) == ("a", {"id": "b", "claims": []})
    claim = first["claims"][0]
    assert (claim["event"], claim["agent"], claim["quantity"]["low"]) == ("use", "Russia", 40)
    assert claim["quote"] == REPORTS[0]["text"][claim["start"] : claim["end"]]


def test_gzip_reads_the_same(stocktake: Stocktake, jsonl: Path, tmp_path: Path) -> None:
    packed = tmp_path / "packed.jsonl.gz"
    packed.write_bytes(gzip.compress(jsonl.read_bytes()))
    assert stocktake("read", str(packed), "--jsonl").out == stocktake("read", str(jsonl), "--jsonl").out


def test_claims_of_the_input_are_not_looked_at(stocktake: Stocktake, tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text(lines([{**REPORTS[1], "claims": "anything"}]), encoding="utf-8")
    assert json.loads(stocktake("read", str(gold), "--jsonl").out) == {"id": "b", "claims": []}


def test_a_table_for_people(stocktake: Stocktake, jsonl: Path) -> None:
    done = stocktake("read", str(jsonl))
    assert "Russia → Ukraine" in done.out
    assert "No claims." in done.out


def test_less_sure_claims_can_be_left_out(stocktake: Stocktake, jsonl: Path) -> None:
    assert (
        json.loads(stocktake("read", str(jsonl), "--jsonl", "--min-confidence", "1").out.splitlines()[0])["claims"]
        == []
    )


def test_what_cannot_be_taken_is_named_and_the_rest_read(stocktake: Stocktake, jsonl: Path, tmp_path: Path) -> None:
    done = stocktake("read", str(tmp_path / "gone.html"), str(jsonl), "--jsonl")
    assert done.status == 1
    assert "gone.html" in done.err
    assert len(done.out.splitlines()) == 2


def test_mentions(stocktake: Stocktake, jsonl: Path) -> None:
    first = json.loads(stocktake("mentions", str(jsonl), "--jsonl").out.splitlines()[0])
    assert [(time["first"], time["last"]) for time in first["times"]] == [("2023-02-05", "2023-02-05")]
    assert [amount["low"] for amount in first["quantities"]] == [40]
    assert "2023-02-05" in stocktake("mentions", str(jsonl)).out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("reports.jsonl", "--engine", "ray"), "--out"),
        (("http://paper.example/a", "--out", "a.parquet"), "http://paper.example/a"),
        (("--out", "a.parquet"), "standard input"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    stocktake: Stocktake, jsonl: Path, arguments: tuple[str, ...], told: str
) -> None:
    done = stocktake("read", *arguments)
    assert done.status == 2 and told in done.err


def test_addresses_of_this_machine_are_read_where_it_is_said_so(stocktake: Stocktake) -> None:
    shut = "http://127.0.0.1:9/a"
    assert "--allow-private" in stocktake("read", shut).err
    assert "cannot be reached" in stocktake("read", "--allow-private", shut).err
    assert "http or https" in stocktake("mentions", "ftp://paper.example/a").err
