"""`stocktake serve` opens the casebook in a browser; `stocktake account` keeps who may sign in."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from stocktake.casebook import Casebook
    from stocktake.web import Settings

accounts = typer.Typer(no_args_is_help=True, help="Who may sign in to a casebook that is served with accounts.")


PANEL = "In a browser"
PasswordFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Read the password from this file's first line instead of asking."),
]


class RoleName(StrEnum):
    """What an account may do."""

    reader = "reader"
    analyst = "analyst"
    admin = "admin"


def register(app: typer.Typer) -> None:
    """Adds the verbs of this module."""
    app.command(rich_help_panel=PANEL)(serve)
    app.add_typer(accounts, name="account", rich_help_panel=PANEL)


def serve(
    context: typer.Context,
    host: Annotated[
        str, typer.Option(help="The address to listen at. Any but loopback demands accounts.", metavar="ADDRESS")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen at.", min=0, max=65535)] = 8380,
    demand_accounts: Annotated[bool, typer.Option("--accounts", help="Demand accounts on loopback too.")] = False,
    https: Annotated[
        bool, typer.Option("--https", help="A proxy in front speaks HTTPS: mark cookies for HTTPS only.")
    ] = False,
    workers: Annotated[int, typer.Option(help="Processes that answer requests.", min=1, max=64)] = 1,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Let added addresses lead to this machine or its local network.")
    ] = False,
) -> None:
    """Open the casebook in a browser, on this machine only unless told otherwise."""
    from stocktake import casebook
    from stocktake.cli.session import address, say
    from stocktake.web import LOOPBACK, Settings, served_name

    demanded = demand_accounts or host not in LOOPBACK
    where = address(context)
    with casebook.open(where) as book:
        if demanded and not _has_accounts(book):
            raise casebook.CasebookError(
                f"to serve on {host}, people must sign in, and there is no account yet: "
                "make one with `stocktake account add NAME --role admin`, then serve again"
            )
        name = served_name(book.address)
    settings = Settings(casebook=where, name=name, accounts_demanded=demanded, https=https, allow_private=allow_private)
    shown = f"[{host}]" if ":" in host else host
    _demand_free(host, port)
    say(f"Serving {name} at http://{shown}:{port}/ (Ctrl+C stops)")
    if demanded and not https and host not in LOOPBACK:
        say("Passwords travel unencrypted: put a proxy that speaks HTTPS in front and add --https.")
    _run(settings, host, port, workers)


def _demand_free(host: str, port: int) -> None:
    """Complains before anything is said of an address that cannot be listened at."""
    import socket

    from stocktake.casebook import CasebookError

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        if os.name == "posix":
            # As the server itself does: a port that was left a moment ago is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as fault:
            reason = fault.strerror or str(fault)
            raise CasebookError(
                f"cannot listen at {host}, port {port} ({reason}): end what listens there, or give another --port"
            ) from None


def _run(settings: Settings, host: str, port: int, workers: int) -> None:
    import msgspec
    import uvicorn

    os.environ["STOCKTAKE_SERVE"] = msgspec.json.encode(settings).decode()
    uvicorn.run(
        "stocktake.web:served",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=5,
        timeout_worker_healthcheck=60,
    )


@accounts.command("add")
def add_account(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The name to sign in with.")],
    role: Annotated[RoleName, typer.Option(help="reader looks, analyst also decides, admin also keeps accounts.")],
    password_file: PasswordFile = None,
) -> None:
    """Make an account, or give an existing one a new password and role."""
    from stocktake.casebook.accounts import Accounts, Role
    from stocktake.cli.session import opened

    password = _password(password_file)
    with opened(context, create=True) as book:
        kept = Accounts(book)
        if any(account.name == name for account in kept.all()):
            kept.set_password(name, password)
            kept.set_role(name, Role(role.value))
            print(f"{name} has a new password and the role {role.value}")
        else:
            kept.add(name, password, Role(role.value))
            print(f"{name} may sign in as {role.value}")


@accounts.command("password")
def change_password(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The account that gets a new password.")],
    password_file: PasswordFile = None,
) -> None:
    """Give an account a new password: its sessions end, and a lock is lifted."""
    from stocktake.casebook.accounts import Accounts
    from stocktake.cli.session import opened

    with opened(context) as book:
        kept = Accounts(book)
        kept.get(name)
        kept.set_password(name, _password(password_file))
    print(f"{name} has a new password; whoever was signed in as {name} must sign in again")


@accounts.command("list")
def list_accounts(context: typer.Context) -> None:
    """List the accounts with their roles."""
    from rich.table import Table

    from stocktake.casebook.accounts import Accounts
    from stocktake.cli.session import opened, show

    with opened(context) as book:
        found = Accounts(book).all()
    if not found:
        print("No accounts yet: `stocktake account add NAME --role admin` makes one.")
        return
    table = Table("name", "role", "since", "locked until", box=None)
    for account in found:
        locked = f"{account.locked_until:%Y-%m-%d %H:%M} UTC" if account.locked_until else ""
        table.add_row(account.name, account.role.value, f"{account.created:%Y-%m-%d}", locked)
    show(table)


@accounts.command("remove")
def remove_account(
    context: typer.Context, name: Annotated[str, typer.Argument(help="The account to take away.")]
) -> None:
    """Take an account away; what it decided stays in the journal."""
    from stocktake.casebook.accounts import Accounts
    from stocktake.cli.session import opened

    with opened(context) as book:
        Accounts(book).remove(name)
    print(f"{name} can't sign in any more")


def _password(file: Path | None) -> str:
    if file is None:
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    try:
        return file.read_text(encoding="utf-8").splitlines()[0]
    except (OSError, IndexError):
        raise typer.BadParameter(f"{file} can't be read or is empty; its first line must be the password") from None


def _has_accounts(book: Casebook) -> bool:
    from stocktake.casebook.accounts import Accounts

    return Accounts(book).any()
