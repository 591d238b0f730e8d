"""A claim with its place in the report: in which paragraph, in the headlines or not, with what date beside it."""

from __future__ import annotations

import bisect
import re
from collections import defaultdict
from collections.abc import Sequence

from stocktake.vocabulary import Claim, Report
from stocktake.weighing import statements
from stocktake.weighing.names import Voice
from stocktake.weighing.statements import UNKNOWN, Days

SHORT = 150
"""A second line of fewer characters without a full stop is a headline too."""


class Passage:
    """A claim on its way to testimony: what the steps in `subjects` and `voices` find out is noted here."""

    __slots__ = (
        "agents",
        "claim",
        "family",
        "first",
        "fresh",
        "headline",
        "inner",
        "last",
        "own",
        "paragraph",
        "recipients",
        "said",
        "scope",
        "story",
        "voice",
    )

    def __init__(self, claim: Claim, paragraph: int, headline: bool, said: Days) -> None:
        self.claim = claim
        self.paragraph = paragraph
        self.headline = headline
        self.said = said
        self.fresh = False
        self.first = claim.time.start.toordinal() if claim.time and claim.time.start else 0
        self.last = claim.time.end.toordinal() if claim.time and claim.time.end else 0
        self.scope = ""
        self.family = ""
        self.agents: tuple[str, ...] = ()
        self.recipients: tuple[str, ...] = ()
        self.own = not claim.sources
        self.inner: Voice | None = None
        self.voice: Voice | None = None
        self.story = ""

    @property
    def denies(self) -> bool:
        return self.claim.stance == "denies"

    @property
    def plan(self) -> bool:
        return self.claim.modality != "actual"

    @property
    def attributed(self) -> bool:
        return bool(self.story) or self.voice is not None


def passages(report: Report, claims: Sequence[Claim]) -> list[Passage]:
    """The claims of a report with their places, in the order given."""
    breaks = [found.start() for found in re.finditer("\n", report.text)]
    headlines = _headlines(report)
    days: dict[int, list[Days]] = defaultdict(list)
    for claim in claims:
        if claim.time:
            start, end = claim.time.start, claim.time.end
            days[claim.start].append(Days(start.toordinal() if start else 0, end.toordinal() if end else 0))
    lines = []
    for claim in claims:
        paragraph = bisect.bisect_left(breaks, claim.start)
        said = UNKNOWN
        if claim.sources:
            said = statements.said(claim.quote, report.published, days.get(claim.start, ()), str(claim.stance))
        lines.append(Passage(claim, paragraph, paragraph < headlines, said))
    return lines


def _headlines(report: Report) -> int:
    """How many lines at the head of the text are headlines."""
    first, _, rest = report.text.partition("\n")
    if not report.title or not first.startswith(report.title[:40]):
        return 0
    second = rest.partition("\n")[0].rstrip()
    return 2 if second and len(second) < SHORT and not second.endswith((".", "”", '"')) else 1
