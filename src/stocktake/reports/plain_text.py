"""Reads plain text, with the few lines of heading that a desk or an archive puts above a report.

Two kinds of heading are understood and taken off the text: lines such as "Title: ..." and "Date: ..." at the very
top, and a line of its own, among the first five, that is an outlet and a full date ("Harbour Courier, 2 November
2023"). A dateline inside a sentence ("KYIV, Nov. 2 -") stays where it is.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import BinaryIO

import msgspec

from stocktake.reports import limits
from stocktake.reports.dates import WRITTEN, day, written_day
from stocktake.reports.decoding import decode
from stocktake.reports.obtained import Hints, Items, check_length, make
from stocktake.reports.whole import read_whole

_KEYS = {
    "title": "title",
    "headline": "title",
    "outlet": "outlet",
    "source": "outlet",
    "publication": "outlet",
    "date": "published",
    "published": "published",
    "url": "url",
    "link": "url",
    "by": "by",
    "byline": "by",
    "author": "by",
}
_KEY = re.compile(r"#?\s*(\w{2,12}):\s+(\S.*)")
_OUTLET_AND_DAY = re.compile(
    rf"(?:published:?\s+|updated:?\s+)?(?:(?![a-z]{{3,6}}day\b)(?P<outlet>[^\W\d_][^,;:|.]{{1,50}}?)\s*[,|;–—-]\s*)?(?:[a-z]{{3,6}}day,?\s+)?"
    rf"{WRITTEN}(?:,?\s+(?:at\s+)?\d{{1,2}}[:.]\d{{2}}\b.{{0,12}})?\.?",
    re.IGNORECASE,
)
_HEADING_LINES = 5
_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")
_MARGIN = (45, 100)  # characters that a wrapped line has
_CLOSED = (".", "!", "?", "”", '"', ":")


class Heading(msgspec.Struct, frozen=True):
    """What the lines above a report say of it."""

    title: str | None = None
    outlet: str | None = None
    published: dt.date | None = None
    url: str | None = None


def parse(stream: BinaryIO, name: str, hints: Hints) -> Items:
    """The one report that a text file is."""
    raw = read_whole(stream, limits.DOCUMENT)
    text = decode(raw, hints.charset)
    check_length(text)
    heading, text = split_heading(text)
    yield make(
        raw,
        text,
        "text/plain",
        hints,
        title=heading.title or _first_line(text),
        outlet=heading.outlet,
        published=heading.published,
        url=heading.url,
    )


def split_heading(text: str) -> tuple[Heading, str]:
    """What the heading says, and the text without it, a stated title first."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip("\ufeff\n\t ").split("\n")
    said: dict[str, str] = {}
    while lines and (match := _KEY.fullmatch(lines[0].strip())) and match[1].lower() in _KEYS:
        said[_KEYS[match[1].lower()]] = match[2].strip()
        lines.pop(0)
    outlet, published = said.get("outlet"), day(said["published"]) if "published" in said else None
    for index, line in enumerate(lines[:_HEADING_LINES]):
        if (match := _OUTLET_AND_DAY.fullmatch(line.strip())) and (found := written_day(match)):
            outlet, published = outlet or match["outlet"], published or found
            del lines[index]
            break
    title, body = said.get("title"), unwrapped("\n".join(lines).strip())
    return Heading(title, outlet, published, said.get("url")), with_title(title, body)


def with_title(title: str | None, body: str) -> str:
    """The text of a report: the headline as its first line, once."""
    if not title or _letters(body).startswith(_letters(title)):
        return body
    return f"{title}\n{body}"


def unwrapped(text: str) -> str:
    """The text with each paragraph on one line, where it was wrapped at a margin as e-mail and old wires are."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "\n\n".join(_joined(block) for block in _BLANK_LINES.split(text))


def _joined(block: str) -> str:
    lines = block.split("\n")
    full = lines[:-1]
    at_margin = full and all(_MARGIN[0] <= len(line.rstrip()) <= _MARGIN[1] for line in full)
    goes_on = any(not line.rstrip().endswith(_CLOSED) for line in full)
    return " ".join(line.strip() for line in lines) if at_margin and goes_on else block


def _letters(text: str) -> str:
    return "".join(c for c in text[:2_000].casefold() if c.isalnum())


def _first_line(text: str) -> str | None:
    """A short first line without a full stop is a headline."""
    first, _, rest = text.partition("\n")
    return (
        first.strip() if rest.strip() and len(first) <= 200 and not first.rstrip().endswith((".", ":", ",")) else None
    )
