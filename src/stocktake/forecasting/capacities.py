"""Capacities: whether claims give a number as what could be made, rather than as what is made.

A reader marks "has a capacity of 300 a day" as a fact, and it is one, about a capacity. So the words around the
number decide: a word of ability before it ("capable of", "can"), or the word capacity beside it, in the same part of
the sentence. The words are data, in observations.toml.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from stocktake.vocabulary import Claim, Finding, Modality


@lru_cache(1)
def _patterns() -> dict[str, re.Pattern[str]]:
    words = tomllib.loads(files("stocktake.forecasting").joinpath("observations.toml").read_text("utf-8"))["capacity"]
    return {
        kind: re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, listed))})(?!\w)", re.IGNORECASE)
        for kind, listed in words.items()
    }


def is_capacity(finding: Finding, claims: Mapping[str, Claim]) -> bool:
    """Whether most of the claims that give the finding's number give it as a capacity, and not as one to come."""
    counted = [claims[key] for key in finding.claims if key in claims and claims[key].quantity is not None]
    same = [claim for claim in counted if finding.quantity is not None and _same(claim, finding)] or counted
    return 2 * sum(claim.modality is not Modality.planned and names_capacity(claim) for claim in same) > len(same)


def _same(claim: Claim, finding: Finding) -> bool:
    one, two = claim.quantity, finding.quantity
    return one is not None and two is not None and (one.low, one.high, one.per) == (two.low, two.high, two.per)


def names_capacity(claim: Claim) -> bool:
    """Whether the words around a claim's number give it as a capacity."""
    patterns, quote = _patterns(), _without_output(claim.quote)
    first, last = _number(claim)
    breaks = [found.end() for found in patterns["breaks"].finditer(quote) if found.end() <= first]
    before = quote[max(breaks, default=0) : first]
    after = re.split(r"[,;:—]", patterns["breaks"].split(quote[last:])[0])[0]
    return bool(
        patterns["ability"].search(before) or patterns["capacity"].search(before) or patterns["capacity"].search(after)
    )


def _without_output(quote: str) -> str:
    """The quote with phrases that name a capacity but speak of what was made ("at full capacity") blanked."""
    return _patterns()["made"].sub(lambda found: " " * len(found[0]), quote)


def _number(claim: Claim) -> tuple[int, int]:
    """Where the number stands in the quote; the quote's end where the claim does not say."""
    spans = claim.spans.get("quantity", ())
    places = [(span.start - claim.start, span.end - claim.start) for span in spans]
    inside = [place for place in places if 0 <= place[0] < place[1] <= len(claim.quote)]
    return inside[0] if inside else (len(claim.quote), len(claim.quote))
