"""A report's text with its claims marked: under each paragraph, what was read from it.

In the text a claim's sentence is underlined, the words that express the event are bold, and the words that filled a
slot have the slot's colour; without colours the numbers in brackets before a sentence lead to the claims below it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from stocktake.telling import formats
from stocktake.telling.elsewhere import LEGEND, marked, slots_elsewhere
from stocktake.telling.tables import evidence, goods_words, parties_words, sources_words, standing, text
from stocktake.vocabulary import SLOTS, Claim, Report

SLOT_STYLES = {
    "trigger": "bold",
    "agent": "green",
    "recipient": "green",
    "item": "yellow",
    "quantity": "cyan",
    "time": "magenta",
    "place": "blue",
    "sources": "bright_blue",
}
KEY = "underlined: a claim's sentence · bold: its event · colours: parties, item, quantity, time, place, source"


def marked_report(report: Report, claims: Sequence[Claim], *, why: bool, colours: bool) -> RenderableType:
    """The report with a heading, its text, and each claim under the paragraph that states it."""
    parts: list[RenderableType] = [*_heading(report, len(claims))]
    if colours and claims:
        parts.append(Text(KEY, style="dim"))
    numbered = list(enumerate(claims, start=1))
    for start, end in _paragraphs(report.text):
        here = [(number, claim) for number, claim in numbered if start <= claim.start < end]
        parts += [Text(), _marked(report.text, start, end, here)]
        if here:
            parts.append(Padding(_legend(here, report.text, why=why), (0, 0, 0, 2)))
    if any(slots_elsewhere(claim) for claim in claims):
        parts += [Text(), Text(LEGEND, style="dim")]
    return Group(*parts)


def _heading(report: Report, claims: int) -> Iterator[Text]:
    title = report.title or report.url
    if title:
        yield Text(formats.printable(title), style="bold")
    details = [report.outlet, formats.date(report.published), report.url, report.id, formats.counted(claims, "claim")]
    yield Text(formats.printable(" · ".join(part for part in details if part)), style="dim")
    if report.copy_of:
        yield Text(f"repeats {report.copy_of}", style="dim")


def _paragraphs(whole: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in whole.splitlines(keepends=True):
        if line.strip():
            yield start, start + len(line)
        start += len(line)


def _marked(whole: str, start: int, end: int, here: Iterable[tuple[int, Claim]]) -> Text:
    """One paragraph, styled, with the claims' numbers put before their sentences."""
    words = Text(formats.printable(whole[start:end]).rstrip())
    numbers: dict[int, list[int]] = {}
    for number, claim in here:
        numbers.setdefault(claim.start, []).append(number)
        words.stylize("underline", claim.start - start, claim.end - start)
        for slot, spans in claim.spans.items():
            for span in spans:
                if start <= span.start < end:
                    words.stylize(SLOT_STYLES.get(slot, ""), span.start - start, span.end - start)
    places = sorted(numbers)
    pieces = words.divide([place - start for place in places])
    out = Text()
    for piece, place in zip(pieces, [None, *places], strict=True):
        if place is not None:
            out.append(f"[{', '.join(str(n) for n in numbers[place])}] ", style="bold cyan")
        out.append_text(piece)
    return out


def _legend(here: Iterable[tuple[int, Claim]], whole: str, *, why: bool) -> RenderableType:
    parts: list[RenderableType] = []
    for number, claim in here:
        facts = (
            parties_words(claim),
            goods_words(claim),
            marked(claim, "time", formats.period(claim.time)),
            sources_words(claim),
        )
        line = Text.assemble(
            (f"{number}  ", "bold cyan"),
            (formats.short_id(claim.id), "dim"),
            (f"  {claim.event.value}  ", "bold"),
            text(" · ".join(fact for fact in facts if fact)),
            "  ",
            standing(claim),
        )
        parts.append(line)
        if why:
            parts.append(Padding(Text(formats.printable(_why(claim, whole)), style="dim"), (0, 0, 0, 3)))
    return Group(*parts)


def _why(claim: Claim, whole: str) -> str:
    """Slot by slot, the words and the rule or model that filled it; and how sure the reader is."""
    slots = [slot for slot in (*SLOTS, *sorted(claim.why.keys() - {*SLOTS, "trigger"})) if slot in claim.why]
    told = [f"{slot} {evidence(claim, slot, whole)}" for slot in slots]
    return " · ".join([*told, f"confidence {formats.probability(claim.confidence)}"])
