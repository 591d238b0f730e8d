"""Says what kind of input some bytes are: by their first bytes, else by the file's suffix, else by how they read.

The kinds, their suffixes, media types and first bytes are data (kinds.toml). First bytes win over the suffix, since
a server that answers "sorry" under the name of a PDF answers in HTML; among the kinds that are text the suffix wins.
"""

from __future__ import annotations

import re
import tomllib
from enum import StrEnum
from pathlib import Path, PurePath
from typing import Any

from stocktake.reports.obtained import Unreadable


class Kind(StrEnum):
    """What an input is, once unpacked; each has a parser of its own."""

    html = "html"
    pdf = "pdf"
    text = "text"
    mail = "mail"
    lines = "lines"
    warc = "warc"
    feed = "feed"
    parquet = "parquet"


_TABLE: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_name("kinds.toml").read_text(encoding="utf-8"))

NAMES = {kind: str(_TABLE[kind]["name"]) for kind in Kind}
SUFFIXES = {suffix: kind for kind in Kind for suffix in _TABLE[kind]["suffixes"]}
MEDIA_TYPES = {media_type: kind for kind in Kind for media_type in _TABLE[kind]["media_types"]}
_MAGIC = {text.encode("latin-1"): kind for kind in Kind for text in _TABLE[kind].get("magic", ())}
_REFUSED = {text.encode("latin-1"): what for text, what in _TABLE["refused"].items()}
_TOLD_BY_CONTENT = frozenset({*_MAGIC.values(), Kind.feed, Kind.lines})
_REFUSED_SUFFIXES: dict[str, str] = _TABLE["refused_suffixes"]
_PASSED_OVER = frozenset(_TABLE["passed_over"]["suffixes"])
_PASSED_OVER_STEMS = frozenset(_TABLE["passed_over"]["stems"])

SNIFFED = 4096  # bytes looked at
GZIP = b"\x1f\x8b"

_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_XML_PROLOGUE = re.compile(rb"(?:\s|<\?xml.*?\?>|<!--.*?-->|<\?xml-stylesheet.*?\?>)*", re.DOTALL)
_FEED = re.compile(rb"<(?:\w+:)?(?:rss|feed|RDF)[\s>]", re.IGNORECASE)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|title|meta|article|div|p|h1)[\s>/]", re.IGNORECASE)
_MAIL = re.compile(
    rb"(?:from|to|subject|received|return-path|message-id|mime-version|delivered-to|date|x-[\w-]+):", re.I
)
_JSON_OVER_LINES = re.compile(rb"\[\s*[{\]]|\{\s*\n")
_HEADER = re.compile(rb"^[\w-]+:", re.MULTILINE)
_MAIL_PROOF = re.compile(rb"^(?:received|return-path|message-id|mime-version|from|delivered-to):", re.I | re.MULTILINE)


def suffix_of(name: str) -> str:
    """The suffix that says what a file is, without a closing ".gz": "x.jsonl.gz" -> ".jsonl"."""
    path = PurePath(name.lower())
    return PurePath(path.stem).suffix if path.suffix == ".gz" else path.suffix


def passed_over(name: str) -> bool:
    """Whether a file found in a folder is housekeeping or a page's ornament rather than a report."""
    path = PurePath(name.lower())
    return path.name.startswith(".") or path.suffix in _PASSED_OVER or path.stem in _PASSED_OVER_STEMS


def sniff(head: bytes, name: str = "", media_type: str | None = None) -> Kind:
    """The kind of an unpacked input that begins with `head`; `Unreadable` when it is none that can be read."""
    if not head.strip():
        raise Unreadable("is empty; give a document that holds text")
    for magic, what in _REFUSED.items():
        if head.startswith(magic):
            raise Unreadable(f"is {what}")
    for magic, kind in _MAGIC.items():
        if magic in head[:1024] if kind is Kind.pdf else head.startswith(magic):
            return kind
    if is_binary(head):
        raise Unreadable(f"is binary data of a kind that is not read; give one of {', '.join(NAMES.values())}")
    if suffix_of(name) in _REFUSED_SUFFIXES and _named(name, media_type) is None:
        raise Unreadable(f"is {_REFUSED_SUFFIXES[suffix_of(name)]}")
    named = _named(name, media_type)
    return named if named and named not in _TOLD_BY_CONTENT else _by_content(head, named)


def _named(name: str, media_type: str | None) -> Kind | None:
    """The kind that a file's suffix or its server's word says; servers say "text/plain" of anything."""
    served = MEDIA_TYPES.get(media_type) if media_type else None
    return served if served and served is not Kind.text else SUFFIXES.get(suffix_of(name))


def _by_content(head: bytes, named: Kind | None) -> Kind:
    for bom in _BOMS:
        head = head.removeprefix(bom)
    start = head[_end_of_prologue(head) :]
    if _FEED.match(start):
        return Kind.feed
    if _HTML.match(start) or (start.startswith(b"<") and _HTML.search(start)):
        return Kind.html
    if named is Kind.feed:
        raise Unreadable("is XML, but neither an RSS nor an Atom feed; give the feed itself or the pages it names")
    if _JSON_OVER_LINES.match(start):
        raise Unreadable("is one piece of JSON; put each report's object on a line of its own (`jq -c '.[]'` does)")
    if start.startswith(b"{"):
        return Kind.lines
    if named is Kind.lines:
        return named
    if _MAIL.match(start) and len(_HEADER.findall(start)) >= 3 and _MAIL_PROOF.search(start):
        return Kind.mail
    return Kind.text


def _end_of_prologue(head: bytes) -> int:
    match = _XML_PROLOGUE.match(head)
    return match.end() if match else 0


def is_binary(head: bytes) -> bool:
    """Whether bytes are no text in any charset: control characters that no text holds. UTF-16 needs its mark."""
    if head.startswith(_BOMS[1:]):
        return False
    odd = sum(byte < 9 or 13 < byte < 27 or 27 < byte < 32 or byte == 127 for byte in head)
    return b"\x00" in head[:512] or odd * 50 > len(head)
