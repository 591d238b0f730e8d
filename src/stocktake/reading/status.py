"""Status: what the source does with an event (stance), whether it has happened (modality), and negation.

The role layer gives each class a probability; words that tell ("is to", "may", "denied") weigh in as factors, the way
clinical negation rules work (cue, direction, scope). Cues, scope and factors are data, in lexicon/status.toml.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import msgspec

from stocktake.reading.roles import MODALITIES, STANCES, Event
from stocktake.vocabulary import EventType, Modality, Span, Stance

NEGATED_WITHIN = 40
"""Characters before a word in which a negation of it is looked for."""
UNDONE_WITHIN = 120
"""Characters before a word in which one looks for what says that it did not happen."""
CLAUSE_ENDS = re.compile(r"[,;:—]|\s(?:but|and)\s")


class _Modality(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    factor: float
    reach: int
    cues: dict[Modality, tuple[str, ...]]
    orders: tuple[str, ...]


class _Stance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    negators: tuple[str, ...]
    needs: dict[Stance, tuple[str, ...]]
    governs: dict[Stance, tuple[str, ...]]


class _Cues(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    modality: _Modality
    negated: dict[EventType, tuple[str, ...]]
    undone: tuple[str, ...]
    stance: _Stance


@cache
def _cues() -> _Cues:
    path = Path(__file__).parent / "lexicon" / "status.toml"
    return msgspec.toml.decode(path.read_bytes(), type=_Cues)


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.IGNORECASE)


@cache
def _stems(words: tuple[str, ...]) -> re.Pattern[str]:
    """Any of some words, of which a star stands for any ending."""
    stems = [re.escape(word).replace(r"\*", r"\w*") for word in words]
    return re.compile(rf"(?:\b|(?=n['’]t))(?:{'|'.join(stems)})\b", re.IGNORECASE)


def modality(event: Event, text: str, sentence: Span) -> Modality:
    """The likeliest modality; the first class with a cue in the clause before the trigger gains.

    A transfer told by its order or contract is still to come.
    """
    if _is_order(event, text):
        return Modality.planned
    factor, (cued, _) = _cues().modality.factor, _modality_cue(event, text, sentence)
    weighed = {
        named: probability * (factor if named == cued else 1.0)
        for named, probability in zip(MODALITIES, event.status.modality, strict=True)
    }
    return max(MODALITIES, key=lambda named: weighed[named])


def stance(event: Event, text: str, sentence: Span) -> Stance:
    """The likeliest stance, unless a word governs the event ("owned up to", "ruled out").

    Nobody admits what is said not to be so: with a negation before the event in its clause, `admits` is out; so are
    blame and denial in a sentence that has no word for them.
    """
    if governed := _governors(event, text, sentence):
        return next(iter(governed))
    weighed = dict(zip(STANCES, event.status.stance, strict=True))
    if _is_under_negation(event, text, sentence):
        weighed[Stance.admits] = 0.0
    for named, words in _cues().stance.needs.items():
        if not _stems(words).search(text[sentence.start : sentence.end]):
            weighed[named] = 0.0
    return max(STANCES, key=lambda named: weighed[named])


def negated(event: Event, text: str, sentence: Span) -> bool:
    """Whether the event is said not to have happened, by the role layer or by words before it ("has not", "no sign").

    "Did not reach" tells of a loss that has happened; what someone denies is not negated besides.
    """
    word = text[event.trigger.start : event.trigger.end].lower()
    if word in _cues().negated.get(event.trigger.event, ()):
        return False
    told = bool(_undone_words(event, text, sentence)) and stance(event, text, sentence) != Stance.denies
    return told or event.status.negated > 0.5


def _undone_words(event: Event, text: str, sentence: Span) -> str:
    """The words before an event that say that it did not happen, or that nobody saw it happen."""
    before = text[max(sentence.start, event.trigger.start - UNDONE_WITHIN) : event.trigger.start]
    found = _undone().search(before)
    return found[0].strip() if found else ""


def _is_under_negation(event: Event, text: str, sentence: Span) -> bool:
    before = text[max(sentence.start, event.trigger.start - NEGATED_WITHIN) : event.trigger.start]
    return _negation().search(CLAUSE_ENDS.split(before)[-1]) is not None


def why(event: Event, text: str, sentence: Span) -> dict[str, str]:
    """What the status was read from: the role layer's surest class, and the words that weighed in."""
    word = text[event.trigger.start : event.trigger.end]
    if not _is_order(event, text):
        _, word = _modality_cue(event, text, sentence)
    words = "”, “".join(_governors(event, text, sentence).values())
    undone = _undone_words(event, text, sentence) if negated(event, text, sentence) else ""
    return {
        "stance": _why(max(event.status.stance), words),
        "modality": _why(max(event.status.modality), word),
        "negated": _why(event.status.negated, undone),
    }


def _why(sure: float, cue: str) -> str:
    return f"role layer {sure:.2f}" + (f", cue “{cue}”" if cue else "")


def _is_order(event: Event, text: str) -> bool:
    word = text[event.trigger.start : event.trigger.end].lower()
    return event.trigger.event == EventType.transfer and word in _cues().modality.orders


def _modality_cue(event: Event, text: str, sentence: Span) -> tuple[Modality | None, str]:
    rules, start = _cues().modality, event.trigger.start
    clause = CLAUSE_ENDS.split(text[max(sentence.start, start - rules.reach) : start])[-1]
    for named, words in rules.cues.items():
        if found := _pattern(words).search(clause):
            return named, found[0]
    return None, ""


def _governors(event: Event, text: str, sentence: Span) -> dict[Stance, str]:
    """The words right before an event that say what its speaker does with it ("owned up to", "ruled out")."""
    before = text[max(sentence.start, event.trigger.start - NEGATED_WITHIN) : event.trigger.start]
    clause = re.split(r"[,;:—]", before)[-1]
    found = {named: _pattern(words).search(clause) for named, words in _cues().stance.governs.items()}
    return {
        named: match[0] for named, match in found.items() if match and not _negation().search(clause[: match.start()])
    }


@cache
def _undone() -> re.Pattern[str]:
    """What stands right before an event that is said not to have happened, or that nobody has seen happen."""
    return re.compile(rf"\b(?:{'|'.join(_cues().undone)})\s*$", re.IGNORECASE)


@cache
def _negation() -> re.Pattern[str]:
    """A negator with at most two words after it, at the end of what is looked at."""
    words = "|".join(map(re.escape, _cues().stance.negators))
    return re.compile(rf"(?:\b|(?<=\w)(?=n't))(?:{words})(?:\s+\w+){{0,2}}\s*$", re.IGNORECASE)
