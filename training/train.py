"""Train the reader on claims, with batches of PolNeAR between, and keep the average of its weights.

Each epoch sees a part of the reports retold of other states, at another window size, and among them some plain
news that states no claim. With `--keep` a smaller reader is made of some of a trained reader's layers; with
`--teacher` it learns beside the gold what a larger reader answers on news that nobody has labelled.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import attribution
import claims
import torch
from alignment import aligned
from initial import studied_reader
from network import Reader, load_reader
from news import armed_news, silent_news
from renaming import renamed
from windows import MASK, cut, read_lines, stack

from stocktake.reading.pieces import Tokenizer

SIZES = (512, 320, 320, 192)
"""Windows are cut anew each epoch, at one of these sizes."""
SPEECH_SIZE, SPEECH_BATCH = 256, 8
NEWS_SIZE, NEWS_BATCH = 224, 10
ENCODER = ("word", "position", "feature", "norm.", "layers.")
HEAD_FACTOR = 4.0
"""Heads learn this much faster than the encoder."""
WARM_UP, FLOOR = 0.08, 0.02
WEIGHT_DECAY, BETAS = 0.01, (0.9, 0.98)


def rate_at(step: int, steps: int) -> float:
    """A short rise, then half a cosine."""
    rise = min(1.0, (step + 1) / (WARM_UP * steps + 1))
    return rise * max(FLOOR, 0.5 * (1 + math.cos(math.pi * step / steps)))


def shuffled(items: Sequence[Any], seed: random.Random) -> list[Any]:
    return seed.sample(list(items), len(items))


def batches(examples: Sequence[Any], size: int, seed: random.Random) -> list[list[Any]]:
    """Shuffled batches of examples that are about equally long, so that little is padding."""
    order = shuffled(examples, seed)
    pools = [order[first : first + 4 * size] for first in range(0, len(order), 4 * size)]
    order = [one for pool in pools for one in sorted(pool, key=lambda one: len(one.window))]
    return shuffled([order[first : first + size] for first in range(0, len(order), size)], seed)


def endless(items: Sequence[Any], size: int, seed: random.Random) -> Iterator[list[Any]]:
    """Batches of `size` items, shuffled anew each time all have been seen."""
    while True:
        order = shuffled(items, seed)
        for first in range(0, len(order) - size + 1, size):
            yield order[first : first + size]


class Course:
    """One run: a reader, its optimiser and schedule, and the running average of its weights."""

    def __init__(self, reader: Reader, rate: float, steps: int, average: float) -> None:
        reader.word.weight.requires_grad_(False)
        self.reader, self.averaged, self.average, self.step = reader, copy.deepcopy(reader).eval(), average, 0
        groups = [
            {
                "params": [weights],
                "lr": rate * (1 if name.startswith(ENCODER) else HEAD_FACTOR),
                "weight_decay": WEIGHT_DECAY if weights.dim() > 1 else 0.0,
            }
            for name, weights in reader.named_parameters()
            if weights.requires_grad
        ]
        self.optimiser = torch.optim.AdamW(groups, betas=BETAS, fused=True)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimiser, lambda step: rate_at(step, steps))

    def advance(self) -> None:
        """Take a step along the gradients gathered so far."""
        torch.nn.utils.clip_grad_norm_(self.reader.parameters(), 1.0)
        self.optimiser.step()
        self.schedule.step()
        self.optimiser.zero_grad(set_to_none=True)
        self.step += 1
        pace = min(self.average, self.step / (self.step + 10))
        with torch.no_grad():
            for mean, now in zip(self.averaged.parameters(), self.reader.parameters(), strict=True):
                if now.requires_grad:
                    mean.lerp_(now, 1 - pace)

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save(self.averaged.state_dict(), path)


def claim_examples(reports: list[dict[str, Any]], tokenizer: Tokenizer, size: int) -> list[claims.Example]:
    return [
        claims.example(window, report["claims"])
        for report in reports
        for window in cut(report["text"], tokenizer, size)
    ]


def speech_examples(path: Path, tokenizer: Tokenizer, seed: random.Random) -> list[attribution.Example]:
    """PolNeAR's training part, in windows of varied size, so that cuts fall anywhere."""
    return [
        attribution.example(window, report["attributions"])
        for report in read_lines(path)
        for window in cut(report["text"], tokenizer, seed.randint(SPEECH_SIZE // 2, SPEECH_SIZE))
    ]


def news_examples(shared: Path, avoid: Sequence[Path], tokenizer: Tokenizer) -> list[claims.Example]:
    """The newswire on arms or forces in windows without labels, for a teacher to answer."""
    return [
        claims.example(window, []) for text in armed_news(shared, avoid) for window in cut(text, tokenizer, NEWS_SIZE)
    ]


def options_given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument(
        "--claims", nargs="+", default=["train"], help="gold files to learn from: of reading/, or paths"
    )
    parser.add_argument("--start", type=Path, help="weights to go on from; the attributions study's when absent")
    parser.add_argument("--keep", type=int, nargs="+", help="the encoder layers of --start to keep")
    parser.add_argument("--teacher", type=Path, help="weights whose answers on unlabelled news are learnt as well")
    parser.add_argument(
        "--taught", type=float, default=0.3, help="share of steps with a batch that the teacher answers"
    )
    parser.add_argument("--measured", type=Path, nargs="*", default=[], help="gold files whose texts no news may share")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=18)
    parser.add_argument("--steps", type=int, help="in place of --epochs")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--rate", type=float, default=2.5e-4)
    parser.add_argument("--speech", type=float, default=0.35, help="share of steps with a batch of PolNeAR")
    parser.add_argument("--speech-weight", type=float, default=4.0, help="what its loss counts beside that of claims")
    parser.add_argument("--renamed", type=float, default=0.5, help="share of reports retold of other states")
    parser.add_argument("--silent", type=float, default=0.15, help="plain news without claims, as a share of reports")
    parser.add_argument("--masked", type=float, default=0.05, help="share of pieces hidden, against learning by rote")
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--average", type=float, default=0.99)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def main() -> None:
    options = options_given()
    torch.manual_seed(options.seed)
    seed = random.Random(options.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    reading = options.shared / "reading"
    tokenizer = Tokenizer(reading / "study/attributions/tokenizer.json")
    if options.start:
        reader = load_reader(options.start, options.keep, options.dropout)
    else:
        reader = studied_reader(reading / "study", options.dropout)
    reader.to(device).train()

    gold = [reading / f"{name}.jsonl" if "/" not in name else Path(name) for name in options.claims]
    reports = [aligned(report) for path in gold for report in read_lines(path)]
    spoken = endless(speech_examples(reading / "public/polnear-train.jsonl.gz", tokenizer, seed), SPEECH_BATCH, seed)
    quiet = silent_news(options.shared, options.measured)
    windows = sum(len(cut(report["text"], tokenizer, SIZES[0])) for report in reports)
    steps = options.steps or options.epochs * math.ceil(windows / options.batch)
    teacher = load_reader(options.teacher).to(device).eval() if options.teacher else None
    if teacher:
        unlabelled = endless(news_examples(options.shared, options.measured, tokenizer), NEWS_BATCH, seed)
    course = Course(reader, options.rate, steps, options.average)
    print(f"{len(reports)} reports, {steps} steps, {len(reader.layers)} layers, {device}", flush=True)
    began, epoch = time.time(), 0
    while course.step < steps:
        epoch += 1
        told = [renamed(report, seed) if seed.random() < options.renamed else report for report in reports]
        told += [{"text": text, "claims": []} for text in seed.sample(quiet, int(options.silent * len(told)))]
        examples = claim_examples(told, tokenizer, seed.choice(SIZES))
        size = max(1, round(options.batch * len(examples) / windows))
        sums: Counter[str] = Counter()
        for batch in batches(examples, size, seed)[: steps - course.step]:
            ids, features, mask = stack([one.window for one in batch], device)
            hidden = (torch.rand(ids.shape, device=device) < options.masked) & (ids > MASK)
            with torch.autocast(device, torch.bfloat16):
                states = reader.encode(torch.where(hidden, torch.full_like(ids, MASK), ids), features, mask)
                cost, parts = claims.loss(reader, states, batch)
            cost.backward()
            sums.update(parts | {"batches": 1})
            if seed.random() < options.speech:
                said = next(spoken)
                ids, features, mask = stack([one.window for one in said], device)
                with torch.autocast(device, torch.bfloat16):
                    cost = options.speech_weight * attribution.loss(reader, reader.encode(ids, features, mask), said)
                cost.backward()
                sums["speech"] += float(cost.detach()) / options.speech
            if teacher and seed.random() < options.taught:
                asked = next(unlabelled)
                ids, features, mask = stack([one.window for one in asked], device)
                with torch.autocast(device, torch.bfloat16):
                    cost = claims.agreement(reader, teacher, ids, features, mask, asked)
                cost.backward()
                sums["taught"] += float(cost.detach()) / options.taught
            course.advance()
        count = sums.pop("batches")
        means = ", ".join(f"{name} {total / count:.3f}" for name, total in sums.items())
        print(f"epoch {epoch}, step {course.step} of {steps}: {means}; {time.time() - began:.0f} s", flush=True)
        course.save(options.out)
    options.out.with_suffix(".json").write_text(json.dumps(vars(options), default=str, indent=1))


if __name__ == "__main__":
    main()
