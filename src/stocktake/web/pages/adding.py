"""Adding reports: files dropped, an address, or pasted text; what became of each is told as it happens.

With a script on the page the answer is a stream of JSON lines, one as each document is read, so that a large folder
shows its progress; without, the same work answers with a page once it is done.
"""

from __future__ import annotations

import hashlib
import queue
import threading
from collections.abc import Iterator
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.datastructures import State, UploadFile
from litestar.params import MultipartBody, URLEncodedBody
from litestar.response import Redirect, Stream

from stocktake import reports
from stocktake.casebook import Casebook, CasebookError
from stocktake.casebook.adding import Added, Document
from stocktake.vocabulary import Failure
from stocktake.web.asking import Asked, Book
from stocktake.web.forms import day
from stocktake.web.safety import may_decide
from stocktake.web.showing import page, show

LINES = "application/x-ndjson"


class AddedReport(msgspec.Struct, frozen=True):
    """A report that came in, enough to name it."""

    id: str
    title: str | None


class AddPage(msgspec.Struct, frozen=True, kw_only=True):
    """The forms, and what the last one brought."""

    done: bool = False
    added: tuple[AddedReport, ...] = ()
    known: int = 0
    claims: int = 0
    failures: tuple[Failure, ...] = ()


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """What the form for an address sends."""

    address: str


class Pasted(msgspec.Struct, frozen=True, kw_only=True):
    """What the form for pasted text sends."""

    text: str
    title: str = ""
    published: str = ""
    outlet: str = ""
    url: str = ""


class Uploaded(msgspec.Struct, frozen=True, kw_only=True):
    """What the form for files sends."""

    files: list[UploadFile]
    published: str = ""
    outlet: str = ""


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the stream: a document read, or at the end what came of all."""

    name: str | None = None
    page: AddPage | None = None
    fault: str | None = None


@page("/add", guards=[may_decide])
def forms(request: Asked) -> Response[Any]:
    """The forms to add reports with."""
    return show(request, "add.html", AddPage())


@post("/add/files", guards=[may_decide], status_code=200)
async def files(
    request: Asked,
    book: Book,
    data: MultipartBody[Uploaded],
) -> Response[Any] | Stream:
    """Add files that were dropped or chosen."""
    held = [(file.filename, await file.read()) for file in data.files]
    published = day(data.published)

    def documents() -> Iterator[Document | Failure]:
        for name, raw in held:
            yield from reports.take(raw, name, published=published, outlet=_line(data.outlet))

    return await _added(request, book, documents())


@post("/add/text", guards=[may_decide], status_code=200)
async def text(
    request: Asked,
    book: Book,
    data: URLEncodedBody[Pasted],
) -> Response[Any] | Stream:
    """Add pasted text; it is kept as a line of JSON with what was said about it."""
    body = data.text.replace("\r\n", "\n").strip()
    title = _line(data.title)
    record = {
        "id": hashlib.sha256(f"{title or ''}\n{body}".encode("utf-8", "replace")).hexdigest(),
        "url": _line(data.url),
        "outlet": _line(data.outlet),
        "published": day(data.published),
        "title": title,
        "text": f"{title}\n{body}" if title and not body.startswith(title) else body,
    }
    return await _added(request, book, reports.take(msgspec.json.encode(record) + b"\n", "pasted text.jsonl"))


@post("/add/address", guards=[may_decide], status_code=200)
async def address(
    request: Asked,
    state: State,
    book: Book,
    data: URLEncodedBody[Address],
) -> Response[Any] | Stream:
    """Fetch an address and add what it holds, under the rules of `stocktake add`."""
    wanted = data.address.strip()
    if not reports.is_url(wanted):
        failure = Failure(wanted or "nothing", "is no address: one that begins with http:// or https:// is expected")
        return show(request, "add.html", AddPage(done=True, failures=(failure,)), status_code=400)
    return await _added(request, book, reports.load(wanted, allow_private=state.allow_private))


@get(["/add/files", "/add/text", "/add/address"], sync_to_thread=False, include_in_schema=False)
def back() -> Redirect:
    """Someone reloads the page that told what was added."""
    return Redirect("/add", status_code=303)


async def _added(request: Asked, book: Casebook, documents: Iterator[Document | Failure]) -> Response[Any] | Stream:
    steps = _steps(book, documents)
    if LINES in request.headers.get("accept", ""):
        return Stream((msgspec.json.encode(step) + b"\n" for step in steps), media_type=LINES)
    page, fault = await _last(steps)
    if page is None:
        raise CasebookError(fault or "nothing came of it")
    return show(request, "add.html", page, status_code=200 if not page.failures or page.added else 400)


async def _last(steps: Iterator[Step]) -> tuple[AddPage | None, str | None]:
    from anyio import to_thread

    every = await to_thread.run_sync(lambda: list(steps))
    return every[-1].page, every[-1].fault


def _steps(book: Casebook, documents: Iterator[Document | Failure]) -> Iterator[Step]:
    """Adds in a thread of its own and tells each document as it is done, then the whole."""
    told: queue.SimpleQueue[Step] = queue.SimpleQueue()
    titles: dict[str, str | None] = {}

    def passing() -> Iterator[Document | Failure]:
        for document in documents:
            if not isinstance(document, Failure):
                titles[document.report.id] = document.report.title
            yield document

    def work() -> None:
        try:
            added = book.add_documents(passing(), progress=lambda name: told.put(Step(name=name)))
            told.put(Step(page=_page(added, titles)))
        except CasebookError as fault:
            told.put(Step(fault=str(fault)))
        except Exception as fault:
            told.put(Step(fault=f"a fault of Stocktake ({type(fault).__name__}); what was added before it is kept"))

    threading.Thread(target=work, daemon=True).start()
    while True:
        step = told.get()
        yield step
        if step.name is None:
            return


def _page(added: Added, titles: dict[str, str | None]) -> AddPage:
    return AddPage(
        done=True,
        added=tuple(AddedReport(report_id, titles.get(report_id)) for report_id in added.new),
        known=len(added.known),
        claims=added.claims,
        failures=added.failures,
    )


def _line(text: str) -> str | None:
    return " ".join(text.split()) or None


HANDLERS = [*forms, files, text, address, back]
