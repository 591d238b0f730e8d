"""What a bare installation leaves out is named where it is wanted, with what to install."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stocktake.cli import EXTRAS

Stocktake = Callable[..., Any]


def test_parquet_without_pyarrow_says_what_to_install(
    stocktake: Stocktake, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "pyarrow"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    run = stocktake("export", "parquet", "-o", "claims.parquet")
    assert run.status == 2
    assert run.err.splitlines() == [
        "stocktake: this needs pyarrow, which a bare installation leaves out: install '.[tables]' in place of '.', "
        "or add it to what pipx made with `pipx inject stocktake pyarrow`"
    ]
    assert not Path("claims.parquet").exists()


def test_each_package_comes_with_the_extra_that_is_named() -> None:
    project = tomllib.loads((Path(__file__).resolve().parent.parent.parent / "pyproject.toml").read_text("utf-8"))
    brought = {
        (re.split(r"[\[>=]", requirement)[0], extra)
        for extra, requirements in project["project"]["optional-dependencies"].items()
        for requirement in requirements
    }
    assert set(EXTRAS.items()) <= brought
    assert set(EXTRAS) == {name for name, _ in brought}
