"""What to follow, how often and how politely, and whom to tell: the file `watch.toml`."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec


class SettingsError(ValueError):
    """The settings cannot be used; the message says which and why."""


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A feed or page (an address) or a folder or file (a path); `outlet` where its reports do not tell it."""

    address: str
    outlet: str | None = None


LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_MAILBOX = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")
_PORTS = {"smtp": 25, "smtps": 465}


class Mail(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where mail goes out and to whom; the password comes from STOCKTAKE_SMTP_PASSWORD alone.

    `starttls` turns to TLS after the greeting, `tls` speaks it from the start. A password leaves this machine only
    under one of them.
    """

    to: tuple[str, ...]
    sender: str
    host: str = "localhost"
    port: int = 25
    user: str | None = None
    starttls: bool = False
    tls: bool = False

    def __post_init__(self) -> None:
        if not self.to:
            raise ValueError("mail has nobody to go to; give an address")
        for address in (*self.to, self.sender):
            if not _MAILBOX.fullmatch(address):
                raise ValueError(f"{address!r} is no mail address; write it like desk@example.org")
        if not 0 < self.port < 65_536:
            raise ValueError(f"port is {self.port}; give one from 1 to 65535")
        if self.user is not None and not (self.tls or self.starttls or self.host in LOOPBACK):
            raise ValueError(f"the password for {self.host} would travel unencrypted; set starttls or tls")


def mail_server(url: str) -> dict[str, object]:
    """The fields of `Mail` in an address such as smtp://USER@HOST:587 (STARTTLS) or smtps://USER@HOST (TLS).

    Mail to this machine itself goes unencrypted, any other under TLS.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in _PORTS or not parts.hostname or parts.path not in ("", "/"):
        raise SettingsError(f"{url!r} is no mail server; write it like smtp://USER@HOST:587 or smtps://USER@HOST")
    if parts.password is not None:
        raise SettingsError("a mail server's password does not go into its address; set STOCKTAKE_SMTP_PASSWORD")
    tls = parts.scheme == "smtps"
    return {
        "host": parts.hostname,
        "port": _PORTS[parts.scheme] if port is None else port,
        "user": unquote(parts.username) if parts.username else None,
        "tls": tls,
        "starttls": not tls and parts.hostname not in LOOPBACK,
    }


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
