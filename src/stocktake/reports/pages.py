"""Reads an HTML page: the article without the page around it, its title, outlet and date (by trafilatura, htmldate).

Three passes take the page away: elements that a page's makers name as share bars, comment forms, related links and
the like are cut (boilerplate.toml); trafilatura finds the article in what is left; lines that are a button's or a
box's words are dropped. The headline is put first in the text when the article does not show it.
"""

from __future__ import annotations

import logging
import re
import tomllib
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import msgspec
import trafilatura
from lxml import etree  # type: ignore[import-untyped]
from lxml import html as markup
from trafilatura.settings import use_config

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
_SHORTEST = "50"  # characters that make an article; wire items are short
# No search through the running text: a date guessed from there would be taken for a fact. The bounds are fixed, so
# that the same page gives the same report on any day.
_DATES = {"extensive_search": False, "original_date": True, "min_date": "1990-01-01", "max_date": "2099-12-31"}
_ABOUT_OTHERS = frozenset({"has", "no", "with", "without", "is", "not"})  # "has-sidebar" names what stands beside
_NEVER_CUT = frozenset({"html", "head", "body", "article", "main"})
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")
_BLOCKS = frozenset(
    ("p", "div", "br", "li", "ul", "ol", "h1", "h2", "h3", "h4", "blockquote", "tr", "td", "section", "article")
)
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NUMBERED = re.compile(r"&#(?:x(?P<hex>[0-9a-f]{1,8})|(?P<decimal>[0-9]{1,10}));?", re.IGNORECASE)
_MARKS = re.compile(r"^(?:[-•*]\s+|\|\s*)")
_RULE = re.compile(r"[-|: ]+")
_LONGEST_MARK = 5  # characters of a footnote's mark: "[12]"
_BEFORE_MARKS = (".", ",", ";", ":", "!", "?", "”", '"', "’", ")")
_TOO_DEEP = "Excessive depth"  # how libxml2 begins its complaint; it drops what lies deeper
_LARGEST_SHARE = 0.5  # a named piece that holds more of the page's text than this is its frame, and stays


# The libraries log what they discard; the one sentence about it is ours to say.
for _library in ("trafilatura", "htmldate", "courlan", "justext"):
    logging.getLogger(_library).addHandler(logging.NullHandler())


class Page(msgspec.Struct, frozen=True):
    """What a page shows, without what stands around it."""

    text: str
    title: str | None
    outlet: str | None
    published: str | None
    url: str | None


class _Boilerplate(msgspec.Struct, frozen=True):
    names: frozenset[str]
    elements: tuple[str, ...]
    frames: frozenset[str]
    line: re.Pattern[str]


@cache
def _boilerplate() -> _Boilerplate:
    table = tomllib.loads(Path(__file__).with_name("boilerplate.toml").read_text(encoding="utf-8"))
    line = re.compile("|".join(f"(?:{pattern})" for pattern in table["lines"]), re.IGNORECASE)
    return _Boilerplate(frozenset(table["names"]), tuple(table["elements"]), frozenset(table["frames"]), line)


@cache
def _settings() -> Any:
    settings = use_config()
    settings.set("DEFAULT", "MIN_EXTRACTED_SIZE", _SHORTEST)
    return settings


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
    tree = _tree(source)
    facts: Any = trafilatura.extract_metadata(tree, default_url=url, date_config=dict(_DATES))
    _prune(tree)
    if (length := _length(tree)) > limits.PAGE_TEXT:
        raise Unreadable(
            f"is a page with {limits.size(length)} of text, more than the {limits.size(limits.PAGE_TEXT)} an article "
            "may have; save its text as a text file"
        )
    page: Any = trafilatura.bare_extraction(tree, url=url, include_comments=False, config=_settings())
    text = _without_boilerplate(page.text) if page is not None and page.text else ""
    if not text:
        raise Unreadable("is a page without an article; save the text that you see as a text file")
    address = url or facts.url
    return Page(text, facts.title, facts.sitename or _site(address), facts.date, address)


def fragment(source: str) -> str:
    """The text of a piece of HTML that is an article already, as feeds carry it: a block a line."""
    if "<" not in source and "&" not in source:
        return _without_boilerplate(source)
    if not source.strip():
        return ""
    tree = _tree(f"<html><body><div>{source}</div></body></html>")
    _prune(tree)
    pieces: list[str] = []
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        pieces.append("\n" if element.tag in _BLOCKS else "")
        pieces.append((element.text if event == "start" else element.tail) or "")
    return _without_boilerplate("\n".join(" ".join(line.split()) for line in "".join(pieces).split("\n")))


def _legal(source: str) -> str:
    """The source without characters that XML forbids, written out or by number: libxml2 lets them in, lxml not on."""
    return _ILLEGAL.sub("\ufffd", _NUMBERED.sub(_unless_illegal, source))


def _unless_illegal(match: re.Match[str]) -> str:
    number = int(match["hex"], 16) if match["hex"] else int(match["decimal"])
    return match[0] if number < 0x110000 and not _ILLEGAL.match(chr(number)) else "\ufffd"


def _tree(source: str) -> markup.HtmlElement:
    parser = markup.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    try:
        tree = markup.document_fromstring(_legal(source).encode("utf-8"), parser=parser)
    except (etree.ParserError, ValueError):
        raise Unreadable("is not HTML, whatever it is called; save it as a text file") from None
    if any(entry.message.startswith(_TOO_DEEP) for entry in parser.error_log):
        raise Unreadable("is HTML with hundreds of elements inside one another; save its text as a text file")
    return tree


def _prune(tree: markup.HtmlElement) -> None:
    """Cut what is named as boilerplate, unless it holds the article or most of the page."""
    known = _boilerplate()
    for element in list(tree.iter(*known.elements)):
        if element.getparent() is not None:
            element.drop_tree()
    for element in list(tree.iter("sup")):
        if _is_note(element):
            element.drop_tree()
    whole = max(_length(tree), 1)
    for element in list(tree.iter(etree.Element)):
        if element.tag in known.frames or (
            element.tag not in _NEVER_CUT and not known.names.isdisjoint(_names(element))
        ):
            _cut(element, whole)


def _is_note(mark: markup.HtmlElement) -> bool:
    """Whether a raised figure is a footnote's mark, as behind a full stop or when it is a link, not a power."""
    text = mark.text_content().strip()
    before = mark.getprevious()
    said = (before.tail if before is not None else mark.getparent().text) or ""
    return len(text) <= _LONGEST_MARK and (mark.find(".//a") is not None or said.rstrip().endswith(_BEFORE_MARKS))


def _cut(element: markup.HtmlElement, whole: int) -> None:
    if element.getparent() is None or next(element.iter("article", "main", "h1"), None) is not None:
        return
    if _length(element) <= _LARGEST_SHARE * whole:
        element.drop_tree()


def _length(element: markup.HtmlElement) -> int:
    return len(element.text_content().strip())


def _names(element: markup.HtmlElement) -> set[str]:
    """The words of an element's class and id, and each two neighbours joined: "share-bar" -> share, bar, share-bar."""
    named: set[str] = set()
    for name in f"{element.get('class', '')} {element.get('id', '')}".split():
        words = [word.lower() for word in _WORDS.findall(name)]
        if words and words[0] in _ABOUT_OTHERS:
            continue
        named.update(words, map("-".join, pairwise(words)))
    return named


def _without_boilerplate(text: str) -> str:
    """The lines that are text, without the marks of lists and tables; a sentence that a line break cut is joined."""
    boilerplate = _boilerplate().line
    lines: list[str] = []
    for raw in text.split("\n"):
        line = _MARKS.sub("", raw.strip()).removesuffix("|").strip()
        if not line or _RULE.fullmatch(line) or boilerplate.fullmatch(line):
            continue
        if lines and line[0].islower() and (lines[-1][-1].isalnum() or lines[-1][-1] == ","):
            lines[-1] += f" {line}"
        else:
            lines.append(line)
    return "\n".join(lines)


def _declared(raw: bytes) -> str | None:
    match = _CHARSET.search(raw, 0, _HEAD)
    return (match[1] or match[2]).decode("ascii") if match else None


def _site(url: str | None) -> str | None:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.") or None if url else None
    except ValueError:
        return None
