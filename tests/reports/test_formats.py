"""The other kinds of document: plain text, JSON Lines, PDF, e-mail, web archives, feeds, Parquet."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
from email.message import EmailMessage

import msgspec
import pytest

from stocktake import reports
from stocktake.vocabulary import Report

from .making import PARAGRAPHS, SENTENCE, gz, page, pdf, record, rss, taken

# ------------------------------------------------------------------------------------------ plain text

HEADINGS = [
    ("Launches rise\nHarbour Courier, 2 November 2023\n\n{}", "Launches rise", "Harbour Courier", "2023-11-02"),
    ("Launches rise\nHarbour Courier | November 2, 2023\n{}", "Launches rise", "Harbour Courier", "2023-11-02"),
    ("Launches rise\nThursday, 2 November 2023, 10:30 GMT\n{}", "Launches rise", None, "2023-11-02"),
    (
        "Title: Launches rise\nOutlet: Steppe Monitor\nDate: 2023-11-02\n\n{}",
        "Launches rise",
        "Steppe Monitor",
        "2023-11-02",
    ),
    ("Headline: Launches rise\nSource: Wire\nPublished: Nov 2, 2023\n{}", "Launches rise", "Wire", "2023-11-02"),
    ("Launches rise\n\n{}", "Launches rise", None, None),
    ("Launches rise\nHarbour Courier, 02/11/2023\n{}", "Launches rise", None, None),
]


@pytest.mark.parametrize(("form", "title", "outlet", "published"), HEADINGS)
def test_headings_of_plain_text(form: str, title: str, outlet: str | None, published: str | None) -> None:
    report = taken(form.format(SENTENCE).encode(), "a.txt")[0][0].report
    assert (report.title, report.outlet, report.published and str(report.published)) == (title, outlet, published)
    assert report.text.split("\n")[0] == title
    assert report.text.endswith(SENTENCE)


def test_a_sentence_that_ends_in_a_date_is_no_heading() -> None:
    text = "KYIV, Nov. 2 - The plant was opened in Tatarstan.\nIran delivered 400 drones on 20 August 2022.\n"
    report = taken(text.encode(), "a.txt")[0][0].report
    assert report.text == text.strip()
    assert report.published is None


def test_lines_wrapped_at_a_margin_become_paragraphs() -> None:
    wrapped = (
        "Russia launched 283 Shahed drones at Ukraine in October, the air\n"
        "force of Ukraine said on Thursday in a brief statement that it\n"
        "put on its Telegram channel.\n\nTehran denied it.\n"
    )
    assert taken(wrapped.encode(), "a.txt")[0][0].report.text.split("\n\n") == [
        "Russia launched 283 Shahed drones at Ukraine in October, the air force of Ukraine said on Thursday in a brief "
        "statement that it put on its Telegram channel.",
        "Tehran denied it.",
    ]


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "cp1251", "koi8-r"])
def test_plain_text_in_a_charset_that_no_one_declares(charset: str) -> None:
    text = "Россия запустила 30 беспилотников за ночь, сообщили воздушные силы Украины. Сбиты были 28 из них."
    assert taken(text.encode(charset), "a.txt")[0][0].report.text == text


# ------------------------------------------------------------------------------------------ JSON Lines


def test_a_line_keeps_what_it_gives() -> None:
    line = {
        "id": "wire-7", "url": "https://a.example/7", "outlet": "Wire", "published": "2023-11-02T10:00:00Z",
        "title": "Launches", "text": SENTENCE, "claims": [{"event": "use"}],
    }  # fmt: skip
    raw = json.dumps(line).encode()
    item = taken(raw + b"\r\n", "a.jsonl")[0][0]
    assert item.report == Report(
        id="wire-7",
        url="https://a.example/7",
        outlet="Wire",
        published=dt.date(2023, 11, 2),
        title="Launches",
        text=SENTENCE,
    )
    assert item.raw == raw


def test_a_line_without_an_id_is_named_by_its_bytes() -> None:
    raw = json.dumps({"text": SENTENCE}).encode()
    assert taken(raw, "a.jsonl")[0][0].report.id == hashlib.sha256(raw).hexdigest()
    assert taken(b'{"id": "", "text": "x"}\n{"id": 7, "text": "y"}', "a.jsonl")[0][1].report.id == "7"


def test_reports_written_by_stocktake_are_read_back_the_same() -> None:
    report = Report(
        id="a" * 64,
        text=SENTENCE,
        url="https://a.example",
        outlet="Wire",
        title="T",
        published=dt.date(2023, 1, 2),
        retrieved=dt.datetime(2023, 1, 3, tzinfo=dt.UTC),
        language="uk",
        copy_of="b" * 64,
    )
    assert taken(msgspec.json.encode(report), "a.jsonl")[0][0].report == report


def test_text_that_no_store_can_keep_is_mended_in_place() -> None:
    obtained, failures = taken(b'{"text": "30\\u0000 drones"}\n{"text": "10 \\ud800 drones"}', "a.jsonl")
    assert obtained[0].report.text == "30\ufffd drones"
    assert len(obtained) + len(failures) == 2


# ------------------------------------------------------------------------------------------ PDF


def test_a_pdf_is_joined_lines_without_running_heads() -> None:
    pages = [
        ["Lakeside Papers", f"Drones in {year}", "Russia launched 2,277 Shahed drones since the start of the",
         "year, the Ukrainian air force said on Tuesday.", "Tehran denies that it has delivered any of them in this",
         "war.", str(number)]
        for number, year in enumerate((2022, 2023, 2024), start=1)
    ]  # fmt: skip
    text = taken(pdf(*pages), "a.pdf")[0][0].report.text
    assert "Lakeside Papers" not in text
    assert text.count("since the start of the year, the Ukrainian air force said on Tuesday.") == 3
    assert "in this war." in text


def test_the_date_of_a_pdf_is_the_one_it_prints() -> None:
    report = taken(pdf(["A title", "Lakeside Papers | 28 June 2024", SENTENCE]), "a.pdf")[0][0].report
    assert (report.title, report.outlet, report.published) == ("A title", "Lakeside Papers", dt.date(2024, 6, 28))


def test_the_sample_brief_is_made_by_its_script(samples) -> None:
    import runpy

    made = runpy.run_path(str(samples / "make_brief.py"))["document"]()
    assert made == (samples / "2024-06-28-lakeside-papers.pdf").read_bytes()


# ------------------------------------------------------------------------------------------ e-mail


def mail(**parts: object) -> EmailMessage:
    message = EmailMessage()
    message["From"] = '"Tidewater Ledger" <desk@tidewater.example>'
    message["Subject"] = "Launches rise"
    message["Date"] = "Sat, 24 Dec 2022 23:20:00 -0500"
    message.set_content(str(parts.get("plain", f"{SENTENCE}\n\n-- \nYou get this because you subscribed.\n")))
    return message


def test_an_email_is_its_text_without_the_signature() -> None:
    item = taken(mail().as_bytes(), "a.eml")[0][0]
    assert item.report.text == f"Launches rise\n{SENTENCE}"
    assert (item.report.outlet, item.report.published) == ("Tidewater Ledger", dt.date(2022, 12, 24))
    assert item.report.id == hashlib.sha256(mail().as_bytes()).hexdigest()


def test_an_email_of_html_alone_is_read_as_a_page() -> None:
    message = mail()
    message.set_content(page().decode(), subtype="html")
    assert taken(message.as_bytes(), "a.eml")[0][0].report.text.endswith("\n".join(PARAGRAPHS))


def test_an_email_in_another_charset() -> None:
    message = mail()
    message.set_content("Россия запустила 30 беспилотников за ночь.", charset="koi8-r")
    assert "30 беспилотников" in taken(message.as_bytes(), "a.eml")[0][0].report.text


def test_a_page_saved_as_one_file_is_a_page() -> None:
    saved = (
        b"From: <Saved by Blink>\r\nSnapshot-Content-Location: https://wire.example/1\r\nSubject: Launches\r\n"
        b"Date: Mon, 5 Aug 2024 10:00:00 -0000\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/related; type="text/html"; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html\r\n'
        b"Content-Location: https://wire.example/1\r\n\r\n" + page() + b"\r\n--b--\r\n"
    )
    report = taken(saved, "a.mhtml")[0][0].report
    assert report.text.endswith("\n".join(PARAGRAPHS))
    assert (report.url, report.outlet, report.published) == ("https://wire.example/1", "wire.example", None)


def test_attachments_are_reports_of_their_own() -> None:
    message = mail()
    message.add_attachment(pdf([SENTENCE]), maintype="application", subtype="pdf", filename="brief.pdf")
    message.add_attachment(page(), maintype="application", subtype="octet-stream", filename="saved.html")
    message.add_attachment(b"\x89PNG\r\n\x1a\n", maintype="image", subtype="png", filename="logo.png")
    message.add_attachment(b"PK\x03\x04", maintype="application", subtype="zip", filename="data.zip")
    message.add_attachment(mail(plain="Iran delivered 650 drones, the air force said."))
    obtained, failures = taken(message.as_bytes(), "a.eml")
    assert [o.media_type for o in obtained] == ["message/rfc822", "application/pdf", "text/html", "message/rfc822"]
    assert [f.name for f in failures] == ["a.eml#data.zip"]


def test_emails_inside_emails_end_somewhere() -> None:
    message = mail()
    for _ in range(6):
        outer = mail()
        outer.add_attachment(message)
        message = outer
    obtained, failures = taken(message.as_bytes(), "a.eml")
    assert len(obtained) == 4
    assert "too many times" in failures[0].reason


# ------------------------------------------------------------------------------------------ web archives


def test_an_archive_gives_its_pages() -> None:
    archive = (
        record("https://a.example/1", page(), Content_Type="text/html; charset=utf-8")
        + record("https://a.example/2", b"gone", head="HTTP/1.1 404 Not Found", Content_Type="text/html")
        + record("https://a.example/logo.png", b"\x89PNG", Content_Type="image/png")
        + record("https://a.example/3", gz(page(*PARAGRAPHS[:2])), Content_Type="text/html", Content_Encoding="gzip")
        + record("https://a.example/4", pdf([SENTENCE]), Content_Type="application/pdf")
        + record("https://a.example/5", SENTENCE.encode(), kind="conversion")
        + record("https://a.example/6", b"<html><body></body></html>", Content_Type="text/html")
    )
    for raw, name in ((archive, "a.warc"), (gz(archive), "a.warc.gz")):
        obtained, failures = taken(raw, name)
        assert [o.report.url and o.report.url[-1] for o in obtained] == ["1", "3", "4", "5"]
        assert obtained[0].report.retrieved == dt.datetime(2023, 11, 2, 10, tzinfo=dt.UTC)
        assert obtained[0].raw == page()
        assert [f.name for f in failures] == [f"{name}#https://a.example/6"]


# ------------------------------------------------------------------------------------------ feeds


def test_the_entries_of_an_rss_feed() -> None:
    feed = rss(
        f"<title>Launches &amp; losses</title><link>https://a.example/1</link><pubDate>Thu, 02 Nov 2023 10:00:00 GMT"
        f"</pubDate><description>&lt;p&gt;{PARAGRAPHS[0]}&lt;/p&gt;&lt;p&gt;Read more: all&lt;/p&gt;</description>",
        "<title>Iran denies deliveries</title>",
    )
    obtained, failures = taken(feed, "a.rss")
    first, second = (o.report for o in obtained)
    assert (first.text, first.url, first.outlet, first.published) == (
        f"Launches & losses\n{PARAGRAPHS[0]}",
        "https://a.example/1",
        "Northern Wire",
        dt.date(2023, 11, 2),
    )
    assert second.text == "Iran denies deliveries"
    assert not failures


def test_the_entries_of_an_atom_feed_with_whole_texts() -> None:
    feed = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>Wire</title><entry><title>Launches</title>'
        '<link href="https://a.example/1"/><updated>2023-11-02T10:00:00Z</updated><summary>Short</summary>'
        f'<content type="html">&lt;p&gt;{PARAGRAPHS[0]}&lt;/p&gt;&lt;p&gt;{PARAGRAPHS[1]}&lt;/p&gt;</content>'
        "</entry></feed>"
    )
    report = taken(feed.encode(), "a.atom")[0][0].report
    assert report.text == f"Launches\n{PARAGRAPHS[0]}\n{PARAGRAPHS[1]}"
    assert report.published == dt.date(2023, 11, 2)


def test_an_entry_fetched_again_is_the_same_report() -> None:
    item = f"<title>A</title><description>{SENTENCE}</description>"
    first = taken(rss(item), "a.rss")[0][0]
    second = taken(rss("<title>Newer</title>", item), "a.rss")[0][1]
    assert first == second


def test_a_feed_that_swells_by_entities_does_not() -> None:
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 20}">' for n in range(1, 9))
    feed = (
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "drones">{levels}]><rss version="2.0"><channel>'
        "<title>x</title><item><title>&a8;</title></item></channel></rss>"
    )
    obtained, failures = taken(feed.encode(), "a.rss")
    assert sum(len(o.report.text) for o in obtained) < 1_000_000
    assert len(obtained) + len(failures) == 1


# ------------------------------------------------------------------------------------------ Parquet


def test_parquet_rows_are_reports() -> None:
    pyarrow = pytest.importorskip("pyarrow", reason="EXTRA MISSING: Parquet needs '.[tables]'")
    from pyarrow import parquet

    table = pyarrow.table(
        {
            "id": ["a", None, "c"],
            "text": [SENTENCE, SENTENCE, None],
            "published": pyarrow.array([dt.date(2023, 11, 2), None, None]),
            "other": [1, 2, 3],
        }
    )
    buffer = io.BytesIO()
    parquet.write_table(table, buffer)
    obtained, failures = taken(buffer.getvalue(), "a.parquet")
    assert (obtained[0].report.id, obtained[0].report.published) == ("a", dt.date(2023, 11, 2))
    assert len(obtained[1].report.id) == 64
    assert [f.name for f in failures] == ["a.parquet:3"]


def test_parquet_without_the_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert "install '.[tables]' in place of '.'" in taken(b"PAR1" + b"\x00" * 20, "a.parquet")[1][0].reason


# ------------------------------------------------------------------------------------------ languages


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (SENTENCE, "en"),
        ("Launches rise", "en"),
        ("Register of transfers\n" + "Supplier Recipient Number Designation\nIran Russia 400 Shahed-136\n" * 20, "en"),
        ("Россия запустила 30 беспилотников, и 28 из них были сбиты, сообщили в воздушных силах.", "ru"),
        ("Росія запустила 30 безпілотників, і 28 з них було збито, повідомили у повітряних силах.", "uk"),
        ("Пуски дронів", "uk"),
        ("ایران گفت که تعداد کمی پهپاد را پیش از جنگ به روسیه داده است و این را تکذیب نکرد.", "fa"),
        ("قالت إيران إن عددا قليلا من الطائرات سلم إلى روسيا قبل الحرب في أوكرانيا", "ar"),
        ("Der Iran hat die Lieferung von Drohnen an Russland nach den Angaben der Regierung nicht bestätigt, "
         "und das Ministerium wollte sich auf Anfrage zu der Zahl nicht äußern.", "de"),
        ("イランはロシアに無人機を供与したと認めた。", "und"),
        ("123 456", "en"),
    ],
)  # fmt: skip
def test_languages(text: str, language: str) -> None:
    assert taken(text.encode(), "a.txt")[0][0].report.language == language


def test_every_sample_is_dated_and_english(samples) -> None:
    items = list(reports.load(samples))
    assert len(items) >= 30
    for item in items:
        assert isinstance(item, reports.Obtained), item
        assert item.report.published is not None, item.report.title
        assert item.report.outlet
        assert item.report.language == "en"
    assert len({item.media_type for item in items if isinstance(item, reports.Obtained)}) == 5
