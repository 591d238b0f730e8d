"""What a loader hands out, and what it is told beforehand."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from typing import TypeAlias

import msgspec

from stocktake.reports import languages, limits
from stocktake.vocabulary import Failure, Report


class Obtained(msgspec.Struct, frozen=True):
    """A report together with the bytes it was made from and what kind of bytes they are."""

    report: Report
    raw: bytes
    media_type: str


ENTRY = "application/x-feed-entry+json"  # the media type of a feed's entry, kept as its fields in JSON

Item: TypeAlias = Obtained | Failure
Items: TypeAlias = Iterator[Item]


class Hints(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an input from outside: used where the document itself does not say.

    `url`, `retrieved` and `charset` come from the place the bytes were fetched from; they are not fallbacks but
    facts, and win over what the document claims.
    """

    published: dt.date | None = None
    outlet: str | None = None
    url: str | None = None
    retrieved: dt.datetime | None = None
    charset: str | None = None
    depth: int = 0


class Unreadable(Exception):
    """An input cannot be taken; the message is the sentence that the user reads."""


class Refused(Unreadable):
    """A server answered, but with no document: its status, and the seconds it asks one to wait, if it does."""

    def __init__(self, reason: str, status: int, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.retry_after = retry_after


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """What an address gave: the address that answered in the end, the body, and what the server says of it.

    `unchanged` is true where the server says that nothing is new since the `etag` or `modified` one has seen.
    """

    url: str
    body: bytes
    media_type: str | None = None
    charset: str | None = None
    retrieved: dt.datetime
    etag: str | None = None
    modified: str | None = None
    unchanged: bool = False


def make(
    raw: bytes,
    text: str,
    media_type: str,
    hints: Hints,
    *,
    id: str | None = None,
    url: str | None = None,
    outlet: str | None = None,
    title: str | None = None,
    published: dt.date | None = None,
    retrieved: dt.datetime | None = None,
    language: str | None = None,
    copy_of: str | None = None,
) -> Obtained:
    """Put a report together: the document's own word first, then the hints; refuse what is too long or empty."""
    text = keepable(text)
    if not text or text.isspace():
        raise Unreadable("holds no text; give a document that has some")
    check_length(text)
    report = Report(
        id=id or hashlib.sha256(raw).hexdigest(),
        text=text,
        url=_one_line(hints.url or url),
        outlet=_one_line(outlet or hints.outlet),
        title=_one_line(title),
        published=published or hints.published,
        retrieved=hints.retrieved or retrieved,
        language=language or languages.detect(text),
        copy_of=copy_of,
    )
    return Obtained(report, raw, media_type)


def check_length(text: str) -> None:
    """Refuse a text that is too long for one report."""
    length = len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
    if length > limits.TEXT:
        raise Unreadable(
            f"holds {limits.size(length)} of text, more than the {limits.size(limits.TEXT)} that one report may have; "
            "split it into its reports"
        )


def keepable(text: str) -> str:
    """`text` as every store can keep it: PostgreSQL has no NUL and UTF-8 no lone surrogate.

    One character stands for one, so that offsets stay true.
    """
    text = text.replace("\x00", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
    return text


def _one_line(value: str | None) -> str | None:
    return " ".join(keepable(value).split()) or None if value else None
