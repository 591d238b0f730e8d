"""The same commands on a team's casebook in PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Stocktake = Callable[..., Any]


def test_a_day_at_work(
    stocktake: Stocktake, postgresql_address: str, samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STOCKTAKE_CASEBOOK", postgresql_address)
    assert "no casebook at postgresql" in stocktake("claims").err
    run = stocktake("add", str(samples / "2022-08-30-northern-wire.html"))
    assert (run.status, run.err) == (0, "")
    (report,) = [json.loads(line)["id"] for line in stocktake("reports", "--jsonl").out.splitlines()]
    claim, *others = [json.loads(line)["id"] for line in stocktake("claims", "--jsonl").out.splitlines()]
    assert stocktake("claim", claim[:9], "--reject", "--reason", "a headline").status == 0
    assert len(stocktake("claims", "--jsonl").out.splitlines()) == len(others)
    assert stocktake("undo").status == 0
    assert claim in stocktake("claim", claim).out
    assert report in stocktake("report", report[:9]).out
    assert stocktake("check", "--deep").out.startswith("Clean: 1 report, ")
    assert "pg_dump -Fc" in stocktake("backup", "copy").err
    assert "pg_restore" in stocktake("restore", "copy").err
    assert stocktake("findings").status == 0


@pytest.mark.parametrize(
    ("address", "status", "message"),
    [
        (
            "postgresql://jane:secret@127.0.0.1:1/team",
            1,
            "postgresql+psycopg://jane:***@127.0.0.1:1/team cannot be reached",
        ),
        ("postgresql://[", 1, "cannot be reached"),
        ("postgresql://host:door/team", 2, "is no database address: postgresql://USER@HOST/NAME is expected"),
        ("mysql://jane@host/team", 2, "no casebook at mysql://jane@host/team"),
    ],
)
def test_addresses_that_lead_nowhere(stocktake: Stocktake, address: str, status: int, message: str) -> None:
    run = stocktake("--casebook", address, "claims")
    assert run.status == status, run.err
    assert message in run.err and "secret" not in run.err
