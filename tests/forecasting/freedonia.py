"""An invented programme, and observations of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from stocktake.vocabulary import Measure, Observation

PROGRAMME = """
name = "rockets"
title = "Rockets of Freedonia"
start = "2022-01"
horizon = 6
words = ["rocket", "missile"]

[parties]
maker = ["Freedonia"]
supplier = ["Sylvania"]
user = ["Freedonia"]
target = ["Marxia"]

[[part]]
name = "live"
words = ["Comet", "live rocket"]

[[part]]
name = "dummy"
words = ["dummy", "decoy"]
since = "2022-09"

[[plant]]
name = "Northworks"
words = ["Upper Town"]
starts = ["2022-02", "2022-08"]
share = 0.7

[[plant]]
name = "Southworks"
share = 0.3

[[target]]
path = "made"
amount = 1500
"""


def observed(**facts: Any) -> Observation:
    """An observation of the example, with some facts given."""
    given: dict[str, Any] = {
        "id": "o1",
        "measure": Measure.total,
        "path": "made",
        "part": "live",
        "low": 100.0,
        "high": 100.0,
        "start": dt.date(2022, 3, 1),
        "end": dt.date(2022, 3, 31),
        "published": dt.date(2022, 6, 1),
        "origins": ("Marxian intelligence",),
        "grade": "C3",
        **facts,
    }
    return Observation(**given)
