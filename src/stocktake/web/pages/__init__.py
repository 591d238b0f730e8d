"""Every page of the casebook, a module a room; `HANDLERS` is all of them."""

from __future__ import annotations

from stocktake.web import charts
from stocktake.web.pages import (
    accounts,
    adding,
    conflicts,
    findings,
    forecast,
    journal,
    overview,
    password,
    reports,
    signing,
    sources,
    timeline,
)

HANDLERS = [
    *charts.HANDLERS,
    *signing.HANDLERS,
    *accounts.HANDLERS,
    *password.HANDLERS,
    *overview.HANDLERS,
    *reports.HANDLERS,
    *findings.HANDLERS,
    *timeline.HANDLERS,
    *conflicts.HANDLERS,
    *sources.HANDLERS,
    *forecast.HANDLERS,
    *adding.HANDLERS,
    *journal.HANDLERS,
]
