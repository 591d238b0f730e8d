"""Everything weighed afresh in bounded memory, on all processors: four rounds over claims that lie in files.

No finding crosses a matter, or matters that a decision ties together, and no statement crosses a report. So claims
are parted by matter, where they become findings and find their anchors; by report, where each statement settles on
one anchor; by matter again, where findings are weighed with their origins; and origins are parted by id, to be
described. A process holds one part at a time (after MapReduce: Dean & Ghemawat 2004), and every part comes out as
`ledger.update` would have it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any
from zlib import crc32

import msgspec

from stocktake.vocabulary import Claim, Decision, Origin, Report
from stocktake.weighing import origins
from stocktake.weighing.collecting import uncollected
from stocktake.weighing.descriptions import Nearest, nearest
from stocktake.weighing.findings import Origination
from stocktake.weighing.hands import Hands, batches
from stocktake.weighing.ledger import Placed, Weighed, grouped, origination, ties, weighed
from stocktake.weighing.origins import Anchor
from stocktake.weighing.register import Register
from stocktake.weighing.rulings import Rulings, finding_id
from stocktake.weighing.spool import Spool, blocks
from stocktake.weighing.testimony import Testimony, testimonies

PART = 25_000
"""Claims in a part, some 150 MB while they are weighed; a matter that is larger is a part of its own size."""
BATCH = 100
"""Reports that go to a processor at once."""
Block = tuple[str, bytes]
Groups = list[tuple[tuple[str, ...], list[list[int]]]]
"""By matters that are tied together, the findings in a part: where in it their testimony stands."""


class Job(msgspec.Struct, frozen=True, array_like=True):
    """A report with its claims as JSON, and the report of which it is a copy."""

    report: Report
    claims: list[str]
    original: Report | None = None


class Part(msgspec.Struct, frozen=True):
    """What came of a part: claims with their places and the matters weighed, or origins."""

    placed: list[tuple[Testimony, Placed]] = []
    weighed: list[Weighed] = []
    origins: list[tuple[Origin, Origination]] = []


class Plan(msgspec.Struct, frozen=True):
    """What all rounds go by, written beside the files: how many parts there are, the decisions, the tied matters."""

    parts: int
    decisions: list[Decision]
    tied: dict[str, tuple[str, ...]]

    def together(self, matter: str) -> tuple[str, ...]:
        """The matters that have to be weighed with this one, itself among them."""
        return self.tied.get(matter, (matter,))

    def part_of(self, name: str) -> int:
        """The part of a matter, a report or an origin."""
        return crc32(name.encode()) % self.parts


def weigh_all(
    jobs: Iterable[Job],
    claims: int,
    decisions: Sequence[Decision],
    hands: Hands,
    pack: Callable[[Part], bytes],
    bound: Callable[[Sequence[str]], Iterable[Job]],
) -> Iterator[bytes]:
    """Weigh so many claims under decisions; what came of each part, as `pack` packs it where it was weighed.

    `bound` gives the reports of the claims that decisions name, again, to learn of which matters these are.
    """
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="stocktake-") as name:
        folder = Path(name)
        plan = Plan(-(-claims // PART) or 1, list(decisions), _tied(decisions, bound))
        (folder / "plan").write_bytes(msgspec.msgpack.encode(plan))
        every = range(plan.parts)
        _round(folder, hands, partial(_testify, folder), batches(jobs, BATCH))
        _round(folder, hands, partial(_find, folder), every)
        _round(folder, hands, partial(_settle, folder), every)
        spool = Spool(folder)
        for packed, found in hands.each(partial(_weigh, folder, pack), every):
            _add(spool, found)
            yield packed
        spool.done()
        yield from hands.each(partial(_describe, folder, pack), every)


def _tied(decisions: Sequence[Decision], bound: Callable[[Sequence[str]], Iterable[Job]]) -> dict[str, tuple[str, ...]]:
    rulings = Rulings(decisions)
    named = sorted({claim for bond in rulings.bonds() for claim in bond})
    matters = {t.claim: t.matter for job in (bound(named) if named else ()) for t in _testimony(job)}
    return ties(rulings, lambda claims: {claim: matters[claim] for claim in claims if claim in matters})


def _round(folder: Path, hands: Hands, work: Callable[[Any], list[Block]], items: Iterable[Any]) -> None:
    spool = Spool(folder)
    for found in hands.each(work, items):
        _add(spool, found)
    spool.done()


def _add(spool: Spool, found: Iterable[Block]) -> None:
    for name, block in found:
        spool.add(name, block)


@lru_cache(maxsize=1)
def _plan(folder: Path) -> tuple[Plan, Rulings, Register]:
    plan = msgspec.msgpack.decode((folder / "plan").read_bytes(), type=Plan)
    return plan, Rulings(plan.decisions), Register(plan.decisions)


def _blocks_for(kind: str, by_part: dict[int, Any]) -> list[Block]:
    return [(f"{kind}{part}", msgspec.msgpack.encode(records)) for part, records in by_part.items()]


def _read(folder: Path, kind: str, part: int, record: Any) -> Iterator[Any]:
    decode = msgspec.msgpack.Decoder(list[record]).decode
    for block in blocks(folder, f"{kind}{part}"):
        yield from decode(block)


# ------------------------------------------------------------------------------------------ the rounds


def _testimony(job: Job) -> list[Testimony]:
    decode = msgspec.json.Decoder(Claim).decode
    return testimonies(job.report, [decode(body) for body in job.claims], job.original)


def _testify(folder: Path, jobs: Sequence[Job]) -> list[Block]:
    """Reports' testimony, by the part of its matter."""
    plan, _, _ = _plan(folder)
    by_part: dict[int, list[Testimony]] = defaultdict(list)
    for job in jobs:
        for t in _testimony(job):
            by_part[plan.part_of(plan.together(t.matter)[0])].append(t)
    return _blocks_for("testimony", by_part)


class _Vote(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The anchor that a claim's finding has for its statement; the claim by its part and its place in it."""

    unit: tuple[str, str, int, int, bool]
    part: int
    place: int
    anchor: Anchor


class _Settled(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The anchor of a claim by its finding alone, and the one that its statement settled on."""

    place: int
    own: Anchor
    chosen: Anchor


def _find(folder: Path, part: int) -> list[Block]:
    """The findings of a part, and what they have to say on statements, by the part of the report."""
    plan, rulings, _ = _plan(folder)
    with uncollected():
        told: list[Testimony] = list(_read(folder, "testimony", part, Testimony))
        place = {t.claim: index for index, t in enumerate(told)}
        tied: dict[tuple[str, ...], list[Testimony]] = defaultdict(list)
        for t in told:
            tied[plan.together(t.matter)].append(t)
        groups: Groups = []
        votes: dict[int, list[_Vote]] = defaultdict(list)
        for matters in sorted(tied):
            found = grouped(tied[matters], rulings)
            groups.append((matters, [[place[t.claim] for t in group] for group in found]))
            for group in found:
                anchors = origins.anchors(group)
                for t in group:
                    vote = _Vote(origins.unit(t), part, place[t.claim], anchors[t.claim])
                    votes[plan.part_of(t.report)].append(vote)
        return [(f"groups{part}", msgspec.msgpack.encode(groups)), *_blocks_for("votes", votes)]


def _settle(folder: Path, part: int) -> list[Block]:
    """The anchors that reports' statements settle on, by the part of the matter."""
    with uncollected():
        units: dict[object, list[_Vote]] = defaultdict(list)
        for vote in _read(folder, "votes", part, _Vote):
            units[vote.unit].append(vote)
        settled: dict[int, list[_Settled]] = defaultdict(list)
        for votes in units.values():
            chosen = origins.settle([vote.anchor for vote in votes])
            for vote in votes:
                settled[vote.part].append(_Settled(vote.place, vote.anchor, chosen))
        return _blocks_for("settled", settled)


def _weigh(folder: Path, pack: Callable[[Part], bytes], part: int) -> tuple[bytes, list[Block]]:
    """A part weighed and packed; and what it knows of its origins, by their part."""
    plan, _, register = _plan(folder)
    with uncollected():
        told: list[Testimony] = list(_read(folder, "testimony", part, Testimony))
        anchors: dict[int, _Settled] = {s.place: s for s in _read(folder, "settled", part, _Settled)}
        known: dict[Anchor, Origination] = {}
        sources: dict[str, Origination] = {}
        for place, t in enumerate(told):
            chosen = anchors[place].chosen
            sources[t.claim] = known.get(chosen) or known.setdefault(chosen, origination(chosen))
        placed: list[tuple[Testimony, Placed]] = []
        whole: list[Weighed] = []
        for block in blocks(folder, f"groups{part}"):
            for matters, places in msgspec.msgpack.decode(block, type=Groups):
                groups = [[told[place] for place in group] for group in places]
                whole.append(weighed(matters, groups, sources, register))
                for group in places:
                    finding = finding_id(told[group[0]].claim)
                    for place in group:
                        t = told[place]
                        placed.append((t, Placed(finding, anchors[place].own, sources[t.claim].id)))
        by_part: dict[int, list[Nearest]] = defaultdict(list)
        for one in nearest((t, sources[t.claim]) for t in told).values():
            by_part[plan.part_of(one.origin.id)].append(one)
        return pack(Part(placed=placed, weighed=whole)), _blocks_for("origins", by_part)


def _describe(folder: Path, pack: Callable[[Part], bytes], part: int) -> bytes:
    """A part's origins described and packed."""
    _, _, register = _plan(folder)
    found: dict[str, Nearest] = {}
    for one in _read(folder, "origins", part, Nearest):
        known = found.get(one.origin.id)
        found[one.origin.id] = one if known is None else known.joined(one)
    return pack(Part(origins=[(found[name].described(register), found[name].origin) for name in sorted(found)]))
