"""The time axis of the forecasting room: calendar months, numbered from a programme's first.

A month is written "2024-03". Month 0 is the programme's start; flows belong to a month, stocks to its last day.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re

MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])\Z")


def ordinal(month: str) -> int:
    """ "2024-03" as a count of months since year 0; a sentence when it is no month."""
    found = MONTH.match(month)
    if not found:
        raise ValueError(f'"{month}" is not a month; write it as year and month, like "2024-03"')
    return int(found[1]) * 12 + int(found[2]) - 1


def name(ordinal_: int) -> str:
    """The month of an ordinal, as "2024-03"."""
    return f"{ordinal_ // 12:04d}-{ordinal_ % 12 + 1:02d}"


def of(day: dt.date) -> int:
    """The ordinal of the month that holds a day."""
    return day.year * 12 + day.month - 1


def first_day(ordinal_: int) -> dt.date:
    """The first day of a month."""
    return dt.date(ordinal_ // 12, ordinal_ % 12 + 1, 1)


def last_day(ordinal_: int) -> dt.date:
    """The last day of a month."""
    year, month = ordinal_ // 12, ordinal_ % 12 + 1
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def days(ordinal_: int) -> int:
    """How many days a month has."""
    return calendar.monthrange(ordinal_ // 12, ordinal_ % 12 + 1)[1]
