"""A dossier: whole in one file, every number linked to its sentences, nothing of a report able to act."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from stocktake import casebook
from stocktake.cli import main
from stocktake.telling.dossier import build, write
from stocktake.telling.dossier.gathering import collect
from stocktake.telling.exports import Holdings


class Page(HTMLParser):
    """What a page refers to, and what it could run or fetch."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.fetched: list[str] = []
        self.handlers: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attributes:
            if name == "id":
                self.ids.add(value or "")
            elif name == "href":
                self.links.append(value or "")
            elif name in ("src", "srcset", "action", "data"):
                self.fetched.append(value or "")
            elif name.startswith("on"):
                self.handlers.append(name)


@pytest.fixture(scope="module")
def page(sample_book: casebook.Casebook, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("dossier") / "x.html"
    write(collect(sample_book, title="Drones"), path)
    return path.read_text()


def test_every_link_inside_leads_somewhere(page: str) -> None:
    seen = Page(page)
    inside = [link[1:] for link in seen.links if link.startswith("#")]
    assert len(inside) > 100
    assert set(inside) <= seen.ids


def test_needs_nothing_else(page: str) -> None:
    seen = Page(page)
    assert not seen.fetched
    assert not seen.handlers
    assert not seen.tags & {"script", "link", "iframe", "object", "img"}


def test_every_finding_shows_its_sentences(page: str, holdings: Holdings) -> None:
    seen = Page(page)
    assert {f.id for f in holdings.findings} <= seen.ids
    assert {c for f in holdings.findings for c in f.claims} <= seen.ids


def test_hostile_report_is_text(holdings: Holdings, tmp_path: Path) -> None:
    hostile = '<script>alert(1)</script><img src=x onerror=alert(1)> [click](javascript:alert(1)) "drones"'
    claims = {i: msgspec.structs.replace(c, quote=hostile, agent=hostile) for i, c in holdings.claims.items()}
    findings = tuple(msgspec.structs.replace(f, agent=hostile) for f in holdings.findings)
    reports = {
        i: msgspec.structs.replace(r, title=hostile, url="javascript:alert(1)") for i, r in holdings.reports.items()
    }
    bad = msgspec.structs.replace(holdings, claims=claims, findings=findings, reports=reports)
    dossier = build(bad, title=hostile, made=dt.date(2025, 1, 1))
    for name in ("x.html", "x.md"):
        write(dossier, tmp_path / name)
    seen = Page((tmp_path / "x.html").read_text())
    assert "script" not in seen.tags
    assert "img" not in seen.tags
    assert not [link for link in seen.links if link.startswith("javascript")]
    written = (tmp_path / "x.md").read_text()
    assert "<script" not in written
    assert "<img" not in written
    assert not re.search(r"(?<!\\)\]\(javascript", written)


def test_says_how_many_findings_rest_on_one_origin(holdings: Holdings) -> None:
    dossier = build(holdings, title="Drones", made=dt.date(2025, 7, 1))
    alone = sum(len(f.origins_for) == 1 for f in holdings.findings)
    assert f"{alone} of them rest on a single origin" in dossier.summary


def test_unknown_ending_is_refused(capsys: pytest.CaptureFixture[str], sample_casebook: Path, tmp_path: Path) -> None:
    status = main(["--casebook", str(sample_casebook), "dossier", "-o", str(tmp_path / "x.docx")])
    assert status == 2
    assert re.search(r"ends in none of\s+.*html", capsys.readouterr().err)


@pytest.mark.skipif(shutil.which("chromium") is None, reason="CHROMIUM MISSING: apt-get install chromium")
def test_pdf(sample_casebook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "x.pdf"
    arguments = ["--casebook", str(sample_casebook), "dossier", "--event", "production", "-o", str(target)]
    assert main(arguments) == 0, capsys.readouterr().err
    assert target.read_bytes().startswith(b"%PDF")


def test_chosen_finding_only(sample_book: casebook.Casebook) -> None:
    first = next(iter(sample_book.findings()))
    dossier = collect(sample_book, findings=[first.id])
    assert [entry.finding.id for entry in dossier.entries] == [first.id]


@pytest.mark.parametrize("ending", ["html", "md"])
def test_what_must_be_said_beside_the_figures_stands_before_them(
    sample_book: casebook.Casebook, tmp_path: Path, ending: str
) -> None:
    """Figures that rest on no finding are the programme's assumptions, and must not pass for anything else."""
    path = tmp_path / f"x.{ending}"
    write(collect(sample_book, wanted=casebook.FindingFilter(item="shell"), programme="shells"), path)
    text = path.read_text()
    assert text.index("these numbers are the priors of its file, not findings") < text.index("80% interval")
    assert "resting on the findings" not in text
    assert 'id="timeline"' not in text


def test_what_one_origin_alone_says_stands_apart(page: str, sample_book: casebook.Casebook) -> None:
    apart = page.index('<h2 id="single">')
    for finding in sample_book.findings():
        assert (page.index(f'<article id="{finding.id}">') > apart) is (len(finding.origins_for) < 2)


def test_a_dossier_of_what_several_origins_bear_out(sample_casebook: Path, tmp_path: Path) -> None:
    out = tmp_path / "x.html"
    assert main(["--casebook", str(sample_casebook), "dossier", "--min-origins", "3", "-o", str(out)]) == 0
    with casebook.open(sample_casebook) as book:
        for finding in book.findings():
            assert (f'<article id="{finding.id}">' in out.read_text()) is (len(finding.origins_for) >= 3)


def test_a_dossier_of_nothing_is_not_written(
    sample_casebook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "x.html"
    assert main(["--casebook", str(sample_casebook), "dossier", "--party", "Freedonia", "-o", str(out)]) == 1
    assert (
        capsys.readouterr().err
        == "No finding fits, and nothing is written. `stocktake findings` lists what there is.\n"
    )
    assert not out.exists()
