"""The sessions in docs/: every ```console block is run, page by page, and must give what the page shows.

A page is one session in a folder of its own, beside `samples`. `python tests/docs_sessions.py [PAGE ...]` runs the
pages again and writes down what they give; ids in later commands follow those in the outputs before. Times, hashes and
the like are shown as they were when the page was written.
"""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
PAGES = sorted(page for page in (REPOSITORY / "docs").glob("*.md") if "```console" in page.read_text("utf-8"))
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ID = re.compile(r"\b[cf][0-9a-f]{9,12}\b|\b[0-9a-f]{10}\b")
COLOURS = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
PASSING = [
    (re.compile(r"\b20\d\d-\d\d-\d\d \d\d:\d\d\b"), "2026-03-02 09:30"),
    (re.compile(r"ends with [0-9a-f]{16}"), "ends with 3f1c9a0be2d47756"),
    (re.compile(r"before-restore-\d{8}-\d{6}-\d{6}"), "before-restore-20260302-093000-000000"),
]


def run(command: str, folder: Path) -> str:
    """What a terminal of 100 columns shows for a command."""
    ours, theirs = pty.openpty()
    paths = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    settings = {"PATH": paths, "COLUMNS": "100", "LINES": "50", "STOCKTAKE_AUTHOR": "Jane", "TERM": "dumb"}
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "LC_ALL") if name in os.environ}
    process = subprocess.Popen(
        ["bash", "-c", command], cwd=folder, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, env=kept | settings
    )
    os.close(theirs)
    out = b""
    while chunk := _read(ours):
        out += chunk
    os.close(ours)
    process.wait()
    text = COLOURS.sub("", out.decode("utf-8", "replace")).replace("\r\n", "\n")
    text = "\n".join(line.rstrip() for line in text.splitlines())
    for pattern, word in PASSING:
        text = pattern.sub(word, text)
    return text.strip("\n")


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:
        return b""


def steps(block: str) -> list[tuple[str, str]]:
    """The commands of a block, each with the output shown below it."""
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    return [(part.partition("\n")[0], part.partition("\n")[2].strip("\n")) for part in parts]


def as_run(page: str) -> str:
    """The page with every command's output as it is now."""
    renamed: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "samples").symlink_to(REPOSITORY / "samples")

        def rewritten(block: re.Match[str]) -> str:
            shown = []
            for command, before in steps(block[1]):
                command = ID.sub(lambda found: renamed.get(found[0], found[0]), command)
                after = run(command, Path(name))
                renamed.update(zip(ID.findall(before), ID.findall(after), strict=False))
                shown.append(f"$ {command}\n{after}".rstrip("\n"))
            return "```console\n" + "\n\n".join(shown) + "\n```"

        return BLOCK.sub(rewritten, page)


if __name__ == "__main__":
    for path in [Path(name) for name in sys.argv[1:]] or PAGES:
        text = as_run(path.read_text("utf-8"))
        if "Traceback" in text or "; report this" in text:
            sys.exit(f"{path.name} is left as it was: a command in it fails\n{text}")
        path.write_text(text, encoding="utf-8")
        print(f"{path.name} written as it runs now")
