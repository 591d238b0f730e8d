"""The journal: who decided what, when and why; and the way back."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Response, post
from litestar.params import PathParameter, URLEncodedBody
from litestar.response import Redirect

from stocktake.casebook.search import JournalRow
from stocktake.web.asking import Asked, Book, Choice, PageNumber, Who, clean
from stocktake.web.pages.signing import local
from stocktake.web.safety import may_decide
from stocktake.web.showing import page, show

PER_PAGE = 50


class JournalPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of the journal, newest first."""

    entries: tuple[JournalRow, ...]
    total: int
    page: int
    pages: int
    author: str | None = None
    action: str | None = None
    last_mine: int | None = None


class Undo(msgspec.Struct, frozen=True, kw_only=True):
    """What the undo buttons send: why, and where to go back to."""

    reason: str = ""
    back: str = "/journal"


@page("/journal")
def listing(
    request: Asked,
    book: Book,
    who: Who,
    author: Choice = None,
    action: Choice = None,
    page: PageNumber = 1,
) -> Response[Any]:
    """Every decision, newest first."""
    entries, total = book.journal_page(
        author=clean(author), action=clean(action), limit=PER_PAGE, offset=(page - 1) * PER_PAGE
    )
    mine = (
        row.decision.number
        for row in entries
        if row.decision.author == who.name and not row.decision.undone and row.decision.action != "undo"
    )
    return show(
        request,
        "journal.html",
        JournalPage(
            entries=entries,
            total=total,
            page=page,
            pages=max(1, -(-total // PER_PAGE)),
            author=author,
            action=action,
            last_mine=next(mine, None),
        ),
    )


@post("/journal/{number:int}/undo", sync_to_thread=True, status_code=303, guards=[may_decide])
def undo(
    request: Asked,
    book: Book,
    who: Who,
    number: Annotated[int, PathParameter(ge=1, le=2**53)],
    data: URLEncodedBody[Undo],
) -> Response[Any]:
    """Take one decision back; that is an entry of its own, and can be undone too."""
    book.undo(number, author=who.name, reason=data.reason)
    back = local(data.back)
    return Redirect(f"{back}{'&' if '?' in back else '?'}did=undone", status_code=303)


HANDLERS = [*listing, undo]
