"""Reads an HTML page: the article without the page around it, its title, outlet and date (by trafilatura, htmldate).

The page is decoded here, so that a wrong charset is noticed rather than guessed over. The headline is put first in
the text when the article does not show it.
"""

from __future__ import annotations

import re
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import msgspec
import trafilatura

from stocktake.reports import limits
from stocktake.reports.dates import day
from stocktake.reports.decoding import decode
from stocktake.reports.obtained import Hints, Items, Obtained, Unreadable, make
from stocktake.reports.plain_text import with_title
from stocktake.reports.whole import read_whole

_CHARSET = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w-]{2,40})|<\?xml[^>]{0,100}?encoding=["']([\w-]{2,40})""", re.I
)
_HEAD = 8_192  # bytes within which a page declares its charset
# No search through the running text: a date guessed from there would be taken for a fact. The bounds are fixed, so
# that the same page gives the same report on any day.
_DATES = {"extensive_search": False, "original_date": True, "min_date": "1990-01-01", "max_date": "2099-12-31"}


class Page(msgspec.Struct, frozen=True):
    """What a page shows, without what stands around it."""

    text: str
    title: str | None
    outlet: str | None
    published: str | None
    url: str | None


def parse(stream: BinaryIO, name: str, hints: Hints) -> Items:
    """The one report that a page is."""
    yield from_page(read_whole(stream, limits.PAGE), hints)


def from_page(raw: bytes, hints: Hints) -> Obtained:
    """The report that the bytes of a page hold."""
    page = extract(decode(raw, hints.charset or _declared(raw)), hints.url)
    return make(
        raw,
        with_title(page.title, page.text),
        "text/html",
        hints,
        url=page.url,
        outlet=page.outlet,
        title=page.title,
        published=day(page.published) if page.published else None,
    )


def extract(source: str, url: str | None = None) -> Page:
    """The article of a page; `Unreadable` when there is none."""
    if not source.strip():
        raise Unreadable("is empty; give a document that holds text")
    page: Any = trafilatura.bare_extraction(
        source, url=url, with_metadata=True, include_comments=False, date_extraction_params=_DATES
    )
    if page is None or not page.text or not page.text.strip():
        raise Unreadable("is a page without an article; save the text that you see as a text file")
    address = url or page.url
    return Page(page.text.strip(), page.title, page.sitename or _site(address), page.date, address)


def _declared(raw: bytes) -> str | None:
    match = _CHARSET.search(raw, 0, _HEAD)
    return (match[1] or match[2]).decode("ascii") if match else None


def _site(url: str | None) -> str | None:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.") or None if url else None
    except ValueError:
        return None
