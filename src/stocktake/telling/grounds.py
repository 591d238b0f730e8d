"""Why a finding is held so probable, in words: what each origin adds and how it is graded, by whom each claim came."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stocktake.casebook import Explanation
    from stocktake.weighing import Term

ASIDE = "another number: not weighed here"
"""What is said of a claim or an origin on which no term rests: it denies another number than the finding's."""


def term_words(term: Term) -> str:
    """ "grade B (news agency; the register), right in 88%: +1.99; × 0.60 own interest; speaks against"."""
    why = f"{term.grade_reason}; {term.graded_by}"
    words = [f"grade {term.grade} ({why}), right in {term.reliability:.0%}: {term.weight:+.2f}"]
    words += [f"× {value:.2f} {name}" for name, value in term.factors]
    if term.against:
        words.append("speaks against")
    return "; ".join(words)


def path_words(told: Explanation, claim_id: str) -> str:
    """Who told whom, the outlet first: "Reuters ← Wall Street Journal ← officials"."""
    return " ← ".join(told.paths.get(claim_id, ()))
