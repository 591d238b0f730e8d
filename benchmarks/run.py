"""Runs every benchmark in this folder and writes what they print, and on what machine, into results.md.

    make bench                       all of them (an hour or so; the peers come from benchmarks/requirements.txt)
    python benchmarks/run.py reading weighing     only these

A benchmark is a script that prints its figures, each beside a peer's on the same work in the same run. One that fails
or lacks its peer is written down as such; the others are run all the same, and the exit status is 1.
"""

from __future__ import annotations

import datetime as dt
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.md"


def machine() -> str:
    """The processor, its cores, the memory and the Python in one line."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}"


def main(names: list[str]) -> int:
    """Run the benchmarks named, or all; 1 when one of them failed."""
    scripts = sorted(p for p in HERE.glob("*.py") if p.name != Path(__file__).name)
    if names:
        unknown = set(names) - {p.stem for p in scripts}
        if unknown:
            sys.exit(
                f"no benchmark is called {', '.join(sorted(unknown))}; there are {', '.join(p.stem for p in scripts)}"
            )
        scripts = [p for p in scripts if p.stem in names]
    sections = [f"# Benchmarks\n\nRun on {dt.date.today()} on {machine()}.\n"]
    failed = False
    for script in scripts:
        print(f"{script.stem} ...", flush=True)
        begun = time.monotonic()
        done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
        failed |= done.returncode != 0
        outcome = done.stdout if done.returncode == 0 else f"{done.stdout}\nFAILED\n{done.stderr[-1500:]}"
        print(outcome, flush=True)
        seconds = time.monotonic() - begun
        sections.append(f"## {script.stem}\n\n```text\n{outcome.strip()}\n```\n\nTook {seconds:.0f} s.\n")
    RESULTS.write_text("\n".join(sections), encoding="utf-8")
    print(f"written to {RESULTS.relative_to(Path.cwd()) if RESULTS.is_relative_to(Path.cwd()) else RESULTS}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
