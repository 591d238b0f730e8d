"""Claims, reports and the journal as tables for a terminal, and as CSV for a spreadsheet.

At 108 columns and more a claim is one row of a table, at 90 a report; narrower terminals get each in a few lines of its
own. What comes from outside is shown as plain text, without control characters.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TextIO

import msgspec
from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from stocktake.casebook import OPENING, Heading
from stocktake.telling import formats
from stocktake.telling.elsewhere import LEGEND, from_elsewhere, marked, slots_elsewhere
from stocktake.vocabulary import Claim, Decision, Period, Quantity, Report

PAGE = 500
TABLE_FROM = 90
CLAIMS_FROM = 108
LONG_WORDS = {"event": 12, "parties": 12, "item": 11, "quantity": 9, "who says so": 12}
"""Columns of claims with the room that their longest common words take ("intelligence"): with the others, and a little
to share, 108."""
WIDE = 180
COLOURS = {
    "denies": "red",
    "accuses": "yellow",
    "admits": "green",
    "planned": "cyan",
    "possible": "cyan",
    "not": "red",
}
WHOLE_FILES = frozenset({"programme", "series"})
QUIET = frozenset({"asserts", "actual"})
CSV_COLUMNS = (
    "id",
    "report",
    "published",
    "outlet",
    "event",
    "agent",
    "recipient",
    "item",
    "place",
    "low",
    "high",
    "unit",
    "per",
    "approximate",
    "first_day",
    "last_day",
    "sources",
    "stance",
    "modality",
    "negated",
    "confidence",
    "elsewhere",
    "quote",
)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def claims_pages(claims: Iterable[Claim], outlets: Mapping[str, str | None], width: int) -> Iterator[RenderableType]:
    """Any number of claims as tables of some hundred rows, so that the first shows before the last is read."""
    rest = iter(claims)
    while page := list(islice(rest, PAGE)):
        yield claims_table(page, outlets, width)


def claims_table(claims: Iterable[Claim], outlets: Mapping[str, str | None], width: int) -> RenderableType:
    """Claims with event, parties, item, quantity, period, source chain, stance and modality."""
    if width < CLAIMS_FROM:
        return Group(*(_stacked(claim, outlets.get(claim.report)) for claim in claims))
    table = table_of("id", "event", "parties", "item", "quantity", "period", "who says so", "stance, modality")
    for column in table.columns:
        column.min_width = LONG_WORDS.get(str(column.header))
    if width < WIDE:
        table.columns[5].max_width, table.columns[7].max_width = len("2023-02-06"), len("possible")
    table.add_column("sure", justify="right")
    for claim in claims:
        table.add_row(
            Text(formats.short_id(claim.id), style="dim"),
            claim.event.value,
            text(parties_words(claim)),
            text(marked(claim, "item", claim.item or "")),
            text(marked(claim, "quantity", formats.quantity(formats.bare(claim.quantity, claim.item)))),
            marked(claim, "time", formats.period(claim.time)),
            text(sources_words(claim, None if claim.sources and width < WIDE else outlets.get(claim.report))),
            standing(claim),
            formats.probability(claim.confidence),
        )
    return table


def parties_words(claim: Claim) -> str:
    """Who does it to whom, each marked where another sentence says so."""
    agent, recipient = marked(claim, "agent", claim.agent or ""), marked(claim, "recipient", claim.recipient or "")
    return formats.parties(agent or None, recipient or None)


def goods_words(claim: Claim) -> str:
    """How many of what, marked where another sentence says so."""
    slot = "quantity" if from_elsewhere(claim, "quantity") else "item"
    return marked(claim, slot, formats.goods(claim.quantity, claim.item))


def sources_words(claim: Claim, outlet: str | None = None) -> str:
    """Who says so, marked where another sentence names them."""
    return marked(claim, "sources", formats.chain(claim, outlet))


def reports_table(headings: Iterable[Heading], width: int) -> RenderableType:
    """Reports with day, outlet, title, and how many claims each holds."""
    if width < TABLE_FROM:
        return Group(*(_stacked_heading(heading) for heading in headings))
    table = table_of("id", "published", "outlet", "title")
    table.add_column("words", justify="right")
    table.add_column("claims", justify="right")
    for heading in headings:
        table.add_row(
            Text(formats.short_id(heading.id), style="dim"),
            formats.date(heading.published),
            text(heading.outlet),
            _title(heading),
            formats.number(heading.words),
            formats.number(heading.claims),
        )
    return table


def journal_table(decisions: Iterable[Decision], width: int) -> RenderableType:
    """Decisions with number, time, author, what was done to what, and why."""
    table = table_of("no.", "when (UTC)", "who", "decision", "about", "reason")
    for decision in decisions:
        style = "dim strike" if decision.undone else ""
        table.add_row(
            str(decision.number),
            f"{decision.at:%Y-%m-%d %H:%M}",
            text(decision.author),
            Text(formats.printable(decision_words(decision)), style=style),
            formats.short_id(formats.printable(decision.target)),
            text(decision.reason),
        )
    return table


def claim_sheet(claim: Claim, report: Report, history: Sequence[Decision], *, rejected: bool) -> RenderableType:
    """One claim with every slot, the words and the rule each comes from, and what people decided about it."""
    quote = Text(f"“{formats.printable(claim.quote)}”", style="italic")
    slots = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    slots.add_column(style="dim", no_wrap=True)
    slots.add_column(overflow="fold")
    slots.add_column(style="dim", overflow="fold")
    for name, value in slot_words(claim, report.outlet):
        slots.add_row(name, text(marked(claim, name, value)), text(evidence(claim, name, report.text)))
    parts: list[RenderableType] = [quote, Text(), slots]
    if slots_elsewhere(claim):
        parts += [Text(), Text(LEGEND, style="dim")]
    if rejected:
        parts += [Text(), Text("Rejected: left out of claims, findings and forecasts.", style="red")]
    if history:
        parts += [Text(), journal_table(history, TABLE_FROM)]
    return Group(*parts)


def evidence(claim: Claim, slot: str, whole: str) -> str:
    """The words of the report that filled a slot, and the rule or model that read them so."""
    spans = claim.spans.get("trigger" if slot == "event" else slot, ())
    words = " … ".join(" ".join(whole[span.start : span.end].split()) for span in spans)
    parts = [f"“{words}”" if words else "", claim.why.get(slot, "")]
    return " by ".join(part for part in parts if part)


def slot_words(claim: Claim, outlet: str | None) -> Iterator[tuple[str, str]]:
    """The slots of a claim in words, in the guidelines' order."""
    yield "event", claim.event.value
    yield "agent", claim.agent or ""
    yield "recipient", claim.recipient or ""
    yield "item", claim.item or ""
    yield "place", claim.place or ""
    yield "quantity", formats.quantity(claim.quantity)
    yield "time", formats.period(claim.time)
    yield "sources", formats.chain(claim, outlet)
    yield "stance", claim.stance.value
    yield "modality", claim.modality.value
    yield "negated", "yes" if claim.negated else "no"
    yield "confidence", formats.probability(claim.confidence)
    yield "report", claim.report
    yield "id", claim.id


def decision_words(decision: Decision) -> str:
    """A decision as a phrase: "set quantity = ≥ 6,000 drones", "undo 3"."""
    value = decision.value
    if decision.action in WHOLE_FILES:
        words = decision.action
    elif isinstance(value, Mapping):
        words = f"{decision.action} " + ", ".join(f"{slot} = {_said(slot, value[slot])}" for slot in sorted(value))
    elif isinstance(value, list):
        words = f"{decision.action} " + ", ".join(formats.short_id(str(part)) for part in value)
    else:
        words = decision.action if value is None else f"{decision.action} {value}"
    return f"{words} (undone)" if decision.undone else words


def standing(claim: Claim) -> Text:
    """Stance and modality, what is out of the ordinary in colour."""
    words = [claim.stance.value, *(["not"] if claim.negated else []), claim.modality.value]
    return Text(" ").join(Text(word, style="dim" if word in QUIET else COLOURS[word]) for word in words)


def table_of(*columns: str) -> Table:
    """An empty table in the house's looks: no lines, a rule under the heads, words folded."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", collapse_padding=True)
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in {"id", "no.", "published"})
    return table


def plain_lines(tables: Iterable[RenderableType]) -> Iterator[str]:
    """Tables as aligned lines without colour or folding, for pipes; columns are as wide as the first table needs."""
    widths: list[int] = []
    for table in tables:
        assert isinstance(table, Table)
        rows = zip(*([str(cell) for cell in column.cells] for column in table.columns), strict=True)
        lines = [[str(column.header) for column in table.columns], *map(list, rows)]
        if not widths:
            widths = [max(cell_len(line[place]) for line in lines) for place in range(len(table.columns))]
        else:
            del lines[0]
        right = [column.justify == "right" for column in table.columns]
        for line in lines:
            cells = [
                cell.rjust(wide) if to_right else cell + " " * (wide - cell_len(cell))
                for cell, wide, to_right in zip(line, widths, right, strict=True)
            ]
            yield "  ".join(cells).rstrip()


def text(words: str | None) -> Text:
    """Outside words as a cell: nothing in them is markup or a control character."""
    return Text(formats.printable(words or ""))


def write_csv(claims: Iterable[Claim], headings: Mapping[str, Heading], out: TextIO) -> None:
    """Claims as CSV; a cell that a spreadsheet would take for a formula is led by an apostrophe."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS)
    for claim in claims:
        heading = headings[claim.report]
        writer.writerow([harmless(cell) for cell in _cells(claim, heading)])


def harmless(cell: object) -> object:
    """A cell that no spreadsheet runs as a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell


def _cells(claim: Claim, heading: Heading) -> Iterator[object]:
    quantity, time = claim.quantity, claim.time
    yield from (claim.id, claim.report, heading.published, heading.outlet, claim.event.value)
    yield from (claim.agent, claim.recipient, claim.item, claim.place)
    if quantity is None:
        yield from (None, None, None, None, None)
    else:
        yield from (
            _plain(quantity.low),
            _plain(quantity.high),
            quantity.unit,
            quantity.per,
            _yes(quantity.approximate),
        )
    yield from (time.start if time else None, time.end if time else None)
    yield " <- ".join(claim.sources)
    yield from (claim.stance.value, claim.modality.value, _yes(claim.negated))
    yield from (round(claim.confidence, 4), " ".join(slots_elsewhere(claim)), claim.quote)


def _plain(value: float | None) -> float | int | None:
    return int(value) if value is not None and value == int(value) else value


def _yes(value: bool) -> str:
    return "true" if value else "false"


def _said(slot: str, value: object) -> str:
    """A slot's value in the words that one would type for it."""
    try:
        if slot == "quantity":
            return formats.quantity(msgspec.convert(value, Quantity | None)) or "nothing"
        if slot == "time":
            return formats.period(msgspec.convert(value, Period | None)) or "nothing"
        if slot == "sources":
            return formats.chain(msgspec.convert(value, tuple[str, ...]))
    except msgspec.ValidationError:
        return str(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "nothing" if value is None else str(value)


def _stacked(claim: Claim, outlet: str | None) -> Text:
    when = marked(claim, "time", formats.period(claim.time))
    details = [part for part in (goods_words(claim), when, sources_words(claim, outlet)) if part]
    return Text.assemble(
        (formats.short_id(claim.id), "dim"),
        (f"  {claim.event.value}  ", "bold"),
        text(parties_words(claim)),
        "\n  ",
        text(" · ".join(details)),
        "\n  ",
        standing(claim),
        f" · {formats.probability(claim.confidence)} sure",
    )


def _stacked_heading(heading: Heading) -> Text:
    details = [formats.date(heading.published), heading.outlet or "", formats.counted(heading.claims, "claim")]
    return Text.assemble(
        (formats.short_id(heading.id), "dim"),
        "  ",
        _title(heading),
        "\n  ",
        text(" · ".join(part for part in details if part)),
    )


def _begins(opening: str) -> str:
    """How a text without a title begins: its first line, cut at a word."""
    line = opening.strip().partition("\n")[0]
    return f"{line.rsplit(' ', 1)[0]} …" if len(opening.rstrip()) >= OPENING and len(line) > OPENING // 2 else line


def _title(heading: Heading) -> Text:
    title = text(heading.title or _begins(heading.opening) or heading.url or "(no title)")
    if heading.unread:
        title.append(f"  (unread: {heading.language})", style="yellow")
    return title.append("  (copy)", style="dim") if heading.copy_of else title
