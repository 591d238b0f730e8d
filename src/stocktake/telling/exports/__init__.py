"""Exports that other tools open. Each form is one module with `write(holdings, path) -> count`."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from stocktake.telling.exports.holdings import Holdings, gather
from stocktake.telling.whole import whole

if TYPE_CHECKING:
    from stocktake.casebook import Casebook, FindingFilter

FORMS = {
    "ftm": "FollowTheMoney entities, a line each, with the articles that prove them",
    "register": "trade register in SIPRI's form (CSV): supplier, recipient, ordered, delivered, brackets for estimates",
    "jsonld": "schema.org claims with PROV-O provenance (JSON-LD)",
    "parquet": "claims with their reports, as `stocktake read --out` writes and `stocktake add` takes",
    "sqlite": "flat tables and views for Datasette or any SQL tool",
    "ics": "calendar of dated plans (iCalendar)",
}


def export(book: Casebook, form: str, path: Path, wanted: FindingFilter | None = None) -> int:
    """Write the findings asked for, with what they rest on, in one of `FORMS`; how many records were written."""
    if form not in FORMS:
        raise ValueError(f"there is no export {form!r}; give one of {', '.join(FORMS)}")
    with whole(path) as place:
        written: int = import_module(f"stocktake.telling.exports.{form}").write(gather(book, wanted), place)
    return written


__all__ = ["FORMS", "Holdings", "export", "gather"]
