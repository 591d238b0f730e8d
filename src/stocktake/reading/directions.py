"""Directions: which party gives and which receives, as the sentence's verbs, voices and prepositions tell it.

A network that knows Iran and Russia as partners takes either for the giver; "to Russia", "from Iran", "by Iran", the
subject of "sent" and of "received" are plainer. Each tells for one party of a sentence the side that it is on, and
what is told so stands before what a network believes. Where a sentence tells nothing, goods go the way that the
report's other sentences tell. The words are data (lexicon/directions.toml).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Literal, NamedTuple

from stocktake.reading import lexicon, names
from stocktake.reading.entities import Entity
from stocktake.reading.lexicon import any_of
from stocktake.reading.parties import Choice
from stocktake.reading.triggers import Trigger
from stocktake.vocabulary import EventType, Span

Side = Literal["agent", "recipient"]
OTHER: dict[Side, Side] = {"agent": "recipient", "recipient": "agent"}
MUTUAL = frozenset({EventType.agreement, EventType.negotiation, EventType.cooperation})
"""Types whose two parties are each other's: the first named is the agent."""
ONE_WAY = frozenset({EventType.transfer, EventType.use})
"""Types that in one report go one way between two parties, unless it tells otherwise."""
FIRE = frozenset({EventType.use, EventType.loss})
FAR = 110
"""Characters between a trigger and a party that a preposition ties to it, at most."""
BESIDE = 8
"""Characters between two parties named together ("Iran and Russia"), at most."""

_HELPING = (
    r"(?:has|have|had|is|are|was|were|be|been|being|will|would|shall|may|might|could|can|must|should|did|does|do|to|not"
    r"|never|also|already|since|then|still|now|again|even|only|ever|once|yet|goes on|go on|going|expected|due|set|about"
    r"|plans?|planned|wants?|wanted|intends?|agreed|began|begun|started|continues|continued|[a-z]+ly|n't|n’t)"
)
_PASSIVE = re.compile(r"\b(?:be|been|being|is|are|was|were)(?: [a-z]+ly)? $")
_TAKEN = re.compile(r"\b(?:took|take|taken|takes|taking|has|have|had) $")
_DIRECT = re.compile(r" (?:the |its |their )?$")
_GOVERNED = re.compile(
    r"\b(?:of|in|from|to|by|for|with|against|at|on|over|between|near|into|and|or)\s*(?:the )?$", re.IGNORECASE
)
_NO_SIDE = re.compile(
    r"\b(?:according to|thanks to|due to|owing to|next to|close to|apart from"
    r"|(?:ambassador|envoy|mission|representative|adviser|advisor|delegate|told|spoke|speaking|said|statement) to"
    r"|(?:miles|kilomet(?:er|re)s|km|away|far) from"
    r"|(?:seen|obtained|reviewed|reported|quoted|cited|published|released|announced|made|designed|developed) by)"
    r" (?:the )?$"
)
_CLAUSE = re.compile(r"; | (?:as|while|when|after|before|but) ")
_BREAK = re.compile(r"[;:—]| (?:that|which|who|while|but|although|when|because|as|where) ")


class Told(NamedTuple):
    """The side that a sentence gives a party, and where it is named there."""

    side: Side
    span: Span


class Parties(NamedTuple):
    """The parties of an event, and the names whose side its sentence tells."""

    trigger: Trigger
    sentence: Span
    agents: list[Choice]
    recipients: list[Choice]
    told: frozenset[str]

    @property
    def event(self) -> EventType:
        return self.trigger.event


Way = tuple[EventType, str, str]
"""A type, who gives and who takes."""


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    return lexicon.table("directions.toml")


@cache
def _subject() -> re.Pattern[str]:
    """What may stand between a subject and its verb: a noun for those who act for a state, and helping verbs."""
    bodies = any_of([*lexicon.table("titles.toml")["groups"]["words"], *_table()["bodies"]["words"]])
    return re.compile(rf"(?:(?:['’]s)? (?:[a-z]+ )?(?:{bodies}))?(?: {_HELPING})* $")


# ----------------------------------------------------------------------------------------- a sentence


def told(
    text: str, trigger: Trigger, entities: Iterable[Entity], sentence: Span, triggers: Sequence[int]
) -> dict[str, Told]:
    """The parties whose side the sentence of a trigger tells; `triggers` are the places of all of the report's."""
    found: dict[str, tuple[int, Told]] = {}
    for entity in entities:
        for mention in entity.mentions:
            if sentence.start <= mention.start and mention.end <= sentence.end:
                side = _side(text, trigger, mention, sentence, triggers)
                apart = abs(mention.start - trigger.start)
                if side and (entity.name not in found or apart < found[entity.name][0]):
                    found[entity.name] = (apart, Told(side, mention))
    return {name: one for name, (_, one) in found.items()}


def _side(text: str, trigger: Trigger, mention: Span, sentence: Span, triggers: Sequence[int]) -> Side | None:
    first, last = sorted((trigger.start, mention.start))
    if any(first < other < last for other in triggers) or mention.start <= trigger.start < mention.end:
        return None
    ahead = mention.start < trigger.start
    between = text[mention.end : trigger.start] if ahead else text[trigger.end : mention.start]
    if len(between) > FAR or _BREAK.search(between):
        return None
    word, taking = text[trigger.start : trigger.end].lower(), _is_taking(text, trigger)
    giving = word in _table()["giving"].get(trigger.event, ())
    if ahead:
        verb = _TAKEN.sub("", between) if taking else between
        if _subject().fullmatch(verb) and not _GOVERNED.search(text[sentence.start : mention.start]):
            if _PASSIVE.search(verb) and not word.endswith("ing"):
                return "recipient" if giving and trigger.event != EventType.meeting else None
            return "recipient" if taking else "agent"
    elif giving and _DIRECT.fullmatch(between):
        return "recipient"
    return _preposition(text, trigger, mention, taking)


def _is_taking(text: str, trigger: Trigger) -> bool:
    words = _table()["taking"].get(trigger.event, ())
    two = text[max(0, trigger.start - 14) : trigger.end].lower().split()[-2:]
    return text[trigger.start : trigger.end].lower() in words or " ".join(two) in words


def _preposition(text: str, trigger: Trigger, mention: Span, taking: bool) -> Side | None:
    before = text[max(0, mention.start - 40) : mention.start]
    if _NO_SIDE.search(before):
        return None
    sides: tuple[Side, Side] = ("agent", "recipient")
    for side in sides:
        words = _table().get(trigger.event, {}).get(side, [])
        found = re.search(rf"\b({any_of(words)}) (?:the |its |a )?(?:[A-Z]?[a-z]+ern )?$", before) if words else None
        if found and found[1] == "by":
            return None if mention.start < trigger.start else OTHER[side] if taking else side
        if found:
            return side
    return None


def settle(
    event: EventType, agents: Sequence[Choice], recipients: Sequence[Choice], sides: dict[str, Told]
) -> tuple[list[Choice], list[Choice]]:
    """The chosen parties, each on the side that the sentence tells.

    Who is told there, chosen before or known by the lists, stands before who is not, unless they are named together.
    """
    chosen: dict[Side, Sequence[Choice]] = {"agent": agents, "recipient": recipients}
    every = {choice.name: choice for choice in (*recipients, *agents)}
    settled: dict[Side, list[Choice]] = {"agent": [], "recipient": []}
    for name, one in sides.items():
        known = every.get(name)
        if known is not None:
            turned = "" if known in chosen[one.side] else ", turned by its verb"
            settled[one.side].append(known._replace(why=known.why + turned))
        elif names.listed(name):
            settled[one.side].append(Choice(name, one.span, 0.0, True, "words beside the verb"))
    for side, choices in settled.items():
        rest = [choice for choice in chosen[side] if choice.name not in sides]
        if choices and event not in MUTUAL:
            rest = [one for one in rest if one.inside and any(_together(one, other) for other in choices)]
        choices += rest
        choices.sort(key=lambda choice: choice.span.start)
    if event in MUTUAL and len(settled["agent"]) == 2 and not settled["recipient"]:
        return settled["agent"][:1], settled["agent"][1:]
    return settled["agent"], settled["recipient"]


def _together(one: Choice, other: Choice) -> bool:
    return 0 <= max(one.span.start - other.span.end, other.span.start - one.span.end) <= BESIDE


def apart_from_owners(text: str, trigger: Trigger, agents: list[Choice], recipients: Sequence[Choice]) -> list[Choice]:
    """The agents of a loss without the owners of what was lost, unless its word tells of doing away with one's own."""
    if text[trigger.start : trigger.end].lower().startswith(tuple(_table()["disposal"]["words"])):
        return agents
    owners = {choice.name for choice in recipients}
    return [choice for choice in agents if choice.name not in owners]


# ------------------------------------------------------------------------------------------- a report


def throughout(text: str, events: Sequence[Parties]) -> list[Parties]:
    """The events of a report with the directions and partners that its other sentences tell.

    Where a sentence tells no side, its two parties stand as others tell of the same two; where it tells one party's
    side, the other is the only partner that this one has elsewhere. Who is fired at in a clause of its own receives
    nothing in another.
    """
    events = [_without_targets(text, one, events) for one in events]
    ways: set[Way] = set()
    met: dict[tuple[Side, str], Choice] = {}
    for one in events:
        for giver in one.agents if one.event in ONE_WAY else ():
            for taker in one.recipients:
                met.setdefault(("agent", giver.name), giver)
                met.setdefault(("recipient", taker.name), taker)
                if {giver.name, taker.name} & one.told:
                    ways.add((one.event, giver.name, taker.name))
    return [_as_elsewhere(one, ways, met) for one in events]


def _without_targets(text: str, one: Parties, events: Sequence[Parties]) -> Parties:
    if one.event != EventType.transfer:
        return one
    targets = {
        party.name
        for other in events
        if other.sentence == one.sentence and other.event in FIRE
        for party in other.recipients
        if party.name in other.told and party.name not in one.told
    }
    kept = [party for party in one.recipients if party.name not in targets or not _in_another_clause(text, one, party)]
    return one._replace(recipients=kept)


def _in_another_clause(text: str, one: Parties, party: Choice) -> bool:
    first, second = sorted((party.span, Span(one.trigger.start, one.trigger.end)), key=lambda span: span.start)
    return party.inside and _CLAUSE.search(text[first.end : second.start]) is not None


def _as_elsewhere(one: Parties, ways: set[Way], met: dict[tuple[Side, str], Choice]) -> Parties:
    givers, takers = [choice.name for choice in one.agents], [choice.name for choice in one.recipients]
    if one.event not in ONE_WAY or len(givers) > 1 or len(takers) > 1:
        return one
    if givers and takers:
        there, back = (one.event, givers[0], takers[0]) in ways, (one.event, takers[0], givers[0]) in ways
        if back and not there and not one.told:
            return one._replace(agents=one.recipients, recipients=one.agents)
        return one if there else _rather(one, ways, met)
    if takers and one.told & set(takers):
        return one._replace(agents=_only(_partners(ways, one.event, taker=takers[0]), "agent", met))
    if givers and one.told & set(givers):
        return one._replace(recipients=_only(_partners(ways, one.event, giver=givers[0]), "recipient", met))
    return one


def _rather(one: Parties, ways: set[Way], met: dict[tuple[Side, str], Choice]) -> Parties:
    """A party from another sentence gives way to the only partner that the report tells of."""
    giver, taker = one.agents[0], one.recipients[0]
    if not taker.inside and taker.name not in one.told and (known := _partners(ways, one.event, giver=giver.name)):
        return one._replace(recipients=_only(known, "recipient", met) or one.recipients)
    if not giver.inside and giver.name not in one.told and (known := _partners(ways, one.event, taker=taker.name)):
        return one._replace(agents=_only(known, "agent", met) or one.agents)
    return one


def _partners(ways: set[Way], event: EventType, giver: str = "", taker: str = "") -> set[str]:
    """Who takes from a giver, or gives to a taker, in the report."""
    if giver:
        return {there for kind, one, there in ways if kind == event and one == giver}
    return {there for kind, there, one in ways if kind == event and one == taker}


def _only(partners: set[str], side: Side, met: dict[tuple[Side, str], Choice]) -> list[Choice]:
    if len(partners) != 1:
        return []
    return [met[side, partners.pop()]._replace(inside=False, why="the only partner elsewhere in the report")]
