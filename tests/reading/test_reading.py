"""A report in, its claims out: what holds for every report, and how well the reader does on gold."""

from __future__ import annotations

import datetime as dt
import gzip
import importlib.util
import json
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from stocktake import reading
from stocktake.vocabulary import Claim, Report

STORY = Report(
    id="story",
    outlet="Evening Ledger",
    published=dt.date(2023, 2, 6),
    text=(
        "Iran and Russia plan drone factory\n"
        "Iran and Russia plan to build a factory in Russia that could make at least 6,000 Iranian-designed drones, "
        "officials said on Sunday.\n"
        "Russia has launched more than 400 Shahed-136 drones at Ukraine since August, Kyiv said.\n"
        "Tehran has denied that it supplied drones to Moscow."
    ),
)
BROKE_ONCE = sorted((Path(__file__).resolve().parents[2] / "fuzz" / "corpus").glob("claims-*"))
ODD = (
    *(path.read_text("utf-8", "replace") for path in BROKE_ONCE),
    "",
    "\n\n\n",
    "Missile",
    "missile " * 700,
    "“" * 700 + " Iran shipped drones to Russia.",
    "Iran shipped 155 mm shells\u2028to Russia\x00 \ufeff🚀🚀 drones.",
    "İRAN " * 40 + "drones were shipped to Russia.",
)


@pytest.fixture(scope="module")
def story() -> tuple[Claim, ...]:
    return reading.read(STORY)


def test_the_main_facts_are_found(story: tuple[Claim, ...]) -> None:
    use = next(claim for claim in story if claim.event == "use")
    assert (use.agent, use.recipient) == ("Russia", "Ukraine")
    assert use.quantity is not None
    assert (use.quantity.low, use.quantity.high) == (400, None)
    assert use.time is not None
    assert (use.time.start, use.time.end) == (dt.date(2022, 8, 1), dt.date(2023, 2, 6))
    assert use.sources == ("Ukraine",)
    denied = [claim for claim in story if claim.stance == "denies"]
    assert [(claim.event, claim.agent, claim.recipient) for claim in denied] == [("transfer", "Iran", "Russia")]


def test_every_slot_tells_where_it_comes_from(story: tuple[Claim, ...]) -> None:
    for claim in story:
        assert claim.quote == STORY.text[claim.start : claim.end]
        assert all(0 <= span.start < span.end <= len(STORY.text) for spans in claim.spans.values() for span in spans)
        filled = {slot for slot in ("agent", "recipient", "item", "quantity", "time") if getattr(claim, slot)}
        assert filled <= claim.spans.keys()
        assert filled | {"event", "stance", "modality", "negated"} <= claim.why.keys()
        assert 0 < claim.confidence < 1


def test_the_same_report_reads_the_same(story: tuple[Claim, ...]) -> None:
    assert msgspec.json.encode(reading.read(STORY)) == msgspec.json.encode(story)
    assert len({claim.id for claim in story}) == len(story)


def test_without_a_date_relative_dates_stay_open() -> None:
    undated = reading.read(msgspec.structs.replace(STORY, published=None))
    assert undated
    assert all(claim.time is None for claim in undated)


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_odd_texts_do_no_harm(text: str) -> None:
    report = Report(id="odd", text=text, published=dt.date(2024, 1, 1))
    found = reading.read(report)
    for claim in found:
        assert claim.quote == text[claim.start : claim.end]
    assert msgspec.json.decode(msgspec.json.encode(found), type=tuple[Claim, ...]) == found
    reading.mentions(report)


def test_ids_are_unique_and_spans_true_over_many_reports(shared: Path) -> None:
    """Every 40th report of the newswire, and every 8th gold report."""
    with gzip.open(shared / "reports" / "newswire.jsonl.gz", "rt", encoding="utf-8") as lines:
        reports = [json.loads(line) for line in lines][::40]
    for given in reports + _gold(shared, "dev")[::8]:
        claims = reading.read(_report(given))
        assert len({claim.id for claim in claims}) == len(claims)
        assert all(claim.quote == given["text"][claim.start : claim.end] for claim in claims)


def test_who_says_what_on_a_public_corpus(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A floor under the figures of docs/accuracy.md (0.844, 0.897), on every sixth report, unseen by the weights."""
    score = _module(shared / "reading" / "public" / "score.py")
    lines = (shared / "reading" / "public" / "polnear-dev.jsonl").read_text("utf-8").splitlines()[::6]
    gold = [json.loads(line) for line in lines]
    found = {str(given["id"]): json.loads(msgspec.json.encode(reading.mentions(_report(given)))) for given in gold}
    score.attributions({str(given["id"]): given for given in gold}, found)
    figures = {line.split()[0]: float(line.split()[-1]) for line in capsys.readouterr().out.splitlines()}
    assert figures["source"] >= 0.78
    assert figures["content"] >= 0.82


def test_civil_news_yields_hardly_a_claim(shared: Path) -> None:
    """Every 30th report of the newswire: nearly all of it is about other things and yields nothing."""
    with gzip.open(shared / "reports" / "newswire.jsonl.gz", "rt", encoding="utf-8") as lines:
        reports = [json.loads(line) for line in lines][::30]
    silent = sum(not reading.read(_report(given)) for given in reports)
    assert silent / len(reports) >= 0.85


def _report(given: dict[str, Any]) -> Report:
    published = given.get("published")
    return Report(
        id=str(given["id"]), text=given["text"], published=dt.date.fromisoformat(published[:10]) if published else None
    )


def _gold(shared: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (shared / "reading" / f"{name}.jsonl").open(encoding="utf-8")]


@cache
def _module(path: Path) -> ModuleType:
    specification = importlib.util.spec_from_file_location("gold_score", path)
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module
