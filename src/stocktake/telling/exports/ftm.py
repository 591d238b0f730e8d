"""Findings as FollowTheMoney entities, a line each, with the articles that prove them.

A report becomes an Article, a party a PublicBody (with its country), Company or LegalEntity, a finding an Event whose
`proof` are its articles and whose description quotes them; a sanction or payment becomes that schema besides.
Source of the schemata: the FollowTheMoney model (OpenSanctions, OCCRP).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pycountry

from stocktake import reading
from stocktake.telling.exports.holdings import Holdings, parties
from stocktake.telling.formats import probability
from stocktake.telling.formats import quantity as shown_quantity
from stocktake.telling.titles import finding_title
from stocktake.vocabulary import EventType, Finding, Report, SourceKind, stable_id

PARTY_SCHEMA = {SourceKind.state: "PublicBody", SourceKind.company: "Company", SourceKind.outlet: "Organization"}


def write(holdings: Holdings, path: Path) -> int:
    """Write the entities to `path` as JSON Lines; their number."""
    with path.open("wb") as file:
        count = 0
        for entity in entities(holdings):
            file.write(msgspec.json.encode(entity) + b"\n")
            count += 1
    return count


def entities(holdings: Holdings) -> Iterator[dict[str, Any]]:
    """Every entity once: parties, articles, then events with what they refer to."""
    named = sorted({n for f in holdings.findings for slot in (f.agent, f.recipient) for n in parties(slot)})
    for name in named:
        yield _party(name)
    used = {c.report for f in holdings.findings for c, _ in holdings.evidence(f)}
    for report in (holdings.reports[r] for r in sorted(used)):
        yield _article(report)
    for finding in holdings.findings:
        yield _event(holdings, finding)
        if finding.event is EventType.sanction and finding.recipient:
            yield from _sanctions(holdings, finding)
        if finding.event is EventType.payment and finding.quantity:
            yield _payment(holdings, finding)


def _entity(identity: str, schema: str, **properties: Iterable[object] | object) -> dict[str, Any]:
    """An entity in the form of the model: each property a list of strings, empty ones left out."""
    out: dict[str, list[str]] = {}
    for name, value in properties.items():
        values = value if isinstance(value, list) else [value]
        texts = [str(v) for v in values if v is not None and v != ""]
        if texts:
            out[name] = list(dict.fromkeys(texts))
    return {"id": identity, "schema": schema, "properties": out}


def _party_id(name: str) -> str:
    return stable_id("stocktake-party-", name)


def _article_id(report: str) -> str:
    return stable_id("stocktake-report-", report)


def _country(name: str) -> str | None:
    state = reading.state_of(name) or name
    try:
        return str(pycountry.countries.lookup(state).alpha_2).lower()
    except LookupError:
        return None


def _party(name: str) -> dict[str, Any]:
    schema = PARTY_SCHEMA.get(reading.source_kind(name) or SourceKind.person, "LegalEntity")
    return _entity(_party_id(name), schema, name=name, country=_country(name))


def _article(report: Report) -> dict[str, Any]:
    return _entity(
        _article_id(report.id),
        "Article",
        title=report.title,
        publishedAt=report.published,
        sourceUrl=report.url,
        publisher=report.outlet,
        language=_LANGUAGES.get(report.language),
        retrievedAt=report.retrieved.date() if report.retrieved else None,
    )


_LANGUAGES = {"en": "eng", "ru": "rus", "uk": "ukr", "fa": "fas"}  # ISO 639-1 to 639-3, the languages recognised


def _event(holdings: Holdings, finding: Finding) -> dict[str, Any]:
    evidence = holdings.evidence(finding)
    return _entity(
        f"stocktake-finding-{finding.id}",
        "Event",
        name=finding_title(finding),
        description=[f"{r.outlet or 'report'}, {r.published or 'undated'}: “{c.quote}”" for c, r in evidence],
        summary=f"{finding.word}; probability {probability(finding.probability)}; Admiralty {finding.grade}; "
        f"{len(finding.origins_for)} independent origins for, {len(finding.origins_against)} against",
        **_dates(finding),
        organizer=[_party_id(n) for n in parties(finding.agent)],
        involved=[_party_id(n) for slot in (finding.agent, finding.recipient) for n in parties(slot)],
        location=finding.place,
        keywords=[finding.event.value, finding.modality.value, finding.item, finding.family],
        **_proof(holdings, finding),
        recordId=finding.id,
    )


def _dates(finding: Finding) -> dict[str, object]:
    if finding.time is None:
        return {}
    return {"startDate": finding.time.start, "endDate": finding.time.end}


def _proof(holdings: Holdings, finding: Finding) -> dict[str, list[object]]:
    reports = [report for _, report in holdings.evidence(finding)]
    return {
        "proof": [_article_id(r.id) for r in reports],
        "sourceUrl": [r.url for r in reports],
        "publisher": [r.outlet for r in reports],
    }


def _sanctions(holdings: Holdings, finding: Finding) -> Iterator[dict[str, Any]]:
    for party in parties(finding.recipient):
        yield _entity(
            stable_id("stocktake-sanction-", finding.id, party),
            "Sanction",
            entity=_party_id(party),
            authority=parties(finding.agent),
            reason=finding.item,
            status=finding.modality.value,
            **_dates(finding),
            **_proof(holdings, finding),
        )


def _payment(holdings: Holdings, finding: Finding) -> dict[str, Any]:
    assert finding.quantity is not None
    exact = finding.quantity.low == finding.quantity.high
    return _entity(
        f"stocktake-payment-{finding.id}",
        "Payment",
        payer=[_party_id(n) for n in parties(finding.agent)],
        beneficiary=[_party_id(n) for n in parties(finding.recipient)],
        amount=f"{finding.quantity.low:.0f}" if exact and finding.quantity.low is not None else None,
        currency=finding.quantity.unit if exact else None,
        purpose=finding.item,
        summary=shown_quantity(finding.quantity),
        **_dates(finding),
        **_proof(holdings, finding),
    )
