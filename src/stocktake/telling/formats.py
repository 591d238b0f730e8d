"""One wording for every number, period, chain and probability that people see, and the way back for what they type.

Quantities show their bounds ("≥ 6,000 drones", "400–500 shells / month", "about 2,000"), periods the calendar they
came from ("2022-08 … 2023-02-06", "2023", "by 2025-06"), chains who says so, outermost first ("Wall Street Journal ←
officials"). `quantity_from`, `period_from` and `chain_from` read the same wording: what is shown can be typed.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from collections.abc import Iterable

from stocktake.vocabulary import Claim, Period, Quantity

SCALES = ((1e12, "tn"), (1e9, "bn"), (1e7, "m"))
WRITTEN = {"tn": 1e12, "trillion": 1e12, "bn": 1e9, "billion": 1e9, "m": 1e6, "million": 1e6, "k": 1e3, "thousand": 1e3}
CURRENCY = re.compile(r"[A-Z]{3}")
HASHED = re.compile(r"[a-z]?[0-9a-f]{12,64}")
PER = ("day", "week", "month", "year")
UNKNOWN = "?"
OWN_VOICE = "own voice"
SOFT = "\u00ad\u200b\u200c\u200d\ufeff"


def number(value: float) -> str:
    """A number as people read it: thousands separated, large round ones in m, bn, tn, no figure lost."""
    for scale, name in SCALES:
        scaled = value / scale * (10 if name == "m" else 1)
        if abs(value) >= scale and round(scaled, 2) == scaled:
            return f"{scaled:,.2f}".rstrip("0").rstrip(".") + f" {name}"
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.6f}".rstrip("0").rstrip(".")


def known(value: float) -> float:
    """An estimate to the two or three figures to which it is known: 43,187 is 43,200, and 107.7 is 110."""
    return round(float(f"{value:.{2 if value < 1000 else 3}g}"))


def quantity(value: Quantity | None) -> str:
    """A quantity with its bounds; empty for none."""
    if value is None:
        return ""
    bounds = _bounds(value)
    if value.unit == "percent":
        bounds += "%"
    elif value.unit and CURRENCY.fullmatch(value.unit):
        bounds = re.sub(r"(?=\d)", f"{value.unit} ", bounds, count=1)
    elif value.unit:
        bounds += f" {value.unit}"
    return f"{bounds} / {value.per}" if value.per else bounds


def bare(value: Quantity | None, item: str | None) -> Quantity | None:
    """A quantity without its unit where the item beside it says it already."""
    if value is None or value.unit is None or item is None or value.unit.lower() not in item.lower():
        return value
    return Quantity(low=value.low, high=value.high, per=value.per, approximate=value.approximate)


def goods(value: Quantity | None, item: str | None) -> str:
    """How many of what: "≤ 350 Shahed drones / month", "USD 1.75 bn, drones"."""
    if value is None or item is None:
        return item or quantity(value)
    counted = bare(value, item)
    if counted is not None and counted.unit is None:
        return f"{_bounds(value)} {item}" + (f" / {value.per}" if value.per else "")
    return f"{quantity(value)}, {item}"


def _bounds(value: Quantity) -> str:
    about = "about " if value.approximate else ""
    if value.low is not None and value.high is not None:
        if value.low == value.high:
            return about + number(value.low)
        return f"{about}{number(value.low)}–{number(value.high)}"
    if value.low is not None:
        return f"≥ {about}{number(value.low)}"
    assert value.high is not None
    return f"≤ {about}{number(value.high)}"


def date(value: dt.date | None) -> str:
    """A day; "undated" for none."""
    return value.isoformat() if value else "undated"


def period(value: Period | None) -> str:
    """A period in the widest calendar words that mean it exactly; empty for none."""
    if value is None:
        return ""
    if value.start is None:
        assert value.end is not None
        return f"by {_last(value.end)}"
    if value.end is None:
        return f"from {_first(value.start)}"
    if (value.start.month, value.start.day, value.end.month, value.end.day) == (1, 1, 12, 31):
        years = (value.start.year, value.end.year)
        return f"{years[0]:04}" if years[0] == years[1] else f"{years[0]:04} … {years[1]:04}"
    if value.start == value.end:
        return value.start.isoformat()
    first, last = _first(value.start), _month_or_day(value.end)
    if len(last) < len(first) and first.startswith(last):  # the last week of a month, told by its days
        last = value.end.isoformat()
    return first if first == last else f"{first} … {last}"


def _first(day: dt.date) -> str:
    return day.isoformat()[:7] if day.day == 1 else day.isoformat()


def _month_or_day(day: dt.date) -> str:
    return day.isoformat()[:7] if day.day == calendar.monthrange(day.year, day.month)[1] else day.isoformat()


def _last(day: dt.date) -> str:
    return f"{day.year:04}" if (day.month, day.day) == (12, 31) else _month_or_day(day)


def chain(claim: Claim | Iterable[str], outlet: str | None = None) -> str:
    """Who says so, outermost first, led by the publishing outlet where it is given."""
    sources = claim.sources if isinstance(claim, Claim) else tuple(claim)
    speakers = ([outlet] if outlet else []) + list(sources)
    return " ← ".join(speakers) if speakers else OWN_VOICE


def parties(agent: str | None, recipient: str | None) -> str:
    """Who does it to whom: "Iran → Russia", "Russia", "? → Russia"."""
    if recipient is None:
        return agent or ""
    return f"{agent or UNKNOWN} → {recipient}"


def probability(value: float) -> str:
    """A probability in percent that never claims certainty it does not have."""
    if 0 < value < 0.01:
        return "< 1%"
    if 0.99 < value < 1:
        return "> 99%"
    return f"{value:.0%}"


def counted(count: int, singular: str, plural: str | None = None) -> str:
    """A count with its noun: "1 claim", "2,000 claims"."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def printable(text: str) -> str:
    """Outside text made safe for a terminal: no control characters, no marks that reverse the writing direction."""
    return "".join(
        " " if c in "\n\t\r" else "�" if unicodedata.category(c) in {"Cc", "Cf", "Cs"} and c not in SOFT else c
        for c in text
    )


def language(code: str) -> str:
    """A language's English name for its code: "ru" is Russian."""
    import pycountry

    found = pycountry.languages.get(alpha_2=code)
    return str(found.name) if found else code


def short_id(full: str) -> str:
    """The beginning of an id that lists show, which commands take for the whole one; names given as ids stay whole."""
    return full[:10] if HASHED.fullmatch(full) else printable(full)


# --------------------------------------------------------------------------------------------- the way back

_NUMBER = r"(\d[\d,]*(?:\.\d+)?|\.\d+)\s*(tn|trillion|bn|billion|million|thousand|m|k)?\b"
_QUANTITY = re.compile(
    rf"(?P<bound>≥|>=|≤|<=|at least|at most|up to|from)?\s*(?P<about>about|~|≈)?\s*(?P<currency>[A-Z]{{3}}\s+)?"
    rf"{_NUMBER}(?:\s*(?:–|-|\.\.|to)\s*{_NUMBER})?\s*(?P<unit>%|[^/%]*?)?\s*(?:(?:/|\bper\b|\ba\b)\s*(?P<per>day|week|month|year))?",
)
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")


def quantity_from(text: str) -> Quantity | None:
    """The quantity that a person typed; None for an empty text; ValueError with what was expected."""
    if not text.strip():
        return None
    found = _QUANTITY.fullmatch(text.strip())
    if found is None:
        raise ValueError(
            f"{text!r} is no quantity: write it like '6,000 drones', '>= 6,000', '<= 300', '400-500 shells / month', "
            "'about 2,000' or 'USD 1.75 bn'"
        )
    first, last = _value(found[4], found[5]), _value(found[6], found[7])
    unit = (found["currency"] or found["unit"] or "").strip() or None
    low: float | None = first
    high: float | None = last if last is not None else first
    if found["bound"] in {"≥", ">=", "at least", "from"} and last is None:
        high = None
    elif found["bound"] in {"≤", "<=", "at most", "up to"} and last is None:
        low = None
    return Quantity(
        low=low,
        high=high,
        unit="percent" if unit == "%" else unit,
        per=found["per"],
        approximate=found["about"] is not None,
    )


def _value(digits: str | None, scale: str | None) -> float | None:
    if digits is None:
        return None
    return round(float(digits.replace(",", "")) * WRITTEN.get(scale or "", 1), 6)


def day_from(text: str, *, last: bool = False) -> dt.date:
    """A day, or the first (or last) day of the month or year that was typed; ValueError with what was expected."""
    found = _DAY.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError
        year, month, day = (int(part) if part else None for part in found.groups())
        assert year is not None
        if month is None:
            return dt.date(year, 12, 31) if last else dt.date(year, 1, 1)
        if day is None:
            return dt.date(year, month, calendar.monthrange(year, month)[1] if last else 1)
        return dt.date(year, month, day)
    except ValueError:
        raise ValueError(f"{text!r} is no date: write it like 2023-02-06, 2023-02 or 2023") from None


def period_from(text: str) -> Period | None:
    """The period that a person typed; None for an empty text; ValueError with what was expected."""
    words = text.strip()
    if not words:
        return None
    try:
        return _period_from(words)
    except ValueError as wrong:
        if "is no date" not in str(wrong):
            raise
        raise ValueError(
            f"{text!r} is no period: write it like 2023, 2023-02, 2022-08..2023-02-06, by 2025-06 or from 2024-01"
        ) from None


def _period_from(words: str) -> Period:
    if words.startswith(("by ", "until ")):
        return Period(start=None, end=day_from(words.split(" ", 1)[1], last=True))
    if words.startswith(("from ", "since ")):
        return Period(start=day_from(words.split(" ", 1)[1]), end=None)
    first, between, last = (part.strip() for part in re.sub(r"…|\.{2,3}|\bto\b", "|", words, count=1).partition("|"))
    if not between:
        return Period(start=day_from(first), end=day_from(first, last=True))
    return Period(start=day_from(first) if first else None, end=day_from(last, last=True) if last else None)


def chain_from(text: str) -> tuple[str, ...]:
    """The source chain that a person typed, outermost first: "Wall Street Journal <- officials"."""
    if text.strip() in {"", OWN_VOICE}:
        return ()
    return tuple(part.strip() for part in re.split(r"←|<-", text) if part.strip())


def slot_from(slot: str, text: str) -> object:
    """What a person typed for a claim's slot, as the claim holds it; an empty text clears the slot."""
    words = " ".join(text.split())
    if slot == "quantity":
        return quantity_from(words)
    if slot == "time":
        return period_from(words)
    if slot == "sources":
        return chain_from(words)
    if slot == "negated":
        if words.lower() not in {"yes", "true", "no", "false"}:
            raise ValueError(f"{text!r} does not say whether the claim is negated: write yes or no")
        return words.lower() in {"yes", "true"}
    if slot == "quote":
        return text
    return words or None
