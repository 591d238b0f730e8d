"""The benchmarks' results: a section each, replaced one by one, without names of this machine."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent.parent / "benchmarks"
sys.path.insert(0, str(HERE))

import ratios  # noqa: E402
import run as bench  # noqa: E402


def test_a_run_of_one_leaves_the_others_as_they_were(tmp_path: Path) -> None:
    results = tmp_path / "results.md"
    for name, figure in (("reading", "ratio 1.1"), ("weighing", "0.96"), ("reading", "ratio 1.2")):
        bench.write(results, name, bench.section(figure, 60))
    found = bench.sections(results.read_text())
    assert list(found) == ["reading", "weighing"]
    assert "ratio 1.2" in found["reading"] and "1.1" not in found["reading"]
    assert "0.96" in found["weighing"]


def test_a_failure_is_written_down_but_not_over_what_was_measured(tmp_path: Path) -> None:
    results = tmp_path / "results.md"
    bench.write(results, "web", bench.section("FAILED", 1), failed=True)
    assert "FAILED" in results.read_text()
    bench.write(results, "web", bench.section("p95 0.2 s", 60))
    bench.write(results, "web", bench.section("FAILED", 1), failed=True)
    assert "p95 0.2 s" in results.read_text() and "FAILED" not in results.read_text()


def test_a_benchmark_that_fails_is_named_and_says_why(tmp_path: Path) -> None:
    script = tmp_path / "broken.py"
    script.write_text("print('half')\nraise SystemExit('no peer')")
    outcome, failed = bench.run("broken", script)
    assert failed and outcome == "half\nFAILED: no peer"


def test_results_say_the_machine_and_name_neither_it_nor_its_folders() -> None:
    text = bench.section(f"{HERE.parent}/src/x.py and /tmp/abc/def/y.casebook", 3)
    assert "cores" in text and platform.python_version() in text
    assert str(HERE.parent) not in text and "/tmp" not in text
    assert platform.node() not in text


def test_results_say_the_commit_and_which_were_run_on_other_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, results = tmp_path / "src" / "a.py", tmp_path / "results.md"
    monkeypatch.setattr(bench, "HERE", tmp_path / "benchmarks")
    code.parent.mkdir()
    code.write_text("1\n")
    bench.git("init")
    bench.git("add", "src")
    bench.git("-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-m", "first")
    bench.write(results, "web", bench.section("p95 0.2 s", 60))
    bench.write(results, "old", "Run on 2026-01-01 on AMD EPYC.")
    bench.write(results, "printed", bench.section("p95 0.2 s", None))
    here = bench.git("rev-parse", "--short=9", "HEAD").stdout.strip()
    assert f"on commit {here}, on" in results.read_text()
    assert bench.outdated(results) == ["old (unknown)", "printed (unknown)"]
    code.write_text("2\n")
    bench.write(results, "new", bench.section("p95 0.1 s", 60))
    told = [f"new ({here} with changes)", "old (unknown)", "printed (unknown)", f"web ({here})"]
    assert bench.outdated(results) == told


def test_the_results_that_are_kept_are_of_benchmarks_that_there_are() -> None:
    if not bench.RESULTS.exists():
        pytest.skip("NO RESULTS HERE: `make bench` writes them")
    assert set(bench.sections(bench.RESULTS.read_text(encoding="utf-8"))) <= set(bench.benchmarks())


def test_a_peer_that_takes_twice_as_long_has_the_ratio_two() -> None:
    moments = iter([0, 1, 1, 3, 3, 4, 4, 6.5])
    found = ratios.in_turns(lambda: None, lambda: None, 2, lambda: next(moments))
    assert found.ratios == [2, 2.5]
    assert str(found) == "2.25 (2.00 to 2.50)"
