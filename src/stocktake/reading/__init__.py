"""Reading: from a report to its claims, and to the dates, numbers and attributions below them.

One pass of a small encoder finds the words that express events, who and what takes part, and what the speaker does
with them; rules read names, dates and numbers; the claim builder joins the layers. A cheap gate decides first which
paragraphs can hold a claim at all. What is behind this door is this room's own business; each part is loaded when
first asked for, so that a command which reads no text starts at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from stocktake.vocabulary import Claim, Mentions, Report

if TYPE_CHECKING:
    from pathlib import Path

    from stocktake.reading.engines import Tally, is_claims_file, read_many, write_claims
    from stocktake.reading.engines import rows as claims_rows
    from stocktake.reading.items import family, generalises
    from stocktake.reading.llm import LanguageModelReader
    from stocktake.reading.names import canonical, state_of
    from stocktake.reading.names import kind as source_kind
    from stocktake.reading.times import find as find_times

__all__ = [
    "LANGUAGES",
    "VERSION",
    "Tally",
    "canonical",
    "claims_rows",
    "family",
    "find_times",
    "generalises",
    "is_claims_file",
    "language_model",
    "mentions",
    "read",
    "read_many",
    "source_kind",
    "state_of",
    "write_claims",
]

VERSION = "5"
"""Changes whenever the same report may read differently; casebooks are re-read then."""

LANGUAGES = frozenset({"en", "und"})
"""The languages that the reader in the package reads (und: undetermined); a report in another yields no claims."""

_BEHIND = {
    "Tally": ("engines", "Tally"),
    "canonical": ("names", "canonical"),
    "claims_rows": ("engines", "rows"),
    "family": ("items", "family"),
    "find_times": ("times", "find"),
    "generalises": ("items", "generalises"),
    "is_claims_file": ("engines", "is_claims_file"),
    "read_many": ("engines", "read_many"),
    "source_kind": ("names", "kind"),
    "state_of": ("names", "state_of"),
    "write_claims": ("engines", "write_claims"),
}
"""Where each name of this door that needs no network is defined: module and name there."""


def read(report: Report) -> tuple[Claim, ...]:
    """The report's claims, in the order of the text. The same report gives the same claims and ids on every machine."""
    if report.language not in LANGUAGES:
        return ()
    from stocktake.reading import reader

    return reader.claims(report)


def language_model(url: str, model: str, *, key: str | None = None, cache: Path | None = None) -> LanguageModelReader:
    """A reader that asks a language model behind `url`, and reads what fails with the reader in the package."""
    from stocktake.reading.llm import LanguageModelReader

    return LanguageModelReader(url, model, read, key=key, cache=cache)


def mentions(report: Report) -> Mentions:
    """The dates, quantities and attributions in the report, whether or not they belong to a claim."""
    from stocktake.reading import reader

    return reader.mentions(report)


def __getattr__(name: str) -> Any:
    """Loads what stands behind a name of the door when it is first asked for (PEP 562)."""
    if name not in _BEHIND:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, there = _BEHIND[name]
    return getattr(import_module(f"{__name__}.{module}"), there)
