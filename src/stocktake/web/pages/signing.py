"""Signing in and out."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.datastructures import State
from litestar.middleware.rate_limit import RateLimitConfig
from litestar.params import URLEncodedBody
from litestar.response import Redirect

from stocktake.casebook.accounts import Accounts, SignInError
from stocktake.web.asking import Asked, Words
from stocktake.web.safety import SESSION_COOKIE, session_cookie
from stocktake.web.showing import show


class SignInPage(msgspec.Struct, frozen=True, kw_only=True):
    """The form, and why the last try was refused."""

    next: str = "/"
    name: str = ""
    refused: str = ""


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """What the form sends."""

    name: str
    password: str
    next: str = "/"


def local(path: str) -> str:
    """The path if it is one of ours, else the overview: a link must not lead anyone elsewhere after signing in."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"


@get("/sign-in", sync_to_thread=False)
def form(request: Asked, next: Words = "/") -> Response[Any]:
    """The form to sign in with."""
    return show(request, "sign_in.html", SignInPage(next=local(next)))


@post(
    "/sign-in",
    sync_to_thread=True,
    status_code=200,
    middleware=[RateLimitConfig(rate_limit=("minute", 30)).middleware],
)
def sign_in(
    request: Asked,
    state: State,
    data: URLEncodedBody[SignIn],
) -> Response[Any]:
    """Open a session; a wrong password is told without saying whether the name exists."""
    accounts: Accounts = state.accounts
    try:
        token = accounts.sign_in(data.name, data.password)
    except SignInError as refused:
        page = SignInPage(next=local(data.next), name=data.name[:64], refused=str(refused))
        return show(request, "sign_in.html", page, status_code=401)
    return Redirect(local(data.next), status_code=303, cookies=[session_cookie(token, https=state.https)])


@post("/sign-out", sync_to_thread=True, status_code=303)
def sign_out(request: Asked, state: State) -> Redirect:
    """End the session."""
    accounts: Accounts = state.accounts
    if token := request.cookies.get(SESSION_COOKIE):
        accounts.sign_out(token)
    response = Redirect("/sign-in" if state.accounts_demanded else "/", status_code=303)
    response.delete_cookie(SESSION_COOKIE)
    return response


HANDLERS = [form, sign_in, sign_out]
