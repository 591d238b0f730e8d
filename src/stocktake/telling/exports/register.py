"""A trade register in the manner of SIPRI's: who supplied whom with how many of what, ordered and delivered when.

One row for a supplier, a recipient and a weapon. Trade is between states and armed groups: what a plant or firm hands
to the state that it belongs to, or to nobody named, is domestic supply and no row, nor is what is not more likely than
not, nor what names neither side. Rows with an unknown side come last and name the rows that they may be a part of, by
weapon, other side and year; none is added to another, as nobody says so. Brackets mark an estimate, as in SIPRI's
register: a number that the sources only bound or call approximate, or that rests on a finding below "likely"; a year
taken from the report's date.
Source of the form: SIPRI Arms Transfers Database, trade register, columns and conventions.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from stocktake.telling.exports.holdings import Holdings, parties
from stocktake.telling.formats import counted, probability
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
EVEN = 0.5
LIKELY = 0.55  # the lower end of "likely" in ICD 203


class Flow(NamedTuple):
    """Who supplies whom with what; None for a side that no one names."""

    supplier: str | None
    recipient: str | None
    weapon: str

    @property
    def open(self) -> bool:
        """Whether a side is unknown."""
        return None in self

    @property
    def shown(self) -> tuple[str, str, str]:
        return self.supplier or "unknown supplier", self.recipient or "unknown recipient", self.weapon


def write(holdings: Holdings, path: Path) -> int:
    """Write the register as CSV to `path`; the number of rows."""
    rows = list(register(holdings))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows([harmless(cell) for cell in row] for row in rows)
    return len(rows)


def register(holdings: Holdings) -> Iterable[tuple[str, ...]]:
    """The rows, in the order of supplier, recipient and weapon; those with an unknown side last."""
    believed = [f for f in holdings.findings if f.item and not f.negated and f.probability > EVEN]
    flows: dict[Flow, list[Finding]] = defaultdict(list)
    orders: dict[tuple[frozenset[str | None], str], list[Finding]] = defaultdict(list)
    for finding in believed:
        weapon = finding.family or finding.item or ""
        if finding.event is EventType.transfer:
            for supplier, recipient in _trade(finding):
                flows[Flow(supplier, recipient, weapon)].append(finding)
        elif finding.event is EventType.agreement:
            orders[frozenset([*parties(finding.agent), *parties(finding.recipient)]), weapon].append(finding)
    for flow in sorted(flows, key=lambda flow: (flow.open, *flow.shown)):
        found, deals = flows[flow], orders[frozenset((flow.supplier, flow.recipient)), flow.weapon]
        planned = [f for f in found if f.modality is not Modality.actual]
        delivered = [f for f in found if f.modality is Modality.actual]
        ordered = [f for f in (*planned, *deals) if f.quantity is not None and f.quantity.unit not in CURRENCIES]
        yield (
            *flow.shown[:2],
            _largest(ordered),
            _designation(found),
            flow.weapon,
            _years([*deals, *planned], first=True),
            _years(delivered),
            _largest(delivered),
            "; ".join([*_wholes(flow, flows), *_comments([*found, *deals])]),
        )


def _wholes(part: Flow, flows: Mapping[Flow, Sequence[Finding]]) -> list[str]:
    """Which rows with both sides known one with an unknown side may be a part of."""
    if not part.open:
        return []
    years = {year for year, _ in _dated(flows[part])}
    alike = [
        flow
        for flow, found in flows.items()
        if not flow.open
        and flow.weapon == part.weapon
        and part.supplier in (None, flow.supplier)
        and part.recipient in (None, flow.recipient)
        and not years.isdisjoint(year for year, _ in _dated(found))
    ]
    return [f"may be a part of {flow.supplier} to {flow.recipient}" for flow in sorted(alike)]


def _trade(finding: Finding) -> Iterable[tuple[str | None, str | None]]:
    """Each supplier with each recipient between whom this is trade; None for a side that no one names."""
    for supplier in _named(finding.agent):
        for recipient in _named(finding.recipient):
            if (supplier or recipient) and not _domestic(supplier, recipient):
                yield supplier, recipient


def _named(slot: str | None) -> list[str | None]:
    """The parties of a slot that have a name: "a company" and "the network" are nobody's."""
    return [name for name in parties(slot) if name != name.lower()] or [None]


def _domestic(supplier: str | None, recipient: str | None) -> bool:
    """Whether one side is the state that the other belongs to, or both belong to one.

    What a plant, firm or force hands to nobody knows whom stays at home as far as anyone says.
    """
    from stocktake.reading import state_of

    if supplier is None:
        return False
    home = state_of(supplier) or supplier
    return home != supplier if recipient is None else home == (state_of(recipient) or recipient)


CURRENCIES = frozenset({"USD", "EUR", "GBP", "JPY", "RUB", "CNY", "UAH", "INR"})


def _largest(findings: Iterable[Finding]) -> str:
    """The largest count that a finding bears out, in brackets where it is an estimate."""
    numbers = [(f.quantity.high or f.quantity.low or 0.0, f) for f in findings if f.quantity and not f.quantity.per]
    if not numbers:
        return ""
    number, finding = max(numbers, key=lambda pair: (pair[0], pair[1].probability))
    quantity = finding.quantity
    assert quantity is not None
    exact = quantity.low == quantity.high and not quantity.approximate and finding.probability >= LIKELY
    return f"{number:g}" if exact else f"({number:g})"


def _designation(findings: Iterable[Finding]) -> str:
    """The item's most particular name: the longest, the first in the alphabet of those."""
    return min((f.item or "" for f in findings), key=lambda item: (-len(item), item))


def _years(findings: Iterable[Finding], *, first: bool = False) -> str:
    """The years that the findings fall in; a year known only from the reports is in brackets."""
    years = _dated(findings)
    sure = {year for year, known in years if known}
    shown = [str(y) if known else f"({y})" for y, known in sorted(years) if known or y not in sure]
    return "; ".join(shown[:1] if first else shown)


def _dated(findings: Iterable[Finding]) -> set[tuple[int, bool]]:
    """The years that the findings fall in, each with whether one gives it, else it is that of the report."""
    years: set[tuple[int, bool]] = set()
    for finding in findings:
        stated = finding.time and (finding.time.start or finding.time.end)
        if stated:
            years.add((stated.year, True))
        elif finding.first_reported:
            years.add((finding.first_reported.year, False))
    return years


def _comments(findings: Iterable[Finding]) -> list[str]:
    """What the row rests on: each finding with its grade, probability and number of independent origins."""
    notes = []
    for finding in sorted(findings, key=lambda f: f.id):
        against = f", {len(finding.origins_against)} against" if finding.origins_against else ""
        notes.append(
            f"{finding.id}: {finding.word} ({probability(finding.probability)}), {finding.grade}, "
            f"{counted(len(finding.origins_for), 'origin')}{against}"
        )
    return notes
