"""Reads an e-mail (.eml): its text, and each attachment that can be read, as reports of their own.

A page that a browser saved as one file (.mhtml) is an e-mail in form, and is read as the page it is.
The plain part is taken, else the HTML one; a signature below "-- " is no text. Subject, sender's name and date head
the report. An attachment's date is its own: the day it was mailed is not the day it was published.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import parseaddr
from typing import BinaryIO, cast

import msgspec

from stocktake.reports import kinds, limits
from stocktake.reports.dates import day
from stocktake.reports.decoding import decode
from stocktake.reports.kinds import Kind
from stocktake.reports.obtained import Hints, Items, Obtained, Unreadable, make
from stocktake.reports.plain_text import unwrapped, with_title
from stocktake.reports.whole import read_whole
from stocktake.vocabulary import Failure

_SNAPSHOT = "Snapshot-Content-Location"
_SIGNATURE = "\n-- \n"
_HOUSEKEEPING = ("application/pgp", "application/pkcs7", "application/x-pkcs7", "text/calendar", "text/x-vcard")


def parse(stream: BinaryIO, name: str, hints: Hints) -> Items:
    """The report that an e-mail is, then those attached to it."""
    raw = read_whole(stream, limits.DOCUMENT)
    message = message_from_bytes(raw, policy=policy.default)
    if location := _header(message, _SNAPSHOT):
        yield _from_snapshot(raw, message, location, hints)
        return
    bodies, attached = _sorted_parts(message)
    if not bodies and not attached:
        raise Unreadable("is an e-mail without text or attachment; give one that has some")
    if bodies or not attached:
        try:
            yield _from_body(raw, message, bodies, hints)
        except Unreadable as error:
            if not attached:
                raise
            yield Failure(name, str(error))
    for number, part in enumerate(attached[: limits.ATTACHMENTS], start=1):
        yield from _from_attachment(part, name, number, hints)
    if len(attached) > limits.ATTACHMENTS:
        yield Failure(
            name, f"has more than {limits.ATTACHMENTS} attachments; those beyond were left, save them as files"
        )


def _from_snapshot(raw: bytes, message: EmailMessage, location: str, hints: Hints) -> Obtained:
    """A page that a browser saved as one file (MHTML): an e-mail in form, whose date is that of saving."""
    from stocktake.reports.pages import from_page

    page = next((part for part in message.walk() if part.get_content_type() == "text/html"), None)
    payload = page.get_payload(decode=True) if page is not None else None
    if not isinstance(payload, bytes):
        raise Unreadable("is a saved page without its HTML; save it again")
    within = msgspec.structs.replace(hints, url=hints.url or location)
    report = from_page(payload, within).report
    return Obtained(msgspec.structs.replace(report, id=hashlib.sha256(raw).hexdigest()), raw, "multipart/related")


def _sorted_parts(message: EmailMessage) -> tuple[dict[str, Message], list[Message]]:
    """The parts that are the message itself, by media type, and those attached."""
    bodies: dict[str, Message] = {}
    attached: list[Message] = []
    waiting: list[Message] = [message]
    while waiting:
        part = waiting.pop()
        media_type = part.get_content_type()
        if media_type == "message/rfc822":
            attached.append(part)
        elif part.is_multipart():
            waiting.extend(reversed(cast(list[Message], part.get_payload())))
        elif part.get_content_disposition() == "attachment" or part.get_filename():
            attached.append(part)
        elif media_type in ("text/plain", "text/html"):
            bodies.setdefault(media_type, part)
    return bodies, attached


def _from_body(raw: bytes, message: EmailMessage, bodies: dict[str, Message], hints: Hints) -> Obtained:
    subject = _header(message, "subject")
    text = ""
    if "text/plain" in bodies:
        plain = _text_of(bodies["text/plain"]).replace("\r\n", "\n")
        text = unwrapped(plain.split(_SIGNATURE)[0].strip())
    if not text and "text/html" in bodies:
        from stocktake.reports.pages import extract

        text = extract(_text_of(bodies["text/html"])).text
    if not text:
        raise Unreadable("is an e-mail without text; save what you see as a text file")
    return make(
        raw,
        with_title(subject, text),
        "message/rfc822",
        hints,
        outlet=_sender(message),
        title=subject,
        published=_sent(message),
    )


def _text_of(part: Message) -> str:
    payload = part.get_payload(decode=True)
    charset = part.get_content_charset()
    return decode(payload, charset) if isinstance(payload, bytes) else ""


def _header(message: EmailMessage, name: str) -> str | None:
    try:
        value = message[name]
    except Exception:  # the standard library's parser of headers fails on some malformed ones in many ways
        return None
    return " ".join(str(value).split()) or None if value is not None else None


def _sender(message: EmailMessage) -> str | None:
    name, address = parseaddr(_header(message, "from") or "")
    return name or address.partition("@")[2] or None


def _sent(message: EmailMessage) -> dt.date | None:
    value = _header(message, "date")
    return day(value) if value else None


def _from_attachment(part: Message, name: str, number: int, hints: Hints) -> Items:
    filename = str(part.get_filename() or f"part {number}")
    media_type = part.get_content_type()
    if kinds.passed_over(filename) or media_type.startswith(("image/", "audio/", "video/", *_HOUSEKEEPING)):
        return
    called = f"{name}#{filename}"
    if hints.depth >= limits.MAIL_DEPTH:
        yield Failure(called, "is an e-mail attached to an e-mail too many times over; save it as a file of its own")
        return
    if media_type == "message/rfc822":
        inner = cast(list[Message], part.get_payload())
        raw = inner[0].as_bytes() if isinstance(inner, list) and inner else b""
        filename = "attached.eml"
    else:
        payload = part.get_payload(decode=True)
        raw = payload if isinstance(payload, bytes) else b""
    from stocktake.reports.loading import parse_stream

    within = msgspec.structs.replace(hints, depth=hints.depth + 1, charset=part.get_content_charset())
    yield from parse_stream(io.BytesIO(raw), called, within, _kind_named(media_type), filename)


def _kind_named(media_type: str) -> str | None:
    return media_type if kinds.MEDIA_TYPES.get(media_type) not in (None, Kind.text) else None
