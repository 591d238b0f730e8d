"""Finds time expressions and resolves them to calendar days.

`find` gives each expression the calendar interval that it names ("last week" is the week before the day of
publication); `period` reads the words around it ("since", "by the end of", "early") into a claim's period.
A word that can open an expression selects the few patterns to try there, so plain text costs one look-up a word.
What is relative is counted from the publication date, or from the date named before it ("a year earlier");
past or future is read off the nearest verb. Conventions: TIMEX3 for intervals, the annotation guidelines for periods.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
import tomllib
from collections.abc import Callable, Iterator
from enum import Enum
from importlib import resources
from typing import Any, NamedTuple

from stocktake.vocabulary import Period, Time

__all__ = ["find", "period"]


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("lexicon", name).read_text("utf-8"))


_CALENDAR = _load("calendar.toml")
_NUMBERS = _load("numbers.toml")
_MONTHS: dict[str, int] = _CALENDAR["months"]
_WEEKDAYS: dict[str, int] = _CALENDAR["weekdays"]
_SEASONS: dict[str, int] = _CALENDAR["seasons"]
_DAYS: dict[str, int] = _CALENDAR["days"]
_DECADES: dict[str, int] = _CALENDAR["decades"]
_CARDINALS: dict[str, int] = _NUMBERS["cardinals"]
_ORDINALS: dict[str, int] = _NUMBERS["ordinals"]


class _Days(NamedTuple):
    """A resolved interval and the size of the unit it was named in."""

    first: dt.date
    last: dt.date
    grain: str


class _Unresolved(Exception):
    """The expression counts from a date that is not known."""


class _Context:
    """What an expression may count from: the day of publication, the last date named, the last quarter named."""

    def __init__(self, text: str, published: dt.date | None) -> None:
        self.text = text
        self.published = published
        self.anchor: _Days | None = None
        self.anchor_at = 0
        self.quarter: _Days | None = None
        self.planned: bool | None = None

    @property
    def today(self) -> dt.date:
        if self.published is None:
            raise _Unresolved
        return self.published

    def last_named(self) -> _Days:
        if self.anchor is not None:
            return self.anchor
        return _Days(self.today, self.today, "day")

    def lean(self, start: int, end: int) -> _Lean:
        """Whether the expression at start:end lies behind or ahead, by the nearest cue in its sentence."""
        return _lean(self.text, start, end)


# ------------------------------------------------------------------------------------- calendar arithmetic


def _month(year: int, month: int) -> _Days:
    return _Days(dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1]), "month")


def _year(year: int) -> _Days:
    return _Days(dt.date(year, 1, 1), dt.date(year, 12, 31), "year")


def _day(day: dt.date) -> _Days:
    return _Days(day, day, "day")


def _week(day: dt.date) -> _Days:
    monday = day - dt.timedelta(day.weekday())
    return _Days(monday, monday + dt.timedelta(6), "week")


def _weekend(day: dt.date) -> _Days:
    saturday = day - dt.timedelta(day.weekday()) + dt.timedelta(5)
    return _Days(saturday, saturday + dt.timedelta(1), "weekend")


def _quarter(year: int, number: int) -> _Days:
    return _Days(_month(year, 3 * number - 2).first, _month(year, 3 * number).last, "quarter")


def _half(year: int, number: int) -> _Days:
    return _Days(_month(year, 6 * number - 5).first, _month(year, 6 * number).last, "half")


def _decade(year: int) -> _Days:
    return _Days(dt.date(year - year % 10, 1, 1), dt.date(year - year % 10 + 9, 12, 31), "decade")


def _season(year: int, first_month: int) -> _Days:
    last = first_month + 2
    end = _month(year + (last > 12), last - 12 if last > 12 else last).last
    return _Days(dt.date(year, first_month, 1), end, "season")


def _shift(day: dt.date, unit: str, count: int) -> dt.date:
    if unit in ("day", "night"):
        return day + dt.timedelta(count)
    if unit == "hour":
        return day + dt.timedelta(round(count / 24))
    if unit == "week":
        return day + dt.timedelta(7 * count)
    months = {"month": 1, "quarter": 3, "year": 12, "decade": 120}[unit] * count
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _around(day: dt.date, unit: str) -> _Days:
    """The calendar unit that holds a day."""
    if unit == "week":
        return _week(day)
    if unit == "weekend":
        return _weekend(day)
    if unit == "month":
        return _month(day.year, day.month)
    if unit == "quarter":
        return _quarter(day.year, (day.month + 2) // 3)
    if unit == "year":
        return _year(day.year)
    if unit == "decade":
        return _decade(day.year)
    return _day(day)


# ------------------------------------------------------------------------------------- past or future


def _any(words: list[str]) -> str:
    return "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True))


class _Lean(Enum):
    """Which way a sentence looks; `may_be_ahead` where its cue is as often used of the past ("by", "could")."""

    behind = -1
    unknown = 0
    may_be_ahead = 1
    ahead = 2


_CUE = re.compile(
    r"(?<![\w'’])(?:(?P<behind>(?:may|might|could|should|would|must|will) have \w+"
    r"|had (?:previously )?been (?:due|scheduled|expected|planned|set|supposed) to \w+|{})"
    r"|(?P<ahead>(?:will|would|shall|to) (?:not |also )?(?:be|have been) \w+|{})|(?P<may_be_ahead>{})"
    r"|(?P<verb>[a-z]{{2,}}ed))(?!\w)".format(
        *(_any(_CALENDAR["lean"][lean.name]) for lean in (_Lean.behind, _Lean.ahead, _Lean.may_be_ahead))
    )
)
_BREAK = re.compile(r"[.!?][\"'”’)]*\s+(?=[A-Z\"“`])|\n\s*\n|;")


def _lean(text: str, start: int, end: int) -> _Lean:
    before = text[max(0, start - 160) : start]
    cut = 0
    for stop in _BREAK.finditer(before):
        cut = stop.end()
    found: str | None = None
    for cue in _CUE.finditer(before, cut):
        found = cue.lastgroup
    if found is None:
        after = text[end : end + 120]
        stop_after = _BREAK.search(after)
        cue_after = _CUE.search(after, 0, stop_after.start() if stop_after else len(after))
        found = cue_after.lastgroup if cue_after else None
    if found == "verb":
        return _Lean.behind
    return _Lean[found] if found else _Lean.unknown


# ------------------------------------------------------------------------------------- patterns

_FULL_MONTHS = [m for m in _MONTHS if len(m) > 4 or m in ("may", "june", "july")]
_SHORT_MONTHS = [m for m in _MONTHS if m not in _FULL_MONTHS]


_COUNT_WORDS = r"\d{{1,3}}|(?:{tens})[- ](?:{ones})|{cards}|couple of|few|several|half a dozen|dozen".format(
    tens="|".join(w for w, v in _CARDINALS.items() if v >= 20),
    ones="|".join(w for w, v in _CARDINALS.items() if 0 < v < 10),
    cards="|".join(sorted(_CARDINALS, key=len, reverse=True)),
)
_CAPITAL = "(?=(?-i:[A-Z]))"
_P = {
    "M": rf"(?P<m>{_CAPITAL}(?:(?:{_any(_FULL_MONTHS)})(?!\w|-?(?-i:[a-z]))|(?:{_any(_SHORT_MONTHS)})(?:\.|(?!\w))))",
    "W": rf"(?P<w>{_CAPITAL}(?:{_any(list(_WEEKDAYS))}))(?!\w)",
    "Y0": r"(?P<y0>(?:1[5-9]|20)\d\d)",
    "Y": r"(?P<y>(?:1[5-9]|20)\d\d)(?![\w%]|,\d|\.\d)",
    "TH": r"(?:st|nd|rd|th)?",
    "U": r"(?P<u>year|month|week|day|decade|quarter|hour|night)s?(?!\w)",
    "N": rf"(?P<n>{_COUNT_WORDS})",
    "N0": rf"(?:{_COUNT_WORDS})",
    "TENS": "|".join(w for w, v in _CARDINALS.items() if v >= 20),
    "ONES": "|".join(w for w, v in _CARDINALS.items() if 0 < v < 10),
    "O": r"(?P<q>first|second|third|fourth|final|last|1st|2nd|3rd|4th)",
    "R": r"(?P<r>this coming|this past|this|last|next|past|previous|coming|current|following|same|that|latest|upcoming)",
    "S": r"(?P<s>spring|summer|autumn|fall|winter)",
}


def _pattern(template: str) -> re.Pattern[str]:
    for key, value in _P.items():
        template = template.replace(f"<{key}>", value)
    return re.compile(template.replace(" ", r"\s+"), re.IGNORECASE)


def _said(match: re.Match[str], group: str) -> str:
    """The words of a group, in lower case on one line; empty where the group is absent."""
    return " ".join((match[group] or "").lower().split())


Resolver = Callable[[_Context, "re.Match[str]"], _Days | None]
_RULES: dict[str, tuple[re.Pattern[str], Resolver]] = {}
_OPENERS: dict[str, list[str]] = {}


def _rule(name: str, openers: list[str], template: str) -> Callable[[Resolver], Resolver]:
    """Register a rule: the words that may open it, its pattern, the function that resolves it."""

    def register(resolve: Resolver) -> Resolver:
        _RULES[name] = (_pattern(template), resolve)
        for word in openers:
            _OPENERS.setdefault(word, []).append(name)
        return resolve

    return register


_DIGITS = "0"  # the opener of anything that starts with a digit
_NUMBER_OPENERS = [_DIGITS, *_CARDINALS, "a", "an", "couple", "few", "several", "half", "dozen"]


def _month_number(name: str) -> int:
    return _MONTHS[name.lower().rstrip(".")]


def _count(words: str) -> int | None:
    words = words.lower()
    if words.isdigit():
        return int(words)
    if words in ("a", "an"):
        return 1
    if words in ("couple of",):
        return 2
    if words in ("dozen",):
        return 12
    if words == "half a dozen":
        return 6
    if words in ("few", "several"):
        return None
    return sum(_CARDINALS[w] for w in re.split(r"[-\s]+", words))


def _full_year(digits: str) -> int:
    year = int(digits)
    return year if year > 99 else year + (1900 if year >= 50 else 2000)


_FARTHEST_PAST = {_Lean.behind: 300, _Lean.unknown: 200, _Lean.may_be_ahead: 120, _Lean.ahead: 60}
_FARTHEST_PAST_OF_DEEDS = {_Lean.behind: 345, _Lean.unknown: 345, _Lean.may_be_ahead: 200, _Lean.ahead: 200}
_FARTHEST_PAST_OF_PLANS = {_Lean.behind: 120, _Lean.unknown: 60, _Lean.may_be_ahead: 80, _Lean.ahead: 30}


def _year_for(context: _Context, match: re.Match[str], month: int, day: int | None = None) -> int:
    """The year of a month or day named without one: this year's or last year's, as the sentence leans.

    The nearer one is the likelier: a past reading is given up where it lies farther back than the lean allows.
    """
    today = context.today
    if day is None and month == today.month:
        return today.year
    past = today.year if (month, day or 1) <= (today.month, today.day) else today.year - 1
    back = (today - _month(past, month).last).days if day is None else (today - dt.date(past, month, day)).days
    return past if back <= _farthest_past(context, match) else past + 1


def _farthest_past(context: _Context, match: re.Match[str]) -> int:
    lean = context.lean(match.start(), match.end())
    if context.planned is None:
        return _FARTHEST_PAST[lean]
    return (_FARTHEST_PAST_OF_PLANS if context.planned else _FARTHEST_PAST_OF_DEEDS)[lean]


def _ahead(context: _Context, match: re.Match[str]) -> bool:
    """Whether a day or season named without its date is the next one rather than the last."""
    lean = context.lean(match.start(), match.end())
    if context.planned is None:
        return lean is _Lean.ahead
    return context.planned and lean is not _Lean.behind


@_rule("iso date", [_DIGITS], r"(\d{4})-(\d\d)-(\d\d)(?!\d)")
def _iso(context: _Context, match: re.Match[str]) -> _Days:
    return _day(dt.date(int(match[1]), int(match[2]), int(match[3])))


@_rule("slashed date", [_DIGITS], r"(\d{1,2})/(\d{1,2})/(\d{4}|\d\d)(?![\d/])")
def _slashed(context: _Context, match: re.Match[str]) -> _Days:
    month, day = int(match[1]), int(match[2])
    if month > 12:
        month, day = day, month
    return _day(dt.date(_full_year(match[3]), month, day))


def _days_of_month(context: _Context, match: re.Match[str]) -> _Days:
    month, day = _month_number(match["m"]), int(match["d"])
    year = int(match["y"]) if match["y"] else _year_for(context, match, month, day)
    first = dt.date(year, month, day)
    return _Days(first, first.replace(day=max(day, int(match["d2"]))) if match["d2"] else first, "day")


_rule(
    "day and month",
    [_DIGITS],
    r"(?P<d>\d{1,2})<TH>(?:\s?(?:-|–|to|and)\s?(?P<d2>\d{1,2})<TH>)? (?:of )?<M>(?:,? <Y>)?",
)(_days_of_month)
_rule(
    "month and day",
    list(_MONTHS),
    r"<M> (?P<d>\d{1,2})<TH>(?![\d%]|:\d|,\d{3}|\.\d|-?mm|-?[a-z])(?:\s?(?:-|–)\s?(?P<d2>\d{1,2})(?!\d))?(?:,? <Y>)?",
)(_days_of_month)


@_rule(
    "month and year",
    list(_MONTHS),
    r"<M>,? (?:of |in )?(?:<Y>(?!-mm)|(?P<r>this|last|next|that|the same) year(?!\w)|nineteen[- ](?P<t><TENS>)(?:[- ](?P<o><ONES>))?(?!\w))",
)
def _month_and_year(context: _Context, match: re.Match[str]) -> _Days:
    month = _month_number(match["m"])
    if match["y"]:
        return _month(int(match["y"]), month)
    if match["t"]:
        return _month(_spelled(match), month)
    return _month(_relative_year(context, _said(match, "r")), month)


def _relative_year(context: _Context, word: str) -> int:
    if word in ("that", "the same", "same"):
        return context.last_named().first.year
    return context.today.year + {"this": 0, "last": -1, "next": 1}[word]


@_rule("month", list(_MONTHS), r"<M>")
def _bare_month(context: _Context, match: re.Match[str]) -> _Days | None:
    name = match["m"]
    if name.lower() in _SHORT_MONTHS or (name.lower() in ("may", "march") and not _month_is_meant(context, match)):
        return None
    month = _month_number(name)
    listed = _LISTED_MONTH.match(context.text, match.end())
    if listed is not None:
        return _month(int(listed["y"]) - (month > _month_number(listed["m"])), month)
    return _month(_year_for(context, match, month), month)


_LISTED_MONTH = _pattern(
    r"(?:(?:,|\s*[-–]| and| to| or| until| through)\s*(?:early |late |mid-)?<M>){1,2} <Y>".replace("{1,2}", "")
)
_BEFORE_MONTH = re.compile(
    r"(?i:\b(?:in|since|by|until|till|of|last|this|next|early|mid|late|during|from|to|before|after|for|and|or|through|"
    r"between|around|on|about|towards?|ending|ended|previous|each|every|past)[\s-]+|\d\s+|,\s+)$"
)


def _month_is_meant(context: _Context, match: re.Match[str]) -> bool:
    return _BEFORE_MONTH.search(context.text, max(0, match.start() - 12), match.start()) is not None


@_rule("relative month", ["last", "this", "next", "previous", "following", "coming", "that", "same"], r"<R> <M>")
def _relative_month(context: _Context, match: re.Match[str]) -> _Days:
    month, today, word = _month_number(match["m"]), context.today, _said(match, "r")
    if word in ("following", "same", "that"):
        anchor = context.last_named().last
        return _month(anchor.year + (word == "following" and month <= anchor.month), month)
    if word == "this":
        return _month(today.year, month)
    if word in ("next", "this coming", "coming", "upcoming"):
        return _month(today.year + (month <= today.month), month)
    return _month(today.year - (month >= today.month - 1), month)


@_rule("weekday", list(_WEEKDAYS), r"<W>")
def _bare_weekday(context: _Context, match: re.Match[str]) -> _Days:
    return _weekday_near(context, match, _WEEKDAYS[_said(match, "w")])


def _weekday_near(context: _Context, match: re.Match[str], weekday: int) -> _Days:
    """The nearest such day: today counts as past, unless the text looks ahead."""
    today = context.today
    if _ahead(context, match):
        return _day(today + dt.timedelta((weekday - today.weekday()) % 7))
    return _day(today - dt.timedelta((today.weekday() - weekday) % 7))


_RELATIVE = ["last", "this", "next", "past", "previous", "coming", "current", "following", "same", "that", "latest"]


@_rule("relative weekday", _RELATIVE, r"<R> <W>")
def _relative_weekday(context: _Context, match: re.Match[str]) -> _Days:
    weekday, today, word = _WEEKDAYS[_said(match, "w")], context.today, _said(match, "r")
    if word in ("following", "next", "coming", "this coming", "upcoming"):
        base = context.last_named().last if word == "following" else today
        return _day(base + dt.timedelta((weekday - base.weekday() - 1) % 7 + 1))
    if word in ("same", "that", "this", "current"):
        return _weekday_near(context, match, weekday)
    base = context.last_named().first if word == "previous" else today
    return _day(base - dt.timedelta((base.weekday() - weekday - 1) % 7 + 1))


_STEP = {
    "this": 0, "current": 0, "same": 0, "that": 0, "latest": 0,
    "last": -1, "past": -1, "previous": -1, "this past": -1,
    "next": 1, "coming": 1, "following": 1, "this coming": 1, "upcoming": 1,
}  # fmt: skip


@_rule(
    "relative unit",
    _RELATIVE,
    r"<R> (?:full |whole |calendar |financial |fiscal )?(?P<u>year|month|week|weekend|quarter|decade|day)(?![\w-])"
    r"(?:['’]s (?:(?:fiscal )?<O> )?(?P<part>quarter|half)(?!\w))?",
)
def _relative_unit(context: _Context, match: re.Match[str]) -> _Days | None:
    word, unit = _said(match, "r"), _said(match, "u")
    if (
        (word, unit) == ("last", "year")
        and context.quarter
        and _SAME_PERIOD.search(context.text, max(0, match.start() - 8), match.start())
    ):
        return _same_quarter(context, context.today.year - 1)
    if unit == "quarter" and word == "latest":
        return _latest_of(context)
    if unit == "day" and word not in ("same", "that", "following", "previous", "past"):
        return None
    if unit == "quarter" and word in ("same", "that") and context.quarter is not None:
        return context.quarter
    anchored = word in ("same", "that", "following") or (word == "previous" and context.anchor is not None)
    base = context.last_named().first if anchored else context.today
    days = _around(_shift(base, "week" if unit == "weekend" else unit, _STEP[word]), unit)
    if _said(match, "part"):
        if _said(match, "q"):
            return _numbered(days.first.year, _said(match, "q"), _said(match, "part"))
        return _same_quarter(context, days.first.year)
    return days


_SAME_PERIOD = re.compile(r"(?:period|quarter)\s$")


def _numbered(year: int, ordinal: str, unit: str) -> _Days:
    number = int(ordinal[0]) if ordinal[0].isdigit() else _ORDINALS[ordinal]
    if unit == "quarter":
        return _quarter(year, 4 if number < 0 else number)
    return _half(year, 2 if number < 0 or number > 2 else number)


def _same_quarter(context: _Context, year: int) -> _Days | None:
    """The quarter last spoken of, in another year; the whole year where none was."""
    if context.quarter is None:
        return _year(year)
    return _quarter(year, (context.quarter.first.month + 2) // 3)


@_rule(
    "span",
    ["last", "past", "previous", "next", "coming", "preceding"],
    r"(?P<r>past|last|previous|preceding|next|coming) <N> (?:or (?:so|more) )?<U>",
)
def _span(context: _Context, match: re.Match[str]) -> _Days | None:
    count, unit = _count(_said(match, "n")), _said(match, "u")
    if count is None:
        return None
    if context.text.endswith("to ", 0, match.start()) and _said(match, "r") == "last":
        return None  # "a visit that is to last three days"
    anchored = _said(match, "r") in ("previous", "preceding") and context.anchor is not None
    base = context.last_named().first if anchored else context.today
    if _said(match, "r") in ("next", "coming"):
        return _Days(base, _shift(base, unit, count), "span")
    return _Days(_shift(base, unit, -count), base, "span")


@_rule(
    "ago",
    _NUMBER_OPENERS,
    r"(?P<n>an?(?! few| couple| dozen)|(?:a )?<N0>)(?:-| |-and-a-half | and a half )<U>"
    r"(?: or (?:so|more))? (?P<k>ago|earlier(?! than)|before|previously|later(?! than)|after(?!\w)|from now|hence)(?!\w)",
)
def _ago(context: _Context, match: re.Match[str]) -> _Days | None:
    count = _count(re.sub(r"^a\s+", "", _said(match, "n")))
    unit, word = _said(match, "u"), _said(match, "k").lower()
    if count is None:
        return None
    if word == "after" and not _AFTER_ENDS.match(context.text, match.end()):
        return _before_main_event(context, match, count, unit)
    if word == "before" and not _ends_phrase(context.text, match):
        return None
    if unit == "year" and count == 1 and word in ("ago", "earlier") and context.quarter:
        return _same_quarter(context, min(context.quarter.first.year, context.today.year) - 1)
    base = context.today if word in ("ago", "from now", "hence") else context.last_named().first
    day = _shift(base, unit, -count if word in ("ago", "earlier", "before", "previously") else count)
    if unit == "week" and count < 4 and word == "ago":
        return _day(day)
    return _around(day, unit)


def _before_main_event(context: _Context, match: re.Match[str], count: int, unit: str) -> _Days:
    """ "on Wednesday ..., five days after the first had come": the day that the clause after it speaks of.

    Counted back from the day named earlier in the sentence, else from the day of publication.
    """
    window = max(0, match.start() - 300)
    sentence = max((stop.end() for stop in _BREAK.finditer(context.text, window, match.start())), default=window)
    named = context.anchor_at >= sentence and context.anchor is not None and context.anchor.grain == "day"
    base = context.anchor.first if named and context.anchor else context.today
    return _around(_shift(base, unit, -count), unit)


_AFTER_ENDS = re.compile(r"\s*(?:[.,;:)—–]|$|(?:and|but|in|at|to|by|on|from|with|for|when)\b)")
_CLAUSE_FOLLOWS = re.compile(
    r"\s+(?:the|an?|his|her|its|their|this|that|these|those|it|he|she|they|we|you|I|both|some|all|who|"
    r"(?-i:[A-Z])\w*|[a-z]+ing|\w+['’]s)\b",
    re.IGNORECASE,
)


def _ends_phrase(text: str, match: re.Match[str]) -> bool:
    """ "a year before, ..." counts from the last date; "a year before the war" does not."""
    return _CLAUSE_FOLLOWS.match(text, match.end()) is None


@_rule(
    "day before",
    ["day", "month", "year", "week", "night"],
    r"(?P<u>day|month|year|week|night) (?P<k>before yesterday|before|after|earlier)(?!\w)",
)
def _day_before(context: _Context, match: re.Match[str]) -> _Days | None:
    if _said(match, "k").endswith("yesterday"):
        return _day(context.today - dt.timedelta(2))
    if not _ends_phrase(context.text, match):
        return None
    step = 1 if _said(match, "k") == "after" else -1
    return _around(_shift(context.last_named().first, _said(match, "u"), step), _said(match, "u"))


@_rule(
    "year ago",
    ["year"],
    r"year-?(?:ago|earlier)(?:[- ](?:(?P<q>first|second|third|fourth) )?(?:quarter|period)(?!\w))?(?!\w)",
)
def _year_ago(context: _Context, match: re.Match[str]) -> _Days | None:
    year = min((context.quarter or context.last_named()).first.year, context.today.year) - 1
    if _said(match, "q"):
        return _numbered(year, _said(match, "q"), "quarter")
    return _same_quarter(context, year)


@_rule("year end", ["year"], r"year(?:['’]s|-| )[Ee]nd(?: <Y>)?(?!\w)")
def _year_end(context: _Context, match: re.Match[str]) -> _Days:
    year = int(match["y"]) if match["y"] else context.today.year
    if "s" in match[0][4:6]:
        return _year(year)
    return _day(dt.date(year - context.text.endswith("since ", 0, match.start()), 12, 31))


@_rule(
    "quarter",
    ["first", "second", "third", "fourth", "final", "last", "fiscal", "1st", "2nd", "3rd", "4th"],
    r"(?:fiscal[- ])?<O>[- ](?:fiscal )?(?P<u>quarter|half)(?:-?year)?(?![\w]|-f)"
    r"(?:(?: of| in)?(?: the)?(?: fiscal)?(?: year)? <Y>|(?: of)? (?P<r>this|last|next|that|the same) year(?!\w))?",
)
def _ordinal_quarter(context: _Context, match: re.Match[str]) -> _Days:
    if match["y"]:
        return _numbered(int(match["y"]), _said(match, "q"), _said(match, "u"))
    if _said(match, "r"):
        return _numbered(_relative_year(context, _said(match, "r")), _said(match, "q"), _said(match, "u"))
    days = _numbered(context.today.year, _said(match, "q"), _said(match, "u"))
    if days.first > context.today and context.lean(match.start(), match.end()) not in (_Lean.ahead, _Lean.may_be_ahead):
        days = _numbered(context.today.year - 1, _said(match, "q"), _said(match, "u"))
    return days


@_rule("latest quarter", ["quarter", "latest"], r"(?:latest (?:quarter|period)|quarter)(?![\w-])(?! of \d)")
def _latest_quarter(context: _Context, match: re.Match[str]) -> _Days | None:
    if match[0] == "quarter" and not context.text.endswith(("the ", "the\n"), 0, match.start()):
        return None
    return _latest_of(context) if match[0].lower().startswith("latest") else context.quarter


def _latest_of(context: _Context) -> _Days:
    """The quarter last spoken of if it is over, else the last one that is."""
    if context.quarter is not None and context.quarter.last <= context.today:
        return context.quarter
    return _around(_shift(context.today, "month", -3), "quarter")


@_rule("short quarter", ["q"], r"[Qq](?P<q>[1-4])(?: (?:of )?<Y>)?(?!\w)")
def _short_quarter(context: _Context, match: re.Match[str]) -> _Days:
    year = int(match["y"]) if match["y"] else context.today.year
    return _quarter(year, int(_said(match, "q")))


@_rule("year's quarter", [_DIGITS], r"<Y> (?:(?P<q>first|second|third|fourth)[- ])?(?:quarter|period)(?!\w)")
def _years_quarter(context: _Context, match: re.Match[str]) -> _Days | None:
    if _said(match, "q"):
        return _numbered(int(match["y"]), _said(match, "q"), "quarter")
    return _same_quarter(context, int(match["y"]))


@_rule("fiscal year", ["fiscal", "fy"], r"(?:[Ff]iscal (?:year )?|FY ?)(?:<Y>|['’](?P<short>\d\d)(?!\d))")
def _fiscal_year(context: _Context, match: re.Match[str]) -> _Days:
    return _year(_full_year(match["y"] or match["short"]))


@_rule("years", [_DIGITS], r"<Y0>(?:-|–|/| and | to )(?:<Y>|(?P<short>\d\d)(?![\w%]))")
def _years(context: _Context, match: re.Match[str]) -> _Days | None:
    first = int(match["y0"])
    last = int(match["y"]) if match["y"] else first - first % 100 + int(match["short"])
    joined = match[0][4:5]
    if last <= first or (joined == " " and match["short"]) or (joined == " " and match[0].split()[1] == "and"):
        return None
    return _Days(dt.date(first, 1, 1), dt.date(last, 12, 31), "years")


@_rule("year", [_DIGITS], r"<Y>(?!-?(?:mm|kg|km|m\b|lb|pound|ton|mile|hour|page|strong|degree)|s\b|['’]s? )")
def _bare_year(context: _Context, match: re.Match[str]) -> _Days | None:
    return _year(int(match["y"])) if is_year(context.text, match.start(), match.end()) else None


_YEAR_BEFORE = re.compile(
    r"(?i:\b(?:in|since|by|until|till|of|from|to|before|after|during|between|early|mid|late|year|for|through|around|"
    r"towards?|than|fiscal|spring|summer|autumn|fall|winter|until|back to|dated|dates from|as early as)[\s-]+)$"
)
_COUNTED_AFTER = re.compile(
    r"\s+(?!sales|results|earnings|figures|models|elections|levels|prices|games|reports|talks|sanctions|rules|estimates)"
    r"(?:[a-z]{2,}(?:-[a-z]+)?s(?<!ss)|people|men|women|troops|aircraft|personnel|rpm|more|per|square|tonnes|tons)\b"
)
_NUMBER_BEFORE = re.compile(
    r"(?:[$€£¥#]\s?|\bNo\. ?|\bRs\.? ?|\d[,.]?|\bFlight |\b(?:some|about|nearly|over|almost|than the|least|exactly) )$"
)


def is_year(text: str, start: int, end: int) -> bool:
    """Whether the four digits at start:end name a year rather than count something ("2020 shells")."""
    before = max(0, start - 16)
    if not 1500 <= int(text[start:end]) <= 2150 or _NUMBER_BEFORE.search(text, before, start):
        return False
    counted = _COUNTED_AFTER.match(text, end) is not None
    if _YEAR_BEFORE.search(text, before, start):
        return not (counted and text[before:start].rstrip().endswith(("to", "of", "for", "than", "from", "between")))
    return int(text[start:end]) >= 1890 and not counted


@_rule(
    "decade",
    [_DIGITS, "nineties", "eighties", "seventies", "sixties"],
    r"(?:(?P<y>(?:1[5-9]|20)\d)0['’]?s(?!\w)|(?P<word>nineties|eighties|seventies|sixties)(?!\w))",
)
def _named_decade(context: _Context, match: re.Match[str]) -> _Days:
    if _said(match, "word"):
        return _decade(1900 + _DECADES[_said(match, "word")])
    return _decade(int(match["y"]) * 10)


@_rule("short decade", ["'", "’", "`"], r"['’`](?P<y>[2-9]0)['’]?s(?!\w)")
def _short_decade(context: _Context, match: re.Match[str]) -> _Days:
    return _decade(1900 + int(match["y"]))


@_rule(
    "season",
    [*_SEASONS, *_RELATIVE],
    r"(?:<R> )?<S>(?:(?: of)? <Y>| (?:of )?(?P<ry>last|this|next) year(?!\w))?(?![\w-])",
)
def _named_season(context: _Context, match: re.Match[str]) -> _Days | None:
    word, month = _said(match, "r"), _SEASONS[_said(match, "s")]
    if not word and not match["y"] and context.text.startswith(" of ", match.end()):
        return None  # "the fall of Kabul", "the spring of his life"
    if (
        not word
        and not match["y"]
        and not _SEASON_BEFORE.search(context.text, max(0, match.start() - 16), match.start())
    ):
        return None
    if match["y"]:
        return _season(int(match["y"]), month)
    if _said(match, "ry"):
        return _season(_relative_year(context, _said(match, "ry")), month)
    today = context.today
    year = today.year
    if word in ("that", "same", "following"):
        return _season(context.last_named().first.year + (word == "following"), month)
    ahead = word in ("next", "coming", "this coming", "upcoming") or (
        not word
        and (
            _ahead(context, match)
            or (context.planned is None and context.lean(match.start(), match.end()) is _Lean.may_be_ahead)
        )
    )
    if word in ("this", "current", "latest"):
        begun = _season(year - 1, month)
        return begun if begun.last >= today else _season(year, month)
    if ahead:
        while _season(year, month).last < today or (word == "next" and _season(year, month).first <= today):
            year += 1
        return _season(year, month)
    while (_season(year, month).last >= today) if word else (_season(year, month).first > today):
        year -= 1
    return _season(year, month)


_SEASON_BEFORE = re.compile(
    r"(?i:\b(?:in the|the|by|since|until|of|early|late|mid|in|this|last|during|from|before)[\s-]+)$"
)


@_rule("day word", list(_DAYS), r"(?P<d>yesterday|today|tonight|tomorrow|overnight)(?!\w)")
def _day_word(context: _Context, match: re.Match[str]) -> _Days:
    return _day(context.today + dt.timedelta(_DAYS[_said(match, "d")]))


@_rule("part of day", ["this", "last"], r"(?P<r>this|last) (?P<part>morning|afternoon|evening|night)(?!\w)")
def _part_of_day(context: _Context, match: re.Match[str]) -> _Days:
    return _day(context.today - dt.timedelta(_said(match, "r") == "last"))


@_rule("weekend", ["weekend"], r"weekend(?![\w-])")
def _bare_weekend(context: _Context, match: re.Match[str]) -> _Days | None:
    if not re.search(r"(?:the|a) $", context.text[max(0, match.start() - 5) : match.start()]):
        return None
    this = _weekend(context.today)
    if _ahead(context, match):
        return this
    return this if this.first <= context.today else _weekend(context.today - dt.timedelta(7))


@_rule(
    "spelled year",
    ["nineteen", "two", "twenty"],
    r"(?P<c>nineteen|twenty)[- ](?:(?P<t><TENS>)(?:[- ](?P<o><ONES>))?)(?!\w|-)",
)
def _spelled_year(context: _Context, match: re.Match[str]) -> _Days | None:
    if _said(match, "c") == "twenty" and not _said(match, "o"):
        return None
    return _year(_spelled(match) + (100 if _said(match, "c") == "twenty" else 0))


def _spelled(match: re.Match[str]) -> int:
    return 1900 + _CARDINALS[_said(match, "t")] + (_CARDINALS[_said(match, "o")] if match["o"] else 0)


@_rule("year of", ["year"], r"year (?:<Y>|two thousand(?!\w))")
def _year_of(context: _Context, match: re.Match[str]) -> _Days:
    return _year(int(match["y"]) if match["y"] else 2000)


@_rule("then", ["then"], r"then(?![\w-])")
def _then(context: _Context, match: re.Match[str]) -> _Days | None:
    if not re.search(r"\b(?:by|until|till)\s$", context.text[max(0, match.start() - 6) : match.start()], re.IGNORECASE):
        return None
    return context.anchor


@_rule("within", ["within"], r"within (?:the (?:next|coming) )?<N> <U>")
def _within(context: _Context, match: re.Match[str]) -> _Days | None:
    count = _count(_said(match, "n"))
    if count is None or _said(match, "u") == "hour":
        return None
    base = context.last_named().first
    return _Days(base, _shift(base, _said(match, "u"), count), "span")


@_rule("holiday", ["christmas"], r"Christmas(?: (?P<e>Day|Eve))?(?! \w+(?:ing|ed)\b)")
def _christmas(context: _Context, match: re.Match[str]) -> _Days:
    day = 24 if _said(match, "e") == "eve" else 25
    return _day(dt.date(_year_for(context, match, 12, day), 12, day))


_EVENTS = [
    (re.compile(rf"(?:{_any(e['words'])})(?!\w)"), re.compile(_any(e["needs"])), e["day"]) for e in _CALENDAR["events"]
]
_COUNTED_FROM = re.compile(
    r"\b(?:since|before|until|till|after|prior to|ahead of|eve of|start of|outset of|beginning of|outbreak of)\s+"
    r"(?:(?:the|its|his|a|of|start|beginning|outbreak|outset|full-scale|full|scale|large-scale|all-out|unprovoked|"
    r"Ukraine|Russian|(?:Russia|Moscow|Putin|Kremlin|Ukraine)(?:['’]s)?)\s+)*$",
    re.IGNORECASE,
)


@_rule("event", sorted({w for e in _CALENDAR["events"] for w in e["words"]}), r"\w+")
def _event(context: _Context, match: re.Match[str]) -> _Days | None:
    """A turning point that the report counts from, such as the invasion of 2022."""
    if not _COUNTED_FROM.search(context.text, max(0, match.start() - 70), match.start()):
        return None
    for words, needs, day in _EVENTS:
        if words.match(context.text, match.start()) and context.today >= day and needs.search(context.text):
            return _day(day)
    return None


@_rule(
    "of the year",
    ["year", "month", "week", "decade", "quarter"],
    r"(?P<u>year|month|week|decade)(?![\w-])",
)
def _of_the_year(context: _Context, match: re.Match[str]) -> _Days | None:
    if not _PART_OF.search(context.text, max(0, match.start() - 28), match.start()):
        return None
    return _around(context.today, _said(match, "u"))


_PART_OF = re.compile(
    r"(?i:\b(?:end|close|rest|remainder|start|beginning|middle|course|(?:earlier|later) in|half|part|month|most|"
    r"before|turn|for|days?|weeks?|months?|out)\s+(?:of\s+)?the\s+(?:full\s+|whole\s+)?|\bfull\s+)$"
)


# ------------------------------------------------------------------------------------- reading

_WORD = re.compile(r"[A-Za-z]+|\d+|['’`](?=\d0)")


class _Read(NamedTuple):
    start: int
    end: int
    days: _Days | None
    rule: str


_DATE_AFTER_DAY = re.compile(r",?\s+(?:the\s+)?(?=[A-Z\d])")


def _read_at(context: _Context, word: re.Match[str], end: int) -> _Read | None:
    """The longest expression that opens with a word."""
    position, best = word.start(), None
    opener = word[0].lower()
    for name in _OPENERS.get(_DIGITS if opener[0].isdigit() else opener, ()):
        pattern, resolve = _RULES[name]
        match = pattern.match(context.text, position, end)
        if match is None or (best is not None and match.end() <= best.end):
            continue
        days: _Days | None = None
        try:
            days = resolve(context, match)
        except _Unresolved:
            pass
        except (ValueError, OverflowError):  # no such day: 31 June, or beyond the calendar
            continue
        else:
            if days is None:
                continue
        best = _Read(position, match.end(), days, name)
    if best is not None and best.rule.endswith("weekday"):
        gap = _DATE_AFTER_DAY.match(context.text, best.end)
        dated = _WORD.match(context.text, gap.end(), end) if gap else None
        inner = _read_at(context, dated, end) if dated else None
        if inner is not None and inner.rule in ("day and month", "month and day"):
            return inner._replace(start=position)
    return best


def _stands_alone(text: str, position: int) -> bool:
    """Whether a word is not the tail of a longer number or word ("$1,989", "F-16", "A2018")."""
    if position == 0:
        return True
    before = text[position - 1]
    if before.isalnum() or before in "$€£¥#_":
        return False
    if before in ".,/:-" and position > 1 and text[position].isdigit():
        return not text[position - 2].isdigit() and not (before == "-" and text[position - 2].isupper())
    return True


def _reads(context: _Context, start: int, end: int) -> Iterator[_Read]:
    free = start
    for word in _WORD.finditer(context.text, start, end):
        opener = word[0].lower()
        if (opener not in _OPENERS and not opener[0].isdigit() and opener != "months") or word.start() < free:
            continue
        if not _stands_alone(context.text, word.start()):
            continue
        if opener == "months":
            context.quarter = None  # "in the nine months ... a year earlier": the talk is no longer of a quarter
        read = _read_at(context, word, end)
        if read is None:
            continue
        free = read.end
        if read.days is not None:
            if _moves_the_story(read, context.text):
                context.anchor, context.anchor_at = read.days, read.start
            if read.days.grain == "quarter" and "ago" not in read.rule:
                context.quarter = read.days
        yield read


def _moves_the_story(read: _Read, text: str) -> bool:
    """Whether later expressions count from this one; a comparison ("up from a year earlier") does not move on."""
    return "ago" not in read.rule and not text.startswith(("last year", "Last year"), read.start)


def find(text: str, published: dt.date | None, *, start: int = 0, end: int | None = None) -> tuple[Time, ...]:
    """Every time expression of `text[start:end]`, in order, with offsets in the whole text.

    An expression that counts from an unknown day (no `published`) is found, without days. What a stretch says
    before (a year, a quarter) serves those that follow, so a report is best read whole.
    """
    context = _Context(text, published)
    return tuple(_time(read) for read in _reads(context, start, len(text) if end is None else end))


def _time(read: _Read) -> Time:
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
_UNTIL = re.compile(rf"\b(?:by|until|till|no later than|not later than|up to|through|within)\s+{_THE}$", re.IGNORECASE)
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
_JOINED = r"\s*(?:[-–—]|\b(?:to|until|till|through|and)\b)\s*(?:(?:the|its|early|late|mid-?|end\s+of)\s+)*"
_JOIN_AFTER = re.compile(_JOINED, re.IGNORECASE)
_JOIN_BEFORE = re.compile(rf"(?<=[\w.]){_JOINED}$", re.IGNORECASE)


def period(
    text: str, time: Time, published: dt.date | None, planned: bool | None, *, trigger: int | None = None
) -> Period | None:
    """A claim's period: the days of `time` as the words around it ask ("since May", "by the end of 2025").

    `planned` says that the event lies ahead, which decides between last June and next June (None: the sentence's
    verbs decide). An event that has happened ends by the day of publication. `trigger` is where the event's words stand: in "since
    the two met in September" the meeting was in September, what is told before it has lasted since. None where the
    expression has no days.
    """
    context = _Context(text, published)
    read = _reread(context, time, planned)
    if read is None:
        return None
    before = text[max(0, time.start - 90) : time.start]
    before = before[max((stop.end() for stop in _BREAK.finditer(before)), default=0) :]
    if time.rule == "event":
        return _from_event(before, read.first, published)
    read = _stretch(before, read)
    joined = _joined(context, time, read, before)
    if joined is not None:
        return joined
    told = max(0, (trigger or 0) - time.start + len(before)) if trigger is None or trigger < time.start else 0
    bounded = _bounded(before, text[time.end : time.end + 14], read, context, planned, told)
    return _by_now(bounded, published) if planned is False and bounded else bounded


def _from_event(before: str, day: dt.date, published: dt.date | None) -> Period | None:
    """ "since the invasion", "on the eve of the war"."""
    counted = _COUNTED_FROM.search(before)
    word = counted[0].split()[0].lower() if counted else "since"
    if word == "since":
        return Period(start=day, end=published)
    if word in ("after", "outbreak", "outset", "start", "beginning"):
        earlier = re.search(r"\bbefore\s+(?:the\s+)?$", before[: counted.start()] if counted else "", re.IGNORECASE)
        if not earlier:
            return Period(start=day, end=None)
    return Period(start=None, end=day - dt.timedelta(1))


_FIRST_OF = re.compile(
    rf"\b(?P<which>first|last) (?:(?P<n>{_COUNT_WORDS}) )?(?P<u>day|week|month)s? of (?:the )?$".replace(" ", r"\s+"),
    re.IGNORECASE,
)
_MONTHS_TO = re.compile(
    rf"\b(?P<n>{_COUNT_WORDS}) months (?:to|ended|ending|through) (?:the )?(?:end of )?$".replace(" ", r"\s+"),
    re.IGNORECASE,
)


def _stretch(before: str, days: _Days) -> _Days:
    """ "the first nine months of 1997", "the six months to the end of March"."""
    match = _FIRST_OF.search(before)
    if match is not None:
        count = _count(match["n"]) if match["n"] else 1
        if count is not None and match["which"].lower() == "first":
            return _Days(days.first, _shift(days.first, match["u"].lower(), count) - dt.timedelta(1), "span")
        if count is not None:
            return _Days(_shift(days.last + dt.timedelta(1), match["u"].lower(), -count), days.last, "span")
    match = _MONTHS_TO.search(before)
    count = _count(match["n"]) if match else None
    if count is not None:
        return _Days(_shift(days.last + dt.timedelta(1), "month", -count), days.last, "span")
    return days


def _by_now(period: Period, published: dt.date | None) -> Period:
    if published is None or period.end is None or period.start is None or not period.start <= published < period.end:
        return period
    return Period(start=period.start, end=published)


def _reread(context: _Context, time: Time, planned: bool | None) -> _Days | None:
    """The expression's days again, now that past or future is known."""
    published = context.published
    if time.rule in _DIRECTED and published is not None:
        word = _WORD.match(context.text, time.start)
        context.planned = planned
        read = _read_at(context, word, time.end) if word else None
        context.planned = None
        if read is not None and read.days is not None:
            return read.days
    if time.first is None or time.last is None:
        return None
    if time.rule == "relative unit" and published is not None and (back := _TRAILING.match(context.text, time.start)):
        return _Days(_shift(published, back["u"].lower(), -1), published, "span")
    if time.rule == "fiscal year":
        ahead = 3 if _APRIL_YEARS.search(context.text) else -3
        return _Days(_shift(time.first, "month", ahead), _shift(time.last, "month", ahead), "span")
    if time.rule == "day word" and context.text[time.start : time.end].lower() == "overnight":
        return _Days(time.first, time.first + dt.timedelta(1), "span")
    return _Days(time.first, time.last, _grain(time.first, time.last))


_APRIL_YEARS = re.compile(
    r"\b(?:yen|Tokyo|rupees?|crore|New Delhi)\b"
)  # their fiscal years begin in April, not October
_TRAILING = re.compile(r"past (?P<u>year|month|week)\b", re.IGNORECASE)


def _grain(first: dt.date, last: dt.date) -> str:
    """The size of the calendar unit that an interval is."""
    if first == last:
        return "day"
    for unit in ("week", "month", "quarter", "year", "decade"):
        if _around(first, unit)[:2] == (first, last):
            return unit
    return "span"


def _part_of(before: str, days: _Days) -> _Days:
    """The part of a unit that "early", "mid-", "late" and "end of" name."""
    match = _PART.search(before) if days.grain not in ("span", "years") else None
    return _cut(days, match.lastgroup or "") if match else days


def _cut(days: _Days, part: str) -> _Days:
    first, last, grain = days
    if part == "end":
        return _Days(last if grain != "decade" else dt.date(last.year, 1, 1), last, "day")
    third = {"early": 0, "mid": 1, "late": 2}.get(part)
    if third is None:
        return days
    if grain == "month":
        return _Days(
            first.replace(day=10 * third + 1), last if third == 2 else first.replace(day=10 * third + 10), "part"
        )
    if grain == "year":
        return _Days(_month(first.year, 4 * third + 1).first, _month(first.year, 4 * third + 4).last, "part")
    if grain == "decade":
        start, stop = ((0, 3), (4, 6), (7, 9))[third]
        return _Days(dt.date(first.year + start, 1, 1), dt.date(first.year + stop, 12, 31), "part")
    if grain == "week":
        start, stop = ((0, 2), (2, 4), (3, 6))[third]
        return _Days(first + dt.timedelta(start), first + dt.timedelta(stop), "part")
    return days


def _joined(context: _Context, time: Time, days: _Days, before: str) -> Period | None:
    """ "from 2012 to 2021", "between June and August": both ends give the same period."""
    text = context.text
    numbered = _DAY_TOO.match(text, time.end)
    if numbered is not None and days.grain == "day" and "month" in time.rule and _is_range(numbered[0], before):
        last = int(numbered["d"])
        if days.first.day < last <= calendar.monthrange(days.first.year, days.first.month)[1]:
            return Period(start=days.first, end=days.first.replace(day=last))
    after = _JOIN_AFTER.match(text, time.end)
    if after is not None and _is_range(after[0], before):
        word = _WORD.match(text, after.end())
        other = _read_at(context, word, len(text)) if word else None
        if other is not None and other.days is not None:
            return _ordered(_part_of(before, days), _part_of(text[after.start() : other.start], other.days))
    joint = _JOIN_BEFORE.search(before)
    if joint is not None:
        start = time.start - len(before)
        earlier = list(_reads(context, start, start + joint.start()))
        if earlier and earlier[-1].end == start + joint.start() and earlier[-1].days is not None:
            lead = text[start : earlier[-1].start]
            if _is_range(joint[0], lead):
                return _ordered(_part_of(lead, earlier[-1].days), _part_of(joint[0], days))
    return None


_DAY_TOO = re.compile(r"\s+(?:and|to|until)\s+(?P<d>\d{1,2})(?![\w:%]|[,.]\d|\s+[a-z]+s\b)")


def _is_range(connector: str, before: str) -> bool:
    if "and" in connector:
        return (
            re.search(
                r"\bbetween\s+(?:the )?(?:early |late |mid-?|start of |beginning of |end of )*$", before, re.IGNORECASE
            )
            is not None
        )
    return True


def _ordered(start: _Days, end: _Days) -> Period | None:
    if start.first > end.last:
        try:
            start = start._replace(first=start.first.replace(year=start.first.year - 1))
        except ValueError:
            return None
    return Period(start=start.first, end=end.last) if start.first <= end.last else None


def _bounded(before: str, after: str, days: _Days, context: _Context, planned: bool | None, told: int) -> Period | None:
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


def _lies_ahead(days: _Days, published: dt.date | None, planned: bool | None) -> bool:
    return planned is None and published is not None and days.first > published


_IS_OUT = re.compile(r"\s+(?:is|are|was|has) (?:out|over|ended|gone)\b|\s+ends?\b", re.IGNORECASE)
_AS_OF = re.compile(rf"\bas of\s+{_THE}$", re.IGNORECASE)
_TAKES_EFFECT = re.compile(
    rf"\b(?:takes? effect|in(?:to)? force|effective|comes? into effect)\s+(?:from\s+)?{_THE}$", re.IGNORECASE
)
_END_OF = re.compile(rf"\bend of\s+{_THE}$", re.IGNORECASE)
