"""The casebook as a web application: every page, what guards it, and how trouble is told."""

from __future__ import annotations

import importlib.metadata
import logging
from typing import Any

import msgspec
from litestar import Litestar, MediaType, Request, Response, Router, get
from litestar.datastructures import CacheControlHeader, State
from litestar.di import Provide
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.static_files import create_static_files_router

from stocktake.casebook import AmbiguousId, Casebook, CasebookError, FaultyStorage, StaleDecision, UnknownId
from stocktake.casebook.accounts import Account, Accounts
from stocktake.web import safety
from stocktake.web.pages import HANDLERS
from stocktake.web.showing import STATIC, show

LARGEST_REQUEST = 64 * 1024 * 1024
log = logging.getLogger("stocktake.web")


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """Why a page can't be shown or a change was not made."""

    status: int
    title: str
    detail: str


TITLES = {
    400: "That can’t be asked",
    401: "Sign in first",
    403: "Not allowed",
    404: "Nothing here",
    405: "Not possible here",
    409: "Someone was faster",
    413: "Too large",
    429: "Too many requests",
}


def application(
    book: Casebook, *, name: str, accounts_demanded: bool, https: bool = False, allow_private: bool = False
) -> safety.Guarded:
    """The web application over an open casebook.

    With `accounts_demanded` nobody sees anything without signing in; without, only loopback names are answered.
    `https` says that a proxy in front speaks HTTPS, so that cookies are for HTTPS only. `allow_private` lets a URL
    that someone adds lead into the private network, as for `stocktake add`.
    """
    kept = Accounts(book)
    return safety.Guarded(
        Litestar(
            route_handlers=[*HANDLERS, healthy, static_files()],
            state=State(
                {
                    "book": book,
                    "accounts": kept,
                    "accounts_demanded": accounts_demanded,
                    "book_name": name,
                    "https": https,
                    "allow_private": allow_private,
                }
            ),
            dependencies={
                "book": Provide(_book, sync_to_thread=False),
                "who": Provide(_who, sync_to_thread=False),
            },
            csrf_config=safety.against_forgery(kept.key("csrf"), https),
            exception_handlers={Exception: trouble},
            openapi_config=openapi(),
            request_max_body_size=LARGEST_REQUEST,
            logging_config=None,
        ),
        kept if accounts_demanded else None,
        https,
    )


def static_files() -> Router:
    """Our style sheets, scripts and pictures; their addresses carry a mark of the content, so browsers keep them."""
    return create_static_files_router(
        path="/static",
        directories=[STATIC],
        cache_control=CacheControlHeader(max_age=31536000, immutable=True, private=True),
        opt={"exclude_from_csrf": True},
    )


def openapi() -> OpenAPIConfig:
    """The description of every address, as JSON only: the usual viewers would load scripts from elsewhere."""
    return OpenAPIConfig(
        title="Stocktake",
        version=importlib.metadata.version("stocktake"),
        description="Every page of the casebook is also JSON: the same address with `.json`.",
        use_handler_docstrings=True,
        path="/openapi",
        render_plugins=[JsonRenderPlugin(path="/openapi.json")],
    )


@get("/healthy", media_type=MediaType.TEXT, sync_to_thread=False, include_in_schema=False)
def healthy() -> str:
    """For monitors: answers while the server runs."""
    return "ok"


def _book(state: State) -> Casebook:
    book: Casebook = state.book
    return book


def _who(request: Request[Any, Any, Any]) -> Account:
    account: Account = request.scope["user"]
    return account


def trouble(request: Request[Any, Any, Any], fault: Exception) -> Response[Any]:
    """Any fault as a page (or JSON) that says what is wrong and what to do; the unexpected goes to the log."""
    status, detail = _told(request, fault)
    if status >= 500:
        log.error("%s %s failed", request.method, request.url.path, exc_info=fault)
    page = Trouble(status=status, title=TITLES.get(status, "Something went wrong"), detail=detail)
    response = show(request, "trouble.html", page, status_code=status)
    if status == 403:
        # A page that was open across an upgrade holds an old token; the next page load hands out a fresh one.
        response.delete_cookie(safety.CSRF_COOKIE)
    return response


def _told(request: Request[Any, Any, Any], fault: Exception) -> tuple[int, str]:
    match fault:
        case UnknownId() | AmbiguousId():
            return 404, _sentence(str(fault))
        case StaleDecision():
            return 409, _sentence(str(fault))
        case FaultyStorage():
            return 503, _sentence(str(fault))
        case CasebookError():
            return 400, _sentence(str(fault))
        case ValidationException():
            return 400, _invalid(fault)
        case HTTPException(status_code=404):
            return 404, f"There is no page at {request.url.path}."
        case HTTPException(status_code=403, detail=detail) if "CSRF" in detail:
            return 403, "This page had been open for too long or came from elsewhere. Go back, reload it and try again."
        case HTTPException() if fault.status_code < 500:
            return fault.status_code, fault.detail
    return 500, "This is a fault of Stocktake, not yours; the server's log has the details. Nothing was changed."


def _sentence(words: str) -> str:
    """A command line's message as a sentence of a page."""
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "?", "!")) else ".")


def _invalid(fault: ValidationException) -> str:
    extra: Any = fault.extra or []
    named = [f"{item.get('key', 'a value')}: {item.get('message', '')}" for item in extra if isinstance(item, dict)]
    return _sentence("; ".join(named) or fault.detail)
