"""What to follow, how often and how politely, and whom to tell: the file `watch.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec


class SettingsError(ValueError):
    """The settings cannot be used; the message says which and why."""


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A feed or page (an address) or a folder or file (a path); `outlet` where its reports do not tell it."""

    address: str
    outlet: str | None = None


class Mail(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where mail goes out and to whom; the password comes from STOCKTAKE_SMTP_PASSWORD alone."""

    to: tuple[str, ...]
    sender: str
    host: str = "localhost"
    port: int = 25
    user: str | None = None
    starttls: bool = False


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to watch.

    `interval` is the seconds between two looks at a source, `delay` those between two requests to one host,
    `threshold` the shift of a forecast worth telling, in widths of its 80% interval. `articles` says whether the
    pages that a feed's entries link to are fetched; else the entry's own text is the report.
    """

    source: tuple[Source, ...] = ()
    interval: float = 900.0
    delay: float = 2.0
    threshold: float = 0.5
    articles: bool = True
    forecasts: bool = True
    webhook: str | None = None
    mail: Mail | None = None
    allow_private: bool = False

    def __post_init__(self) -> None:
        for name in ("interval", "delay", "threshold"):
            value = getattr(self, name)
            if not 0 <= value < 1e9:
                raise ValueError(f"{name} is {value:g}; give a number of 0 or more")
        if self.webhook is not None and not self.webhook.startswith(("http://", "https://")):
            raise ValueError(f"webhook is {self.webhook!r}; give an http or https address")


def read_settings(path: Path) -> Settings:
    """The settings in a TOML file; paths of folders in it are relative to the file."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
        settings = msgspec.convert(table, Settings)
    except OSError as fault:
        raise SettingsError(f"{path} cannot be read ({fault.strerror}); name a settings file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise SettingsError(f"{path} is not TOML: {fault}") from None
    except msgspec.ValidationError as fault:
        raise SettingsError(f"{path} cannot be used: {fault}") from None
    sources = tuple(
        msgspec.structs.replace(source, address=_beside(path, source.address)) for source in settings.source
    )
    return msgspec.structs.replace(settings, source=sources)


def _beside(path: Path, address: str) -> str:
    from stocktake import reports

    return address if reports.is_url(address) else str(path.parent / address)
