"""What a shell completes: commands, options, and values of which there are a few."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

STOCKTAKE = Path(sys.executable).parent / "stocktake"


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("stocktake con", ["conflicts"]),
        ("stocktake account ", ["add", "password", "list", "remove"]),
        ("stocktake findings --min", ["--min-probability", "--min-origins"]),
        ("stocktake findings --event tr", ["transfer"]),
        ("stocktake claims --stance de", ["denies"]),
        ("stocktake conflicts --kind ", ["quantity", "period", "denial", "outcome"]),
        ("stocktake export j", ["jsonld"]),
        ("stocktake account add anna --role a", ["analyst", "admin"]),
    ],
)
def test_bash_is_offered(typed: str, offered: list[str]) -> None:
    words = typed.split(" ")
    asked = {"_STOCKTAKE_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(len(words) - 1)}
    done = subprocess.run([STOCKTAKE], env=os.environ | asked, capture_output=True, text=True, check=False)
    assert done.stdout.split() == offered, done.stderr
