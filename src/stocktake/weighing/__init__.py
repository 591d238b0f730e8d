"""Weighing: from claims to findings, with independent origins counted.

Twelve newspapers that quote one official are one origin, not twelve. Claims that speak of one happening are one
finding; each claim is followed to the statement, story or document that its knowledge comes from; probability,
conflicts and positions are computed from these origins alone. What is behind this door is this room's own business;
each part is loaded when first asked for, so that a command which only shows what was weighed starts at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stocktake.weighing.claims_file import Told, told
    from stocktake.weighing.collecting import uncollected
    from stocktake.weighing.conflicts import stands
    from stocktake.weighing.credibility import Credibility, Term, expit
    from stocktake.weighing.findings import Origination, Standing, weigh_group
    from stocktake.weighing.hands import Hands, many_hands
    from stocktake.weighing.ledger import Changes, Placed, Shelf, Weighed, update
    from stocktake.weighing.parts import PART, Job, Part, weigh_all
    from stocktake.weighing.register import Grade, Register, UnknownGrade, checked
    from stocktake.weighing.register import key as source_key
    from stocktake.weighing.reprints import (
        CROWD,
        SHARE,
        Copy,
        bands,
        copies,
        parent,
        root,
        share,
        shingles,
        suspicious,
    )
    from stocktake.weighing.rulings import ContradictoryDecisions, Rulings, claim_id
    from stocktake.weighing.shelf import Memory, MissingReport, Weighing, shelved, weigh
    from stocktake.weighing.shelf import origins as origins_of
    from stocktake.weighing.sketches import Sketches
    from stocktake.weighing.testimony import Testimony, testimonies, weigh_alike
    from stocktake.weighing.truth import Discovered, Learned, Vote, discover, learn, votes

VERSION = "7"
"""Changes whenever the same claims may weigh differently; casebooks are weighed afresh then."""

__all__ = [
    "CROWD",
    "PART",
    "SHARE",
    "VERSION",
    "Changes",
    "ContradictoryDecisions",
    "Copy",
    "Credibility",
    "Discovered",
    "Grade",
    "Hands",
    "Job",
    "Learned",
    "Memory",
    "MissingReport",
    "Origination",
    "Part",
    "Placed",
    "Register",
    "Rulings",
    "Shelf",
    "Sketches",
    "Standing",
    "Term",
    "Testimony",
    "Told",
    "UnknownGrade",
    "Vote",
    "Weighed",
    "Weighing",
    "bands",
    "checked",
    "claim_id",
    "copies",
    "discover",
    "expit",
    "learn",
    "many_hands",
    "origins_of",
    "parent",
    "root",
    "share",
    "shelved",
    "shingles",
    "source_key",
    "stands",
    "suspicious",
    "testimonies",
    "told",
    "uncollected",
    "update",
    "votes",
    "weigh",
    "weigh_alike",
    "weigh_all",
    "weigh_group",
]

_BEHIND = {
    "CROWD": ("reprints", "CROWD"),
    "Changes": ("ledger", "Changes"),
    "ContradictoryDecisions": ("rulings", "ContradictoryDecisions"),
    "Copy": ("reprints", "Copy"),
    "Credibility": ("credibility", "Credibility"),
    "Discovered": ("truth", "Discovered"),
    "Grade": ("register", "Grade"),
    "Hands": ("hands", "Hands"),
    "Job": ("parts", "Job"),
    "Learned": ("truth", "Learned"),
    "Memory": ("shelf", "Memory"),
    "MissingReport": ("shelf", "MissingReport"),
    "Origination": ("findings", "Origination"),
    "PART": ("parts", "PART"),
    "Part": ("parts", "Part"),
    "Placed": ("ledger", "Placed"),
    "Register": ("register", "Register"),
    "Rulings": ("rulings", "Rulings"),
    "SHARE": ("reprints", "SHARE"),
    "Shelf": ("ledger", "Shelf"),
    "Sketches": ("sketches", "Sketches"),
    "Standing": ("findings", "Standing"),
    "Term": ("credibility", "Term"),
    "Testimony": ("testimony", "Testimony"),
    "Told": ("claims_file", "Told"),
    "UnknownGrade": ("register", "UnknownGrade"),
    "Vote": ("truth", "Vote"),
    "Weighed": ("ledger", "Weighed"),
    "Weighing": ("shelf", "Weighing"),
    "bands": ("reprints", "bands"),
    "checked": ("register", "checked"),
    "claim_id": ("rulings", "claim_id"),
    "copies": ("reprints", "copies"),
    "discover": ("truth", "discover"),
    "expit": ("credibility", "expit"),
    "learn": ("truth", "learn"),
    "many_hands": ("hands", "many_hands"),
    "origins_of": ("shelf", "origins"),
    "parent": ("reprints", "parent"),
    "root": ("reprints", "root"),
    "share": ("reprints", "share"),
    "shelved": ("shelf", "shelved"),
    "shingles": ("reprints", "shingles"),
    "source_key": ("register", "key"),
    "stands": ("conflicts", "stands"),
    "suspicious": ("reprints", "suspicious"),
    "testimonies": ("testimony", "testimonies"),
    "told": ("claims_file", "told"),
    "uncollected": ("collecting", "uncollected"),
    "update": ("ledger", "update"),
    "votes": ("truth", "votes"),
    "weigh": ("shelf", "weigh"),
    "weigh_alike": ("testimony", "weigh_alike"),
    "weigh_all": ("parts", "weigh_all"),
    "weigh_group": ("findings", "weigh_group"),
}
"""Where each name of this door is defined: module and name there."""


def __getattr__(name: str) -> Any:
    """Loads what stands behind a name of the door when it is first asked for (PEP 562)."""
    if name not in _BEHIND:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, there = _BEHIND[name]
    found = globals()[name] = getattr(import_module(f"{__name__}.{module}"), there)
    return found
