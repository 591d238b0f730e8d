"""What the tests of pages name: a server, a page that is watched, and what both are set up with."""

from __future__ import annotations

from pathlib import Path

import msgspec
from playwright.sync_api import Page

from stocktake.casebook import Casebook

PASSWORD = "correct horse battery"
QUICK_PROGRAMME = "shells"
"""Of the sample programmes the one whose forecast takes a second."""
PICTURES = Path(__file__).resolve().parent.parent.parent / "docs" / "pictures"


class Served(msgspec.Struct, frozen=True):
    """A running server: where it answers, and the casebook that it serves."""

    address: str
    book: Casebook


class Watched(msgspec.Struct):
    """A page and what went wrong on it: refused by the policy, logged as an error, or asked of another host."""

    page: Page
    faults: list[str]
