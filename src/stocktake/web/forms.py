"""What a form about a claim sends, and the slots that it means; errors are sentences for whoever filled it in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from stocktake import telling
from stocktake.casebook import CasebookError
from stocktake.vocabulary import Claim, EventType, Modality, Stance
from stocktake.web.visible import visible

T = TypeVar("T")


class RefusedForm(CasebookError):
    """A form that can't be taken as it is; the message says which field and what it should hold."""


class SlotsForm(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of a claim as text, as a browser sends them."""

    event: str = ""
    agent: str = ""
    recipient: str = ""
    item: str = ""
    place: str = ""
    quantity: str = ""
    time: str = ""
    sources: str = ""
    stance: str = "asserts"
    modality: str = "actual"
    negated: str = ""
    quote: str = ""
    reason: str = ""
    expected: str = ""


def filled(claim: Claim) -> SlotsForm:
    """The form with a claim's slots in it."""
    return SlotsForm(
        event=claim.event.value,
        agent=visible(claim.agent or ""),
        recipient=visible(claim.recipient or ""),
        item=visible(claim.item or ""),
        place=visible(claim.place or ""),
        quantity=visible(telling.quantity(claim.quantity)),
        time=telling.period(claim.time),
        sources=visible(telling.chain(claim.sources)) if claim.sources else "",
        stance=claim.stance.value,
        modality=claim.modality.value,
        negated="yes" if claim.negated else "",
    )


def slots(form: SlotsForm) -> dict[str, Any]:
    """All slots that a form states."""
    return {
        "event": _one_of(EventType, form.event, "the event"),
        "agent": form.agent.strip() or None,
        "recipient": form.recipient.strip() or None,
        "item": form.item.strip() or None,
        "place": form.place.strip() or None,
        "quantity": _typed(telling.quantity_from, form.quantity),
        "time": _typed(telling.period_from, form.time),
        "sources": telling.chain_from(form.sources),
        "stance": _one_of(Stance, form.stance, "the stance"),
        "modality": _one_of(Modality, form.modality, "the status"),
        "negated": bool(form.negated),
    }


def changes(form: SlotsForm, claim: Claim) -> dict[str, Any]:
    """Only the slots whose fields differ from what the form was filled with."""
    stated, before = slots(form), filled(claim)
    return {name: value for name, value in stated.items() if getattr(form, name).strip() != getattr(before, name)}


def expected(text: str) -> int | None:
    """The last journal entry that the form's author saw; None where the form does not say."""
    if not text.strip():
        return None
    try:
        return int(text)
    except ValueError:
        raise RefusedForm(
            f"the form says that it saw journal entry {text!r}, which is no number: reload the page"
        ) from None


def day(text: str) -> dt.date | None:
    """A calendar day as a form sends it; None for an empty field."""
    if not text.strip():
        return None
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        raise RefusedForm(f"{text!r} is no day: write it like 2023-02-05") from None


def _typed(parse: Callable[[str], T], text: str) -> T:
    try:
        return parse(text)
    except ValueError as wrong:
        raise RefusedForm(str(wrong)) from None


def _one_of(kind: Any, text: str, field: str) -> Any:
    try:
        return kind(text)
    except ValueError:
        allowed = ", ".join(member.value for member in kind)
        raise RefusedForm(f"{field} is {text!r}: it must be one of {allowed}") from None
