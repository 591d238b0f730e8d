"""Which reader reads: the one in the package, or a language model behind an address; the same options for each verb.

The key of a model's service is taken from the environment only, so that it stands in no shell history.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from stocktake.casebook import Reader

ReaderName = Annotated[
    str,
    typer.Option("--reader", metavar="local|llm", help="Who reads: the reader in the package, or a language model."),
]
ModelUrl = Annotated[
    str | None,
    typer.Option(
        "--llm-url", metavar="URL", envvar="STOCKTAKE_LLM_URL", help="The model's address, such as http://HOST:8080/v1."
    ),
]
ModelName = Annotated[
    str | None, typer.Option("--llm-model", metavar="NAME", envvar="STOCKTAKE_LLM_MODEL", help="The model's name.")
]
ModelPrice = Annotated[
    str | None,
    typer.Option("--llm-price", metavar="IN,OUT", help="Its price for a million tokens in and out, to tell the cost."),
]


class Chosen:
    """The reader that the options name; afterwards, what a language model cost."""

    def __init__(self, name: str, url: str | None, model: str | None, price: str | None) -> None:
        if name not in {"local", "llm"}:
            raise typer.BadParameter(f"--reader {name!r} is not known; it is local or llm")
        self._model: Any = None
        self._price = _prices(price)
        if name == "llm":
            if not url or not model:
                raise typer.BadParameter(
                    "--reader llm needs --llm-url and --llm-model (or STOCKTAKE_LLM_URL and STOCKTAKE_LLM_MODEL)"
                )
            from stocktake import reading

            key = os.environ.get("STOCKTAKE_LLM_KEY")
            self._model = reading.language_model(url, model, key=key, cache=_cache())

    @property
    def reader(self) -> Reader | None:
        """The language model as a reader; None for the one in the package."""
        if self._model is None:
            return None
        from stocktake.casebook import EVERY_LANGUAGE, Reader

        return Reader(self._model.read, self._model.version, EVERY_LANGUAGE)

    def tell_usage(self) -> None:
        """Says on standard error what the model was asked and what that cost."""
        if self._model is None:
            return
        from stocktake.cli import session
        from stocktake.telling import counted

        used = self._model.usage
        told = [
            counted(used.calls, "call"),
            counted(used.cached, "kept answer"),
            counted(used.fallbacks, "fallback"),
            f"{used.prompt_tokens:,} + {used.completion_tokens:,} tokens",
            f"{used.seconds:,.0f} s",
        ]
        if self._price is not None:
            told.append(f"cost {used.cost(*self._price):,.2f}")
        session.say(f"model: {', '.join(told)}")


def _prices(given: str | None) -> tuple[float, float] | None:
    if given is None:
        return None
    try:
        first, second = (float(part) for part in given.split(","))
    except ValueError:
        raise typer.BadParameter(f"--llm-price {given!r} is no pair of prices; write it like 0.15,0.60") from None
    return first, second


def _cache() -> Path:
    """Where answers are kept: STOCKTAKE_LLM_CACHE, else the user's cache folder."""
    if given := os.environ.get("STOCKTAKE_LLM_CACHE"):
        return Path(given)
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "stocktake" / "llm"
