"""Finds numbers with their bounds, units and rates.

`numerals` reads the number; here the words on either side give its bound ("at least", "or more"), its unit and its
rate ("a month"). Values follow the annotation guidelines; `changes=True` follows NewsQuant, where a move "from 5 to 7"
is one range and a fraction stays one.
"""

from __future__ import annotations

import re

import msgspec

from stocktake.reading import lexicon
from stocktake.reading.lexicon import any_of
from stocktake.reading.numerals import CARDINALS, FROM, MONEY_WORDS, UNIT_KIND, Value, values
from stocktake.vocabulary import Amount

__all__ = ["find"]

_WORDS = lexicon.table("numbers.toml")


def find(text: str, *, start: int = 0, end: int | None = None, changes: bool = False) -> tuple[Amount, ...]:
    """Every number of `text[start:end]`, in order, with offsets in the whole text.

    `changes` reads "from 5 to 7 percent" as one range, as NewsQuant does, rather than as the value before and the
    value after.
    """
    stop = len(text) if end is None else end
    amounts: list[Amount] = []
    for value in values(text, start, stop, changes):
        amount = _amount(text, value, stop, changes)
        if amount is None:
            continue
        amount = _converted(text, amount, amounts)
        if not changes:
            amount = _at_the_same_rate(text, amount, amounts)
            if amounts and _OF_WHOLE.fullmatch(text[amounts[-1].end : amount.start]) and amount.rule == "count":
                amounts[-1] = msgspec.structs.replace(amounts[-1], unit=amount.unit)
                amount = msgspec.structs.replace(amount, rule="whole")
            amounts.append(amount)
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


_OF_WHOLE = re.compile(r"\s(?:out\s)?of\s(?:(?:the|its|their|some|about|around|an?\sestimated|a\stotal\sof)\s){0,2}")
"""Between a part and the whole it is of: "12 of the 40 missiles"."""


def _moved(text: str, before: Amount, after: Amount) -> Amount | None:
    """ "from 20 miles per gallon in 2008 to 29 mpg": one range for NewsQuant."""
    between = text[before.end : after.start]
    if before.low is None or after.low is None or not _TO.fullmatch(between):
        return None
    if not FROM.search(text, max(0, before.start - 24), before.start):
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


# ------------------------------------------------------------------------------------- bounds, unit, rate

_BOUNDS: dict[str, list[str]] = _WORDS["bounds"]
_SENSE: dict[str, list[str]] = _WORDS["sense"]
_FILLERS = frozenset(_SENSE["fillers"])
_BOUND_OF = {
    words: kind for kind in ("low", "high", "high_claims", "near", "about") for words in _BOUNDS[f"{kind}_before"]
}


def _after(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?i:\s*(?:(?!and\b|or\b)[\w-]+\s+){{0,2}}?(?:{any_of(_BOUNDS[name])}))(?!\w|\s+than\b)")


_AFTER = {kind: _after(f"{kind}_after") for kind in ("low", "high", "about")}
_MAY_BOUND = re.compile(r"\b(?i:or|plus|odd|and more|and above|approximately|at least|at most)\b|\+")
_LEAST = re.compile(r"(?i:\s*(?:(?!and\b)[\w-]+\s+){0,2}(?P<which>at least|at most))(?=\s*[.,;:)]|\s*$)")
_CAPPED = re.compile(r"(?i:\bcap(?:s|ped)?\b[^,.;]{0,60}\bat\s+)$")
_TAKES_OVER = frozenset(_SENSE["takes_over"])
_DEAL_AFTER = re.compile(rf"(?i:[-\s]+(?:[a-z]+[-\s]+)?(?:{any_of(_SENSE['deals'])})\b)")
_PER_WORDS: dict[str, str] = {w: unit for unit, words in _WORDS["per"].items() for w in words}
_PER = re.compile(rf"(?<![\w])(?i:{any_of(_PER_WORDS)})(?!\w)|/(?:day|week|month|year)\b")
_RATE = re.compile(r"(?i:day|dail|night|week|month|year|annu|p\.a)")
_PER_BEFORE = re.compile(r"(?i:\b(daily|weekly|monthly|yearly|annual|annually)\b)[^.,;\d]{0,30}$")
_CLAUSE = re.compile(r"[,;:()—\n]|\.(?=\s+[A-Z\"“]|\s*$)")
_NEXT_NUMBER = re.compile(rf"(?<![\w-])\d|\b(?:{any_of([w for w, v in CARDINALS.items() if v > 1])})\b")
_AGE = re.compile(r"[-\s]?(?:year|month)s?[-\s]old\b")


def _amount(text: str, value: Value, end: int, changes: bool) -> Amount | None:
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
_GLUED_ONLY = frozenset(w for w in UNIT_KIND if len(w) == 1 and w not in '%″"') | {"in", "mi"}


def _unit(value: Value, after: str) -> tuple[str | None, str]:
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
        if name.lower() in MONEY_WORDS:
            return MONEY_WORDS[name.lower()], "money"
        kind = UNIT_KIND.get(name)
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
