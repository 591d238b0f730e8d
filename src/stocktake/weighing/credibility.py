"""How probable a finding is, from its independent origins alone: a sum of log-odds, term by term.

log-odds(finding) = log-odds(prior) + sum over origins of ± weight, where an origin's weight is the log-odds that a
source of its Admiralty grade is right, times factors for interest, directness, modality, certainty of reading and
for having been said before by the same speaker or state. The numbers and their reasons are in `credibility.toml`;
grades follow NATO STANAG 2511, words ICD 203, adding log-odds is Bayes' rule for independent witnesses (Good, 1950).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from stocktake.weighing.lexicon import words
from stocktake.weighing.register import Grade, Register
from stocktake.weighing.testimony import Testimony


def model() -> dict[str, Any]:
    """The numbers of the model."""
    return words("credibility")


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """What one origin adds to a finding's log-odds, and how that comes about."""

    origin: str
    speaker: str
    statement: str
    grade: str
    grade_reason: str
    graded_by: str
    reliability: float
    weight: float
    factors: tuple[tuple[str, float], ...]
    against: bool
    adds: float
    claims: tuple[str, ...]


class Credibility(msgspec.Struct, frozen=True, kw_only=True):
    """A finding's probability with its arithmetic."""

    prior: float
    terms: tuple[Term, ...]
    log_odds: float
    probability: float
    grade: str
    word: str


class Evidence(msgspec.Struct, frozen=True):
    """An origin with its testimony in one finding."""

    origin: str
    statement: str
    day: int
    testimony: tuple[Testimony, ...]


def logit(p: float) -> float:
    return math.log(p / (1 - p))


def expit(log_odds: float) -> float:
    """The probability of log-odds of any size."""
    return (1 + math.tanh(log_odds / 2)) / 2


def word(probability: float) -> str:
    """The ICD 203 word."""
    return next(str(row["word"]) for row in model()["words"] if probability < row["below"])


def number(probability: float, letters: Sequence[str], independent: int) -> int:
    """Credibility of the information, 1 to 6."""
    if not letters or all(letter == "F" for letter in letters):
        return 6
    bounds = model()["credibility"]
    for digit in ("1", "2", "3", "4", "5"):
        if probability >= bounds[digit] and (digit != "1" or independent >= 2):
            return int(digit)
    return 5


def assess(
    evidence: Sequence[Evidence],
    register: Register,
    learned: Mapping[str, float] | None = None,
    negated: bool = False,
) -> Credibility:
    """Weigh a finding's origins.

    `learned` holds reliabilities by speaker found by truth discovery; `negated` says that the finding is that it
    did not happen, so that word of this speaks for it.
    """
    limits, priors = model()["limits"], model()["prior"]
    plan = bool(evidence) and evidence[0].testimony[0].plan
    prior = logit(priors["plan" if plan else "deed"])
    speakers: dict[tuple[str, bool], int] = {}
    states: dict[tuple[str, bool], set[str]] = {}
    ordered = sorted(evidence, key=lambda e: (e.day or 999_999, e.origin, e.testimony[0].against))
    terms = [_term(item, register, learned or {}, negated, speakers, states) for item in ordered]
    total = prior + sum(term.adds for term in terms)
    certain = limits["certain"]
    probability = min(max(expit(total), 1 - certain), certain)
    favour = [(term, item.testimony[0]) for term, item in zip(terms, ordered, strict=True) if not term.against]
    letters = [term.grade for term, _ in favour]
    independent = len({t.state or t.speaker for _, t in favour})
    grade = f"{min(letters, default='F')}{number(probability, letters, independent)}"
    return Credibility(
        prior=prior,
        terms=tuple(terms),
        log_odds=total,
        probability=round(probability, 4),
        grade=grade,
        word=word(probability),
    )


def _term(
    item: Evidence,
    register: Register,
    learned: Mapping[str, float],
    negated: bool,
    speakers: dict[tuple[str, bool], int],
    states: dict[tuple[str, bool], set[str]],
) -> Term:
    best = _best(item.testimony)
    against = best.against != negated
    grade = _grade(best, register)
    reliability = learned.get(best.speaker, model()["reliability"][grade.letter])
    weight = logit(reliability)
    factors = tuple(_factors(best, speakers, states))
    adds = weight * math.prod(value for _, value in factors) * (-1 if against else 1)
    return Term(
        origin=item.origin,
        speaker=best.voice,
        statement=item.statement,
        grade=grade.letter,
        grade_reason=grade.reason,
        graded_by="truth discovery" if best.speaker in learned else grade.by,
        reliability=reliability,
        weight=weight,
        factors=factors,
        against=against,
        adds=adds,
        claims=tuple(t.claim for t in item.testimony),
    )


def _best(testimony: Sequence[Testimony]) -> Testimony:
    """The testimony that stands for its origin: admission, then plain word, nearest, best read, earliest."""
    return min(
        testimony, key=lambda t: (t.stance != "admits", t.modality == "possible", t.hops, -t.confidence, t.claim)
    )


def _grade(t: Testimony, register: Register) -> Grade:
    return register.grade(t.speaker, t.voice if t.named else t.story or t.voice, t.kind, t.story or t.path[0])


def _factors(
    t: Testimony, speakers: dict[tuple[str, bool], int], states: dict[tuple[str, bool], set[str]]
) -> list[tuple[str, float]]:
    table = model()["factors"]
    found: list[tuple[str, float]] = []
    if t.stance == "admits":
        found.append(("admission against interest", table["admission against interest"]))
    elif t.party and t.stance == "denies":
        found.append(("denial by the accused", table["denial by the accused"]))
    elif t.party:
        found.append(("own interest", table["own interest"]))
    if t.modality == "possible":
        found.append(("may, could", table["may, could"]))
    if t.hops > 1:
        found.append((f"retold {t.hops} times", table["retold once more"] ** (t.hops - 1)))
    if t.confidence < 1:
        found.append(("certainty of reading", round(t.confidence, 3)))
    before = speakers.get((t.speaker, t.against), 0)
    said = states.setdefault((t.state, t.against), set()) if t.state else set()
    if before:
        found.append(("same speaker again", table["same speaker again"] ** before))
    elif said:
        found.append(("same state again", table["same state again"]))
    speakers[t.speaker, t.against] = before + 1
    said.add(t.speaker)
    return found
