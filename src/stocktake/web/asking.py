"""What a request may carry, by name: the casebook and the account that handlers work with, ids, pages and choices."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Request
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter

from stocktake.casebook import Casebook
from stocktake.casebook.accounts import Account

Asked = Request[Any, Any, State]
Book = NamedDependency[Casebook]
Who = NamedDependency[Account]

Key = Annotated[str, PathParameter(min_length=1, max_length=200)]
Choice = Annotated[str | None, QueryParameter(max_length=300)]
Words = Annotated[str, QueryParameter(max_length=500)]
PageNumber = Annotated[int, QueryParameter(ge=1, le=100_000)]
Flag = Annotated[bool, QueryParameter()]


def clean(value: str | None) -> str | None:
    """A choice as a query of the database takes it: not empty, without the character that PostgreSQL refuses."""
    return value.replace("\0", " ").strip() or None if value else None
