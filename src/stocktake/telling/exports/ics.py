"""A calendar of dated plans: what is said to come, on the day by which it is said to come (iCalendar, RFC 5545)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import icalendar

from stocktake import __version__
from stocktake.telling.exports.holdings import Holdings
from stocktake.telling.formats import probability
from stocktake.telling.titles import finding_title
from stocktake.vocabulary import Finding, Modality


def write(holdings: Holdings, path: Path) -> int:
    """Write one all-day entry for each planned or possible finding with a date; the number of entries."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", f"-//Stocktake//{__version__}//EN")
    calendar.add("version", "2.0")
    planned = [f for f in holdings.findings if f.modality is not Modality.actual and f.time is not None]
    for finding in planned:
        calendar.add_component(_entry(holdings, finding))
    path.write_bytes(calendar.to_ical())
    return len(planned)


def _entry(holdings: Holdings, finding: Finding) -> icalendar.Event:
    assert finding.time is not None
    last = finding.time.end or finding.time.start
    first = finding.time.start or last
    assert first is not None and last is not None
    entry = icalendar.Event()
    entry.add("uid", f"{finding.id}@stocktake")
    entry.add("summary", finding_title(finding))
    entry.add("dtstart", first)
    entry.add("dtend", last + dt.timedelta(days=1))
    reported = finding.last_reported or last
    entry.add("dtstamp", dt.datetime(reported.year, reported.month, reported.day, tzinfo=dt.UTC))
    entry.add("status", "TENTATIVE")
    quotes = [f"{r.outlet or r.id}, {r.published or 'undated'}: “{c.quote}”" for c, r in holdings.evidence(finding)]
    estimate = f"{finding.word} ({probability(finding.probability)}), {finding.grade}"
    entry.add("description", "\n".join([estimate, *quotes]))
    return entry
