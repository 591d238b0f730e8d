"""The room between the world and a `Report`: files, folders, addresses and standard input in, reports out.

Its door is `load`; `take` is the same for bytes at hand. Each gives an iterator that yields, for every document, an
`Obtained` (the report and its bytes) or a `Failure` (its name and one sentence), and that never raises for what an
input holds.
"""

from stocktake.reports.kinds import SUFFIXES
from stocktake.reports.loading import count, is_url, load, take
from stocktake.reports.obtained import Item, Obtained
from stocktake.vocabulary import Failure

__all__ = ["SUFFIXES", "Failure", "Item", "Obtained", "count", "is_url", "load", "take"]
