"""A language model as reader, optional: any endpoint that speaks the OpenAI chat protocol.

One report a call. The model may only point: for each claim it gives words of the report, slot by slot, under a
JSON schema; this module finds the words in the text, drops what is not there, and makes names, bounds and dates of
them by the same rules as the local reader. So a model cannot bring in what the report does not say, and a report
that talks to the model ("ignore your instructions") can at most lose its own claims. Answers are kept by
(model, prompt, report); where no usable answer comes, the local reader reads the report and says so.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import httpx
import msgspec

from stocktake.reading import items, names, quantities, sentences, times
from stocktake.vocabulary import Claim, EventType, Modality, Period, Quantity, Report, Span, Stance, stable_id

TRIES = 2
LONGEST_ANSWER = 4 << 20


class Pointed(msgspec.Struct, frozen=True, kw_only=True):
    """One claim as the model gives it: words of the report, never values of its own making."""

    quote: str
    event: EventType
    trigger: str
    agent: list[str] = []
    recipient: list[str] = []
    item: list[str] = []
    place: str | None = None
    quantity: str | None = None
    time: str | None = None
    sources: list[str] = []
    stance: Stance = Stance.asserts
    modality: Modality = Modality.actual
    negated: bool = False


class Answer(msgspec.Struct, frozen=True):
    """All claims of one report."""

    claims: list[Pointed]


class Usage(msgspec.Struct, kw_only=True):
    """What a run of the model cost: tokens as the endpoint counts them, seconds as waited for."""

    calls: int = 0
    cached: int = 0
    fallbacks: int = 0
    dropped: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0

    def cost(self, prompt_price: float, completion_price: float) -> float:
        """The bill, for prices per million tokens."""
        return (self.prompt_tokens * prompt_price + self.completion_tokens * completion_price) / 1e6


class NoAnswer(Exception):
    """The endpoint gave nothing that can be used; the message says what it gave."""


class LanguageModelReader:
    """Reads reports by a chat endpoint at `url` (".../v1") with `model`; `local` reads where it fails.

    `cache` is a folder for answers (None: keep none). `usage` adds up over the reader's life; `version` says which
    model and prompt made the claims.
    """

    def __init__(
        self,
        url: str,
        model: str,
        local: Callable[[Report], tuple[Claim, ...]],
        *,
        key: str | None = None,
        cache: Path | None = None,
        timeout: float = 120.0,
    ) -> None:
        self.model = model
        self.local = local
        self.cache = cache
        self.usage = Usage()
        self.prompt = resources.files("stocktake.reading").joinpath("lexicon/llm_prompt.txt").read_text("utf-8")
        self.version = f"llm:{model}:{hashlib.sha256(self.prompt.encode()).hexdigest()[:8]}"
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.Client(base_url=url.rstrip("/") + "/", headers=headers, timeout=timeout)

    def read(self, report: Report) -> tuple[Claim, ...]:
        """The claims of one report, by the model or, failing that, by the local reader (`why` says which)."""
        try:
            answer = self._answer(report)
        except NoAnswer as problem:
            self.usage.fallbacks += 1
            reason = f"local reader ({problem})"
            return tuple(msgspec.structs.replace(c, why=c.why | {"reader": reason}) for c in self.local(report))
        return self._ground(report, answer)

    # ------------------------------------------------------------------------------------------ asking

    def _answer(self, report: Report) -> Answer:
        kept = self._kept(report)
        if kept is not None and kept.exists():
            self.usage.cached += 1
            return msgspec.json.decode(kept.read_bytes(), type=Answer)
        problem = NoAnswer("the endpoint was not asked")
        for _ in range(TRIES):
            try:
                answer = self._ask(report)
            except NoAnswer as error:
                problem = error
                continue
            if kept is not None:
                kept.parent.mkdir(parents=True, exist_ok=True)
                draft = kept.with_suffix(f".{os.getpid()}")
                draft.write_bytes(msgspec.json.encode(answer))
                draft.replace(kept)
            return answer
        raise problem

    def _kept(self, report: Report) -> Path | None:
        if self.cache is None:
            return None
        parts = (self.model, self.prompt, _shown(report))
        return self.cache / (hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest() + ".json")

    def _ask(self, report: Report) -> Answer:
        body = {
            "model": self.model,
            "temperature": 0,
            "messages": [{"role": "system", "content": self.prompt}, {"role": "user", "content": _shown(report)}],
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "claims", "strict": True, "schema": _schema()},
            },
        }
        begun = time.monotonic()
        self.usage.calls += 1
        try:
            with self._http.stream("POST", "chat/completions", json=body) as response:
                raw = bytearray()
                for piece in response.iter_bytes():
                    raw += piece
                    if len(raw) > LONGEST_ANSWER:
                        raise NoAnswer(f"the model's answer is over {LONGEST_ANSWER >> 20} MB")
                status = response.status_code
        except httpx.TimeoutException as error:
            raise NoAnswer("the model did not answer in time") from error
        except httpx.HTTPError as error:
            raise NoAnswer(f"the endpoint cannot be reached: {type(error).__name__}") from error
        finally:
            self.usage.seconds += time.monotonic() - begun
        if status != 200:
            raise NoAnswer(f"the endpoint answered with status {status}")
        return self._decoded(bytes(raw))

    def _decoded(self, raw: bytes) -> Answer:
        try:
            reply: dict[str, Any] = msgspec.json.decode(raw, type=dict[str, Any])
            choice = reply["choices"][0]
            content = choice["message"]["content"]
            usage = reply.get("usage") or {}
            self.usage.prompt_tokens += int(usage.get("prompt_tokens") or 0)
            self.usage.completion_tokens += int(usage.get("completion_tokens") or 0)
        except (msgspec.MsgspecError, KeyError, IndexError, TypeError, ValueError) as error:
            raise NoAnswer("the endpoint's answer is not in the chat protocol") from error
        if choice.get("finish_reason") == "length":
            raise NoAnswer("the model's answer was cut off at its length limit")
        try:
            loose = msgspec.json.decode(content or "", type=dict[str, list[Any]])
        except msgspec.MsgspecError as error:
            raise NoAnswer("the model's answer is not the JSON that was asked for") from error
        claims = []
        for value in loose.get("claims", []):
            # A claim with a type or stance of the model's own invention is dropped, the others are kept.
            try:
                claims.append(msgspec.convert(value, Pointed))
            except msgspec.ValidationError:
                self.usage.dropped += 1
        return Answer(claims)

    # -------------------------------------------------------------------------------------- grounding

    def _ground(self, report: Report, answer: Answer) -> tuple[Claim, ...]:
        found = {}
        for pointed in answer.claims:
            claim = _grounded(report, pointed, self.model)
            if claim is None:
                self.usage.dropped += 1
            else:
                found[claim.id] = claim
        return tuple(sorted(found.values(), key=lambda c: (c.start, c.id)))


def _shown(report: Report) -> str:
    """What the model sees: the report as data, between marks that its text cannot close."""
    fence = hashlib.sha256(report.text.encode("utf-8", "replace")).hexdigest()[:16]
    day = report.published.isoformat() if report.published else "unknown"
    return f"Published: {day}\nOutlet: {report.outlet or 'unknown'}\n<report {fence}>\n{report.text}\n</report {fence}>"


def _schema() -> dict[str, Any]:
    """The JSON schema of `Answer`, in the strict form that constrained decoders take: inlined, all keys required."""
    (schema,), parts = msgspec.json.schema_components([Answer], ref_template="{name}")

    def inline(node: Any) -> Any:
        if isinstance(node, list):
            return [inline(n) for n in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            return inline(parts[node["$ref"]])
        out = {k: inline(v) for k, v in node.items() if k not in ("default", "title", "description")}
        if "properties" in out:
            out |= {"required": list(out["properties"]), "additionalProperties": False}
        return out

    result: dict[str, Any] = inline(schema)
    return result


def _find(text: str, words: str | None, start: int = 0, end: int | None = None) -> Span | None:
    """Where `words` stand in `text[start:end]`: letter for letter, else with white space folded."""
    words = (words or "").strip()
    if not words:
        return None
    stop = len(text) if end is None else end
    at = text.find(words, start, stop)
    if at >= 0:
        return Span(at, at + len(words))
    match = re.compile(r"\s+".join(re.escape(w) for w in words.split())).search(text, start, stop)
    return Span(*match.span()) if match else None


def _grounded(report: Report, pointed: Pointed, model: str) -> Claim | None:
    """The claim that the model points at, or None where its sentence or its trigger is not in the text."""
    text = report.text
    quoted = _find(text, pointed.quote)
    if quoted is None:
        return None
    around = [s for s in sentences.split(text) if s.start < quoted.end and quoted.start < s.end]
    sentence = around[0] if around else quoted
    trigger = _find(text, pointed.trigger, sentence.start, sentence.end)
    if trigger is None:
        return None
    spans: dict[str, tuple[Span, ...]] = {"trigger": (trigger,)}
    slots: dict[str, Any] = {}

    def several(slot: str, words: list[str], form: Callable[[str], str]) -> list[str]:
        # The sentence first, then the report: a party is often named elsewhere.
        where = [_find(text, w, sentence.start, sentence.end) or _find(text, w) for w in words]
        stands = [s for s in where if s is not None]
        if stands:
            spans[slot] = tuple(stands)
        return list(dict.fromkeys(form(text[s.start : s.end]) for s in stands))

    for slot, words, form in (
        ("agent", pointed.agent, names.canonical),
        ("recipient", pointed.recipient, names.canonical),
        ("item", pointed.item, items.head),
    ):
        slots[slot] = "; ".join(several(slot, words, form)) or None
    slots["sources"] = tuple(several("sources", pointed.sources, names.canonical))
    place = _find(text, pointed.place, sentence.start, sentence.end)
    if place is not None:
        spans["place"], slots["place"] = (place,), text[place.start : place.end]
    number = _find(text, pointed.quantity, sentence.start, sentence.end)
    if number is not None and (quantity := _quantity(text, number)):
        spans["quantity"], slots["quantity"] = (number,), quantity
    day = _find(text, pointed.time, sentence.start, sentence.end)
    if day is not None and (period := _period(report, day, planned=pointed.modality is not Modality.actual)):
        spans["time"], slots["time"] = (day,), period
    why = dict.fromkeys(spans, f"words given by {model}")
    identity = stable_id(
        "c", report.id, sentence.start, pointed.event, trigger.start, pointed.stance, *map(str, slots.values())
    )
    return Claim(
        id=identity,
        report=report.id,
        start=sentence.start,
        end=sentence.end,
        quote=text[sentence.start : sentence.end],
        event=pointed.event,
        stance=pointed.stance,
        modality=pointed.modality,
        negated=pointed.negated,
        confidence=0.5,  # no calibration is known for a model that the user brings
        spans=spans,
        why=why,
        **slots,
    )


def _quantity(text: str, span: Span) -> Quantity | None:
    amounts = quantities.find(text, start=span.start, end=span.end)
    if not amounts:
        return None
    a = amounts[0]
    return Quantity(low=a.low, high=a.high, unit=a.unit, per=a.per, approximate=a.approximate)


def _period(report: Report, span: Span, *, planned: bool) -> Period | None:
    for found in times.find(report.text, report.published, start=span.start, end=span.end):
        period = times.period(report.text, found, report.published, planned)
        if period is not None:
            return period
    return None
