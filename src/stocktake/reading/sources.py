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


def closing(page: Page, trigger: Span, sentence: Span) -> Span | None:
    """Who tells the sentence by its end, where the event stands before that: "..., the army said"."""
    found = speakers.closes(page.text, sentence)
    return found if found and trigger.end <= found.start else None


def opening(page: Page, trigger: Span, sentence: Span) -> Span | None:
    """Who tells the event's clause by its beginning, where the event stands behind that."""
    breaks = [sentence.start, *(sentence.start + cut.end() for cut in CLAUSES.finditer(page.words(sentence)))]
    return speakers.opens(page.text, Span(max(place for place in breaks if place <= trigger.start), trigger.start))


def ending_in(page: Page, links: Sequence[Source], last: Source) -> list[Source]:
    """Links with the one who tells at the sentence's end; of the others those who tell as well."""
    there = (link.span for link in links if link.name != last.name)
    apart = [span for span in there if span.start >= last.span.end or span.end <= last.span.start]
    if len(apart) < len(links):
        return list(links)
    telling = (link for link in links if depth(link.name) != 1 or speakers.speaks(page.text, link.span))
    return [*telling, last]


def quoted(page: Page, place: int) -> Span | None:
    """The quote that a place of the text stands in, from its mark to its end or its paragraph's."""
    first = page.text.rfind("\n", 0, place) + 1
    last = page.text.find("\n", place)
    last = len(page.text) if last < 0 else last
    before, behind = page.text[first:place], page.text[place:last]
    if before.count("“") > before.count("”"):
        start, end = before.rfind("“"), behind.find("”")
    elif before.count('"') % 2:
        start, end = before.rfind('"'), behind.find('"')
    else:
        return None
    return Span(first + start, place + end if end >= 0 else last)


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
