"""What people's decisions make of the claims that were read: a pure function, run again after every change.

For one report: the claims as read now, and the decisions in force about its claims, in order. "set" replaces slots,
"accept" vouches, "reject" takes a claim out, "add" puts in one that the reader missed; the last word counts. A claim
that a person corrected or accepted has confidence 1.

After an upgrade the reader may give a claim other words or another id, or not find it at all. A decision then goes to
the claim of the same event whose sentence overlaps and whose slots agree most with what its author saw, and that claim
keeps the id that was decided about. Where there is none, what a person vouched for stays as they saw it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from stocktake.casebook.faults import InvalidDecision
from stocktake.casebook.journal import Entry, decoded
from stocktake.vocabulary import SLOTS, Claim, Report, stable_id

SETTABLE = tuple(slot for slot in SLOTS if slot != "quote")
DESCRIBABLE = ("published", "outlet")
COMPARED = ("agent", "recipient", "item", "quantity", "time", "sources", "stance", "modality", "negated")
CLAIM_ACTIONS = frozenset({"set", "accept", "reject", "add"})


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A claim as it stands: after decisions, as it was read (None if it was not), and by which entry last."""

    claim: Claim
    read: Claim | None
    rejected: bool = False
    decided: int | None = None


def standings(read: Iterable[Claim], entries: Iterable[Entry], report: Report) -> tuple[Standing, ...]:
    """The report's claims, decisions in force applied."""
    standing = {claim.id: Standing(claim=claim, read=claim) for claim in read}
    in_force = [e for e in entries if not e.decision.undone and e.decision.action in CLAIM_ACTIONS]
    _let_decided_ids_stand(standing, in_force)
    for entry in in_force:
        _apply(standing, entry, report)
    return tuple(sorted(standing.values(), key=lambda s: (s.claim.start, s.claim.id)))


def described(report: Report, entries: Iterable[Entry]) -> Report:
    """The report as obtained, with the day and outlet that people gave it since."""
    for entry in entries:
        if entry.decision.action == "describe" and not entry.decision.undone:
            report = with_description(report, entry.decision.value)
    return report


def with_description(report: Report, value: object) -> Report:
    """The report with another day of publication or outlet; refuses all else."""
    if not isinstance(value, Mapping) or not value:
        raise InvalidDecision("what the report is to be described by is missing: give the day published or the outlet")
    if wrong := [name for name in value if name not in DESCRIBABLE]:
        raise InvalidDecision(f"a report is not described by {wrong[0]!r}: by {' or '.join(DESCRIBABLE)}")
    fields: dict[str, Any] = {name: msgspec.to_builtins(value[name]) for name in value}
    try:
        return msgspec.convert(msgspec.to_builtins(report) | fields, Report)
    except msgspec.ValidationError as wrong_value:
        raise InvalidDecision(f"the value does not fit: {wrong_value}") from wrong_value


def with_slots(claim: Claim, value: object, note: str) -> Claim:
    """The claim with some slots replaced; refuses slots that do not exist and values that do not fit."""
    if not isinstance(value, Mapping) or not value:
        raise InvalidDecision(f"what to set is missing: give slot=value, the slots are {', '.join(SETTABLE)}")
    if wrong := [slot for slot in value if slot not in SETTABLE]:
        raise InvalidDecision(f"a claim has no slot {wrong[0]!r} to set: the slots are {', '.join(SETTABLE)}")
    fields: dict[str, Any] = msgspec.to_builtins(claim)
    fields.update(msgspec.to_builtins(dict(value)))
    fields["spans"] = {name: spans for name, spans in fields["spans"].items() if name not in value}
    fields["why"] = {**fields["why"], **dict.fromkeys(value, note)}
    fields["confidence"] = 1.0
    return _claim(fields)


def added_claim(report: Report, value: object, note: str) -> Claim:
    """The claim that a person adds: needs a quote that stands in the report, and an event."""
    if not isinstance(value, Mapping) or not value.get("quote") or not value.get("event"):
        raise InvalidDecision("a claim to add needs at least a quote and an event")
    slots: dict[str, Any] = msgspec.to_builtins(dict(value))
    if wrong := [slot for slot in slots if slot not in SLOTS]:
        raise InvalidDecision(f"a claim has no slot {wrong[0]!r}: the slots are {', '.join(SLOTS)}")
    start = report.text.find(slots["quote"])
    if start < 0:
        raise InvalidDecision(f"the quote does not stand in report {report.id[:12]}: give its exact words")
    identity = stable_id("c", report.id, "added", msgspec.json.encode(slots, order="deterministic").decode())
    place = {"report": report.id, "start": start, "end": start + len(slots["quote"])}
    return _claim({**slots, **place, "id": identity, "why": {"added": note}})


def _claim(fields: dict[str, Any]) -> Claim:
    try:
        return msgspec.convert(fields, Claim)
    except msgspec.ValidationError as wrong:
        raise InvalidDecision(f"the value does not fit: {wrong}") from wrong


def _note(entry: Entry) -> str:
    return f"{entry.decision.author}, journal {entry.decision.number}"


def _apply(standing: dict[str, Standing], entry: Entry, report: Report) -> None:
    decision = entry.decision
    if decision.action == "add":
        claim = added_claim(report, decision.value, _note(entry))
        standing.setdefault(claim.id, Standing(claim=claim, read=None, decided=decision.number))
        return
    now = standing.get(decision.target)
    if now is None:
        return
    claim, rejected = now.claim, now.rejected
    if decision.action == "set":
        claim = with_slots(claim, decision.value, _note(entry))
    elif decision.action == "accept":
        claim = msgspec.structs.replace(claim, confidence=1.0, why={**claim.why, "accepted": _note(entry)})
        rejected = False
    else:
        rejected = True
    standing[decision.target] = Standing(claim=claim, read=now.read, rejected=rejected, decided=decision.number)


def _let_decided_ids_stand(standing: dict[str, Standing], entries: Sequence[Entry]) -> None:
    """Gives claims whose id the reader changed the id that decisions know, and brings back what was vouched for."""
    seen: dict[str, Claim] = {}
    vouched: set[str] = set()
    for entry in entries:
        if entry.decision.action == "add" or entry.about is None:
            continue
        seen.setdefault(entry.decision.target, decoded(entry.decision.number, entry.about, Claim))
        if entry.decision.action in {"set", "accept"}:
            vouched.add(entry.decision.target)
    free = {claim_id for claim_id in standing if claim_id not in seen}
    for target, claim in seen.items():
        if target in standing or "added" in claim.why:
            continue
        if match := _same(claim, [standing[claim_id].claim for claim_id in sorted(free)]):
            free.discard(match.id)
            read = standing.pop(match.id).read
            standing[target] = Standing(claim=msgspec.structs.replace(match, id=target), read=read)
        elif target in vouched:
            standing[target] = Standing(claim=claim, read=None)


def _same(seen: Claim, candidates: Iterable[Claim]) -> Claim | None:
    """The one candidate that says what was seen; None where there is none or two would do as well."""
    agreeing: dict[int, list[Claim]] = {}
    for claim in candidates:
        if claim.event == seen.event and claim.start < seen.end and seen.start < claim.end:
            score = sum(getattr(claim, slot) == getattr(seen, slot) for slot in COMPARED)
            agreeing.setdefault(score, []).append(claim)
    if not agreeing:
        return None
    best = agreeing[max(agreeing)]
    return best[0] if len(best) == 1 else None
