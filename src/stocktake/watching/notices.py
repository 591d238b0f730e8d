"""Tells people what changed: in words, by mail, or as JSON to a webhook.

What cannot be delivered is kept and tried again at the next look; nothing is told twice or dropped for a server that
is down.
"""

from __future__ import annotations

import os
import smtplib
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import urlsplit

import msgspec

from stocktake import reports, telling
from stocktake.reports import Failure, Unreadable
from stocktake.watching.changes import Change, Kind
from stocktake.watching.settings import Mail, Settings
from stocktake.watching.state import State

PASSWORD = "STOCKTAKE_SMTP_PASSWORD"
_TOLD = 40  # changes of a kind that a message spells out
_KEPT = 100  # undelivered messages kept for one receiver
_SECONDS = 30.0

HEADINGS = {
    Kind.report: ("New report", "New reports"),
    Kind.finding: ("New finding", "New findings"),
    Kind.grade: ("Changed grade", "Changed grades"),
    Kind.conflict: ("New conflict", "New conflicts"),
    Kind.forecast: ("Shifted forecast", "Shifted forecasts"),
}


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What a webhook gets: `text` for chat rooms that show it, `changes` for programs."""

    text: str
    casebook: str
    changes: tuple[Change, ...]


def in_words(changes: Sequence[Change]) -> str:
    """The changes by kind, each a line, the first forty of each kind."""
    parts = []
    for kind, (one, many) in HEADINGS.items():
        of_kind = [change for change in changes if change.kind is kind]
        if not of_kind:
            continue
        lines = [f"  {telling.printable(change.text)}" for change in of_kind[:_TOLD]]
        if len(of_kind) > _TOLD:
            lines.append(f"  and {len(of_kind) - _TOLD:,} more")
        parts.append("\n".join([one if len(of_kind) == 1 else f"{many} ({len(of_kind):,})", *lines]))
    return "\n".join(parts)


def tell(settings: Settings, state: State, casebook: str, changes: Sequence[Change]) -> list[Failure]:
    """Deliver the changes to all who are to be told, and what was left from before; what failed stays in `state`."""
    failures = []
    receivers = {"webhook": settings.webhook, "mail": settings.mail}
    for name, receiver in receivers.items():
        waiting = state.undelivered.pop(name, [])
        if receiver is None:
            continue
        if changes:
            message = Message(text=in_words(changes), casebook=casebook, changes=tuple(changes))
            waiting = [*waiting, msgspec.json.encode(message).decode()][-_KEPT:]
        while waiting:
            try:
                _deliver(receiver, waiting[0], allow_private=settings.allow_private)
            except (Unreadable, OSError, smtplib.SMTPException, ValueError) as fault:
                state.undelivered[name] = waiting
                reason = f"{_first_line(fault)}; the message is kept and sent with the next look"
                failures.append(Failure(_named(receiver), reason))
                break
            waiting = waiting[1:]
    return failures


def _named(receiver: str | Mail) -> str:
    """A receiver for a log: of a webhook only the host, as its path is often the secret that opens it."""
    if isinstance(receiver, Mail):
        return f"{receiver.host}:{receiver.port}"
    return f"webhook at {urlsplit(receiver).hostname}"


def _deliver(receiver: str | Mail, message: str, *, allow_private: bool) -> None:
    if isinstance(receiver, str):
        reports.post(receiver, message.encode(), "application/json", allow_private=allow_private)
    else:
        _send(receiver, msgspec.json.decode(message, type=Message))


def _send(mail: Mail, message: Message) -> None:
    letter = EmailMessage()
    letter["Subject"] = f"Stocktake: {telling.counted(len(message.changes), 'change')} in {message.casebook}"
    letter["From"] = mail.sender
    letter["To"] = ", ".join(mail.to)
    letter["Date"] = formatdate()
    letter["Message-ID"] = make_msgid(domain=mail.sender.rpartition("@")[2])
    letter.set_content(message.text + "\n")
    with _connected(mail) as server:
        if mail.user is not None:
            server.login(mail.user, os.environ.get(PASSWORD, ""))
        server.send_message(letter)


def _connected(mail: Mail) -> smtplib.SMTP:
    import ssl

    if mail.tls:
        return smtplib.SMTP_SSL(mail.host, mail.port, timeout=_SECONDS, context=ssl.create_default_context())
    server = smtplib.SMTP(mail.host, mail.port, timeout=_SECONDS)
    if mail.starttls:
        server.starttls(context=ssl.create_default_context())
    return server


def _first_line(fault: Exception) -> str:
    return " ".join(str(fault).split())[:200] or type(fault).__name__
