"""Counts of an event: which numbers and dates of the sentence belong to it, and what they count.

The number rules find every amount and the date rules every date; the role layer says which words are this
event's quantity and time. An event with several amounts is several claims, each with the item that follows its
number.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from stocktake.reading.parties import Choice
from stocktake.reading.roles import Words
from stocktake.vocabulary import Amount, EventType, Quantity, Span, Time

NO_COUNT = frozenset({"measure", "duration", "age"})
"""Kinds of numbers that say nothing of how many."""
CONVERTED = 10
"""Characters between a sum and the same sum in another currency at most: "(" or ", about "."""


class Dated(NamedTuple):
    time: Time
    score: float


class Counted(NamedTuple):
    amount: Amount
    score: float


def amounts_of(words: Words, amounts: Sequence[Amount], threshold: float) -> list[Counted]:
    """The amounts whose words are tagged as the event's quantity, without calibres, distances, spans and ages.

    A sum in another currency right after a sum is the same money once more, and what befell 12 of 40 befell 12.
    """
    scored = [Counted(amount, words.score("quantity", span(amount))) for amount in amounts]
    found = [
        one for one in scored if one.score >= threshold and one.amount.rule not in NO_COUNT and not _again(one, scored)
    ]
    parts = {whole.start for part, whole in pairwise(amounts) if any(one.amount == part for one in found)}
    return [one for one in found if one.amount.rule != "whole" or one.amount.start not in parts]


def beside(amounts: Sequence[Amount], goods: Sequence[Choice]) -> list[Counted]:
    """The amounts that count the goods by their place, whatever the role layer thinks: "made 310 drones"."""
    return [
        Counted(amount, good.score)
        for amount in amounts
        if amount.rule not in NO_COUNT and amount.rule != "money"
        for good in goods
        if good.inside and (good.span.start <= amount.start < good.span.end or 0 <= good.span.start - amount.end <= 1)
    ][:1]


def _again(one: Counted, others: Sequence[Counted]) -> bool:
    """Whether an amount converts the sum before it: "€500 million, about $544 million", "£73 million ($90 million)"."""
    return one.amount.rule == "money" and any(
        other.amount.rule == "money"
        and other.amount.unit != one.amount.unit
        and 0 < one.amount.start - other.amount.end <= CONVERTED
        for other in others
    )


UNCOUNTED = (EventType.meeting, EventType.cooperation)
"""A number beside one of these counts something else."""


def of_kind(event: EventType, counted: Sequence[Counted]) -> list[Counted]:
    """Of sums and counts of one event the sums for an agreement or payment, the counts for any other; talk has none."""
    if event in UNCOUNTED:
        return []
    sums = [one for one in counted if one.amount.rule == "money"]
    counts = [one for one in counted if one.amount.rule != "money"]
    return (sums or counts) if event in (EventType.agreement, EventType.payment) else (counts or sums)


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
