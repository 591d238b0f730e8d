"""Small reports with claims, written as people read them, for the tests of weighing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import msgspec

from stocktake import weighing
from stocktake.vocabulary import Claim, Finding, Report, stable_id
from stocktake.weighing import Weighing


def report(name: str, published: str | None, outlet: str, *paragraphs: str) -> Report:
    """A report of these paragraphs; the first is the headline."""
    return Report(
        id=name,
        text="\n".join(paragraphs),
        title=paragraphs[0],
        outlet=outlet,
        published=dt.date.fromisoformat(published) if published else None,
    )


def claim(of: Report, quote: str, event: str, agent: str | None, recipient: str | None = None, **slots: Any) -> Claim:
    """A claim of this report; `time` and `quantity` as in the gold files, `sources` as a tuple."""
    start = of.text.index(quote)
    time = slots.pop("time", None)
    if isinstance(time, str):
        first, _, last = time.partition("..")
        time = {"start": first or None, "end": (last or first) if ".." in time or not last else None}
        if time["end"] == "":
            time["end"] = None
    fields = {
        "id": slots.pop("id", stable_id("c", of.id, start, event, agent, recipient, sorted(map(str, slots.items())))),
        "report": of.id,
        "start": start,
        "end": start + len(quote),
        "quote": quote,
        "event": event,
        "agent": agent,
        "recipient": recipient,
        "time": time,
        **slots,
    }
    return msgspec.convert(fields, Claim, strict=False)


def count(low: float | None, high: float | None = None, unit: str = "drones", per: str | None = None) -> dict[str, Any]:
    """A quantity as the gold files have it."""
    return {"low": low, "high": high, "unit": unit, "per": per}


def exactly(number: float, unit: str = "drones") -> dict[str, Any]:
    return count(number, number, unit)


def weighed(reports: Iterable[Report], claims: Iterable[Claim], decisions: Iterable[Any] = ()) -> Weighing:
    return weighing.weigh(claims, reports, decisions)


def finding_with(whole: Weighing, claim: Claim) -> Finding:
    """The finding that holds a claim."""
    return next(f for f in whole.findings if f.id == whole.finding_of[claim.id])
