"""Hold a part of train.jsonl back, to measure readers that begin with the claims study's weights.

The study has seen `dev.jsonl`, `wiredev.jsonl` and the reports of six topics of `train.jsonl`; of the topics that it
has not seen, the reports of even number are measured on: those in our own words, and newswire.

    python held_out.py FOLDER      # writes own.jsonl, wire.jsonl and rest.jsonl
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from windows import read_lines

SEEN_BY_STUDY = ("missiles", "asia", "older", "releases", "panels", "platforms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    options = parser.parse_args()
    parts: dict[str, list[str]] = {"own": [], "wire": [], "rest": []}
    for report in read_lines(options.shared / "reading/train.jsonl"):
        topic, number = report["id"].split("-")
        measured = topic not in SEEN_BY_STUDY and int(number) % 2 == 0
        parts[("wire" if topic.startswith("wire") else "own") if measured else "rest"].append(json.dumps(report))
    options.folder.mkdir(parents=True, exist_ok=True)
    for name, lines in parts.items():
        (options.folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
        print(f"{name}.jsonl: {len(lines)} reports")


if __name__ == "__main__":
    main()
