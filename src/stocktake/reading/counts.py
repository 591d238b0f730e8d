"""Counts of an event: which numbers and dates of the sentence belong to it, and what they count.

The number rules find every amount and the date rules every date; the role layer says which words are this
event's quantity and time. An event with several amounts is several claims, each with the item that follows its
number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from stocktake.reading.parties import Choice
from stocktake.reading.roles import Words
from stocktake.vocabulary import Amount, Quantity, Span, Time


class Dated(NamedTuple):
    time: Time
    score: float


class Counted(NamedTuple):
    amount: Amount
    score: float


def amounts_of(words: Words, amounts: Sequence[Amount], threshold: float) -> list[Counted]:
    """The amounts whose words are tagged as the event's quantity."""
    scored = [Counted(amount, words.score("quantity", span(amount))) for amount in amounts]
    return [one for one in scored if one.score >= threshold]


def times_of(words: Words, times: Sequence[Time], threshold: float) -> list[Dated]:
    """The dates whose words are tagged as the event's time."""
    scored = [Dated(time, words.score("time", span(time))) for time in times]
    return [one for one in scored if one.score >= threshold]


def quantity(amount: Amount, items: Sequence[Choice]) -> Quantity:
    """The amount as a claim's quantity; what is counted is the amount's own unit, else the item's last word."""
    unit = amount.unit
    if unit is None:
        after = [item for item in items if item.span.start >= amount.end - 2]
        unit = after[0].name.split()[-1] if after else None
    return Quantity(low=amount.low, high=amount.high, unit=unit, per=amount.per, approximate=amount.approximate)


def item_of(amount: Amount, following: Amount | None, items: Sequence[Choice]) -> Choice | None:
    """The item that stands between an amount and the next one."""
    limit = following.start if following else None
    mine = [i for i in items if i.inside and i.span.start >= amount.end - 2 and (limit is None or i.span.start < limit)]
    return mine[0] if mine else None


def nearest(amount: Amount, times: Sequence[Dated]) -> Dated:
    """The date that goes with an amount when a sentence has several: the next one, else the one before."""
    return min(times, key=lambda dated: (dated.time.start < amount.start, abs(dated.time.start - amount.start)))


def span(mention: Amount | Time) -> Span:
    return Span(mention.start, mention.end)
