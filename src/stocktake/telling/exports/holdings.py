"""What an export is made of: the reports, claims and findings of a casebook, taken once and tied together."""

from __future__ import annotations

import msgspec

from stocktake.casebook import Casebook, ClaimFilter, FindingFilter
from stocktake.vocabulary import Claim, Conflict, Finding, Origin, Position, Report


class Holdings(msgspec.Struct, frozen=True, kw_only=True):
    """A casebook's findings and all that they rest on, by id."""

    findings: tuple[Finding, ...]
    claims: dict[str, Claim]
    reports: dict[str, Report]
    origins: dict[str, Origin]
    origin_of: dict[str, str]
    conflicts: tuple[Conflict, ...] = ()
    positions: tuple[Position, ...] = ()

    def evidence(self, finding: Finding) -> list[tuple[Claim, Report]]:
        """The finding's claims with their reports, the earliest published first."""
        pairs = [(self.claims[c], self.reports[self.claims[c].report]) for c in finding.claims if c in self.claims]
        return sorted(pairs, key=lambda pair: (str(pair[1].published or ""), pair[1].id, pair[0].start, pair[0].id))


def parties(names: str | None) -> list[str]:
    """The single parties of a slot in which several are joined."""
    return [name for name in (names or "").split("; ") if name]


def gather(book: Casebook, wanted: FindingFilter | None = None) -> Holdings:
    """The findings asked for (all when None) and what they rest on; all claims when no finding is left out."""
    findings = tuple(book.findings(wanted))
    needed = {claim for finding in findings for claim in finding.claims}
    claims = {c.id: c for c in book.claims(ClaimFilter()) if wanted is None or c.id in needed}
    used = {c.report for c in claims.values()}
    shown = {f.id for f in findings}
    return Holdings(
        findings=findings,
        claims=claims,
        reports={r.id: r for r in book.reports() if r.id in used},
        origins={o.id: o for o in book.origins()},
        origin_of={claim: origin for claim, origin in book.origin_of().items() if claim in claims},
        conflicts=tuple(c for c in book.conflicts() if shown.intersection(c.findings)),
        positions=tuple(p for p in book.positions() if p.finding in shown),
    )
