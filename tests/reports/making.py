"""Documents for the tests of the reports room, made from a few lines: pages, PDFs, archives, feeds."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from stocktake import reports
from stocktake.reports import Failure, Obtained

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
