"""The verb that follows sources: `watch` adds what is new to the casebook and tells what that changes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from stocktake.cli.inputs import AllowPrivate
from stocktake.cli.readers import Chosen, ModelName, ModelPrice, ModelUrl, ReaderName

if TYPE_CHECKING:
    from stocktake.watching import Looked, Mail, Settings

PANEL = "Reports in"


def register(app: typer.Typer) -> None:
    app.command(rich_help_panel=PANEL)(watch)


def watch(
    context: typer.Context,
    sources: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FEED|PAGE|FOLDER...]", help="What to follow, besides what the settings file names."),
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="A settings file (TOML): sources, whom to tell.")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Look once at what is due and stop, as cron wants it.")] = False,
    interval: Annotated[
        float | None,
        typer.Option("--interval", metavar="SECONDS", help="Between two looks at a source: 900 unless you say."),
    ] = None,
    delay: Annotated[
        float | None,
        typer.Option("--delay", metavar="SECONDS", help="Between two requests to one host: 2 unless you say."),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(
            "--threshold",
            metavar="WIDTHS",
            help="The shift of a forecast worth telling, in widths of its 80% interval: 0.5 unless you say.",
        ),
    ] = None,
    entries: Annotated[
        bool, typer.Option("--entries", help="Take the feeds' own texts; do not fetch the pages they link to.")
    ] = False,
    no_forecasts: Annotated[bool, typer.Option("--no-forecasts", help="Leave forecasts alone.")] = False,
    webhook: Annotated[
        str | None, typer.Option("--webhook", metavar="URL", help="Post what changed there, as JSON.")
    ] = None,
    mail: Annotated[
        list[str] | None,
        typer.Option("--mail", metavar="ADDRESS", help="Mail what changed there; may be given several times."),
    ] = None,
    mail_from: Annotated[
        str | None,
        typer.Option("--mail-from", metavar="ADDRESS", help="Who the mail is from: the first --mail unless you say."),
    ] = None,
    smtp: Annotated[
        str | None,
        typer.Option(
            "--smtp",
            metavar="URL",
            envvar="STOCKTAKE_SMTP_URL",
            help="The server that mail goes out by, such as smtp://USER@HOST:587 or smtps://USER@HOST: "
            "smtp://localhost unless you say. Its password comes from STOCKTAKE_SMTP_PASSWORD.",
        ),
    ] = None,
    reader: ReaderName = "local",
    llm_url: ModelUrl = None,
    llm_model: ModelName = None,
    llm_price: ModelPrice = None,
    state: Annotated[
        Path | None,
        typer.Option(
            "--state", metavar="FILE", help="Where it is remembered what was seen: CASEBOOK.watch unless you say."
        ),
    ] = None,
    allow_private: AllowPrivate = False,
    lines: Annotated[bool, typer.Option("--jsonl", help="Print one line of JSON a change.")] = False,
) -> None:
    """Follow feeds, pages and folders: add what is new and tell what it changes."""
    from stocktake.cli import session
    from stocktake.watching import SettingsError, StateError, Watch

    given = {
        "interval": interval,
        "delay": delay,
        "threshold": threshold,
        "webhook": webhook,
        "articles": False if entries else None,
        "forecasts": False if no_forecasts else None,
        "allow_private": allow_private or None,
    }
    failed = False
    chosen = Chosen(reader, llm_url, llm_model, llm_price)
    try:
        settings = _settings(config, sources or [], given, _Post(tuple(mail or ()), mail_from, smtp))
        with session.opened(context, create=True, reader=chosen.reader) as book:
            watching = Watch(book, settings, state or _beside(session.address(context)))
            for looked in [watching.look()] if once else watching.run():
                failed = bool(looked.failures)
                _show(looked, lines=lines)
                if looked.added.new:
                    chosen.tell_usage()
    except SettingsError as fault:
        raise typer.BadParameter(str(fault)) from None
    except StateError as fault:
        session.say(f"stocktake: {fault}")
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        session.say("Stopped; the next watch goes on from here.")
    if failed:
        raise typer.Exit(1)


class _Post(NamedTuple):
    """What the command line says of mail: to whom, from whom, by which server."""

    to: tuple[str, ...]
    sender: str | None
    server: str | None

    def over(self, mail: Mail | None) -> Mail | None:
        """The mail of the settings file with this over it; a server's address counts only where mail goes out."""
        import msgspec

        from stocktake.watching import Mail, SettingsError, mail_server

        to = self.to or (mail.to if mail else ())
        if not to:
            if self.sender is not None:
                raise SettingsError("--mail-from says who mail is from, and --mail is missing: say to whom it goes")
            return None
        sender = self.sender or (mail.sender if mail else to[0])
        server = mail_server(self.server) if self.server else {} if mail else mail_server("smtp://localhost")
        fields = {**(msgspec.structs.asdict(mail) if mail else {}), **server, "to": to, "sender": sender}
        return Mail(**fields)


def _settings(config: Path | None, sources: list[str], given: Mapping[str, object], post: _Post) -> Settings:
    """The settings of the file with those of the command line over them."""
    import msgspec

    from stocktake.watching import Settings, SettingsError, Source, read_settings

    base = read_settings(config) if config else Settings()
    followed = base.source + tuple(Source(address=address) for address in sources)
    if not followed:
        raise SettingsError("nothing to follow: name feeds, pages or folders, or a settings file with --config")
    over = {name: value for name, value in given.items() if value is not None}
    try:
        return msgspec.structs.replace(base, source=followed, mail=post.over(base.mail), **over)
    except ValueError as fault:
        raise SettingsError(str(fault)) from None


def _beside(address: str) -> Path:
    """The state stands beside a casebook that is a file, else in the folder one is in."""
    return Path("stocktake.watch") if "://" in address else Path(f"{address}.watch")


def _show(looked: Looked, *, lines: bool) -> None:
    import sys

    from stocktake.cli import session
    from stocktake.telling import counted
    from stocktake.watching import in_words

    for failure in looked.failures:
        session.say(failure)
    if lines:
        session.records(looked.changes)
    elif looked.changes:
        print(in_words(looked.changes))
    elif looked.sources:
        print(f"Nothing new in {counted(looked.sources, 'source')}.")
    else:
        print("Nothing is due yet.")
    sys.stdout.flush()
