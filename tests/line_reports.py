"""A reader for these tests whose claims one can see in the text, and reports written for it.

Each line "transfer: Iran -> Russia: drones" is a claim; any other line is none. So a test says what is read, and an
upgrade of the reader is another function.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re

from stocktake.reports import Obtained
from stocktake.vocabulary import Claim, EventType, Period, Report, Span, Stance, stable_id

LINE = re.compile(
    r"(?P<event>\w+): (?P<agent>[^>\n]*?) -> (?P<recipient>[^:\n]*): (?P<item>[^,\n]*)"
    r"(?:, in (?P<year>\d{4}))?(?:, says (?P<source>[^\n]*))?$",
    re.MULTILINE,
)


def read_lines(report: Report) -> tuple[Claim, ...]:
    """The claims that the lines of a report state."""
    return tuple(_claim(report, line) for line in LINE.finditer(report.text))


def _claim(report: Report, line: re.Match[str]) -> Claim:
    year = line["year"]
    return Claim(
        id=stable_id("c", report.id, line.start(), line["event"]),
        report=report.id,
        start=line.start(),
        end=line.end(),
        quote=line.group(),
        event=EventType(line["event"]),
        agent=line["agent"] or None,
        recipient=line["recipient"] or None,
        item=line["item"] or None,
        time=Period(start=dt.date(int(year), 1, 1), end=dt.date(int(year), 12, 31)) if year else None,
        sources=tuple(line["source"].split(" <- ")) if line["source"] else (),
        stance=Stance.asserts,
        confidence=0.75,
        spans={"trigger": (Span(line.start("event"), line.end("event")),)},
    )


def obtained(text: str, *, published: str | None = None, outlet: str | None = "Reuters", id: str = "") -> Obtained:
    """A report with this text as a loader would hand it over."""
    raw = text.encode()
    report = Report(
        id=id or hashlib.sha256(raw).hexdigest(),
        text=text,
        outlet=outlet,
        title=text.splitlines()[0],
        published=dt.date.fromisoformat(published) if published else None,
    )
    return Obtained(report, raw, "text/plain")


PLANT = "A plant for drones\nconstruction: Russia -> : drone factory, in 2023, says Wall Street Journal <- officials\n"
DELIVERY = (
    "Deliveries go on\ntransfer: Iran -> Russia: Shahed-136 drones, says Ukraine\nuse: Russia -> Ukraine: drones\n"
)
DENIAL = "Tehran answers\ntransfer: Iran -> Russia: drones, says Iran\n"

STORY = (
    obtained(PLANT, published="2023-02-06", outlet="Wall Street Journal"),
    obtained(DELIVERY, published="2022-10-18"),
    obtained(DENIAL, published=None, outlet="IRNA"),
)
