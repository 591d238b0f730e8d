"""Conflicts: what cannot all be so, side by side."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response
from litestar.params import FromQuery

from stocktake.casebook import Casebook
from stocktake.casebook.browsing import Told
from stocktake.casebook.search import FacetValue
from stocktake.vocabulary import Conflict, ConflictKind, Finding
from stocktake.web.asking import Asked, Book, PageNumber
from stocktake.web.remembering import remembered
from stocktake.web.showing import page, show

PER_PAGE = 15
QUOTED = 3


class ConflictsPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of conflicts with the findings and the claims that they are between."""

    kind: ConflictKind | None
    conflicts: tuple[Conflict, ...]
    findings: dict[str, Finding]
    told: dict[str, Told]
    kinds: tuple[FacetValue, ...]
    total: int
    page: int
    pages: int


@page("/conflicts")
def listing(
    request: Asked, book: Book, kind: FromQuery[ConflictKind | None] = None, page: PageNumber = 1
) -> Response[Any]:
    """Conflicts, those about what was last reported first."""
    key = ("conflicts", kind, page)
    return show(request, "conflicts.html", remembered(book, key, lambda: _page(book, kind, page)))


def _page(book: Casebook, kind: ConflictKind | None, page: int) -> ConflictsPage:
    found = book.find_conflicts(kind, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    quoted = [claim for conflict in found.conflicts for side in conflict.sides for claim in side.claims[:QUOTED]]
    return ConflictsPage(
        kind=kind,
        conflicts=found.conflicts,
        findings=book.findings_named(finding for conflict in found.conflicts for finding in conflict.findings),
        told=book.told(quoted),
        kinds=found.kinds,
        total=found.total,
        page=page,
        pages=max(1, -(-found.total // PER_PAGE)),
    )


HANDLERS = [*listing]
