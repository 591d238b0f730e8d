"""Whatever is wrong with an input is said in one sentence that names it and says what to do; nothing else is lost."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import textwrap
import zlib
from pathlib import Path

import pytest

from stocktake import reports
from stocktake.reports import Failure, limits, loading

from .making import PARAGRAPHS, SENTENCE, bomb, gz, loaded, page, pdf, record, rss, taken

GOOD_LINE = json.dumps({"id": "good", "text": SENTENCE}).encode()
CYRILLIC = "Россия запустила 30 беспилотников, сообщили военно-воздушные силы. " * 20

# (what it is, file name, bytes, reports got all the same, words of the reason)
TABLE = [
    ("empty file", "a.txt", b"", 0, "is empty"),
    ("blanks only", "a.html", b" \n\t\n", 0, "is empty"),
    ("empty JSON Lines", "a.jsonl", b"", 0, "is empty"),
    ("binary under the name of a text", "a.txt", bytes(range(256)) * 40, 0, "binary data"),
    ("unknown kind", "a.bin", b"\x00\x01\x02\x03" * 100, 0, "binary data"),
    ("picture", "a.html", b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, 0, "a picture"),
    ("office document", "a.docx", b"PK\x03\x04" + b"\x00" * 100, 0, "save the document as PDF or text"),
    ("truncated gzip", "a.jsonl.gz", gz(GOOD_LINE + b"\n" + os.urandom(4000).hex().encode())[:-900], 1, "cut off"),
    ("damaged gzip", "a.txt.gz", b"\x1f\x8b\x08\x00" + b"\xff" * 100, 0, "damaged gzip"),
    ("gzip bomb", "a.txt.gz", bomb(30), 0, "100 times its size"),
    ("gzip bomb of lines", "a.jsonl.gz", gz(GOOD_LINE + b"\n") + bomb(80), 1, "100 times its size"),
    ("declares UTF-8, is not", "a.html", page(head="<meta charset='utf-8'>") + CYRILLIC.encode("cp1251"), 0, "utf-8"),
    ("text in no charset", "a.txt", bytes(range(128, 256)) * 30, 0, "charset"),
    ("50 MB of HTML", "a.html", page("<p>" + SENTENCE * 800_000), 0, "larger than the 10 MB"),
    ("100,000 divs deep", "a.html", b"<html><body>" + b"<div>" * 100_000 + SENTENCE.encode(), 0, "inside one another"),
    ("page without an article", "a.html", b"<html><body><nav>Home</nav></body></html>", 0, "without an article"),
    ("encrypted PDF", "a.pdf", pdf([SENTENCE], encrypted=True), 0, "password"),
    ("PDF without text", "a.pdf", pdf([]), 0, "without text"),
    ("damaged PDF", "a.pdf", b"%PDF-1.7\n" + b"garbage " * 50, 0, "damaged PDF"),
    ("PDF of 2,001 pages", "a.pdf", pdf([SENTENCE], shared_page=2_001), 0, "2,001 pages"),
    ("report over 20 MB of text", "a.txt", (SENTENCE * 400_000).encode(), 0, "20 MB"),
    ("one broken line", "a.jsonl", GOOD_LINE + b'\n{"id": "b", \n' + GOOD_LINE.replace(b"good", b"c"), 2, "JSON"),
    ("line without text", "a.jsonl", GOOD_LINE + b'\n{"id": "b"}\n', 1, "text"),
    ("line of another type", "a.jsonl", GOOD_LINE + b'\n{"id": "b", "text": 7}\n', 1, "text"),
    ("line with a bad date", "a.jsonl", GOOD_LINE + b'\n{"text": "x", "published": "Tuesday"}', 1, "YYYY-MM-DD"),
    ("JSON over many lines", "a.jsonl", json.dumps([{"text": "x"}] * 300, indent=1).encode(), 0, "one piece of JSON"),
    ("JSON in one array", "a.json", json.dumps([{"text": "x"}] * 3).encode(), 0, "one piece of JSON"),
    ("lines that are no JSON", "a.jsonl", b"Russia launched drones.\n" * 300, 0, "is not JSON Lines"),
    ("table", "a.csv", b"month,launched\n2023-10,283\n", 0, "a table"),
    ("line over the limit", "a.jsonl", b'{"text": "' + b"a" * 65_000_000 + b'"}\n' + GOOD_LINE, 1, "more than 64 MB"),
    ("e-mail without text", "a.eml", b"From: a@b.example\nSubject: x\nMIME-Version: 1.0\n\n", 0, "without text"),
    ("feed without entries", "a.rss", rss(), 0, "without entries"),
    ("feed that breaks off", "a.rss", rss("<title>A</title>", f"<title>{SENTENCE}</title>")[:-30], 1, "breaks off"),
    ("XML that is no feed", "a.xml", b"<?xml version='1.0'?><urlset><url/></urlset>", 0, "neither an RSS nor an Atom"),
    ("archive cut off", "a.warc", record("https://a.example/1", page(), Content_Type="text/html")[:-90], 0, "cut off"),
    ("archive without pages", "a.warc", record("https://a.example/1", b"", head="HTTP/1.1 404 X"), 0, "without a page"),
    ("damaged archive", "a.warc", b"WARC/" + b"x" * 100_000, 0, "damaged"),
    ("damaged Parquet", "a.parquet", b"PAR1" + b"\x00" * 300 + b"PAR1", 0, "damaged"),
]


@pytest.mark.parametrize(("what", "name", "raw", "kept", "reason"), TABLE, ids=[row[0] for row in TABLE])
def test_bad_input_is_named_and_the_rest_is_done(
    tmp_path: Path, what: str, name: str, raw: bytes, kept: int, reason: str
) -> None:
    (tmp_path / name).write_bytes(raw)
    (tmp_path / "z-good.txt").write_text(SENTENCE)

    obtained, failures = loaded(tmp_path)

    assert [o.report.text for o in obtained][-1] == SENTENCE, f"the good file after the {what} was lost"
    assert len(obtained) == kept + 1
    assert len(failures) == 1 or what == "lines that are no JSON"
    last = failures[-1]
    assert last.name.startswith(str(tmp_path / name))
    assert reason in last.reason
    assert "\n" not in last.reason
    assert not last.reason.endswith(".")


def test_a_path_that_does_not_exist() -> None:
    assert loaded("no/such/report.html")[1] == [
        Failure("no/such/report.html", "does not exist (any more); check the path")
    ]


def test_an_empty_folder(tmp_path: Path) -> None:
    assert "without a document" in loaded(tmp_path)[1][0].reason


def test_a_file_that_vanishes_between_listing_and_reading(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / name).write_text(f"{name}: {SENTENCE}")
    items = reports.load(tmp_path)
    first = next(items)
    (tmp_path / "b.txt").unlink()
    rest = list(items)

    assert isinstance(first, reports.Obtained)
    assert isinstance(rest[0], Failure)
    assert rest[0].name.endswith("b.txt")
    assert "does not exist" in rest[0].reason
    assert isinstance(rest[1], reports.Obtained)


def test_an_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text(SENTENCE)

    def forbidden(self: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(loading.Path, "open", forbidden)  # root may read everything, so a mode of 000 proves nothing
    assert "permissions" in loaded(tmp_path / "a.txt")[1][0].reason


def test_a_folder_that_may_not_be_looked_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "open").mkdir()
    (tmp_path / "open" / "a.txt").write_text(SENTENCE)
    scandir = os.scandir

    def closed(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    obtained, failures = loaded(tmp_path)
    assert len(obtained) == 1
    assert [(Path(f.name).name, f.reason.split(";")[0]) for f in failures] == [
        ("closed", "is a folder that this user may not look into")
    ]


def test_only_our_own_sentence_reaches_the_screen(tmp_path: Path) -> None:
    """The libraries' logs and Rust's or C's own complaints stay off standard error."""
    (tmp_path / "a.html").write_bytes(b"<html><body><nav>Home</nav></body></html>")
    (tmp_path / "b.warc").write_bytes(b"WARC/" + b"x" * 100_000)
    (tmp_path / "c.pdf").write_bytes(b"%PDF-1.7\n" + b"garbage " * 50)
    (tmp_path / "d.parquet").write_bytes(b"PAR1" + b"\x00" * 300 + b"PAR1")
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(MEASURED), str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split()[0] == "4"
    assert done.stderr == ""


def test_a_disk_that_fails_halfway(tmp_path: Path) -> None:
    class Stream(io.RawIOBase):
        given = False

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: memoryview) -> int:
            if self.given:
                raise OSError(5, "Input/output error")
            self.given = True
            line = GOOD_LINE + b"\n"
            buffer[: len(line)] = line
            return len(line)

    items = list(loading.parse_stream(Stream(), "disk.jsonl", loading.Hints()))  # type: ignore[arg-type]
    assert isinstance(items[0], reports.Obtained)
    assert items[1] == Failure("disk.jsonl", "cannot be read (Input/output error); check the file and its disk")


def test_a_socket_or_device_is_not_read() -> None:
    assert "neither a file nor a folder" in loaded("/dev/zero")[1][0].reason


def test_a_feed_without_dates_gives_undated_reports() -> None:
    obtained, failures = taken(rss(f"<title>A</title><description>{PARAGRAPHS[0]}</description>"), "a.rss")
    assert not failures
    assert obtained[0].report.published is None


MEASURED = """
    import re, sys
    from pathlib import Path
    from stocktake import reports
    failures = sum(isinstance(item, reports.Failure) for item in reports.load(sys.argv[1]))
    print(failures, int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
"""


def test_memory_stays_bounded_over_hostile_inputs(tmp_path: Path) -> None:
    """Half a gigabyte unpacked, 50 MB of HTML, 100,000 nested elements and 20 MB of text, all in one process."""
    (tmp_path / "bomb.jsonl.gz").write_bytes(bomb(500))
    (tmp_path / "deep.html").write_bytes(b"<html><body>" + b"<div>" * 100_000 + SENTENCE.encode())
    (tmp_path / "large.html").write_bytes(page("<p>" + SENTENCE * 800_000))
    (tmp_path / "long.txt").write_bytes((SENTENCE * 400_000).encode())

    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(MEASURED), str(tmp_path)], capture_output=True, text=True, check=True
    )
    failures, megabytes = map(int, done.stdout.split())
    assert failures == 4
    assert megabytes < 300, f"{megabytes} MB were used"


def test_limits_are_said_as_people_say_sizes() -> None:
    assert [limits.size(n) for n in (1, 17, 312_000, 1_500_000, 50_000_000)] == [
        "1 byte",
        "17 bytes",
        "312 kB",
        "1.5 MB",
        "50 MB",
    ]


def test_a_pdf_that_unrolls_without_end_costs_only_its_own_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """200 kB that draw 80 MB of glyphs: given up at the time limit, and the next PDF is read as ever."""
    glyphs = zlib.compress(b"BT /F1 11 Tf 14 TL 72 770 Td\n" + b"(aaaaaaaaaaaaaaaaaaaaaaaaaa) Tj T*\n" * 2_400_000, 9)
    raw = pdf([SENTENCE])
    start, end = raw.index(b"<< /Length"), raw.index(b"\nendstream")
    raw = raw[:start] + b"<< /Filter /FlateDecode /Length %d >>\nstream\n" % len(glyphs) + glyphs + raw[end:]
    monkeypatch.setattr(limits, "PDF_SECONDS", 1.5)

    failures = taken(raw, "a.pdf")[1]

    assert "too much memory or time" in failures[0].reason
    monkeypatch.setattr(limits, "PDF_SECONDS", 60.0)
    assert taken(pdf([SENTENCE]), "b.pdf")[0][0].report.text == SENTENCE
