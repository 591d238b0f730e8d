"""A trade register in the manner of SIPRI's: who supplied whom with how many of what, ordered and delivered when.

One row for a supplier, a recipient and a weapon. Brackets mark an estimate, as in SIPRI's register: a number that the
sources only bound or call approximate, or that rests on a finding below "likely"; a year taken from the report's date.
Source of the form: SIPRI Arms Transfers Database, trade register, columns and conventions.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from stocktake.telling.exports.holdings import Holdings, parties
from stocktake.telling.tables import harmless
from stocktake.vocabulary import EventType, Finding, Modality

COLUMNS = (
    "Supplier",
    "Recipient",
    "Number ordered",
    "Weapon designation",
    "Weapon description",
    "Year of order",
    "Year(s) of delivery",
    "Number delivered",
    "Comments",
)
LIKELY = 0.55  # the lower end of "likely" in ICD 203


def write(holdings: Holdings, path: Path) -> int:
    """Write the register as CSV to `path`; the number of rows."""
    rows = list(register(holdings))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows([harmless(cell) for cell in row] for row in rows)
    return len(rows)


def register(holdings: Holdings) -> Iterable[tuple[str, ...]]:
    """The rows, in the order of supplier, recipient and weapon."""
    flows: dict[tuple[str, str, str], list[Finding]] = defaultdict(list)
    for finding in holdings.findings:
        if finding.event is EventType.transfer and not finding.negated and finding.item:
            for supplier in parties(finding.agent) or ["unknown supplier"]:
                for recipient in parties(finding.recipient) or ["unknown recipient"]:
                    flows[supplier, recipient, finding.family or finding.item].append(finding)
    orders: dict[frozenset[str], list[Finding]] = defaultdict(list)
    for finding in holdings.findings:
        if finding.event is EventType.agreement and not finding.negated:
            pair = frozenset([*parties(finding.agent), *parties(finding.recipient)])
            orders[pair].append(finding)
    for (supplier, recipient, weapon), found in sorted(flows.items()):
        deals = [d for d in orders[frozenset((supplier, recipient))] if (d.family or d.item) in (weapon, None)]
        planned = [f for f in found if f.modality is not Modality.actual]
        delivered = [f for f in found if f.modality is Modality.actual]
        ordered = [f for f in (*planned, *deals) if f.quantity is not None and f.quantity.unit not in CURRENCIES]
        yield (
            supplier,
            recipient,
            _largest(ordered),
            _designation(found),
            weapon,
            _years([*deals, *planned][:1], first=True),
            _years(delivered),
            _largest(delivered),
            _comments(holdings, [*found, *deals]),
        )


CURRENCIES = frozenset({"USD", "EUR", "GBP", "JPY", "RUB", "CNY", "UAH", "INR"})


def _largest(findings: Iterable[Finding]) -> str:
    """The largest count that a finding bears out, in brackets where it is an estimate."""
    counted = [(f.quantity.high or f.quantity.low or 0.0, f) for f in findings if f.quantity and not f.quantity.per]
    if not counted:
        return ""
    number, finding = max(counted, key=lambda pair: (pair[0], pair[1].probability))
    quantity = finding.quantity
    assert quantity is not None
    exact = quantity.low == quantity.high and not quantity.approximate and finding.probability >= LIKELY
    return f"{number:g}" if exact else f"({number:g})"


def _designation(findings: Iterable[Finding]) -> str:
    """The item's most particular name: the longest, the first in the alphabet of those."""
    return min((f.item or "" for f in findings), key=lambda item: (-len(item), item))


def _years(findings: Iterable[Finding], *, first: bool = False) -> str:
    """The years that the findings fall in; a year known only from the reports is in brackets."""
    years: set[tuple[int, bool]] = set()
    for finding in findings:
        stated = finding.time and (finding.time.start or finding.time.end)
        if stated:
            years.add((stated.year, True))
        elif finding.first_reported:
            years.add((finding.first_reported.year, False))
    sure = {year for year, known in years if known}
    shown = [str(y) if known else f"({y})" for y, known in sorted(years) if known or y not in sure]
    return "; ".join(shown[:1] if first else shown)


def _comments(holdings: Holdings, findings: Iterable[Finding]) -> str:
    """What the row rests on: each finding with its grade, probability and number of independent origins."""
    notes = []
    for finding in sorted(findings, key=lambda f: f.id):
        against = f", {len(finding.origins_against)} against" if finding.origins_against else ""
        notes.append(
            f"{finding.id}: {finding.word} ({finding.probability:.2f}), {finding.grade}, "
            f"{len(finding.origins_for)} origin(s){against}"
        )
    return "; ".join(notes)
