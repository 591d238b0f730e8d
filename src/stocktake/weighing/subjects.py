"""What a claim speaks of: its parties as states, its goods as families, its occasion.

A party or family that the sentence leaves open is the one that the report's other claims of its type have. An
undated claim in a report that dates the occasion speaks of that occasion where it denies it, where its speaker told
of it, or where it follows it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from stocktake.vocabulary import Claim, Report
from stocktake.weighing import items, names
from stocktake.weighing.cast import Cast, skeleton
from stocktake.weighing.lexicon import words
from stocktake.weighing.passages import Passage

GENERAL, TOTAL, RATE, OCCASION = "general", "total", "rate", "occasion"
UNORDERED = frozenset({"agreement", "negotiation", "cooperation"})
GOODS = frozenset({"transfer", "production", "use", "loss", "stockpile", "construction"})
MADE = frozenset({"production", "construction"})
HAPPENINGS = frozenset({"agreement", "negotiation", "meeting", "sanction", "payment"})
"""Types that are always an occasion of their own, dated or not."""
LONG = 45
"""Days: a longer stretch that ends about the day of the report is a state of things, not an occasion."""
NOW = 3
"""Days: "since May" counts to the day of the report, give or take."""
PARTNERS = (
    frozenset({"transfer", "agreement", "negotiation", "cooperation", "payment"}),
    frozenset({"use", "loss"}),
)
"""Types whose parties are each other's: who deals with whom, who fires at whom."""

_PROPER = re.compile(r"\b[A-Z][\w'-]+")
_CUES = words("cues")
_KINDS = frozenset(_CUES["kinds"])
_SINCE = re.compile(rf"\b(?:{'|'.join(_CUES['since'])})\b", re.IGNORECASE)


def fill(lines: Sequence[Passage], cast: Cast) -> None:
    """Note each claim's parties and family."""
    for line in lines:
        line.agents = _names(line.claim.agent, cast)
        line.recipients = _names(line.claim.recipient, cast)
        line.family = items.family(line.claim.item)
    _families(lines)
    _open_parties(lines)
    _partners(lines)
    _joint_parties(lines)
    _hosts(lines)


def _names(value: str | None, cast: Cast) -> tuple[str, ...]:
    """States where a party has one; a common noun ("great powers", "both sides") names nobody."""
    found = set()
    for part in (value or "").split(";"):
        part = part.strip()
        voice = cast.voice(part) if part else None
        if voice is not None and (voice.state or part[:1].isupper() or part[:1].isdigit()):
            found.add(voice.state or names.plain(voice.name))
    return tuple(sorted(found))


def _most(pool: dict[str, int]) -> str:
    return min(pool, key=lambda name: (-pool[name], name))


def _families(lines: Sequence[Passage]) -> None:
    """Words that leave the goods open take the family that the report's claims of that type, else all, name most."""
    by_event: dict[str, Counter[str]] = defaultdict(Counter)
    everywhere: Counter[str] = Counter()
    for line in lines:
        if line.family and line.family not in (items.OPEN, items.ANY) and "+" not in line.family:
            by_event[line.claim.event][line.family] += 1
            if line.claim.event in GOODS:
                everywhere[line.family] += 1
    for line in lines:
        here = by_event[line.claim.event]
        if "+" in line.family:
            mixed = {name: here[name] for name in line.family.split("+") if name in here}
            line.family = _most(mixed) if mixed else line.family
        elif line.family == items.OPEN:
            for pool in (here, everywhere):
                fitting = {name: count for name, count in pool.items() if name in items.PLATFORMS}
                if fitting:
                    line.family = _most(fitting)
                    break
        elif not line.family and line.claim.event == "transfer":
            line.family = items.ANY
        elif not line.family and line.claim.event in GOODS:
            line.family = _most(here) if here else _most(everywhere) if everywhere else ""


def _open_parties(lines: Sequence[Passage]) -> None:
    for slot, other in (("agents", "recipients"), ("recipients", "agents")):
        pools: dict[object, Counter[tuple[str, ...]]] = defaultdict(Counter)
        for line in lines:
            if value := getattr(line, slot):
                for key in _likeness(line, other):
                    pools[key][value] += 1
        for line in lines:
            if getattr(line, slot):
                continue
            for key in _likeness(line, other):
                pool = {v: n for v, n in pools.get(key, Counter()).items() if v != getattr(line, other)}
                if pool:
                    setattr(line, slot, min(pool, key=lambda v: (-pool[v], v)))
                    break


def _partners(lines: Sequence[Passage]) -> None:
    """Where no claim of the type names the other side, it is the one with whom the party otherwise has to do."""
    for kinds in PARTNERS:
        met: dict[tuple[str, ...], Counter[tuple[str, ...]]] = defaultdict(Counter)
        for line in lines:
            if line.claim.event in kinds and line.agents and line.recipients:
                met[line.agents][line.recipients] += 1
                met[line.recipients][line.agents] += 1
        for line in lines:
            if line.claim.event not in kinds or bool(line.agents) == bool(line.recipients):
                continue
            known = line.agents or line.recipients
            pool = {other: count for other, count in met[known].items() if other != known}
            if pool:
                other = min(pool, key=lambda v: (-pool[v], v))
                line.agents, line.recipients = line.agents or other, line.recipients or other


def _likeness(line: Passage, other: str) -> tuple[object, ...]:
    """From near to far, what another claim must share to lend its party."""
    event, value = line.claim.event, getattr(line, other)
    return ((event, line.family, value), (event, value), (event,))


def _joint_parties(lines: Sequence[Passage]) -> None:
    """ "To either side": of several receivers, the one that the report's other claims of the type name alone."""
    for line in lines:
        if len(line.recipients) < 2 or line.claim.event in UNORDERED:
            continue
        alone: Counter[tuple[str, ...]] = Counter(
            other.recipients
            for other in lines
            if other.claim.event == line.claim.event
            and other.agents == line.agents
            and len(other.recipients) == 1
            and set(other.recipients) < set(line.recipients)
        )
        if alone:
            line.recipients = min(alone, key=lambda v: (-alone[v], v))


def _hosts(lines: Sequence[Passage]) -> None:
    """Whoever builds and makes together does it in the country that another claim of the report says."""
    hosts: dict[object, Counter[str]] = defaultdict(Counter)
    for line in lines:
        if line.claim.event in MADE and (host := _host(line)):
            hosts[line.claim.event, line.family][host] += 1
            hosts[line.claim.event][host] += 1
            hosts["anything"][host] += 1
    for line in lines:
        if line.claim.event in MADE:
            host = _host(line)
            if not host:
                for key in ((line.claim.event, line.family), line.claim.event, "anything"):
                    pool = {h: n for h, n in hosts.get(key, Counter()).items() if not line.agents or h in line.agents}
                    if pool:
                        host = _most(pool)
                        break
            line.agents = (host,) if host else line.agents


def _host(line: Passage) -> str:
    return names.state_of(line.claim.place or "") or (line.agents[0] if len(line.agents) == 1 else "")


def parties(line: Passage) -> str:
    """The parties as the block has them: the host of a plant, who lost, who gave to whom; "" where none is known."""
    agents, recipients = "+".join(line.agents) or "?", "+".join(line.recipients) or "?"
    event = line.claim.event
    if event in MADE or event == "stockpile":
        found = agents
    elif event == "loss":
        found = recipients
    elif event in UNORDERED:
        found = "+".join(sorted({*line.agents, *line.recipients})) or "?"
    else:
        found = f"{agents}>{recipients}"
    return found if found.strip("?>") else ""


def place(name: str | None) -> str:
    """The proper names of a place that are no state's, spelling-proof."""
    if not name:
        return ""
    return " ".join(sorted({skeleton(word) for word in _PROPER.findall(name) if not names.state_of(word)}))


# -------------------------------------------------------------------------------------------- occasions


def occasions(lines: Sequence[Passage], report: Report) -> None:
    """Note for each claim whether it speaks of an occasion, a rate, a running total, or of the thing in general."""
    published = report.published.toordinal() if report.published else 0
    for line in lines:
        line.scope = _scope(line, published)
    ordered = sorted(lines, key=lambda line: (line.claim.start, line.claim.id))
    dated = [line for line in ordered if line.scope == OCCASION]
    for line in ordered:
        if (
            line.scope not in (GENERAL, TOTAL)
            or line.claim.event == "cooperation"
            or (line.first and line.scope == TOTAL)
        ):
            continue
        told = _answered(dated, line) or _told(dated, line)
        if told is not None:
            line.scope, line.first, line.last = OCCASION, told.first, told.last


def _scope(line: Passage, published: int) -> str:
    first, last = line.first, line.last
    quantity = None if counts_no_goods(line.claim) else line.claim.quantity
    if line.claim.event in HAPPENINGS:
        return OCCASION if first or last else GENERAL
    lasting = TOTAL if quantity is not None else GENERAL
    if quantity is not None and quantity.per and not (first and last and last - first <= LONG):
        return RATE
    if not first and not last:
        return lasting
    gap = abs(published - last) if published and last else None
    long = bool(first and last and last - first > LONG)
    since = gap is not None and gap <= NOW and _SINCE.search(line.claim.quote) is not None
    if gap is not None and gap <= LONG and (not first or long or since):
        return lasting
    return lasting if first and not last and not line.plan else OCCASION


def counts_no_goods(claim: Claim) -> bool:
    """Whether the number counts kinds of goods, or is a share of them."""
    return claim.quantity is not None and claim.quantity.unit in _KINDS


def _kin(dated: Sequence[Passage], line: Passage) -> list[Passage]:
    parties = {*line.agents, *line.recipients}
    return [
        other
        for other in dated
        if other.claim.event == line.claim.event
        and other.plan == line.plan
        and (other.family == line.family or line.claim.event not in GOODS)
        and {*other.agents, *other.recipients} == parties
    ]


def _answered(dated: Sequence[Passage], line: Passage) -> Passage | None:
    """The occasion that a denial denies: the nearest that others tell in or beside its paragraph."""
    if not line.denies:
        return None
    near = [
        other
        for other in _kin(dated, line)
        if not other.denies
        and (line.headline or abs(other.paragraph - line.paragraph) <= 1)
        and not _same_side(other, line)
    ]
    return min(near, key=lambda other: (abs(other.claim.start - line.claim.start), other.claim.start), default=None)


def _same_side(a: Passage, b: Passage) -> bool:
    left, right = a.voice or a.inner, b.voice or b.inner
    return left is not None and right is not None and bool(left.state) and left.state == right.state


def _told(dated: Sequence[Passage], line: Passage) -> Passage | None:
    """The one occasion of its kind in the report, where the claim's speaker told it or its sentence goes on from it."""
    if line.denies or line.claim.negated:
        return None
    if line.claim.event in HAPPENINGS or line.claim.event == "loss":
        beside = [o for o in dated if o.claim.start == line.claim.start and o.claim.sources == line.claim.sources]
        if beside and len({(o.first, o.last) for o in beside}) == 1 and not line.plan and not beside[0].plan:
            return beside[0]
    kin = _kin(dated, line)
    if len({(other.first, other.last) for other in kin}) != 1:
        return None
    for other in kin:
        if line.scope == GENERAL and (
            (other.voice is not None and other.voice == line.voice) or (other.story and other.story == line.story)
        ):
            return other
        if line.claim.quantity and other.paragraph == line.paragraph and other.claim.start <= line.claim.start:
            return other
    return None
