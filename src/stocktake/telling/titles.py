"""A finding or a claim in one line: "Russia to make at least 6,000 drones, by 2025-06"."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

import msgspec

from stocktake.telling.formats import period, quantity
from stocktake.vocabulary import Claim, Finding, Modality, Quantity


@cache
def _verbs() -> dict[str, dict[str, str]]:
    return tomllib.loads(resources.files("stocktake.telling").joinpath("titles.toml").read_text("utf-8"))


def finding_title(finding: Finding | Claim) -> str:
    """Who did, is to do or may do what with how many of what, when."""
    words = _verbs()[finding.event]
    verb = words["did"]
    if finding.modality is Modality.planned:
        verb = ("not to " if finding.negated else "to ") + words["do"]
    elif finding.modality is Modality.possible:
        verb = ("may not " if finding.negated else "may ") + words["do"]
    elif finding.negated:
        verb = "did not " + words["do"]
    counted = quantity(_uncounted(finding.quantity, finding.item)) if finding.quantity else ""
    goods = " ".join(part for part in (counted, _joined(finding.item)) if part)
    said = [_joined(finding.agent) or "An unnamed party", verb]
    if goods and not words["item"]:
        said.append(goods)
    if finding.recipient:
        said += [words["recipient"], _joined(finding.recipient)]
    if goods and words["item"]:
        said += [words["item"], goods]
    when = f", {period(finding.time)}" if finding.time else ""
    return " ".join(part for part in said if part) + when


def _uncounted(amount: Quantity, item: str | None) -> Quantity:
    """The amount without its unit where the item says what is counted."""
    if amount.unit and item and amount.unit.split()[-1].lower() in item.lower():
        return msgspec.structs.replace(amount, unit=None)
    return amount


def _joined(names: str | None) -> str:
    """ "Iran; Russia" as people write it: "Iran and Russia"."""
    listed = [name for name in (names or "").split("; ") if name]
    return ", ".join(listed[:-1]) + " and " + listed[-1] if len(listed) > 1 else "".join(listed)
