"""Accounts, for admins: who may sign in, and with what role."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, post
from litestar.datastructures import State
from litestar.params import URLEncodedBody
from litestar.response import Redirect

from stocktake.casebook.accounts import Account, AccountError, Accounts, Role
from stocktake.web.asking import Asked
from stocktake.web.safety import may_keep_accounts
from stocktake.web.showing import page, show


class AccountsPage(msgspec.Struct, frozen=True, kw_only=True):
    """Every account, and why the last change was refused."""

    accounts: tuple[Account, ...]
    roles: tuple[Role, ...] = tuple(Role)
    demanded: bool = False
    refused: str = ""


class NewAccount(msgspec.Struct, frozen=True, kw_only=True):
    """What the form for a new account sends."""

    name: str
    password: str
    role: Role


class AccountChange(msgspec.Struct, frozen=True, kw_only=True):
    """What a row's buttons send: a new role, or what to do."""

    name: str
    action: str
    role: Role = Role.reader


def _page(request: Asked, state: State, refused: str = "") -> Response[Any]:
    accounts: Accounts = state.accounts
    page = AccountsPage(accounts=tuple(accounts.all()), demanded=state.accounts_demanded, refused=refused)
    return show(request, "accounts.html", page, status_code=400 if refused else 200)


@page("/accounts", guards=[may_keep_accounts])
def listing(request: Asked, state: State) -> Response[Any]:
    """Every account with its role."""
    return _page(request, state)


@post("/accounts/new", sync_to_thread=True, status_code=303, guards=[may_keep_accounts])
def add(
    request: Asked,
    state: State,
    data: URLEncodedBody[NewAccount],
) -> Response[Any]:
    """A new account."""
    accounts: Accounts = state.accounts
    try:
        accounts.add(data.name, data.password, data.role)
    except AccountError as refused:
        return _page(request, state, str(refused))
    return Redirect("/accounts?did=account", status_code=303)


@post("/accounts/change", sync_to_thread=True, status_code=303, guards=[may_keep_accounts])
def change(
    request: Asked,
    state: State,
    data: URLEncodedBody[AccountChange],
) -> Response[Any]:
    """Change a role, lift a lock or take an account away."""
    accounts: Accounts = state.accounts
    try:
        match data.action:
            case "role":
                accounts.set_role(data.name, data.role)
            case "unlock":
                accounts.unlock(data.name)
            case "remove":
                accounts.remove(data.name)
            case other:
                raise AccountError(f"{other!r} can't be done to an account: role, unlock or remove can")
    except AccountError as refused:
        return _page(request, state, str(refused))
    return Redirect("/accounts?did=account", status_code=303)


HANDLERS = [*listing, add, change]
