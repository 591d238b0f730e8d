"""Entities: the named parties of a report, with every mention of each, whatever form it takes.

Names of the lists and runs of capitalised words are mentions; mentions are one entity when their names are one after
the name rules, when one is the other's last word ("Umerov", "Rustem Umerov"), or when an abbreviation follows the
full name in brackets.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from stocktake.reading import lexicon, names
from stocktake.reading.lexicon import any_of
from stocktake.reading.speakers import DAYS_AND_MONTHS, is_pronoun
from stocktake.vocabulary import SourceKind, Span

CAPITALS = re.compile(
    r"(?:\bal-)?[^\W\d_a-z][\w’'&.-]*[^\W_](?:(?: of the| of| for| and| de| al)? [^\W\d_a-z][\w’'&-]*[^\W_]){0,6}"
    r"|\b[A-Z]{2,}\b"
)
BAND = re.compile(rf" (?:[a-z-]+ )?(?:{any_of(lexicon.table('titles.toml')['bands']['words'])})\b")
"""What follows a nationality where the state itself is not meant ("Chechen rebels")."""
OWNER = re.compile(r"(?:['’]s)? ")
"""Between a state and what the lists know as its own ("Iran's Revolutionary Guards")."""
ABBREVIATION = re.compile(r"\s*\((?P<short>[A-Z][A-Za-z.]{1,9})\)")


@dataclass
class Entity:
    """A party and where it is mentioned, in the order of the text."""

    name: str
    mentions: list[Span] = field(default_factory=list)

    def take(self, span: Span) -> None:
        if all(span.start >= other.end or other.start >= span.end for other in self.mentions):
            self.mentions.append(span)
            self.mentions.sort(key=lambda mention: mention.start)


class Cast:
    """The entities of a report; names that rules do not know can be added as they are met."""

    def __init__(self, text: str, sentences: Sequence[Span]) -> None:
        self._text = text
        self._by_name: dict[str, Entity] = {}
        openings = {sentence.start for sentence in sentences}
        listed = names.find(text)
        self._listed = {name.casefold() for _, name in listed}
        taken = sorted((span.start, span.end) for span, _ in listed)
        forces = {span.start for span, name in listed if names.kind(name) != SourceKind.state and names.state_of(name)}
        owners: dict[int, int] = {}
        for span, name in listed:
            band = BAND.match(text, span.end)
            if band and names.kind(name) == SourceKind.state:
                span = Span(span.start, band.end())
                name = text[span.start : span.end]
            owner = OWNER.match(text, span.end)
            if owner and owner.end() in forces and names.kind(name) == SourceKind.state:
                owners[owner.end()] = span.start
                continue
            self.add(name, Span(owners.get(span.start, span.start), span.end))
        for match in CAPITALS.finditer(text):
            start = match.start()
            first, space, _ = match[0].partition(" ")
            if start in openings and (not space or is_pronoun(first)) and not first.isupper():
                start += len(first + space)
            words = text[start : match.end()]
            known = _overlaps(taken, start, match.end())
            if words and not known and words.rstrip(".").casefold() not in DAYS_AND_MONTHS:
                self.add(names.canonical(words), Span(start, match.end()))
        self._join_short_forms()

    def add(self, name: str, span: Span) -> None:
        """One more mention of the entity of that name."""
        if name and not is_pronoun(name):
            self._by_name.setdefault(name.casefold(), Entity(name)).take(span)

    def add_words(self, name: str, span: Span) -> None:
        """Words that a network takes for a party: nothing new where they are part of a mention known already."""
        known = (mention for entity in self for mention in entity.mentions)
        if not any(mention.start <= span.start and span.end <= mention.end for mention in known):
            self.add(name, span)

    def __iter__(self) -> Iterator[Entity]:
        return iter({id(entity): entity for entity in self._by_name.values()}.values())

    def _join_short_forms(self) -> None:
        """Names not in the lists: a last or first word alone means the fuller name that came before it."""
        for entity in list(self._by_name.values()):
            if " " in entity.name and entity.name[:1].isupper() and entity.name.casefold() not in self._listed:
                for word in (entity.name.rpartition(" ")[2], entity.name.partition(" ")[0]):
                    short = self._by_name.get(word.casefold())
                    if (
                        short
                        and short.name.casefold() not in self._listed
                        and entity.mentions[0].start <= short.mentions[0].start
                    ):
                        self._merge(entity, short)
            for mention in entity.mentions if not entity.name.isupper() else ():
                match = ABBREVIATION.match(self._text, mention.end)
                brief = self._by_name.get(match["short"].casefold()) if match else None
                if brief is not None and brief is not entity:
                    self._merge(entity, brief)

    def _merge(self, entity: Entity, other: Entity) -> None:
        for key, known in list(self._by_name.items()):
            if known is other:
                self._by_name[key] = entity
        entity.mentions = sorted([*entity.mentions, *other.mentions], key=lambda mention: mention.start)


def _overlaps(taken: list[tuple[int, int]], start: int, end: int) -> bool:
    place = bisect_left(taken, (start, start))
    return any(s < end and start < e for s, e in taken[max(0, place - 1) : place + 2])
