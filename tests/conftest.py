"""What the tests share: where the gold data lie."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest_plugins = ("casebook_fixtures",)

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with gold claims, public corpora and newswire that lies beside the project."""
    folder = Path(os.environ.get("STOCKTAKE_SHARED", REPOSITORY.parent / "shared"))
    if not (folder / "reading" / "dev.jsonl").is_file():
        if os.environ.get("CI"):
            pytest.fail(f"CI must have the gold data, but {folder} does not hold them; set STOCKTAKE_SHARED")
        pytest.skip(f"GOLD DATA MISSING: {folder} does not hold reading/dev.jsonl; set STOCKTAKE_SHARED to measure")
    return folder


@pytest.fixture(scope="session")
def samples() -> Path:
    """The sample reports that ship with the project."""
    return REPOSITORY / "samples"
