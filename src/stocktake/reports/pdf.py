"""Reads a PDF that has a text layer: its lines joined to paragraphs, running heads and page numbers off.

The title is the document's own, else its first line; the date is one printed under it. The date in a PDF's
properties is the day the file was made, so it is not taken for the day of publication.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import BinaryIO

from stocktake.reports import limits
from stocktake.reports.obtained import Hints, Items, Unreadable, make
from stocktake.reports.pdf_text import pages
from stocktake.reports.plain_text import split_heading
from stocktake.reports.whole import read_whole

_HYPHEN_AT_END = re.compile("[\x02\ufffe\u00ad]\\s*\n?")  # how pdfium gives a hyphen that only breaks a line
_PAGE_NUMBER = re.compile(r"(page |p\. ?)?[-–—]? ?\d{1,4} ?[-–—]?( (of|/) \d{1,4}| ?/ ?\d{1,4})?", re.IGNORECASE)
_SENTENCE_END = (".", "!", "?", ":", "”", '"', "’", ")", "؟")
_FULL_LINE = 0.75  # a line that ends a sentence and is shorter than this share of the widest ends its paragraph
_RUNNING = 0.5  # a first or last line that stands on more than this share of the pages is no text
_HEADING = 10  # lines at the top of the first page where the outlet and the date stand


def parse(stream: BinaryIO, name: str, hints: Hints) -> Items:
    """The one report that a PDF is."""
    raw = read_whole(stream, limits.DOCUMENT)
    read = pages(raw)
    lines = [_lines(text) for text in read.texts]
    heading, text = split_heading("\n".join(_paragraphs(_without_running(lines))))
    if not text.strip():
        raise Unreadable("is a PDF without text, a scan perhaps; run text recognition over it first")
    first = text.split("\n", 1)[0]
    title = heading.title or (first if len(first) <= 200 else read.title)
    yield make(
        raw,
        text,
        "application/pdf",
        hints,
        url=heading.url,
        outlet=heading.outlet,
        title=title,
        published=heading.published,
    )


def _lines(text: str) -> list[str]:
    text = _HYPHEN_AT_END.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return [line.strip() for line in text.split("\n") if line.strip()]


def _without_running(pages: list[list[str]]) -> list[str]:
    """All lines in order, without page numbers, heads and feet that recur, and the outlet's name as a head."""
    edges = Counter(line for page in pages for line in {_bare(edge) for edge in (*page[:1], *page[-1:])})
    running = {line for line, count in edges.items() if count >= max(2, _RUNNING * len(pages))}
    outlet = split_heading("\n".join(pages[0][:_HEADING]))[0].outlet if pages else None
    running.update({_bare(outlet)} if outlet else ())

    lines: list[str] = []
    for page in pages:
        for index, line in enumerate(page):
            at_edge = index in (0, len(page) - 1)
            if not (at_edge and (_bare(line) in running or _PAGE_NUMBER.fullmatch(line))):
                lines.append(line)
    return lines


def _bare(line: str) -> str:
    return re.sub(r"\d+", "#", line).casefold()


def _paragraphs(lines: list[str]) -> list[str]:
    """Lines joined: one goes on in the next unless it closes a sentence short of the margin, or is a heading."""
    widest = max((len(line) for line in lines), default=0)
    paragraphs: list[str] = []
    open_paragraph = False
    for line in lines:
        if open_paragraph:
            paragraphs[-1] += f" {line}"
        else:
            paragraphs.append(line)
        short = len(line) < _FULL_LINE * widest
        open_paragraph = not short or not line.endswith(_SENTENCE_END)
        if short and not line.endswith(_SENTENCE_END) and len(paragraphs[-1]) == len(line):
            open_paragraph = False  # a short line that opens a paragraph and ends no sentence is a heading
    return paragraphs
