"""A report laid open for the rules: its sentences, the dates and numbers in each, the phrases that marked words make.

All are found when first asked for, and once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property

from stocktake.reading import layout, quantities, sentences, speakers, times
from stocktake.vocabulary import Amount, Attribution, Period, Report, Span, Time


class Page:
    """What the rules know of one report's text."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.text = report.text
        self._amounts: dict[Span, tuple[Amount, ...]] = {}
        self._speakers: dict[tuple[Span, ...], list[list[Span]]] = {}

    @cached_property
    def sentences(self) -> tuple[Span, ...]:
        return sentences.split(self.text)

    @cached_property
    def _begins(self) -> list[int]:
        return [sentence.start for sentence in self.sentences]

    def number(self, place: int) -> int:
        """The number of the sentence that holds a place of the text (or the last that begins before it)."""
        return max(0, bisect_right(self._begins, place) - 1)

    def sentence(self, place: int) -> Span:
        return self.sentences[self.number(place)]

    def words(self, span: Span) -> str:
        return self.text[span.start : span.end]

    @cached_property
    def _times(self) -> tuple[Time, ...]:
        return times.find(self.text, self.report.published)

    def times(self, sentence: Span) -> tuple[Time, ...]:
        """The dates of a sentence that stand for calendar days."""
        dated = (time for time in self._times if time.first is not None or time.last is not None)
        return tuple(time for time in dated if sentence.start <= time.start < sentence.end)

    def period(self, time: Time, planned: bool | None, trigger: int) -> Period | None:
        """The days that a date gives the event whose trigger stands there ("since", "by the end of").

        `planned` says that the event lies ahead; None leaves it to the verbs of the sentence.
        """
        return times.period(self.text, time, self.report.published, planned, trigger=trigger)

    def amounts(self, sentence: Span) -> tuple[Amount, ...]:
        if sentence not in self._amounts:
            self._amounts[sentence] = quantities.find(self.text, start=sentence.start, end=sentence.end)
        return self._amounts[sentence]

    @cached_property
    def laid_out(self) -> tuple[Attribution, ...]:
        """Who says what by the layout: signed quotes, the labels of a transcript."""
        return tuple(layout.find(self.text))

    def asked(self, place: int) -> bool:
        """Whether a place stands in the words of whoever asks in a transcript."""
        return any(
            speakers.is_asker(self.words(said.source[0])) and any(one.start <= place < one.end for one in said.content)
            for said in self.laid_out
        )

    def speakers(self, marked: Sequence[Span]) -> list[list[Span]]:
        """The phrases of the words marked as a source, those who speak together in one group."""
        words = tuple(marked)
        if words not in self._speakers:
            self._speakers[words] = speakers.groups(self.text, words)
        return self._speakers[words]
