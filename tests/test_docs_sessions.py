"""What the pages in docs/ show is what one gets."""

from __future__ import annotations

from pathlib import Path

import pytest
from docs_sessions import PAGES, as_run


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_page_shows_what_one_gets(page: Path) -> None:
    text = page.read_text("utf-8")
    assert text == as_run(text), f"docs/{page.name} is out of date: python tests/docs_sessions.py docs/{page.name}"
