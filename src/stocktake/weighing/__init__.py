"""Weighing: from claims to findings, with independent origins counted.

Twelve newspapers that quote one official are one origin, not twelve. Claims that speak of one happening are one
finding; each claim is followed to the statement, story or document that its knowledge comes from; probability,
conflicts and positions are computed from these origins alone. What is behind this door is this room's own business.
"""

from __future__ import annotations

from stocktake.weighing.claims_file import Told, told
from stocktake.weighing.credibility import Credibility, Term
from stocktake.weighing.findings import Origination, weigh_group
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
    bands_of,
    copies,
    parent,
    root,
    share,
    shingles,
    suspicious,
)
from stocktake.weighing.reprints import nearest as nearest_copies
from stocktake.weighing.rulings import ContradictoryDecisions, Rulings, claim_id
from stocktake.weighing.shelf import Memory, MissingReport, Weighing, origins, shelved, weigh
from stocktake.weighing.testimony import Testimony, testimonies
from stocktake.weighing.truth import Discovered, Learned, Vote, discover, learn, votes

VERSION = "2"
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
    "Term",
    "Testimony",
    "Told",
    "UnknownGrade",
    "Vote",
    "Weighed",
    "Weighing",
    "bands",
    "bands_of",
    "checked",
    "claim_id",
    "copies",
    "discover",
    "learn",
    "many_hands",
    "nearest_copies",
    "origins",
    "parent",
    "root",
    "share",
    "shelved",
    "shingles",
    "source_key",
    "suspicious",
    "testimonies",
    "told",
    "update",
    "votes",
    "weigh",
    "weigh_all",
    "weigh_group",
]
