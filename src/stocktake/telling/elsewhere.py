"""Marks what of a claim was read from another sentence than the one that is quoted for it.

A report says "it delivered them in August" of what it named a sentence before; the reader fills in who and what from
there, and errs there most. People must see at a glance what the quoted sentence itself says and what it does not.
"""

from __future__ import annotations

from stocktake.vocabulary import Claim

MARK = "°"
LEGEND = f"{MARK} read from another sentence of the report than the one quoted"
SLOTS = ("agent", "recipient", "item", "place", "quantity", "time", "sources")


def from_elsewhere(claim: Claim, slot: str) -> bool:
    """Whether words that filled this slot stand outside the claim's sentence."""
    return any(not claim.start <= span.start < claim.end for span in claim.spans.get(slot, ()))


def slots_elsewhere(claim: Claim) -> tuple[str, ...]:
    """The slots that other sentences fill."""
    return tuple(slot for slot in SLOTS if from_elsewhere(claim, slot))


def marked(claim: Claim, slot: str, words: str) -> str:
    """A slot's words, with the mark where they come from another sentence."""
    return words + MARK if words and from_elsewhere(claim, slot) else words
