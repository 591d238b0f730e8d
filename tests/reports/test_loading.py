"""Paths, folders and standard input: what is read, in which order, and what is known beforehand."""

from __future__ import annotations

import datetime as dt
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from stocktake import reports
from stocktake.reports import loading
from stocktake.reports.kinds import Kind, sniff

from .making import SENTENCE, gz, loaded, page, pdf, record, rss, taken


def test_a_folder_is_read_in_sorted_order_with_its_folders(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "sub/c.txt", "sub/deeper/d.txt", "Z.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"{name} {SENTENCE}")
    obtained, failures = loaded(tmp_path)
    assert [o.report.text.split()[0] for o in obtained] == ["Z.txt", "a.txt", "b.txt", "sub/c.txt", "sub/deeper/d.txt"]
    assert not failures


def test_housekeeping_in_a_folder_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_bytes(page())
    (tmp_path / "page_files").mkdir()
    (tmp_path / "page_files" / "frame.html").write_bytes(page())
    for name in ("README.md", ".hidden.txt", "style.css", "logo.png", "make.py", "LICENSE"):
        (tmp_path / name).write_text(SENTENCE)
    obtained, failures = loaded(tmp_path)
    assert (len(obtained), failures) == (1, [])


def test_a_file_that_is_named_is_never_passed_over(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(SENTENCE)
    assert loaded(tmp_path / "README.md")[0][0].report.text == SENTENCE


def test_a_file_of_an_unknown_kind_in_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "scan.docx").write_bytes(b"PK\x03\x04rest")
    assert "save the document as PDF or text" in loaded(tmp_path)[1][0].reason


@pytest.mark.parametrize(
    ("raw", "name", "kind"),
    [
        (page(), "x", Kind.html),
        (b"\xef\xbb\xbf  <!-- saved --> <html>", "x", Kind.html),
        (b"<?xml version='1.0'?><!DOCTYPE html><html>", "x", Kind.html),
        (pdf([SENTENCE]), "report.html", Kind.pdf),
        (page(), "report.pdf", Kind.html),
        (b'{"text": "x"}', "x", Kind.lines),
        (b'{"text": "x"}', "x.txt", Kind.text),
        (rss("<title>x</title>"), "x", Kind.feed),
        (b'<feed xmlns="http://www.w3.org/2005/Atom">', "x.xml", Kind.feed),
        (record("https://a.example", b""), "x", Kind.warc),
        (b"From: a@b.example\nSubject: x\nDate: Mon, 1 May 2023 10:00:00 +0000\n\nHello", "x", Kind.mail),
        (b"To: all staff\nWe counted 30 drones.\n", "x", Kind.text),
        (SENTENCE.encode(), "x", Kind.text),
        (SENTENCE.encode("utf-16"), "x", Kind.text),
    ],
)
def test_kinds_are_told_by_content_and_name(raw: bytes, name: str, kind: Kind) -> None:
    assert sniff(raw[:4096], name) is kind


@pytest.mark.parametrize(
    ("media_type", "name", "kind"),
    [
        ("text/html", "/report.txt", Kind.html),
        ("text/plain", "/data.jsonl", Kind.lines),
        ("application/octet-stream", "/notes.txt", Kind.text),
        (None, "/", Kind.text),
    ],
)
def test_a_server_s_word_counts_unless_it_says_plain_text(media_type: str | None, name: str, kind: Kind) -> None:
    assert sniff(SENTENCE.encode(), name, media_type) is kind


def test_packed_files_are_unpacked_whatever_they_are_called(tmp_path: Path) -> None:
    (tmp_path / "a.html.gz").write_bytes(gz(page()))
    (tmp_path / "b.jsonl").write_bytes(gz(json.dumps({"text": SENTENCE}).encode()))
    obtained, failures = loaded(tmp_path)
    assert [o.media_type for o in obtained] == ["text/html", "application/json"]
    assert obtained[0].raw == page()
    assert not failures


def test_standard_input_is_told_by_content(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(page())

    monkeypatch.setattr(loading.sys, "stdin", Stdin)
    assert loaded("-")[0][0].media_type == "text/html"


def test_standard_input_is_read_line_by_line() -> None:
    """The first report comes out while the pipe is still open."""
    program = "from stocktake import reports\nfor item in reports.load('-'): print(item.report.id, flush=True)"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdin and child.stdout
        for name in ("first", "second"):
            child.stdin.write(json.dumps({"id": name, "text": SENTENCE + " " * 9000}) + "\n")
            child.stdin.flush()
            assert child.stdout.readline().strip() == name
        child.stdin.close()
        assert child.wait() == 0


def test_what_is_given_counts_only_where_the_document_is_silent(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        json.dumps({"text": "A", "published": "2023-01-01", "outlet": "Wire"}) + "\n" + json.dumps({"text": "B"})
    )
    obtained, _ = loaded(tmp_path / "a.jsonl", published=dt.date(2024, 5, 5), outlet="Desk")
    assert [(o.report.published, o.report.outlet) for o in obtained] == [
        (dt.date(2023, 1, 1), "Wire"),
        (dt.date(2024, 5, 5), "Desk"),
    ]


def test_counting_beforehand_where_it_is_cheap(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "x"}\n' * 3)
    (tmp_path / "b.html").write_bytes(page())
    assert reports.count(tmp_path) == 4
    assert reports.count(tmp_path / "a.jsonl") == 3
    assert reports.count("https://a.example/x") == 1
    assert reports.count("-") is None
    (tmp_path / "c.jsonl.gz").write_bytes(gz(b"{}"))
    assert reports.count(tmp_path) is None


@pytest.mark.parametrize(
    ("source", "url"),
    [
        ("https://a.example", True),
        ("HTTP://a.example", True),
        ("a.html", False),
        ("ftp://a.example", True),
        ("C:/a.html", False),
        ("-", False),
    ],
)
def test_what_is_an_address(source: str, url: bool) -> None:
    assert reports.is_url(source) is url


def test_the_door_costs_nothing_until_a_page_comes() -> None:
    """Importing the room loads none of the heavy parsers, so commands that read no text start fast."""
    program = (
        "import sys; from stocktake import reports; list(reports.take(b'{\"text\": \"x\"}', 'a.jsonl'));"
        "print([m for m in ('trafilatura', 'lxml', 'pypdfium2', 'httpx', 'feedparser', 'fastwarc', 'pyarrow') "
        "if m in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", program], text=True).strip() == "[]"


def test_bytes_at_hand_are_read_as_a_file_would_be() -> None:
    assert taken(page(), "upload.html")[0] == taken(page(), "upload", media_type="text/html")[0]


def test_the_gold_and_the_newswire_load_without_one_failure(shared: Path) -> None:
    for name, number in (
        ("reading/dev.jsonl", 56),
        ("reading/wiredev.jsonl", 22),
        ("reports/newswire.jsonl.gz", 2_580),
    ):
        obtained, failures = loaded(shared / name)
        assert (len(obtained), failures) == (number, [])


def test_texts_of_json_lines_are_taken_as_they_stand(shared: Path) -> None:
    lines = [json.loads(line) for line in (shared / "reading" / "dev.jsonl").read_text().splitlines()]
    obtained, _ = loaded(shared / "reading" / "dev.jsonl")
    assert [(o.report.id, o.report.text, str(o.report.published)) for o in obtained] == [
        (line["id"], line["text"], line["published"]) for line in lines
    ]
