"""The casebook's claims as one Parquet file, in the form that `stocktake read --out` writes and `add` takes."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from stocktake import reading
from stocktake.telling.exports.holdings import Holdings
from stocktake.vocabulary import Claim


def write(holdings: Holdings, path: Path) -> int:
    """Write a row a report, its claims nested, reports in the order of their ids; the number of claims."""
    claims: dict[str, list[Claim]] = defaultdict(list)
    for claim in holdings.claims.values():
        claims[claim.report].append(claim)
    rows = (
        (holdings.reports[r], tuple(sorted(found, key=lambda c: (c.start, c.id))))
        for r, found in sorted(claims.items())
    )
    reading.write_claims(rows, path)
    return len(holdings.claims)
