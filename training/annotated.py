"""Reports annotated for training, from the short form they are kept in to gold claims.

    python annotated.py FOLDER      # writes newswire.jsonl, invented.jsonl, and of each a fifth held back: *_held.jsonl

`annotations/invented.txt` holds reports of our own making, a sentence a line; `annotations/newswire.txt` has no words
of its reports but those that fill a slot: it names reports of `../shared/reports/newswire.jsonl.gz`. A report opens
with `@ id` (and outlet and day where it is invented); a claim is a line of eleven fields:

    where | trigger | event | agent | recipient | item | place | quantity | time | sources | status

`where` is the number of an invented report's sentence, or how many characters into the newswire report its trigger
stands; sources run from the outermost, parted by ` > `; the other fields are written as
`quantity` and `period` below say, and `status` is what the claim is other than asserted and actual.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stocktake.reading import sentences
from stocktake.vocabulary import EventType, Modality, Stance

HERE = Path(__file__).parent / "annotations"
SENTENCE = re.compile(r"\[\d+\](?P<paragraph>¶?) (?P<words>.+)")
QUANTITY = re.compile(
    r"(?P<bound>>=|<=)?(?P<low>[\d.]+)(?:-(?P<high>[\d.]+))?(?: (?P<unit>[^/]+?))?(?: /(?P<per>\w+))?"
)
HELD_BACK = 5
"""One report in so many is for measuring, chosen by a hash of its id."""


def quantity(text: str) -> dict[str, Any] | None:
    """`6000 drones`, `>=400 shells`, `50-60 drones /month` as a gold quantity."""
    if not text:
        return None
    found = QUANTITY.fullmatch(text)
    if not found:
        raise ValueError(
            f"{text!r} is no quantity; write 6000 drones, >=400 shells, <=300 shells or 50-60 drones /month"
        )
    low, high = (float(found[side]) if found[side] else None for side in ("low", "high"))
    bounds = {">=": (low, None), "<=": (None, low)}.get(found["bound"], (low, low if high is None else high))
    return {"low": bounds[0], "high": bounds[1], "unit": found["unit"], "per": found["per"]}


def period(text: str) -> dict[str, str | None] | None:
    """`2022-08-01`, `2022-08-01..2022-08-31`, `..2025-12-31` as a gold time."""
    if not text:
        return None
    start, _, end = text.partition("..") if ".." in text else (text, "", text)
    for day in filter(None, (start, end)):
        dt.date.fromisoformat(day)
    return {"start": start or None, "end": end or None}


def claim(fields: list[str], sentence: str, at: int) -> dict[str, Any]:
    """A gold claim from a line's fields, its sentence and where in it the trigger stands."""
    _, trigger, event, agent, recipient, item, place, amount, time, sources, status = fields
    words = {word.strip() for word in status.split(",") if word.strip()}
    if event not in set(EventType) or words - {*Stance, *Modality, "negated"}:
        raise ValueError(f"{event!r} with {status!r} is no event of the guidelines with its status")
    return {
        "quote": sentence,
        "event": event,
        "agent": agent or None,
        "recipient": recipient or None,
        "item": item or None,
        "place": place or None,
        "quantity": quantity(amount),
        "time": period(time),
        "sources": [one.strip() for one in sources.split(">") if one.strip()],
        "stance": next((one.value for one in Stance if one in words), "asserts"),
        "modality": next((one.value for one in Modality if one in words), "actual"),
        "negated": "negated" in words,
        "trigger": {"text": trigger.partition("#")[0], "at": at},
    }


def placed(trigger: str, sentence: str) -> int:
    """Where a trigger stands in its sentence; `sold#2` is the second of that word."""
    words, _, number = trigger.partition("#")
    found = list(re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", sentence))
    if len(found) < int(number or 1):
        raise ValueError(f"{trigger!r} does not stand in {sentence!r}")
    return found[int(number or 1) - 1].start()


def invented(lines: list[str]) -> dict[str, Any]:
    """A report of our own making, with its claims."""
    name, outlet, published = (field.strip() for field in lines[0].removeprefix("@").split("|"))
    text, spoken, claims = "", [], []
    for line in lines[1:]:
        if found := SENTENCE.fullmatch(line):
            text += ("\n" if found["paragraph"] or len(spoken) == 1 else " ") if spoken else ""
            spoken.append(found["words"])
            text += found["words"]
        else:
            fields = [field.strip() for field in line.split("|")]
            sentence = spoken[int(fields[0]) - 1]
            claims.append(claim(fields, sentence, placed(fields[1], sentence)))
    return {"id": name, "outlet": outlet, "published": published, "text": text, "claims": claims}


def newswire(lines: list[str], known: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A newswire report with its claims."""
    report = known[lines[0].removeprefix("@").strip()]
    text, claims = report["text"], []
    spans = sentences.split(text)
    for line in lines[1:]:
        fields = [field.strip() for field in line.split("|")]
        at = int(fields[0])
        span = next(span for span in spans if span.start <= at < span.end)
        if not text.startswith(fields[1], at):
            raise ValueError(f"{fields[1]!r} does not stand at {at} of {report['id']}")
        claims.append(claim(fields, text[span.start : span.end], at - span.start))
    return {**report, "claims": claims}


def blocks(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The reports of a file: the number of each one's first line, and its lines."""
    first, held = 0, []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.startswith("@") and held:
            yield first, held
            held = []
        if line.startswith("@"):
            first = number
        if line and not line.startswith("%"):
            held.append(line)
    if held:
        yield first, held


def annotated(shared: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every annotated report, with the kind it is of."""
    with gzip.open(shared / "reports/newswire.jsonl.gz", "rt", encoding="utf-8") as lines:
        known = {report["id"]: report for report in map(json.loads, lines)}
    readers = {"invented": invented, "newswire": lambda lines: newswire(lines, known)}
    for kind, read in readers.items():
        for number, lines in blocks(HERE / f"{kind}.txt"):
            try:
                yield kind, read(lines)
            except (ValueError, KeyError, IndexError, StopIteration) as error:
                raise ValueError(f"{kind}.txt, the report of line {number}: {error}") from error


def held_back(name: str) -> bool:
    """Whether a report is measured on, never learned from."""
    return hashlib.sha256(name.encode()).digest()[0] % HELD_BACK == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    parts: dict[str, list[dict[str, Any]]] = {}
    for kind, report in annotated(options.shared):
        parts.setdefault(f"{kind}_held" if held_back(report["id"]) else kind, []).append(report)
    for name, reports in sorted(parts.items()):
        lines = "".join(json.dumps(report) + "\n" for report in reports)
        (options.folder / f"{name}.jsonl").write_text(lines, "utf-8")
        print(f"{name}.jsonl: {len(reports)} reports, {sum(len(report['claims']) for report in reports)} claims")


if __name__ == "__main__":
    main()
