"""Weighing kept up to date: what a change touches is weighed again, and nothing else, with the same result.

Four steps, each a function of a small neighbourhood. (1) Testimony: of one report. (2) Findings and anchors: of one
matter, or of matters that an analyst's decision ties together. (3) Origins: of one report's statements, from their
anchors. (4) Probability, conflicts, positions: of one matter and its claims' origins. A new report touches the
matters of its claims, the reports whose anchors these move, and the matters whose origins those move.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Protocol

import msgspec

from stocktake.vocabulary import Conflict, Finding, Position, stable_id
from stocktake.weighing import origins as origins_of_claims
from stocktake.weighing.conflicts import conflicts, stands
from stocktake.weighing.findings import Origination, Standing, finding, links
from stocktake.weighing.matching import clusters, order
from stocktake.weighing.origins import Anchor
from stocktake.weighing.positions import holds, positions
from stocktake.weighing.register import Register
from stocktake.weighing.rejoining import rejoined
from stocktake.weighing.rulings import Rulings, finding_id
from stocktake.weighing.subjects import HAPPENINGS, OCCASION
from stocktake.weighing.testimony import Testimony


class Placed(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Where a claim came to lie: its finding, its anchor, its origin."""

    finding: str
    anchor: Anchor
    origin: str


class Weighed(msgspec.Struct, frozen=True, kw_only=True):
    """The matters tied together that hold them, weighed.

    `kept` names the findings that stand as they were, with the conflicts of them that stand too; `held` those of
    them of which the positions stand.
    """

    matters: tuple[str, ...]
    findings: tuple[Finding, ...]
    conflicts: tuple[Conflict, ...]
    positions: tuple[Position, ...]
    kept: frozenset[str] = frozenset()
    held: frozenset[str] = frozenset()

    def keeps(self, conflict: Conflict) -> bool:
        """Whether a conflict stands as it was."""
        return stands(conflict.kind, conflict.findings, self.kept)


class Shelf(Protocol):
    """Where testimony lies and what was made of it; in memory or in a casebook."""

    def expect(self, matters: Sequence[str]) -> None:
        """These matters will be asked for, one by one: what they hold can be read at once."""

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

    def gone(self, matters: Sequence[str]) -> Iterable[tuple[Testimony, str]]:
        """Testimony that these matters have lost since they were weighed last, with its finding."""

    def standing(self, matters: tuple[str, ...]) -> Mapping[str, Standing]:
        """The findings of these matters, tied together as they are, as they were weighed last."""


class Changes(msgspec.Struct, kw_only=True):
    """What an update changed: claims that lie elsewhere now, and the matters weighed anew."""

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
    shelf: Shelf,
    touched: Iterable[str],
    changed: Iterable[str],
    rulings: Rulings,
    register: Register,
    decided: Collection[str] = (),
) -> Changes:
    """Weigh the touched matters and the changed reports' statements, and what these touch in turn.

    A finding whose claims, origins and links are those that it had is not weighed again, unless its matter is one of
    those `decided` about.
    """
    tied = ties(rulings, shelf.matters_of)
    neighbourhoods: dict[tuple[str, ...], _Neighbourhood] = {}
    reports = dict.fromkeys(changed)
    components = _components(touched, tied)
    shelf.expect([matter for component in components for matter in component])
    for component in components:
        anew = not set(decided).isdisjoint(component)
        found = neighbourhoods[component] = _neighbourhood(shelf, component, rulings, anew=anew)
        for t in (t for group in found.groups for t in group if t.claim in found.anchors):
            old = found.before.get(t.claim)
            if old is None or old.anchor != found.anchors[t.claim]:
                reports[t.report] = None
    return _origins(shelf, neighbourhoods, list(reports), tied, register)


class _Neighbourhood(msgspec.Struct):
    """Matters that are tied together: their findings now and before, and where their claims lay and lie.

    `standing` are the findings that have the claims that they had; `anchors` those of the claims of the others.
    """

    groups: list[list[Testimony]]
    before: Mapping[str, Placed]
    standing: Mapping[str, Standing]
    anchors: dict[str, Anchor]


def _neighbourhood(shelf: Shelf, component: tuple[str, ...], rulings: Rulings, *, anew: bool) -> _Neighbourhood:
    """Touched matters: their findings, and the anchors of the claims of those that have changed."""
    told = list(shelf.of_matters(component))
    before = shelf.placed([t.claim for t in told])
    standing = {} if anew else shelf.standing(component)
    bound = {claim for bond in rulings.bonds() for claim in bond}
    if anew or (bound and any(t.claim in bound for t in told)):
        groups = grouped(told, rulings)
    else:
        groups = _regrouped(told, before, shelf.gone(component))
    anchors: dict[str, Anchor] = {}
    intact = {}
    for group in groups:
        if (old := _intact(group, before, standing)) is not None:
            intact[old.id] = old
        else:
            anchors.update(origins_of_claims.anchors(group))
    return _Neighbourhood(groups, before, intact, anchors)


def _intact(
    group: Sequence[Testimony], before: Mapping[str, Placed], standing: Mapping[str, Standing]
) -> Standing | None:
    """The finding that a group was before, where it has the same claims, none of which has changed."""
    old = standing.get(finding_id(group[0].claim))
    if old is None or len(old.claims) != len(group):
        return None
    return old if all(t.claim in before and before[t.claim].finding == old.id for t in group) else None


def _untouched(shelf: Shelf, component: tuple[str, ...]) -> _Neighbourhood:
    """Matters of which only origins move: their findings have the claims that they had."""
    told = list(shelf.of_matters(component))
    before = shelf.placed([t.claim for t in told])
    by_finding: dict[str, list[Testimony]] = defaultdict(list)
    for t in sorted(told, key=order):
        by_finding[before[t.claim].finding].append(t)
    return _Neighbourhood(list(by_finding.values()), before, shelf.standing(component), {})


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
    blocks = _blocks(testimony)
    groups = [group for key in sorted(blocks) for group in clusters(blocks[key])]
    return _ordered(rulings.apply(groups) if rulings else groups)


def _regrouped(
    told: Iterable[Testimony], before: Mapping[str, Placed], gone: Iterable[tuple[Testimony, str]]
) -> list[list[Testimony]]:
    """The findings as `grouped` has them, where no decision bears on them, from those that there were."""
    home = {claim: placed.finding for claim, placed in before.items()}
    lost: dict[tuple[str, bool], list[tuple[Testimony, str]]] = defaultdict(list)
    for t, name in gone:
        if t.event in HAPPENINGS or t.scope == OCCASION:
            lost[t.matter, t.plan].append((t, name))
    blocks = _blocks(told)
    return _ordered(
        group for key in sorted(blocks) for group in clusters(blocks[key], partial(rejoined, home=home, gone=lost[key]))
    )


def _blocks(testimony: Iterable[Testimony]) -> dict[tuple[str, bool], list[Testimony]]:
    """Testimony by matter, deeds and plans apart."""
    blocks: dict[tuple[str, bool], list[Testimony]] = defaultdict(list)
    for t in testimony:
        blocks[t.matter, t.plan].append(t)
    return blocks


def _ordered(groups: Iterable[list[Testimony]]) -> list[list[Testimony]]:
    for group in (found := list(groups)):
        if len(group) > 1:
            group.sort(key=order)
    return sorted(found, key=lambda g: order(g[0]))


def _origins(
    shelf: Shelf,
    neighbourhoods: dict[tuple[str, ...], _Neighbourhood],
    reports: Sequence[str],
    tied: Mapping[str, tuple[str, ...]],
    register: Register,
) -> Changes:
    """Settle the statements of the reports whose anchors moved, and weigh every finding that this moves."""
    anchor_of = {claim: anchor for found in neighbourhoods.values() for claim, anchor in found.anchors.items()}
    units: dict[object, list[Testimony]] = defaultdict(list)
    for t in shelf.of_reports(reports):
        units[origins_of_claims.unit(t)].append(t)
    before = shelf.placed([t.claim for unit in units.values() for t in unit])
    chosen_of: dict[str, Anchor] = {}
    moved: dict[str, None] = {}
    for unit in units.values():
        votes = [anchor_of[t.claim] if t.claim in anchor_of else before[t.claim].anchor for t in unit]
        chosen = origins_of_claims.settle(votes)
        name = origin_id(chosen[1], chosen[2])
        for t in unit:
            chosen_of[t.claim] = chosen
            old = before.get(t.claim)
            if old is None or old.origin != name:
                moved[t.matter] = None
    for component in _components(moved, tied):
        if component not in neighbourhoods:
            neighbourhoods[component] = _untouched(shelf, component)
    changes = Changes(placed={}, originations={}, weighed=[])
    known = _Originations(shelf)
    every = ((found, t.claim) for found in neighbourhoods.values() for group in found.groups for t in group)
    sources = known.of({claim: found.before[claim] for found, claim in every if claim not in chosen_of})
    for claim, anchor in chosen_of.items():
        source = sources[claim] = known.at(anchor)
        changes.originations[source.id] = source
    for matters, found in neighbourhoods.items():
        _weigh(changes, matters, found, sources, chosen_of, register)
    return changes


class _Originations:
    """The origins that anchors stand for, each made once; those that are not a claim's own anchor's as written."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._of: dict[Anchor, Origination] = {}

    def at(self, anchor: Anchor) -> Origination:
        """The origin that an anchor stands for."""
        return self._of.get(anchor) or self._of.setdefault(anchor, origination(anchor))

    def of(self, placed: Mapping[str, Placed]) -> dict[str, Origination]:
        """The origins of claims that stay where they are."""
        found: dict[str, Origination] = {}
        elsewhere: dict[str, str] = {}
        for claim, p in placed.items():
            found[claim] = origin = self.at(p.anchor)
            if origin.id != p.origin:
                elsewhere[claim] = p.origin
        written = self._shelf.originations(sorted(set(elsewhere.values())))
        found.update((claim, written[origin]) for claim, origin in elsewhere.items())
        return found


def _weigh(
    changes: Changes,
    matters: tuple[str, ...],
    found: _Neighbourhood,
    sources: Mapping[str, Origination],
    chosen_of: Mapping[str, Anchor],
    register: Register,
) -> None:
    """Notes what changes in matters that are tied together; `sources` are the origins of all their claims."""
    standing = dict(found.standing)
    for group in found.groups:
        name = finding_id(group[0].claim)
        if name in standing and chosen_of.keys().isdisjoint(t.claim for t in group):
            continue
        for t in group:
            old = found.before.get(t.claim)
            anchor = found.anchors[t.claim] if t.claim in found.anchors else found.before[t.claim].anchor
            now = Placed(name, anchor, sources[t.claim].id)
            if old != now:
                changes.placed[t.claim] = now
                if old is None or old.origin != now.origin:
                    standing.pop(name, None)
    changes.weighed.append(weighed(matters, found.groups, sources, register, standing))


def weighed(
    matters: tuple[str, ...],
    groups: Sequence[Sequence[Testimony]],
    sources: Mapping[str, Origination],
    register: Register,
    standing: Mapping[str, Standing] | None = None,
) -> Weighed:
    """Groups of testimony as findings, with conflicts and positions; `sources` are the origins by claim.

    The findings `standing` have the claims and origins that they had, and stay where their links do too.
    """
    series, parts = links(groups)
    every: list[Finding | Standing] = []
    for index, group in enumerate(groups):
        whole = groups[parts[index]] if index in parts else None
        part_of = finding_id(whole[0].claim) if whole else None
        old = (standing or {}).get(finding_id(group[0].claim))
        if old is not None and (old.series, old.part_of) == (series.get(index), part_of):
            every.append(old)
        else:
            every.append(finding(group, sources, register, None, series.get(index), part_of))
    held = frozenset(f.id for f, g in zip(every, groups, strict=True) if isinstance(f, Standing) and holds(g))
    return Weighed(
        matters=matters,
        findings=tuple(f for f in every if isinstance(f, Finding)),
        conflicts=tuple(conflicts(every, groups, sources)),
        positions=tuple(positions(every, groups, sources, held)),
        held=held,
        kept=frozenset(f.id for f in every if isinstance(f, Standing)),
    )
