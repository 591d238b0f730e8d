"""Intervals of calendar days: the units of the calendar, and moving by them.

Weeks run from Monday to Sunday, seasons are the meteorological ones; both ends of an interval belong to it.
"""

from __future__ import annotations

import calendar
import datetime as dt
from typing import NamedTuple


class Days(NamedTuple):
    """An interval of days and the size of the unit it was named in ("day", "week", ..., "span" for none)."""

    first: dt.date
    last: dt.date
    grain: str

    @classmethod
    def month(cls, year: int, month: int) -> Days:
        return cls(dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1]), "month")

    @classmethod
    def year(cls, year: int) -> Days:
        return cls(dt.date(year, 1, 1), dt.date(year, 12, 31), "year")

    @classmethod
    def day(cls, day: dt.date) -> Days:
        return cls(day, day, "day")

    @classmethod
    def week(cls, day: dt.date) -> Days:
        monday = day - dt.timedelta(day.weekday())
        return cls(monday, monday + dt.timedelta(6), "week")

    @classmethod
    def weekend(cls, day: dt.date) -> Days:
        saturday = day - dt.timedelta(day.weekday()) + dt.timedelta(5)
        return cls(saturday, saturday + dt.timedelta(1), "weekend")

    @classmethod
    def quarter(cls, year: int, number: int) -> Days:
        return cls(cls.month(year, 3 * number - 2).first, cls.month(year, 3 * number).last, "quarter")

    @classmethod
    def half(cls, year: int, number: int) -> Days:
        return cls(cls.month(year, 6 * number - 5).first, cls.month(year, 6 * number).last, "half")

    @classmethod
    def decade(cls, year: int) -> Days:
        return cls(dt.date(year - year % 10, 1, 1), dt.date(year - year % 10 + 9, 12, 31), "decade")

    @classmethod
    def season(cls, year: int, first_month: int) -> Days:
        last = first_month + 2
        end = cls.month(year + (last > 12), last - 12 if last > 12 else last).last
        return cls(dt.date(year, first_month, 1), end, "season")

    @classmethod
    def around(cls, day: dt.date, unit: str) -> Days:
        """The calendar unit that holds a day."""
        if unit == "week":
            return cls.week(day)
        if unit == "weekend":
            return cls.weekend(day)
        if unit == "month":
            return cls.month(day.year, day.month)
        if unit == "quarter":
            return cls.quarter(day.year, (day.month + 2) // 3)
        if unit == "year":
            return cls.year(day.year)
        if unit == "decade":
            return cls.decade(day.year)
        return cls.day(day)


def shift(day: dt.date, unit: str, count: int) -> dt.date:
    if unit in ("day", "night"):
        return day + dt.timedelta(count)
    if unit == "hour":
        return day + dt.timedelta(round(count / 24))
    if unit == "week":
        return day + dt.timedelta(7 * count)
    months = {"month": 1, "quarter": 3, "year": 12, "decade": 120}[unit] * count
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
