"""Claims given with their reports, a report a line: what `stocktake weigh FILE` takes.

A line is a report (`id`, `text`, and where known `outlet`, `published`, `title`, `url`) with its `claims`, each with
the slots of the annotation guidelines. What weighing is to find out (`finding`, `origin`) is not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from stocktake.vocabulary import Claim, Failure, Report, stable_id

REPORT_FIELDS = frozenset(Report.__struct_fields__)
CLAIM_FIELDS = frozenset(Claim.__struct_fields__)


class Told(NamedTuple):
    """A report and its claims, in the order given."""

    report: Report
    claims: tuple[Claim, ...]


def told(lines: Iterable[str | bytes], name: str = "input") -> Iterator[Told | Failure]:
    """The reports of the lines, and for each line that holds none why, in the order given."""
    seen: set[str] = set()
    stated: set[str] = set()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        place = f"{name}, line {number}"
        try:
            row = msgspec.json.decode(line)
        except (msgspec.DecodeError, UnicodeError) as wrong:
            yield Failure(place, f"is no JSON ({wrong}); give one report a line as a JSON object")
            continue
        one = _told(row, place)
        if isinstance(one, Told):
            ids = [claim.id for claim in one.claims]
            if one.report.id in seen:
                again = f"gives report {one.report.id!r} a second time; give each report once, with all its claims"
                one = Failure(place, again)
            elif not stated.isdisjoint(ids) or len(set(ids)) < len(ids):
                one = Failure(place, "gives a claim the id of another; leave ids out, or give each claim its own")
            else:
                seen.add(one.report.id)
                stated.update(ids)
        yield one


def _told(row: Any, place: str) -> Told | Failure:
    if not isinstance(row, dict) or not isinstance(row.get("id"), str) or not isinstance(row.get("text"), str):
        return Failure(place, 'is no report; a JSON object with "id", "text" and "claims" is expected')
    if not isinstance(row.get("claims"), list):
        return Failure(place, f'report {row["id"]!r} has no list of "claims"; give an empty list if it states nothing')
    try:
        report = msgspec.convert({k: v for k, v in row.items() if k in REPORT_FIELDS}, Report, strict=False)
    except (msgspec.ValidationError, ValueError) as wrong:
        return Failure(place, f"does not fit a report ({wrong}); dates are written 2023-02-06")
    stated = []
    for index, slots in enumerate(row["claims"]):
        claim = _claim(report, index, slots)
        if isinstance(claim, str):
            return Failure(
                place, f"claim {index + 1} does not fit ({claim}); docs/reading.md lists the slots of a claim"
            )
        stated.append(claim)
    return Told(report, tuple(stated))


def _claim(report: Report, index: int, slots: Any) -> Claim | str:
    if not isinstance(slots, dict) or not isinstance(slots.get("quote"), str):
        return 'a claim needs a "quote", the sentence that states it'
    # A sentence that does not stand in the text is taken to open it.
    start = max(report.text.find(slots["quote"]), 0)
    place = {"report": report.id, "start": start, "end": start + len(slots["quote"])}
    given = {name: value for name, value in slots.items() if name in CLAIM_FIELDS and value is not None}
    identity = {"id": stable_id("c", report.id, index)}
    try:
        return msgspec.convert({**place, **identity, **given, "report": report.id}, Claim, strict=False)
    except (msgspec.ValidationError, ValueError) as wrong:
        return str(wrong)
