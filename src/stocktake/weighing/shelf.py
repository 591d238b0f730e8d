"""Weighing in memory: from all claims and reports to findings, origins, conflicts and positions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import msgspec

from stocktake.vocabulary import Claim, Conflict, Decision, Finding, Origin, Position, Report
from stocktake.weighing import ledger
from stocktake.weighing.collecting import uncollected
from stocktake.weighing.descriptions import nearest
from stocktake.weighing.findings import Origination, Standing
from stocktake.weighing.ledger import Placed, Weighed
from stocktake.weighing.register import Register
from stocktake.weighing.reprints import originals
from stocktake.weighing.rulings import Rulings
from stocktake.weighing.testimony import Testimony, testimonies


class Weighing(msgspec.Struct, frozen=True, kw_only=True):
    """What weighing came to. `origin_of` and `finding_of` go by claim id."""

    findings: tuple[Finding, ...]
    origins: tuple[Origin, ...]
    origin_of: dict[str, str]
    finding_of: dict[str, str]
    conflicts: tuple[Conflict, ...]
    positions: tuple[Position, ...]


class Memory:
    """A shelf in memory, which also holds what was weighed."""

    def __init__(self) -> None:
        self._by_matter: dict[str, dict[str, Testimony]] = defaultdict(dict)
        self._by_report: dict[str, list[Testimony]] = {}
        self._matter: dict[str, str] = {}
        self._placed: dict[str, Placed] = {}
        self._originations: dict[str, Origination] = {}
        self._gone: list[tuple[Testimony, str]] = []
        self.weighed: dict[str, Weighed] = {}

    def expect(self, matters: Sequence[str]) -> None:
        """Everything is here."""

    def of_matters(self, matters: Sequence[str]) -> Iterable[Testimony]:
        for matter in matters:
            yield from self._by_matter[matter].values()

    def of_reports(self, reports: Sequence[str]) -> Iterable[Testimony]:
        for report in reports:
            yield from self._by_report.get(report, ())

    def matters_of(self, claims: Sequence[str]) -> Mapping[str, str]:
        return {claim: self._matter[claim] for claim in claims if claim in self._matter}

    def placed(self, claims: Sequence[str]) -> Mapping[str, Placed]:
        return {claim: self._placed[claim] for claim in claims if claim in self._placed}

    def originations(self, origins: Sequence[str]) -> Mapping[str, Origination]:
        return {origin: self._originations[origin] for origin in origins}

    def gone(self, matters: Sequence[str]) -> Iterable[tuple[Testimony, str]]:
        return [(t, finding) for t, finding in self._gone if t.matter in matters]

    def standing(self, matters: tuple[str, ...]) -> Mapping[str, Standing]:
        known = self.weighed.get(matters[0])
        whole = known.findings if known is not None and known.matters == matters else ()
        return {f.id: Standing(**{name: getattr(f, name) for name in Standing.__struct_fields__}) for f in whole}

    def put(self, report: str, testimony: Sequence[Testimony]) -> set[str]:
        """Set a report's testimony in place of what it had; the matters that this touches."""
        touched = set()
        for t in self._by_report.pop(report, ()):
            touched.add(t.matter)
            del self._by_matter[t.matter][t.claim]
            del self._matter[t.claim]
            if (placed := self._placed.pop(t.claim, None)) is not None:
                self._gone.append((t, placed.finding))
        if testimony:
            self._by_report[report] = list(testimony)
        for t in testimony:
            touched.add(t.matter)
            self._by_matter[t.matter][t.claim] = t
            self._matter[t.claim] = t.matter
        return touched

    def update(self, touched: Iterable[str], changed: Iterable[str], rulings: Rulings, register: Register) -> None:
        """Weigh what was touched."""
        changes = ledger.update(self, sorted(touched), sorted(changed), rulings, register)
        self._gone.clear()
        self._placed.update(changes.placed)
        self._originations.update(changes.originations)
        for weighed in changes.weighed:
            whole = self._whole(weighed)
            for matter in weighed.matters:
                self.weighed[matter] = whole

    def _whole(self, weighed: Weighed) -> Weighed:
        """What was weighed, with what is kept of before."""
        if not weighed.kept:
            return weighed
        before = self.weighed[weighed.matters[0]]
        findings = (*weighed.findings, *(f for f in before.findings if f.id in weighed.kept))
        conflicts = (*weighed.conflicts, *(c for c in before.conflicts if weighed.keeps(c)))
        positions = (*weighed.positions, *(p for p in before.positions if p.finding in weighed.held))
        whole = {"findings": findings, "conflicts": conflicts, "positions": positions}
        return msgspec.structs.replace(weighed, **whole, kept=frozenset(), held=frozenset())

    def weighing(self, register: Register) -> Weighing:
        """Everything that lies on the shelf, as weighed."""
        whole = list({id(w): w for w in self.weighed.values()}.values())
        findings = sorted((f for w in whole for f in w.findings), key=lambda f: f.id)
        return Weighing(
            findings=tuple(findings),
            origins=tuple(
                origins(chain.from_iterable(self._by_report.values()), self._placed, self._originations, register)
            ),
            origin_of={claim: placed.origin for claim, placed in sorted(self._placed.items())},
            finding_of={claim: placed.finding for claim, placed in sorted(self._placed.items())},
            conflicts=tuple(sorted((c for w in whole for c in w.conflicts), key=lambda c: c.id)),
            positions=tuple(p for f in (w.positions for w in whole) for p in f),
        )


def origins(
    testimony: Iterable[Testimony],
    placed: Mapping[str, Placed],
    known: Mapping[str, Origination],
    register: Register,
) -> list[Origin]:
    """The origins of testimony described, by id."""
    found = nearest((t, known[placed[t.claim].origin]) for t in testimony)
    return [found[origin].described(register) for origin in sorted(found)]


def weigh(claims: Iterable[Claim], reports: Iterable[Report], decisions: Iterable[Decision] = ()) -> Weighing:
    """Weigh all claims with their reports under the analysts' decisions. The order of either does not matter."""
    decided = list(decisions)
    return shelved(claims, reports, decided).weighing(Register(decided))


def shelved(claims: Iterable[Claim], reports: Iterable[Report], decisions: Iterable[Decision] = ()) -> Memory:
    """The shelf that weighing all claims leaves."""
    decided = list(decisions)
    rulings, register = Rulings(decided), Register(decided)
    known = {report.id: report for report in reports}
    by_report: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        by_report[claim.report].append(claim)
    missing = sorted(by_report.keys() - known.keys())
    if missing:
        raise MissingReport(missing[0], by_report[missing[0]][0].id)
    first = originals(known.values())
    shelf = Memory()
    touched: set[str] = set()
    with uncollected():
        for name in sorted(by_report):
            ordered = sorted(by_report.pop(name), key=lambda c: (c.start, c.id))
            original = known[first[name]] if name in first else None
            touched |= shelf.put(name, testimonies(known[name], ordered, original))
        shelf.update(touched, sorted(known), rulings, register)
    return shelf


class MissingReport(ValueError):
    """A claim whose report is not there."""

    def __init__(self, report: str, claim: str) -> None:
        super().__init__(f"claim {claim} is of report {report}, which was not given; give each claim's report too")
