"""Finds numbers with their bounds, units and rates.

A digit or a number word opens a number; the grammar of English numerals is read from there (currency, digits or
words, multiplier, second end of a range), then the words on either side give the bound ("at least", "or more"), the
unit and the rate ("a month"). Dates, clock times, ordinals, scores and the digits of names ("F-16") are not numbers.
Values follow the annotation guidelines; `changes=True` follows NewsQuant, where a move "from 5 to 7" is one range.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterator
from importlib import resources
from typing import Any, NamedTuple

import msgspec

from stocktake.reading import times
from stocktake.vocabulary import Amount

__all__ = ["find"]


def _read(name: str) -> str:
    return resources.files(__package__).joinpath("lexicon", name).read_text("utf-8")


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(line for line in _read(name).splitlines() if not line.startswith("#")))


_WORDS: dict[str, Any] = tomllib.loads(_read("numbers.toml"))
_MONTHS: dict[str, int] = tomllib.loads(_read("calendar.toml"))["months"]
_CARDINALS: dict[str, int] = _WORDS["cardinals"]
_MULTIPLIERS: dict[str, int] = _WORDS["multipliers"]
_SHORT: dict[str, int] = _WORDS["short_multipliers"]
_VAGUE: dict[str, int] = _WORDS["vague"]
_FIXED: dict[str, float] = _WORDS["fixed"]
_FRACTIONS: dict[str, int] = _WORDS["fractions"]


def _any(words: list[str] | dict[str, Any]) -> str:
    """An alternation that prefers the longest, any white space between words."""
    return "|".join(re.escape(w).replace(r"\ ", r"\s+") for w in sorted(words, key=len, reverse=True))


_SIGNS: dict[str, str] = {}
_MONEY_WORDS: dict[str, str] = {}
for _row in _rows("currencies.csv"):
    for _sign in _row["signs"].split("|"):
        _SIGNS.setdefault(_sign.strip(), _row["code"])
    for _word in _row["words"].split("|"):
        _MONEY_WORDS.setdefault(_word.lower(), _row["code"])
_UNIT_KIND: dict[str, str] = {}
for _row in _rows("units.csv"):
    for _name in (*_row["glued"].split("|"), *_row["words"].split("|")):
        _UNIT_KIND.setdefault(_name, _row["kind"])

_DIGITS = r"(?:\d{1,3}(?:,\d{2,3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
_TENS = "|".join(w for w, v in _CARDINALS.items() if v >= 20)
_ONES = "|".join(w for w, v in _CARDINALS.items() if 0 < v < 10)
_CARDINAL = rf"(?:(?:{_TENS})[-\s](?:{_ONES})|{_any(_CARDINALS)})(?!\w)"
_SPELLED = (
    rf"(?:(?:{_CARDINAL}|an?)(?:[-\s]+(?:hundred|thousand|million|billion|trillion)(?!\w))+"
    rf"(?:(?:,?\s+and\s+|[-\s]+){_CARDINAL}(?:[-\s]+(?:hundred|thousand|million)(?!\w))*)*|{_CARDINAL})"
)
_MULTIPLE = (
    rf"(?:[-\s]?(?P<times>(?i:lakh\s+crore|hundred\s+(?:thousand|million|billion)|{_any(_MULTIPLIERS)}))(?!\w)"
    rf"|\s?(?P<short>{_any([w for w in _SHORT if w not in 'mbk'])}|[MBKmbk])(?![\w'’]))"
)
_SIGN = "|".join(re.escape(s) for s in sorted(_SIGNS, key=len, reverse=True))


def _number(tag: str) -> str:
    multiple = _MULTIPLE.replace("<times>", f"<times{tag}>").replace("<short>", f"<short{tag}>")
    fraction = rf"(?:[-\s](?P<num{tag}>\d)[/⁄](?P<den{tag}>\d+)|(?P<mark{tag}>[½¼¾⅓⅔]))?"
    return (
        rf"(?:(?P<sign{tag}>{_SIGN})\s?)?(?P<minus{tag}>[-−–](?=\d))?"
        rf"(?:(?P<digits{tag}>{_DIGITS}){fraction}|(?P<words{tag}>(?i:{_SPELLED}))){multiple}?"
    )


_UNIT_GAP = rf"(?:\s?(?P<mid>%|(?i:per\s+cent|percent|{_any([w for w in _MONEY_WORDS if w.isalpha()])})(?!\w)))?"
_JOIN = r"(?P<join>\s?[-–—‑]\s?|\s+to[-\s]\s?|\s+(?:and|or)\s+)"
_NUMBER = re.compile(_number("1"))
_SECOND = re.compile(
    rf"{_UNIT_GAP}(?:\s+(?:[a-z]+\s+){{0,3}}?(?=to\s+|and\s+))?{_JOIN}{_number('2')}".replace(
        "(?:\\s+(?:[a-z]+\\s+){0,3}?(?=to\\s+|and\\s+))?", ""
    )
)
_MARKS = {"½": 0.5, "¼": 0.25, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3}
_POWER = re.compile(r"\s?[×x*]\s?10\^?(?P<exponent>[-−]?\d+)|[eE](?P<short>[-+]?\d{1,3})(?!\w)")
_SLASH = re.compile(r"(?P<num>\d+)[/⁄](?P<den>\d+)(?![\d/])")
_VAGUELY = re.compile(rf"(?i:{_any(_VAGUE)})(?![\w-])")
_FIXEDLY = re.compile(rf"(?i:{_any(_FIXED)})(?![\w-])")
_PART = re.compile(
    rf"(?i:(?P<count>a|an|one|two|three|four|five|nine)[-\s](?P<part>{_any(_FRACTIONS)})(?!\w)(?=[-\s]+of\b|\s+(?:a|the)\b)"
    rf"|(?P<out>{_CARDINAL}|\d+)\s+(?:out\s+of|in)\s+(?:every\s+)?(?P<total>{_CARDINAL}|\d+)(?!\w)|half(?=\s+(?:of|the|its|their)\b))"
)
_FOLD = re.compile(r"(?i:(?P<count>two|three|four|five|six|seven|eight|nine|ten|twenty|hundred)-?fold)(?!\w)")
_WORD = re.compile(r"[A-Za-z]+|\.?\d")
_OPENING = {*_CARDINALS, *(re.split(r"[\s-]", w)[0] for w in (*_VAGUE, *_FIXED)), "half", "an", "a"}
_OPENING |= {
    f"{w}fold" for w in ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twenty", "hundred")
}


class _Value(NamedTuple):
    """A number as read: where it stands, its bounds, its currency, and the rule that read it."""

    start: int
    end: int
    low: float | None
    high: float | None
    unit: str | None
    rule: str


def find(text: str, *, start: int = 0, end: int | None = None, changes: bool = False) -> tuple[Amount, ...]:
    """Every number of `text[start:end]`, in order, with offsets in the whole text.

    `changes` reads "from 5 to 7 percent" as one range, as NewsQuant does, rather than as the value before and the
    value after.
    """
    stop = len(text) if end is None else end
    amounts: list[Amount] = []
    for value in _values(text, start, stop, changes):
        amount = _amount(text, value, stop, changes)
        if amount is None:
            continue
        amount = _converted(text, amount, amounts)
        if not changes:
            amounts.append(_at_the_same_rate(text, amount, amounts))
        elif amounts and (move := _moved(text, amounts[-1], amount)):
            amounts[-1] = move
        else:
            amounts.append(amount)
    return tuple(amounts)


def _converted(text: str, amount: Amount, earlier: list[Amount]) -> Amount:
    """The bound of the number that this one restates in another unit: "over 7.5 million crowns ($1.1 million)"."""
    if not earlier or amount.low != amount.high or amount.rule not in ("money", "measure"):
        return amount
    first = earlier[-1]
    if (first.low is None) == (first.high is None) or not _RESTATES.fullmatch(text[first.end : amount.start]):
        return amount
    return msgspec.structs.replace(amount, **{"high" if first.high is None else "low": None})


_RESTATES = re.compile(r"[^().;]{0,24}(?:\(|/)\s?(?:[A-Z]{2}\s?)?")


def _moved(text: str, before: Amount, after: Amount) -> Amount | None:
    """ "from 20 miles per gallon in 2008 to 29 mpg": one range for NewsQuant."""
    between = text[before.end : after.start]
    if before.low is None or after.low is None or not _TO.fullmatch(between):
        return None
    if not _FROM.search(text, max(0, before.start - 24), before.start):
        return None
    low, high = sorted((before.low, after.low))
    return msgspec.structs.replace(before, end=after.end, low=low, high=high, unit=after.unit or before.unit)


_TO = re.compile(r"[^,;()]{0,40}\sto\s(?:about\s|around\s)?")


_SENTENCE_ENDS = re.compile(r"[.!?][\"'”’)]*\s+[A-Z]|[\n;]")


def _at_the_same_rate(text: str, amount: Amount, earlier: list[Amount]) -> Amount:
    """A bare number takes the rate of the one it is held against: "12 guns a month, up from 8"."""
    if amount.per or amount.unit or amount.rule != "count":
        return amount
    for before in reversed(earlier):
        if before.rule in ("count", "money"):
            if before.per and not _SENTENCE_ENDS.search(text, before.end, amount.start):
                return msgspec.structs.replace(amount, per=before.per, unit=before.unit)
            return amount
    return amount


def _values(text: str, start: int, end: int, changes: bool) -> Iterator[_Value]:
    free = start
    for word in _WORD.finditer(text, start, end):
        position = word.start()
        opener = word[0]
        digit = not opener[0].isalpha()
        if position < free or (not digit and opener.lower() not in _OPENING):
            continue
        if not _opens(text, position, digit, start):
            continue
        found = _digits_at(text, position, end, changes) if digit else _words_at(text, position, end, changes)
        for value in found:
            free = value.end
            if value.low is not None or value.high is not None:
                yield value


def _opens(text: str, position: int, digit: bool, start: int) -> bool:
    """Whether a token begins here, rather than the tail of a longer number, a name or a word."""
    if position == start:
        return True
    before = text[position - 1]
    if before.isalnum() and not (digit and _ends_with_sign(text, position)):
        return False
    if before == "_" or (before in "'’" and not digit):
        return False
    if digit and before in "-–—/.,:‑" and position - 1 > start:
        earlier = text[position - 2]
        return not (
            earlier.isdigit() or (before in "-‑" and earlier.isalpha() and not _hyphen_is_minus(text, position))
        )
    return True


_SIGN_BEFORE = re.compile(rf"(?<![A-Za-z])(?:{_SIGN})\s?$")
_SIGN_ENDS = frozenset(sign[-1] for sign in _SIGNS)
_MINUS_BEFORE = re.compile(r"(?i:\b(?:minus|sub|now|then|mid|under|plus|a|post|non|nearly|about)[-‑])$")


def _sign_before(text: str, position: int) -> re.Match[str] | None:
    """The currency sign that ends at a position, with one space at most between."""
    last = text[position - 1 : position]
    if last.isspace():
        last = text[position - 2 : position - 1]
    return _SIGN_BEFORE.search(text, max(0, position - 6), position) if last in _SIGN_ENDS and last else None


def _ends_with_sign(text: str, position: int) -> bool:
    return _sign_before(text, position) is not None


def _hyphen_is_minus(text: str, position: int) -> bool:
    return _MINUS_BEFORE.search(text, max(0, position - 8), position) is not None


# ------------------------------------------------------------------------------------- reading a number


def _spelled_value(words: str) -> float:
    total = current = 0.0
    for word in re.findall(r"[a-z]+", words.lower()):
        if word in ("a", "an"):
            current = 1
        elif word == "hundred":
            current = (current or 1) * 100
        elif word in _MULTIPLIERS:
            total, current = (
                (total + (current or 1)) * _MULTIPLIERS[word]
                if word != "thousand" and total
                else (total + (current or 1) * _MULTIPLIERS[word]),
                0,
            )
        elif word in _CARDINALS:
            current += _CARDINALS[word]
    return total + current


def _multiple(match: re.Match[str], tag: str) -> float:
    words = match[f"times{tag}"]
    if words:
        product = 1.0
        for word in words.lower().split():
            product *= _MULTIPLIERS[word]
        return product
    short = match[f"short{tag}"]
    return float(_SHORT[short.lower()]) if short else 1.0


def _plain(match: re.Match[str], tag: str) -> float:
    """The value before its multiplier."""
    if match[f"words{tag}"]:
        return _spelled_value(match[f"words{tag}"])
    value = float(match[f"digits{tag}"].replace(",", ""))
    if match[f"num{tag}"]:
        value += int(match[f"num{tag}"]) / max(1, int(match[f"den{tag}"]))
    if match[f"mark{tag}"]:
        value += _MARKS[match[f"mark{tag}"]]
    return -value if match[f"minus{tag}"] else value


_NEGATIVE = re.compile(r"(?:(?i:\bminus[-\s])|(?<![\w\d)])[-−])$")
_DATE_BEFORE = re.compile(rf"(?:^|\W)(?:{_any(_MONTHS)})\.?\s(?:\d{{1,2}}(?:-|–|\sand\s|\sto\s))?$", re.IGNORECASE)
_DATE_AFTER = re.compile(
    r"(?:st|nd|rd|th)?(?:\s?(?:-|–|and|to)\s?\d{1,2})?\s(?:of\s)?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r"(?:uary|ruary|ch|il|e|y|ust|t?ember|ober|\.|\b)"
)
_CLOCK = re.compile(r"(?::\d\d|\.\d\d)?\s?(?i:a\.?m\b|p\.?m\b|o['’]clock|hrs\b|GMT|noon)|:\d\d")
_ORDINAL = re.compile(r"(?i:st|nd|rd|th)(?!\w)|['’]s\b|s\b")
_NAMED: frozenset[str] = frozenset(_WORDS["names"]["before"])
_STREET_AFTER = re.compile(rf"\s(?:[A-Z][\w.]*\s){{1,3}}(?:{_any(_WORDS['names']['streets'])})\b|\sZIP\b")


def _is_name_or_date(text: str, match: re.Match[str], value: float) -> bool:
    """Whether bare digits are a date, a clock time, an ordinal, an age or part of a name."""
    start, end = match.start("digits1"), match.end()
    whole = match["digits1"].isdigit()
    before = text[max(0, start - 18) : start]
    if whole and 0 < value <= 31 and (_DATE_AFTER.match(text, end) or _DATE_BEFORE.search(before)):
        return True
    if value < 25 and _CLOCK.match(text, end):
        return True
    words = before.replace("-", " ").split()
    if words and words[-1] in _NAMED and before[-1] in " -#":
        return True
    if _ORDINAL.match(text, match.end("digits1")) or _STREET_AFTER.match(text, end):
        return True
    if 15 <= value <= 99 and before.endswith(", ") and text[end : end + 1] in (",", ")") and words[-1][0].isupper():
        return True
    return whole and len(match["digits1"]) == 4 and times.is_year(text, start, end)


def _digits_at(text: str, position: int, end: int, changes: bool) -> list[_Value]:
    sign = _sign_before(text, position)
    if sign is not None and sign[0][0].isalpha() and sign.start() > 0 and text[sign.start() - 1].isalnum():
        sign = None
    start = sign.start() if sign else position
    slash = _SLASH.match(text, position, end)
    if slash is not None:
        return _slashed(position, slash)
    match = _NUMBER.match(text, start, end) or _NUMBER.match(text, position, end)
    if match is None or match["digits1"] is None:
        return []
    plain = _plain(match, "1")
    money = _SIGNS[match["sign1"]] if match["sign1"] else None
    power = _POWER.match(text, match.end(), end)
    if power is not None and power["exponent"]:
        value = plain * 10.0 ** min(300, max(-300, int(power["exponent"].replace("−", "-"))))
        return [_Value(start, power.end(), value, value, money, "power")]
    if not money and not match["times1"] and not match["short1"] and _is_name_or_date(text, match, plain):
        return [_Value(start, match.end(), None, None, None, "date or name")]
    trimmed = _tail(text, match, money, changes)
    if trimmed is None:
        return [_Value(start, match.end(), None, None, None, "name")]
    stop, multiple = trimmed
    value = plain * multiple
    if not match["minus1"] and _NEGATIVE.search(text, max(0, start - 7), start):
        value = -value
    return _with_second(text, match, _Value(start, stop, value, value, money, "digits"), plain, multiple, end, changes)


_LETTERS = re.compile(r"[A-Za-zµμ°″″\"%][\w/%]*")
_SIZED = re.compile(r"\s?(?i:\(|wide|long|high|deep|tall|away|from|above|below|across|x\b|sprint|race|dash)")
_PLURAL_AFTER = re.compile(r"\s+(?:[a-z-]+\s+){0,2}[a-z]+s\b|\s+people\b")


def _tail(text: str, match: re.Match[str], money: str | None, changes: bool) -> tuple[int, float] | None:
    """Where the number ends and its multiplier; None where letters stuck to it make it part of a name."""
    end, short = match.end(), match["short1"]
    if short and len(short) == 1 and not money:
        glued = text[match.start("short1") - 1].isdigit()
        if glued and short == "m" and not changes and not _SIZED.match(text, end):
            return end, _multiple(match, "1")
        counted = _PLURAL_AFTER.match(text, end) is not None
        if not glued or short in "b" or (short in "mMbBkK" and not counted and short != "M" and short != "k"):
            return match.start("short1"), 1.0
        if short in ("M", "k", "K", "B") or counted:
            return end, _multiple(match, "1")
        return match.start("short1"), 1.0
    if match["times1"] or short:
        return end, _multiple(match, "1")
    letters = _LETTERS.match(text, end)
    if letters is not None and letters[0] not in _UNIT_KIND and letters[0].rstrip("s") not in _UNIT_KIND:
        code = letters[0]
        if _MONEY_WORDS.get(code.lower()) or letters[0].startswith(("%", "°")):
            return end, 1.0
        return None
    return end, 1.0


def _slashed(position: int, match: re.Match[str]) -> list[_Value]:
    top, bottom = int(match["num"]), int(match["den"])
    if 0 < top < bottom and (bottom <= 10 or bottom in (12, 16, 32, 64, 100, 128)):
        return [_Value(position, match.end(), top / bottom, top / bottom, None, "fraction")]
    return [_Value(position, match.end(), None, None, None, "date or name")]


_LASTING = re.compile(r"-(?:year|month|week|day|hour|minute)\b(?!-old|\s+old)")
_NOT_COUNTED = re.compile(
    r"\s+\d|(?i:\s+(?:another|by\s+one|of\s+(?:us|them|these|those)\s+(?:is|was)|day\b|time\b|thing\b|more\s+(?:time|thing)|"
    r"who|can|could|should|would|must|might|may|that|which|is|was|has|had|where|hour\b(?=\s+later)))|[,.;:?!)]|['’]s|\s*$"
)
_DETERMINED = re.compile(
    r"(?i:\b(?:the|this|that|which|each|every|any|no|another|such|only|good|big|new|last|first|next|right|wrong|his|her|its|their|my|your)"
    r"(?:\s+[a-z]+)?)\s+$"
)


def _words_at(text: str, position: int, end: int, changes: bool) -> list[_Value]:
    fold = _FOLD.match(text, position, end)
    if fold is not None:
        value = _spelled_value(fold["count"])
        return [_Value(position, fold.end(), value, value, None, "fold")]
    part = _PART.match(text, position, end)
    if part is not None:
        return _fraction(part)
    vague = _VAGUELY.match(text, position, end)
    if vague is not None:
        floor = float(_VAGUE[" ".join(vague[0].lower().split())])
        return [_Value(position, vague.end(), floor, None, None, "vague")]
    fixed = _FIXEDLY.match(text, position, end)
    if fixed is not None:
        value = float(_FIXED[" ".join(fixed[0].lower().split())])
        return [_Value(position, fixed.end(), value, value, None, "fixed")]
    match = _NUMBER.match(text, position, end)
    if match is None or match["words1"] is None:
        return []
    words = match["words1"].lower()
    if words in ("one", "zero") and not match["times1"] and _one_is_no_count(text, match):
        return []
    if _LASTING.match(text, match.end()):
        return []
    plain, multiple = _plain(match, "1"), _multiple(match, "1")
    stop = match.end()
    if match["short1"]:
        stop, multiple = match.start("short1"), 1.0
        stop = len(text[:stop].rstrip()) if stop > 0 else stop
    value = plain * multiple
    return _with_second(text, match, _Value(position, stop, value, value, None, "words"), plain, multiple, end, changes)


def _one_is_no_count(text: str, match: re.Match[str]) -> bool:
    before = text[max(0, match.start() - 24) : match.start()]
    return _NOT_COUNTED.match(text, match.end()) is not None or _DETERMINED.search(before) is not None


def _fraction(match: re.Match[str]) -> list[_Value]:
    if match["part"]:
        count = 1.0 if match["count"].lower() in ("a", "an") else float(_CARDINALS[match["count"].lower()])
        value = count / _FRACTIONS[match["part"].lower()]
    elif match["out"]:
        top, bottom = (float(w) if w.isdigit() else _spelled_value(w) for w in (match["out"], match["total"]))
        if not 0 < top < bottom:
            return []
        value = top / bottom
    else:
        value = 0.5
    return [_Value(match.start(), match.end(), value, value, None, "fraction")]


def _with_second(
    text: str, first: re.Match[str], value: _Value, plain: float, multiple: float, end: int, changes: bool
) -> list[_Value]:
    """The number alone, or with the other end of its range."""
    second = _SECOND.match(text, value.end, min(end, value.end + 120))
    if second is None or (second["digits2"] is None and second["words2"] is None):
        return [value]
    join = second["join"].strip().lower()
    before = text[max(0, value.start - 24) : value.start]
    low, high = plain * multiple, _plain(second, "2") * _multiple(second, "2")
    if (
        multiple == 1 and _multiple(second, "2") > 1 and plain < _plain(second, "2") * 1.0001 and not first["sign1"]
    ) or (multiple == 1 and _multiple(second, "2") > 1 and first["sign1"] and plain < _plain(second, "2")):
        low = plain * _multiple(second, "2")
    tail = _LETTERS.match(text, second.end())
    if tail is not None and tail[0] not in _UNIT_KIND and not tail[0].startswith("%"):
        return [value]
    money = value.unit or (_SIGNS[second["sign2"]] if second["sign2"] else None)
    if (second["mid"] and second["sign2"]) or (second["sign2"] and not first["sign1"]) or _BY.search(before):
        return [value]
    if not _is_a_range(join, before, low, high, first, second, changes):
        return [value]
    low, high = min(low, high), max(low, high)
    return [_Value(value.start, second.end(), low, high, money, "range")]


_BY = re.compile(r"(?i:\bby\s+(?:about\s+|around\s+|some\s+|nearly\s+)?)$")
_FROM = re.compile(r"(?i:\bfrom\s+(?:about\s+|around\s+|some\s+|nearly\s+|up to\s+)?)$")
_BETWEEN = re.compile(r"(?i:\bbetween\s+(?:about\s+|some\s+|around\s+)?)$")


def _is_a_range(
    join: str, before: str, low: float, high: float, first: re.Match[str], second: re.Match[str], changes: bool
) -> bool:
    if join == "and":
        return _BETWEEN.search(before) is not None and low < high
    if join == "or":
        return low < high <= 3 * low + 1 and not first["sign1"] and not second["sign2"]
    if join.startswith("to"):
        if _FROM.search(before):
            return changes
        return low < high
    return low < high and not (first["words1"] and second["digits2"])


# ------------------------------------------------------------------------------------- bounds, unit, rate

_BOUNDS: dict[str, list[str]] = _WORDS["bounds"]
_SENSE: dict[str, list[str]] = _WORDS["sense"]
_FILLERS = frozenset(_SENSE["fillers"])
_BOUND_OF = {
    words: kind for kind in ("low", "high", "high_claims", "near", "about") for words in _BOUNDS[f"{kind}_before"]
}


def _after(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?i:\s*(?:(?!and\b|or\b)[\w-]+\s+){{0,2}}?(?:{_any(_BOUNDS[name])}))(?!\w|\s+than\b)")


_AFTER = {kind: _after(f"{kind}_after") for kind in ("low", "high", "about")}
_MAY_BOUND = re.compile(r"\b(?i:or|plus|odd|and more|and above|approximately|at least|at most)\b|\+")
_LEAST = re.compile(r"(?i:\s*(?:(?!and\b)[\w-]+\s+){0,2}(?P<which>at least|at most))(?=\s*[.,;:)]|\s*$)")
_CAPPED = re.compile(r"(?i:\bcap(?:s|ped)?\b[^,.;]{0,60}\bat\s+)$")
_TAKES_OVER = frozenset(_SENSE["takes_over"])
_DEAL_AFTER = re.compile(rf"(?i:[-\s]+(?:[a-z]+[-\s]+)?(?:{_any(_SENSE['deals'])})\b)")
_PER_WORDS: dict[str, str] = {w: unit for unit, words in _WORDS["per"].items() for w in words}
_PER = re.compile(rf"(?<![\w])(?i:{_any(_PER_WORDS)})(?!\w)|/(?:day|week|month|year)\b")
_RATE = re.compile(r"(?i:day|dail|night|week|month|year|annu|p\.a)")
_PER_BEFORE = re.compile(r"(?i:\b(daily|weekly|monthly|yearly|annual|annually)\b)[^.,;\d]{0,30}$")
_CLAUSE = re.compile(r"[,;:()—\n]|\.(?=\s+[A-Z\"“]|\s*$)")
_NEXT_NUMBER = re.compile(rf"(?<![\w-])\d|\b(?:{_any([w for w, v in _CARDINALS.items() if v > 1])})\b")
_AGE = re.compile(r"[-\s]?(?:year|month)s?[-\s]old\b")


def _amount(text: str, value: _Value, end: int, changes: bool) -> Amount | None:
    before = text[max(0, value.start - 70) : value.start]
    after = text[value.end : min(end, value.end + 60)]
    low, high, about = value.low, value.high, value.rule == "vague"
    if value.rule != "vague" and low == high:
        low, high, about = _bounds(before, after, low, high, changes)
    elif value.rule == "range":
        about = _bound_before(before, changes) == "about"
    unit, rule = _unit(value, after)
    if value.rule == "fraction" and not changes:
        if value.low == 0.5:
            return None
        low, high = (None if bound is None else round(100 * bound, 2) for bound in (low, high))
        unit, rule = "percent", "share"
    return Amount(
        start=value.start, end=value.end, low=low, high=high, unit=unit, per=_per(before, after),
        approximate=about, rule=rule,
    )  # fmt: skip


def _bounds(
    before: str, after: str, low: float | None, high: float | None, changes: bool
) -> tuple[float | None, float | None, bool]:
    """The bounds that the words beside a plain number set, and whether it is approximate."""
    bound = _bound_before(before, changes)
    if bound == "high" and not changes and _DEAL_AFTER.match(after):
        bound = None  # "under a $1 billion deal"
    if bound == "low":
        return low, None, False
    if bound == "high":
        return None, high, False
    if _MAY_BOUND.search(after):
        least = _LEAST.match(after)
        if _AFTER["low"].match(after) or (least and least["which"].lower() == "at least"):
            return low, None, False
        if _AFTER["high"].match(after) or least:
            return None, high, False
        if _AFTER["about"].match(after):
            return low, high, True
    if before.endswith("at ") and _CAPPED.search(before):
        return None, high, False
    return low, high, bound == "about"


def _bound_before(before: str, changes: bool) -> str | None:
    """What the words before a number make of it: "low", "high" or "about".

    The longest phrase counts, so that "no more than" is not "more than".
    """
    words = before[-48:].lower().replace("n't ", " not ").replace("n’t ", " not ").split()[-7:]
    about = None
    while words:
        bound = _bound_of(words, changes)
        if bound in ("low", "high"):
            return bound
        about = about or bound
        if words[-1] not in _FILLERS:
            break
        words.pop()
    return about


def _bound_of(words: list[str], changes: bool) -> str | None:
    for length in range(min(4, len(words)), 0, -1):
        phrase = " ".join(words[-length:]).lstrip("(“\"'‘–—-")
        bound = _BOUND_OF.get(phrase)
        if bound is None:
            continue
        if bound == "near":
            return ("high" if _UNDER.match(phrase) else "low") if changes else "about"
        if bound == "high_claims":
            return None if changes else "high"
        if phrase == "over" and len(words) > 1 and words[-2] in _TAKES_OVER:
            return None
        return bound
    return None


_UNDER = re.compile(r"(?:just|slightly|a little|short|shy|well)\s*(?:under|less|short|shy|below|of)")
_UNIT_WORDS = re.compile(
    r"(?P<gap>\sof\s|\s?-?)(?P<words>%|°\s?[CF]?|″|\"|[A-Za-zµμ€£¥$₽₴₹₩][\w/²³]*(?:\.S\.)?(?:\s[A-Za-z]+){0,2})"
)
_GLUED_ONLY = frozenset(w for w in _UNIT_KIND if len(w) == 1 and w not in '%″"') | {"in", "mi"}


def _unit(value: _Value, after: str) -> tuple[str | None, str]:
    """What is counted, and the kind of number: money, share, measure, duration, age or count."""
    if value.unit:
        return value.unit, "money"
    if value.rule == "fold":
        return "times", "count"
    match = _UNIT_WORDS.match(after)
    if match is not None:
        named = _named_unit(match, after)
        if named is not None:
            return named
    return _counted(after), "fraction" if value.rule == "fraction" else "count"


def _named_unit(match: re.Match[str], after: str) -> tuple[str, str] | None:
    words = match["words"].split()
    for length in range(len(words), 0, -1):
        name = " ".join(words[:length])
        if name.lower() in _MONEY_WORDS:
            return _MONEY_WORDS[name.lower()], "money"
        kind = _UNIT_KIND.get(name)
        if kind is None or (match["gap"] and name in _GLUED_ONLY):
            continue
        if kind == "duration" and _AGE.match(after):
            return "years", "age"
        following = after[match.start("words") + len(match["words"]) :] if length == len(words) else " "
        if following[:1] == "-" and not following.startswith("-old") and len(name) < 3:
            continue
        return ("percent" if kind == "share" and name in _PERCENT else name), kind
    return None


_PERCENT = frozenset(("%", "percent", "per cent", "pct", "pc"))
_STOPS = frozenset(_SENSE["stops"])


def _counted(after: str) -> str | None:
    """The words from the number to the first plural: "large one-way drones"."""
    clause = _CLAUSE.search(after)
    words = (after[: clause.start()] if clause else after).split()
    if words[:1] == ["of"]:
        words = words[1:]
    while words and words[0] in ("the", "its", "their", "these", "those", "other", "more"):
        words = words[1:]
    named: list[str] = []
    for word in words[:6]:
        if word.lower() in _STOPS:
            break
        named.append(word)
        goes_on = words[len(named)] if len(words) > len(named) and word[0].isupper() else ""
        if _PLURAL.search(word) and not (goes_on.islower() and _PLURAL.search(goes_on)):
            return " ".join(named).strip("-")
    return " ".join(named).strip("-") or None if 0 < len(named) <= 3 else None


_PLURAL = re.compile(r"(?:[a-z]{2}|\d)s$(?<!ss)")


def _per(before: str, after: str) -> str | None:
    if _RATE.search(after):
        stop = _CLAUSE.search(after)
        clause = after[: stop.start()] if stop else after
        other = _NEXT_NUMBER.search(clause)
        match = _PER.search(clause[: other.start()] if other else clause)
        if match is not None:
            return _PER_WORDS.get(" ".join(match[0].lower().split()), match[0].lstrip("/").lower())
    earlier = _PER_BEFORE.search(before) if _RATE.search(before) else None
    return _PER_WORDS[earlier[1].lower()] if earlier else None
