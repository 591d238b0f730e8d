"""The manual page says what the commands say, is sound man(7), and travels with the wheel."""

from __future__ import annotations

import runpy
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import typer

from stocktake.cli import app

REPOSITORY = Path(__file__).resolve().parent.parent.parent
PAGE = REPOSITORY / "man" / "stocktake.1"


def _shown(tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    if shutil.which(tool) is None:
        pytest.skip(f"{tool.upper()} MISSING: the manual page is not looked at by {tool} (apt-get install {tool})")
    return subprocess.run([tool, *arguments, str(PAGE)], capture_output=True, text=True, check=False)


def test_the_page_is_what_the_commands_say_now() -> None:
    made = runpy.run_path(str(REPOSITORY / "man" / "page.py"))["manual_page"]()
    assert PAGE.read_text("utf-8") == made, "run `python man/page.py`"


def test_every_command_and_option_is_in_it() -> None:
    text = PAGE.read_text("utf-8").replace("\\-", "-")
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    for name, command in commands.items():
        for words, verb in (getattr(command, "commands", None) or {"": command}).items():
            assert f".SS \\fB{f'{name} {words}'.strip()}\\fR" in text
            for option in (part for part in verb.params if part.param_type_name == "option"):
                assert f"\\fB{option.opts[0]}\\fR" in text


def test_groff_has_nothing_to_complain_of() -> None:
    shown = _shown("groff", "-man", "-ww", "-z", "-Tutf8")
    assert (shown.returncode, shown.stderr) == (0, "")


def test_mandoc_has_nothing_to_complain_of() -> None:
    shown = _shown("mandoc", "-T", "lint", "-W", "warning")
    complaints = [line for line in shown.stdout.splitlines() if "missing date" not in line]
    assert complaints == [], "a page that changes with the commands bears no date, and no other fault"


def test_the_wheel_brings_it_to_where_man_looks(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as opened:
        brought = [name for name in opened.namelist() if name.endswith(".data/data/share/man/man1/stocktake.1")]
        assert len(brought) == 1
        assert opened.read(brought[0]) == PAGE.read_bytes()
