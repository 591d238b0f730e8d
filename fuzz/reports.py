"""Feeds every parser of the reports room with damaged documents and checks that it keeps its promises.

From good documents of each kind it makes bad ones: bytes changed, cut out, doubled, put in, spliced with another
document, numbers made extreme. An input after which the room answers in a way not seen before (another set of
reasons and kinds of result) is kept and damaged further. Each kind runs in a process of its own, so that a crash of
native code is caught too; an input that takes more than 30 seconds of computing counts as a hang.

    python fuzz/reports.py SECONDS [KIND ...] [--seed N]

Prints one line a kind: inputs tried, kinds of answer, findings. A finding is written to fuzz/found/ to be looked
into; once mended it moves to fuzz/corpus/, which the tests run. Exit status 1 when there was any.
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
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests"))

from reports.making import broken_promises, seeds, taken  # noqa: E402

FOUND = HERE / "found"
SLOW = 30  # seconds of computing after which an input counts as a hang
LARGEST = 200_000  # bytes beyond which an input is not grown
EXTREMES = (b"0", b"-1", b"65536", b"2147483648", b"18446744073709551616", b"1e999", b"NaN")


def damaged(random_: random.Random, pool: list[bytes]) -> bytes:
    """One bad document out of good ones."""
    raw = bytearray(random_.choice(pool))
    for _ in range(random_.choice((1, 1, 2, 3, 8))):
        at = random_.randrange(len(raw) + 1)
        span = random_.choice((1, 2, 8, 64, 512))
        match random_.randrange(8):
            case 0:
                raw[at : at + 1] = bytes([random_.randrange(256)])
            case 1:
                del raw[at : at + span]
            case 2:
                raw[at:at] = raw[at : at + span] * random_.choice((1, 2, 50))
            case 3:
                raw[at:at] = random_.randbytes(span)
            case 4:
                other = random_.choice(pool)
                cut = random_.randrange(len(other) + 1)
                raw[at:] = other[cut:]
            case 5:
                numbers = list(re.finditer(rb"\d+", raw))
                if numbers:
                    start, end = random_.choice(numbers).span()
                    raw[start:end] = random_.choice(EXTREMES)
            case 6:
                del raw[at:]
            case 7:
                raw[at:at] = random_.choice(
                    (b"<", b">", b"&#x0;", b"\x00", b"\xed\xa0\x80", b"\r", b'"', b"]]>", b"\xff\xfe")
                )
    return bytes(raw[:LARGEST])


def answer(raw: bytes, name: str) -> tuple[str, ...]:
    """In which way the room answers: the kinds of its results and its reasons without their numbers and names."""
    obtained, failures = taken(raw, name)
    reasons = {re.sub(r"\d+|\(.*?\)", "", failure.reason)[:60] for failure in failures}
    return (
        *sorted(reasons),
        *sorted(
            {
                f"{o.media_type} {o.report.language} {o.report.title is None} "
                f"{o.report.published is None} {min(len(o.report.text), 9)}"
                for o in obtained
            }
        ),
    )


def run_kind(kind: str, seconds: float, seed: int) -> int:
    """Damage documents of one kind for so long; the number of findings."""
    random_ = random.Random(f"{seed} {kind}")
    pool = [raw for raw in seeds()[kind] if raw]
    seen: set[tuple[str, ...]] = set()
    findings: set[str] = set()
    name = f"damaged.{kind}"
    current = FOUND / f".{kind}.current"
    tried, until = 0, time.monotonic() + seconds
    while pool and time.monotonic() < until:
        raw = damaged(random_, pool)
        current.write_bytes(raw)
        tried += 1
        signal.setitimer(signal.ITIMER_PROF, SLOW)
        try:
            broken = broken_promises(raw, name)
            way = answer(raw, name)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            broken, way = [f"{type(error).__name__}: {error}"], ()
        signal.setitimer(signal.ITIMER_PROF, 0)
        if way not in seen:
            seen.add(way)
            pool.append(raw)
        for what in broken:
            if re.sub(r"\d+", "", what)[:80] not in findings:
                findings.add(re.sub(r"\d+", "", what)[:80])
                keep(kind, raw, what)
    current.unlink(missing_ok=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{kind:8} {tried:9,} inputs {len(seen):5} kinds of answer {peak:5} MB {len(findings):3} findings", flush=True
    )
    return len(findings)


def keep(kind: str, raw: bytes, what: str) -> None:
    path = FOUND / f"{kind}-{hashlib.sha256(raw).hexdigest()[:12]}.{kind}"
    path.write_bytes(raw)
    print(f"FOUND {path.name}: {what[:300]}", flush=True)


def hung(*_: object) -> None:
    raise TimeoutError(f"more than {SLOW} seconds")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("seconds", type=float)
    options.add_argument("kinds", nargs="*", default=[])
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = options.parse_args()
    FOUND.mkdir(exist_ok=True)
    if given.inside:
        signal.signal(signal.SIGPROF, hung)
        return min(run_kind(given.kinds[0], given.seconds, given.seed), 1)
    bad = 0
    for kind in given.kinds or seeds():
        command = [sys.executable, __file__, str(given.seconds), kind, "--seed", str(given.seed), "--inside"]
        done = subprocess.run(command, env={**os.environ, "OMP_NUM_THREADS": "1"}, stderr=subprocess.DEVNULL)
        if done.returncode not in (0, 1):
            current = FOUND / f".{kind}.current"
            keep(kind, current.read_bytes(), f"the process died ({done.returncode})")
        bad += done.returncode != 0
    return min(bad, 1)


if __name__ == "__main__":
    sys.exit(main())
