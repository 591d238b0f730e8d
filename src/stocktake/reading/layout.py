"""Layout: who says what where no word of telling says so: quotes signed with a name, and the labels of a transcript.

A quote that ends its line in a dash and a name, there or on the next line, is that name's. In a transcript a paragraph
begins with its speaker in capitals and a colon; what follows without a label goes on with the same speaker, but for
stage directions in brackets. One label alone is a heading ("UPDATE:"): a transcript has two speakers or more, and one
of them comes back or asks ("QUESTION:").
"""

from __future__ import annotations

import re
from collections import Counter

from stocktake.reading import speakers
from stocktake.vocabulary import Attribution, Span

_NAME = r"[^\W\d_a-z][\w’'.-]*(?: (?:[^\W\d_a-z][\w’'.-]*|of|the|de|da|van|al|bin)){0,5}"
_SIGNED = re.compile(
    r"^[ \t\xa0]*(?P<content>[“”\"„][^\n]{15,}?[”“\"])\s*(?P<cue>―|—|–|--|-)[ \xa0]*"
    rf"(?P<source>{_NAME})[ \xa0]*(?=\n|$|,|\.(?:\s|$))",
    re.MULTILINE,
)
_LABEL = re.compile(
    r"^[ \t\xa0]*[“”\"]?(?P<source>[A-Z][A-Z.’'() -]*[A-Z)])(?P<cue>:)[ \xa0]{1,4}(?P<content>\S[^\n]*)",
    re.MULTILINE,
)
_PARAGRAPH = re.compile(r"^[ \t\xa0]*[^\s(\[][^\n]*", re.MULTILINE)


def find(text: str) -> list[Attribution]:
    """The attributions that the layout of a text tells, in the order of the text."""
    signed = [_attribution(found) for found in _SIGNED.finditer(text)]
    return sorted(signed + _transcript(text), key=lambda one: one.content[0].start)


def _transcript(text: str) -> list[Attribution]:
    labels = list(_LABEL.finditer(text))
    times = Counter(label["source"] for label in labels)
    if len(times) < 2 or (max(times.values()) < 2 and not any(speakers.is_asker(label) for label in times)):
        return []
    ends = [*(label.start() for label in labels[1:]), len(text)]
    return [_attribution(label, *_going_on(text, label.end(), end)) for label, end in zip(labels, ends, strict=True)]


def _going_on(text: str, start: int, end: int) -> list[Span]:
    """The paragraphs without a label that a speaker goes on with."""
    return [Span(*paragraph.span()) for paragraph in _PARAGRAPH.finditer(text, start, end)]


def _attribution(found: re.Match[str], *more: Span) -> Attribution:
    source, cue, content = (Span(*found.span(part)) for part in ("source", "cue", "content"))
    return Attribution(source=(source,), cue=(cue,), content=(content, *more))
