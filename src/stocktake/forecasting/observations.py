"""From findings and series to observations: which finding observes what of which path, by the table of rules.

A finding bears on a programme when its item names the family or a part, its count is of such items, and the party
that acts has the role that the rule asks for. What is counted in use is counted from the ground, where parts are
hardly told apart: it observes the whole family unless it names a part other than the first. Elsewhere a name of the
whole family ("drones") means every part in what is made, but the first part in what is shipped, held or lost, and in
what a plant makes. What a finding leaves open is closed as the table says. Findings thought less likely than one in
five observe nothing, nor do attacks and losses that are only planned or possible.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files

import msgspec

from stocktake.forecasting import months
from stocktake.forecasting.capacities import is_capacity
from stocktake.forecasting.programme import ProgrammeError, first_part, path_names
from stocktake.vocabulary import (
    Claim,
    EventType,
    Finding,
    Measure,
    Modality,
    Observation,
    Origin,
    Programme,
    Quantity,
    Standing,
    stable_id,
)

LEAST_LIKELY = 0.2
LONG = 20  # days from which a period's count is that of the period, not of an event in it
PER_MONTH = {"day": 30.44, "week": 30.44 / 7, "month": 1.0, "year": 1 / 12}
ABOUT = 0.10  # vagueness of "about"
ROUND = {1: 0.10, 2: 0.03}  # vagueness of a number with so many leading figures: 3,000, 2,700
LARGEST = 1e9  # a count above this is taken for a slip of the pen
OPEN = 1.0  # a plan's open end lies so many years on


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of the table."""

    name: str
    event: EventType
    agent: tuple[str, ...] = ()
    recipient: tuple[str, ...] = ()
    stored: bool | None = None
    negated: bool = False
    number: str
    span: tuple[str, ...]
    path: str
    measure: Measure
    standing: Standing | None = None
    bound: str = "as stated"
    period: str
    reads: str


@lru_cache(1)
def table() -> tuple[tuple[Rule, ...], tuple[str, ...]]:
    """The rules in order, and the words for places where goods wait."""
    raw = tomllib.loads(files("stocktake.forecasting").joinpath("observations.toml").read_text("utf-8"))
    return msgspec.convert(raw["rule"], tuple[Rule, ...]), tuple(raw["words"]["stored"])


def observations_from(
    programme: Programme,
    findings: Iterable[Finding],
    origins: Mapping[str, Origin],
    claims: Mapping[str, Claim] | None = None,
) -> tuple[Observation, ...]:
    """The observations that findings make of a programme, in the order in which they were first reported.

    `claims`, by id, are the claims of output among those behind the findings: their words tell a capacity.
    """
    found = [o for finding in findings if (o := observation(programme, finding, origins, claims or {})) is not None]
    return tuple(sorted(found, key=lambda o: (o.published, o.id)))


def observation(
    programme: Programme, finding: Finding, origins: Mapping[str, Origin], claims: Mapping[str, Claim]
) -> Observation | None:
    """What one finding observes; None where it bears on nothing in the programme."""
    part = part_of(programme, finding)
    if part is None or finding.probability < LEAST_LIKELY or finding.first_reported is None:
        return None
    for rule in table()[0]:
        if _fits(rule, programme, finding):
            standing = _standing(rule, finding, claims)
            return _observed(rule, programme, finding, part, standing, origins)
    return None


# --------------------------------------------------------------------------------------------- what it is about


def part_of(programme: Programme, finding: Finding) -> str | None:
    """The part that a finding's item (or the thing it counts) names, "all" for the family, None for neither."""
    unit = finding.quantity.unit if finding.quantity else None
    for text in (finding.item, unit):
        for part in programme.part:
            if text and _named(text, part.words):
                return part.name
    for text in (finding.item, unit):
        if text and _named(text, programme.words):
            return "all"
    return None


def _named(text: str, words: Sequence[str]) -> bool:
    """Whether one of the words, or its plural, stands in the text."""
    return any(_pattern(word).search(text) for word in words)


@lru_cache(4096)
def _pattern(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(word)}s?(?!\w)", re.IGNORECASE)


def _parties(names: str | None) -> set[str]:
    return {name.strip().casefold() for name in (names or "").split(";") if name.strip()}


def plant_of(programme: Programme, finding: Finding) -> str | None:
    """The plant that a finding's agent, place or item names."""
    for plant in programme.plant:
        for text in (finding.agent, finding.place, finding.item):
            if text and _named(text, (plant.name, *plant.words)):
                return plant.name
    return None


def _roles(programme: Programme, finding: Finding, names: str | None) -> set[str]:
    """The roles that the named parties have in the programme; "none" where nobody is named."""
    given = _parties(names)
    if not given:
        return {"none"}
    roles = msgspec.structs.asdict(programme.parties)
    return {role for role, known in roles.items() if given & {name.casefold() for name in known}}


def _fits(rule: Rule, programme: Programme, finding: Finding) -> bool:
    if rule.event is not finding.event or rule.negated != finding.negated:
        return False
    if rule.path in ("used", "lost", "stock") and finding.modality is not Modality.actual:
        return False
    if rule.number != _number_kind(programme, finding) or _span(finding) not in rule.span:
        return False
    agents, recipients = (_roles(programme, finding, names) for names in (finding.agent, finding.recipient))
    if plant_of(programme, finding):
        agents, recipients = agents | {"plant"}, recipients | {"plant"}
    if rule.agent and not agents & set(rule.agent):
        return False
    if rule.recipient and not recipients & set(rule.recipient):
        return False
    if rule.event is EventType.loss and "none" in recipients and "target" not in agents:
        return False
    if rule.event is EventType.agreement and not {"supplier"} & (agents | recipients):
        return False
    return rule.stored is None or rule.stored == _stored(finding)


def _stored(finding: Finding) -> bool:
    return any(text and _named(text, table()[1]) for text in (finding.place, finding.item))


def _number_kind(programme: Programme, finding: Finding) -> str:
    """What a finding counts: nothing, a count or a rate of items, a share, or "other things" (money, tonnes)."""
    quantity = finding.quantity
    if quantity is None:
        return "none"
    unit = (quantity.unit or "").casefold()
    if unit in ("percent", "%"):
        return "a share"
    words = (*programme.words, *(word for part in programme.part for word in part.words), "unit", "item")
    if unit and not _named(unit, words):
        return "other things"
    return "a rate" if quantity.per in PER_MONTH else "a count"


def _span(finding: Finding) -> str:
    time = finding.time
    if time is None:
        return "none"
    if time.start is None or time.end is None:
        return "long"
    return "long" if (time.end - time.start).days + 1 >= LONG else "short"


# --------------------------------------------------------------------------------------------- what it says


def _observed(
    rule: Rule, programme: Programme, finding: Finding, part: str, standing: Standing, origins: Mapping[str, Origin]
) -> Observation | None:
    assert finding.first_reported is not None
    plant = plant_of(programme, finding)
    several = (
        len(programme.plant) > 1 and part in ("all", first_part(programme).name)
    ) or rule.measure is Measure.start
    path = f"made:{plant}" if rule.path == "made" and plant and several else rule.path
    if rule.path != "made" and rule.path not in path_names(programme):
        return None
    start, end = _period(rule.period, programme, finding, plant, standing)
    low, high, vagueness = _bounds(rule, finding.quantity, standing)
    known = [origins[key] for key in finding.origins_for if key in origins]
    known.sort(key=lambda origin: origin.grade)
    return Observation(
        id=stable_id("o", programme.name, finding.id),
        measure=rule.measure,
        path=path,
        part=_part(programme, rule.path, plant, part, rule.measure),
        low=low,
        high=high,
        start=start,
        end=end,
        published=_known(finding, end, standing),
        standing=standing,
        origins=tuple(dict.fromkeys(origin.name for origin in known)),
        grade=finding.grade,
        probability=finding.probability,
        vagueness=vagueness,
        finding=finding.id,
        rule=rule.name,
    )


def _part(programme: Programme, path: str, plant: str | None, part: str, measure: Measure) -> str:
    """The part that is observed: the family's name means the first part where only that is followed."""
    first = first_part(programme).name
    if path == "used" and part == first and measure is not Measure.share:
        part = "all"
    if part != "all":
        return part
    if measure is Measure.share or path in ("imports", "lost", "stock") or (path == "made" and plant):
        return first
    return "all" if len(programme.part) > 1 else first


def _known(finding: Finding, end: dt.date, standing: Standing) -> dt.date:
    """When an observation became known: when first reported, but what was is not known before it is over."""
    said = _said(finding)
    if standing is not Standing.observed or said >= end:
        return said
    return max(min(end, finding.last_reported or end), said)


def _said(finding: Finding) -> dt.date:
    """The day from which the finding's number was known; it may be told of long before it is counted."""
    said = finding.counted_since or finding.first_reported
    assert said is not None
    return said


def _standing(rule: Rule, finding: Finding, claims: Mapping[str, Claim]) -> Standing:
    """How far a finding is believed: an ability is a capacity where it is a rate, else it tells of what is to come."""
    if rule.standing is not None:
        return rule.standing
    rate = rule.path == "made" and rule.measure is Measure.rate
    if rule.path == "made" and finding.quantity is not None and is_capacity(finding, claims):
        return Standing.capacity if rate else Standing.planned
    if finding.modality is Modality.actual:
        return Standing.observed
    return Standing.capacity if rate and finding.modality is Modality.possible else Standing.planned


def _bounds(rule: Rule, quantity: Quantity | None, standing: Standing) -> tuple[float | None, float | None, float]:
    """Lower and upper bound, a month's where it is a rate, and vagueness."""
    if quantity is None:
        return None, None, 0.0
    factor = PER_MONTH[quantity.per] if rule.measure is Measure.rate and quantity.per else 1.0
    if rule.measure is Measure.share:
        factor = 0.01
    low = None if quantity.low is None else quantity.low * factor
    high = None if quantity.high is None else quantity.high * factor
    vagueness = ABOUT if quantity.approximate else 0.0
    if quantity.low is not None and quantity.low == quantity.high:
        vagueness = max(vagueness, ROUND.get(_figures(quantity.low), 0.0))
    if standing is Standing.observed and low is not None and high is not None:
        if rule.bound == "at least":
            high = None
        if rule.bound == "at most":
            low = None
    return low, high, vagueness


def _figures(number: float) -> int:
    """How many leading figures a whole number has before its zeros: 1 for 3,000, 2 for 2,700."""
    return len(f"{number:.0f}".rstrip("0")) if number >= 10 else 3


def _period(
    how: str, programme: Programme, finding: Finding, plant: str | None, standing: Standing
) -> tuple[dt.date, dt.date]:
    """First and last day that an observation is about, what the finding leaves open closed."""
    said = _said(finding)
    start = finding.time.start if finding.time else None
    end = finding.time.end if finding.time else None
    begins = months.first_day(months.ordinal(programme.start))
    year_on = said + dt.timedelta(days=round(365 * OPEN))
    if how == "until then":
        return (begins, said) if standing is Standing.observed else (said, year_on)
    if how == "a year on":
        return (max(start, begins) if start else begins), (end if end and end > said else year_on)
    if how == "that day":
        day = end or said
        return day, day
    if how == "around" and start is None and end is None:
        ahead = year_on if standing is Standing.planned else said
        return months.first_day(months.of(said)), months.last_day(months.of(ahead))
    if start is None:
        start = _plan_begins(programme, plant, said) if standing is Standing.planned else begins
    if end is None:
        end = said if standing is Standing.observed else start + dt.timedelta(days=round(365 * OPEN))
    if how in ("its months", "around"):
        return months.first_day(months.of(start)), months.last_day(months.of(end))
    return start, max(start, end)


def _plan_begins(programme: Programme, plant: str | None, said: dt.date) -> dt.date:
    """Where a plan gives only its end, it runs from the plant's first possible start, or from when it was told."""
    starts = next((p.starts for p in programme.plant if p.name == plant and p.starts), None)
    return months.first_day(months.ordinal(starts[0])) if starts else said


# --------------------------------------------------------------------------------------------- series


class SeriesRow(msgspec.Struct, frozen=True, kw_only=True):
    """One month of a series, and the day on which it became known."""

    month: str
    number: float
    published: dt.date


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """A monthly count from a table, and the path and part that it observes."""

    name: str
    path: str
    part: str
    unit: str
    rows: tuple[SeriesRow, ...]
    gaps: tuple[str, ...] = ()


OBSERVES = {"use": "used", "output": "made", "imports": "imports", "losses": "lost", "stock": "stock"}


def read_series(
    text: str,
    programme: Programme,
    *,
    name: str,
    observes: str,
    part: str | None = None,
    column: str | None = None,
    unit: str | None = None,
) -> Series:
    """A series from the text of a CSV file; a ProgrammeError says in which line what is wrong.

    The first column is the month ("2024-03") or the first day of a week ("2024-03-04"), which is dealt out to its
    months by days. `column` names the numbers; a column "published" may say when each line became known.
    """
    path = OBSERVES.get(observes)
    if path is None or path not in path_names(programme):
        has = ", ".join(key for key, flow in OBSERVES.items() if flow in path_names(programme))
        raise ProgrammeError(f'a series cannot observe "{observes}" in {programme.name}; it can observe {has}')
    part = part or ("all" if path == "used" and len(programme.part) > 1 else first_part(programme).name)
    known = {"all", first_part(programme).name, *(p.name for p in programme.part)}
    if part not in known:
        raise ProgrammeError(f'there is no part "{part}" in {programme.name}; it has {", ".join(sorted(known))}')
    _check_unit(programme, unit)
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    columns = list(reader.fieldnames or ())
    if len(columns) < 2:
        raise ProgrammeError("the table needs a line of column names, first a month, then a number")
    column = column or columns[1]
    if column not in columns[1:]:
        raise ProgrammeError(f'there is no column "{column}"; the table has {", ".join(columns)}')
    rows = [(reader.line_num, row[columns[0]] or "", row[column], row.get("published")) for row in reader]
    if not rows:
        raise ProgrammeError("the table holds no line of numbers")
    found = _monthly(rows) if months.MONTH.match(rows[0][1].strip()) else _from_weeks(rows)
    present = {months.ordinal(row.month) for row in found}
    gaps = tuple(months.name(m) for m in range(min(present), max(present)) if m not in present)
    return Series(name=name, path=path, part=part, unit=unit or "", rows=tuple(found), gaps=gaps)


def _check_unit(programme: Programme, unit: str | None) -> None:
    words = (*programme.words, *(word for part in programme.part for word in part.words))
    if unit and words and not _named(unit, words):
        raise ProgrammeError(
            f'the unit "{unit}" is none of the things that {programme.name} counts ({", ".join(words[:6])}); '
            "convert the numbers first, or add the word to the programme"
        )


def _monthly(rows: Sequence[tuple[int, str, str | None, str | None]]) -> list[SeriesRow]:
    found: dict[str, SeriesRow] = {}
    for line, month, number, published in rows:
        month = month.strip()
        try:
            at = months.ordinal(month)
        except ValueError as problem:
            raise ProgrammeError(f"line {line}: {problem}") from None
        if month in found:
            raise ProgrammeError(f"line {line}: {month} is there twice; which number holds?")
        value = _count(line, month, number)
        if value is not None:
            found[month] = SeriesRow(month=month, number=value, published=_day(line, published) or months.last_day(at))
    if not found:
        raise ProgrammeError("the table holds no number")
    return _plausible([found[month] for month in sorted(found)])


def _from_weeks(rows: Sequence[tuple[int, str, str | None, str | None]]) -> list[SeriesRow]:
    """Months from weeks, each dealt out by days; a month that weeks cover only in part is left out."""
    sums: dict[int, float] = {}
    covered: dict[int, int] = {}
    for line, week, number, _ in rows:
        try:
            start = dt.date.fromisoformat(week.strip())
        except ValueError:
            raise ProgrammeError(
                f'line {line}: "{week}" is neither a month ("2024-03") nor the first day of a week ("2024-03-04")'
            ) from None
        value = _count(line, week, number)
        for offset in range(7 if value is not None else 0):
            month = months.of(start + dt.timedelta(days=offset))
            sums[month] = sums.get(month, 0.0) + (value or 0.0) / 7
            covered[month] = covered.get(month, 0) + 1
    whole = sorted(month for month, days in covered.items() if days >= months.days(month))
    if not whole:
        raise ProgrammeError("the weeks of the table cover no whole month")
    return _plausible(
        [SeriesRow(month=months.name(m), number=round(sums[m], 2), published=months.last_day(m)) for m in whole]
    )


def _count(line: int, when: str, number: str | None) -> float | None:
    """A number of the table, None where the cell is empty; a sentence where it is no count."""
    text = (number or "").strip().replace(",", "").replace(" ", "")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        raise ProgrammeError(
            f'line {line}: "{number}" for {when} is no number; leave the cell empty for "unknown"'
        ) from None
    if not math.isfinite(value) or value < 0:
        raise ProgrammeError(f"line {line}: {number} for {when} is no count; a count is 0 or more")
    return value


def _plausible(rows: list[SeriesRow]) -> list[SeriesRow]:
    """The rows, if none is absurd beside the others: a thousand times the middle one is a slip of the pen."""
    middle = sorted(row.number for row in rows)[len(rows) // 2]
    for row in rows:
        if row.number > LARGEST or (len(rows) >= 6 and row.number > 1000 * max(middle, 1.0)):
            raise ProgrammeError(
                f"{row.number:,.0f} in {row.month} is absurd beside a middle month of {middle:,.0f}; "
                "correct it or leave it out"
            )
    return rows


def _day(line: int, text: str | None) -> dt.date | None:
    if not (text or "").strip():
        return None
    try:
        return dt.date.fromisoformat((text or "").strip())
    except ValueError:
        raise ProgrammeError(f'line {line}: "{text}" in column "published" is no day like 2024-03-31') from None


def series_observations(programme: Programme, series: Series) -> tuple[Observation, ...]:
    """A series as observations, one a month; months before the programme's start are left out."""
    begins = months.ordinal(programme.start)
    return tuple(
        Observation(
            id=stable_id("o", programme.name, series.name, row.month),
            measure=Measure.level if series.path == "stock" else Measure.counted,
            path=series.path,
            part=series.part,
            low=row.number,
            high=row.number,
            start=months.first_day(months.ordinal(row.month)),
            end=months.last_day(months.ordinal(row.month)),
            published=row.published,
            grade="B2",
            series=series.name,
            rule="series",
        )
        for row in series.rows
        if months.ordinal(row.month) >= begins
    )


def nonsense(o: Observation) -> str | None:
    """Why an observation cannot be true of anything, whatever the programme; None where it can."""
    for number in (o.low, o.high):
        if number is not None and (not math.isfinite(number) or not 0 <= number <= LARGEST):
            return f"{number:g} is no count of things (negative, or beyond a thousand million)"
    if o.low is not None and o.high is not None and o.low > o.high:
        return f"its lower bound {o.low:g} is above its upper bound {o.high:g}"
    if o.start is not None and o.end is not None and o.start > o.end:
        return f"its period ends on {o.end}, before it begins on {o.start}"
    if o.measure is Measure.share and max(o.low or 0.0, o.high or 0.0) > 1:
        return f"a share of {o.low if o.low is not None else o.high:g} is above 1"
    return None


REMAPPABLE = ("measure", "path", "part", "low", "high", "start", "end", "standing", "vagueness")


def remapped(programme: Programme, o: Observation, changes: Mapping[str, object]) -> Observation:
    """An observation with some of its facts set anew; a ProgrammeError says what does not fit."""
    unknown = [key for key in changes if key not in REMAPPABLE]
    if unknown:
        raise ProgrammeError(f'"{unknown[0]}" of an observation cannot be set; {", ".join(REMAPPABLE)} can')
    raw = msgspec.to_builtins(o) | dict(changes)
    try:
        new = msgspec.convert(raw, Observation, strict=False)
    except msgspec.ValidationError as problem:
        raise ProgrammeError(f"this does not make an observation: {problem}") from None
    flow = new.path.partition(":")[0]
    if new.path not in path_names(programme) and flow not in path_names(programme):
        raise ProgrammeError(f'there is no path "{new.path}"; there are {", ".join(path_names(programme))}')
    return new
