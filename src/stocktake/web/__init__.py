"""The casebook in a browser: server-rendered pages, each also as JSON at the same address with `.json`.

The door is `application(book, ...)`, an ASGI application over an open casebook; `served` is the same for a process
that a server starts, with its `Settings` from the environment.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from stocktake.web.safety import Guarded

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What `stocktake serve` was told."""

    casebook: str
    name: str
    accounts_demanded: bool
    https: bool = False
    allow_private: bool = False


def served_name(address: str) -> str:
    """What pages call the casebook: the last part of its address."""
    return address.rstrip("/").rsplit("/", 1)[-1] or address


def served() -> Guarded:
    """The application for a server's process, from STOCKTAKE_SERVE."""
    from stocktake import casebook
    from stocktake.web.application import application

    settings = msgspec.json.decode(os.environ["STOCKTAKE_SERVE"], type=Settings)
    return application(
        casebook.open(settings.casebook, create=False),
        name=settings.name,
        accounts_demanded=settings.accounts_demanded,
        https=settings.https,
        allow_private=settings.allow_private,
    )


__all__ = ["LOOPBACK", "Settings", "served", "served_name"]
