"""What keeps a casebook safe in a browser: headers, who is asking, what they may do, and forged requests.

Nothing on a page may run but our own files (Content-Security-Policy without inline script, inline style or eval);
nothing is fetched from anywhere else. Changes need a token that only our pages hold, and must come from our pages
(`Origin` or `Sec-Fetch-Site`). Without accounts only loopback names are answered, which stops DNS rebinding.
"""

from __future__ import annotations

import getpass
import re
from typing import Any
from urllib.parse import quote, urlsplit

from anyio import to_thread
from litestar.config.csrf import CSRFConfig
from litestar.connection import ASGIConnection, Request
from litestar.datastructures import Cookie, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.exceptions import PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from litestar.response.base import ASGIResponse
from litestar.response.redirect import ASGIRedirectResponse
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from stocktake.casebook.accounts import SESSION_LASTS, Account, Accounts, Role, now
from stocktake.web import LOOPBACK

SESSION_COOKIE = "stocktake_session"
CSRF_COOKIE = "stocktake_csrf"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN_PATHS = re.compile(r"/(static/|sign-in$|healthy$)")


POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def only_user() -> Account:
    """Whoever runs the server on their own machine: may do everything, and signs decisions with the system's name."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = "analyst"
    return Account(name=name, role=Role.admin, created=now())


class Guarded:
    """Wraps the whole application: lets through only who may ask, and puts the headers on every answer."""

    def __init__(self, app: ASGIApp, accounts: Accounts | None, https: bool = False) -> None:
        self.app = app
        self.accounts = accounts
        self.headers = {**HEADERS, "cache-control": "no-store"}
        if https:
            self.headers["strict-transport-security"] = "max-age=31536000"
        self.only_user = None if accounts else only_user()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request: who asks, whether they may, then the application; headers on whatever is answered."""
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableScopeHeaders.from_message(message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        request: Request[Any, Any, Any] = Request(scope)
        scope["user"] = await self._who(request)
        refusal = self._refusal(request)
        await (self.app if refusal is None else refusal)(scope, receive, with_headers)

    def _refusal(self, request: Request[Any, Any, Any]) -> ASGIApp | None:
        """Why this request goes no further: the host's name, where a change comes from, or that no one signed in."""
        host = host_name(request.headers.get("host", ""))
        if self.accounts is None and host not in LOOPBACK:
            return _say(
                f"This casebook answers only to localhost, not to {host or 'no name'}. Open it as http://localhost, "
                "or start it with accounts (stocktake serve --accounts)."
            )
        if request.method not in SAFE_METHODS and not _from_here(request):
            return _say("A change must come from the casebook's own pages; this request came from elsewhere.")
        if request.scope["user"] is None and not OPEN_PATHS.match(request.url.path):
            if request.url.path.endswith(".json") or request.method not in SAFE_METHODS:
                return _say("Sign in first.", 401)
            asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return ASGIRedirectResponse(path=f"/sign-in?next={quote(asked, safe='')}", status_code=303)
        return None

    async def _who(self, connection: ASGIConnection[Any, Any, Any, Any]) -> Account | None:
        if self.accounts is None:
            return self.only_user
        token = connection.cookies.get(SESSION_COOKIE)
        if not token:
            return None
        return await to_thread.run_sync(self.accounts.session, token)


def _say(sentence: str, status_code: int = 403) -> ASGIApp:
    return ASGIResponse(body=sentence.encode(), media_type="text/plain; charset=utf-8", status_code=status_code)


def _from_here(request: Request[Any, Any, Any]) -> bool:
    """Whether a change comes from one of our own pages, as far as the browser says; other clients say nothing."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def host_name(host: str) -> str:
    """The name in a Host header, without its port."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def may_decide(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """A guard for every change: readers look only."""
    account: Account | None = connection.scope.get("user")
    if account is None or not account.role.may_decide:
        raise PermissionDeniedException("Your account may read, not change. Ask an admin for the role analyst.")


def may_keep_accounts(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """A guard for the pages about accounts."""
    account: Account | None = connection.scope.get("user")
    if account is None or account.role is not Role.admin:
        raise PermissionDeniedException("Only an admin may see and change accounts.")


def session_cookie(token: str, *, https: bool) -> Cookie:
    """The cookie of a session: for this site only, not for scripts, and as long as the session lasts."""
    return Cookie(
        key=SESSION_COOKIE,
        value=token,
        httponly=True,
        samesite="lax",
        secure=https,
        max_age=int(SESSION_LASTS.total_seconds()),
    )


def against_forgery(secret: str, https: bool) -> CSRFConfig:
    """The token that every form carries; its cookie is not for scripts, pages hold the token in a meta element."""
    return CSRFConfig(
        secret=secret, cookie_name=CSRF_COOKIE, cookie_httponly=True, cookie_samesite="strict", cookie_secure=https
    )
