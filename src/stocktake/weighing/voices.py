"""Whose knowledge a sentence tells, as far as its report says.

A chain is followed to its innermost voice that has a name; unnamed voices belong to the story of the outlet that
quotes them. A state's word is its spokesman's where the report names him. A sentence in the outlet's own voice
belongs to the story that the report retells where it stands in the headlines or in a passage of that story.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from stocktake.vocabulary import Report, SourceKind, Stance
from stocktake.weighing import names
from stocktake.weighing.cast import Cast
from stocktake.weighing.lexicon import words
from stocktake.weighing.names import Voice
from stocktake.weighing.passages import Passage
from stocktake.weighing.statements import UNKNOWN

FRESH = 3
"""News of an undated statement is of that day or so many days before."""
STRETCH = 20
"""Days: a statement's date that is vaguer than this is a background remark, not the news of the day."""

FIRE = frozenset({"use", "loss"})
PRESS = frozenset({SourceKind.outlet, SourceKind.agency})
HEARSAY = frozenset({SourceKind.intelligence, SourceKind.document})
_WIRES = "|".join(words("cues")["offices"]["wires"])
_CREDIT = re.compile(rf"\((?:[^()]*,\s*)?({_WIRES})\)|(?:— |/ )({_WIRES})\b")


class Speech(NamedTuple):
    """A speaker as testimony keeps it."""

    speaker: str
    kind: SourceKind
    state: str
    named: bool
    shown: str


def outlet(report: Report) -> str:
    """Whose report it is: the wire that is credited, else the outlet, else the report itself."""
    for text in (report.outlet or "", report.text[:200], report.text[-80:]):
        if credit := _CREDIT.search(text):
            return names.voice(credit.group(1) or credit.group(2)).name
    return names.voice(report.outlet).name if report.outlet else f"report {report.id[:12]}"


def attribute(lines: Sequence[Passage], cast: Cast, own: str, report: Report) -> None:
    """Note each claim's voice or story, and the day of the statement."""
    ordered = sorted(lines, key=lambda line: (line.claim.start, line.claim.id))
    for line in ordered:
        _follow(line, cast, own)
    _defenders(ordered)
    _offices(ordered, cast)
    _spokesmen(ordered, cast)
    _headlines(ordered)
    lead = next((line for line in ordered if line.attributed), None)
    _unnamed(ordered)
    _own_voice(ordered, lead)
    _days(ordered, report)


def _follow(line: Passage, cast: Cast, own: str) -> None:
    """The innermost voice with a name, or the outlet that quotes those without."""
    chain = [cast.voice(source) for source in line.claim.sources]
    line.inner = chain[-1] if chain else None
    for voice in reversed(chain):
        if voice.kind in PRESS:
            line.story = voice.name
            break
        if voice.named and voice.kind not in HEARSAY:
            line.voice = voice
            break
    if line.story == own and len(chain) == 1:
        line.own, line.story, line.inner = True, "", None
    public = line.claim.stance in (Stance.denies, Stance.admits) and not line.attributed
    if public and line.inner is not None and line.inner.state and line.inner.kind not in HEARSAY:
        # "Iranian officials denied": what officials hold in public is their state's word.
        line.voice = Voice(line.inner.state, SourceKind.state, line.inner.state, True)


def _defenders(ordered: Sequence[Passage]) -> None:
    """An air force of no named state that counts what is fired and shot down is that of the one state fired at."""
    sides = [
        line.recipients if line.claim.event == "use" else line.agents for line in ordered if line.claim.event in FIRE
    ]
    states = {state for side in sides for state in side if names.voice(state).kind is SourceKind.state}
    if len(states) != 1:
        return
    for line in ordered:
        voice = line.voice
        if voice is not None and not voice.state and line.claim.event in FIRE and (body := names.body(voice.name)):
            line.voice = names.of_state(body, next(iter(states)))


def _matter(line: Passage) -> tuple[object, ...]:
    return (line.claim.event, line.family, line.denies, line.plan, line.claim.negated)


def _offices(ordered: Sequence[Passage], cast: Cast) -> None:
    """An official of no known state who says what a state says in the sentence before or after speaks for it."""
    starts = sorted({line.claim.start for line in ordered})
    rank = {start: index for index, start in enumerate(starts)}
    states = [line for line in ordered if line.voice is not None and line.voice.kind is SourceKind.state]
    for line in ordered:
        voice = line.voice
        if voice is None or voice.state or not cast.is_person(voice):
            continue
        for other in states:
            beside = (
                abs(rank[other.claim.start] - rank[line.claim.start]) <= 1 and other.claim.start != line.claim.start
            )
            if beside and _matter(other) == _matter(line) and other.voice is not None and ";" not in other.voice.name:
                settled = cast.settle(voice, other.voice.state)
                for same in ordered:
                    if same.voice == voice:
                        same.voice = settled
                break


def _spokesmen(ordered: Sequence[Passage], cast: Cast) -> None:
    """A state's word is that of who speaks for it in the report on the same matter, or of its only spokesman there."""
    people = [line for line in ordered if line.voice is not None and line.voice.state and cast.is_person(line.voice)]
    for line in ordered:
        if line.voice is None or line.voice.kind is not SourceKind.state:
            continue
        if line.said != UNKNOWN and line.said.last - line.said.first > STRETCH:
            continue
        mine = [other for other in people if other.voice is not None and other.voice.state == line.voice.state]
        same = [
            o for o in mine if _matter(o) == _matter(line) and (UNKNOWN in (o.said, line.said) or o.said == line.said)
        ]
        alone = len({other.voice for other in mine}) == 1 and line.claim.stance is not Stance.denies
        chosen = same or (mine if alone else [])
        if chosen:
            line.voice = min(chosen, key=lambda o: (abs(o.claim.start - line.claim.start), o.claim.start)).voice


def _headlines(ordered: Sequence[Passage]) -> None:
    """A headline tells what its report tells: its "Kyiv", "agency" or "officials" is whoever says so in the body.

    A name that the body does not repeat keeps its word.
    """
    for line in ordered:
        if not line.headline or line.own:
            continue
        told = [o for o in ordered if not o.headline and o.attributed and _matter(o) == _matter(line)]
        if any(o.voice == line.voice and o.story == line.story for o in told):
            continue
        meant = [o for o in told if _can_mean(line, o)]
        if meant:
            line.voice, line.story, line.inner, line.said = (
                meant[0].voice,
                meant[0].story,
                meant[0].inner,
                meant[0].said,
            )


def _can_mean(headline: Passage, told: Passage) -> bool:
    """Whether the voice of a headline can be the one of the body: unnamed, a plain noun, or its state's."""
    voice, inner = headline.voice or headline.inner, told.voice
    if headline.story:
        return False
    if voice is None or headline.voice is None or (voice.name[:1].islower() and not voice.state):
        return True
    return voice.kind is SourceKind.state and inner is not None and inner.state == voice.state


def _unnamed(ordered: Sequence[Passage]) -> None:
    """ "The officials said", with no outlet and no state: those of the story told last."""
    story = ""
    for line in ordered:
        if line.story:
            story = line.story
        elif not line.own and line.voice is None and line.inner is not None and not line.inner.state:
            line.story = story


def _own_voice(ordered: Sequence[Passage], lead: Passage | None) -> None:
    attributed = {line.claim.start for line in ordered if not line.own}
    single = len({line.claim.start for line in ordered}) <= 1.3 * len({line.paragraph for line in ordered})
    for line in ordered:
        if not line.own or line.claim.start in attributed:
            continue
        if line.headline:
            near = lead
        else:
            near = _governing(ordered, line, single)
            if (
                near is not None
                and not near.story
                and not (lead and near.voice == lead.voice and near.paragraph == line.paragraph)
            ):
                near = None
        if near is not None:
            line.story, line.voice = near.story, near.voice


def _governing(ordered: Sequence[Passage], line: Passage, single: bool) -> Passage | None:
    """The attribution whose passage the line stands in: in its paragraph the last before it, else the first after.

    In a report of one-sentence paragraphs a passage goes on until the next attribution.
    """
    cited = [other for other in ordered if not other.own and other.attributed]
    here = [other for other in cited if other.paragraph == line.paragraph]
    before = [other for other in here if other.claim.start < line.claim.start]
    after = [other for other in here if other.claim.start > line.claim.start]
    if before:
        return before[-1]
    if after:
        return after[0]
    earlier = [other for other in cited if other.claim.start < line.claim.start and not other.headline]
    return earlier[-1] if single and earlier else None


def _days(ordered: Sequence[Passage], report: Report) -> None:
    """An undated statement is of the exact day that the report gave its speaker before; news is of the day."""
    spoken: dict[object, list[Passage]] = defaultdict(list)
    for line in ordered:
        if line.attributed:
            spoken[line.story or line.voice].append(line)
    opening = {
        line.story or line.voice for line in ordered if line.attributed and (line.headline or line.paragraph <= 1)
    }
    for key, lines in spoken.items():
        first = next(
            (
                line.said
                for line in lines
                if line.said.first and line.said.first == line.said.last and line.paragraph <= 2
            ),
            UNKNOWN,
        )
        known = UNKNOWN
        for line in lines:
            if line.said == UNKNOWN:
                line.said = known if known != UNKNOWN else first if line.headline or line.own else UNKNOWN
            elif line.said.first == line.said.last:
                known = line.said
            line.fresh = line.said == UNKNOWN and key in opening


def speech(line: Passage, cast: Cast, own: str, report: Report) -> Speech:
    """The speaker of a claim, as testimony keeps it."""
    if line.story:
        inner = line.inner
        quoted = inner is not None and not inner.named
        kind = inner.kind if inner is not None and quoted else SourceKind.outlet
        return Speech(names.plain(line.story), kind, "", not quoted, line.story)
    if line.voice is not None:
        return Speech(cast.key(line.voice), line.voice.kind, line.voice.state, True, line.voice.name)
    if line.inner is not None:
        key = f"{names.plain(own)} {report.id} {line.inner.state} officials"
        return Speech(key, line.inner.kind, line.inner.state, False, f"{line.inner.name} ({own})")
    return Speech(f"{names.plain(own)} {report.id}", SourceKind.outlet, "", True, own)
