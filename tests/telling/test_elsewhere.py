"""What a claim says by another sentence than the quoted one bears a mark wherever people read it."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
from rich.console import Console

from stocktake import api
from stocktake.casebook import Heading
from stocktake.telling import finding_title
from stocktake.telling.elsewhere import LEGEND, slots_elsewhere
from stocktake.telling.marked import marked_report
from stocktake.telling.tables import claim_sheet, claims_table, write_csv
from stocktake.vocabulary import Claim, EventType, Report, Span

TEXT = "Iran and Russia have drawn close.\nIt delivered 1,700 drones in August, officials said."
REPORT = Report(id="r", text=TEXT, outlet="Reuters", title="Drones")
START = TEXT.index("It delivered")
CLAIM = Claim(
    id="c1",
    report="r",
    start=START,
    end=len(TEXT),
    quote=TEXT[START:],
    event=EventType.transfer,
    agent="Iran",
    recipient="Russia",
    item="drones",
    sources=("officials",),
    spans={
        "agent": (Span(0, 4),),
        "recipient": (Span(9, 15),),
        "item": (Span(TEXT.index("drones"), TEXT.index("drones") + 6),),
        "sources": (Span(TEXT.index("officials"), TEXT.index("officials") + 9),),
    },
)


def shown(part: object, width: int = 120) -> str:
    console = Console(width=width, file=io.StringIO(), color_system=None)
    console.print(part)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_the_slots_that_other_sentences_fill() -> None:
    assert slots_elsewhere(CLAIM) == ("agent", "recipient")


@pytest.mark.parametrize("width", [120, 60], ids=["table", "narrow"])
def test_lists_mark_them(width: int) -> None:
    assert "Iran° → Russia°" in shown(claims_table([CLAIM], {}, width))
    assert "drones°" not in shown(claims_table([CLAIM], {}, width))


def test_a_claim_s_sheet_and_a_marked_report_say_what_the_mark_means() -> None:
    for part in (
        claim_sheet(CLAIM, REPORT, (), rejected=False),
        marked_report(REPORT, [CLAIM], why=False, colours=False),
    ):
        assert "Iran°" in shown(part)
        assert LEGEND in shown(part)


def test_a_corrected_slot_loses_its_mark() -> None:
    corrected = Claim(**{**{f: getattr(CLAIM, f) for f in CLAIM.__struct_fields__}, "agent": "Syria", "spans": {}})
    assert finding_title(CLAIM) == "Iran° supplied drones to Russia°"
    assert finding_title(corrected) == "Syria supplied drones to Russia"


def test_csv_and_notebooks_have_it_too() -> None:
    out = io.StringIO()
    heading = Heading(
        id="r", published=None, outlet="Reuters", title="Drones", url=None, language="en", copy_of=None,
        media_type="text/plain", words=10, claims=1, added=dt.datetime(2024, 1, 1), read_with="1", unread=False,
    )  # fmt: skip
    write_csv([CLAIM], {"r": heading}, out)
    (row,) = csv.DictReader(out.getvalue().splitlines())
    assert (row["agent"], row["elsewhere"]) == ("Iran", "agent recipient")
    table = api.Table([CLAIM], "claims")._repr_html_()
    assert "Iran° supplied drones" in table
    assert LEGEND in table
