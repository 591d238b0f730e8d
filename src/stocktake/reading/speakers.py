"""Speakers: which source the words that a network marks name.

Marked words of one noun phrase are one speaker ("MBDA managing director Thomas Gottschild"), speakers side by side with
"and" between them speak together and are joined with "; ", and what an organisation publishes speaks for it ("the air
force's daily reports"). A source is a person, a body, a document or a medium: words that name nothing of the kind are
dropped. Word lists are data (lexicon/speakers.toml, titles.toml).
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from functools import cache

from stocktake.reading import lexicon, names
from stocktake.reading.lexicon import any_of
from stocktake.vocabulary import SourceKind, Span

DAYS_AND_MONTHS = frozenset(
    word.casefold()
    for words in (calendar.day_name, calendar.month_name, calendar.day_abbr, calendar.month_abbr, ["Sept"])
    for word in words
)
PRONOUNS = ("person", "several", "thing", "hollow", "openers")
PRESS = frozenset({SourceKind.outlet, SourceKind.agency})
GROUNDS = frozenset({SourceKind.intelligence, SourceKind.document})
BESIDE = 90
"""Characters beside a phrase in which the rest of it, or its verb, is looked for."""
_NAME_GOES_ON = re.compile(r"(?: (?:and|for|in|of|on|the))+ [A-Z]")

_PARTICLE = "al|bin|da|de|van|von|der|ben|el"
_NAME = rf"(?:[A-ZÀ-Ž][\w’'-]*\.?|{_PARTICLE})(?:[ -](?:[A-ZÀ-Ž][\w’'-]*\.?|{_PARTICLE}))*"
_PERSON = re.compile(rf"[A-ZÀ-Ž][\w’'-]+(?: (?:[A-ZÀ-Ž][\w’'.-]*|{_PARTICLE})){{1,3}}")
_ABBREVIATED = re.compile(r"(?P<full>.+?)\s*\((?P<short>[A-Z][A-Za-z.]{1,9})\)?$")
_AFTERTHOUGHT = re.compile(
    r"(?:,|\s)\s*(?:who|which|that|whose|seen|obtained|reviewed|read|cited|quoted|published"
    rf"|(?:of|on|from) (?:{any_of(calendar.month_abbr[1:])}))\b.*$"
)
_LOOSE_END = re.compile(r"(?:\s+(?:of|with|for|from|in|by|to|on|at|the|a|an|and|daily|weekly|monthly|familiar))+$")
_NUMBER = re.compile(
    r"^(?:[Tt]he |[Aa]n? )?"
    r"(?:(?:one|two|three|four|five|six|seven|several|some|many|a few|a number of|dozens of|both|same) (?=[a-z]))?"
)
_HEAD_ENDS = re.compile(r" (?:of|in|at|from|for|with|on|to|close) ")
_RUN_BEFORE = re.compile(r"(?:(?<![\w’'])[A-ZÀ-Ž][\w’']*[a-zà-ž][ -])+$")
_RUN_AFTER = re.compile(r"(?:[ -][A-ZÀ-Ž][\w’'-]*(?![\w’']))+|-[a-z]+\b")
_OWNER_BEFORE = re.compile(r"(?<![\w’'])(?:[A-Z][\w-]+ )*(?:[a-z]+ )?[\w-]+['’]s? (?:(?:own|latest) )?$")
_OWNER_AFTER = re.compile(
    r" (?:of|by|from) (?:the )?(?:[A-Z][\w-]*|air|land|armed)(?: [\w-]+){0,3}?"
    r"(?=[,.;:]| (?:said|says|against|and|nearly|half|in|on)\b|$)"
)


@cache
def _words() -> dict[str, frozenset[str]]:
    return {name: frozenset(words) for name, words in lexicon.table("speakers.toml").items()}


@cache
def _offices() -> tuple[str, ...]:
    return tuple(lexicon.table("titles.toml")["offices"]["words"])


@cache
def _kinds() -> tuple[str, ...]:
    """Plain nouns for kinds of sources."""
    kinds = lexicon.table("titles.toml")["kinds"]
    return tuple(word for words in kinds.values() for word in words if word[:1].islower())


# --------------------------------------------------------------------------------------------- phrases


def groups(text: str, spans: Sequence[Span]) -> list[list[Span]]:
    """Marked words gathered into noun phrases, and the phrases of those who speak together into groups."""
    phrases: list[Span] = []
    for span in sorted({widened(text, one) for one in spans}, key=lambda one: one.start):
        if phrases and _one_phrase(text, phrases[-1], span):
            phrases[-1] = Span(phrases[-1].start, max(span.end, phrases[-1].end))
        else:
            phrases.append(span)
    found: list[list[Span]] = []
    for phrase in phrases:
        between = text[found[-1][-1].end : phrase.start] if found else ""
        if found and re.fullmatch(r"(?:,? (?:and|as well as)(?: (?:the|its|their))?|,(?: the)?) ", between):
            found[-1].append(phrase)
        else:
            found.append([phrase])
    return [part for group in found for part in _together(text, group)]


def _together(text: str, group: list[Span]) -> list[list[Span]]:
    """A run of phrases with commas and "and" between: together where "and" comes last, else each by itself."""
    last = text[group[-2].end : group[-1].start] if len(group) > 1 else "and"
    return [group] if "and" in last or "as well as" in last else [[phrase] for phrase in group]


def _one_phrase(text: str, before: Span, span: Span) -> bool:
    between = text[before.end : span.start]
    plain = re.sub(r" [A-Z]\w+(?= )", lambda word: "" if names.listed(word[0]) else word[0], between)
    if _inner().fullmatch(plain) or (between == " in " and names.listed(text[span.start : span.end])):
        return True
    if not _appositive().fullmatch(between) or not text[span.start].isupper():
        return False
    last = text[before.start : before.end].rpartition(" ")[2]
    return between != ", " or (last.islower() and is_office(last))


@cache
def _inner() -> re.Pattern[str]:
    """What may stand between two marked words of one noun phrase."""
    words = any_of([*_offices(), *_kinds(), *_words()["inner"]])
    return re.compile(rf"(?:['’]s?)?(?:[ -](?:{words}))*[ -]?\(?", re.IGNORECASE)


@cache
def _appositive() -> re.Pattern[str]:
    return re.compile(rf"(?:[ -](?:{any_of(_offices())}))*, ", re.IGNORECASE)


def widened(text: str, span: Span) -> Span:
    """Marked words with the rest of their name and the noun that they belong to ("Biden" of "Biden administration")."""
    start, end = span.start, span.end - (text[span.end - 1] in "'’")
    if text[start : start + 2] == "s " and text[start - 1 : start] in ("'", "’"):
        start = text.rfind(" ", 0, start) + 1
    if text[start : start + 1] in ("'", "’"):
        start = text.rfind(" ", 0, start) + 1
    if text[start : start + 1].isupper():
        start -= _name_before(text[max(0, start - BESIDE) : start])
    after = _RUN_AFTER.match(text, end) if text[start:end].rpartition(" ")[2][:1].isupper() else None
    if after and not any(word.casefold() in DAYS_AND_MONTHS for word in after[0].split()):
        end = after.end()
    start, end = _listed_name(text, start, end)
    noun = _noun().match(text, end)
    if noun and not _is_verb(text, end, noun):
        end = noun.end()
    if text[start:end].rpartition(" ")[2] in _words()["published"]:
        if owner := _OWNER_BEFORE.search(text[max(0, start - BESIDE) : start]):
            start -= len(owner[0])
        elif owner := _OWNER_AFTER.match(text, end):
            end = owner.end()
    return Span(start, end)


def _listed_name(text: str, start: int, end: int) -> tuple[int, int]:
    """The whole of a listed name that the words end in the middle of ("Institute for Science | and International")."""
    if not _NAME_GOES_ON.match(text, end):
        return start, end
    near = max(0, start - BESIDE)
    for span, _ in names.find(text[near : end + BESIDE]):
        if near + span.start < end < near + span.end:
            return min(start, near + span.start), near + span.end
    return start, end


def _is_verb(text: str, end: int, noun: re.Match[str]) -> bool:
    """Whether what looks like a noun is what the name before it does: "Forbes counts", "officials claim that"."""
    if "'" in noun[0] or "’" in noun[0] or noun[0].split()[-1] not in _words()["verbs"]:
        return False
    return text[:end].rpartition(" ")[2][:1].isupper() or text.startswith(" that ", noun.end())


def _name_before(before: str) -> int:
    """The length of the part of a name that stands right before its marked words."""
    run = _RUN_BEFORE.search(before)
    length = 0
    for word in reversed(run[0].split() if run else []):
        if is_pronoun(word) or word.casefold() in DAYS_AND_MONTHS:
            break
        length += len(word) + 1
    return length


@cache
def _noun() -> re.Pattern[str]:
    nouns = any_of([*_kinds(), *_words()["people"], *_words()["published"], *_words()["media"]])
    breaks = any_of(_words()["breaks"] | _words()["verbs"])
    return re.compile(rf"(?:['’]s?)?(?: (?!(?:{breaks})\b|[a-z]+(?:ed|ing)\b)[a-z-]+)?(?: (?:{nouns})\b)+")


# ---------------------------------------------------------------------------------------------- names


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    public, held, media = any_of(_words()["published"]), any_of(_offices()), any_of(_words()["media"])
    return {
        "own": re.compile(
            rf"(?:(?:{public}) (?:of|by|from) (?:the )?)?(?P<owner>.+?)['’]s? (?:[a-z]+ ){{0,2}}?(?:{public}|daily)$"
        ),
        "of": re.compile(rf"(?:[a-z]+ ){{0,2}}?(?:{public}) (?:of|by|from) (?:the )?(?P<owner>.*[A-Za-z].*)$"),
        "held": re.compile(rf".*\b(?:{held}|{media}),? (?P<name>{_NAME})$"),
        "story": re.compile(rf"(?P<owner>{_NAME}) (?:{public}|story|article)$"),
        "medium": re.compile(rf"(?P<name>{_NAME}) (?:{media})$"),
        "person": re.compile(rf"(?P<name>{_PERSON.pattern}) of "),
    }


def named(words: str) -> str:
    """The one name of the source that a phrase names, or the names of several with "; " between."""
    phrase = _AFTERTHOUGHT.sub("", " ".join(words.split()).strip(" ,.;:“”\"'"))
    phrase = _LOOSE_END.sub("", _NUMBER.sub("", phrase))
    name, _, last = phrase.rpartition(" ")
    if last in _words()["verbs"] and name.rpartition(" ")[2][:1].isupper():
        phrase = name
    if abbreviated := _ABBREVIATED.match(phrase):
        return names.canonical(abbreviated["full" if names.listed(abbreviated["full"]) else "short"])
    if names.listed(phrase):
        return _as_spelt(phrase)
    if owner := _patterns()["own"].match(phrase) or _patterns()["of"].match(phrase):
        return named(owner["owner"])
    parts = phrase.split(" and ")
    if len(parts) > 1 and all(map(is_plain, parts)):
        return "; ".join(map(names.canonical, parts))
    if (told := _patterns()["story"].match(phrase)) and names.listed(told["owner"]):
        return names.canonical(told["owner"])
    if ", " in phrase:
        people = [part for part in phrase.split(", ") if _PERSON.fullmatch(part)]
        return named(people[0] if people else phrase.split(", ")[0])
    if (person := _patterns()["person"].match(phrase)) and not names.kind(f"{person['name']} of"):
        return person["name"]
    if beside := _patterns()["held"].match(phrase) or _patterns()["medium"].match(phrase):
        name = _as_spelt(beside["name"])
        if names.kind(name) != SourceKind.state:
            return name
    return _as_spelt(phrase)


def _as_spelt(phrase: str) -> str:
    """The one name, but a person's family name as the text spells it ("Zelensky", "Zelenskyy")."""
    name = names.canonical(phrase)
    if names.kind(name) != SourceKind.person or not names.listed(name) or " " not in name:
        return name
    family = phrase.split()[-1].strip(".,").removesuffix("’s").removesuffix("'s")
    return f"{name.rpartition(' ')[0]} {family}" if family[:2] == name.split()[-1][:2] else name


def is_source(name: str, opens: bool, text: str) -> bool:
    """Whether a name is one of somebody or something that can tell; `opens` if it stands first in its sentence."""
    if not re.search(r"[^\W\d_]{2}", name) or name.casefold() in DAYS_AND_MONTHS:
        return False
    if is_pronoun(name) or is_pronoun(name.partition(" ")[0]) or name in _words()["numbers"]:
        return False
    if names.listed(name) or "; " in name or is_plain(name):
        return True
    if _head(name).rpartition(" ")[2][:1].islower():
        return False
    if opens and " " not in name:  # a plain word with the capital of its sentence, unless it has one elsewhere too
        elsewhere = re.search(rf"(?<=[a-z,] ){re.escape(name)}\b", text)
        return elsewhere is not None or is_plain(name.lower())
    return True


def is_plain(phrase: str) -> bool:
    """Whether the head of a phrase is a plain noun for people, bodies or papers."""
    head = _head(phrase)
    last = head.rpartition(" ")[2]
    return last[:1].islower() and (last in _words()["people"] or head.lower().endswith(_kinds()))


def _head(phrase: str) -> str:
    return _HEAD_ENDS.split(phrase)[0]


def is_pronoun(name: str) -> bool:
    """Whether words name no one by themselves."""
    return any(name.casefold() in _words()[kind] for kind in PRONOUNS)


def is_asker(name: str) -> bool:
    """Whether a transcript's label stands for whoever asks."""
    return name.casefold() in _words()["askers"]


def is_office(noun: str) -> bool:
    """Whether a noun says what a person is ("minister", "ambassador")."""
    return noun in _offices() or noun in _words()["people"] or noun in ("official", "spokesman", "spokeswoman")


# -------------------------------------------------------------------------------------------- telling


def telling(sentence: str) -> bool:
    """Whether a sentence has a word that tells of telling; without one it is the outlet's own."""
    return _telling().search(sentence) is not None


@cache
def _telling() -> re.Pattern[str]:
    stems = [re.escape(word[:-1]) + r"\w*" if word.endswith("*") else re.escape(word) for word in _words()["telling"]]
    return re.compile(rf"\b(?:{'|'.join(stems)})\b", re.IGNORECASE)


def speaks(text: str, span: Span) -> bool:
    """Whether a verb of telling stands right beside a phrase: "Kirby said", "according to Kirby"."""
    after, before = text[span.end : span.end + BESIDE], text[max(0, span.start - BESIDE) : span.start]
    return _verb_after().match(after) is not None or _verb_before().search(before) is not None


@cache
def _verb_after() -> re.Pattern[str]:
    verbs = any_of(_words()["verbs"])
    return re.compile(rf"(?:,[^,;]{{1,70}},|[^,;.]{{0,18}}?)?\s(?:[a-z]+ly )?(?:{verbs})\b")


@cache
def _verb_before() -> re.Pattern[str]:
    verbs = any_of(_words()["verbs"])
    return re.compile(
        rf"\b(?:according to|{verbs}|account of|view of)(?: by)?(?: (?:the|its|[A-Z]\w+|[a-z]+)){{0,3}} $"
    )


def closes(text: str, sentence: Span) -> Span | None:
    """Who tells a sentence by its end: "..., the army said on Monday.", "..., said the report." """
    words = text[sentence.start : sentence.end].rstrip(' \n"”’.')
    for pattern in _closings():
        if found := pattern.search(words):
            return Span(sentence.start + found.start("source"), sentence.start + found.end("source"))
    return None


@cache
def _closings() -> tuple[re.Pattern[str], ...]:
    verbs, after = (any_of(_words()[kind]) for kind in ("verbs", "afterwards"))
    ends = r"(?:,[\"”’]{0,2}|[?!][\"”’]{1,2})\s+"
    joins = "who|which|that|but|and|while|as|where|when|whose|because|although|saying|including|with"
    who = rf"(?P<source>(?!(?:{joins})\b)[^,;:\"“”]{{2,90}}?)"
    more = r"(?:, [^\"“”]{1,120})?$"
    return (
        re.compile(rf"{ends}{who} (?:had |has |have )?(?:{verbs}|{after})(?: [^,\"“”]{{1,70}})?$"),
        re.compile(rf"{ends}(?:{after}) {who}{more}"),
        re.compile(rf",? according to {who}{more}"),
    )


def opens(text: str, clause: Span) -> Span | None:
    """Who tells a clause by its beginning: "The ministry has ruled out that ...", "Japan, an ally, announced ..." """
    found = _openings().match(text, clause.start, clause.end)
    return Span(*found.span("source")) if found else None


@cache
def _openings() -> re.Pattern[str]:
    verbs = any_of(_words()["openings"])
    when = r"(?:on )?(?:late )?[A-Z]\w+day|has|have|had|also|again|repeatedly|already|yesterday|today|earlier"
    return re.compile(
        rf"(?P<source>(?!(?i:who|which|that|it|they|he|she|there|this)\b)[^,;:\"“”]{{2,70}}?)(?:, [^,;:\"“”]{{2,60}},)?"
        rf" (?:(?:{when}) )*(?:{verbs})\b",
    )


def dates_speech(text: str, date: Span, trigger: int) -> bool:
    """Whether a date stands beside a verb of telling, and says when it was said ("said on Friday"), not when it was.

    Where the verb is the event itself, at `trigger`, the date is the event's.
    """
    first = max(0, date.start - BESIDE)
    before = _dated_before().search(text[first : date.start])
    after = _dated_after().match(text, date.end)
    told = (first + before.start(), date.start) if before else (date.end, after.end()) if after else None
    return told is not None and not told[0] <= trigger < told[1]


@cache
def _dated_before() -> re.Pattern[str]:
    heard = r"(?: (?:reporters|journalists|parliament|lawmakers|a [a-z]+ [a-z]+))?"
    return re.compile(rf"\b(?:{any_of(_words()['verbs'])}){heard}(?: late| early)? (?:on|last|in) (?:the )?$")


@cache
def _dated_after() -> re.Pattern[str]:
    return re.compile(rf" (?:{any_of(_words()['verbs'])})\b")
