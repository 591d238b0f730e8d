"""Weighing kept up to date: what a change touches is weighed again, and nothing else, with the same result.

Four steps, each a function of a small neighbourhood. (1) Testimony: of one report. (2) Findings and anchors: of one
matter, or of matters that an analyst's decision ties together. (3) Origins: of one report's statements, from their
anchors. (4) Probability, conflicts, positions: of one matter and its claims' origins. A new report touches the
matters of its claims, the reports whose anchors these move, and the matters whose origins those move.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

import msgspec

from stocktake.vocabulary import Conflict, Finding, Position, stable_id
from stocktake.weighing import origins as origins_of_claims
from stocktake.weighing.conflicts import conflicts
from stocktake.weighing.findings import Origination, finding, links
from stocktake.weighing.matching import clusters, order
from stocktake.weighing.origins import Anchor
from stocktake.weighing.positions import positions
from stocktake.weighing.register import Register
from stocktake.weighing.rulings import Rulings, finding_id
from stocktake.weighing.testimony import Testimony


class Placed(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Where a claim came to lie: its finding, its anchor, its origin."""

    finding: str
    anchor: Anchor
    origin: str


class Weighed(msgspec.Struct, frozen=True, kw_only=True):
    """The matters tied together that hold them, weighed."""

    matters: tuple[str, ...]
    findings: tuple[Finding, ...]
    conflicts: tuple[Conflict, ...]
    positions: tuple[Position, ...]


class Shelf(Protocol):
    """Where testimony lies and what was made of it; in memory or in a casebook."""

    def of_matters(self, matters: Sequence[str]) -> Iterable[Testimony]:
        """All testimony of these matters."""

    def of_reports(self, reports: Sequence[str]) -> Iterable[Testimony]:
        """All testimony of these reports."""

    def matters_of(self, claims: Sequence[str]) -> Mapping[str, str]:
        """The matter of each of these claims that is there."""

    def placed(self, claims: Sequence[str]) -> Mapping[str, Placed]:
        """Where these claims lie, as far as they have been placed."""

    def originations(self, origins: Sequence[str]) -> Mapping[str, Origination]:
        """These origins, as they were written down."""


class Changes(msgspec.Struct, kw_only=True):
    """What an update changed: claims placed anew, and the matters weighed anew, which stand in for the old."""

    placed: dict[str, Placed]
    originations: dict[str, Origination]
    weighed: list[Weighed]


def origin_id(speaker: str, statement: str) -> str:
    return stable_id("o", speaker, statement)


def origination(anchor: Anchor) -> Origination:
    """The origin that an anchor stands for."""
    _, speaker, statement = anchor
    return Origination(origin_id(speaker, statement), speaker, statement, origins_of_claims.day_of(statement))


def update(
    shelf: Shelf, touched: Iterable[str], changed: Iterable[str], rulings: Rulings, register: Register
) -> Changes:
    """Weigh the touched matters and the changed reports' statements, and what these touch in turn."""
    tied = ties(rulings, shelf.matters_of)
    components = _components(touched, tied)
    finding_of: dict[str, str] = {}
    anchor_of: dict[str, Anchor] = {}
    groups: dict[tuple[str, ...], list[list[Testimony]]] = {}
    reports = dict.fromkeys(changed)
    for component in components:
        groups[component] = grouped(shelf.of_matters(component), rulings)
        found: dict[str, Anchor] = {}
        for group in groups[component]:
            name = finding_id(group[0].claim)
            finding_of.update((t.claim, name) for t in group)
            found.update(origins_of_claims.anchors(group))
        before = shelf.placed(list(found))
        for t in (t for group in groups[component] for t in group):
            old = before.get(t.claim)
            if old is None or old.anchor != found[t.claim]:
                reports[t.report] = None
        anchor_of.update(found)
    return _origins(shelf, groups, finding_of, anchor_of, list(reports), tied, rulings, register)


def ties(rulings: Rulings, matters_of: Callable[[Sequence[str]], Mapping[str, str]]) -> dict[str, tuple[str, ...]]:
    """Matters that decisions tie together, by each of them; `matters_of` tells the matters of claims."""
    tied: dict[str, set[str]] = {}
    for claims in rulings.bonds():
        matters = set(matters_of(claims).values())
        if len(matters) > 1:
            whole = set(matters).union(*(tied.get(m, set()) for m in matters))
            tied.update((m, whole) for m in whole)
    return {matter: tuple(sorted(whole)) for matter, whole in tied.items()}


def _components(touched: Iterable[str], tied: Mapping[str, tuple[str, ...]]) -> list[tuple[str, ...]]:
    return list(dict.fromkeys(tied.get(matter, (matter,)) for matter in touched))


def grouped(testimony: Iterable[Testimony], rulings: Rulings) -> list[list[Testimony]]:
    """The findings of matters that are tied together: groups of testimony, each and all in the order of time."""
    blocks: dict[tuple[str, bool], list[Testimony]] = defaultdict(list)
    for t in testimony:
        blocks[t.matter, t.plan].append(t)
    groups = [group for key in sorted(blocks) for group in clusters(blocks[key])]
    if rulings:
        groups = rulings.apply(groups)
    for group in groups:
        group.sort(key=order)
    return sorted(groups, key=lambda g: order(g[0]))


def _origins(
    shelf: Shelf,
    groups: dict[tuple[str, ...], list[list[Testimony]]],
    finding_of: dict[str, str],
    anchor_of: dict[str, Anchor],
    reports: Sequence[str],
    tied: Mapping[str, tuple[str, ...]],
    rulings: Rulings,
    register: Register,
) -> Changes:
    """Settle the statements of the reports whose anchors moved, and weigh every matter that this moves."""
    units: dict[object, list[Testimony]] = defaultdict(list)
    for t in shelf.of_reports(reports):
        units[origins_of_claims.unit(t)].append(t)
    claims = [t.claim for unit in units.values() for t in unit]
    before = dict(shelf.placed(claims))
    origin_anchor: dict[str, Anchor] = {}
    moved: dict[str, None] = {}
    for unit in units.values():
        votes = [anchor_of[t.claim] if t.claim in anchor_of else before[t.claim].anchor for t in unit]
        chosen = origins_of_claims.settle(votes)
        name = origin_id(chosen[1], chosen[2])
        for t in unit:
            origin_anchor[t.claim] = chosen
            old = before.get(t.claim)
            if old is None or old.origin != name:
                moved[t.matter] = None
    for component in _components(moved, tied):
        if component not in groups:
            groups[component] = grouped(shelf.of_matters(component), rulings)
            for group in groups[component]:
                finding_of.update((t.claim, finding_id(group[0].claim)) for t in group)
    return _weighed(shelf, groups, finding_of, anchor_of, origin_anchor, register)


def _weighed(
    shelf: Shelf,
    groups: Mapping[tuple[str, ...], list[list[Testimony]]],
    finding_of: Mapping[str, str],
    anchor_of: Mapping[str, Anchor],
    origin_anchor: Mapping[str, Anchor],
    register: Register,
) -> Changes:
    changes = Changes(placed={}, originations={}, weighed=[])
    known: dict[Anchor, Origination] = {}
    for matters, members in groups.items():
        claims = [t.claim for group in members for t in group]
        before = shelf.placed([c for c in claims if c not in origin_anchor or c not in anchor_of])
        written = shelf.originations(sorted({before[c].origin for c in claims if c not in origin_anchor}))
        sources: dict[str, Origination] = {}
        for claim in claims:
            if claim in origin_anchor:
                anchor = origin_anchor[claim]
                source = known.get(anchor) or known.setdefault(anchor, origination(anchor))
                changes.originations[source.id] = source
            else:
                source = written[before[claim].origin]
            sources[claim] = source
            own = anchor_of[claim] if claim in anchor_of else before[claim].anchor
            changes.placed[claim] = Placed(finding_of[claim], own, source.id)
        changes.weighed.append(weighed(matters, members, sources, register))
    return changes


def weighed(
    matters: tuple[str, ...],
    groups: Sequence[Sequence[Testimony]],
    sources: Mapping[str, Origination],
    register: Register,
) -> Weighed:
    """Groups of testimony as findings, with conflicts and positions; `sources` are the origins by claim."""
    series, parts = links(groups)
    findings = []
    for index, group in enumerate(groups):
        whole = groups[parts[index]] if index in parts else None
        part_of = finding_id(whole[0].claim) if whole else None
        findings.append(finding(group, sources, register, None, series.get(index), part_of))
    return Weighed(
        matters=matters,
        findings=tuple(findings),
        conflicts=tuple(conflicts(findings, groups, sources)),
        positions=tuple(positions(findings, groups, sources)),
    )
