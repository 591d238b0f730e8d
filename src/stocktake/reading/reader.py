"""The reader: runs the layers over a report, from its paragraphs to its claims."""

from __future__ import annotations

from pathlib import Path

from stocktake.reading import claims as builder
from stocktake.reading import quantities, roles, times, triggers
from stocktake.reading.decoding import thresholds
from stocktake.reading.encoder import WEIGHTS, networks
from stocktake.reading.page import Page
from stocktake.reading.pieces import paragraph_spans, tokenizer
from stocktake.reading.roles import Event
from stocktake.vocabulary import Claim, Mentions, Report

WINDOW = 512
"""Pieces in one pass of the encoder, marks included."""


def claims(report: Report, weights: Path = WEIGHTS) -> tuple[Claim, ...]:
    page = Page(report)
    return builder.build(page, events(page, weights), thresholds(weights))


def events(page: Page, weights: Path = WEIGHTS) -> list[Event]:
    """What the networks see in the paragraphs that can hold a claim."""
    decoding, network = thresholds(weights), networks(weights)
    cutter = tokenizer(weights / "tokenizer.json")
    paragraphs = cutter.paragraphs(page.text, paragraph_spans(page.text))
    found: list[Event] = []
    for window in cutter.windows(paragraphs, WINDOW, page.sentences):
        states = network.encode(window)
        likely = triggers.find(window, states, decoding.trigger)
        found += roles.attach(network, window, states, likely, lowest=decoding.filler)
    return found


def mentions(report: Report, weights: Path = WEIGHTS) -> Mentions:
    return Mentions(
        id=report.id,
        times=times.find(report.text, report.published),
        quantities=quantities.find(report.text),
        attributions=(),
    )
