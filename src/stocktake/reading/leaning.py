"""Says which way a sentence looks at a point: behind, at what has happened, or ahead, at what is to come.

The cue nearest before the point decides (a verb, "will", "by", "due"), else the first one after it, within the
sentence. The cues are data (lexicon/calendar.toml, table "lean"); a verb in -ed looks back.
"""

from __future__ import annotations

import re
from enum import Enum

from stocktake.reading import lexicon
from stocktake.reading.lexicon import any_of

_CUES: dict[str, list[str]] = lexicon.table("calendar.toml")["lean"]


class Lean(Enum):
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
        *(any_of(_CUES[way.name]) for way in (Lean.behind, Lean.ahead, Lean.may_be_ahead))
    )
)
_BESIDE = re.compile(
    rf"\b(?:{any_of(_CUES['beside'])})\s+(?:(?:the|about|around|early|late|mid|end|of)[-\s]+)*$", re.IGNORECASE
)
BREAK = re.compile(r"[.!?][\"'”’)]*\s+(?=[A-Z\"“`])|\n\s*\n|;")


def lean(text: str, start: int, end: int) -> Lean:
    """Which way the sentence around start:end looks there."""
    before = text[max(0, start - 160) : start]
    cut = 0
    for stop in BREAK.finditer(before):
        cut = stop.end()
    found: str | None = None
    for cue in _CUE.finditer(before, cut):
        found = cue.lastgroup
    if found != "ahead" and _BESIDE.search(before):
        return Lean.may_be_ahead
    if found is None:
        after = text[end : end + 120]
        stop_after = BREAK.search(after)
        cue_after = _CUE.search(after, 0, stop_after.start() if stop_after else len(after))
        found = cue_after.lastgroup if cue_after else None
    if found == "verb":
        return Lean.behind
    return Lean[found] if found else Lean.unknown
