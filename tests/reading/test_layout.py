"""Who says what where the layout tells: signed quotes, transcripts."""

from __future__ import annotations

import pytest

from stocktake import reading
from stocktake.reading import attributions, layout
from stocktake.vocabulary import Attribution, Report, Span

BRIEFING = """Spokesman Ned Price spoke of Iranian drones on Tuesday.
QUESTION: Has Iran delivered drones to Russia?
MR PRICE: Iran delivered several hundred drones to Russia in August.
The Pentagon says that Russian forces used 28 of them against Kyiv on Monday.
(Laughter.)
QUESTION: And the missiles? We hear that Iran delivered 40 missiles to Russia.
MR PRICE: Russia has received no missiles from Iran.
Some 40 came to Iran from Russia instead.
(The briefing ended after an hour.)
"""


def told(text: str) -> list[tuple[str, list[str]]]:
    def words(span: Span) -> str:
        return text[span.start : span.end]

    return [(words(one.source[0]), [words(content) for content in one.content]) for one in layout.find(text)]


def test_a_transcript_gives_each_speaker_the_paragraphs_up_to_the_next() -> None:
    assert told(BRIEFING) == [
        ("QUESTION", ["Has Iran delivered drones to Russia?"]),
        (
            "MR PRICE",
            [
                "Iran delivered several hundred drones to Russia in August.",
                "The Pentagon says that Russian forces used 28 of them against Kyiv on Monday.",
            ],
        ),
        ("QUESTION", ["And the missiles? We hear that Iran delivered 40 missiles to Russia."]),
        ("MR PRICE", ["Russia has received no missiles from Iran.", "Some 40 came to Iran from Russia instead."]),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    (
        (
            "“The plant makes ninety drones a month.” ― Olena Kovalenko\nMore below.",
            [("Olena Kovalenko", ["“The plant makes ninety drones a month.”"])],
        ),
        (
            '"The plant makes ninety drones a month."\n- Lee Park, head of the union',
            [("Lee Park", ['"The plant makes ninety drones a month."'])],
        ),
        ("“The plant makes ninety drones a month” — and more are to come.", []),
        (
            "QUESTION: Who makes them?\nMINISTER LEE PARK: The plant does.",
            [("QUESTION", ["Who makes them?"]), ("MINISTER LEE PARK", ["The plant does."])],
        ),
        ("UPDATE: The plant makes ninety drones.\nUPDATE: It makes a hundred.", []),
        ("BYLINE: Lee Park.\nEMAIL: the desk.", []),
        ("The plant makes ninety drones.", []),
    ),
)
def test_signed_quotes_and_what_is_none(text: str, expected: list[tuple[str, list[str]]]) -> None:
    assert told(text) == expected


def test_a_name_that_is_laid_out_speaks_but_once() -> None:
    laid_out = [Attribution(source=(Span(0, 5),), cue=(Span(5, 6),), content=(Span(7, 30),))]
    inside = Attribution(source=(Span(7, 10),), cue=(Span(11, 15),), content=(Span(16, 30),))
    again = Attribution(source=(Span(0, 5),), cue=(Span(5, 6),), content=(Span(7, 12),))
    assert attributions.together([again, inside], laid_out) == [*laid_out, inside]


def test_claims_of_a_transcript_are_its_speakers_and_questions_are_none() -> None:
    found = reading.read(Report(id="briefing", text=BRIEFING))
    assert [(claim.event, claim.sources) for claim in found] == [
        ("transfer", ("Ned Price",)),
        ("use", ("Ned Price", "Pentagon")),
        ("transfer", ("Ned Price",)),
        ("transfer", ("Ned Price",)),
    ]
