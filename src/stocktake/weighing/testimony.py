"""A claim seen as testimony: who speaks, on what day, from how near, about what kind of happening.

Everything in a testimony is a function of one report and its claims, so that a new report changes no other's. The
matter says with which claims it can speak of one happening; the speaker and the days say from whom it comes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from stocktake.vocabulary import Claim, Report
from stocktake.weighing import names, subjects, voices
from stocktake.weighing.cast import Cast
from stocktake.weighing.lexicon import words
from stocktake.weighing.passages import Passage, passages
from stocktake.weighing.statements import UNKNOWN, Days


class Testimony(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One claim as testimony. Days are ordinals, 0 unknown; "" is unknown too.

    `matter` is type, parties and goods: what a claim shares with every other that can speak of its happening;
    `scope` whether it speaks of an occasion, a rate, a running total or the thing in general; `seen` the day from
    which it looks back; `speaker` the key of the voice, `story` the outlet whose story it is; `twin_low` and
    `twin_high` the count of goods that stands in the same sentence; `hops` how many hands it went through.
    """

    claim: str
    report: str
    at: int
    published: int
    event: str
    stance: str
    modality: str
    negated: bool
    matter: str
    family: str
    place: str
    low: float | None
    high: float | None
    twin_low: float | None
    twin_high: float | None
    unit: str
    per: str
    first: int
    last: int
    scope: str
    seen: int
    speaker: str
    kind: str
    state: str
    named: bool
    voice: str
    story: str
    said_first: int
    said_last: int
    party: bool
    hops: int
    path: tuple[str, ...]
    outlet: str
    confidence: float
    vague: bool
    in_part: bool
    agent: str | None
    recipient: str | None
    item: str | None
    where: str | None

    @property
    def against(self) -> bool:
        """Whether it speaks against the happening: a denial, or word that it did not happen."""
        return self.negated != (self.stance == "denies")

    @property
    def plan(self) -> bool:
        return self.modality != "actual"


def weigh_alike(a: Testimony, b: Testimony) -> bool:
    """Whether two testimonies of a claim differ at most in the outlet, where only an origin's description names it."""
    voiced = a.kind == "outlet" and not a.story
    return not voiced and msgspec.structs.replace(a, outlet=b.outlet) == b


_CUES = words("cues")
_VAGUE = re.compile(rf"\b(?:{'|'.join(_CUES['vague'])})\b", re.IGNORECASE)
_VAGUE_LOWS = frozenset({24.0, 200.0, 2_000.0, 20_000.0, 200_000.0, 2_000_000.0})
_IN_PART = re.compile(rf"\b(?:{'|'.join(_CUES['in_part'])})\b", re.IGNORECASE)


def testimonies(report: Report, claims: Sequence[Claim], original: Report | None = None) -> list[Testimony]:
    """The testimony of each claim, in the order given. What a copy says of its own is the `original`'s."""
    if not claims:
        return []
    cast = Cast(report, claims)
    outlet = voices.outlet(original or report)
    lines = passages(report, claims)
    subjects.fill(lines, cast)
    voices.attribute(lines, cast, outlet, report)
    subjects.occasions(lines, report)
    twins = _twins(lines)
    return [_testimony(line, cast, outlet, report, original or report, twins) for line in lines]


def _twins(lines: Sequence[Passage]) -> dict[int, tuple[float | None, float | None]]:
    """By sentence, the count of goods that it holds, where it holds one."""
    found: dict[int, set[tuple[float | None, float | None]]] = {}
    for line in lines:
        if line.claim.quantity is not None and line.claim.event in subjects.GOODS:
            found.setdefault(line.claim.start, set()).add(_bounds(line.claim))
    return {start: counts.pop() for start, counts in found.items() if len(counts) == 1}


def _bounds(claim: Claim) -> tuple[float | None, float | None]:
    """The count of goods; kinds and shares of them are none."""
    if claim.quantity is None or subjects.counts_no_goods(claim):
        return None, None
    return claim.quantity.low, claim.quantity.high


def _is_vague(claim: Claim) -> bool:
    """Whether the count is a word such as "hundreds", that has a ceiling too."""
    low, high = _bounds(claim)
    return low in _VAGUE_LOWS and high is None and _VAGUE.search(claim.quote) is not None


def _testimony(
    line: Passage,
    cast: Cast,
    outlet: str,
    report: Report,
    original: Report,
    twins: dict[int, tuple[float | None, float | None]],
) -> Testimony:
    claim = line.claim
    published = report.published.toordinal() if report.published else 0
    low, high = _bounds(claim)
    twin_low, twin_high = twins.get(claim.start, (None, None)) if claim.event not in subjects.GOODS else (None, None)
    speech = voices.speech(line, cast, outlet, original)
    said = line.said
    if not line.attributed and original.published:
        said = Days(original.published.toordinal(), original.published.toordinal())
    if said == UNKNOWN and line.fresh and published > voices.FRESH:
        said = Days(published - voices.FRESH, published)
    goods = line.family if claim.event in subjects.GOODS else ""
    involved = {*line.agents, *line.recipients}
    return Testimony(
        claim=claim.id,
        report=report.id,
        at=claim.start,
        published=published,
        event=str(claim.event),
        stance=str(claim.stance),
        modality=str(claim.modality),
        negated=claim.negated,
        matter=f"{claim.event}|{subjects.parties(line) or f'? in {original.id}'}|{goods}",
        family=line.family,
        place=subjects.place(claim.place),
        low=low,
        high=high,
        twin_low=twin_low,
        twin_high=twin_high,
        unit=(claim.quantity.unit or "") if claim.quantity and not subjects.counts_no_goods(claim) else "",
        per=(claim.quantity.per or "") if claim.quantity else "",
        first=line.first,
        last=line.last,
        scope=line.scope,
        seen=said.last or published,
        speaker=speech.speaker,
        kind=str(speech.kind),
        state=speech.state,
        named=speech.named,
        voice=speech.shown,
        story=line.story,
        said_first=said.first,
        said_last=said.last,
        party=any(state in involved for state in speech.state.split("; ") if state),
        hops=len(claim.sources),
        path=(report.outlet or outlet, *(cast.voice(source).name for source in claim.sources)),
        outlet=names.plain(outlet),
        confidence=claim.confidence,
        vague=_is_vague(claim),
        in_part=_IN_PART.search(claim.quote) is not None,
        agent=claim.agent,
        recipient=claim.recipient,
        item=claim.item,
        where=claim.place,
    )
