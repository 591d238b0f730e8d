"""The room between the world and a `Report`: files, folders, addresses and standard input in, reports out.

Its door is `load`; `take` is the same for bytes at hand. Each gives an iterator that yields, for every document, an
`Obtained` (the report and its bytes) or a `Failure` (its name and one sentence), and that never raises for what an
input holds. `fetch` and `post` speak to the web under the same limits and checks, for those who follow sources.
"""

from stocktake.reports.kinds import SUFFIXES
from stocktake.reports.loading import count, fetch, files, is_url, load, post, take, take_fetched
from stocktake.reports.obtained import ENTRY, Fetched, Item, Items, Obtained, Refused, Unreadable
from stocktake.vocabulary import Failure

__all__ = [
    "ENTRY",
    "SUFFIXES",
    "Failure",
    "Fetched",
    "Item",
    "Items",
    "Obtained",
    "Refused",
    "Unreadable",
    "count",
    "fetch",
    "files",
    "is_url",
    "load",
    "post",
    "take",
    "take_fetched",
]
