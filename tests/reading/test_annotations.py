"""The annotated reports that the reader learns from: each line of them reads, and stands where it says."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

TRAINING = Path(__file__).parents[2] / "training"


@pytest.fixture(scope="module")
def annotated() -> ModuleType:
    sys.path.insert(0, str(TRAINING))
    try:
        import annotated
    finally:
        sys.path.remove(str(TRAINING))
    return annotated


def test_every_annotated_report_reads(annotated: ModuleType, shared: Path) -> None:
    reports = list(annotated.annotated(shared))
    assert {kind for kind, _ in reports} == {"invented", "newswire"}
    assert len({report["id"] for _, report in reports}) == len(reports)
    for _, report in reports:
        for claim in report["claims"]:
            assert claim["quote"] in report["text"]
            assert claim["quote"].startswith(claim["trigger"]["text"], claim["trigger"]["at"])


def test_a_claim_is_read_slot_by_slot(annotated: ModuleType) -> None:
    report = annotated.invented(
        [
            "@ one | The Observer | 2022-09-03",
            "[1] Shells on their way",
            "[2] Ruritania shipped at least 400 shells a month, and shipped no guns.",
            "2 | shipped#2 | transfer | Ruritania | | guns | | | ..2022-08-31 | Times > officials | denies, planned",
            "2 | shipped | transfer | Ruritania | | shells | | >=400 shells /month | | |",
        ]
    )
    assert report["text"] == "Shells on their way\nRuritania shipped at least 400 shells a month, and shipped no guns."
    guns, shells = report["claims"]
    assert guns["trigger"] == {"text": "shipped", "at": 51}
    assert guns["time"] == {"start": None, "end": "2022-08-31"}
    assert (guns["sources"], guns["stance"], guns["modality"]) == (["Times", "officials"], "denies", "planned")
    assert shells["quantity"] == {"low": 400, "high": None, "unit": "shells", "per": "month"}
    assert shells["recipient"] is None


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("1 | sold | transfer | | | | | many | | |", "'many' is no quantity"),
        ("1 | gave | transfer | | | | | | | |", "'gave' does not stand in"),
        ("1 | sold | gift | | | | | | | |", "'gift' with '' is no event"),
    ],
)
def test_a_wrong_line_says_what_is_wrong(annotated: ModuleType, line: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        annotated.invented(["@ one | The Observer | 2022-09-03", "[1] Ruritania sold shells.", line])
