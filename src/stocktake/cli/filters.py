"""The filters that several verbs have, what they take, and what they say when it is none of that."""

from __future__ import annotations

import datetime as dt
from difflib import get_close_matches
from typing import Annotated

import typer


def event_type(value: str) -> str:
    """One of the twelve kinds of event."""
    from stocktake.vocabulary import EventType

    return _one_of("event", value, [event.value for event in EventType])


def stance_name(value: str) -> str:
    """One of the four stances."""
    from stocktake.vocabulary import Stance

    return _one_of("stance", value, [stance.value for stance in Stance])


def conflict_kind(value: str) -> str:
    """One of the four kinds of conflict."""
    from stocktake.vocabulary import ConflictKind

    return _one_of("kind", value, [kind.value for kind in ConflictKind])


def events_from(incomplete: str) -> list[str]:
    """The kinds of event that begin so, for a shell that completes them."""
    from stocktake.vocabulary import EventType

    return [event.value for event in EventType if event.value.startswith(incomplete)]


def stances_from(incomplete: str) -> list[str]:
    """The stances that begin so."""
    from stocktake.vocabulary import Stance

    return [stance.value for stance in Stance if stance.value.startswith(incomplete)]


def kinds_from(incomplete: str) -> list[str]:
    """The kinds of conflict that begin so."""
    from stocktake.vocabulary import ConflictKind

    return [kind.value for kind in ConflictKind if kind.value.startswith(incomplete)]


def exact_day(value: str) -> dt.date:
    """One day."""
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        raise typer.BadParameter(f"{value!r} is no day; write it like 2023-02-06") from None


def first_day(value: str) -> dt.date:
    """A day, or the first of a month or year."""
    return _day(value, last=False)


def last_day(value: str) -> dt.date:
    """A day, or the last of a month or year."""
    return _day(value, last=True)


def checked_span(since: dt.date | None, until: dt.date | None) -> None:
    """Refuses a span of days that ends before it begins, in which nothing can lie."""
    if since is not None and until is not None and since > until:
        raise typer.BadParameter(f"--since {since} is after --until {until}; turn them round")


def _day(value: str, *, last: bool) -> dt.date:
    from stocktake.telling import day_from

    try:
        return day_from(value, last=last)
    except ValueError as wrong:
        raise typer.BadParameter(str(wrong)) from None


def _one_of(kind: str, value: str, known: list[str]) -> str:
    if value.lower() in known:
        return value.lower()
    close = get_close_matches(value.lower(), known, n=1)
    meant = f"; did you mean {close[0]}?" if close else "."
    raise typer.BadParameter(f"there is no {kind} {value!r}{meant} The {kind}s are {', '.join(known)}.")


Event = Annotated[
    str | None,
    typer.Option(
        metavar="EVENT",
        parser=event_type,
        autocompletion=events_from,
        help="Only this kind of event, such as transfer.",
    ),
]
Party = Annotated[
    str | None, typer.Option(metavar="NAME", help="Only where this party acts or is acted upon; Ira* for beginnings.")
]
Item = Annotated[str | None, typer.Option(metavar="WORDS", help="Only items with these words or beginnings of words.")]
Since = Annotated[
    dt.date | None,
    typer.Option(metavar="DATE", parser=first_day, help="Only what was not over before this day, month or year."),
]
Until = Annotated[
    dt.date | None,
    typer.Option(metavar="DATE", parser=last_day, help="Only what had begun by the end of this day, month or year."),
]
Limit = Annotated[int | None, typer.Option(metavar="N", min=1, help="Not more than this many.")]
Csv = Annotated[bool, typer.Option("--csv", help="Print CSV for a spreadsheet.")]
