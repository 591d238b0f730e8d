"""One's own password: the old one, and the new one twice."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.datastructures import State
from litestar.middleware.rate_limit import RateLimitConfig
from litestar.params import URLEncodedBody
from litestar.response import Redirect

from stocktake.casebook.accounts import SHORTEST_PASSWORD, AccountError, Accounts, SignInError
from stocktake.web.asking import Asked, Who
from stocktake.web.safety import session_cookie
from stocktake.web.showing import show


class PasswordPage(msgspec.Struct, frozen=True, kw_only=True):
    """Whose password it is, how long it must be, and why the last try was refused."""

    name: str
    shortest: int = SHORTEST_PASSWORD
    refused: str = ""


class NewPassword(msgspec.Struct, frozen=True, kw_only=True):
    """What the form sends."""

    old: str
    new: str
    again: str


def _demand_signing_in(state: State) -> None:
    if not state.accounts_demanded:
        raise AccountError("this server runs without sign-in: there is no password to change")


@get("/password", sync_to_thread=False)
def form(request: Asked, state: State, who: Who) -> Response[Any]:
    """The form to change one's own password."""
    _demand_signing_in(state)
    return show(request, "password.html", PasswordPage(name=who.name))


@post(
    "/password",
    sync_to_thread=True,
    status_code=303,
    middleware=[RateLimitConfig(rate_limit=("minute", 30)).middleware],
)
def change(request: Asked, state: State, who: Who, data: URLEncodedBody[NewPassword]) -> Response[Any]:
    """Change one's own password; every other session of the account ends."""
    _demand_signing_in(state)
    accounts: Accounts = state.accounts
    try:
        if data.new != data.again:
            raise AccountError("the two new passwords differ; type the same one twice")
        token = accounts.change_password(who.name, data.old, data.new)
    except SignInError as refused:
        return _again(request, who.name, _of_the_old_one(str(refused)))
    except AccountError as refused:
        return _again(request, who.name, f"{str(refused)[:1].upper()}{str(refused)[1:]}.")
    return Redirect("/?did=password", status_code=303, cookies=[session_cookie(token, https=state.https)])


def _of_the_old_one(refused: str) -> str:
    """Why the old password was refused, in words for someone who is signed in: the name is known to be right."""
    return refused if refused.startswith("Too many") else "The old password is not right. Check it and try again."


def _again(request: Asked, name: str, refused: str) -> Response[Any]:
    return show(request, "password.html", PasswordPage(name=name, refused=refused), status_code=400)


HANDLERS = [form, change]
