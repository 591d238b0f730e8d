"""How a page is shown: one struct of data, as HTML by a Jinja template or as JSON when the address ends in `.json`.

Every value that a template prints is escaped and passes through `visible`, so that no page can forget to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jinja2
import markupsafe
import msgspec
from litestar import MediaType, Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.utils.scope.state import ScopeState

from stocktake.web import charts, wording
from stocktake.web.visible import visible

HERE = Path(__file__).parent
STATIC = HERE / "static"

NAVIGATION = (
    ("/", "Overview"),
    ("/reports", "Reports"),
    ("/findings", "Findings"),
    ("/timeline", "Timeline"),
    ("/conflicts", "Conflicts"),
    ("/sources", "Sources"),
    ("/forecast", "Forecast"),
    ("/journal", "Journal"),
)


def _shown(value: object) -> object:
    """What Jinja prints for a value: nothing for None, text with its unseen characters made visible."""
    if value is None:
        return ""
    if isinstance(value, str) and not isinstance(value, markupsafe.Markup):
        return visible(value)
    return value


@lru_cache
def fingerprint(name: str) -> str:
    """The address of a static file, with a mark of its content so that browsers may keep it for ever."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def address(path: str, **changes: object) -> str:
    """A path with a query; empty values are left out, lists repeat the name."""
    pairs = [(name, value) for name, value in changes.items() if value not in (None, "", [], (), False)]
    query = urlencode(pairs, doseq=True)
    return f"{path}?{query}" if query else path


@lru_cache
def templates() -> jinja2.Environment:
    """The templates with the formats that the whole of Stocktake shares (`telling`) as filters."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
        auto_reload=False,
    )
    environment.filters.update(wording.FILTERS)
    environment.globals.update(
        static=fingerprint, address=address, navigation=NAVIGATION, bundle_address=charts.bundle_address
    )
    return environment


def wants_json(request: Request[Any, Any, Any]) -> bool:
    """Whether the address asks for JSON."""
    return request.url.path.endswith(".json")


def key_of(name: str) -> str:
    """The id in the last part of an address, without the `.json` that only says how to show it."""
    return name.removesuffix(".json")


def show(
    request: Request[Any, Any, Any],
    template: str,
    page: msgspec.Struct,
    *,
    status_code: int = 200,
    more: Callable[[], dict[str, Any]] | None = None,
) -> Response[Any]:
    """One page as HTML or JSON; `more` makes what only the HTML needs."""
    if wants_json(request):
        return Response(msgspec.json.encode(page), media_type=MediaType.JSON, status_code=status_code)
    return Response(
        templates().get_template(template).render(page=page, shell=shell(request), **(more() if more else {})),
        media_type=MediaType.HTML,
        status_code=status_code,
    )


def shell(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """What every page's frame needs: who looks, which casebook, where we are, the token against forged forms."""
    state = request.app.state
    return {
        "who": request.scope.get("user"),
        "signed_in": state.accounts_demanded,
        "book": state.book_name,
        "path": request.url.path,
        "here": _section(request.url.path),
        "query": request.url.query,
        "json": _json_address(request),
        "csrf": ScopeState.from_scope(request.scope).csrf_token or "",
        "done": wording.DONE.get(request.query_params.get("did", ""), ""),
    }


def _section(path: str) -> str:
    first = "/" + path.strip("/").split("/")[0]
    return {"/overview": "/", "/claims": "/reports"}.get(first, first)


def _json_address(request: Request[Any, Any, Any]) -> str:
    path = "/overview" if request.url.path == "/" else request.url.path
    return f"{path}.json?{request.url.query}" if request.url.query else f"{path}.json"


def page(path: str, **options: Any) -> Callable[[Callable[..., Any]], list[HTTPRouteHandler]]:
    """Handlers of a page at its address and, as JSON, at the same with `.json`."""
    json_path = "/overview.json" if path == "/" else f"{path}.json"

    def register(function: Callable[..., Any]) -> list[HTTPRouteHandler]:
        return [get(where, sync_to_thread=True, **options)(function) for where in (path, json_path)]

    return register
