"""A finding or a claim in one line: "Russia to make at least 6,000 drones, by 2025-06"."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from stocktake.telling.elsewhere import marked
from stocktake.telling.formats import goods, period
from stocktake.vocabulary import Claim, EventType, Finding, Modality


@cache
def _verbs() -> dict[str, dict[str, str]]:
    return tomllib.loads(resources.files("stocktake.telling").joinpath("titles.toml").read_text("utf-8"))


def finding_title(finding: Finding | Claim, *, bare: bool = False) -> str:
    """Who did, is to do or may do what with how many of what, when; `bare` leaves out how many and when."""
    own_loss = finding.event is EventType.loss and finding.agent is not None and finding.agent == finding.recipient
    words = _verbs()["own_loss" if own_loss else finding.event]
    verb = words["did"]
    if finding.modality is Modality.planned:
        verb = ("not to " if finding.negated else "to ") + words["do"]
    elif finding.modality is Modality.possible:
        verb = ("may not " if finding.negated else "may ") + words["do"]
    elif finding.negated:
        verb = "did not " + words["do"]
    moved = goods(None if bare else finding.quantity, _named(finding, "item") or None) or words.get("unnamed", "")
    said = [_named(finding, "agent") or "An unnamed party", verb]
    if moved and not words["item"]:
        said.append(moved)
    if finding.recipient and not own_loss:
        said += [words["recipient"], _named(finding, "recipient")]
    if moved and words["item"]:
        said += [words["item"], moved]
    when = f", {period(finding.time)}" if finding.time and not bare else ""
    return " ".join(part for part in said if part) + when


def _named(thing: Finding | Claim, slot: str) -> str:
    """A slot's names; of a claim, marked where another sentence than its own gives them."""
    words = _joined(getattr(thing, slot))
    return marked(thing, slot, words) if isinstance(thing, Claim) else words


def counted_by(finding: Finding) -> str:
    """How many of a finding's origins give its number, where not all do: "by 1 of 7 origins"; else empty."""
    every = len(finding.origins_for)
    if finding.quantity is None or not 0 < finding.counted_by < every:
        return ""
    return f"by {finding.counted_by:,} of {every:,} origins"


def _joined(names: str | None) -> str:
    """ "Iran; Russia" as people write it: "Iran and Russia"."""
    listed = [name for name in (names or "").split("; ") if name]
    return ", ".join(listed[:-1]) + " and " + listed[-1] if len(listed) > 1 else "".join(listed)
