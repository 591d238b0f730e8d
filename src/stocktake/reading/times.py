"""Finds time expressions and resolves them to calendar days.

`find` gives each expression the calendar interval that it names ("last week" is the week before the day of
publication); `period` reads the words around it ("since", "by the end of", "early") into a claim's period, as the
annotation guidelines ask. How expressions are read is the business of `expressions`.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re

from stocktake.reading.days import Days, shift
from stocktake.reading.expressions import (
    COUNT_WORDS,
    COUNTED_FROM,
    WORD,
    Context,
    Read,
    how_many,
    is_year,
    read_at,
    reads,
)
from stocktake.reading.leaning import BREAK
from stocktake.vocabulary import Period, Time

__all__ = ["find", "is_year", "period"]


def find(text: str, published: dt.date | None, *, start: int = 0, end: int | None = None) -> tuple[Time, ...]:
    """Every time expression of `text[start:end]`, in order, with offsets in the whole text.

    An expression that counts from an unknown day (no `published`) is found, without days. What a stretch says
    before (a year, a quarter) serves those that follow, so a report is best read whole.
    """
    context = Context(text, published)
    return tuple(_time(read) for read in reads(context, start, len(text) if end is None else end))


def _time(read: Read) -> Time:
    first, last = (read.days.first, read.days.last) if read.days else (None, None)
    return Time(start=read.start, end=read.end, first=first, last=last, rule=read.rule)


# ------------------------------------------------------------------------------------- periods

_DIRECTED = {"day and month", "month and day", "month", "weekday", "season", "weekend", "holiday"}
_THE = r"(?:(?:in|on|the|about|around|at|least|this)[-\s]+)*"
_PART = re.compile(
    r"\b(?:(?P<early>early|(?:start|beginning) of|first (?:days|weeks|half|months) of|turn of)|"
    r"(?P<mid>mid|middle of|mid-to-late)|(?P<late>late|second half of)|"
    rf"(?P<end>(?:end|close|out) of))[-\s]+{_THE}(?:next |last )?$",
    re.IGNORECASE,
)
_SINCE = re.compile(r"\bsince\b[^,.;:()\n]{0,70}$", re.IGNORECASE)
_UNTIL = re.compile(
    rf"\b(?:by|until|till|no later than|not later than|up to|through|within|"
    rf"deadline (?:to|of|is|was|for [\w ]{{1,30}}))\s+{_THE}$",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"\b(?:before|prior to|ahead of|earlier than|on the eve of)\s+{_THE}(?:\w+ of )?{_THE}$", re.IGNORECASE
)
_NOT_BEFORE = re.compile(
    rf"\b(?:not?|never|hardly|\w+n['’]t)\b[^,.;]{{0,40}}\b(?:before|until|earlier than)\s+{_THE}$", re.IGNORECASE
)
_AFTER = re.compile(rf"\b(?:after|beyond)\s+{_THE}$", re.IGNORECASE)
_AFTER_HAD = re.compile(r"\bafter\b[^,.;:()\n]{1,60}\b(?:had|held)\b[^,.;:()\n]{1,30}$", re.IGNORECASE)
_FROM = re.compile(
    rf"\b(?:from|starting|beginning|effective|as of|with effect from)\s+{_THE}(?:early\s+)?$", re.IGNORECASE
)
_ONWARDS = re.compile(r"\s+(?:on|onwards?|and beyond|or later)\b(?!\s+the)", re.IGNORECASE)
_JOINED = r"(?:[-–—]|\s+(?:to|until|till|through|and)\b)\s*(?:(?:the|its|early|late|mid-?|end\s+of)\s+)*"
_JOIN_AFTER = re.compile(_JOINED, re.IGNORECASE)
_JOIN_BEFORE = re.compile(rf"(?<=[\w.]){_JOINED}$", re.IGNORECASE)


def period(
    text: str, time: Time, published: dt.date | None, planned: bool | None, *, trigger: int | None = None
) -> Period | None:
    """A claim's period: the days of `time` as the words around it ask ("since May", "by the end of 2025").

    `planned` says that the event lies ahead, which decides between last June and next June (None: the sentence's
    verbs decide). An event that has happened ends by the day of publication. `trigger` is where the event's words
    stand: in "since the two met in September" the meeting was in September, what is told before it has lasted since.
    None where the expression has no days.
    """
    try:
        return _period(Context(text, published), time, planned, trigger)
    except (ValueError, OverflowError):  # beyond the calendar
        return None


def _period(context: Context, time: Time, planned: bool | None, trigger: int | None) -> Period | None:
    text, published = context.text, context.published
    read = _reread(context, time, planned)
    if read is None:
        return None
    before = text[max(0, time.start - 90) : time.start]
    before = before[max((stop.end() for stop in BREAK.finditer(before)), default=0) :]
    if time.rule == "event":
        return _from_event(before, read.first, published)
    read = _stretch(before, read)
    joined = _joined(context, time, read, before)
    if joined is not None:
        return joined
    if trigger is not None and trigger >= time.end and _WHEN.match(text, time.end):
        return Period(start=read.first, end=read.last)
    if trigger is not None and trigger >= time.end and published and _ever_since(text, time.end, trigger):
        return Period(start=read.first, end=max(read.first, published))
    told = max(0, (trigger or 0) - time.start + len(before)) if trigger is None or trigger < time.start else 0
    bounded = _bounded(before, text[time.end : time.end + 14], read, context, planned, told)
    return _by_now(bounded, published) if planned is False and bounded else bounded


_WHEN = re.compile(r",?\s+when\b")  # "in force since August 1990, when troops overran Kuwait": that August
_SINCE_THEN = re.compile(r"\bsince(?: then)?(?=\s*(?:[.,;:)]|$))", re.IGNORECASE)


def _ever_since(text: str, end: int, trigger: int) -> bool:
    """ "shut a line in June and has delivered fewer than 200 since": what is told after the date has gone on since."""
    stop = BREAK.search(text, trigger, trigger + 200)
    since = _SINCE_THEN.search(text, trigger, stop.start() + 1 if stop else min(len(text), trigger + 200))
    return since is not None and _PERFECT.search(text, end, since.start()) is not None


_PERFECT = re.compile(r"\b(?:has|have|had)\b")


def _from_event(before: str, day: dt.date, published: dt.date | None) -> Period | None:
    """ "since the invasion", "on the eve of the war"."""
    counted = COUNTED_FROM.search(before)
    word = counted[0].split()[0].lower() if counted else "since"
    if word == "since":
        return Period(start=day, end=published)
    if word in ("after", "outbreak", "outset", "start", "beginning"):
        earlier = re.search(r"\bbefore\s+(?:the\s+)?$", before[: counted.start()] if counted else "", re.IGNORECASE)
        if not earlier:
            return Period(start=day, end=None)
    return Period(start=None, end=day - dt.timedelta(1))


_FIRST_OF = re.compile(
    rf"\b(?P<which>first|last) (?:(?P<n>{COUNT_WORDS}) )?(?P<u>day|week|month)s? of (?:the )?$".replace(" ", r"\s+"),
    re.IGNORECASE,
)
_MONTHS_TO = re.compile(
    rf"\b(?P<n>{COUNT_WORDS}) months (?:to|ended|ending|through) (?:the )?(?:end of )?$".replace(" ", r"\s+"),
    re.IGNORECASE,
)


_YEAR_BEGINS = re.compile(r"\byear (?:that|which) (?:begins?|began|starts?|started)(?: on)?\s+$", re.IGNORECASE)


def _stretch(before: str, days: Days) -> Days:
    """ "the first nine months of 1997", "the six months to the end of March"."""
    match = _FIRST_OF.search(before)
    if match is not None:
        count = how_many(match["n"]) if match["n"] else 1
        if count is not None and match["which"].lower() == "first":
            return Days(days.first, shift(days.first, match["u"].lower(), count) - dt.timedelta(1), "span")
        if count is not None:
            return Days(shift(days.last + dt.timedelta(1), match["u"].lower(), -count), days.last, "span")
    if _YEAR_BEGINS.search(before):
        return Days(days.first, shift(days.first, "year", 1) - dt.timedelta(1), "span")
    match = _MONTHS_TO.search(before)
    count = how_many(match["n"]) if match else None
    if count is not None:
        return Days(shift(days.last + dt.timedelta(1), "month", -count), days.last, "span")
    return days


def _by_now(period: Period, published: dt.date | None) -> Period:
    """What has happened has done so by the day of publication."""
    if published is None or period.end is None or period.start is None or not period.start <= published < period.end:
        return period
    return Period(start=period.start, end=published)


def _reread(context: Context, time: Time, planned: bool | None) -> Days | None:
    """The expression's days again, now that past or future is known."""
    published = context.published
    if time.rule in _DIRECTED and published is not None:
        word = WORD.match(context.text, time.start)
        context.planned = planned
        read = read_at(context, word, time.end) if word else None
        context.planned = None
        if read is not None and read.days is not None:
            return read.days
    if time.first is None or time.last is None:
        return None
    if time.rule == "relative unit" and published is not None and (back := _TRAILING.match(context.text, time.start)):
        return Days(shift(published, back["u"].lower(), -1), published, "span")
    if time.rule == "fiscal year":
        ahead = 3 if _APRIL_YEARS.search(context.text) else -3
        return Days(shift(time.first, "month", ahead), shift(time.last, "month", ahead), "span")
    if time.rule == "day word" and context.text[time.start : time.end].lower() == "overnight":
        return Days(time.first, time.first + dt.timedelta(1), "span")
    return Days(time.first, time.last, _grain(time.first, time.last))


# Japan's and India's fiscal years begin in April, not in October before the year they are named for.
_APRIL_YEARS = re.compile(r"\b(?:yen|Tokyo|rupees?|crore|New Delhi)\b")
_TRAILING = re.compile(r"past (?P<u>year|month|week)\b", re.IGNORECASE)


def _grain(first: dt.date, last: dt.date) -> str:
    """The size of the calendar unit that an interval is."""
    if first == last:
        return "day"
    for unit in ("week", "month", "quarter", "year", "decade"):
        if Days.around(first, unit)[:2] == (first, last):
            return unit
    return "span"


def _part_of(before: str, days: Days) -> Days:
    """The part of a unit that "early", "mid-", "late" and "end of" name."""
    match = _PART.search(before) if days.grain not in ("span", "years") else None
    return _cut(days, match.lastgroup or "") if match else days


def _cut(days: Days, part: str) -> Days:
    """Early, mid and late thirds as the guidelines set them; the last day for "end"."""
    first, last, grain = days
    if part == "end":
        return Days(last if grain != "decade" else dt.date(last.year, 1, 1), last, "day")
    third = {"early": 0, "mid": 1, "late": 2}.get(part)
    if third is None:
        return days
    if grain == "month":
        return Days(
            first.replace(day=10 * third + 1), last if third == 2 else first.replace(day=10 * third + 10), "part"
        )
    if grain == "year":
        return Days(Days.month(first.year, 4 * third + 1).first, Days.month(first.year, 4 * third + 4).last, "part")
    if grain == "decade":
        start, stop = ((0, 3), (4, 6), (7, 9))[third]
        return Days(dt.date(first.year + start, 1, 1), dt.date(first.year + stop, 12, 31), "part")
    if grain == "week":
        start, stop = ((0, 2), (2, 4), (3, 6))[third]
        return Days(first + dt.timedelta(start), first + dt.timedelta(stop), "part")
    return days


def _joined(context: Context, time: Time, days: Days, before: str) -> Period | None:
    """ "from 2012 to 2021", "between June and August": both ends give the same period."""
    text = context.text
    numbered = _DAY_TOO.match(text, time.end)
    if numbered is not None and days.grain == "day" and "month" in time.rule and _is_range(numbered[0], before):
        last = int(numbered["d"])
        if days.first.day < last <= calendar.monthrange(days.first.year, days.first.month)[1]:
            return Period(start=days.first, end=days.first.replace(day=last))
    after = _JOIN_AFTER.match(text, time.end)
    if after is not None and _is_range(after[0], before):
        word = WORD.match(text, after.end())
        other = read_at(context, word, len(text)) if word else None
        if other is not None and other.days is not None:
            return _ordered(_part_of(before, days), _part_of(text[after.start() : other.start], other.days))
    joint = _JOIN_BEFORE.search(before)
    if joint is not None:
        start = time.start - len(before)
        earlier = list(reads(context, start, start + joint.start()))
        if earlier and earlier[-1].end == start + joint.start() and earlier[-1].days is not None:
            lead = text[start : earlier[-1].start]
            if _is_range(joint[0], lead):
                return _ordered(_part_of(lead, earlier[-1].days), _part_of(joint[0], days))
    return None


_DAY_TOO = re.compile(r"\s+(?:and|to|until)\s+(?P<d>\d{1,2})(?![\w:%]|[,.]\d|\s+[a-z]+s\b)")


_BETWEEN = re.compile(r"\bbetween\s+(?:the )?(?:early |late |mid-?|start of |beginning of |end of )*$", re.IGNORECASE)


def _is_range(connector: str, before: str) -> bool:
    """Whether two dates so joined bound a stretch; with "and" only after "between"."""
    return "and" not in connector.split() or _BETWEEN.search(before) is not None


def _ordered(start: Days, end: Days) -> Period | None:
    """From the first day of one to the last of the other; "from October to March" began the year before."""
    if start.first > end.last:
        try:
            start = start._replace(first=start.first.replace(year=start.first.year - 1))
        except ValueError:
            return None
    return Period(start=start.first, end=end.last) if start.first <= end.last else None


def _bounded(before: str, after: str, days: Days, context: Context, planned: bool | None, told: int) -> Period | None:
    """One end or both, as the preposition asks; a clause ("since the two met") that opens before `told` is the
    event's own."""
    published = context.published
    whole, days = days, _part_of(before, days)
    lead = _PART.sub("", before) if days != whole else before
    if _SINCE.search(lead, told):
        return Period(start=days.first, end=max(published, days.first) if published else None)
    if _NOT_BEFORE.search(lead):
        return Period(start=days.first, end=None)
    if _BEFORE.search(lead) and not _IS_OUT.match(after):
        return Period(start=None, end=days.first - dt.timedelta(1))
    if _UNTIL.search(lead) or _IS_OUT.match(after) or (not planned and _AS_OF.search(lead)):
        return Period(start=None, end=days.last)
    if _AFTER_HAD.search(lead, told):
        return Period(start=days.first, end=None)
    if _AFTER.search(lead):
        return Period(start=days.last + dt.timedelta(1), end=None)
    if days.grain not in ("span", "years") and (
        (_FROM.search(lead) and (planned or _ONWARDS.match(after) or _lies_ahead(days, published, planned)))
        or _TAKES_EFFECT.search(lead)
    ):
        return Period(start=days.first, end=None)
    if days.grain == "day" and whole.grain == "month" and _END_OF.search(before):
        days = _cut(whole, "late")
    return Period(start=days.first, end=days.last)


def _lies_ahead(days: Days, published: dt.date | None, planned: bool | None) -> bool:
    return planned is None and published is not None and days.first > published


_IS_OUT = re.compile(r"\s+(?:is|are|was|has) (?:out|over|ended|gone)\b|\s+ends?\b", re.IGNORECASE)
_AS_OF = re.compile(rf"\bas of\s+{_THE}$", re.IGNORECASE)
_TAKES_EFFECT = re.compile(
    rf"\b(?:takes? effect|in(?:to)? force|effective|comes? into effect)\s+(?:from\s+)?{_THE}$", re.IGNORECASE
)
_END_OF = re.compile(rf"\bend of\s+{_THE}$", re.IGNORECASE)
