"""Reports retold of other states, so that a reader learns roles from sentences and not from who usually does what.

Every state that a report names is given another's name throughout: a name for a name, an adjective for an
adjective, a capital for a capital. The labelled spans move with the text.
"""

from __future__ import annotations

import csv
import random
from bisect import bisect_right
from importlib import resources
from typing import Any, NamedTuple

from stocktake.reading import names


class Forms(NamedTuple):
    """How a state goes by: its name, its adjective, its capital."""

    name: str
    adjective: str
    seat: str


def _forms() -> tuple[dict[str, Forms], dict[str, int]]:
    """Each state's usual forms, and for every listed form which of the three it is."""
    lines = resources.files("stocktake.reading").joinpath("lexicon", "states.csv").read_text("utf-8").splitlines()
    states, kinds = {}, {}
    for row in csv.DictReader(line for line in lines if not line.startswith("#")):
        adjectives, seats = row["demonyms"].split("|"), row["seats"].split("|")
        if adjectives[0] and seats[0]:
            states[row["state"]] = Forms(row["state"], adjectives[0], seats[0])
        for seat in seats:
            kinds[seat] = 2
        for adjective in adjectives:
            kinds[adjective] = 1 if adjective.endswith(("n", "ns", "i", "is", "ish", "ese", "ch")) else 0
        kinds[row["state"]] = 0
    return states, kinds


STATES, KINDS = _forms()
USUAL = 70
"""The first states of the list, which news speaks of most, stand in for others."""


class _Cut(NamedTuple):
    """A stretch of the old text, and where its replacement stands in the new one."""

    start: int
    end: int
    new_start: int
    new_end: int


def renamed(report: dict[str, Any], seed: random.Random) -> dict[str, Any]:
    """An aligned report with its states exchanged for others."""
    text = report["text"]
    found = [(span, name) for span, name in names.find(text) if name in STATES]
    used = sorted({name for _, name in found})
    others = dict(zip(used, seed.sample(list(STATES)[: max(USUAL, len(used))], len(used)), strict=True))
    parts, cuts, last, length = [], [], 0, 0
    for span, name in found:
        form = text[span.start : span.end]
        new = STATES[others[name]][KINDS.get(form, 0)]
        parts += [text[last : span.start], new]
        length += span.start - last
        cuts.append(_Cut(span.start, span.end, length, length + len(new)))
        length += len(new)
        last = span.end
    starts = [cut.start for cut in cuts]

    def moved(place: int, end: bool) -> int:
        before = bisect_right(starts, place - end) - 1
        if before < 0:
            return place
        cut = cuts[before]
        if place >= cut.end:
            return place - cut.end + cut.new_end
        return cut.new_end if end else cut.new_start

    def all_moved(spans: dict[str, list]) -> dict[str, list]:
        return {role: [(moved(s, False), moved(e, True)) for s, e in some] for role, some in spans.items()}

    claims = [
        claim
        | {
            "trigger": (moved(claim["trigger"][0], False), moved(claim["trigger"][1], True)),
            "roles": all_moved(claim["roles"]),
            "may": all_moved(claim["may"]),
        }
        for claim in report["claims"]
    ]
    return report | {"text": "".join([*parts, text[last:]]), "claims": claims}
