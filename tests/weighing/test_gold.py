"""The figures that weighing has to reach on gold claims, measured by the scorer that lies beside them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from stocktake.cli import main


def test_findings_and_origins_of_the_gold_claims(shared: Path, tmp_path: Path, capfdbinary: object) -> None:
    gold = shared / "weighing" / "dev.jsonl"
    assert main(["weigh", str(gold), "--jsonl"]) == 0
    printed = capfdbinary.readouterr().out  # type: ignore[attr-defined]
    (tmp_path / "out.jsonl").write_bytes(printed)
    ids = [json.loads(line)["id"] for line in gold.read_text(encoding="utf-8").splitlines()]
    assert [json.loads(line)["id"] for line in printed.splitlines()] == ids
    scorer = [sys.executable, str(shared / "weighing" / "score.py"), str(gold), str(tmp_path / "out.jsonl")]
    scores = re.findall(r"F1 ([\d.]+)", subprocess.run(scorer, capture_output=True, text=True, check=True).stdout)
    findings, origins = map(float, scores)
    assert findings >= 0.80
    assert origins >= 0.85
