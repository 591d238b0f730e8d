"""The loop that all fuzzing here shares: damage good inputs, try them, keep what is new, report what breaks.

Hypothesis draws the choices; a good input is changed by bytes put in, cut out, doubled, spliced with another, and
numbers made extreme. An input after which the answer is of a kind not seen before is kept and damaged further. Each
target runs in a process of its own, so that a crash of native code is caught too; an input that takes more than 30
seconds of computing counts as a hang.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

HERE = Path(__file__).resolve().parent
FOUND = HERE / "found"
SLOW = 30  # seconds of computing after which an input counts as a hang
LARGEST = 200_000  # bytes beyond which an input is not grown
EXTREMES = (b"0", b"-1", b"65536", b"2147483648", b"18446744073709551616", b"1e999", b"NaN", b"9999-99-99")
ODD = (
    *(b"<", b">", b"&#x0;", b"\x00", b"\xed\xa0\x80", b"\r", b'"', b"]]>", b"\xff\xfe", b"%", b"'"),
    *(text.encode() for text in ("\u202e", "\u0301" * 9, "\U0001f600", "\u00ad", "\ufeff", "İ", "ß", "٣", "½", "Ⅷ")),
)


class Target(NamedTuple):
    """Something that takes outside input: good inputs, and a trial that says what broke and how it answered."""

    seeds: list[bytes]
    trial: Callable[[bytes], tuple[list[str], tuple[str, ...]]]


def damaged(draw: random.Random, pool: list[bytes]) -> bytes:
    """One bad input out of good ones."""
    raw = bytearray(draw.choice(pool))
    for _ in range(draw.choice((1, 1, 2, 3, 8))):
        at = draw.randrange(len(raw) + 1)
        span = draw.choice((1, 2, 8, 64, 512))
        match draw.randrange(8):
            case 0:
                raw[at : at + 1] = bytes([draw.randrange(256)])
            case 1:
                del raw[at : at + span]
            case 2:
                raw[at:at] = raw[at : at + span] * draw.choice((1, 2, 50))
            case 3:
                raw[at:at] = draw.randbytes(span)
            case 4:
                other = draw.choice(pool)
                raw[at:] = other[draw.randrange(len(other) + 1) :]
            case 5:
                numbers = list(re.finditer(rb"\d+", raw))
                if numbers:
                    start, end = draw.choice(numbers).span()
                    raw[start:end] = draw.choice(EXTREMES)
            case 6:
                del raw[at:]
            case 7:
                raw[at:at] = draw.choice(ODD)
    return bytes(raw[:LARGEST])


class Run:
    """One target, tried for a time."""

    def __init__(self, name: str, target: Target) -> None:
        self.name = name
        self.target = target
        self.pool = [raw for raw in target.seeds if raw]
        self.seen: set[tuple[str, ...]] = set()
        self.findings: set[str] = set()
        self.tried = 0

    def one(self, draw: random.Random) -> None:
        raw = damaged(draw, self.pool)
        (FOUND / f".{self.name}.current").write_bytes(raw)
        self.tried += 1
        signal.setitimer(signal.ITIMER_PROF, SLOW)
        try:
            broken, way = self.target.trial(raw)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            broken, way = [f"{type(error).__name__}: {error}"], ()
        signal.setitimer(signal.ITIMER_PROF, 0)
        if way not in self.seen:
            self.seen.add(way)
            self.pool.append(raw)
        for what in broken:
            known = re.sub(r"\d+", "", what)[:80]
            if known not in self.findings:
                self.findings.add(known)
                keep(self.name, raw, what)

    def go(self, seconds: float, seed: int) -> int:
        """Try inputs for so many seconds of processor; the number of findings."""
        begun = time.monotonic()
        while self.pool and processor() < seconds:
            seed += 1
            self._some(seed)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        (FOUND / f".{self.name}.current").unlink(missing_ok=True)
        print(
            f"{self.name:9} {processor():6.0f} s of processor in {time.monotonic() - begun:6.0f} s "
            f"{self.tried:9,} inputs, {len(self.pool):6,} of them kept, {len(self.seen):6,} kinds of answer "
            f"{peak:5} MB {len(self.findings):3} findings",
            flush=True,
        )
        return len(self.findings)

    def _some(self, seed: int) -> None:
        @settings(
            max_examples=50,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(st.integers(0, 2**64))
        def some(drawn: int) -> None:
            self.one(random.Random(f"{seed} {drawn}"))

        some()


def processor() -> float:
    """Seconds of processor spent by this process, and by its children that have ended."""
    return sum(os.times()[:4])


def keep(name: str, raw: bytes, what: str) -> None:
    path = FOUND / f"{name}-{hashlib.sha256(raw).hexdigest()[:12]}.{name}"
    path.write_bytes(raw)
    print(f"FOUND {path.name}: {what[:300]}", flush=True)


def hung(*_: object) -> None:
    raise TimeoutError(f"more than {SLOW} seconds")


def main(targets: Mapping[str, Callable[[], Target]]) -> int:
    """The command line of every script here; exit status 1 when anything was found."""
    options = argparse.ArgumentParser()
    options.add_argument("seconds", type=float, help="of processor, for each target")
    options.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(targets)}; all unless named")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given_ = options.parse_args()
    FOUND.mkdir(exist_ok=True)
    if given_.inside:
        signal.signal(signal.SIGPROF, hung)
        name = given_.targets[0]
        return min(Run(name, targets[name]()).go(given_.seconds, given_.seed * 1_000_000), 1)
    bad = 0
    for name in given_.targets or targets:
        command = [sys.executable, sys.argv[0], str(given_.seconds), name, "--seed", str(given_.seed), "--inside"]
        done = subprocess.run(command, env={**os.environ, "OMP_NUM_THREADS": "1"}, stderr=subprocess.DEVNULL)
        if done.returncode not in (0, 1):
            keep(name, (FOUND / f".{name}.current").read_bytes(), f"the process died ({done.returncode})")
        bad += done.returncode != 0
    return min(bad, 1)
