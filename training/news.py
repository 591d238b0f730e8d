"""News to train on without labels: the newswire stream, less all that a measured file holds.

Copies are left out, and so is every report that shares a run of eight words with a file that figures are taken on.
A text in which the package's gate finds no word of arms or forces is silent: it states no claim, whatever it tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from windows import read_lines

from stocktake.reading import gate

MEASURED = ("dev.jsonl", "wiredev.jsonl")
COPIES = "COPY"
SHARED_WORDS = 8


def runs(text: str) -> set[tuple[str, ...]]:
    words = text.split()
    return {tuple(words[first : first + SHARED_WORDS]) for first in range(len(words) - SHARED_WORDS + 1)}


def silent_news(shared: Path, measured: Sequence[Path] = ()) -> list[str]:
    """The texts of the newswire stream that may be trained on and state no claim."""
    return [text for text in _free(shared, measured) if silent(text)]


def armed_news(shared: Path, measured: Sequence[Path] = ()) -> list[str]:
    """Those that speak of arms or forces, and may state some."""
    return [text for text in _free(shared, measured) if not silent(text)]


def silent(text: str) -> bool:
    """Whether no paragraph of the text speaks of arms or forces."""
    return not any(gate.strength(paragraph) for paragraph in text.split("\n"))


def _free(shared: Path, measured: Sequence[Path]) -> Iterator[str]:
    """The texts that no measured file holds a passage of; `measured` are files beside those of `shared`."""
    held_out: set[tuple[str, ...]] = set()
    for path in (*(shared / "reading" / name for name in MEASURED), *measured):
        held_out.update(*(runs(report["text"]) for report in read_lines(path)))
    for report in read_lines(shared / "reports/newswire.jsonl.gz"):
        if not report["id"].startswith(COPIES) and not runs(report["text"]) & held_out:
            yield report["text"]
