"""The overview: what the casebook holds, the programmes' key figures, what is new, and what changed since last time."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
from litestar import Response, get
from litestar.datastructures import Cookie

from stocktake.casebook import Casebook
from stocktake.casebook.browsing import FindingSearch, Holdings, Since, Told
from stocktake.casebook.search import FoundReport, ReportSearch
from stocktake.telling import charts
from stocktake.vocabulary import Conflict, Finding, Forecast
from stocktake.web.asking import Asked, Book
from stocktake.web.pages.forecast import Figure, figures_of
from stocktake.web.remembering import remembered
from stocktake.web.showing import page, show

VISIT_COOKIE = "stocktake_visit"
NEW_VISIT = dt.timedelta(minutes=45)
NEWEST = 6
CONFLICTS = 3


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """A programme with its key figures, what must be said beside them, and the path that stands for it."""

    name: str
    title: str
    as_of: dt.date | None = None
    figures: tuple[Figure, ...] = ()
    path: str | None = None
    notes: tuple[str, ...] = ()


class OverviewPage(msgspec.Struct, frozen=True, kw_only=True):
    """Everything on the front page."""

    holdings: Holdings
    programmes: tuple[Followed, ...]
    reports: tuple[FoundReport, ...]
    findings: tuple[Finding, ...]
    conflicts: tuple[Conflict, ...]
    conflicting: dict[str, Finding]
    told: dict[str, Told]
    last_visit: dt.datetime | None = None
    since: Since | None = None
    since_findings: tuple[Finding, ...] = ()


@page("/")
def front(request: Asked, book: Book) -> Response[Any]:
    """The front page."""
    return _front(request, book)


@get("/overview", sync_to_thread=True, include_in_schema=False)
def by_name(request: Asked, book: Book) -> Response[Any]:
    """The same at the address that its JSON has."""
    return _front(request, book)


def _front(request: Asked, book: Casebook) -> Response[Any]:
    held = remembered(book, "overview", lambda: _page(book))
    now = dt.datetime.now(dt.UTC)
    before, begun = _visits(request.cookies.get(VISIT_COOKIE, ""), now)
    if before is not None:
        since = remembered(book, ("since", before), lambda: book.since(before))
        touched = book.findings_named(since.findings)
        held = msgspec.structs.replace(
            held,
            last_visit=before,
            since=since,
            since_findings=tuple(touched[key] for key in since.findings if key in touched),
        )
    response = show(request, "overview.html", held, more=lambda: {"path_title": charts.path_title})
    written = f"{before.isoformat() if before else ''}|{begun.isoformat()}|{now.isoformat()}"
    response.set_cookie(
        Cookie(
            key=VISIT_COOKIE,
            value=written,
            httponly=True,
            samesite="lax",
            secure=request.app.state.https,
            max_age=400 * 86400,
        )
    )
    return response


def _visits(cookie: str, now: dt.datetime) -> tuple[dt.datetime | None, dt.datetime]:
    """When the visit before this one ended, and when this one began; a pause makes a new visit."""
    parts = [*cookie.split("|"), "", "", ""][:3]
    try:
        before, begun, last = (dt.datetime.fromisoformat(part) if part else None for part in parts)
    except ValueError:
        return None, now
    if begun is None or last is None or any(m.tzinfo is None for m in (before, begun, last) if m):
        return None, now
    return (last, now) if now - last > NEW_VISIT else (before, begun)


def _page(book: Casebook) -> OverviewPage:
    found = book.find_conflicts(limit=CONFLICTS)
    quoted = [claim for conflict in found.conflicts for side in conflict.sides for claim in side.claims[:1]]
    return OverviewPage(
        holdings=book.holdings(),
        programmes=tuple(_followed(name, title, book.forecast_last(name)) for name, title in _names(book)),
        reports=book.search(ReportSearch(limit=NEWEST)).reports,
        findings=book.find_findings(FindingSearch(limit=NEWEST)).findings,
        conflicts=found.conflicts,
        conflicting=book.findings_named(finding for conflict in found.conflicts for finding in conflict.findings),
        told=book.told(quoted),
    )


def _names(book: Casebook) -> tuple[tuple[str, str], ...]:
    return tuple((programme.name, programme.title) for programme in book.programmes())


def _followed(name: str, title: str, forecast: Forecast | None) -> Followed:
    if forecast is None:
        return Followed(name=name, title=title)
    return Followed(
        name=name,
        title=title,
        as_of=forecast.as_of,
        figures=figures_of(forecast),
        path=next(iter(charts.chart_names(forecast)), None),
        notes=forecast.notes,
    )


HANDLERS = [*front, by_name]
