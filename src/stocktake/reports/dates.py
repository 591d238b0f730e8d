"""Reads the day on which a document says it appeared: ISO 8601, e-mail dates, and dates as newspapers head them.

Only a date with its year counts; a form that two countries read differently (03/04/2023) is not guessed.
"""

from __future__ import annotations

import datetime as dt
import re
from email.utils import parsedate_to_datetime

_EARLIEST = dt.date(1900, 1, 1)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)|(\d{4})(\d{2})(\d{2})(?!\d)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<{0}>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|" + (
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
WRITTEN = (
    rf"(?:(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?\s+{_MONTH.format('m1')},?\s+(?P<y1>\d{{4}})"
    rf"|{_MONTH.format('m2')}\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y2>\d{{4}})"
    r"|(?P<y3>\d{4})-(?P<m3>\d{2})-(?P<d3>\d{2}))"
)
_WRITTEN = re.compile(WRITTEN, re.IGNORECASE)


def day(value: str) -> dt.date | None:
    """The calendar day that `value` names, None when it names none for certain."""
    value = value.strip()[:100]
    if match := _ISO.match(value):
        year, month, date = (int(group) for group in match.groups() if group)
        return _valid(year, month, date)
    if match := _WRITTEN.search(value):
        return written_day(match)
    try:
        return _valid_day(parsedate_to_datetime(value).date())
    except (ValueError, IndexError, TypeError, OverflowError):
        return None


def written_day(match: re.Match[str]) -> dt.date | None:
    """The day that a match of `WRITTEN` names."""
    for n in ("1", "2", "3"):
        if match[f"y{n}"]:
            month = match[f"m{n}"]
            number = int(month) if month.isdigit() else _MONTHS.index(month[:3].lower()) + 1
            return _valid(int(match[f"y{n}"]), number, int(match[f"d{n}"]))
    return None


def _valid(year: int, month: int, date: int) -> dt.date | None:
    try:
        return _valid_day(dt.date(year, month, date))
    except ValueError:
        return None


def _valid_day(value: dt.date) -> dt.date | None:
    return value if value >= _EARLIEST else None
