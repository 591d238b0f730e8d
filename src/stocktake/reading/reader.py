"""The reader: runs the layers over a report, from its paragraphs to its claims."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from stocktake.reading import attributions, deeds, gate, quantities, roles, speech, times, triggers
from stocktake.reading import claims as builder
from stocktake.reading.decoding import thresholds
from stocktake.reading.encoder import WEIGHTS, networks
from stocktake.reading.page import Page
from stocktake.reading.pieces import Window, paragraph_spans, tokenizer
from stocktake.reading.roles import Event
from stocktake.reading.speech import speech_networks
from stocktake.vocabulary import Attribution, Claim, Mentions, Report, Span

WINDOW = 224
"""Pieces in one pass of the encoder, marks included."""


def claims(report: Report, weights: Path = WEIGHTS) -> tuple[Claim, ...]:
    """The claims in the paragraphs that can hold one."""
    page = Page(report)
    events = see(page, weights)
    return builder.build(page, events, thresholds(weights)) if events else ()


def see(page: Page, weights: Path = WEIGHTS) -> list[Event]:
    """The events that the networks see in the paragraphs that can hold a claim, with what stands around them."""
    kept, share = gate.look(page.text, paragraph_spans(page.text))
    if not kept:
        return []
    events: list[Event] = []
    decoding, network = thresholds(weights), networks(weights)
    bar = decoding.trigger if share >= gate.MAINLY else decoding.aside
    for window in _windows(page, kept, weights, WINDOW):
        states = network.encode(window)
        candidates = deeds.settled(page, triggers.find(window, states, decoding.candidate))
        sure = triggers.sure(candidates, bar, page.number)
        likely = [
            trigger
            for trigger in deeds.once(page, sure)
            if gate.relevant(page.words(page.sentence(trigger.start)), share)
        ]
        if likely:
            events += roles.attach(network, window, states, likely)
    return events


def mentions(report: Report, weights: Path = WEIGHTS) -> Mentions:
    """The layers below claims, over the whole text."""
    page, network = Page(report), speech_networks(weights)
    said: list[Attribution] = []
    cue = thresholds(weights).speech
    for window in _windows(page, paragraph_spans(page.text), weights, speech.WINDOW):
        states = network.encode(window)
        said += attributions.find(window, states.cue, partial(network.speech, states), cue)
    return Mentions(
        id=report.id,
        times=times.find(report.text, report.published),
        quantities=quantities.find(report.text, changes=True),
        attributions=tuple(attributions.together(said, page.laid_out)),
    )


def _windows(page: Page, paragraphs: Sequence[Span], weights: Path, size: int) -> list[Window]:
    cutter = tokenizer(weights / "tokenizer.json")
    return cutter.windows(cutter.paragraphs(page.text, paragraphs), size, page.sentences)
