"""Many reports at once: the same file from every engine, and nothing lost or read twice after a kill."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from stocktake import reading, reports
from stocktake.reading import engines
from stocktake.reading.engines import Tally, is_claims_file, read_many, rows, write_claims

SENTENCES = (
    "Iran supplied {n} Shahed-136 drones to Russia in August, officials said.",
    "Russia launched {n} drones at Ukraine overnight, the air force said.",
    "The council met to discuss the price of bread.",
    "Moscow plans to build {n} drones a month by the summer of 2025, according to the documents.",
)


def write_inputs(folder: Path, count: int, seed: int = 1) -> Path:
    chance = random.Random(seed)
    folder.mkdir()
    lines = [
        json.dumps(
            {
                "id": f"report-{i:04d}",
                "outlet": "Harbour Courier",
                "published": "2023-03-0" + str(1 + i % 9),
                "text": "\n".join(s.format(n=chance.randint(10, 900)) for s in chance.sample(SENTENCES, 3)),
            }
        )
        for i in range(count)
    ]
    half = count // 2
    (folder / "a.jsonl").write_text("\n".join([*lines[:half], "{broken"]) + "\n")
    (folder / "b.jsonl").write_text("\n".join(lines[half:]) + "\n")
    return folder


def test_local_engine_reads_as_the_door_does(tmp_path: Path) -> None:
    inputs = write_inputs(tmp_path / "in", 20)
    out = tmp_path / "claims.parquet"
    tally = read_many([inputs], out, workers=1)
    expected = {o.report.id: reading.read(o.report) for o in reports.load(inputs) if isinstance(o, reports.Obtained)}
    assert tally == Tally(reports=20, claims=sum(map(len, expected.values())), failures=1)
    found = {report.id: claims for report, claims in rows(out)}
    assert found == {name: claims for name, claims in expected.items() if claims}
    assert found, "the sample sentences hold claims"
    assert is_claims_file(out)
    (failure,) = [json.loads(line) for line in (tmp_path / "claims.parquet.failures.jsonl").read_text().splitlines()]
    assert "a.jsonl" in failure["name"]
    assert not (tmp_path / "claims.parquet.parts").exists()


def test_ray_gives_the_same_bytes(tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="RAY MISSING: install the extra `cluster`")
    inputs = write_inputs(tmp_path / "in", 150)
    local, ray = tmp_path / "local.parquet", tmp_path / "ray.parquet"
    tallies = [read_many([inputs], local), read_many([inputs], ray, engine="ray", workers=2)]
    assert local.read_bytes() == ray.read_bytes()
    assert tallies[0] == tallies[1]


@pytest.mark.parametrize("engine", ["local", "ray"])
def test_killed_run_goes_on(tmp_path: Path, engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """kill -9 in the middle: the next run reads only the chunks that are missing, and the file is the same."""
    inputs = write_inputs(tmp_path / "in", 260)
    whole, out = tmp_path / "whole.parquet", tmp_path / "claims.parquet"
    clean = read_many([inputs], whole)
    command = (
        "import sys; from pathlib import Path; from stocktake.reading.engines import read_many\n"
        "if __name__ == '__main__': read_many([sys.argv[1]], Path(sys.argv[2]), engine=sys.argv[3])"
    )
    script = tmp_path / "run.py"
    script.write_text(command)
    run = subprocess.Popen([sys.executable, str(script), str(inputs), str(out), engine], start_new_session=True)
    parts = tmp_path / "claims.parquet.parts"
    while run.poll() is None and len(list(parts.glob("[0-9]*.parquet"))) < 2:
        time.sleep(0.02)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    if not out.exists():
        left = len(list(parts.glob("[0-9]*.parquet")))
        resumed = read_many([inputs], out)
        assert resumed.resumed >= min(left, 1) * 8
        assert resumed.reports + resumed.resumed == clean.reports
    assert out.read_bytes() == whole.read_bytes()


def test_a_run_that_goes_on_tells_of_what_failed_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = write_inputs(tmp_path / "in", 20)
    clean = read_many([inputs], tmp_path / "whole.parquet", workers=1)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(engines, "_join", killed)
        with pytest.raises(KeyboardInterrupt):
            read_many([inputs], tmp_path / "claims.parquet", workers=1)
    resumed = read_many([inputs], tmp_path / "claims.parquet", workers=1)
    assert (resumed.reports, resumed.resumed) == (0, clean.reports)
    assert (resumed.claims, resumed.failures) == (clean.claims, clean.failures) != (0, 0)


def test_parts_left_by_a_kill_at_the_very_end_keep_their_manifest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it, parts of these inputs would be taken for those of the next ones."""

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    inputs, others = write_inputs(tmp_path / "in", 4), write_inputs(tmp_path / "others", 6, seed=2)
    out = tmp_path / "claims.parquet"
    with monkeypatch.context() as patched:
        patched.setattr(engines.shutil, "rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            read_many([inputs], out, workers=1)
    assert [path.name for path in (tmp_path / "claims.parquet.parts").iterdir()] == ["manifest.json"]
    with pytest.raises(ValueError, match="read from other inputs"):
        read_many([others], out)
    assert read_many([inputs], out, workers=1).reports == 4


def test_parts_of_other_inputs_are_refused(tmp_path: Path) -> None:
    inputs = write_inputs(tmp_path / "in", 4)
    out = tmp_path / "claims.parquet"
    engines._claim_folder(tmp_path / "claims.parquet.parts", [inputs / "a.jsonl"])
    with pytest.raises(ValueError, match="read from other inputs"):
        read_many([inputs], out)


def test_claims_written_elsewhere_come_back(tmp_path: Path) -> None:
    inputs = write_inputs(tmp_path / "in", 10)
    pairs = [(o.report, reading.read(o.report)) for o in reports.load(inputs) if isinstance(o, reports.Obtained)]
    path = tmp_path / "claims.parquet"
    write_claims(pairs, path)
    assert [claims for _, claims in rows(path)] == [claims for _, claims in pairs if claims]


def test_one_bad_report_is_named_and_the_rest_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = write_inputs(tmp_path / "in", 6)
    chunk = next(engines._chunks(0, str(inputs / "a.jsonl"), str(tmp_path)))
    honest = engines._read

    def stumbling(report: reports.Obtained) -> tuple[object, ...]:
        if report.id == "report-0001":
            raise RuntimeError("tripped")
        return honest(report)

    monkeypatch.setattr(engines, "_read", stumbling)
    tally = engines._read_chunk(chunk, str(tmp_path))
    assert (tally.reports, tally.failures) == (2, 2)
    side = (tmp_path / (chunk.part + ".failures.jsonl")).read_text()
    assert "report-0001" in side
    assert "tripped" in side


def test_queries_of_the_manual_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    duckdb = pytest.importorskip("duckdb", reason="DUCKDB MISSING: install the extra `cluster`")
    read_many([write_inputs(tmp_path / "in", 10)], tmp_path / "claims.parquet", workers=1)
    monkeypatch.chdir(tmp_path)
    manual = (Path(__file__).resolve().parents[2] / "docs" / "scale.md").read_text()
    (sql,) = re.findall(r"```sql\n(.*?)```", manual, re.DOTALL)
    queries = [query for query in sql.split(";") if query.strip()]
    assert len(queries) == 2
    assert all(duckdb.sql(query).fetchall() for query in queries)
