"""Documents for the tests of the reports room, made from a few lines: pages, PDFs, archives, feeds."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from pathlib import Path

import msgspec

from stocktake import reports
from stocktake.reports import Failure, Obtained, limits
from stocktake.vocabulary import Report

SENTENCE = "Russia launched 283 Shahed drones in October, the air force said."
PARAGRAPHS = (
    "Russia launched 1,334 Shahed drones at Ukraine in September, the air force said on Tuesday.",
    "Of these, 1,108 were shot down and 137 did not reach their targets, a spokesman told reporters in Kyiv.",
    "The ministry in Moscow did not comment. Tehran has denied that it delivers drones for the war.",
)


def loaded(source: str | Path, **options: object) -> tuple[list[Obtained], list[Failure]]:
    """Everything that `source` gives, the obtained and the failures apart."""
    return apart(list(reports.load(source, **options)))  # type: ignore[arg-type]


def taken(raw: bytes, name: str, **options: object) -> tuple[list[Obtained], list[Failure]]:
    """The same for bytes at hand."""
    return apart(list(reports.take(raw, name, **options)))  # type: ignore[arg-type]


def apart(items: list[reports.Item]) -> tuple[list[Obtained], list[Failure]]:
    obtained = [item for item in items if isinstance(item, Obtained)]
    return obtained, [item for item in items if isinstance(item, Failure)]


def page(*paragraphs: str, head: str = "", title: str = "Launches rise in September", around: str = "") -> bytes:
    """An HTML page with an article in it."""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs or PARAGRAPHS)
    return (
        f"<!doctype html><html><head><meta charset=utf-8><title>{title}</title>{head}</head>"
        f"<body><article><h1>{title}</h1>{body}</article>{around}</body></html>"
    ).encode()


def pdf(*pages: tuple[str, ...] | list[str], encrypted: bool = False, shared_page: int = 1) -> bytes:
    """A PDF with the given lines on each page; `shared_page` repeats the last page so many times."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for lines in pages:
        shown = "\n".join(f"({line}) Tj T*" for line in lines)
        stream = f"BT /F1 11 Tf 14 TL 72 770 Td\n{shown}\nET".encode() if lines else b""
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    kids += kids[-1:] * (shared_page - 1)
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(kids))
    lock = b""
    if encrypted:
        objects.append(b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>" % (b"41" * 32, b"42" * 32))
        lock = b"/Encrypt %d 0 R /ID [<00> <00>]" % len(objects)
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        out
        + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n"
        % (
            len(objects) + 1,
            table,
            len(objects) + 1,
            lock,
            len(out),
        )
    )


def record(address: str, body: bytes, *, kind: str = "response", head: str = "HTTP/1.1 200 OK", **fields: str) -> bytes:
    """One WARC record: an answer with its HTTP head, or (`kind` "conversion") bare text."""
    if kind == "response":
        lines = [head, *(f"{name.replace('_', '-')}: {value}" for name, value in fields.items())]
        body = "\r\n".join(lines).encode() + b"\r\n\r\n" + body
    media_type = "application/http; msgtype=response" if kind == "response" else "text/plain"
    return (
        (
            f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000000>\r\n"
            f"WARC-Date: 2023-11-02T10:00:00Z\r\nWARC-Target-URI: {address}\r\nContent-Type: {media_type}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode()
        + body
        + b"\r\n\r\n"
    )


def rss(*items: str, title: str = "Northern Wire") -> bytes:
    """An RSS feed of the given items (their inner XML)."""
    inner = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title>{inner}</channel></rss>'.encode()


def bomb(megabytes: int) -> bytes:
    """A gzip file that unpacks to so many megabytes of one letter, a thousand times its size."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(deflate.compress(b"a" * 1_000_000) for _ in range(megabytes)) + deflate.flush()


def gz(raw: bytes) -> bytes:
    return gzip.compress(raw, mtime=0)


def seeds() -> dict[str, list[bytes]]:
    """A few good documents of each kind, for tests and `fuzz/` to damage."""
    line = b'{"id": "a", "published": "2023-11-02", "outlet": "Wire", "text": "%s"}\n' % SENTENCE.encode()
    letter = (
        "From: Desk <d@a.example>\nSubject: =?utf-8?q?Launches_=C3=A9?=\nDate: Sat, 24 Dec 2022 16:20:00 +0200\n"
        'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n'
        "--b\nContent-Type: text/plain; charset=koi8-r\nContent-Transfer-Encoding: quoted-printable\n\n"
        f"{SENTENCE}=20\n--b\nContent-Type: text/html; name=a.html\nContent-Transfer-Encoding: base64\n\n"
        "PGh0bWw+PGJvZHk+PHA+RHJvbmVzPC9wPg==\n--b--\n"
    ).encode()
    heads = '<meta property="article:published_time" content="2024-10-01T23:30:00-05:00"><meta charset="utf-8">'
    archive = (
        record("https://a.example/1", page(), Content_Type="text/html; charset=utf-8")
        + record("https://a.example/2", gz(page()), Content_Type="text/html", Content_Encoding="gzip")
        + record(
            "https://a.example/3", b"5\r\nhello\r\n0\r\n\r\n", Content_Type="text/html", Transfer_Encoding="chunked"
        )
        + record("https://a.example/4", SENTENCE.encode(), kind="conversion")
    )
    entry = f"<title>A &amp; B</title><link>https://a.example/1</link><description><![CDATA[<p>{SENTENCE}</p>]]></description>"
    atom = (
        '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>W</title><entry><title>T</title>'
        f'<updated>2023-11-02T10:00:00Z</updated><content type="html">&lt;p&gt;{SENTENCE}</content></entry></feed>'
    ).encode()
    return {
        "html": [
            page(),
            page(head=heads, around="<nav>x</nav><form><p>y</p></form>"),
            page().replace(b"utf-8", b"koi8-r"),
        ],
        "pdf": [
            pdf([SENTENCE], ["A title", "Lakeside Papers | 28 June 2024"]),
            pdf([]),
            pdf([SENTENCE], encrypted=True),
        ],
        "txt": [
            f"Title: A\nDate: 2023-11-02\n\n{SENTENCE}".encode(),
            f"A\nWire, 2 May 2023\n{SENTENCE}".encode("utf-16"),
        ],
        "eml": [letter, letter.replace(b"multipart/mixed", b"multipart/alternative")],
        "jsonl": [line * 3, line.replace(b"Russia", b"\\u0420\\ud83d\\ude00")],
        "warc": [archive, gz(archive)],
        "rss": [rss(entry, "<title>x</title><pubDate>Thu, 02 Nov 2023 10:00:00 GMT</pubDate>"), atom],
        "parquet": [parquet()],
        "gz": [gz(line * 3), gz(page()) + gz(page())],
        "bin": [page(), letter, line, atom, SENTENCE.encode()],
    }


def parquet() -> bytes:
    """Two reports as Parquet; empty where the extra is not installed."""
    try:
        import pyarrow
        from pyarrow import parquet as pq
    except ImportError:
        return b""
    buffer = io.BytesIO()
    pq.write_table(
        pyarrow.table({"id": ["a", "b"], "text": [SENTENCE, "x"], "published": ["2023-01-02", None]}), buffer
    )
    return buffer.getvalue()


def broken_promises(raw: bytes, name: str) -> list[str]:
    """What reading `raw` breaks of what the room promises; empty when it keeps its word."""
    items = list(reports.take(raw, name))
    broken = [] if items else ["nothing comes of it, not even a failure"]
    for item in items:
        if isinstance(item, Failure):
            broken += [f"not a sentence: {item}"] * (not item.reason.isprintable() or len(item.reason) > 300)
            broken += [f"unforeseen: {item}"] * item.reason.startswith("cannot be read (")
            continue
        report = item.report
        text = report.text
        broken += ["blank text"] * (not text.strip())
        broken += ["text that no store can keep"] * ("\x00" in text or any("\ud800" <= c <= "\udfff" for c in text))
        broken += ["text over the limit"] * (len(text.encode("utf-8", "replace")) > limits.TEXT)
        if item.media_type not in ("application/json", "application/x-ndjson"):
            broken += ["id is not the hash"] * (report.id != hashlib.sha256(item.raw).hexdigest())
        for value in (report.title, report.outlet, report.url):
            broken += [f"more than a line: {value!r}"] * (value is not None and (not value.strip() or "\n" in value))
        broken += ["not the same in JSON"] * (msgspec.json.decode(msgspec.json.encode(report), type=Report) != report)
    if items != list(reports.take(raw, name)):
        broken.append("another result the second time")
    return broken
