"""The thresholds that turn the networks' probabilities into decisions; they are data, in weights/decoding.toml."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec


class Roles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How sure the role layer must be of the words that fill each role."""

    agent: float
    recipient: float
    item: float
    place: float
    quantity: float
    time: float
    source: float


class Calibration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of a claim's log odds: slopes over its trigger's and its rival's, what each ground adds, and the intercept."""

    slope: float
    intercept: float
    ground: float = 0.0
    rival: float = 0.0


class Decoding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What decoding.toml says; see the comments there."""

    trigger: float
    aside: float
    candidate: float
    apart: int
    speech: float
    filler: float
    fallback: float
    outside: float
    gap: float
    role: Roles
    confidence: Calibration


@cache
def thresholds(folder: Path) -> Decoding:
    """The thresholds that go with the weights in `folder`."""
    return msgspec.toml.decode((folder / "decoding.toml").read_bytes(), type=Decoding)
