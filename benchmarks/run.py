"""Runs the benchmarks of this folder and writes what they print, when and on what machine, into results.md.

    make bench                                    all of them (over an hour on two cores)
    python benchmarks/run.py reading weighing     only these; the sections of the others stay as they are
    python benchmarks/run.py --printed FILE web   what one printed in a run of its own

A benchmark is a script that prints its figures, each beside a peer's on the same work in the same run. Its section is
written as soon as it ends. One that fails or lacks its peer is written down as such, unless an earlier run of it went
well, which then stays; the others are run all the same, and the exit status is 1. Each section names the commit that it
was run on; at the end those are listed whose code has changed since.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import re
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.md"
CODE = ("src", "benchmarks/*.py")
"""What figures come from."""
HEAD = """# Benchmarks

Written by `benchmarks/run.py`; each section says when it was run and on what. A ratio is the peer's time by ours (above
1 we are the faster) unless the lines say otherwise, with the range over the rounds of the run. Load is how many
processes wanted a core as the run ended.
"""
ARGUMENTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "forecasting_backtest": ((), ("--claims",)),
    "forecasting_calibration": (("--worlds", "100", "--save", "build/worlds.jsonl"),),
    "forecasting_reference": (
        ("--sampler", "numpyro"),
        ("--sampler", "nutpie", "--chains", "2", "--draws", "1000"),
    ),
    "forecasting_series": (("--kind", "attacks", "--half", "1"), ("--kind", "plants", "--half", "1")),
    "forecasting_speed": (("--programmes", "200"),),
    "reading": (("--sample", "4"),),
    "weighing": (("gold",), ("large", "100000"), ("large", "300000"), ("large", "1000000")),
}
"""What a benchmark is run with, a run each, where it is not nothing."""


def machine() -> str:
    """The processor, its cores, the memory and the Python in one line."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}"


def benchmarks() -> dict[str, Path]:
    """The scripts that can be run, by name; modules that they share are none."""
    found = (path for path in sorted(HERE.glob("*.py")) if path.name != Path(__file__).name)
    return {path.stem: path for path in found if '__name__ == "__main__"' in path.read_text(encoding="utf-8")}


def sections(text: str) -> dict[str, str]:
    """By benchmark, its section of a results file, without the heading."""
    pieces = re.split(r"^## (\S+)\n", text, flags=re.MULTILINE)[1:]
    return {name: body.strip() for name, body in zip(pieces[::2], pieces[1::2], strict=True)}


def write(results: Path, name: str, body: str, *, failed: bool = False) -> None:
    """Puts a benchmark's section in place of the one it had; a failure does not displace a success."""
    known = sections(results.read_text(encoding="utf-8")) if results.exists() else {}
    if failed and name in known and "FAILED" not in known[name]:
        return
    known[name] = body
    whole = [HEAD, *(f"## {title}\n\n{known[title]}\n" for title in sorted(known))]
    results.write_text("\n".join(whole), encoding="utf-8")


def git(*arguments: str) -> subprocess.CompletedProcess[str]:
    """What git says of this repository."""
    return subprocess.run(["git", "-C", str(HERE.parent), *arguments], capture_output=True, text=True, check=False)


def commit() -> str:
    """The commit that lies here, and whether the code has changes besides."""
    name = git("rev-parse", "--short=9", "HEAD").stdout.strip()
    changed = git("diff", "--quiet", "HEAD", "--", *CODE).returncode
    return f"commit {name}{' with changes' if changed else ''}" if name else "an unknown commit"


def outdated(results: Path) -> list[str]:
    """The sections that were not run on the code that lies here, each with the commit that it names."""
    found = []
    for name, body in sections(results.read_text(encoding="utf-8")).items():
        named = re.match(r"Run on \S+ on (?:commit (\w+)( with changes)?)?", body)
        of, changed = named.groups() if named else (None, None)
        if of is None or changed or git("diff", "--quiet", of, "--", *CODE).returncode:
            found.append(f"{name} ({of or 'unknown'}{changed or ''})")
    return found


def section(outcome: str, seconds: float | None) -> str:
    """What a benchmark printed, with when, where, and how many processes wanted a core as it ended."""
    took = f"; it took {seconds:.0f} s, load {os.getloadavg()[0]:.0f}" if seconds is not None else ""
    told = _without_places(outcome).strip()
    code = commit() if seconds is not None else "a commit that it did not name"
    return f"Run on {dt.date.today()} on {code}, on {machine()}{took}.\n\n```text\n{told}\n```"


def _without_places(outcome: str) -> str:
    """Names of folders of this machine left out."""
    return re.sub(rf"{re.escape(str(HERE.parent))}/?|/tmp/[\w./-]+/|{re.escape(sys.prefix)}/?", "", outcome)


def run(name: str, script: Path) -> tuple[str, bool]:
    """What a benchmark prints, with all the arguments that it is run with, and whether it failed."""
    told, failed = [], False
    for arguments in ARGUMENTS.get(name, ((),)):
        command = [sys.executable, str(script), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=HERE.parent)
        failed |= done.returncode != 0
        told += [f"$ {' '.join([script.name, *arguments])}"] if arguments else []
        told += [done.stdout.strip()]
        if done.returncode:
            told += [f"FAILED: {done.stderr.strip().rpartition(chr(10))[2]}"]
    return "\n".join(told), failed


def main() -> int:
    """Runs the benchmarks named, or all; 1 when one of them failed."""
    known = benchmarks()
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(known)}; all unless named")
    options.add_argument("--printed", type=Path, metavar="FILE", help="write down what NAME printed; nothing is run")
    given = options.parse_args()
    if unknown := set(given.names) - set(known):
        options.error(f"no benchmark is called {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    if given.printed:
        if len(given.names) != 1:
            options.error("--printed takes the name of one benchmark")
        write(RESULTS, given.names[0], section(given.printed.read_text(encoding="utf-8"), None))
        return 0
    bad = False
    for name in given.names or known:
        print(f"{name} ...", flush=True)
        begun = time.monotonic()
        outcome, failed = run(name, known[name])
        bad |= failed
        print(outcome, flush=True)
        write(RESULTS, name, section(outcome, time.monotonic() - begun), failed=failed)
    print(f"written to {RESULTS.relative_to(HERE.parent)}")
    if old := outdated(RESULTS):
        print(f"run on other code than what lies here: {', '.join(old)}")
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
