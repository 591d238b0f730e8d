"""Weighing: from claims to findings, with independent origins counted.

Twelve newspapers that quote one official are one origin, not twelve. Claims that speak of one happening are one
finding; each claim is followed to the statement, story or document that its knowledge comes from; probability,
conflicts and positions are computed from these origins alone. What is behind this door is this room's own business.
"""

from __future__ import annotations

from stocktake.weighing.reprints import Copy, copies
from stocktake.weighing.shelf import Weighing, weigh

__all__ = ["Copy", "Weighing", "copies", "weigh"]
