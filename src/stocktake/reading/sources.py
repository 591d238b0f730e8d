"""Sources: who says that an event happened, outermost first.

The role layer says which words name a speaker. Of several speakers in a sentence only those of the event's own clause
tell of it. A headline that ends or begins in a name and a colon is that name's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from stocktake.reading import speakers
from stocktake.reading.page import Page
from stocktake.reading.roster import Source, depth
from stocktake.vocabulary import Span

HEADLINES = (re.compile(r"^([A-Z][^:“\"]{1,40}):\s"), re.compile(r"(?::| [-–—])\s+([^:.]{2,45})$"))
CITING = re.compile(r"\b(?:cit(?:e[ds]?|ing)|quot(?:e[ds]?|ing)|by (?:its|his|her|their)|based on|drawing on)\b")
CLAUSES = re.compile(r"; |, (?:but|while|whereas|although|though|and) | (?:but|while|whereas) ")


def speaking(page: Page, found: Sequence[Source], trigger: Span, sentence: Span) -> list[Source]:
    """Of several speakers in a sentence those whose words tell of the event: of its own clause, or of one chain."""
    told = page.words(sentence)
    speakers_only = [link for link in found if depth(link.name) == 1]
    if len(speakers_only) < 2 or CITING.search(told):
        return list(found)
    breaks = [sentence.start, *(sentence.start + cut.end() for cut in CLAUSES.finditer(told)), sentence.end + 1]
    clause = next(pair for pair in pairwise(breaks) if pair[0] <= trigger.start < pair[1])
    own = [link for link in speakers_only if clause[0] <= link.span.start < clause[1]]
    verbs = [link for link in own or speakers_only if speakers.speaks(page.text, link.span)]
    own = verbs or own
    return [link for link in found if link in own or depth(link.name) != 1] if own else list(found)


def headline(page: Page, trigger: Span, sentence: Span) -> Source | None:
    """The speaker of a headline: "Kirby: ..." or "...: ministry"."""
    if page.number(sentence.start) > 0:
        return None
    for pattern in HEADLINES:
        match = pattern.search(page.words(sentence))
        if match:
            span = Span(sentence.start + match.start(1), sentence.start + match.end(1))
            name = speakers.named(page.words(span))
            if speakers.is_source(name, match.start(1) == 0, page.text) and not span.start <= trigger.start < span.end:
                return Source(name, span, "headline")
    return None
