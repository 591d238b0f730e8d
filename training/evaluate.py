"""Last stage: score exported weights with the scorers of ../shared, read by the package itself, and time them."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from windows import read_lines

from stocktake.reading import reader
from stocktake.vocabulary import Claim, Mentions, Report


def claims_line(report: Report, claims: tuple[Claim, ...]) -> dict[str, Any]:
    return {"id": report.id, "claims": msgspec.to_builtins(claims)}


def mentions_line(report: Report, mentions: Mentions) -> dict[str, Any]:
    return msgspec.to_builtins(mentions)


def run(
    gold: Path, read: Callable[[Report], Any], line: Callable[[Report, Any], dict[str, Any]], scorer: list[str]
) -> None:
    """Read every report of a gold file, print the words read per CPU-second and what the scorer says."""
    reports = []
    for record in read_lines(gold):
        shown = {name: record[name] for name in ("id", "text", "published", "outlet", "title", "url") if name in record}
        reports.append(msgspec.convert(shown, Report, strict=False))
    read(reports[0])
    began = time.process_time()
    found = [read(report) for report in reports]
    spent = time.process_time() - began
    words = sum(len(report.text.split()) for report in reports)
    print(f"{gold.name}: {len(reports)} reports, {words / spent:.0f} words per CPU-second")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "read.jsonl"
        lines = [json.dumps(line(report, one)) + "\n" for report, one in zip(reports, found, strict=True)]
        out.write_text("".join(lines), encoding="utf-8")
        subprocess.run([sys.executable, *scorer, str(gold), str(out)], check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("weights", type=Path, help="a folder with the graphs, tokenizer.json and decoding.toml")
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--gold", type=Path, nargs="+", help="files of claims; dev.jsonl and wiredev.jsonl when absent")
    parser.add_argument("--only", choices=("claims", "attributions"))
    options = parser.parse_args()
    gold = options.shared / "reading"
    if options.only != "attributions":
        for path in options.gold or (gold / "dev.jsonl", gold / "wiredev.jsonl"):
            scorer = [str(gold / "score.py")]
            run(path, lambda report: reader.claims(report, options.weights), claims_line, scorer)
    if options.only != "claims":
        scorer = [str(gold / "public/score.py"), "attributions"]
        said = gold / "public/polnear-dev.jsonl"
        run(said, lambda report: reader.mentions(report, options.weights), mentions_line, scorer)


if __name__ == "__main__":
    main()
