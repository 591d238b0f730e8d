"""Exports are opened by the tools that they are meant for."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import icalendar
import msgspec
import pytest
from pyld import jsonld

from stocktake import casebook, reading
from stocktake.telling.exports import FORMS, Holdings, export, ftm, ics, register
from stocktake.telling.exports import jsonld as linked
from stocktake.vocabulary import EventType, Finding, Modality, Period, Quantity


def finding(**slots: object) -> Finding:
    """A finding with the slots that a test is about."""
    values: dict[str, object] = {
        "id": "f1",
        "event": EventType.transfer,
        "agent": "Iran",
        "recipient": "Russia",
        "item": "Shahed-136 drones",
        "family": "one-way attack drones",
        "place": None,
        "quantity": None,
        "time": None,
        "modality": Modality.actual,
        "negated": False,
        "claims": (),
        "origins_for": ("o1",),
        "origins_against": (),
        "probability": 0.9,
        "grade": "B2",
        "word": "very likely",
    }
    return msgspec.convert(values | slots, Finding, strict=False)


def holding(*findings: Finding) -> Holdings:
    return Holdings(findings=findings, claims={}, reports={}, origins={}, origin_of={})


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_written_and_the_same_twice(sample_book: casebook.Casebook, tmp_path: Path, form: str) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    assert export(sample_book, form, first) == export(sample_book, form, second) > 0
    assert first.read_bytes() == second.read_bytes()


def test_unknown_form_names_the_known(sample_book: casebook.Casebook, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no export 'xls'; give one of ftm, register"):
        export(sample_book, "xls", tmp_path / "x")


# ----------------------------------------------------------------------------------------------- followthemoney


def test_ftm_entities_are_valid(holdings: Holdings) -> None:
    if os.environ.get("CI"):
        import followthemoney
    else:
        followthemoney = pytest.importorskip(
            "followthemoney", reason="FOLLOWTHEMONEY MISSING: pip install --require-hashes -r tests/followthemoney.lock"
        )
    entities = list(ftm.entities(holdings))
    ids = {entity["id"] for entity in entities}
    assert len(ids) == len(entities)
    for entity in entities:
        followthemoney.model.get_proxy(entity, cleaned=False)
        proxy = followthemoney.model.get_proxy(entity)
        for name, values in entity["properties"].items():
            prop = proxy.schema.get(name)
            assert prop is not None, f"{entity['schema']} has no {name}"
            for value in values:
                assert prop.type.validate(value), f"{entity['schema']}.{name} = {value!r}"
                if prop.type.name == "entity":
                    assert value in ids
    schemata = {entity["schema"] for entity in entities}
    assert {"Event", "Article", "PublicBody", "Sanction"} <= schemata


def test_ftm_event_leads_to_its_articles(holdings: Holdings) -> None:
    entities = {e["id"]: e for e in ftm.entities(holdings)}
    events = [e for e in entities.values() if e["schema"] == "Event"]
    assert all(e["properties"]["proof"] for e in events)
    assert all(entities[p]["schema"] == "Article" for e in events for p in e["properties"]["proof"])


# ----------------------------------------------------------------------------------------------- register


def test_register_has_orders_deliveries_and_brackets() -> None:
    order = finding(
        id="f1",
        event=EventType.agreement,
        quantity=Quantity(low=2400, high=2400),
        time=Period(start=dt.date(2022, 7, 1), end=None),
    )
    delivered = finding(
        id="f2",
        quantity=Quantity(low=400, high=None, approximate=True),
        time=Period(start=dt.date(2022, 8, 1), end=dt.date(2022, 12, 31)),
    )
    doubtful = finding(
        id="f3", quantity=Quantity(low=900, high=900), probability=0.3, first_reported=dt.date(2023, 5, 2)
    )
    (row,) = register.register(holding(order, delivered, doubtful))
    shown = dict(zip(register.COLUMNS, row, strict=True))
    assert (shown["Supplier"], shown["Recipient"]) == ("Iran", "Russia")
    assert shown["Number ordered"] == "2400"
    assert shown["Year of order"] == "2022"
    assert shown["Year(s) of delivery"] == "2022"
    assert shown["Number delivered"] == "(400)", "what is less likely than not is no delivery"
    assert shown["Comments"] == "f1: very likely (90%), B2, 1 origin; f2: very likely (90%), B2, 1 origin"


@pytest.mark.parametrize(
    ("supplier", "recipient", "rows"),
    [
        ("Iran", "Russia", [("Iran", "Russia")]),
        ("Shahed Aviation Industries", "Russia", [("Shahed Aviation Industries", "Russia")]),
        ("Alabuga", "Russia", []),
        ("Russia", "Alabuga", []),
        ("Alabuga; Iran", "Russia", [("Iran", "Russia")]),
        ("Alabuga", "Russian army", []),
        ("Alabuga", None, []),
        ("Iran", None, [("Iran", "unknown recipient")]),
        (None, "Alabuga", [("unknown supplier", "Alabuga")]),
        ("Russia", "Wagner Group", []),
        ("company", "Iran", [("unknown supplier", "Iran")]),
        (None, "Iran", [("unknown supplier", "Iran")]),
        ("network", None, []),
    ],
)
def test_what_is_trade(supplier: str | None, recipient: str | None, rows: list[tuple[str, str]]) -> None:
    found = finding(agent=supplier, recipient=recipient)
    assert [row[:2] for row in register.register(holding(found))] == rows


def test_rows_with_an_unknown_side_come_last_and_name_what_they_may_be_a_part_of() -> None:
    year, before = Period(start=dt.date(2022, 9, 1), end=None), Period(start=dt.date(2019, 1, 1), end=None)
    rows = register.register(
        holding(
            finding(id="f1", agent=None, time=year),
            finding(id="f2", recipient=None, time=year),
            finding(id="f3", recipient=None, time=before, item="rifles", family="rifles"),
            finding(id="f4", agent="North Korea", recipient=None, time=year),
            finding(id="f5", recipient="Sudan", time=before),
            finding(id="f6", time=year),
        )
    )
    told = "very likely (90%), B2, 1 origin"
    assert [(*row[:2], row[-1]) for row in rows] == [
        ("Iran", "Russia", f"f6: {told}"),
        ("Iran", "Sudan", f"f5: {told}"),
        ("Iran", "unknown recipient", f"may be a part of Iran to Russia; f2: {told}"),
        ("Iran", "unknown recipient", f"f3: {told}"),
        ("North Korea", "unknown recipient", f"f4: {told}"),
        ("unknown supplier", "Russia", f"may be a part of Iran to Russia; f1: {told}"),
    ]


def test_an_order_is_of_the_weapon_that_it_names_and_the_earliest_counts() -> None:
    first = finding(id="f1", event=EventType.agreement, time=Period(start=dt.date(2022, 7, 1), end=None))
    later = finding(id="f2", event=EventType.agreement, time=Period(start=dt.date(2023, 7, 1), end=None))
    other = finding(id="f3", event=EventType.agreement, item=None, family=None, first_reported=dt.date(2020, 1, 1))
    (row,) = register.register(holding(finding(id="f4"), later, first, other))
    assert dict(zip(register.COLUMNS, row, strict=True))["Year of order"] == "2022"


def test_register_csv_is_harmless_and_whole(tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    evil = finding(agent="=HYPERLINK(1)", item="@drones", family="@drones")
    assert register.write(holding(evil), path) == 1
    header, row = csv.reader(path.read_text().splitlines())
    assert header == list(register.COLUMNS)
    assert not any(cell.startswith(("=", "@", "+", "-")) for cell in row)


# ----------------------------------------------------------------------------------------------- the others


def test_jsonld_expands_with_provenance(holdings: Holdings, tmp_path: Path) -> None:
    path = tmp_path / "claims.jsonld"
    linked.write(holdings, path)

    def no_network(url: str, options: object) -> object:
        raise AssertionError(f"the document asks for {url}")

    nodes = {node["@id"]: node for node in jsonld.expand(json.loads(path.read_text()), {"documentLoader": no_network})}
    claims = [n for n in nodes.values() if "https://schema.org/Claim" in n["@type"]]
    assert len(claims) == len({c for f in holdings.findings for c in f.claims})
    for claim in claims:
        quoted = claim["http://www.w3.org/ns/prov#wasQuotedFrom"][0]["@id"]
        assert "https://schema.org/NewsArticle" in nodes[quoted]["@type"]
        for agent in claim.get("http://www.w3.org/ns/prov#wasAttributedTo", []):
            assert nodes[agent["@id"]]["@type"] == ["http://www.w3.org/ns/prov#Agent"]
    rdf = jsonld.to_rdf(json.loads(path.read_text()), {"format": "application/n-quads", "documentLoader": no_network})
    assert rdf.count("wasDerivedFrom") == sum(len(f.claims) for f in holdings.findings)


def test_parquet_comes_back_into_another_casebook(sample_book: casebook.Casebook, tmp_path: Path) -> None:
    path = tmp_path / "claims.parquet"
    export(sample_book, "parquet", path)
    assert reading.is_claims_file(path)
    with casebook.open(tmp_path / "other.casebook") as other:
        other.add(path)
        assert {c.id for c in other.claims()} == {c.id for c in sample_book.claims()}
        assert {f.id for f in other.findings()} == {f.id for f in sample_book.findings()}


def test_sqlite_views_answer(holdings: Holdings, sample_book: casebook.Casebook, tmp_path: Path) -> None:
    path = tmp_path / "flat.db"
    export(sample_book, "sqlite", path)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM findings").fetchone() == (len(holdings.findings),)
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        quotes = db.execute("SELECT count(*) FROM findings_with_quotes").fetchone()[0]
        assert quotes == sum(len(f.claims) for f in holdings.findings)
        assert db.execute("SELECT * FROM flows_by_month WHERE event = 'use' LIMIT 1").fetchone()
        assert db.execute("SELECT * FROM origins_by_weight LIMIT 1").fetchone()
        assert db.execute("SELECT count(*) FROM disputed").fetchone()[0] > 0


def test_calendar_holds_dated_plans_only(tmp_path: Path) -> None:
    path = tmp_path / "plans.ics"
    plan = finding(
        id="f1",
        event=EventType.production,
        modality=Modality.planned,
        recipient=None,
        quantity=Quantity(low=6000, high=None, unit="drones"),
        time=Period(start=None, end=dt.date(2025, 8, 31)),
        last_reported=dt.date(2023, 2, 6),
    )
    deed = finding(id="f2", time=Period(start=dt.date(2022, 8, 1), end=None))
    assert ics.write(holding(plan, deed), path) == 1
    (entry,) = icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT")
    assert entry["summary"] == "Iran to make ≥ 6,000 Shahed-136 drones, by 2025-08"
    assert entry["dtstart"].dt == dt.date(2025, 8, 31)
    assert entry["dtend"].dt == dt.date(2025, 9, 1)
