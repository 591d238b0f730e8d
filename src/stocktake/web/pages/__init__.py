"""Every page of the casebook, a module a room; `HANDLERS` is all of them."""

from __future__ import annotations

from stocktake.web import charts
from stocktake.web.pages import accounts, adding, journal, reports, signing

HANDLERS = [
    *charts.HANDLERS,
    *signing.HANDLERS,
    *accounts.HANDLERS,
    *reports.HANDLERS,
    *adding.HANDLERS,
    *journal.HANDLERS,
]
