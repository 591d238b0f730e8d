"""The words of Stocktake: report, claim, source, origin, finding, forecast. Read this page first.

Every room takes and returns these frozen structs and nothing else of ours is shared between rooms, so this
module imports none of them. A struct is made whole or not at all; `msgspec` gives each its JSON, its schema
and its checks. Offsets are characters of `Report.text`, end exclusive. Dates are calendar days, inclusive.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from enum import StrEnum
from typing import Any

import msgspec

# --------------------------------------------------------------------------------------------- reports


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One document as obtained.

    `id` is the SHA-256 of its bytes (or, for a line of JSON Lines, the `id` given there); `published` is the
    day it appeared, None where no one says (its relative dates then stay unresolved); `text` is the reading
    text without boilerplate, the headline first when the page shows one; `copy_of` is the id of the earlier
    report that this one repeats.
    """

    id: str
    text: str
    url: str | None = None
    outlet: str | None = None
    title: str | None = None
    published: dt.date | None = None
    retrieved: dt.datetime | None = None
    language: str = "en"
    copy_of: str | None = None


class Failure(msgspec.Struct, frozen=True):
    """An input that could not be taken, and why, in one sentence that says what to do."""

    name: str
    reason: str

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"


# --------------------------------------------------------------------------------------------- claims


class EventType(StrEnum):
    """The twelve kinds of event that a claim may state (the annotation guidelines define each)."""

    agreement = "agreement"
    negotiation = "negotiation"
    meeting = "meeting"
    transfer = "transfer"
    payment = "payment"
    construction = "construction"
    production = "production"
    stockpile = "stockpile"
    use = "use"
    loss = "loss"
    sanction = "sanction"
    cooperation = "cooperation"


class Stance(StrEnum):
    """What the source does with the event: says so, blames another for it, says it is not so, owns up to it."""

    asserts = "asserts"
    accuses = "accuses"
    denies = "denies"
    admits = "admits"


class Modality(StrEnum):
    """Whether the event has happened or goes on, is to happen, or may happen."""

    actual = "actual"
    planned = "planned"
    possible = "possible"


class Quantity(msgspec.Struct, frozen=True, kw_only=True):
    """Inclusive bounds in plain numbers: "at least 6,000" has no `high`, "up to 300" no `low`.

    `unit` is what is counted, as in the text, or an ISO 4217 currency; `per` is None, "day", "week", "month"
    or "year"; `approximate` is true where the text says "about", "nearly", "dozens" and the like.
    """

    low: float | None
    high: float | None
    unit: str | None = None
    per: str | None = None
    approximate: bool = False

    def __post_init__(self) -> None:
        if self.low is None and self.high is None:
            raise ValueError("a quantity needs a lower or an upper bound; both are missing")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"a quantity's lower bound {self.low:g} is above its upper bound {self.high:g}")


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """First and last day of something, both inclusive; either may be open (None), not both."""

    start: dt.date | None
    end: dt.date | None

    def __post_init__(self) -> None:
        if self.start is None and self.end is None:
            raise ValueError("a period needs a first or a last day; both are missing")
        if self.start is not None and self.end is not None and self.start > self.end:
            raise ValueError(f"a period's first day {self.start} is after its last day {self.end}")


class Span(msgspec.Struct, frozen=True, array_like=True):
    """A stretch of a report's text, end exclusive; in JSON a pair."""

    start: int
    end: int


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """One event, stated by one source chain, in one sentence.

    The twelve slots are those of the annotation guidelines. Several agents, recipients or items are joined
    with "; ". `sources` says who says so, outermost first, without the publishing outlet: empty is the
    outlet's own voice. `start` and `end` bound the sentence in the report's text; `spans` holds, for each slot
    filled from the text, where its words stand, and "trigger" the words that express the event.
    `confidence` is the calibrated probability that the sentence states such an event; `why` names, slot by slot, the
    rule or model that filled it.
    """

    id: str
    report: str
    start: int
    end: int
    quote: str
    event: EventType
    agent: str | None = None
    recipient: str | None = None
    item: str | None = None
    place: str | None = None
    quantity: Quantity | None = None
    time: Period | None = None
    sources: tuple[str, ...] = ()
    stance: Stance = Stance.asserts
    modality: Modality = Modality.actual
    negated: bool = False
    confidence: float = 1.0
    spans: dict[str, tuple[Span, ...]] = {}
    why: dict[str, str] = {}


SLOTS = (
    "quote",
    "event",
    "agent",
    "recipient",
    "item",
    "place",
    "quantity",
    "time",
    "sources",
    "stance",
    "modality",
    "negated",
)


class Time(msgspec.Struct, frozen=True, kw_only=True):
    """A time expression: where it stands and the calendar days it means (None where it cannot be resolved)."""

    start: int
    end: int
    first: dt.date | None = None
    last: dt.date | None = None
    rule: str = ""


class Amount(msgspec.Struct, frozen=True, kw_only=True):
    """A number in the text: where it stands, its bounds, and its unit when one is named."""

    start: int
    end: int
    low: float | None
    high: float | None
    unit: str | None = None
    per: str | None = None
    approximate: bool = False
    rule: str = ""


class Attribution(msgspec.Struct, frozen=True, kw_only=True):
    """Who says what: the spans of the source, of the cue ("said", "according to") and of what is said."""

    source: tuple[Span, ...]
    cue: tuple[Span, ...]
    content: tuple[Span, ...]
    score: float = 1.0


class Mentions(msgspec.Struct, frozen=True, kw_only=True):
    """The layers below claims, for one report."""

    id: str
    times: tuple[Time, ...] = ()
    quantities: tuple[Amount, ...] = ()
    attributions: tuple[Attribution, ...] = ()


# --------------------------------------------------------------------------------------------- weighing


class SourceKind(StrEnum):
    """What kind of speaker a source is; default reliability goes by kind."""

    state = "state"
    official = "official"
    unnamed_official = "unnamed official"
    intelligence = "intelligence"
    outlet = "outlet"
    agency = "agency"
    company = "company"
    think_tank = "think tank"
    document = "document"
    person = "person"


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where a claim's knowledge comes from, once chains are followed and copies folded.

    `name` is the speaker's one name across reports; `statement` the day and story that tell one statement of
    a speaker from another; `party` whether it is a party to the event it speaks of; `grade` its Admiralty
    reliability, A to F.
    """

    id: str
    name: str
    kind: SourceKind
    statement: str = ""
    party: bool = False
    grade: str = "F"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Claims that speak of one happening, and what they come to.

    `claims` are all of them; `origins_for` and `origins_against` the independent origins on either side;
    `probability` that it is so; `grade` the Admiralty pair (reliability of the best origin A-F, credibility
    1-6, as "B2"); `word` the ICD 203 estimative word; `series` the id shared by counts of one flow that grow
    over time; `part_of` the finding whose total this one is a part of. `counted_since` is the day on which its quantity
    was first reported, which may be long after the happening itself was; `counted_by` is how many of `origins_for`
    give that quantity, as the others may give another or none.
    """

    id: str
    event: EventType
    agent: str | None
    recipient: str | None
    item: str | None
    family: str | None
    place: str | None
    quantity: Quantity | None
    time: Period | None
    modality: Modality
    negated: bool
    claims: tuple[str, ...]
    origins_for: tuple[str, ...]
    origins_against: tuple[str, ...]
    probability: float
    grade: str
    word: str
    first_reported: dt.date | None = None
    last_reported: dt.date | None = None
    counted_since: dt.date | None = None
    counted_by: int = 0
    series: str | None = None
    part_of: str | None = None

    @property
    def disputed(self) -> bool:
        """Whether some origins say that it is so and others that it is not."""
        return bool(self.origins_for and self.origins_against)


class ConflictKind(StrEnum):
    """How two sides of a matter disagree."""

    quantity = "quantity"
    period = "period"
    denial = "denial"
    outcome = "outcome"


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One side of a conflict: what it holds, by which claims, on which origins."""

    holds: str
    claims: tuple[str, ...]
    origins: tuple[str, ...]


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """Findings or claims that cannot all be so, side by side."""

    id: str
    kind: ConflictKind
    findings: tuple[str, ...]
    sides: tuple[Side, ...]


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """What one party has said of one finding from a day on."""

    finding: str
    party: str
    since: dt.date | None
    until: dt.date | None
    stance: Stance
    in_part: bool
    claims: tuple[str, ...]


# --------------------------------------------------------------------------------------------- forecasting


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of item within a programme, told from its siblings: strike drones are one part, decoys another.

    `words` are the names that mean this part and no other. The programme's first part is the one whose stock
    is followed; others appear in its use from the month `since` on. `known` is the day from which an observer
    could know of it: a run as of an earlier day leaves it out.
    """

    name: str
    words: tuple[str, ...] = ()
    since: str | None = None
    known: dt.date | None = None


class Plant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place that makes the first part; `starts` bounds (90%) the month in which it gets going, None if long ago.

    `share` is its expected part of all output once every plant runs.
    """

    name: str
    words: tuple[str, ...] = ()
    starts: tuple[str, str] | None = None
    share: float = 1.0
    known: dt.date | None = None


class Parties(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who plays which role in a programme, each with the names that findings use."""

    maker: tuple[str, ...] = ()
    supplier: tuple[str, ...] = ()
    user: tuple[str, ...] = ()
    target: tuple[str, ...] = ()


class Prior(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is held before any observation: a 90% interval of one named unknown, and why."""

    name: str
    low: float
    high: float
    reason: str


class Target(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A number whose date is asked for: when will `amount` of `path`, summed from the month `since`, be reached?"""

    path: str
    amount: float
    since: str | None = None
    name: str = ""


class Voice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Origins that one agency feeds: they share its bias."""

    name: str
    origins: tuple[str, ...]


class Programme(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is followed: item family and parts, parties, plants, the window, and priors with their reasons.

    Months are written "2024-03". `words` name the whole family ("drones") without telling which part.
    `stops` closes a flow from a month on ({"imports": "2024-01"}); it is what scenarios set.
    """

    name: str
    title: str
    start: str
    horizon: int = 12
    words: tuple[str, ...] = ()
    part: tuple[Part, ...] = ()
    parties: Parties = Parties()
    plant: tuple[Plant, ...] = ()
    prior: tuple[Prior, ...] = ()
    target: tuple[Target, ...] = ()
    voice: tuple[Voice, ...] = ()
    stops: dict[str, str] = {}


class Measure(StrEnum):
    """What an observation measures of its path."""

    total = "total"
    rate = "rate"
    counted = "count"
    level = "level"
    share = "share"
    nearly_exhausted = "nearly exhausted"
    start = "start"


class Standing(StrEnum):
    """How far an observation is believed: as what was, as what is intended, or as what could be."""

    observed = "observed"
    planned = "planned"
    capacity = "capacity"


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """One number that bears on one path of a programme, and where it comes from.

    `path` is "made", "imports", "used", "lost", "stock" or "made:<plant>", for the part `part` ("all" is the
    whole family). `low` and `high` are inclusive, None where open. `start` and `end` are the days it is about.
    `origins` are its independent origins, best first; `vagueness` is the relative width of rounding and of
    "about" (0.1 is ten percent).
    `finding` is the finding, or `series` the series, that it comes from.
    """

    id: str
    measure: Measure
    path: str
    part: str
    low: float | None
    high: float | None
    start: dt.date | None
    end: dt.date | None
    published: dt.date
    standing: Standing = Standing.observed
    origins: tuple[str, ...] = ()
    grade: str = "F"
    probability: float = 1.0
    vagueness: float = 0.0
    finding: str | None = None
    series: str | None = None
    rule: str = ""
    excluded: bool = False


class Path(msgspec.Struct, frozen=True, kw_only=True):
    """One quantity by month: its median and central bands, keyed "50", "80" and "95" (lower, upper)."""

    name: str
    months: tuple[str, ...]
    median: tuple[float, ...]
    bands: dict[str, tuple[tuple[float, ...], tuple[float, ...]]]


class TargetDate(msgspec.Struct, frozen=True, kw_only=True):
    """By when a target is met: the probability that it is met by the end of each month, and its quantile months.

    A quantile is None where the target is not met with that probability within the window.
    """

    target: Target
    months: tuple[str, ...]
    probability: tuple[float, ...]
    quantiles: dict[str, str | None]


class Diagnostics(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the draws can be trusted: nested R-hat, least effective sample size, acceptance, divergences."""

    r_hat: float
    ess: float
    acceptance: float
    divergent: int
    draws: int
    k_hat: float | None = None
    method: str = "hmc"


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """What was made, moved, used, lost and held by month, and what comes next, as of a day.

    `history` is the last month before the forecast begins. `prior_only` is true where no observation bears
    on it. `notes` are sentences that a reader must see beside the numbers.
    """

    programme: str
    title: str
    as_of: dt.date
    history: str
    seed: int
    paths: tuple[Path, ...]
    targets: tuple[TargetDate, ...]
    observations: tuple[Observation, ...]
    diagnostics: Diagnostics
    prior_only: bool = False
    notes: tuple[str, ...] = ()
    scenario: dict[str, str] = {}


# --------------------------------------------------------------------------------------------- decisions


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the append-only journal: what a person decided, when and why.

    `action` is a verb ("set", "accept", "reject", "add", "undo", "merge", "split", "grade", "exclude", "remap", ...);
    `target` the id it is about; `value` what the verb needs; `undone` true once a later "undo" names it.
    """

    number: int
    at: dt.datetime
    author: str
    action: str
    target: str
    value: Any = None
    reason: str = ""
    undone: bool = False


def stable_id(prefix: str, *parts: object) -> str:
    """The same parts give the same id on every machine: a prefix letter and 12 hex digits of their SHA-256."""
    digest = hashlib.sha256("\x1f".join(str(p) for p in parts).encode()).hexdigest()
    return f"{prefix}{digest[:12]}"
