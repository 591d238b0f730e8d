"""The time axis of the forecasting room: calendar months, numbered from a programme's first.

A month is written "2024-03". Month 0 is the programme's start; flows belong to a month, stocks to its last day.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re

import numpy as np
import numpy.typing as npt

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


def weights(start: dt.date, end: dt.date, origin: int, length: int) -> npt.NDArray[np.float64]:
    """The part of each month of the window that lies within [start, end], by days: 1 for whole months."""
    inside = np.zeros(length)
    for index in range(max(of(start) - origin, 0), min(of(end) - origin, length - 1) + 1):
        month = origin + index
        begins, ends = max(start, first_day(month)), min(end, last_day(month))
        inside[index] = ((ends - begins).days + 1) / days(month)
    return inside
