"""Findings for a terminal and for spreadsheets: lists, the arithmetic of one, conflicts, positions, sources, time."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from typing import TextIO

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from stocktake.casebook import Evidence, Explanation, SourceEntry
from stocktake.telling import formats
from stocktake.telling.grounds import ASIDE, path_words, term_words
from stocktake.telling.tables import PAGE, TABLE_FROM, harmless, table_of, text
from stocktake.telling.titles import counted_by, finding_title
from stocktake.vocabulary import Claim, Conflict, Finding, Position
from stocktake.weighing import expit

CSV_COLUMNS = (
    "id",
    "event",
    "agent",
    "recipient",
    "item",
    "family",
    "place",
    "low",
    "high",
    "unit",
    "per",
    "first_day",
    "last_day",
    "modality",
    "negated",
    "probability",
    "grade",
    "word",
    "origins_for",
    "origins_against",
    "counted_by",
    "claims",
    "first_reported",
    "last_reported",
    "series",
    "part_of",
    "title",
)
SOURCE_COLUMNS = ("name", "kind", "grade", "reason", "graded_by", "origins", "claims")
CONFLICT_COLUMNS = ("id", "kind", "findings", "side", "claims", "origins", "about")
POSITION_COLUMNS = ("finding", "party", "since", "until", "stance", "in_part", "claims", "about")
STANCES = {"denies": "red", "accuses": "yellow", "admits": "green", "asserts": ""}


def likelihood(finding: Finding) -> Text:
    """The estimative word with its probability."""
    return Text(f"{finding.word} ({formats.probability(finding.probability)})")


def origins_words(finding: Finding) -> Text:
    """How many independent origins say so, how many say that it is not so, and how many give the number."""
    words = Text(str(len(finding.origins_for)))
    if finding.origins_against:
        words.append(f" : {len(finding.origins_against)} against", style="red")
    if counted_by(finding):
        words.append(f", number by {finding.counted_by}")
    return words


def findings_pages(findings: Iterable[Finding], width: int) -> Iterator[RenderableType]:
    """Any number of findings as tables of some hundred rows."""
    rest = iter(findings)
    while page := list(islice(rest, PAGE)):
        yield findings_table(page, width)


def findings_table(findings: Iterable[Finding], width: int) -> RenderableType:
    """Findings with what happened, how probable, on how many origins, how graded."""
    if width < TABLE_FROM:
        return Group(*(_stacked(finding) for finding in findings))
    table = table_of("id", "what", "how likely", "origins", "grade")
    table.add_column("claims", justify="right")
    table.add_column("last reported", no_wrap=True)
    for finding in findings:
        table.add_row(
            Text(formats.short_id(finding.id), style="dim"),
            text(finding_title(finding)),
            likelihood(finding),
            origins_words(finding),
            finding.grade,
            formats.number(len(finding.claims)),
            formats.date(finding.last_reported),
        )
    return table


def timeline_pages(findings: Iterable[Finding], width: int) -> Iterator[RenderableType]:
    """Findings in the order of the days on which they happened."""
    rest = iter(findings)
    while page := list(islice(rest, PAGE)):
        table = table_of("when", "what", "how likely", "origins", "id")
        for finding in page:
            when = formats.period(finding.time) or f"reported {formats.date(finding.first_reported)}"
            name = Text(formats.short_id(finding.id), style="dim")
            title = text(finding_title(finding))
            if width < TABLE_FROM:
                table.add_row(when, title, Text(formats.probability(finding.probability)), origins_words(finding), name)
            else:
                table.add_row(when, title, likelihood(finding), origins_words(finding), name)
        yield table


def _stacked(finding: Finding) -> Text:
    return Text.assemble(
        (formats.short_id(finding.id), "dim"),
        "  ",
        text(finding_title(finding)),
        "\n  ",
        likelihood(finding),
        f" · {finding.grade} · origins ",
        origins_words(finding),
        f" · {formats.counted(len(finding.claims), 'claim')} · {formats.date(finding.last_reported)}",
    )


# ------------------------------------------------------------------------------------------- why


def why_sheet(told: Explanation) -> RenderableType:
    """A finding's probability term by term, then the sentences that each term rests on."""
    finding, credibility = told.finding, told.credibility
    head = Text.assemble(
        text(finding_title(finding)),
        "\n",
        (finding.id, "dim"),
        f"  {finding.word} ({formats.probability(finding.probability)}), Admiralty {finding.grade}",
        f"; the number is given {counted_by(finding)}\n" if counted_by(finding) else "\n",
    )
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("log-odds", justify="right", no_wrap=True)
    table.add_column("origin", overflow="fold")
    table.add_column("how it comes about", overflow="fold")
    table.add_row(f"{credibility.prior:+.2f}", "before any word", f"{_odds(credibility.prior)} either way")
    names = {evidence.origin.id: evidence.origin.name for evidence in told.evidence}
    for term in credibility.terms:
        speaker = names.get(term.origin, term.speaker)
        table.add_row(
            Text(f"{term.adds:+.2f}", style="red" if term.against else ""),
            text(f"{speaker}, {term.statement}" if term.statement else speaker),
            text(term_words(term)),
        )
    limit = "" if abs(expit(credibility.log_odds) - finding.probability) < 0.0005 else ", held at the limit"
    table.add_row(
        Text(f"{credibility.log_odds:+.2f}", style="bold"),
        Text("sum", style="bold"),
        f"1 / (1 + e^{-credibility.log_odds:.2f}) = {_odds(credibility.log_odds)}{limit}",
    )
    parts: list[RenderableType] = [head, table, Text()]
    if finding.part_of:
        parts.append(Text(f"A part of the total of {finding.part_of}."))
    if finding.series:
        parts.append(Text(f"One of the counts of a flow that grow over time (series {finding.series})."))
    aside = told.aside
    for evidence in told.evidence:
        parts += [Text(), *_evidence(evidence, told, aside)]
    return Group(*parts)


def _odds(log_odds: float) -> str:
    return f"{expit(log_odds):.1%}"


def _evidence(evidence: Evidence, told: Explanation, aside: Collection[str]) -> Iterator[RenderableType]:
    origin = evidence.origin
    about = ", ".join(part for part in (origin.kind.value, origin.statement, "a party" if origin.party else "") if part)
    yield Text.assemble((formats.printable(origin.name), "bold"), f"  {formats.printable(about)}, grade {origin.grade}")
    for claim in evidence.claims:
        marks = [*_marks(claim), *([ASIDE] if claim.id in aside else [])]
        yield Text.assemble(
            "  ",
            (formats.short_id(claim.id), "dim"),
            f"  {formats.date(told.days.get(claim.id))}  ",
            text(path_words(told, claim.id)),
            (f"  {', '.join(marks)}" if marks else "", STANCES[claim.stance.value]),
        )
        yield Text(f"    “{formats.printable(claim.quote)}”", style="italic")


def _marks(claim: Claim) -> list[str]:
    marks = [claim.stance.value] if claim.stance.value != "asserts" else []
    marks += [claim.modality.value] if claim.modality.value != "actual" else []
    return marks + (["not"] if claim.negated else [])


# ------------------------------------------------------------------------------------------- conflicts, positions


def conflicts_table(conflicts: Iterable[Conflict], titles: Mapping[str, str]) -> Table:
    """Conflicts with their sides."""
    table = table_of("kind", "about", "side", "claims")
    for conflict in conflicts:
        about = " / ".join(titles.get(name, name) for name in conflict.findings)
        for place, side in enumerate(conflict.sides):
            sides = formats.counted(len(side.origins), "origin")
            table.add_row(
                conflict.kind.value if place == 0 else "",
                text(about if place == 0 else ""),
                text(f"{side.holds} ({sides})"),
                Text(
                    ", ".join(formats.short_id(claim) for claim in side.claims[:3])
                    + (" …" if len(side.claims) > 3 else ""),
                    style="dim",
                ),
            )
    return table


def positions_table(positions: Iterable[Position], titles: Mapping[str, str]) -> Table:
    """Parties' positions on findings, each with its days."""
    table = table_of("party", "position", "days", "on", "id")
    before: tuple[str, str] | None = None
    for position in positions:
        same = before == (position.party, position.finding)
        before = (position.party, position.finding)
        table.add_row(
            text("" if same else position.party),
            Text(position_words(position), style=STANCES[position.stance.value]),
            _days(position),
            text("" if same else titles.get(position.finding, position.finding)),
            Text("" if same else formats.short_id(position.finding), style="dim"),
        )
    return table


def position_words(position: Position) -> str:
    """ "admitted, in part"."""
    words = {"denies": "denied", "admits": "admitted", "accuses": "blamed another", "asserts": "said so"}
    return words[position.stance.value] + (", in part" if position.in_part else "")


def _days(position: Position) -> str:
    if position.since is None:
        return "undated"
    if position.until is None:
        return f"since {position.since}"
    return f"{position.since}" if position.since == position.until else f"{position.since} until {position.until}"


def sources_table(sources: Iterable[SourceEntry]) -> Table:
    """Sources with grade, reason and how much they have said."""
    table = table_of("source", "kind", "grade")
    table.add_column("origins", justify="right")
    table.add_column("claims", justify="right")
    table.add_column("why this grade", overflow="fold")
    for source in sources:
        by = f"{source.reason} ({source.graded_by})"
        table.add_row(
            text(source.name),
            source.kind.value,
            source.grade,
            formats.number(source.origins),
            formats.number(source.claims),
            text(by),
        )
    return table


# ------------------------------------------------------------------------------------------- spreadsheets


def findings_rows(findings: Iterable[Finding]) -> Iterator[tuple[object, ...]]:
    """Findings as rows of CSV_COLUMNS."""
    for f in findings:
        q, t = f.quantity, f.time
        yield (
            *(f.id, f.event.value, f.agent, f.recipient, f.item, f.family, f.place),
            *((_plain(q.low), _plain(q.high), q.unit, q.per) if q else (None, None, None, None)),
            *((t.start, t.end) if t else (None, None)),
            *(f.modality.value, "true" if f.negated else "false", f.probability, f.grade, f.word),
            *(
                len(f.origins_for),
                len(f.origins_against),
                f.counted_by,
                len(f.claims),
                f.first_reported,
                f.last_reported,
            ),
            *(f.series, f.part_of, finding_title(f)),
        )


def _plain(value: float | None) -> float | int | None:
    return int(value) if value is not None and value == int(value) else value


def sources_rows(sources: Iterable[SourceEntry]) -> Iterator[tuple[object, ...]]:
    """Sources as rows of SOURCE_COLUMNS."""
    for s in sources:
        yield (s.name, s.kind.value, s.grade, s.reason, s.graded_by, s.origins, s.claims)


def conflicts_rows(conflicts: Iterable[Conflict], titles: Mapping[str, str]) -> Iterator[tuple[object, ...]]:
    """Conflicts, a side a row, as rows of CONFLICT_COLUMNS."""
    for c in conflicts:
        about = " / ".join(titles.get(name, name) for name in c.findings)
        for side in c.sides:
            yield (c.id, c.kind.value, " ".join(c.findings), side.holds, len(side.claims), len(side.origins), about)


def positions_rows(positions: Iterable[Position], titles: Mapping[str, str]) -> Iterator[tuple[object, ...]]:
    """Positions as rows of POSITION_COLUMNS."""
    for p in positions:
        part = "true" if p.in_part else "false"
        yield (p.finding, p.party, p.since, p.until, p.stance.value, part, len(p.claims), titles.get(p.finding, ""))


def write_csv(columns: Iterable[str], rows: Iterable[tuple[object, ...]], out: TextIO) -> None:
    """Rows as CSV under their columns; no cell is one that a spreadsheet would run."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([harmless(cell.isoformat() if isinstance(cell, dt.date) else cell) for cell in row])
