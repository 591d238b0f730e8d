"""This room's words and numbers, which lie beside the code as TOML."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def words(name: str) -> dict[str, Any]:
    """The data file of that name, read once."""
    return tomllib.loads(files("stocktake.weighing").joinpath(f"{name}.toml").read_text(encoding="utf-8"))
