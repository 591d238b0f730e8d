"""The grammar of time expressions: how newspapers name days, and the days that each expression means.

A word that can open an expression selects the few rules to try there, so plain text costs one look-up a word; the
longest expression wins. A rule is a pattern and a function that resolves it, counting from the publication date or
from the date named before it ("a year earlier"). Conventions are TIMEX3's: "mid-1996" is 1996, a season is undated
there but has days here.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from stocktake.reading import lexicon
from stocktake.reading.days import Days, shift
from stocktake.reading.leaning import BREAK, Lean, lean
from stocktake.reading.lexicon import any_of

_CALENDAR = lexicon.table("calendar.toml")
_NUMBERS = lexicon.table("numbers.toml")
_MONTHS: dict[str, int] = _CALENDAR["months"]
_WEEKDAYS: dict[str, int] = _CALENDAR["weekdays"]
_SEASONS: dict[str, int] = _CALENDAR["seasons"]
_DAYS: dict[str, int] = _CALENDAR["days"]
_DECADES: dict[str, int] = _CALENDAR["decades"]
_CARDINALS: dict[str, int] = _NUMBERS["cardinals"]
_ORDINALS: dict[str, int] = _NUMBERS["ordinals"]


class _Unresolved(Exception):
    """The expression counts from a date that is not known."""


class Context:
    """What an expression may count from: the day of publication, the last date named, the last quarter named."""

    def __init__(self, text: str, published: dt.date | None) -> None:
        self.text = text
        self.published = published
        self.anchor: Days | None = None
        self.anchor_at = 0
        self.quarter: Days | None = None
        self.planned: bool | None = None

    @property
    def today(self) -> dt.date:
        if self.published is None:
            raise _Unresolved
        return self.published

    def last_named(self) -> Days:
        """What "a year later" counts from: the last date named, else the day of publication."""
        if self.anchor is not None:
            return self.anchor
        return Days(self.today, self.today, "day")

    def lean(self, start: int, end: int) -> Lean:
        """Whether the expression at start:end lies behind or ahead, by the nearest cue in its sentence."""
        return lean(self.text, start, end)


_FULL_MONTHS = [m for m in _MONTHS if len(m) > 4 or m in ("may", "june", "july")]
_SHORT_MONTHS = [m for m in _MONTHS if m not in _FULL_MONTHS]


COUNT_WORDS = r"\d{{1,3}}|(?:{tens})[- ](?:{ones})|{cards}|couple of|few|several|half a dozen|dozen".format(
    tens="|".join(w for w, v in _CARDINALS.items() if v >= 20),
    ones="|".join(w for w, v in _CARDINALS.items() if 0 < v < 10),
    cards="|".join(sorted(_CARDINALS, key=len, reverse=True)),
)
_CAPITAL = "(?=(?-i:[A-Z]))"
_P = {
    "M": rf"(?P<m>{_CAPITAL}(?:(?:{any_of(_FULL_MONTHS)})(?!\w|-?(?-i:[a-z]))"
    rf"|(?:{any_of(_SHORT_MONTHS)})(?:\.|(?!\w))))",
    "W": rf"(?P<w>{_CAPITAL}(?:{any_of(list(_WEEKDAYS))}))(?!\w)",
    "Y0": r"(?P<y0>(?:1[5-9]|20)\d\d)",
    "Y": r"(?P<y>(?:1[5-9]|20)\d\d)(?![\w%]|,\d|\.\d)",
    "TH": r"(?:st|nd|rd|th)?",
    "U": r"(?P<u>year|month|week|day|decade|quarter|hour|night)s?(?!\w)",
    "N": rf"(?P<n>{COUNT_WORDS})",
    "N0": rf"(?:{COUNT_WORDS})",
    "TENS": "|".join(w for w, v in _CARDINALS.items() if v >= 20),
    "ONES": "|".join(w for w, v in _CARDINALS.items() if 0 < v < 10),
    "O": r"(?P<q>first|second|third|fourth|final|last|1st|2nd|3rd|4th)",
    "R": r"(?P<r>this (?:coming|past)|this|last|next|past|previous|coming|current|following|same|that|latest|upcoming)",
    "S": r"(?P<s>spring|summer|autumn|fall|winter)",
}


def _pattern(template: str) -> re.Pattern[str]:
    for key, value in _P.items():
        template = template.replace(f"<{key}>", value)
    return re.compile(template.replace(" ", r"\s+"), re.IGNORECASE)


def _said(match: re.Match[str], group: str) -> str:
    """The words of a group, in lower case on one line; empty where the group is absent."""
    return " ".join((match[group] or "").lower().split())


Resolver = Callable[[Context, "re.Match[str]"], Days | None]
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


_COUNTS = {"a": 1, "an": 1, "couple of": 2, "half a dozen": 6, "dozen": 12, "few": None, "several": None}


def how_many(words: str) -> int | None:
    """The number that words name, None where they name none ("several")."""
    words = " ".join(words.lower().split())
    if words.isdigit():
        return int(words)
    if words in _COUNTS:
        return _COUNTS[words]
    return sum(_CARDINALS[word] for word in re.split(r"[-\s]+", words))


def _full_year(digits: str) -> int:
    year = int(digits)
    return year if year > 99 else year + (1900 if year >= 50 else 2000)


_FARTHEST_PAST = {Lean.behind: 300, Lean.unknown: 200, Lean.may_be_ahead: 120, Lean.ahead: 60}
_FARTHEST_PAST_OF_DEEDS = {Lean.behind: 345, Lean.unknown: 345, Lean.may_be_ahead: 200, Lean.ahead: 200}
_FARTHEST_PAST_OF_PLANS = {Lean.behind: 120, Lean.unknown: 60, Lean.may_be_ahead: 80, Lean.ahead: 30}


def _year_for(context: Context, match: re.Match[str], month: int, day: int | None = None) -> int:
    """The year of a month or day named without one: this year's or last year's, as the sentence leans.

    The nearer one is the likelier: a past reading is given up where it lies farther back than the lean allows.
    """
    today = context.today
    if day is None and month == today.month:
        return today.year
    past = today.year if (month, day or 1) <= (today.month, today.day) else today.year - 1
    back = (today - Days.month(past, month).last).days if day is None else (today - dt.date(past, month, day)).days
    return past if back <= _farthest_past(context, match) else past + 1


def _farthest_past(context: Context, match: re.Match[str]) -> int:
    lean = context.lean(match.start(), match.end())
    if context.planned is None:
        return _FARTHEST_PAST[lean]
    return (_FARTHEST_PAST_OF_PLANS if context.planned else _FARTHEST_PAST_OF_DEEDS)[lean]


def _ahead(context: Context, match: re.Match[str]) -> bool:
    """Whether a day or season named without its date is the next one rather than the last."""
    lean = context.lean(match.start(), match.end())
    if context.planned is None:
        return lean is Lean.ahead
    return context.planned and lean is not Lean.behind


@_rule("iso date", [_DIGITS], r"(\d{4})-(\d\d)-(\d\d)(?!\d)")
def _iso(context: Context, match: re.Match[str]) -> Days:
    return Days.day(dt.date(int(match[1]), int(match[2]), int(match[3])))


@_rule("slashed date", [_DIGITS], r"(\d{1,2})/(\d{1,2})/(\d{4}|\d\d)(?![\d/])")
def _slashed(context: Context, match: re.Match[str]) -> Days:
    month, day = int(match[1]), int(match[2])
    if month > 12:
        month, day = day, month
    return Days.day(dt.date(_full_year(match[3]), month, day))


def _days_of_month(context: Context, match: re.Match[str]) -> Days:
    month, day = _month_number(match["m"]), int(match["d"])
    year = int(match["y"]) if match["y"] else _year_for(context, match, month, day)
    first = dt.date(year, month, day)
    return Days(first, first.replace(day=max(day, int(match["d2"]))) if match["d2"] else first, "day")


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
    r"<M>,? (?:of |in )?(?:<Y>(?!-mm)|(?P<r>this|last|next|that|the same) year(?!\w)"
    r"|nineteen[- ](?P<t><TENS>)(?:[- ](?P<o><ONES>))?(?!\w))",
)
def _month_and_year(context: Context, match: re.Match[str]) -> Days:
    month = _month_number(match["m"])
    if match["y"]:
        return Days.month(int(match["y"]), month)
    if match["t"]:
        return Days.month(_spelled(match), month)
    return Days.month(_relative_year(context, _said(match, "r")), month)


def _relative_year(context: Context, word: str) -> int:
    if word in ("that", "the same", "same"):
        return context.last_named().first.year
    return context.today.year + {"this": 0, "last": -1, "next": 1}[word]


@_rule("month", list(_MONTHS), r"<M>")
def _bare_month(context: Context, match: re.Match[str]) -> Days | None:
    name = match["m"]
    if name.lower() in _SHORT_MONTHS or (name.lower() in ("may", "march") and not _month_is_meant(context, match)):
        return None
    month = _month_number(name)
    listed = _LISTED_MONTH.match(context.text, match.end())
    if listed is not None:
        return Days.month(int(listed["y"]) - (month > _month_number(listed["m"])), month)
    return Days.month(_year_for(context, match, month), month)


_LISTED_MONTH = _pattern(r"(?:,|\s*[-–]| and| to| or| until| through)\s*(?:early |late |mid-)?<M> <Y>")
_BEFORE_MONTH = re.compile(
    r"(?i:\b(?:in|since|by|until|till|of|last|this|next|early|mid|late|during|from|to|before|after|for|and|or|through|"
    r"between|around|on|about|towards?|ending|ended|previous|each|every|past)[\s-]+|\d\s+|,\s+)$"
)


def _month_is_meant(context: Context, match: re.Match[str]) -> bool:
    return _BEFORE_MONTH.search(context.text, max(0, match.start() - 12), match.start()) is not None


@_rule("relative month", ["last", "this", "next", "previous", "following", "coming", "that", "same"], r"<R> <M>")
def _relative_month(context: Context, match: re.Match[str]) -> Days:
    month, today, word = _month_number(match["m"]), context.today, _said(match, "r")
    if word in ("following", "same", "that"):
        anchor = context.last_named().last
        return Days.month(anchor.year + (word == "following" and month <= anchor.month), month)
    if word == "this":
        return Days.month(today.year, month)
    if word in ("next", "this coming", "coming", "upcoming"):
        return Days.month(today.year + (month <= today.month), month)
    return Days.month(today.year - (month >= today.month - 1), month)


@_rule("weekday", list(_WEEKDAYS), r"<W>")
def _bare_weekday(context: Context, match: re.Match[str]) -> Days:
    return _weekday_near(context, match, _WEEKDAYS[_said(match, "w")])


def _weekday_near(context: Context, match: re.Match[str], weekday: int) -> Days:
    """The nearest such day: today counts as past, unless the text looks ahead."""
    today = context.today
    if _ahead(context, match):
        return Days.day(today + dt.timedelta((weekday - today.weekday()) % 7))
    return Days.day(today - dt.timedelta((today.weekday() - weekday) % 7))


_RELATIVE = ["last", "this", "next", "past", "previous", "coming", "current", "following", "same", "that", "latest"]


@_rule("relative weekday", _RELATIVE, r"<R> <W>")
def _relative_weekday(context: Context, match: re.Match[str]) -> Days:
    weekday, today, word = _WEEKDAYS[_said(match, "w")], context.today, _said(match, "r")
    if word in ("following", "next", "coming", "this coming", "upcoming"):
        base = context.last_named().last if word == "following" else today
        return Days.day(base + dt.timedelta((weekday - base.weekday() - 1) % 7 + 1))
    if word in ("same", "that", "this", "current"):
        return _weekday_near(context, match, weekday)
    base = context.last_named().first if word == "previous" else today
    return Days.day(base - dt.timedelta((base.weekday() - weekday - 1) % 7 + 1))


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
def _relative_unit(context: Context, match: re.Match[str]) -> Days | None:
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
    days = Days.around(shift(base, "week" if unit == "weekend" else unit, _STEP[word]), unit)
    if _said(match, "part"):
        if _said(match, "q"):
            return _numbered(days.first.year, _said(match, "q"), _said(match, "part"))
        return _same_quarter(context, days.first.year)
    return days


_SAME_PERIOD = re.compile(r"(?:period|quarter)\s$")


def _numbered(year: int, ordinal: str, unit: str) -> Days:
    number = int(ordinal[0]) if ordinal[0].isdigit() else _ORDINALS[ordinal]
    if unit == "quarter":
        return Days.quarter(year, 4 if number < 0 else number)
    return Days.half(year, 2 if number < 0 or number > 2 else number)


def _same_quarter(context: Context, year: int) -> Days | None:
    """The quarter last spoken of, in another year; the whole year where none was."""
    if context.quarter is None:
        return Days.year(year)
    return Days.quarter(year, (context.quarter.first.month + 2) // 3)


@_rule(
    "span",
    ["last", "past", "previous", "next", "coming", "preceding"],
    r"(?P<r>past|last|previous|preceding|next|coming) <N> (?:or (?:so|more) )?<U>",
)
def _span(context: Context, match: re.Match[str]) -> Days | None:
    count, unit = how_many(_said(match, "n")), _said(match, "u")
    if count is None:
        return None
    if context.text.endswith("to ", 0, match.start()) and _said(match, "r") == "last":
        return None  # "a visit that is to last three days"
    anchored = _said(match, "r") in ("previous", "preceding") and context.anchor is not None
    base = context.last_named().first if anchored else context.today
    if _said(match, "r") in ("next", "coming"):
        return Days(base, shift(base, unit, count), "span")
    return Days(shift(base, unit, -count), base, "span")


@_rule(
    "ago",
    _NUMBER_OPENERS,
    r"(?P<n>an?(?! few| couple| dozen)|(?:a )?<N0>)(?:-| |-and-a-half | and a half )<U>(?: or (?:so|more))?"
    r" (?P<k>ago|earlier(?! than)|before|previously|later(?! than)|after(?!\w)|from now|hence)(?!\w)",
)
def _ago(context: Context, match: re.Match[str]) -> Days | None:
    count = how_many(re.sub(r"^a\s+", "", _said(match, "n")))
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
    day = shift(base, unit, -count if word in ("ago", "earlier", "before", "previously") else count)
    if unit == "week" and count < 4 and word == "ago":
        return Days.day(day)
    return Days.around(day, unit)


def _before_main_event(context: Context, match: re.Match[str], count: int, unit: str) -> Days:
    """ "on Wednesday ..., five days after the first had come": the day that the clause after it speaks of.

    Counted back from the day named earlier in the sentence, else from the day of publication.
    """
    window = max(0, match.start() - 300)
    sentence = max((stop.end() for stop in BREAK.finditer(context.text, window, match.start())), default=window)
    named = context.anchor_at >= sentence and context.anchor is not None and context.anchor.grain == "day"
    base = context.anchor.first if named and context.anchor else context.today
    return Days.around(shift(base, unit, -count), unit)


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
def _day_before(context: Context, match: re.Match[str]) -> Days | None:
    if _said(match, "k").endswith("yesterday"):
        return Days.day(context.today - dt.timedelta(2))
    if not _ends_phrase(context.text, match):
        return None
    step = 1 if _said(match, "k") == "after" else -1
    return Days.around(shift(context.last_named().first, _said(match, "u"), step), _said(match, "u"))


@_rule(
    "year ago",
    ["year"],
    r"year-?(?:ago|earlier)(?:[- ](?:(?P<q>first|second|third|fourth) )?(?:quarter|period)(?!\w))?(?!\w)",
)
def _year_ago(context: Context, match: re.Match[str]) -> Days | None:
    year = min((context.quarter or context.last_named()).first.year, context.today.year) - 1
    if _said(match, "q"):
        return _numbered(year, _said(match, "q"), "quarter")
    return _same_quarter(context, year)


@_rule("year end", ["year"], r"year(?:['’]s|-| )[Ee]nd(?: <Y>)?(?!\w)")
def _year_end(context: Context, match: re.Match[str]) -> Days:
    year = int(match["y"]) if match["y"] else context.today.year
    if "s" in match[0][4:6]:
        return Days.year(year)
    return Days.day(dt.date(year - context.text.endswith("since ", 0, match.start()), 12, 31))


@_rule(
    "quarter",
    ["first", "second", "third", "fourth", "final", "last", "fiscal", "1st", "2nd", "3rd", "4th"],
    r"(?:fiscal[- ])?<O>[- ](?:fiscal )?(?P<u>quarter|half)(?:-?year)?(?![\w]|-f)"
    r"(?:(?: of| in)?(?: the)?(?: fiscal)?(?: year)? <Y>|(?: of)? (?P<r>this|last|next|that|the same) year(?!\w))?",
)
def _ordinal_quarter(context: Context, match: re.Match[str]) -> Days:
    if match["y"]:
        return _numbered(int(match["y"]), _said(match, "q"), _said(match, "u"))
    if _said(match, "r"):
        return _numbered(_relative_year(context, _said(match, "r")), _said(match, "q"), _said(match, "u"))
    days = _numbered(context.today.year, _said(match, "q"), _said(match, "u"))
    if days.first > context.today and context.lean(match.start(), match.end()) not in (Lean.ahead, Lean.may_be_ahead):
        days = _numbered(context.today.year - 1, _said(match, "q"), _said(match, "u"))
    return days


@_rule("latest quarter", ["quarter", "latest"], r"(?:latest (?:quarter|period)|quarter)(?![\w-])(?! of \d)")
def _latest_quarter(context: Context, match: re.Match[str]) -> Days | None:
    if match[0] == "quarter" and not context.text.endswith(("the ", "the\n"), 0, match.start()):
        return None
    return _latest_of(context) if match[0].lower().startswith("latest") else context.quarter


def _latest_of(context: Context) -> Days:
    """The quarter last spoken of if it is over, else the last one that is."""
    if context.quarter is not None and context.quarter.last <= context.today:
        return context.quarter
    return Days.around(shift(context.today, "month", -3), "quarter")


@_rule("short quarter", ["q"], r"[Qq](?P<q>[1-4])(?: (?:of )?<Y>)?(?!\w)")
def _short_quarter(context: Context, match: re.Match[str]) -> Days:
    year = int(match["y"]) if match["y"] else context.today.year
    return Days.quarter(year, int(_said(match, "q")))


@_rule("year's quarter", [_DIGITS], r"<Y> (?:(?P<q>first|second|third|fourth)[- ])?(?:quarter|period)(?!\w)")
def _years_quarter(context: Context, match: re.Match[str]) -> Days | None:
    if _said(match, "q"):
        return _numbered(int(match["y"]), _said(match, "q"), "quarter")
    return _same_quarter(context, int(match["y"]))


@_rule("fiscal year", ["fiscal", "fy"], r"(?:[Ff]iscal (?:year )?|FY ?)(?:<Y>|['’](?P<short>\d\d)(?!\d))")
def _fiscal_year(context: Context, match: re.Match[str]) -> Days:
    return Days.year(_full_year(match["y"] or match["short"]))


@_rule("years", [_DIGITS], r"<Y0>(?:-|–|/| and | to )(?:<Y>|(?P<short>\d\d)(?![\w%]))")
def _years(context: Context, match: re.Match[str]) -> Days | None:
    first = int(match["y0"])
    last = int(match["y"]) if match["y"] else first - first % 100 + int(match["short"])
    joined = match[0][4:5]
    if last <= first or (joined == " " and match["short"]) or (joined == " " and match[0].split()[1] == "and"):
        return None
    return Days(dt.date(first, 1, 1), dt.date(last, 12, 31), "years")


@_rule("year", [_DIGITS], r"<Y>(?!-?(?:mm|kg|km|m\b|lb|pound|ton|mile|hour|page|strong|degree)|s\b|['’]s? )")
def _bare_year(context: Context, match: re.Match[str]) -> Days | None:
    return Days.year(int(match["y"])) if is_year(context.text, match.start(), match.end()) else None


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
def _named_decade(context: Context, match: re.Match[str]) -> Days:
    if _said(match, "word"):
        return Days.decade(1900 + _DECADES[_said(match, "word")])
    return Days.decade(int(match["y"]) * 10)


@_rule("short decade", ["'", "’", "`"], r"['’`](?P<y>[2-9]0)['’]?s(?!\w)")
def _short_decade(context: Context, match: re.Match[str]) -> Days:
    return Days.decade(1900 + int(match["y"]))


@_rule(
    "season",
    [*_SEASONS, *_RELATIVE],
    r"(?:<R> )?<S>(?:(?: of)? <Y>| (?:of )?(?P<ry>last|this|next) year(?!\w))?(?![\w-])",
)
def _named_season(context: Context, match: re.Match[str]) -> Days | None:
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
        return Days.season(int(match["y"]), month)
    if _said(match, "ry"):
        return Days.season(_relative_year(context, _said(match, "ry")), month)
    today = context.today
    year = today.year
    if word in ("that", "same", "following"):
        return Days.season(context.last_named().first.year + (word == "following"), month)
    ahead = word in ("next", "coming", "this coming", "upcoming") or (
        not word
        and (
            _ahead(context, match)
            or (context.planned is None and context.lean(match.start(), match.end()) is Lean.may_be_ahead)
        )
    )
    if word in ("this", "current", "latest"):
        begun = Days.season(year - 1, month)
        return begun if begun.last >= today else Days.season(year, month)
    if ahead:
        while Days.season(year, month).last < today or (word == "next" and Days.season(year, month).first <= today):
            year += 1
        return Days.season(year, month)
    while (Days.season(year, month).last >= today) if word else (Days.season(year, month).first > today):
        year -= 1
    return Days.season(year, month)


_SEASON_BEFORE = re.compile(
    r"(?i:\b(?:in the|the|by|since|until|of|early|late|mid|in|this|last|during|from|before)[\s-]+)$"
)


@_rule("day word", list(_DAYS), r"(?P<d>yesterday|today|tonight|tomorrow|overnight)(?!\w)")
def _day_word(context: Context, match: re.Match[str]) -> Days:
    return Days.day(context.today + dt.timedelta(_DAYS[_said(match, "d")]))


@_rule("part of day", ["this", "last"], r"(?P<r>this|last) (?P<part>morning|afternoon|evening|night)(?!\w)")
def _part_of_day(context: Context, match: re.Match[str]) -> Days:
    return Days.day(context.today - dt.timedelta(_said(match, "r") == "last"))


@_rule("weekend", ["weekend"], r"weekend(?![\w-])")
def _bare_weekend(context: Context, match: re.Match[str]) -> Days | None:
    if not re.search(r"(?:the|a) $", context.text[max(0, match.start() - 5) : match.start()]):
        return None
    this = Days.weekend(context.today)
    if _ahead(context, match):
        return this
    return this if this.first <= context.today else Days.weekend(context.today - dt.timedelta(7))


@_rule(
    "spelled year",
    ["nineteen", "two", "twenty"],
    r"(?P<c>nineteen|twenty)[- ](?:(?P<t><TENS>)(?:[- ](?P<o><ONES>))?)(?!\w|-)",
)
def _spelled_year(context: Context, match: re.Match[str]) -> Days | None:
    if _said(match, "c") == "twenty" and not _said(match, "o"):
        return None
    return Days.year(_spelled(match) + (100 if _said(match, "c") == "twenty" else 0))


def _spelled(match: re.Match[str]) -> int:
    return 1900 + _CARDINALS[_said(match, "t")] + (_CARDINALS[_said(match, "o")] if match["o"] else 0)


@_rule("year of", ["year"], r"year (?:<Y>|two thousand(?!\w))")
def _year_of(context: Context, match: re.Match[str]) -> Days:
    return Days.year(int(match["y"]) if match["y"] else 2000)


@_rule("then", ["then"], r"then(?![\w-])")
def _then(context: Context, match: re.Match[str]) -> Days | None:
    if not re.search(r"\b(?:by|until|till)\s$", context.text[max(0, match.start() - 6) : match.start()], re.IGNORECASE):
        return None
    return context.anchor


@_rule("within", ["within"], r"within (?:the (?:next|coming) )?<N> <U>")
def _within(context: Context, match: re.Match[str]) -> Days | None:
    count = how_many(_said(match, "n"))
    if count is None or _said(match, "u") == "hour":
        return None
    base = context.last_named().first
    return Days(base, shift(base, _said(match, "u"), count), "span")


@_rule(
    "lasting",
    ["for"],
    r"for (?:(?:more than|over|about|nearly|almost|at least) )?(?P<n>an?(?! few| couple| dozen)|<N0>) <U>",
)
def _lasting(context: Context, match: re.Match[str]) -> Days | None:
    """ "has run at full capacity for a year": the year up to now."""
    count = how_many(_said(match, "n"))
    before = context.text[max(0, match.start() - 100) : match.start()]
    if count is None or _said(match, "u") == "hour" or not _STILL.search(before):
        return None
    return Days(shift(context.today, _said(match, "u"), -count), context.today, "span")


_STILL = re.compile(r"\b(?:has|have) been [^.!?;]{0,80}$")


@_rule("holiday", ["christmas"], r"Christmas(?: (?P<e>Day|Eve))?(?! \w+(?:ing|ed)\b)")
def _christmas(context: Context, match: re.Match[str]) -> Days:
    day = 24 if _said(match, "e") == "eve" else 25
    return Days.day(dt.date(_year_for(context, match, 12, day), 12, day))


class _Event(NamedTuple):
    """A turning point of lexicon/calendar.toml."""

    words: re.Pattern[str]
    needs: re.Pattern[str]
    unless: re.Pattern[str]
    named: re.Pattern[str]
    day: dt.date


_EVENTS = [
    _Event(
        words=re.compile(any_of(event["words"])),
        needs=re.compile(any_of(event["needs"])),
        unless=re.compile(any_of(event["unless"])),
        named=re.compile(any_of(event["named"])),
        day=event["day"],
    )
    for event in _CALENDAR["events"]
]
COUNTED_FROM = re.compile(
    r"\b(?:since|before|until|till|after|prior to|ahead of|eve of|start of|outset of|beginning of|outbreak of)\s+"
    r"(?:(?:the|its|his|a|of|start|beginning|outbreak|outset|full-scale|full|scale|large-scale|all-out|unprovoked|"
    r"Ukraine|Russian|(?:Russia|Moscow|Putin|Kremlin|Ukraine)(?:['’]s)?)\s+)*$",
    re.IGNORECASE,
)


@_rule("event", sorted({w for e in _CALENDAR["events"] for w in e["words"]}), r"\w+")
def _event(context: Context, match: re.Match[str]) -> Days | None:
    """A turning point that the report counts from, such as the invasion of 2022."""
    text = context.text
    counted = COUNTED_FROM.search(text, max(0, match.start() - 70), match.start())
    if counted is None:
        return None
    for event in _EVENTS:
        if not event.words.fullmatch(match[0].lower()) or context.today < event.day or not event.needs.search(text):
            continue
        if event.unless.search(text) and not event.named.search(text, counted.start(), match.end() + 12):
            continue
        return Days.day(event.day)
    return None


@_rule(
    "of the year",
    ["year", "month", "week", "decade", "quarter"],
    r"(?P<u>year|month|week|decade)(?![\w-])",
)
def _of_the_year(context: Context, match: re.Match[str]) -> Days | None:
    if not _PART_OF.search(context.text, max(0, match.start() - 28), match.start()):
        return None
    return Days.around(context.today, _said(match, "u"))


_PART_OF = re.compile(
    r"(?i:\b(?:end|close|rest|remainder|start|beginning|middle|course|(?:earlier|later) in|half|part|month|most|"
    r"before|turn|for|days?|weeks?|months?|out)\s+(?:of\s+)?the\s+(?:full\s+|whole\s+)?|\bfull\s+)$"
)


# ------------------------------------------------------------------------------------- reading

WORD = re.compile(r"[A-Za-z]+|\d+|['’`](?=\d0)")


class Read(NamedTuple):
    """An expression as found: where it stands, its days (None where they cannot be known), the rule that read it."""

    start: int
    end: int
    days: Days | None
    rule: str


_DATE_AFTER_DAY = re.compile(r",?\s+(?:the\s+)?(?=[A-Z\d])")


def read_at(context: Context, word: re.Match[str], end: int) -> Read | None:
    """The longest expression that opens with a word."""
    position, best = word.start(), None
    opener = word[0].lower()
    for name in _OPENERS.get(_DIGITS if opener[0].isdigit() else opener, ()):
        pattern, resolve = _RULES[name]
        match = pattern.match(context.text, position, end)
        if match is None or (best is not None and match.end() <= best.end):
            continue
        days: Days | None = None
        try:
            days = resolve(context, match)
        except _Unresolved:
            pass
        except (ValueError, OverflowError):  # no such day: 31 June, or beyond the calendar
            continue
        else:
            if days is None:
                continue
        best = Read(position, match.end(), days, name)
    if best is not None and best.rule.endswith("weekday"):
        gap = _DATE_AFTER_DAY.match(context.text, best.end)
        dated = WORD.match(context.text, gap.end(), end) if gap else None
        inner = read_at(context, dated, end) if dated else None
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


def reads(context: Context, start: int, end: int) -> Iterator[Read]:
    """The expressions of a stretch in order; each may be what the next ones count from."""
    free = start
    for word in WORD.finditer(context.text, start, end):
        opener = word[0].lower()
        if (opener not in _OPENERS and not opener[0].isdigit() and opener != "months") or word.start() < free:
            continue
        if not _stands_alone(context.text, word.start()):
            continue
        if opener == "months":
            context.quarter = None  # "in the nine months ... a year earlier": the talk is no longer of a quarter
        read = read_at(context, word, end)
        if read is None:
            continue
        free = read.end
        if read.days is not None:
            if _moves_the_story(read, context.text):
                context.anchor, context.anchor_at = read.days, read.start
            if read.days.grain == "quarter" and "ago" not in read.rule:
                context.quarter = read.days
        yield read


def _moves_the_story(read: Read, text: str) -> bool:
    """Whether later expressions count from this one; a comparison ("up from a year earlier") does not move on."""
    return "ago" not in read.rule and not text.startswith(("last year", "Last year"), read.start)
