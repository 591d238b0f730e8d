"""Writes 2024-06-28-lakeside-papers.pdf, the sample report that is a PDF; the same bytes each time.

A PDF is objects, a table of where each begins, and a trailer. The text is set in Helvetica, which every reader has,
broken at a margin as a typesetter would, so that the sample shows joined lines, running heads and page numbers.

    python samples/make_brief.py
"""

from __future__ import annotations

import textwrap
from pathlib import Path

HEAD = "Lakeside Papers"
TITLE = "Drones by the month: what can be counted in June 2024"
DATELINE = "Lakeside Papers | 28 June 2024"
PARAGRAPHS = [
    "Launches",
    "Russia has launched 2,277 Shahed drones at Ukraine since the start of 2024, the Ukrainian air force said on "
    "Tuesday. By the air force's daily reports, Russia launched 362 drones in January, 379 in February, 553 in March, "
    "287 in April and 358 in May. 352 of the drones launched in May were shot down.",
    "Output",
    "The Alabuga plant is to produce 6,000 drones a year under its contract, The Wall Street Journal reported on "
    "May 28, citing leaked documents. The plant had delivered 4,500 drones by the end of April, according to an "
    "estimate of the International Institute for Strategic Studies in London.",
    "Russia makes at least 250 Shahed drones a month, the Royal United Services Institute estimates. Ukraine's "
    "military intelligence agency said in April that Russia is capable of making up to 350 a month.",
    "Imports",
    "Iran is no longer known to deliver whole drones in large numbers. Ukraine's military intelligence agency said in "
    "November that it saw no significant deliveries. Tehran denies that it has supplied any since the invasion.",
    "Losses on the ground",
    "Ukrainian forces struck a training ground in Russia's Krasnodar region on June 21, where 120 Shahed drones were "
    "stored, Ukraine's navy said. Russia has not confirmed a loss of drones.",
    "What is not known",
    "Nobody outside Russia can say how many drones are in stock. The launch counts are a floor, since the daily "
    "reports leave out some drones. Output is an estimate in every case, and the estimates do not agree.",
]
COLUMN = 74  # characters a line
LINES = 14  # lines a page: short pages, so that the brief has several
LEADING = 16


def lines() -> list[str]:
    """The brief as set: title, dateline, then each paragraph broken at the margin."""
    return [TITLE, DATELINE, *(line for paragraph in PARAGRAPHS for line in textwrap.wrap(paragraph, COLUMN))]


def page(number: int, text: list[str]) -> bytes:
    """The drawing instructions of one page."""
    shown = [HEAD if number > 1 else "", *text, str(number)]
    drawn = "\n".join(f"({line.replace('(', '[').replace(')', ']')}) Tj T*" for line in shown)
    return f"BT /F1 11 Tf {LEADING} TL 72 770 Td\n{drawn}\nET".encode("ascii")


def document() -> bytes:
    """The whole file."""
    text = lines()
    pages = [text[i : i + LINES] for i in range(0, len(text), LINES)]
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for i, part in enumerate(pages):
        stream = page(i + 1, part)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * i} 0 R "
            f"/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n".encode() + stream + b"\nendstream")
    objects.append(f"<< /Title ({TITLE}) /Author ({HEAD}) >>".encode())
    return written(objects)


def written(objects: list[bytes]) -> bytes:
    """Objects one after another, the table of their places, the trailer; the last object is the properties."""
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    trailer = f"<< /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>"
    return (
        out
        + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n{trailer}\n".encode()
        + f"startxref\n{len(out)}\n%%EOF\n".encode()
    )


if __name__ == "__main__":
    Path(__file__).with_name("2024-06-28-lakeside-papers.pdf").write_bytes(document())
