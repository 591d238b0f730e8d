"""A casebook with three short reports, on each database."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from line_reports import STORY, read_lines

from stocktake import casebook
from stocktake.casebook import Casebook, Reader


@pytest.fixture
def reader() -> Reader:
    return Reader(read_lines, "lines 1")


@pytest.fixture
def opened(casebook_address: str, reader: Reader) -> Iterator[Callable[[], Casebook]]:
    """Opens the test's casebook, again and again if need be, and closes all at the end."""
    books: list[Casebook] = []

    def opening(reader: Reader = reader) -> Casebook:
        books.append(casebook.open(casebook_address, reader=reader))
        return books[-1]

    yield opening
    for book in books:
        book.close()


@pytest.fixture
def book(opened: Callable[[], Casebook]) -> Casebook:
    """A casebook with the three reports of STORY."""
    made = opened()
    made.add_documents(STORY)
    return made
