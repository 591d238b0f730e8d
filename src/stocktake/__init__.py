"""Stocktake takes stock of an arms programme from public reports."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"
_PUBLIC = ("open", "Book", "Table")


def __getattr__(name: str) -> Any:
    """`stocktake.open` and what it gives, loaded when first asked for: commands that need none of it start fast."""
    if name in _PUBLIC:
        # By name, since the rooms below import this module for its version: the layers stay one way.
        return getattr(import_module("stocktake.api"), name)
    raise AttributeError(f"module 'stocktake' has no attribute {name!r}")
