"""Which claims are asked for, and how that is said in SQL.

Names are compared by whole words, whatever their case, accents and punctuation: each claim's row holds its parties,
its items and its voices (outlet and source chain) as words between spaces, ` russia ; iran `, and a filter looks for
its own words in there, and for the name that the reader gives what was typed ("US", "WSJ", "Tehran"). A word that ends
in * stands for all that begin so; items match beginnings anyway, so that "drone" finds "drones".
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import Any

import msgspec
import sqlalchemy as sa

from stocktake.casebook.tables import claims
from stocktake.vocabulary import Claim, EventType, Modality, Report, Stance

UNDATED = dt.date.max


class ClaimFilter(msgspec.Struct, frozen=True, kw_only=True):
    """The claims asked for; what is None or empty does not limit.

    `party` is agent or recipient, `source` anyone in the source chain or the outlet. `since` and `until` go by the
    days of the event where the claim states them (any overlap counts), else by the day of publication. Rejected
    claims are left out unless `rejected` is True (only these) or None (these too).
    """

    event: EventType | None = None
    party: str | None = None
    item: str | None = None
    source: str | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    stance: Stance | None = None
    modality: Modality | None = None
    report: str | None = None
    min_confidence: float | None = None
    rejected: bool | None = False
    limit: int | None = None
    offset: int = 0


def words_of(text: str) -> str:
    """Words in one spelling: no case, no accents, no punctuation but the ";" between names."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[^\w;*]+", " ", "".join(c for c in plain if not unicodedata.combining(c))).strip()


def spellings(name: str) -> tuple[str, ...]:
    """A name as typed and as the reader writes it: "US" is United States, too."""
    from stocktake import reading

    return (name,) if "*" in name else tuple(dict.fromkeys((name, reading.canonical(name))))


def searchable(*names: str | None) -> str:
    """Names as a row keeps them for filters: words between single spaces, names between semicolons."""
    folded = [words_of(part) for name in names if name for part in name.split(";")]
    return f" {' ; '.join(word for word in folded if word)} "


def columns(claim: Claim, report: Report) -> dict[str, Any]:
    """What a claim's row holds beside the claim itself."""
    return {
        "id": claim.id,
        "report": report.id,
        "day": report.published or UNDATED,
        "position": claim.start,
        "event": claim.event.value,
        "agent": _storable(claim.agent),
        "recipient": _storable(claim.recipient),
        "item": _storable(claim.item),
        "parties": searchable(claim.agent, claim.recipient),
        "things": searchable(claim.item),
        "voices": searchable(report.outlet, *claim.sources),
        "first_day": claim.time.start if claim.time else None,
        "last_day": claim.time.end if claim.time else None,
        "stance": claim.stance.value,
        "modality": claim.modality.value,
        "negated": claim.negated,
        "confidence": claim.confidence,
        "body": msgspec.json.encode(claim).decode(),
    }


def conditions(wanted: ClaimFilter) -> list[sa.ColumnElement[bool]]:
    """The filter as conditions on the claims' table."""
    c = claims.c
    found: list[sa.ColumnElement[bool]] = []
    for column, value in ((c.event, wanted.event), (c.stance, wanted.stance), (c.modality, wanted.modality)):
        if value is not None:
            found.append(column == value.value)
    for names, text in ((c.parties, wanted.party), (c.voices, wanted.source)):
        if text is not None:
            found.append(sa.or_(*(_names(names, spelling, False) for spelling in spellings(text))))
    if wanted.item is not None:
        found.extend(_names(c.things, word, True) for word in words_of(wanted.item).split() or [""])
    if wanted.report is not None:
        found.append(c.report == wanted.report)
    if wanted.min_confidence is not None:
        found.append(c.confidence >= wanted.min_confidence)
    if wanted.rejected is not None:
        found.append(c.rejected == sa.literal(wanted.rejected))
    return found + _days(wanted)


def in_order(query: sa.Select[Any]) -> sa.Select[Any]:
    """By day of publication, the undated last, then by report and place in it."""
    return query.order_by(claims.c.day, claims.c.report, claims.c.position, claims.c.id)


def latest_first(day: sa.Column[dt.date]) -> tuple[sa.ColumnElement[Any], ...]:
    """An order by a day, the undated last."""
    return sa.case((day == UNDATED, 1), else_=0), day.desc()


def _days(wanted: ClaimFilter) -> list[sa.ColumnElement[bool]]:
    c = claims.c
    timeless = c.first_day.is_(None) & c.last_day.is_(None)
    published = timeless & (c.day != UNDATED)
    found: list[sa.ColumnElement[bool]] = []
    if wanted.since is not None:
        found.append(
            (~timeless & (c.last_day.is_(None) | (c.last_day >= wanted.since))) | (published & (c.day >= wanted.since))
        )
    if wanted.until is not None:
        found.append(
            (~timeless & (c.first_day.is_(None) | (c.first_day <= wanted.until)))
            | (published & (c.day <= wanted.until))
        )
    return found


def _names(column: sa.ColumnElement[str], text: str, open_ended: bool) -> sa.ColumnElement[bool]:
    words = words_of(text)
    open_ended = open_ended or words.endswith("*")
    stem = " ".join(words.replace("*", " ").replace(";", " ").split())
    if not stem:
        return sa.false()
    pattern = stem.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return column.like(f"% {pattern}{'' if open_ended else ' '}%", escape="\\")


def _storable(name: str | None) -> str | None:
    return name.replace("\0", " ") if name is not None else None
