"""Sources: who has spoken, how far each is to be believed, and the grades that people give with a reason."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import URLEncodedBody
from litestar.response import Redirect

from stocktake.casebook import Casebook, CasebookError, SourceEntry, StaleDecision
from stocktake.casebook.browsing import Told
from stocktake.casebook.faults import UnknownId
from stocktake.vocabulary import Decision
from stocktake.web.asking import Asked, Book, Choice, Key, PageNumber, Who, Words, clean
from stocktake.web.forms import expected
from stocktake.web.remembering import remembered
from stocktake.web.safety import may_decide
from stocktake.web.showing import key_of, page, show

PER_PAGE = 50
SAID_PER_PAGE = 20
GRADES = ("A", "B", "C", "D", "E", "F")


class SourcesPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of the register of sources."""

    sources: tuple[SourceEntry, ...]
    kinds: tuple[str, ...]
    q: str
    kind: str | None
    grade: str | None
    total: int
    page: int
    pages: int


class SourcePage(msgspec.Struct, frozen=True, kw_only=True):
    """A source: its grade and why, and what it said."""

    source: SourceEntry
    said: tuple[Told, ...]
    findings: dict[str, str]
    total: int
    page: int
    pages: int
    expected: int = 0
    history: tuple[Decision, ...] = ()
    refused: str = ""
    stale: tuple[Decision, ...] = ()


class Grading(msgspec.Struct, frozen=True, kw_only=True):
    """What the form for a grade sends."""

    grade: str
    reason: str = ""
    expected: str = ""


def _register(book: Casebook) -> tuple[SourceEntry, ...]:
    return remembered(book, "sources", book.sources)


@page("/sources")
def listing(
    request: Asked, book: Book, q: Words = "", kind: Choice = None, grade: Choice = None, page: PageNumber = 1
) -> Response[Any]:
    """Who has spoken, the most quoted first."""
    every = _register(book)
    words = q.casefold().split()
    found = [
        source
        for source in every
        if all(word in source.name.casefold() for word in words)
        and (kind is None or source.kind.value == kind)
        and (grade is None or source.grade == grade)
    ]
    return show(
        request,
        "sources.html",
        SourcesPage(
            sources=tuple(found[(page - 1) * PER_PAGE : page * PER_PAGE]),
            kinds=tuple(sorted({source.kind.value for source in every})),
            q=q,
            kind=clean(kind),
            grade=clean(grade),
            total=len(found),
            page=page,
            pages=max(1, -(-len(found) // PER_PAGE)),
        ),
    )


@get("/sources/{key:str}", sync_to_thread=True)
def one(request: Asked, book: Book, key: Key, page: PageNumber = 1) -> Response[Any]:
    """A source: its grade and why, and what it said, latest first."""
    return _source(request, book, key_of(key), page)


@post("/sources/{key:str}/grade", sync_to_thread=True, status_code=303, guards=[may_decide])
def grade(request: Asked, book: Book, who: Who, key: Key, data: URLEncodedBody[Grading]) -> Response[Any]:
    """Grade a source from A to F, with a reason."""
    try:
        if not data.reason.strip():
            raise CasebookError("a grade needs a reason: say what it rests on")
        seen = expected(data.expected)
        book.grade(key, data.grade, reason=data.reason, author=who.name, expected=seen)
    except StaleDecision:
        since = tuple(entry for entry in _history(book, key) if entry.number > (expected(data.expected) or 0))
        return _source(request, book, key, 1, stale=since, status_code=409)
    except CasebookError as wrong:
        return _source(request, book, key, 1, refused=str(wrong), status_code=400)
    return Redirect(f"/sources/{key}?did=graded", status_code=303)


def _source(
    request: Asked,
    book: Casebook,
    name: str,
    page: int,
    *,
    refused: str = "",
    stale: tuple[Decision, ...] = (),
    status_code: int = 200,
) -> Response[Any]:
    folded = name.casefold()
    source = next((source for source in _register(book) if source.name.casefold() == folded), None)
    if source is None:
        raise UnknownId("source", name, "stocktake sources")
    offset = (page - 1) * SAID_PER_PAGE
    said, total, findings = remembered(
        book, ("said", source.name, page), lambda: book.said_by(source.name, limit=SAID_PER_PAGE, offset=offset)
    )
    history = _history(book, source.name)
    found = SourcePage(
        source=source,
        said=said,
        findings=findings,
        total=total,
        page=page,
        pages=max(1, -(-total // SAID_PER_PAGE)),
        expected=history[-1].number if history else 0,
        history=history,
        refused=refused,
        stale=stale,
    )
    return show(request, "source.html", found, status_code=status_code, more=lambda: {"grades": GRADES})


def _history(book: Casebook, name: str) -> tuple[Decision, ...]:
    return tuple(entry for entry in book.decided("grade", "undo") if entry.target.casefold() == name.casefold())


HANDLERS = [*listing, one, grade]
