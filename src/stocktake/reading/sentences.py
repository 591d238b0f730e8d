"""Splits a report's text into sentences.

Each line is a paragraph (so the headline is a sentence of its own); within it a sentence ends at a full stop, question
or exclamation mark, with closing quotes and brackets, before white space and a capital, a digit or an opening quote.
Abbreviations (data) do not end one, or do so only before a word that usually starts one.
"""

from __future__ import annotations

import re

from stocktake.reading import lexicon
from stocktake.vocabulary import Span

__all__ = ["split"]

_LISTS = lexicon.table("abbreviations.toml")
_NEVER_FINAL = frozenset(_LISTS["never_final"]["words"])
_MAYBE_FINAL = frozenset(_LISTS["maybe_final"]["words"])
_BEFORE_NUMBERS = frozenset(_LISTS["before_numbers"]["words"])
_STARTERS = frozenset(_LISTS["starters"]["words"])

_PARAGRAPH = re.compile(r"[^\s][^\n\r\u2028\u2029]*")
_END = re.compile(r"(?<![.!?…])[.!?…]+[\"'”’»)\]]*(?=\s+[\"'“‘«(\[$€£`—–-]*[A-ZÀ-ÖØ-ÞА-ЯĀ-Ž0-9])")
_BULLET = re.compile(r"[-–—•*>]\s+(?=\S)")
_DATELINE = re.compile(  # "MOSCOW, June 3. /TASS/. " and "MOSCOW. June 3 (Interfax) - " open the sentence after them
    r"[A-Z][A-Z' -]+[A-Z](?:, [A-Z][a-z]+\.? \d{1,2}\.\s/[\w-]+/\.?\s|\.\s(?=[A-Z][a-z]+\.? \d{1,2}\b))"
)
_LAST_WORD = re.compile(r"[\w.’'-]+$")
_NEXT_WORD = re.compile(r"\s+([\"'“‘«(\[`—–-]*)([\w’']+)")
_OPENING = re.compile(r"[\"“‘«(\[]")


def split(text: str) -> tuple[Span, ...]:
    """The sentences of a text in order, without the white space around them."""
    spans: list[Span] = []
    for paragraph in _PARAGRAPH.finditer(text):
        start, stop = paragraph.start(), paragraph.end()
        bullet = _BULLET.match(text, start, stop)
        start = bullet.end() if bullet else start
        dateline = _DATELINE.match(text, start, stop)
        opened = dateline.end() if dateline else start
        for end in _END.finditer(text, start, stop):
            if end.end() > opened and _ends_sentence(text, start, end, stop):
                spans.append(Span(start, end.end()))
                start = _skip_space(text, end.end(), stop)
        last = start + len(text[start:stop].rstrip())
        if last > start:
            spans.append(Span(start, last))
    return tuple(spans)


def _skip_space(text: str, position: int, stop: int) -> int:
    while position < stop and text[position].isspace():
        position += 1
    return position


def _ends_sentence(text: str, start: int, end: re.Match[str], stop: int) -> bool:
    if text[end.start()] != "." or end.end() - end.start() > 1:
        return True
    match = _LAST_WORD.search(text, max(start, end.start() - 24), end.start())
    if match is None:
        return True
    word = match[0]
    following = _NEXT_WORD.match(text, end.end(), stop)
    next_word = following[2] if following else ""
    if word in _NEVER_FINAL:
        return False
    if word in _BEFORE_NUMBERS:
        return not next_word[:1].isdigit()
    if word in _MAYBE_FINAL or (len(word) == 1 and word.isupper()) or re.fullmatch(r"(?:[A-Z]\.)+[A-Z]", word):
        return next_word in _STARTERS or bool(following and _OPENING.match(following[1]))
    return True
