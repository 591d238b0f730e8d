"""The roster: who speaks in a report, and which of them "he", "the agency" or "its air force" stands for.

A chain of sources runs from the medium that tells, through those who speak, to what these speak from. Whoever spoke to
a medium once goes on speaking to it; a paper seen by a medium, and whom a medium cites, speak through it. What a
transcript or a signed quote says is its speaker's, who then stands outermost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from stocktake.reading import lexicon, names, speakers
from stocktake.reading.page import Page
from stocktake.vocabulary import SourceKind, Span

DEFINITE = re.compile(r"\b(?:the|that|this|these|those|its|their|his|her|same)\s+(?:\w+\s+)?$", re.IGNORECASE)
NO_ONE = re.compile(r" (?:was|is|has been) \w+ed\b")
"""What follows an "it" that stands for nobody."""
OWN = re.compile(r"(?:its|their|his|her)\b", re.IGNORECASE)
TELLERS = speakers.PRESS | {SourceKind.think_tank}
BESIDE = 45
"""Characters beside a speaker's name in which a description of it is looked for."""

_MEDIUM = r"(?:the )?(?P<medium>[A-Z][\w’'.-]*(?: [A-Z][\w’'.-]*)*)"
TOLD = re.compile(rf"\b(?:told|tells|speaking to|interview (?:with|to|on)|statement to) {_MEDIUM}")
SEEN = re.compile(rf"\b(?:seen|obtained|reviewed|read|examined) by {_MEDIUM}")
CITED = re.compile(
    r"\b(?:citing|cited|quoting|quoted) (?P<whom>[^,;.]{3,70}?)"
    r"(?=[,;.]| (?:as|that|who|which|familiar|with|in|on|from)\b|$)"
)


class Source(NamedTuple):
    """A link of a chain: its name, where it is read from, and how it was named, where not by the words themselves."""

    name: str
    span: Span
    why: str = ""


@cache
def _words() -> dict[str, frozenset[str]]:
    return {name: frozenset(words) for name, words in lexicon.table("speakers.toml").items()}


def outermost(chain: Sequence[Source]) -> list[Source]:
    """A chain in order: the media that tell, then those who speak, then what these speak from."""
    return sorted(chain, key=lambda link: depth(link.name))


def depth(name: str) -> int:
    kinds = {names.kind(part) for part in name.split("; ")}
    return 0 if kinds <= speakers.PRESS else 2 if kinds <= speakers.GROUNDS else 1


class Roster:
    """Who speaks in a report: every marked phrase with the source that it stands for.

    Phrases are met in the order of the text, so that "he", "the agency" and "its air force" can stand for a speaker
    introduced before; those of the headline once more at the end, since it is the body that introduces its speakers.
    """

    def __init__(self, page: Page, spans: Iterable[Span]) -> None:
        self._page = page
        self._closings = {closing for one in page.sentences if (closing := speakers.closes(page.text, one))}
        self._named: dict[Span, Source | None] = {}
        self._spoken: list[tuple[Source, str]] = []
        self._openings = {sentence.start for sentence in page.sentences}
        for span in sorted(self._closings.union(spans), key=lambda span: (span.start, span.end)):
            self._named[span] = self._meet(span)
        for span, source in self._named.items():
            if source and page.number(span.start) == 0 and (known := self._known(source.name, span)):
                self._named[span] = Source(known, span, "introduced in the report")
        self._labels: dict[str, str | None] = {}
        self._media = dict(self._told())
        self._outlet = speakers.named(page.report.outlet) if page.report.outlet else None

    def chain(self, links: Sequence[Source]) -> list[Source]:
        """A chain with the medium to which its speaker told it, and without the publishing outlet itself."""
        own = [link for link in links if not self._outlet or f"{link.name} ".find(f"{self._outlet} ") != 0]
        if own and not any(map(depth, (link.name for link in own))) and (cited := self._cited(own[0].span)):
            own.append(cited)
        if own and all(depth(link.name) for link in own):
            media = (self._media.get(link.name) or self._saw(link.span) for link in own)
            medium = next((found for found in media if found), None)
            own = [medium, *own] if medium and medium.name != self._outlet else own
        return own

    def _cited(self, medium: Span) -> Source | None:
        """Whom a medium cites in its sentence: "Reuters reported, citing two diplomats"."""
        sentence = self._page.sentence(medium.start)
        cited = CITED.search(self._page.text, medium.end, sentence.end)
        if cited is None:
            return None
        span = Span(*cited.span("whom"))
        name = speakers.named(self._page.words(span))
        return Source(name, span, "cited") if speakers.is_source(name, False, self._page.text) else None

    def _saw(self, document: Span) -> Source | None:
        """The medium that saw a document: "papers seen by Reuters"."""
        sentence = self._page.sentence(document.start)
        seen = SEEN.search(self._page.text, document.end, sentence.end)
        return self._press(seen) if seen else None

    def _press(self, found: re.Match[str]) -> Source | None:
        if not names.listed(found["medium"]) or names.kind(found["medium"]) not in speakers.PRESS:
            return None
        return Source(names.canonical(found["medium"]), Span(*found.span("medium")), "told")

    def _told(self) -> Iterator[tuple[str, Source]]:
        """Speakers with the media to which they spoke: "Budanov told Bloomberg"; they go on speaking to them."""
        for source, _ in self._spoken:
            sentence = self._page.sentence(source.span.start)
            told = TOLD.search(self._page.text, source.span.end, sentence.end)
            if told and (medium := self._press(told)):
                yield source.name, medium

    def source(self, span: Span) -> Source | None:
        """The source that a marked phrase stands for; None where it names none."""
        return self._named[span] if span in self._named else self._meet(span)

    def speaker_of(self, quote: Span) -> Source | None:
        """Whose a quote is that goes on over sentences: named behind it, or else the last to speak before it."""
        text, end = self._page.text, self._page.sentence(quote.end - 1)
        closing = speakers.closes(text, end)
        if closing and closing.start >= quote.end - 1:
            return self.source(closing)
        since = self._page.sentences[max(0, self._page.number(quote.start) - 2)].start
        before = [span for span, source in self._named.items() if source and since <= span.start < quote.start]
        telling = [span for span in before if speakers.speaks(text, span) or span in self._closings]
        return self._named[max(telling, key=lambda span: span.start)] if telling else None

    def laid_out(self, place: int) -> Source | None:
        """Whose words a place of the text stands in by the layout, if it is not whoever asks."""
        for said in self._page.laid_out:
            if any(content.start <= place < content.end for content in said.content):
                words = self._page.words(said.source[0])
                if words not in self._labels:
                    self._labels[words] = self._labelled(words)
                name = self._labels[words]
                return Source(name, said.source[0], "layout") if name else None
        return None

    def _labelled(self, words: str) -> str | None:
        """The name behind a label: "MR PRICE" is Ned Price, where the text names him so; None for whoever asks."""
        name = speakers.named(words.title() if words.isupper() else words)
        full = re.search(rf"[A-Z][\w’'-]+[a-z] {re.escape(name)}\b", self._page.text)
        name = speakers.named(full[0]) if full else name
        return None if speakers.is_asker(name) else name

    def _meet(self, span: Span) -> Source | None:
        words = " ".join(self._page.words(span).split()).strip(" ,.;:“”\"'")
        plain = words.casefold()
        if any(plain in _words()[kind] for kind in ("person", "several", "thing")):
            return None if NO_ONE.match(self._page.text, span.end) else self._last(plain, span)
        name = speakers.named(words)
        opens = span.start in self._openings and not names.listed(name)
        if opens and speakers.is_plain(name.partition(" ")[0].lower()):
            name = name[:1].lower() + name[1:]
        if not speakers.is_source(name, span.start in self._openings, self._page.text):
            return None
        if known := self._known(name, span):
            return Source(known, span, "introduced before")
        source = Source(name, span)
        self._spoken.append((source, self._described(span)))
        return source

    def _described(self, span: Span) -> str:
        """What is said of a speaker right before and after the name, in small letters."""
        sentence, text = self._page.sentence(span.start), self._page.text
        before = text[max(sentence.start, span.start - BESIDE) : span.start]
        after = text[span.end : min(sentence.end, span.end + BESIDE)]
        beside = after.split(",")[1] if after.startswith(", ") and after.count(",") > 1 else ""
        return f"{before} {text[span.start : span.end]} {beside}".casefold()

    def _last(self, pronoun: str, span: Span) -> Source | None:
        fits = [source for source, _ in self._spoken if source.span.start < span.start and _fits(pronoun, source.name)]
        people = [one for one in fits if names.kind(one.name) == SourceKind.person]
        chosen = (people or fits)[-1:] if pronoun in _words()["person"] else fits[-1:]
        return Source(chosen[0].name, span, "pronoun") if chosen else None

    def _known(self, name: str, span: Span) -> str | None:
        """The name in full of someone met before under it, or under a description with the same head."""
        if name[:1].isupper():
            if " " in name or names.listed(name):
                return None
            return next(
                (s.name for s, _ in reversed(self._spoken) if s.name[:1].isupper() and name in s.name.split()), None
            )
        phrase = self._page.text[max(0, span.start - BESIDE) : span.end]
        definite = DEFINITE.search(phrase[: phrase.casefold().rfind(name.split()[0].casefold())])
        if self._page.number(span.start) > 0 and definite is None:
            return None
        own = OWN.search(definite[0]) if definite else None
        return self._definite(name) or (self._possessed(name, own[0].casefold(), span) if own else None)

    def _definite(self, name: str) -> str | None:
        """The last speaker who was called so ("the agency", "the minister"), or who published "the report"."""
        head, plural = _stem(name.split()[-1]), _is_plural(name)
        for source, described in reversed(self._spoken):
            shorter = source.name[:1].islower() and len(source.name.split()) <= len(name.split())
            if shorter or plural != _is_plural(source.name):
                continue
            person = names.kind(source.name) == SourceKind.person
            if person and not speakers.is_office(head):
                continue
            words = re.findall(r"[\w-]+", described if person else source.name.casefold())
            called = f" {name.casefold()} " in f" {' '.join(words)} " if " " in name else head in map(_stem, words)
            if called or (not plural and _story(name) and names.kind(source.name) in TELLERS):
                return source.name
        return None

    def _possessed(self, name: str, own: str, span: Span) -> str | None:
        """ "Its air force" in a sentence that begins with a state or body is that one's; "his office" a speaker's."""
        if own in _words()["person"]:
            person = self._last(own, span)
            return f"{person.name}'s {name}" if person else None
        sentence = self._page.sentence(span.start)
        owner = next(iter(names.find(self._page.words(Span(sentence.start, span.start)))), None)
        return speakers.named(f"{owner[1]}'s {name}") if owner else None


def _story(name: str) -> bool:
    """Whether "the report", "the newspaper" stands for the medium or institute that published it."""
    return names.kind(name) in speakers.PRESS or name.rpartition(" ")[2] in ("report", "article", "story", "study")


def _fits(pronoun: str, name: str) -> bool:
    plural = "; " in name or _is_plural(name)
    if pronoun in _words()["several"]:
        return plural
    person = names.kind(name) == SourceKind.person or names.kind(name) is None
    return not plural and (person if pronoun in _words()["person"] else names.kind(name) != SourceKind.person)


def _is_plural(name: str) -> bool:
    last = name.rpartition(" ")[2]
    return last[:1].islower() and last.endswith("s")


def _stem(word: str) -> str:
    return word.removesuffix("'s").removesuffix("’s").removesuffix("s")
