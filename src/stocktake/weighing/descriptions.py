"""Origins as they are shown: name, kind and grade are those of the testimony that is nearest to an origin."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from stocktake.vocabulary import Origin, SourceKind
from stocktake.weighing.findings import Origination
from stocktake.weighing.register import Register
from stocktake.weighing.testimony import Testimony


class Nearest(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the testimony nearest to an origin says of it; `party` whether any testimony is a party's."""

    origin: Origination
    distance: tuple[bool, int, int, str]
    speaker: str
    voice: str
    kind: str
    outlet: str
    party: bool

    def joined(self, other: Nearest) -> Nearest:
        """The nearer of two, a party's if either is."""
        nearer = self if self.distance <= other.distance else other
        party = self.party or other.party
        return nearer if nearer.party == party else msgspec.structs.replace(nearer, party=party)

    def described(self, register: Register) -> Origin:
        """The origin as it is shown."""
        return Origin(
            id=self.origin.id,
            name=self.voice,
            kind=SourceKind(self.kind),
            statement=self.origin.statement,
            party=self.party,
            grade=register.grade(self.speaker, self.voice, self.kind, self.outlet).letter,
        )


def nearest(told: Iterable[tuple[Testimony, Origination]]) -> dict[str, Nearest]:
    """By origin, the nearest of the testimony that goes back to it."""
    found: dict[str, Nearest] = {}
    for t, origin in told:
        distance = (t.speaker != origin.speaker, -len(t.voice), t.published, t.claim)
        one = Nearest(origin, distance, t.speaker, t.voice, t.kind, t.story or t.outlet, t.party)
        known = found.get(origin.id)
        found[origin.id] = one if known is None else known.joined(one)
    return found
