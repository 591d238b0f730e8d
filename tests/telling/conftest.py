"""A casebook of the sample reports, read once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from stocktake import casebook
from stocktake.telling.exports import Holdings, gather


@pytest.fixture(scope="session")
def sample_casebook(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("book") / "samples.casebook"
    with casebook.open(path) as book:
        book.add(samples)
    return path


@pytest.fixture(scope="session")
def sample_book(sample_casebook: Path) -> Iterator[casebook.Casebook]:
    with casebook.open(sample_casebook) as book:
        yield book


@pytest.fixture(scope="session")
def holdings(sample_book: casebook.Casebook) -> Holdings:
    return gather(sample_book)
