"""How much of an input is taken: every bound of this room in one place.

A bound is there so that one hostile or broken input costs a bounded share of memory and time; each is far above
what a real report needs. Sizes are bytes unless a name says otherwise.
"""

from __future__ import annotations

MB = 1_000_000

DOCUMENT = 100 * MB  # a file that is read whole: PDF, e-mail, feed, a body in a web archive
PAGE = 10 * MB  # HTML: a parsed tree takes some ten times its bytes, and an article seldom a hundredth of this
PAGE_TEXT = 3 * MB  # characters in a page's body: telling article from ornament takes a second or two a megabyte
TEXT = 20 * MB  # the reading text of one report, in bytes of UTF-8
LINE = 64 * MB  # one line of JSON Lines: 20 MB of text with every character escaped
PDF_PAGES = 2_000
PDF_MEMORY = 1_500 * MB  # address space of the process that reads PDFs
PDF_SECONDS = 60.0
ATTACHMENTS = 200  # parts of one e-mail
MAIL_DEPTH = 3  # e-mails attached to e-mails

RATIO = 100  # bytes out per byte in of a compressed input ...
RATIO_FREE = 10 * MB  # ... once more than this has come out

REDIRECTS = 5
CONNECT_SECONDS = 10.0
READ_SECONDS = 20.0
TOTAL_SECONDS = 60.0
FETCH = 50 * MB  # a body fetched from the web


def size(count: int) -> str:
    """A number of bytes as people say it: "50 MB", "312 kB", "17 bytes"."""
    if count >= MB:
        return f"{count / MB:.0f} MB" if count >= 10 * MB else f"{count / MB:.1f} MB"
    if count >= 1_000:
        return f"{count / 1_000:.0f} kB"
    return f"{count} byte{'' if count == 1 else 's'}"
