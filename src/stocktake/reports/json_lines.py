"""Reads JSON Lines: one report a line, as `stocktake reports --jsonl` writes them and corpora come.

A line needs `text`; `id`, `url`, `outlet`, `published`, `title`, `language`, `retrieved` and `copy_of` are kept where
given. The text is taken as it stands, so that offsets into it hold. A broken line costs that line alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from stocktake.reports import limits
from stocktake.reports.dates import day
from stocktake.reports.obtained import Hints, Item, Items, Obtained, Unreadable, make
from stocktake.vocabulary import Failure

_HOPELESS = 100  # broken lines before the first good one after which the file is given up
_BOM = b"\xef\xbb\xbf"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What a line may hold; other fields (claims, for one) are passed over."""

    text: str
    id: str | int | None = None
    url: str | None = None
    outlet: str | None = None
    published: str | None = None
    title: str | None = None
    language: str | None = None
    retrieved: dt.datetime | None = None
    copy_of: str | None = None


_decode = msgspec.json.Decoder(Line).decode


def parse(stream: BinaryIO, name: str, hints: Hints) -> Items:
    """The reports of a stream of lines, in order."""
    good = broken = 0
    for number, raw in _lines(stream):
        item = _from_line(raw, f"{name}:{number}", hints) if raw is not None else _too_long(name, number)
        yield item
        good += isinstance(item, Obtained)
        broken += isinstance(item, Failure)
        if not good and broken == _HOPELESS:
            raise Unreadable(
                f"is not JSON Lines: none of its first {number:,} lines is a report; "
                'put one JSON object with "text" on each line'
            )
    if not good and not broken:
        raise Unreadable("holds no lines; give one JSON object a line")


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Line numbers and lines without their ends; None for a line that is too long; blank lines left out."""
    number = 0
    while line := stream.readline(limits.LINE + 1):
        number += 1
        if number == 1:
            line = line.removeprefix(_BOM)
        if len(line) > limits.LINE:
            while line and not line.endswith(b"\n"):
                line = stream.readline(limits.LINE)
            yield number, None
        elif stripped := line.strip():
            yield number, stripped


def _too_long(name: str, number: int) -> Failure:
    return Failure(f"{name}:{number}", f"is a line of more than {limits.size(limits.LINE)}; split it into its reports")


def _from_line(raw: bytes, name: str, hints: Hints) -> Item:
    try:
        line = _decode(raw)
        return from_record(line, raw, hints)
    except Unreadable as error:
        return Failure(name, str(error))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Failure(name, f'is not a report in JSON ({error}); put one object with "text" on each line')


def from_record(line: Line, raw: bytes, hints: Hints) -> Obtained:
    """The report that one record (a line, a row) states."""
    published = day(line.published) if line.published else None
    if line.published and published is None:
        raise Unreadable(f"gives {line.published[:40]!r} as its date; write published as YYYY-MM-DD, or leave it out")
    return make(
        raw,
        line.text,
        "application/json",
        hints,
        id=str(line.id) if line.id not in (None, "") else None,
        url=line.url,
        outlet=line.outlet,
        title=line.title,
        published=published,
        retrieved=line.retrieved,
        language=line.language,
        copy_of=line.copy_of,
    )
