"""Sources: who says that an event happened, outermost first.

The attribution layer says which words are whose; an event whose trigger stands in what someone says has that someone
for its source, and the wider statement is the outer link of the chain. Of several speakers in a sentence only those of
the event's own clause tell of it. A headline that ends or begins in a name and a colon is that name's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from stocktake.reading import speakers
from stocktake.reading.page import Page
from stocktake.reading.roster import Roster, Source, depth, outermost
from stocktake.vocabulary import Attribution, Span

HEADLINES = (re.compile(r"^([A-Z][^:“\"]{1,40}):\s"), re.compile(r"(?::| [-–—])\s+([^:.]{2,45})$"))
CITING = re.compile(r"\b(?:cit(?:e[ds]?|ing)|quot(?:e[ds]?|ing)|by (?:its|his|her|their)|based on|drawing on)\b")
CLAUSES = re.compile(r"; |, (?:but|while|whereas|although|though|and) | (?:but|while|whereas) ")


@dataclass(frozen=True)
class Speech:
    """One attribution with its speaker resolved; `extent` is how many characters of content it covers."""

    source: Source
    content: tuple[Span, ...]
    cue: Span
    extent: int


def speeches(page: Page, attributions: Sequence[Attribution], roster: Roster) -> list[Speech]:
    """The report's attributions in order, each with a named speaker; those without one are left out."""
    resolved = []
    for said in sorted(attributions, key=lambda a: a.cue[0].start if a.cue else a.content[0].start):
        source = roster.source(said.source[0]) if said.source else None
        if source and (not said.cue or speakers.telling(page.words(said.cue[0]))):
            extent = sum(content.end - content.start for content in said.content)
            resolved.append(Speech(source, said.content, said.cue[0] if said.cue else said.source[0], extent))
    return resolved


def chain(page: Page, said: Sequence[Speech], trigger: Span, sentence: Span) -> list[Source]:
    """Who says that the event at `trigger` happened, outermost first."""
    over = [one for one in said if any(c.start <= trigger.start < c.end for c in one.content)]
    found: list[Source] = []
    for one in sorted(over, key=lambda one: -one.extent):
        if all(one.source.name.casefold() != other.name.casefold() for other in found):
            found.append(one.source)
    return outermost(found) or _headline(page, trigger, sentence)


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


def introduced(page: Page, said: Sequence[Speech], place: int) -> list[str]:
    """The words ("denied that", "according to") that introduce what is said at a place of the text."""
    return [page.words(one.cue) for one in said if any(c.start <= place < c.end for c in one.content)]


def _headline(page: Page, trigger: Span, sentence: Span) -> list[Source]:
    """A headline's "Kirby: ..." or "...: ministry"."""
    if page.number(sentence.start) > 0:
        return []
    for pattern in HEADLINES:
        match = pattern.search(page.words(sentence))
        if match:
            span = Span(sentence.start + match.start(1), sentence.start + match.end(1))
            name = speakers.named(page.words(span))
            if speakers.is_source(name, match.start(1) == 0, page.text) and not span.start <= trigger.start < span.end:
                return [Source(name, span, "headline")]
    return []
