"""Reads an RSS or Atom feed: each entry becomes a report (feedparser).

An entry's bytes are its own fields as JSON, not the feed's, so that an entry fetched again next hour is the same
report. An entry without a date is kept undated.
"""

from __future__ import annotations

import io
from typing import Any, BinaryIO

import feedparser
import msgspec

from stocktake.reports import limits
from stocktake.reports.dates import day
from stocktake.reports.obtained import ENTRY, Hints, Items, Obtained, Unreadable, make
from stocktake.reports.pages import fragment
from stocktake.reports.plain_text import with_title
from stocktake.reports.whole import read_whole
from stocktake.vocabulary import Failure

_ENDS = (b"</rss>", b"</feed>", b"RDF>")


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is kept of an entry."""

    link: str | None
    title: str | None
    published: str | None
    content: str


def parse(stream: BinaryIO, name: str, hints: Hints) -> Items:
    """The reports that a feed's entries are, in the feed's order."""
    raw = read_whole(stream, limits.PAGE)
    feed: Any = feedparser.parse(io.BytesIO(raw), sanitize_html=False, resolve_relative_uris=False)
    if not feed.entries:
        raise Unreadable(
            "is a feed that is damaged; fetch it again" if feed.bozo else "is a feed without entries; try again later"
        )
    broken_off = feed.bozo and not raw.rstrip().endswith(_ENDS)
    outlet = _text(feed.feed, "title") or None
    for number, entry in enumerate(feed.entries[:-1] if broken_off else feed.entries, start=1):
        called = f"{name}#{_text(entry, 'link') or number}"
        try:
            yield _from_entry(entry, outlet, hints)
        except Unreadable as error:
            yield Failure(called, str(error))
    if broken_off:
        yield Failure(name, "is a feed that breaks off; its whole entries were read, fetch it again for the rest")


def _from_entry(entry: Any, outlet: str | None, hints: Hints) -> Obtained:
    kept = Entry(
        link=_text(entry, "link") or None,
        title=" ".join(fragment(_text(entry, "title")).split()) or None,
        published=_text(entry, "published") or _text(entry, "updated") or None,
        content=_content(entry),
    )
    body = fragment(kept.content)
    return make(
        msgspec.json.encode(kept),
        with_title(kept.title, body) if body else kept.title or "",
        ENTRY,
        msgspec.structs.replace(hints, url=None),
        url=kept.link,
        outlet=outlet,
        title=kept.title,
        published=day(kept.published) if kept.published else None,
    )


def _content(entry: Any) -> str:
    """The fullest text that an entry carries."""
    contents = [str(content.get("value", "")) for content in entry.get("content", ())]
    return max((*contents, _text(entry, "summary")), key=len)


def _text(fields: Any, name: str) -> str:
    value = fields.get(name)
    return value.strip() if isinstance(value, str) else ""
