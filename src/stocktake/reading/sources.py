"""Sources: who says that an event happened, outermost first.

The attribution layer says which words are whose; an event whose trigger stands in what someone says has that someone
for its source, and the wider statement is the outer link of the chain. "He", "they" and "the official" stand for the
speaker who was introduced last and fits. A headline that ends or begins in a name and a colon is that name's, and a
quoted sentence with no speaker of its own is the last speaker's.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

from stocktake.reading import names
from stocktake.reading.page import Page
from stocktake.vocabulary import Attribution, Span

HEADLINES = (re.compile(r"^([A-Z][^:“\"]{1,40}):\s"), re.compile(r"(?::| [-–—])\s+([^:.]{2,45})$"))
DEFINITE = re.compile(r"^(?:the|that|this|these|those|its|their|his|her)\s+", re.IGNORECASE)
CONTENT_WORD = re.compile(r"[^\W\d_][\w'’-]*[^\W_]|[A-Z]\b")


class Source(NamedTuple):
    """A link of a chain: its name, where it is read from, and how."""

    name: str
    span: Span
    why: str = "attribution layer"


@dataclass(frozen=True)
class Speech:
    """One attribution with its speaker resolved; `extent` is how many characters of content it covers."""

    source: Source
    content: tuple[Span, ...]
    cue: Span
    extent: int


@cache
def _words() -> dict[str, frozenset[str]]:
    lists = tomllib.loads((Path(__file__).parent / "lexicon" / "speakers.toml").read_text("utf-8"))
    return {name: frozenset(words) for name, words in lists.items()}


def is_pronoun(name: str) -> bool:
    """Whether words name no one by themselves."""
    return any(name.casefold() in words for words in _words().values())


def speeches(page: Page, attributions: Sequence[Attribution]) -> list[Speech]:
    """The report's attributions in order, each with a named speaker; those without one are left out."""
    memory = _Memory()
    resolved = []
    for said in sorted(attributions, key=lambda a: a.cue[0].start if a.cue else a.content[0].start):
        if not said.source:
            continue
        span = said.source[0]
        source = memory.resolve(page.words(span), span)
        if source:
            extent = sum(content.end - content.start for content in said.content)
            resolved.append(Speech(source, said.content, said.cue[0] if said.cue else span, extent))
    return resolved


def chain(page: Page, said: Sequence[Speech], trigger: Span, sentence: Span) -> list[Source]:
    """Who says that the event at `trigger` happened, outermost first."""
    over = [one for one in said if any(c.start <= trigger.start < c.end for c in one.content)]
    found: list[Source] = []
    for one in sorted(over, key=lambda one: -one.extent):
        if all(one.source.name.casefold() != other.name.casefold() for other in found):
            found.append(one.source)
    return found or _headline(page, trigger, sentence)


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
            name = names.canonical(page.words(span))
            if name and not span.start <= trigger.start < span.end:
                return [Source(name, span, "headline")]
    return []


@dataclass
class _Memory:
    """The speakers introduced so far."""

    spoken: list[Source] = field(default_factory=list)

    def resolve(self, words: str, span: Span) -> Source | None:
        """The speaker that some words stand for; a new one is remembered."""
        plain = " ".join(words.split()).strip(" ,.;:“”\"'").casefold()
        lists = _words()
        if plain in lists["person"] | lists["several"] | lists["thing"]:
            return self._last(plain)
        if not _names_someone(plain):
            return None
        if DEFINITE.match(plain) and (known := self._introduced(plain)):
            return Source(known.name, span, "attribution layer, introduced before")
        name = names.canonical(words)
        if not name:
            return None
        source = Source(self._fuller(name), span)
        self.spoken.append(source)
        return source

    def _last(self, pronoun: str) -> Source | None:
        fits = [source for source in self.spoken if _fits(pronoun, source.name)]
        return fits[-1]._replace(why="attribution layer, pronoun") if fits else None

    def _introduced(self, plain: str) -> Source | None:
        """The last speaker whose description holds the head noun of "the ..."."""
        head = _stem(DEFINITE.sub("", plain).split()[-1])
        for source in reversed(self.spoken):
            described = source.name.casefold().split()
            if len(described) > 1 and head in map(_stem, described):
                return source
        return None

    def _fuller(self, name: str) -> str:
        """The full name of someone first named in full and then by the last name."""
        if " " in name:
            return name
        longer = (source.name for source in reversed(self.spoken) if source.name.split()[-1] == name)
        return next((other for other in longer if other[:1].isupper()), name)


def _fits(pronoun: str, name: str) -> bool:
    lists = _words()
    plural = "; " in name or (name.endswith("s") and not name[:1].isupper())
    if pronoun in lists["several"]:
        return plural
    return not plural


def _names_someone(plain: str) -> bool:
    words = [word for word in CONTENT_WORD.findall(plain) if word not in _words()["hollow"]]
    return any(len(word) > 1 for word in words)


def _stem(word: str) -> str:
    return word.removesuffix("'s").removesuffix("’s").removesuffix("s")
