"""The timeline: findings on a time axis by event or party, planned against actual."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import msgspec
from litestar import Response, get
from litestar.params import FromQuery, QueryParameter

from stocktake.casebook import Casebook
from stocktake.casebook.browsing import FindingSearch
from stocktake.casebook.search import FacetValue
from stocktake.vocabulary import EventType, Modality
from stocktake.web.asking import Asked, Book, Choice, Flag, Words, clean
from stocktake.web.remembering import remembered
from stocktake.web.showing import page, show
from stocktake.web.timeline_chart import Happening, happenings, timeline_chart

MOST = 800
LISTED = 100


class TimelinePage(msgspec.Struct, frozen=True, kw_only=True):
    """The findings drawn, and how many there are in all."""

    search: FindingSearch
    by: str
    happenings: tuple[Happening, ...]
    drawn: int
    total: int
    facets: dict[str, tuple[FacetValue, ...]]


Day = Annotated[dt.date | None, QueryParameter()]


def _page(book: Casebook, search: FindingSearch, by: str) -> TimelinePage:
    found = book.find_findings(search)
    counted = msgspec.structs.replace(search, limit=0, sort="")
    return TimelinePage(
        search=search,
        by=by,
        happenings=happenings(found.findings, by),
        drawn=len(found.findings),
        total=found.total,
        facets=remembered(book, ("finding facets", counted), lambda: book.finding_facets(counted)),
    )


def _search(
    q: str,
    event: EventType | None,
    party: str | None,
    family: str | None,
    modality: Modality | None,
    word: str | None,
    disputed: bool,
    since: dt.date | None,
    until: dt.date | None,
) -> FindingSearch:
    return FindingSearch(
        words=q.replace("\0", " "),
        event=event,
        party=clean(party),
        family=clean(family),
        modality=modality,
        word=clean(word),
        disputed=disputed,
        since=since,
        until=until,
        sort="origins",
        limit=MOST,
    )


@page("/timeline")
def timeline(
    request: Asked,
    book: Book,
    q: Words = "",
    event: FromQuery[EventType | None] = None,
    party: Choice = None,
    family: Choice = None,
    modality: FromQuery[Modality | None] = None,
    word: Choice = None,
    disputed: Flag = False,
    since: Day = None,
    until: Day = None,
    by: Words = "event",
) -> Response[Any]:
    """Findings on a time axis; where there are many, those on most origins."""
    search = _search(q, event, party, family, modality, word, disputed, since, until)
    key = ("timeline", search, by)
    return show(request, "timeline.html", remembered(book, key, lambda: _page(book, search, by)))


@get("/timeline/chart.json", sync_to_thread=True)
def chart(
    book: Book,
    q: Words = "",
    event: FromQuery[EventType | None] = None,
    party: Choice = None,
    family: Choice = None,
    modality: FromQuery[Modality | None] = None,
    word: Choice = None,
    disputed: Flag = False,
    since: Day = None,
    until: Day = None,
    by: Words = "event",
) -> dict[str, Any]:
    """The same as a Vega-Lite description."""
    search = _search(q, event, party, family, modality, word, disputed, since, until)
    key = ("timeline", search, by)
    return timeline_chart(remembered(book, key, lambda: _page(book, search, by)).happenings)


HANDLERS = [*timeline, chart]
