"""Reads numbers: digits and words, multipliers, currencies, fractions, vague counts and ranges.

A digit or a number word opens a number and the grammar of English numerals is read from there. Dates, clock times,
ordinals, ages, scores and the digits of names ("F-16", "Resolution 2231") are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from stocktake.reading import lexicon, times
from stocktake.reading.lexicon import any_of

_WORDS = lexicon.table("numbers.toml")
_MONTHS: dict[str, int] = lexicon.table("calendar.toml")["months"]
CARDINALS: dict[str, int] = _WORDS["cardinals"]
_MULTIPLIERS: dict[str, int] = _WORDS["multipliers"]
_SHORT: dict[str, int] = _WORDS["short_multipliers"]
_VAGUE: dict[str, int] = _WORDS["vague"]
_FIXED: dict[str, float] = _WORDS["fixed"]
_FRACTIONS: dict[str, int] = _WORDS["fractions"]
_CURRENCIES = lexicon.rows("currencies.csv")
_SIGNS = {sign.strip(): row["code"] for row in reversed(_CURRENCIES) for sign in lexicon.split(row["signs"])}
MONEY_WORDS = {word.lower(): row["code"] for row in reversed(_CURRENCIES) for word in lexicon.split(row["words"])}
UNIT_KIND = {
    name: row["kind"]
    for row in lexicon.rows("units.csv")
    for name in (*lexicon.split(row["glued"]), *lexicon.split(row["words"]))
}
"""A unit as written -> measure, duration or share."""

_SPACED = r"(?<=[a-z] )\d{1,3}, \d{3}(?= [A-Za-z])"
"""A thousand as some agencies set it, with a space: "about 2, 800 soldiers"."""
_DIGITS = rf"(?:{_SPACED}|\d{{1,3}}(?:,\d{{2,3}})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
_TENS = "|".join(w for w, v in CARDINALS.items() if v >= 20)
_ONES = "|".join(w for w, v in CARDINALS.items() if 0 < v < 10)
_CARDINAL = rf"(?:(?:{_TENS})[-\s](?:{_ONES})|{any_of(CARDINALS)})(?!\w)"
_SPELLED = (
    rf"(?:(?:{_CARDINAL}|an?)(?:[-\s]+(?:hundred|thousand|million|billion|trillion)(?!\w))+"
    rf"(?:(?:,?\s+and\s+|[-\s]+){_CARDINAL}(?:[-\s]+(?:hundred|thousand|million)(?!\w))*)*|{_CARDINAL})"
)
_MULTIPLE = (
    rf"(?:[-\s]?(?P<times>(?i:lakh\s+crore|hundred\s+(?:thousand|million|billion)|{any_of(_MULTIPLIERS)}))(?!\w)"
    rf"|\s?(?P<short>{any_of([w for w in _SHORT if w not in 'mbk'])}|[MBKmbk])(?![\w'’]))"
)
_SIGN = "|".join(re.escape(s) for s in sorted(_SIGNS, key=len, reverse=True))


def _number(tag: str) -> str:
    multiple = _MULTIPLE.replace("<times>", f"<times{tag}>").replace("<short>", f"<short{tag}>")
    fraction = rf"(?:[-\s](?P<num{tag}>\d)[/⁄](?P<den{tag}>\d+)|(?P<mark{tag}>[½¼¾⅓⅔]))?"
    return (
        rf"(?:(?P<sign{tag}>{_SIGN})\s?)?(?P<minus{tag}>[-−–](?=\d))?"
        rf"(?:(?P<digits{tag}>{_DIGITS}){fraction}|(?P<words{tag}>(?i:{_SPELLED}))){multiple}?"
    )


_UNIT_GAP = rf"(?:\s?(?P<mid>%|(?i:per\s+cent|percent|{any_of([w for w in MONEY_WORDS if w.isalpha()])})(?!\w)))?"
_JOIN = r"(?P<join>\s?[-–—‑]\s?|\s+to[-\s]\s?|\s+(?:and|or)\s+)"
_NUMBER = re.compile(_number("1"))
_SECOND = re.compile(rf"{_UNIT_GAP}{_JOIN}{_number('2')}")
_MARKS = {"½": 0.5, "¼": 0.25, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3}
_POWER = re.compile(r"\s?[×x*]\s?10\^?(?P<exponent>[-−]?\d+)|[eE](?P<short>[-+]?\d{1,3})(?!\w)")
_SLASH = re.compile(r"(?P<num>\d+)[/⁄](?P<den>\d+)(?![\d/])")
_VAGUELY = re.compile(rf"(?i:{any_of(_VAGUE)})(?![\w-])")
_FIXEDLY = re.compile(rf"(?i:{any_of(_FIXED)})(?![\w-])")
_PART = re.compile(
    rf"(?i:(?P<count>a|an|{any_of(CARDINALS)})[-\s](?P<part>{any_of(_FRACTIONS)})(?!\w)(?=[-\s]+of\b|\s+(?:a|the)\b)"
    rf"|(?P<out>{_CARDINAL}|\d+)\s+(?:out\s+of|in)\s+(?:every\s+)?(?P<total>{_CARDINAL}|\d+)(?!\w)"
    r"|half(?=\s+(?:of|the|its|their)\b))"
)
_FOLD = re.compile(rf"(?i:(?P<count>{any_of((*CARDINALS, 'hundred'))})-?fold)(?!\w)")
_WORD = re.compile(r"[A-Za-z]+|\.?\d")
_OPENING = {*CARDINALS, *(re.split(r"[\s-]", w)[0] for w in (*_VAGUE, *_FIXED)), "half", "an", "a"}
_OPENING |= {f"{count}fold" for count in (*CARDINALS, "hundred")}


class Value(NamedTuple):
    """A number as read: where it stands, its bounds, its currency, and the rule that read it."""

    start: int
    end: int
    low: float | None
    high: float | None
    unit: str | None
    rule: str


LARGEST = 1e18
"""Digits from here on are a key or a serial number: nobody counts so much, and a float may not hold it."""


def values(text: str, start: int, end: int, changes: bool) -> Iterator[Value]:
    """The numbers of a stretch in order; `changes` as in `quantities.find`."""
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
            bounds = [abs(bound) for bound in (value.low, value.high) if bound is not None]
            if bounds and max(bounds) < LARGEST:
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
    """The value of number words: "one hundred and twenty thousand"."""
    total = current = 0.0
    for word in re.findall(r"[a-z]+", words.lower()):
        if word in ("a", "an"):
            current = 1
        elif word == "hundred":
            current = (current or 1) * 100
        elif word in _MULTIPLIERS:
            below = total if word != "thousand" else 0.0  # "two thousand million"
            counted = below + current or 1
            total, current = total - below + counted * _MULTIPLIERS[word], 0
        elif word in CARDINALS:
            current += CARDINALS[word]
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
    value = float(re.sub("[, ]", "", match[f"digits{tag}"]))
    if match[f"num{tag}"]:
        value += int(match[f"num{tag}"]) / max(1, int(match[f"den{tag}"]))
    if match[f"mark{tag}"]:
        value += _MARKS[match[f"mark{tag}"]]
    return -value if match[f"minus{tag}"] else value


_NEGATIVE = re.compile(r"(?:(?i:\bminus[-\s])|(?<![\w\d)])[-−])$")
_DATE_BEFORE = re.compile(rf"(?:^|\W)(?:{any_of(_MONTHS)})\.?\s(?:\d{{1,2}}(?:-|–|\sand\s|\sto\s))?$", re.IGNORECASE)
_DATE_AFTER = re.compile(
    r"(?:st|nd|rd|th)?(?:\s?(?:-|–|and|to)\s?\d{1,2})?\s(?:of\s)?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r"(?:uary|ruary|ch|il|e|y|ust|t?ember|ober|\.|\b)"
)
_CLOCK = re.compile(r"(?::\d\d|\.\d\d)?\s?(?i:a\.?m\b|p\.?m\b|o['’]clock|hrs\b|GMT|noon)|:\d\d")
_ORDINAL = re.compile(r"(?i:st|nd|rd|th)(?!\w)|['’]s\b|s\b")
_NAMED: frozenset[str] = frozenset(_WORDS["names"]["before"])
_STREET_AFTER = re.compile(rf"\s(?:[A-Z][\w.]*\s){{1,3}}(?:{any_of(_WORDS['names']['streets'])})\b|\sZIP\b")


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
    return whole and len(match["digits1"]) == 4 and times.is_year(text, start, match.end("digits1"))


def _digits_at(text: str, position: int, end: int, changes: bool) -> list[Value]:
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
        return [Value(start, power.end(), value, value, money, "power")]
    if not money and not match["times1"] and not match["short1"] and _is_name_or_date(text, match, plain):
        return [Value(start, match.end(), None, None, None, "date or name")]
    trimmed = _tail(text, match, money, changes)
    if trimmed is None:
        return [Value(start, match.end(), None, None, None, "name")]
    stop, multiple = trimmed
    value = plain * multiple
    if not match["minus1"] and _NEGATIVE.search(text, max(0, start - 7), start):
        value = -value
    return _with_second(text, match, Value(start, stop, value, value, money, "digits"), plain, multiple, end, changes)


_LETTERS = re.compile(r"[A-Za-zµμ°″″\"%][\w/%]*")
_SIZED = re.compile(r"\s?(?i:\(|wide|long|high|deep|tall|away|from|above|below|across|x\b|sprint|race|dash)")
_PLURAL_AFTER = re.compile(r"\s+(?:[a-z-]+\s+){0,2}[a-z]+s\b|\s+people\b")


def _tail(text: str, match: re.Match[str], money: str | None, changes: bool) -> tuple[int, float] | None:
    """Where the number ends and its multiplier; None where letters stuck to it make it part of a name."""
    end, short = match.end(), match["short1"]
    if short and len(short) == 1 and not money:
        multiplies = _letter_multiplies(text, match, short, changes)
        return (end, _multiple(match, "1")) if multiplies else (match.start("short1"), 1.0)
    if match["times1"] or short:
        return end, _multiple(match, "1")
    letters = _LETTERS.match(text, end)
    if letters is None or letters[0] in UNIT_KIND or letters[0].rstrip("s") in UNIT_KIND:
        return end, 1.0
    return (end, 1.0) if letters[0].lower() in MONEY_WORDS or letters[0].startswith(("%", "°")) else None


def _letter_multiplies(text: str, match: re.Match[str], letter: str, changes: bool) -> bool:
    """Whether a letter after digits is a multiplier ("1.4m rounds", "20k") rather than a unit ("37m (121ft)")."""
    if letter == "b" or not text[match.start("short1") - 1].isdigit():
        return False
    if letter in "Mk":
        return True
    if letter == "m" and not changes:
        return _SIZED.match(text, match.end()) is None
    return _PLURAL_AFTER.match(text, match.end()) is not None


def _slashed(position: int, match: re.Match[str]) -> list[Value]:
    top, bottom = int(match["num"]), int(match["den"])
    if 0 < top < bottom and (bottom <= 10 or bottom in (12, 16, 32, 64, 100, 128)):
        return [Value(position, match.end(), top / bottom, top / bottom, None, "fraction")]
    return [Value(position, match.end(), None, None, None, "date or name")]


_LASTING = re.compile(r"-(?:year|month|week|day|hour|minute)\b(?!-old|\s+old)")
_NOT_COUNTED = re.compile(
    r"\s+\d|(?i:\s+(?:another|by\s+one|of\s+(?:us|them|these|those)\s+(?:is|was)|day\b|time\b|thing\b|"
    r"more\s+(?:time|thing)|who|can|could|should|would|must|might|may|that|which|is|was|has|had|where|hour\s+later))"
    r"|-(?i:way|off|time|man|sided)\b|[,.;:?!)]|['’]s|\s*$"
)
_DETERMINED = re.compile(
    r"(?i:\b(?:the|this|that|which|each|every|any|no|another|such|only|good|big|new|last|first|next|right|wrong|his|her|"
    r"its|their|my|your)(?:\s+[a-z]+)?)\s+$"
)


def _words_at(text: str, position: int, end: int, changes: bool) -> list[Value]:
    fold = _FOLD.match(text, position, end)
    if fold is not None:
        value = _spelled_value(fold["count"])
        return [Value(position, fold.end(), value, value, None, "fold")]
    part = _PART.match(text, position, end)
    if part is not None:
        return _fraction(part)
    vague = _VAGUELY.match(text, position, end)
    if vague is not None:
        floor = float(_VAGUE[" ".join(vague[0].lower().split())])
        return [Value(position, vague.end(), floor, None, None, "vague")]
    fixed = _FIXEDLY.match(text, position, end)
    if fixed is not None:
        value = float(_FIXED[" ".join(fixed[0].lower().split())])
        return [Value(position, fixed.end(), value, value, None, "fixed")]
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
    if match["short1"]:  # "two m", "ten b": no multiplier follows a word
        stop, multiple = match.end("words1"), 1.0
    value = plain * multiple
    return _with_second(text, match, Value(position, stop, value, value, None, "words"), plain, multiple, end, changes)


def _one_is_no_count(text: str, match: re.Match[str]) -> bool:
    before = text[max(0, match.start() - 24) : match.start()]
    return _NOT_COUNTED.match(text, match.end()) is not None or _DETERMINED.search(before) is not None


def _fraction(match: re.Match[str]) -> list[Value]:
    if match["part"]:
        count = 1.0 if match["count"].lower() in ("a", "an") else float(CARDINALS[match["count"].lower()])
        value = count / _FRACTIONS[match["part"].lower()]
    elif match["out"]:
        top, bottom = (float(w) if w.isdigit() else _spelled_value(w) for w in (match["out"], match["total"]))
        if not 0 < top < bottom:
            return []
        value = top / bottom
    else:
        value = 0.5
    return [Value(match.start(), match.end(), value, value, None, "fraction")]


def _with_second(
    text: str, first: re.Match[str], value: Value, plain: float, multiple: float, end: int, changes: bool
) -> list[Value]:
    """The number alone, or with the other end of its range."""
    second = _SECOND.match(text, value.end, min(end, value.end + 120))
    if second is None or (second["digits2"] is None and second["words2"] is None):
        return [value]
    join = second["join"].strip().lower()
    before = text[max(0, value.start - 24) : value.start]
    scale = _multiple(second, "2")
    low, high = plain * multiple, _plain(second, "2") * scale
    if multiple == 1 and plain <= _plain(second, "2"):
        low = plain * scale  # "$3 to 5 billion"
    tail = _LETTERS.match(text, second.end())
    if tail is not None and tail[0] not in UNIT_KIND and not tail[0].startswith("%"):
        return [value]
    money = value.unit or (_SIGNS[second["sign2"]] if second["sign2"] else None)
    if (second["mid"] and second["sign2"]) or (second["sign2"] and not first["sign1"]):
        return [value]
    if (second["mid"] or first["sign1"]) and _BY.search(before):
        return [value]  # "rose by $2 billion to $9 billion"
    bare = not (first["sign1"] or second["mid"] or second["sign2"] or multiple != 1 or scale != 1)
    if bare and join in "-–" and (low >= high or _STREET_AFTER.match(text, second.end())):
        return [Value(value.start, second.end(), None, None, None, "score or address")]
    if not _is_a_range(join, before, low, high, first, second, changes):
        return [value]
    low, high = min(low, high), max(low, high)
    return [Value(value.start, second.end(), low, high, money, "range")]


_BY = re.compile(r"(?i:\bby\s+(?:about\s+|around\s+|some\s+|nearly\s+)?)$")
FROM = re.compile(r"(?i:\bfrom\s+(?:about\s+|around\s+|some\s+|nearly\s+|up to\s+)?)$")
_BETWEEN = re.compile(r"(?i:\bbetween\s+(?:about\s+|some\s+|around\s+)?)$")


def _is_a_range(
    join: str, before: str, low: float, high: float, first: re.Match[str], second: re.Match[str], changes: bool
) -> bool:
    if join == "and":
        return _BETWEEN.search(before) is not None and low < high
    if join == "or":
        return low < high <= 3 * low + 1 and not first["sign1"] and not second["sign2"]
    if join.startswith("to"):
        if FROM.search(before):
            return changes
        return low < high
    return low < high and not (first["words1"] and second["digits2"])
