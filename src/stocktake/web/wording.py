"""Words that pages share: what an event, a claim or a decision is called, beside the formats of `telling`."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from urllib.parse import quote

import markupsafe
import msgspec

from stocktake import telling
from stocktake.casebook.search import terms
from stocktake.vocabulary import Claim, Decision, Finding, Observation, Period, Quantity
from stocktake.web.visible import visible
from stocktake.weighing import expit

DONE = {
    "accepted": "Accepted: the claim stands as it is, with full confidence.",
    "rejected": "Rejected: the claim no longer counts.",
    "set": "Corrected.",
    "added": "Added to the report’s claims.",
    "undone": "Undone.",
    "graded": "Graded. Findings are being weighed with the new grade.",
    "merged": "Merged into one finding.",
    "split": "Split off into a finding of their own.",
    "described": "The report’s day or outlet was changed; its claims were read again where that matters.",
    "made": "The forecast was made anew.",
    "excluded": "Left out. Make the forecast anew to see what that changes.",
    "account": "Accounts changed.",
    "password": "Your password was changed. Wherever else you were signed in, you are no more.",
}
DEEDS = {
    "set": "corrected",
    "accept": "accepted",
    "reject": "rejected",
    "add": "added a claim",
    "undo": "undid",
    "describe": "described a report",
    "merge": "merged",
    "split": "split off",
    "grade": "graded",
    "exclude": "left out of the forecast",
    "remap": "mapped anew",
    "programme": "set the programme",
    "series": "added a series",
}
SLOT_NAMES = {
    "agent": "who",
    "recipient": "to / at whom",
    "item": "what",
    "place": "where",
    "quantity": "how many",
    "time": "when",
    "sources": "says",
    "stance": "stance",
    "modality": "status",
    "negated": "negated",
    "event": "event",
}


def deed(decision: Decision) -> str:
    """What a decision did, in the past tense."""
    return DEEDS.get(decision.action, decision.action)


def slot_name(slot: str) -> str:
    """What a slot is called on a page."""
    return SLOT_NAMES.get(slot, slot)


def slot_label(slot: str) -> str:
    """The same, short enough to stand between words."""
    return "to" if slot == "recipient" else slot_name(slot)


def slot_value(value: Any, slot: str) -> str:
    """A slot's value as people write it; an empty one is a dash."""
    if slot == "negated":
        return "yes: that it did not happen" if value else "no"
    if value is None:
        return "—"
    if slot == "quantity":
        return telling.quantity(value)
    if slot == "time":
        return telling.period(value)
    if slot == "sources":
        return telling.chain(value)
    return str(getattr(value, "value", value))


def slot_json(value: Any) -> str:
    """A slot's value as the journal keeps it (plain JSON), as people write it."""
    match value:
        case None:
            return "—"
        case bool():
            return "yes" if value else "no"
        case {"low": _, "high": _}:
            return telling.quantity(msgspec.convert(value, Quantity))
        case {"start": _, "end": _}:
            return telling.period(msgspec.convert(value, Period))
        case dict():
            return "; ".join(f"{name}: {slot_json(inner)}" for name, inner in value.items())
        case list():
            return ", ".join(slot_json(inner) for inner in value) or "—"
    return str(value)


def parties(thing: Claim | Finding) -> str:
    """Who does it to whom; said to be missing where no one is named."""
    return telling.parties(thing.agent, thing.recipient) or "no party named"


def happening(thing: Claim | Finding) -> str:
    """Who did what with what to whom, for lists that have columns for how many and when."""
    return telling.finding_title(thing, bare=True)


def hits(text: str, query: str) -> markupsafe.Markup:
    """A snippet with the words of a query marked."""
    words = [re.escape(word) for term in terms(query) if term.wanted for word in term.words]
    if not words:
        return markupsafe.escape(visible(text))
    pieces = re.split(r"\b((?:" + "|".join(words) + r")\w{0,4})\b", visible(text), flags=re.IGNORECASE)
    mark = markupsafe.Markup("<mark>{}</mark>")
    return markupsafe.Markup("").join(mark.format(piece) if at % 2 else piece for at, piece in enumerate(pieces))


def moment(value: dt.datetime) -> str:
    """A time of day in UTC, to the minute."""
    return value.astimezone(dt.UTC).strftime("%-d %b %Y, %H:%M UTC")


def month(value: str) -> str:
    """ "2023-02" as "February 2023"."""
    return dt.date.fromisoformat(f"{value}-01").strftime("%B %Y")


RELIABILITY = {
    "A": "reliable",
    "B": "usually reliable",
    "C": "fairly reliable",
    "D": "not usually reliable",
    "E": "unreliable",
    "F": "reliability can’t be judged",
}
CREDIBILITY = {
    "1": "confirmed by other origins",
    "2": "probably true",
    "3": "possibly true",
    "4": "doubtful",
    "5": "improbable",
    "6": "truth can’t be judged",
}


def grade_words(grade: str) -> str:
    """What an Admiralty grade says: the best origin's reliability, the information's credibility."""
    return ", ".join(words for words in (RELIABILITY.get(grade[:1]), CREDIBILITY.get(grade[1:])) if words)


def signed(value: float) -> str:
    """A term of a sum, with its sign."""
    return f"{value:+.2f}".replace("-", "−")


def odds(log_odds: float) -> str:
    """Log-odds as the probability that they stand for."""
    return telling.probability(expit(log_odds))


def quantity_bounds(value: Quantity) -> str:
    """A quantity's bounds without what is counted."""
    return telling.quantity(msgspec.structs.replace(value, unit=None, per=None))


def quantity_unit(value: Quantity) -> str:
    """What is counted, and per what."""
    return " ".join(part for part in (value.unit, f"per {value.per}" if value.per else None) if part)


def opened(words: str) -> str:
    """Words with a capital at their beginning, names left as they are."""
    return words[:1].upper() + words[1:]


def figure(value: Any) -> str:
    """A path's figure: the median, and the 80% interval in brackets."""
    median, low, high = (telling.number(telling.known(number)) for number in (value.median, value.low, value.high))
    return f"{median} ({low}–{high})"


def bounds(observation: Observation) -> str:
    """An observation's number with its bounds."""
    if observation.low is None and observation.high is None:
        return ""
    return telling.quantity(Quantity(low=observation.low, high=observation.high))


def chance_bar(probability: float) -> markupsafe.Markup:
    """A probability as a small bar; its words stand beside it."""
    width = max(0.0, min(1.0, probability)) * 100
    return markupsafe.Markup(
        '<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="back" width="100" height="10"/><rect class="front" width="{:.1f}" height="10"/></svg>'
    ).format(width)


FILTERS = {
    "deed": deed,
    "slot_name": slot_name,
    "slot_label": slot_label,
    "slot_value": slot_value,
    "parties": parties,
    "title": telling.finding_title,
    "happening": happening,
    "counted_by": telling.counted_by,
    "from_elsewhere": telling.from_elsewhere,
    "moment": moment,
    "day": telling.date,
    "month": month,
    "counted": telling.counted,
    "short": telling.short_id,
    "chance_bar": chance_bar,
    "quantity": telling.quantity,
    "period": telling.period,
    "chain": telling.chain,
    "grade_words": grade_words,
    "signed": signed,
    "opened": opened,
    "figure": figure,
    "bounds": bounds,
    "odds": odds,
    "quantity_bounds": quantity_bounds,
    "quantity_unit": quantity_unit,
    "slot_json": slot_json,
    "hits": hits,
    "known": telling.known,
    "number": telling.number,
    "probability": telling.probability,
    "path": lambda text: quote(str(text), safe=""),
    "path_words": telling.path_words,
    "term_words": telling.term_words,
}
