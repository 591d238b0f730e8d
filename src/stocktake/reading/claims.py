"""The claim builder: joins the layers into claims.

An event found by the networks becomes a claim when its slots are filled: parties and items by their names, dates
and numbers by the rules that read them, the status by the likeliest class. An event with several amounts becomes
several claims. Every slot keeps the words it was read from and the layer that filled it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from stocktake.reading import confidence, counts, directions, items, names, parties, sources, speakers, status
from stocktake.reading.decoding import Decoding
from stocktake.reading.entities import Cast
from stocktake.reading.page import Page
from stocktake.reading.parties import Choice
from stocktake.reading.roles import Event
from stocktake.reading.roster import Roster, Source, outermost
from stocktake.vocabulary import Claim, EventType, Modality, Quantity, SourceKind, Span, Stance, stable_id

OWN_DEED = re.compile(r"\b(?:it|they|we|he|she)\b[^,;:]{0,25}$", re.IGNORECASE)
"""A pronoun shortly before the trigger: the speaker tells of a deed of its own ("Tehran denied that it supplied")."""

MAKE = re.compile(
    r"(?:-(?:made|built|designed|supplied))? (?:[\w-]+ ){0,2}?"
    r"(?:drones?|missiles?|weapons?|shells?|rockets?|uavs?|aircraft|arms|bombs?|tanks?)\b",
    re.IGNORECASE,
)
"""What follows a state's name that tells of what make arms are, not of who fires them ("Iranian drones")."""

LOOSE = re.compile(r"^(?:(?:of|by|from|to|and|s|['’]s)\s+)+")
"""What may be marked before a party and is none of its name."""

PURPOSE = re.compile(r" (?:for|to produce|to make|producing|making)(?: [\w,.-]+){0,4}? ?")
"""What may stand between a thing and what it is for."""

PLANNED = {Modality.actual: False, Modality.planned: True, Modality.possible: None}


class Filled(NamedTuple):
    """What an event's parties, items, place and sources come to; its amounts and dates are not yet shared out."""

    event: Event
    sentence: Span
    agents: list[Choice]
    recipients: list[Choice]
    items: list[Choice]
    places: list[Choice]
    sources: list[Choice]
    amounts: list[counts.Counted]
    times: list[counts.Dated]
    told: frozenset[str]


def build(page: Page, events: Sequence[Event], decoding: Decoding) -> tuple[Claim, ...]:
    """The claims of a report's events, in the order of the text; whoever asks in a transcript states none."""
    events = [event for event in events if not page.asked(event.trigger.start)]
    roster = Roster(page, _marked(page, events, decoding.filler))
    cast = cast_of(page, events, decoding.filler)
    kept = distinct(events, decoding)
    triggers = sorted({event.trigger.start for event in kept})
    filled = [fill(page, cast, event, roster, decoding, triggers) for event in kept]
    filled = _throughout(page, filled)
    drafts = [draft for one in _beside(page, each_once(filled)) for draft in _drafts(one)]
    seen: Counter[str] = Counter()
    claims = []
    for draft in drafts:
        claim = _claim(page, draft, decoding)
        seen[claim.id] += 1
        claims.append(claim if seen[claim.id] == 1 else _again(claim, seen[claim.id]))
    return tuple(claims)


def distinct(events: Sequence[Event], decoding: Decoding) -> list[Event]:
    """Of events of one type close together only the likeliest, unless each has an amount of its own."""
    kept: list[Event] = []
    for event in sorted(events, key=lambda e: -e.trigger.probability):
        if not any(_same(event, other, decoding.apart, decoding.filler) for other in kept):
            kept.append(event)
    return sorted(kept, key=lambda e: (e.trigger.start, e.trigger.event))


def _same(event: Event, other: Event, apart: int, filler: float) -> bool:
    if event.trigger.event != other.trigger.event or abs(event.trigger.start - other.trigger.start) >= apart:
        return False
    mine, theirs = (one.words.fillers("quantity", filler) for one in (event, other))
    return not (mine and theirs and mine[0].start != theirs[0].start)


def _throughout(page: Page, filled: Sequence[Filled]) -> list[Filled]:
    """The events with the directions and partners that the report's other sentences and clauses tell."""
    sided = [
        directions.Parties(one.event.trigger, one.sentence, one.agents, one.recipients, one.told) for one in filled
    ]
    settled = zip(filled, directions.throughout(page.text, sided), strict=True)
    return [one._replace(agents=there.agents, recipients=there.recipients) for one, there in settled]


def each_once(filled: Sequence[Filled]) -> list[Filled]:
    """Events of one type in a sentence share out its amounts: each goes to the event that is surest of it.

    An event with none left is the same as the one that has them.
    """
    best: dict[tuple[int, EventType, int], float] = {}
    for one in filled:
        for counted in one.amounts:
            key = one.sentence.start, one.event.trigger.event, counted.amount.start
            best[key] = max(counted.score, best.get(key, 0.0))
    kept = []
    for one in filled:
        mine = []
        for counted in one.amounts:
            key = one.sentence.start, one.event.trigger.event, counted.amount.start
            if counted.score == best[key]:
                mine.append(counted)
                best[key] = 2.0
        if mine or not one.amounts:
            kept.append(one._replace(amounts=mine))
    return kept


def _beside(page: Page, filled: Sequence[Filled]) -> list[Filled]:
    """Events without an amount get the one beside their goods that no other event of their type has."""
    taken = {(one.event.trigger.event, counted.amount.start) for one in filled for counted in one.amounts}
    found = []
    for one in filled:
        if not one.amounts:
            kind = one.event.trigger.event
            free = [amount for amount in page.amounts(one.sentence) if (kind, amount.start) not in taken]
            one = one._replace(amounts=counts.of_kind(kind, counts.beside(free, one.items)))
            taken |= {(kind, counted.amount.start) for counted in one.amounts}
        found.append(one)
    return found


def _marked(page: Page, events: Sequence[Event], filler: float) -> list[Span]:
    """The phrases that the role layer takes for a source anywhere in the report."""
    phrases: list[Span] = []
    for event in events:
        marked = [Span(one.start, one.end) for one in event.words.fillers("source", filler)]
        phrases += [phrase for group in page.speakers(marked) for phrase in group]
    return phrases


def fill(page: Page, cast: Cast, event: Event, roster: Roster, decoding: Decoding, triggers: Sequence[int]) -> Filled:
    """The choices for each slot of an event."""
    sentence, words, role = page.sentence(event.trigger.start), event.words, decoding.role
    agents, recipients, told = _sides(page, cast, event, decoding, triggers)
    things, places = (
        parties.phrases_of(page.text, words.fillers(name, decoding.filler), sentence, naming)
        for name, naming in (("item", items.head), ("place", _place))
    )
    places = sorted(parties.choose(places, role.place, role.place, role.place), key=lambda choice: -choice.score)
    agents, recipients = ([one for one in side if not _is_place(one.name, places)] for side in (agents, recipients))
    sources_found = _sources(page, event, sentence, roster, decoding)
    recipients = [one for one in recipients if one.name in told or not _is_part(one, sources_found)]
    if not agents and OWN_DEED.search(page.text[sentence.start : event.trigger.start]):
        agents = [choice._replace(why="pronoun for the speaker") for choice in sources_found[-1:]]
    return Filled(
        event=event,
        sentence=sentence,
        agents=agents,
        recipients=recipients,
        items=_goods(page.text, event.trigger.event, parties.choose(things, role.item, role.item, decoding.fallback)),
        places=places[:1],
        sources=sources_found,
        amounts=counts.of_kind(event.trigger.event, counts.amounts_of(words, page.amounts(sentence), role.quantity)),
        times=_times(page, event, sentence, triggers, role.time),
        told=told,
    )


def _times(page: Page, event: Event, sentence: Span, triggers: Sequence[int], threshold: float) -> list[counts.Dated]:
    """The dates of an event: those that the role layer marks, else the war that its clause puts it before or after.

    The day on which something was said is not the day on which it happened.
    """
    here = event.trigger.start
    dates = [time for time in page.times(sentence) if not speakers.dates_speech(page.text, counts.span(time), here)]
    found = counts.times_of(event.words, dates, threshold)
    wars = (time for time in dates if time.rule == "event")
    own = (
        time for time in wars if not any(min(here, time.start) < other < max(here, time.start) for other in triggers)
    )
    return found or [counts.Dated(time, threshold) for time in own][:1]


def _sides(
    page: Page, cast: Cast, event: Event, decoding: Decoding, triggers: Sequence[int]
) -> tuple[list[Choice], list[Choice], frozenset[str]]:
    """The agents, the recipients, and the names of those whose side the sentence tells."""
    sentence, role = page.sentence(event.trigger.start), decoding.role
    agents, recipients = (
        parties.choose(
            parties.entities_of(event.words, name, cast, sentence),
            threshold,
            decoding.outside,
            decoding.fallback,
            decoding.gap,
        )
        for name, threshold in (("agent", role.agent), ("recipient", role.recipient))
    )
    if event.trigger.event != EventType.loss:
        agents, recipients = parties.divide(agents, recipients)
    sides = directions.told(page.text, event.trigger, cast, sentence, triggers)
    settled = directions.settle(event.trigger.event, agents, recipients, sides)
    agents, recipients = (_those_who_act(side, event.trigger.event) for side in settled)
    if event.trigger.event in (EventType.use, EventType.loss):
        firing = [one for one in agents if one.name in sides or not MAKE.match(page.text, one.span.end)]
        agents = firing or agents
    if event.trigger.event == EventType.loss:
        agents = directions.apart_from_owners(page.text, event.trigger, agents, recipients)
    return agents, recipients, frozenset(sides)


def cast_of(page: Page, events: Sequence[Event], filler: float) -> Cast:
    """The report's entities, with the words that the role layer takes for parties and the name lists do not know."""
    cast = Cast(page.text, page.sentences)
    for event in events:
        for role in ("agent", "recipient"):
            for one in event.words.fillers(role, filler):
                cast.add_words(_party(page.text[one.start : one.end]), Span(one.start, one.end))
    return cast


def _sources(page: Page, event: Event, sentence: Span, roster: Roster, decoding: Decoding) -> list[Choice]:
    """The source chain: whom the role layer is sure of in the sentence, else the headline's speaker, else any.

    A sentence without a word of telling is the outlet's own, unless it stands in a quote that goes on.
    """
    trigger, threshold = Span(event.trigger.start, event.trigger.end), decoding.role.source
    telling = speakers.telling(page.words(sentence))
    found = _speakers(page, event, sentence, roster, decoding.filler) if telling else []
    sure = [choice for choice in found if choice.inside and choice.score >= threshold]
    closing = sources.closing(page, trigger, sentence)
    last = _list(roster.source(closing), "named at the sentence's end") if closing else []
    if sure:
        links = sources.speaking(page, [_link(choice) for choice in sure], trigger, sentence)
        links = sources.ending_in(page, links, last[0]) if last else links
    elif (headline := sources.headline(page, trigger, sentence)) is not None:
        links = [headline]
    elif last:
        links = last
    else:
        links = [_link(one) for one in parties.choose(found, threshold, threshold, threshold)]
    if not links and (begins := sources.opening(page, trigger, sentence)):
        links = _list(roster.source(begins), "named at the clause's beginning")
    if not links and (quote := sources.quoted(page, trigger.start)):
        links = _list(roster.speaker_of(quote), "speaker of the quote")
    if (speaker := roster.laid_out(trigger.start)) is not None:
        links = [speaker, *(link for link in links if link.name.casefold() != speaker.name.casefold())]
    return [Choice(link.name, link.span, 1.0, True, link.why) for link in roster.chain(outermost(links))]


def _list(source: Source | None, how: str) -> list[Source]:
    """A source, if there is one, with how it was found beside how it was named."""
    return [source._replace(why=", ".join(filter(None, (how, source.why))))] if source else []


def _link(choice: Choice) -> Source:
    return Source(choice.name, choice.span, choice.why)


def _speakers(page: Page, event: Event, sentence: Span, roster: Roster, filler: float) -> list[Choice]:
    """The speakers that the role layer marks, those who speak together as one, in the order of the text."""
    marked = event.words.fillers("source", filler)
    found: dict[str, Choice] = {}
    for group in page.speakers([Span(one.start, one.end) for one in marked]):
        span = Span(group[0].start, group[-1].end)
        known = [source for phrase in group if (source := roster.source(phrase))]
        name = "; ".join(dict.fromkeys(source.name for source in known))
        near = (one.score for one in marked if one.start < span.end and one.end > span.start)
        score = max(near, default=filler)
        inside = sentence.start <= span.start < sentence.end
        if name and (name not in found or (inside, score) > (found[name].inside, found[name].score)):
            told = f", {known[0].why}" if known[0].why else ""
            elsewhere = "" if inside else ", from another sentence"
            found[name] = Choice(name, span, score, inside, f"role layer {score:.2f}{elsewhere}{told}")
    return sorted(found.values(), key=lambda choice: choice.span.start)


def _goods(text: str, event: EventType, chosen: list[Choice]) -> list[Choice]:
    """Of the chosen goods those that the lists know, or else all; what a thing is for ("plant for shells") is none.

    A meeting has no goods, and of a cooperation only such as the lists know are meant.
    """
    known = [one for one in chosen if items.family(one.name) is not None]
    if event in (EventType.meeting, EventType.cooperation):
        return known if event == EventType.cooperation else []
    kept: list[Choice] = []
    for one in known or chosen:
        if not kept or not PURPOSE.fullmatch(text[kept[-1].span.end : one.span.start]):
            kept.append(one)
    return kept


def _those_who_act(chosen: Sequence[Choice], event: EventType) -> list[Choice]:
    """The chosen parties without goods and media; a state's leader acts for the state but at meetings."""
    acting: dict[str, Choice] = {}
    for one in chosen:
        kind, state = names.kind(one.name), names.state_of(one.name)
        if _is_thing(one.name) or kind in speakers.PRESS:
            continue
        leads = kind == SourceKind.person and state and names.listed(one.name) and event != EventType.meeting
        named = one._replace(name=state) if leads and state else one
        acting.setdefault(named.name, named)
    return list(acting.values())


def _is_thing(name: str) -> bool:
    """Whether a name is one of goods ("HIMARS") and of no party that the lists know."""
    return name[:1].isupper() and " " not in name and items.family(name) is not None and not names.listed(name)


def _is_place(name: str, places: Sequence[Choice]) -> bool:
    """Whether a name that the lists do not know is where the event happens."""
    return any(name in place.name.split() or name == place.name for place in places[:1]) and not names.listed(name)


def _is_part(party: Choice, speakers_found: Sequence[Choice]) -> bool:
    """Whether a party's name is only part of a speaker's ("Ukraine" of "Ukraine's air force")."""
    return party.inside and any(
        one.span.start <= party.span.start and party.span.end < one.span.end - len("'s") for one in speakers_found
    )


def _party(words: str) -> str:
    name = names.canonical(LOOSE.sub("", words))
    return "" if speakers.is_pronoun(name) else name


def _place(words: str) -> str:
    return " ".join(words.split()).strip(" ,.;:")


Draft = tuple[Filled, list[Choice], counts.Counted | None, counts.Dated | None]


def _drafts(filled: Filled) -> list[Draft]:
    """One claim an amount: the items and dates of an event shared out among its amounts."""
    time = max(filled.times, key=lambda dated: (dated.score, dated.time.start), default=None)
    if len(filled.amounts) < 2:
        return [(filled, filled.items, filled.amounts[0] if filled.amounts else None, time)]
    drafts: list[Draft] = []
    for place, counted in enumerate(filled.amounts):
        following = filled.amounts[place + 1].amount if place + 1 < len(filled.amounts) else None
        own = counts.item_of(counted.amount, following, filled.items) if len(filled.items) > 1 else None
        dated = counts.nearest(counted.amount, filled.times) if len(filled.times) > 1 else time
        drafts.append((filled, [own] if own else filled.items, counted, dated))
    return drafts


def _claim(page: Page, draft: Draft, decoding: Decoding) -> Claim:
    filled, things, counted, dated = draft
    event, trigger, sentence = filled.event, filled.event.trigger, filled.sentence
    quantity = counts.quantity(counted.amount, things) if counted else None
    modality = status.modality(event, page.text, sentence)
    time = page.period(dated.time, PLANNED[modality], trigger.start) if dated else None
    slots = {
        "agent": filled.agents,
        "recipient": filled.recipients,
        "item": things,
        "place": filled.places,
        "sources": filled.sources,
    }
    spans = {slot: tuple(choice.span for choice in chosen) for slot, chosen in slots.items() if chosen}
    spans["trigger"] = (Span(trigger.start, trigger.end),)
    why = {slot: chosen[0].why for slot, chosen in slots.items() if chosen}
    why["event"] = f"encoder {trigger.probability:.2f}" + (f", rule “{trigger.rule}”" if trigger.rule else "")
    if counted and quantity:
        spans["quantity"] = (counts.span(counted.amount),)
        why["quantity"] = f"number rule “{counted.amount.rule}”, role layer {counted.score:.2f}"
    if dated and time:
        spans["time"] = (counts.span(dated.time),)
        why["time"] = f"date rule “{dated.time.rule}”, role layer {dated.score:.2f}"
    return Claim(
        id=_id(page, filled, things, quantity),
        report=page.report.id,
        start=sentence.start,
        end=sentence.end,
        quote=page.words(sentence),
        event=trigger.event,
        agent=_joined(filled.agents),
        recipient=_joined(filled.recipients),
        item=_joined(things),
        place=_joined(filled.places),
        quantity=quantity,
        time=time,
        sources=tuple(choice.name for choice in filled.sources),
        stance=_own_deed(status.stance(event, page.text, sentence), filled),
        modality=modality,
        negated=status.negated(event, page.text, sentence),
        confidence=confidence.calibrated(trigger.probability, trigger.rival, _grounds(draft), decoding.confidence),
        spans=spans,
        why=why | status.why(event, page.text, sentence),
    )


def _own_deed(stance: Stance, filled: Filled) -> Stance:
    """A stance, but nobody admits what two other states did: that is a plain assertion."""
    if stance != Stance.admits or not filled.sources:
        return stance
    speaker = names.state_of(filled.sources[-1].name)
    sides = {names.state_of(one.name) for one in (*filled.agents, *filled.recipients)}
    return stance if speaker in sides or None in (speaker, *sides) or not sides else Stance.asserts


def _grounds(draft: Draft) -> int:
    """How much of the event its sentence tells: an agent, a recipient, a count, a source."""
    filled, _, counted, _ = draft
    sides = (any(one.inside for one in side) for side in (filled.agents, filled.recipients))
    return sum(sides) + (counted is not None) + bool(filled.sources)


def _joined(choices: Sequence[Choice]) -> str | None:
    return "; ".join(choice.name for choice in choices) or None


def _id(page: Page, filled: Filled, things: list[Choice], quantity: Quantity | None) -> str:
    trigger = filled.event.trigger
    counted = (quantity.low, quantity.high) if quantity else ()
    return stable_id(
        "c", page.report.id, filled.sentence.start, trigger.event.value, trigger.start, _joined(things), *counted
    )


def _again(claim: Claim, time: int) -> Claim:
    """The same event in the same words a second time: an id of its own."""
    return msgspec.structs.replace(claim, id=stable_id("c", claim.id, time))
