"""Findings: a table to narrow and sort, and for each the evidence by origin, the arithmetic, conflicts, positions."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromQuery, QueryParameter, URLEncodedBody
from litestar.response import Redirect

from stocktake import telling
from stocktake.casebook import Casebook, CasebookError, Explanation, StaleDecision
from stocktake.casebook.browsing import FindingSearch, Told
from stocktake.casebook.search import FacetValue
from stocktake.vocabulary import Conflict, Decision, EventType, Finding, Modality, Position
from stocktake.web.asking import Asked, Book, Choice, Flag, Key, PageNumber, Who, Words, clean
from stocktake.web.drawing import origin_graph
from stocktake.web.forms import expected
from stocktake.web.remembering import remembered
from stocktake.web.safety import may_decide
from stocktake.web.showing import key_of, page, show

PER_PAGE = 30
SUGGESTED = 6
QUOTED = 3
MOST_CONFLICTS = 12
MOST_ORIGINS = 40
MOST_CLAIMS = 10
"""So many origins, and claims of each, a page shows; the JSON holds all."""


class FindingsPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of findings, with the facets to narrow them by."""

    search: FindingSearch
    findings: tuple[Finding, ...]
    total: int
    page: int
    pages: int
    facets: dict[str, tuple[FacetValue, ...]]


class FindingPage(msgspec.Struct, frozen=True, kw_only=True):
    """A finding with everything it rests on."""

    finding: Finding
    explanation: Explanation
    told: dict[str, Told]
    conflicts: tuple[Conflict, ...]
    positions: tuple[Position, ...]
    series: tuple[Finding, ...] = ()
    alike: tuple[Finding, ...] = ()
    expected: int = 0
    history: tuple[Decision, ...] = ()
    refused: str = ""
    stale: tuple[Decision, ...] = ()


class Merge(msgspec.Struct, frozen=True, kw_only=True):
    """What the merge form sends: another finding's id, and why."""

    other: str = ""
    reason: str = ""
    expected: str = ""


class Split(msgspec.Struct, frozen=True, kw_only=True):
    """What the split form sends: the claims that are of another happening (one comes alone, not as a list), and why."""

    claims: list[str] | str = []
    reason: str = ""
    expected: str = ""


@page("/findings")
def listing(
    request: Asked,
    book: Book,
    q: Words = "",
    event: FromQuery[EventType | None] = None,
    party: Choice = None,
    family: Choice = None,
    modality: FromQuery[Modality | None] = None,
    word: Choice = None,
    disputed: Flag = False,
    since: Annotated[dt.date | None, QueryParameter()] = None,
    until: Annotated[dt.date | None, QueryParameter()] = None,
    sort: Words = "reported",
    page: PageNumber = 1,
) -> Response[Any]:
    """Findings by parties, items, event and estimate; the latest reported first."""
    search = FindingSearch(
        words=q.replace("\0", " "),
        event=event,
        party=clean(party),
        family=clean(family),
        modality=modality,
        word=clean(word),
        disputed=disputed,
        since=since,
        until=until,
        sort=sort,
        limit=PER_PAGE,
        offset=(page - 1) * PER_PAGE,
    )
    found = remembered(book, ("findings", search), lambda: book.find_findings(search))
    counted = msgspec.structs.replace(search, limit=0, offset=0, sort="")
    return show(
        request,
        "findings.html",
        FindingsPage(
            search=search,
            findings=found.findings,
            total=found.total,
            page=page,
            pages=max(1, -(-found.total // PER_PAGE)),
            facets=remembered(book, ("finding facets", counted), lambda: book.finding_facets(counted)),
        ),
    )


@get("/findings/{key:str}", sync_to_thread=True)
def one(request: Asked, book: Book, key: Key) -> Response[Any]:
    """A finding: its evidence by origin, how its probability comes about, who disputes it."""
    return _finding(request, book, key_of(key))


@post("/findings/{key:str}/merge", sync_to_thread=True, status_code=303, guards=[may_decide])
def merge(request: Asked, book: Book, who: Who, key: Key, data: URLEncodedBody[Merge]) -> Response[Any]:
    """Decide that this finding and another are of one happening."""
    finding = book.finding(key)
    try:
        other = book.finding(data.other.strip().rstrip("/").rsplit("/", 1)[-1])
        book.merge([finding.id, other.id], reason=data.reason, author=who.name, expected=expected(data.expected))
    except CasebookError as wrong:
        return _refused(request, book, finding, wrong, data.expected)
    return Redirect(f"/findings/{book.finding(finding.claims[0]).id}?did=merged", status_code=303)


@post("/findings/{key:str}/split", sync_to_thread=True, status_code=303, guards=[may_decide])
def split(request: Asked, book: Book, who: Who, key: Key, data: URLEncodedBody[Split]) -> Response[Any]:
    """Decide that some claims of this finding are of another happening."""
    finding = book.finding(key)
    apart = [data.claims] if isinstance(data.claims, str) else data.claims
    try:
        seen = expected(data.expected)
        book.split(finding.id, apart, reason=data.reason, author=who.name, expected=seen)
    except CasebookError as wrong:
        return _refused(request, book, finding, wrong, data.expected)
    return Redirect(f"/findings/{book.finding(apart[0]).id}?did=split", status_code=303)


def _refused(request: Asked, book: Casebook, finding: Finding, wrong: CasebookError, seen: str) -> Response[Any]:
    if not isinstance(wrong, StaleDecision):
        return _finding(request, book, finding.id, refused=str(wrong), status_code=400)
    since = tuple(entry for entry in _history(book, finding) if entry.number > (expected(seen) or 0))
    return _finding(request, book, finding.id, stale=since, status_code=409)


def _finding(
    request: Asked,
    book: Casebook,
    key: str,
    *,
    refused: str = "",
    stale: tuple[Decision, ...] = (),
    status_code: int = 200,
) -> Response[Any]:
    found = remembered(book, ("finding", key), lambda: _page(book, key))
    if refused or stale:
        found = msgspec.structs.replace(found, refused=refused, stale=stale)
    return show(
        request,
        "finding.html",
        found,
        status_code=status_code,
        more=lambda: {
            "graph": origin_graph(found.explanation, found.told),
            "most": (MOST_ORIGINS, MOST_CLAIMS),
            "aside": (found.explanation.aside, telling.ASIDE),
        },
    )


def _page(book: Casebook, key: str) -> FindingPage:
    explanation = book.explain(key)
    finding = explanation.finding
    history = _history(book, finding)
    conflicts = tuple(book.conflicts(finding=finding.id))[:MOST_CONFLICTS]
    shown = [claim.id for evidence in explanation.evidence[:MOST_ORIGINS] for claim in evidence.claims[:MOST_CLAIMS]]
    disputed = [claim for conflict in conflicts for side in conflict.sides for claim in side.claims[:QUOTED]]
    told = book.told([*shown, *disputed])
    return FindingPage(
        finding=finding,
        explanation=explanation,
        told=told,
        conflicts=conflicts,
        positions=tuple(book.positions(finding=finding.id)),
        series=book.series_of(finding),
        alike=book.alike(finding, limit=SUGGESTED),
        expected=book.last_entry(finding.claims[0]),
        history=history,
    )


def _history(book: Casebook, finding: Finding) -> tuple[Decision, ...]:
    """The decisions about what is one happening that name a claim of this finding."""
    ours = set(finding.claims)
    return tuple(
        entry for entry in book.decided("merge", "split") if entry.target in ours or ours & set(entry.value or ())
    )


HANDLERS = [*listing, one, merge, split]
