"""Reports: found by words and facets, read with their claims marked, and decided on claim by claim."""

from __future__ import annotations

import re
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromQuery, QueryParameter, URLEncodedBody
from litestar.response import Redirect

from stocktake.casebook import Casebook, CasebookError, StaleDecision
from stocktake.casebook.deciding import Standing
from stocktake.casebook.search import Copy, FacetValue, FoundReport, ReportSearch
from stocktake.vocabulary import SLOTS, Claim, Decision, EventType, Report
from stocktake.web import forms, marks
from stocktake.web.asking import Asked, Book, Choice, Flag, Key, PageNumber, Who, Words, clean
from stocktake.web.forms import RefusedForm, SlotsForm
from stocktake.web.remembering import remembered
from stocktake.web.safety import may_decide
from stocktake.web.showing import key_of, page, show
from stocktake.web.visible import visible

PER_PAGE = 25
FormData = URLEncodedBody[SlotsForm]


class ReportsPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of the reports found, with the facets to narrow them by."""

    search: ReportSearch
    reports: tuple[FoundReport, ...]
    total: int
    page: int
    pages: int
    facets: dict[str, tuple[FacetValue, ...]]


class Stale(msgspec.Struct, frozen=True, kw_only=True):
    """A decision that was refused because someone decided in the meantime, and what they decided."""

    message: str
    since: tuple[Decision, ...]


class ReportPage(msgspec.Struct, frozen=True, kw_only=True):
    """A report with its claims as they stand."""

    report: Report
    claims: tuple[Standing, ...]
    original: Copy | None = None
    copies: tuple[Copy, ...] = ()
    chosen: str | None = None
    expected: int = 0
    described: int = 0
    history: tuple[Decision, ...] = ()
    refused: str = ""
    stale: Stale | None = None


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """What the form about a report itself sends."""

    published: str = ""
    outlet: str = ""
    reason: str = ""
    expected: str = ""


@page("/reports")
def listing(
    request: Asked,
    book: Book,
    q: Words = "",
    outlet: Choice = None,
    month: Choice = None,
    party: Choice = None,
    event: FromQuery[EventType | None] = None,
    copies: Flag = False,
    sort: Words = "",
    page: PageNumber = 1,
) -> Response[Any]:
    """Reports by words and facets, newest first or best match first."""
    search = ReportSearch(
        words=q.replace("\0", " "),
        outlet=clean(outlet),
        month=month if month and re.fullmatch(r"\d{4}-\d\d", month) else None,
        party=clean(party),
        event=event,
        copies=copies,
        relevance=sort != "newest" and bool(q.strip()),
        limit=PER_PAGE,
        offset=(page - 1) * PER_PAGE,
    )
    found = remembered(book, ("reports", search), lambda: book.search(search))
    counted = msgspec.structs.replace(search, limit=0, offset=0, relevance=False)
    return show(
        request,
        "reports.html",
        ReportsPage(
            search=search,
            reports=found.reports,
            total=found.total,
            page=page,
            pages=max(1, -(-found.total // PER_PAGE)),
            facets=remembered(book, ("report facets", counted), lambda: book.facets(counted)),
        ),
    )


@get("/reports/{key:str}", sync_to_thread=True)
def one(
    request: Asked,
    book: Book,
    key: Key,
    claim: Choice = None,
    start: Annotated[int | None, QueryParameter(name="from", ge=0)] = None,
    end: Annotated[int | None, QueryParameter(name="to", ge=0)] = None,
) -> Response[Any]:
    """A report's text with its claims marked; `claim` opens one, `from` and `to` begin a missed one."""
    return _report(request, book, key_of(key), claim, selection=(start, end) if start is not None else None)


@get("/reports/{key:str}/original", sync_to_thread=True)
def original(book: Book, key: Key) -> Response[bytes]:
    """The bytes that the report was made from, to be saved and never shown: they may be anything."""
    report = book.report(key)
    return Response(
        book.raw(report.id),
        media_type="application/octet-stream",
        headers={
            "content-disposition": f'attachment; filename="{report.id[:12]}.original"',
            "content-security-policy": "default-src 'none'; sandbox",
        },
    )


@get("/claims/{key:str}", sync_to_thread=True)
def claim(request: Asked, book: Book, key: Key) -> Response[Any]:
    """Where a claim stands: its report with the claim open; as JSON the claim itself."""
    found = book.claim(key_of(key))
    if key.endswith(".json"):
        return show(request, "", found)
    return Redirect(f"/reports/{found.report}?claim={found.id}", status_code=303)


@post("/claims/{key:str}/accept", sync_to_thread=True, status_code=303, guards=[may_decide])
def accept(request: Asked, book: Book, who: Who, key: Key, data: FormData) -> Response[Any]:
    """Vouch for a claim as it stands."""
    return _decide(request, book, who, "accept", key, data)


@post("/claims/{key:str}/reject", sync_to_thread=True, status_code=303, guards=[may_decide])
def reject(request: Asked, book: Book, who: Who, key: Key, data: FormData) -> Response[Any]:
    """Take a claim out."""
    return _decide(request, book, who, "reject", key, data)


@post("/claims/{key:str}/set", sync_to_thread=True, status_code=303, guards=[may_decide])
def correct(request: Asked, book: Book, who: Who, key: Key, data: FormData) -> Response[Any]:
    """Correct a claim's slots."""
    return _decide(request, book, who, "set", key, data)


@post("/reports/{key:str}/describe", sync_to_thread=True, status_code=303, guards=[may_decide])
def describe(request: Asked, book: Book, who: Who, key: Key, data: URLEncodedBody[Description]) -> Response[Any]:
    """Say when a report was published or by whom, where it does not say so itself or says it wrongly."""
    report = book.report(key)
    try:
        seen = forms.expected(data.expected)
        value: dict[str, Any] = {}
        if data.published.strip() != (report.published.isoformat() if report.published else ""):
            value["published"] = forms.day(data.published)
        if data.outlet.strip() != visible(report.outlet or ""):
            value["outlet"] = data.outlet.strip() or None
        if not value:
            raise RefusedForm("neither the day nor the outlet differs from what stands there")
        book.decide("describe", report.id, value, reason=data.reason, author=who.name, expected=seen)
    except CasebookError as wrong:
        status = 409 if isinstance(wrong, StaleDecision) else 400
        return _report(request, book, report.id, None, refused=str(wrong), status_code=status)
    return Redirect(f"/reports/{report.id}?did=described", status_code=303)


@post("/reports/{key:str}/claims", sync_to_thread=True, status_code=303, guards=[may_decide])
def add(request: Asked, book: Book, who: Who, key: Key, data: FormData) -> Response[Any]:
    """Add a claim that the reader missed; its quote must stand in the report."""
    report = book.report(key)
    try:
        stated = {name: value for name, value in forms.slots(data).items() if value not in (None, ())}
        quote = data.quote.replace("\r\n", "\n").strip()
        before = {standing.claim.id for standing in book.standings(report.id)}
        book.decide("add", report.id, {**stated, "quote": quote}, reason=data.reason, author=who.name)
    except CasebookError as wrong:
        return _report(request, book, report.id, None, draft=data, refused=str(wrong), status_code=400)
    new = next((s.claim.id for s in book.standings(report.id) if s.claim.id not in before), "")
    return Redirect(f"/reports/{report.id}?claim={new}&did=added", status_code=303)


def _decide(request: Asked, book: Book, who: Who, action: str, key: Key, data: SlotsForm) -> Response[Any]:
    claim = book.claim(key)
    try:
        value = forms.changes(data, claim) if action == "set" else None
        if action == "set" and not value:
            raise RefusedForm("no slot differs from what stands there: change one, or accept the claim")
        seen = forms.expected(data.expected)
        book.decide(action, claim.id, value, reason=data.reason, author=who.name, expected=seen)
    except StaleDecision as stale:
        since = tuple(entry for entry in book.journal(claim.id) if entry.number > (seen or 0))
        told = Stale(message=str(stale), since=since)
        return _report(request, book, claim.report, claim.id, stale=told, status_code=409)
    except CasebookError as wrong:
        draft = data if action == "set" else None
        return _report(request, book, claim.report, claim.id, draft=draft, refused=str(wrong), status_code=400)
    did = {"set": "set", "accept": "accepted", "reject": "rejected"}[action]
    return Redirect(f"/reports/{claim.report}?claim={claim.id}&did={did}", status_code=303)


def _report(
    request: Asked,
    book: Book,
    key: str,
    chosen: str | None,
    *,
    selection: tuple[int, int | None] | None = None,
    draft: SlotsForm | None = None,
    refused: str = "",
    stale: Stale | None = None,
    status_code: int = 200,
) -> Response[Any]:
    report = book.report(key)
    standings = book.standings(report.id)
    opened = next((s for s in standings if s.claim.id == chosen), None)
    history = tuple(book.journal(opened.claim.id)) if opened else ()
    page = ReportPage(
        report=report,
        claims=standings,
        original=book.original_of(report.id),
        copies=book.copies_of(report.id),
        chosen=opened.claim.id if opened else None,
        expected=history[-1].number if history else 0,
        described=book.last_entry(report.id),
        history=history,
        refused=refused,
        stale=stale,
    )
    return show(
        request,
        "report.html",
        page,
        status_code=status_code,
        more=lambda: {**_drawn(page, opened, selection, draft), "finding": _finding_of(book, opened)},
    )


def _drawn(
    page: ReportPage, opened: Standing | None, selection: tuple[int, int | None] | None, draft: SlotsForm | None
) -> dict[str, Any]:
    """What only the HTML needs: the text in runs, the neighbours of the open claim, and the forms."""
    report = page.report
    ids = [standing.claim.id for standing in page.claims]
    at = ids.index(opened.claim.id) if opened else -1
    adding = draft is not None and opened is None
    new = draft if adding else SlotsForm()
    described = {"published": report.published or "", "outlet": report.outlet or "", "expected": page.described}
    words = ""
    if selection is not None and selection[0] < len(report.text):
        start, end = selection[0], selection[1] if selection[1] is not None else selection[0]
        sentence = marks.sentence_around(report.text, start, end, (s.claim for s in page.claims))
        words = report.text[start : max(start, end)]
        new = SlotsForm(quote=report.text[sentence.start : sentence.end])
        adding = True
    return {
        "paragraphs": marks.paragraphs(
            report.text, page.claims, page.chosen, headline=report.text.startswith(report.title or "\0")
        ),
        "open": opened,
        "words": {slot: _words(report.text, opened.claim, slot) for slot in opened.claim.spans} if opened else {},
        "next": ids[(at + 1) % len(ids)] if ids else None,
        "previous": ids[at - 1 if at >= 0 else -1] if ids else None,
        "form": (draft if draft and opened else forms.filled(opened.claim)) if opened else None,
        "editing": draft is not None and opened is not None,
        "adding": adding,
        "new": new,
        "selected": words,
        "events": [event.value for event in EventType],
        "described": described,
        "stated": [slot for slot in SLOTS if getattr(opened.claim, slot)] if opened else [],
    }


def _finding_of(book: Casebook, opened: Standing | None) -> str | None:
    return None if opened is None else book.finding_of([opened.claim.id]).get(opened.claim.id)


def _words(text: str, claim: Claim, slot: str) -> str:
    return " … ".join(text[span.start : span.end] for span in claim.spans[slot])


HANDLERS = [*listing, one, original, claim, accept, reject, correct, describe, add]
