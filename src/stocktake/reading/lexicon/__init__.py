"""The words that reading takes as data, and how the lists are opened.

Each list is a TOML or CSV file in this folder whose first lines say what it is and where it comes from; a line of a CSV
file that begins with # is such a comment.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterable
from importlib import resources
from typing import Any


def table(name: str) -> dict[str, Any]:
    """A TOML list."""
    return tomllib.loads(_text(name))


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a CSV list, by column."""
    return list(csv.DictReader(line for line in _text(name).splitlines() if not line.startswith("#")))


def split(field: str | None) -> list[str]:
    """The alternatives of a field, which are parted by bars."""
    return [word for word in (field or "").split("|") if word]


def any_of(words: Iterable[str]) -> str:
    """A regular expression for any of some words: the longest first, with any white space between their parts."""
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in sorted(words, key=len, reverse=True))


def _text(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")
