"""A programme: one small TOML file that says what is followed, checked whole when it is read.

The file holds item family and parts, parties, plants, start, horizon, targets and priors with reasons; nothing
else in the room knows a country or a weapon. Priors that the file leaves out come from priors.toml, so that a
file of ten lines is a working programme.
"""

from __future__ import annotations

import datetime as dt
import math
import tomllib
from functools import lru_cache
from importlib.resources import files
from pathlib import Path as FilePath
from typing import Any, Literal

import msgspec

from stocktake.forecasting import months
from stocktake.vocabulary import Part, Prior, Programme

Kind = Literal["positive", "share", "real"]
Z90 = 1.6448536269514722
FLOWS = ("made", "imports", "used", "lost", "stock")
STOPPABLE = ("output", "imports", "use")


class Default(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row of priors.toml."""

    kind: Kind
    low: float
    high: float
    reason: str
    scale: bool = False


class ProgrammeError(ValueError):
    """A programme that cannot be used, in a sentence that says what to change."""


@lru_cache(1)
def defaults() -> dict[str, Default]:
    """The priors that hold for any programme, by name."""
    raw = tomllib.loads(files("stocktake.forecasting").joinpath("priors.toml").read_text("utf-8"))
    flat = {f"{group}.{key}": row for group, rows in raw.items() for key, row in rows.items()}
    return msgspec.convert(flat, dict[str, Default])


def read_programme(file: str | FilePath) -> Programme:
    """The programme of a TOML file; a ProgrammeError names the file and says what is wrong in it."""
    path = FilePath(file)
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise ProgrammeError(f'there is no programme file "{path}"; `stocktake programme new` writes one') from None
    except (OSError, UnicodeDecodeError) as problem:
        raise ProgrammeError(f'the programme file "{path}" cannot be read: {problem}') from None
    try:
        return parse_programme(text)
    except ProgrammeError as problem:
        raise ProgrammeError(f"{path}: {problem}") from None


def parse_programme(text: str) -> Programme:
    """The programme that a TOML text describes."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise ProgrammeError(f"this is no valid TOML: {problem}") from None
    try:
        programme = msgspec.convert(raw, Programme)
    except msgspec.ValidationError as problem:
        raise ProgrammeError(_plainly(str(problem))) from None
    return check_programme(programme)


def _plainly(message: str) -> str:
    """msgspec's message, its path put as a reader of the file sees it."""
    what, _, where = message.partition(" - at ")
    where = where.strip("`").removeprefix("$.").removeprefix("$")
    return f"{what}" + (f" (in {where})" if where else "") + "; docs/forecasting.md lists what a programme may hold"


def check_programme(programme: Programme) -> Programme:
    """The same programme, if it makes sense."""
    if not programme.name or not all(c.isalnum() or c in "-_" for c in programme.name):
        raise ProgrammeError(f'the name "{programme.name}" must be letters, digits, "-" or "_", like "one-way-drones"')
    _month(programme.start, "start")
    if not 1 <= programme.horizon <= 60:
        raise ProgrammeError(f"the horizon is {programme.horizon} months; it must be from 1 to 60")
    if not (programme.parties.maker or programme.plant or programme.parties.supplier):
        raise ProgrammeError("nothing comes in: name a maker, a plant or a supplier under [parties] or [[plant]]")
    _check_parts(programme)
    _check_plants(programme)
    for prior in programme.prior:
        _check_prior(programme, prior)
    for flow, month in programme.stops.items():
        if flow not in stoppable(programme):
            raise ProgrammeError(f'"{flow}" cannot be stopped; {_or(stoppable(programme))} can')
        _month(month, f"stops.{flow}")
    for target in programme.target:
        if not (math.isfinite(target.amount) and target.amount > 0):
            raise ProgrammeError(f"a target's amount must be a positive number, not {target.amount:g}")
        if target.path not in path_names(programme):
            raise ProgrammeError(
                f'a target is set on "{target.path}", which this programme has not; it has {_or(path_names(programme))}'
            )
        if target.since is not None:
            _month(target.since, "a target's since")
    return programme


def _check_parts(programme: Programme) -> None:
    names = [part.name for part in programme.part]
    if len(set(names)) < len(names) or "all" in names:
        raise ProgrammeError('every [[part]] needs a name of its own, and "all" means the whole family')
    for part in programme.part[1:]:
        if part.since is None:
            raise ProgrammeError(
                f'part "{part.name}" needs `since`, the first month in which it may have been used; only the first '
                "part, whose stock is followed, is there from the start"
            )
        if _month(part.since, f'since of part "{part.name}"') < months.ordinal(programme.start):
            raise ProgrammeError(
                f'part "{part.name}" begins in {part.since}, before the programme in {programme.start}'
            )


def _check_plants(programme: Programme) -> None:
    names = [plant.name for plant in programme.plant]
    if len(set(names)) < len(names):
        raise ProgrammeError("two plants have the same name")
    for plant in programme.plant:
        if not plant.share > 0:
            raise ProgrammeError(f'plant "{plant.name}" has share {plant.share:g}; it must be above 0')
        if plant.starts:
            first, last = (_month(month, f'starts of plant "{plant.name}"') for month in plant.starts)
            if first > last:
                raise ProgrammeError(
                    f'plant "{plant.name}" starts between {plant.starts[0]} and {plant.starts[1]}: the first is after '
                    "the last"
                )


def _check_prior(programme: Programme, prior: Prior) -> None:
    kind = _default(prior.name, programme).kind
    if not prior.reason.strip():
        raise ProgrammeError(f'prior "{prior.name}" needs a reason: why from {prior.low:g} to {prior.high:g}?')
    if not (math.isfinite(prior.low) and math.isfinite(prior.high) and prior.low < prior.high):
        raise ProgrammeError(f'prior "{prior.name}" goes from {prior.low:g} to {prior.high:g}; low must be below high')
    if kind != "real" and prior.low <= 0:
        raise ProgrammeError(f'prior "{prior.name}" goes from {prior.low:g}; it must be above 0')
    if kind == "share" and prior.high >= 1:
        raise ProgrammeError(f'prior "{prior.name}" goes to {prior.high:g}; a share must be below 1')


def _default(name: str, programme: Programme) -> Default:
    """The default that a prior's name refers to: "count.coverage.airforce" is that of one series."""
    known = defaults()
    if name in known:
        return known[name]
    stem, _, _ = name.rpartition(".")
    if stem in ("count.coverage", "companion.ratio"):
        return known[stem]
    raise ProgrammeError(f'there is no prior "{name}"; there are {_or(tuple(known))}')


def transformed(programme: Programme, name: str, scale: float) -> tuple[Kind, float, float]:
    """Kind, mean and standard deviation of a prior on its unbounded scale (log, logit or as it is)."""
    default = _default(name, programme)
    low, high = default.low, default.high
    if default.scale:
        low, high = low * scale, high * scale
    stem, _, _ = name.rpartition(".")
    for prior in programme.prior:
        if prior.name == name or (prior.name == stem and name not in defaults()):
            low, high = prior.low, prior.high
    lower, upper = unbounded(default.kind, low), unbounded(default.kind, high)
    return default.kind, (lower + upper) / 2, (upper - lower) / (2 * Z90)


def unbounded(kind: Kind, value: float) -> float:
    """A value on the scale on which its prior is normal."""
    if kind == "positive":
        return math.log(value)
    if kind == "share":
        return math.log(value / (1 - value))
    return value


def path_names(programme: Programme) -> tuple[str, ...]:
    """The paths that a programme has, in the order in which they are shown."""
    found: list[str] = []
    if makes(programme):
        found.append("made")
        found += [f"made:{plant.name}" for plant in programme.plant] if len(programme.plant) > 1 else []
    if programme.parties.supplier:
        found.append("imports")
    if programme.parties.user:
        found.append("used")
        if len(programme.part) > 1:
            found += [f"used:{part.name}" for part in programme.part[1:]] + ["used:all"]
    return (*found, "lost", "stock")


def makes(programme: Programme) -> bool:
    """Whether the programme has output of its own, not imports alone."""
    return bool(programme.parties.maker or programme.plant)


def stoppable(programme: Programme) -> tuple[str, ...]:
    """What a scenario can stop."""
    return (*STOPPABLE, *(f"plant.{plant.name}" for plant in programme.plant))


def as_known(programme: Programme, day: dt.date) -> Programme:
    """The programme without the parts and plants that nobody could know of on that day."""
    return msgspec.structs.replace(
        programme,
        part=tuple(part for part in programme.part if part.known is None or part.known <= day),
        plant=tuple(plant for plant in programme.plant if plant.known is None or plant.known <= day),
    )


def first_part(programme: Programme) -> Part:
    """The part whose stock is followed."""
    return programme.part[0] if programme.part else Part(name="all")


def write_programme(programme: Programme) -> str:
    """The TOML text of a programme; reading it gives the same programme."""
    raw = msgspec.to_builtins(programme, builtin_types=(dt.date,))
    blank = msgspec.to_builtins(Programme(name="x", title="x", start="2000-01"))
    return _toml({key: value for key, value in raw.items() if key in ("name", "title", "start") or value != blank[key]})


def _toml(table: dict[str, Any], prefix: str = "") -> str:
    lines, tables = [], []
    for key, value in table.items():
        if value is None or not (value or value == 0):
            continue
        if isinstance(value, dict):
            tables.append(f"\n[{prefix}{key}]\n{_toml(value, f'{prefix}{key}.')}")
        elif isinstance(value, (list, tuple)) and isinstance(value[0], dict):
            tables += [f"\n[[{prefix}{key}]]\n{_toml(row, f'{prefix}{key}.')}" for row in value]
        else:
            lines.append(f"{_key(key)} = {_value(value)}\n")
    return "".join(lines) + "".join(tables)


def _key(key: str) -> str:
    return key if all(c.isalnum() or c in "-_" for c in key) else _value(key)


def _value(value: Any) -> str:
    if isinstance(value, str):
        return msgspec.json.encode(value).decode()
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _month(text: str, what: str) -> int:
    try:
        return months.ordinal(text)
    except ValueError as problem:
        raise ProgrammeError(f"{what}: {problem}") from None


def _or(names: tuple[str, ...]) -> str:
    quoted = [f'"{name}"' for name in names]
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + " and " + quoted[-1]
