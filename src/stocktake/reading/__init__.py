"""Reading: from a report to its claims, and to the dates, numbers and attributions below them.

One pass of a small encoder finds the words that express events, who and what takes part, and what the speaker does
with them; rules read names, dates and numbers; the claim builder joins the layers. A cheap gate decides first which
paragraphs can hold a claim at all. What is behind this door is this room's own business.
"""

from __future__ import annotations

from stocktake.vocabulary import Claim, Mentions, Report

VERSION = "1"
"""Changes whenever the same report may read differently; casebooks are re-read then."""


def read(report: Report) -> tuple[Claim, ...]:
    """The report's claims, in the order of the text. The same report gives the same claims and ids on every machine."""
    from stocktake.reading import reader

    return reader.claims(report)


def mentions(report: Report) -> Mentions:
    """The dates, quantities and attributions in the report, whether or not they belong to a claim."""
    from stocktake.reading import reader

    return reader.mentions(report)
