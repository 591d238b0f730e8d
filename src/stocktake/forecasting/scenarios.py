"""What if: the same observations under other settings, from the draws already made.

A setting stops a flow ("imports.stop=2024-01") or gives an unknown another 90% interval ("use.share=0.2..0.5").
It is an assumption that the observations are read under, not an order to the world: where they speak against it,
what else must then have been so moves with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from stocktake.forecasting import months
from stocktake.forecasting.inference import Posterior, changed
from stocktake.forecasting.layout import design
from stocktake.forecasting.programme import ProgrammeError, check_programme, defaults, stoppable
from stocktake.vocabulary import Observation, Prior, Programme


class Lever(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a scenario can set: a month from which a flow stops, or the 90% interval of an unknown."""

    name: str
    kind: Literal["month", "interval"]
    low: float | str
    high: float | str
    reason: str


LEVERS = ("use.share", "output.growth", "imports.growth", "count.coverage", "plan.ratio", "capacity.ratio", "loss.rate")


def levers(programme: Programme, horizon: int | None = None) -> tuple[Lever, ...]:
    """What can be set for a programme, with the range of months, or the interval that holds now."""
    first = months.ordinal(programme.start)
    last = months.name(first + 12 * 10 + (horizon or programme.horizon))
    found = [
        Lever(name=f"{flow}.stop", kind="month", low=programme.start, high=last, reason=f"{flow} ends in this month")
        for flow in stoppable(programme)
    ]
    own = {prior.name: prior for prior in programme.prior}
    for name in LEVERS:
        prior = own.get(name) or defaults()[name]
        found.append(Lever(name=name, kind="interval", low=prior.low, high=prior.high, reason=prior.reason))
    return tuple(found)


def with_settings(programme: Programme, settings: Mapping[str, str]) -> Programme:
    """The programme under settings, each a name and a value; a ProgrammeError says which one is wrong."""
    for name, value in settings.items():
        programme = _with(programme, name.strip(), value.strip())
    return check_programme(programme)


def _with(programme: Programme, name: str, value: str) -> Programme:
    flow, _, verb = name.rpartition(".")
    if verb == "stop":
        return msgspec.structs.replace(programme, stops={**programme.stops, flow: value})
    low, dots, high = value.partition("..")
    try:
        interval = float(low), float(high)
    except ValueError:
        interval = None
    if name not in defaults() and name.rpartition(".")[0] not in defaults():
        stops = ", ".join(f"{flow}.stop" for flow in stoppable(programme))
        raise ProgrammeError(f'there is no setting "{name}"; settings are {stops}, and {", ".join(defaults())}')
    if not dots or interval is None:
        raise ProgrammeError(f'"{name}={value}" is no interval; write low and high like "{name}=0.2..0.5"')
    prior = Prior(name=name, low=interval[0], high=interval[1], reason="set by the scenario")
    return msgspec.structs.replace(programme, prior=(*(p for p in programme.prior if p.name != name), prior))


def scenario(held: Posterior, settings: Mapping[str, str], seed: int = 0) -> Posterior:
    """The posterior under settings, in about a second."""
    programme = with_settings(held.design.programme, settings)
    return changed(held, design(programme, held.design.observations, held.design.as_of, held.design.horizon), seed)


def updated(held: Posterior, observations: Iterable[Observation], seed: int = 0) -> Posterior:
    """The posterior with another set of observations, as of the same day and over the same months."""
    d = held.design
    return changed(held, design(d.programme, observations, d.as_of, d.horizon), seed)
