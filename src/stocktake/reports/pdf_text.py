"""Takes the text off a PDF in a process apart, whose memory and time are limited.

A PDF is a program for drawing pages: thirty kilobytes can unroll to gigabytes of glyphs, and no look at the file
beforehand tells. So one child reads PDFs for us (pypdfium2), under a limit on its address space; one that takes
too much of it or too long costs only the child, and the next PDF gets a new one. Parent and child speak in frames:
eight bytes of length, then the PDF one way and its pages as JSON the other.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import threading
from typing import IO, Any

import msgspec

from stocktake.reports import limits
from stocktake.reports.obtained import Unreadable, keepable

_LENGTH = 8
_PASSWORD = "password"


class Pages(msgspec.Struct, frozen=True):
    """What the child says: the text of each page and the stated title, or why not."""

    texts: list[str] = []
    title: str = ""
    refused: str = ""


def pages(raw: bytes) -> Pages:
    """The text of each page of a PDF; `Unreadable` when it cannot be had."""
    with _LOCK:
        reply = _child().ask(raw)
    if reply is None:
        raise Unreadable("is a PDF that takes too much memory or time to read; print it anew, or give its text")
    said = msgspec.json.decode(reply, type=Pages)
    if said.refused:
        raise Unreadable(said.refused)
    return said


class _Child:
    """The process that reads, as its parent holds it."""

    def __init__(self) -> None:
        self.parent = os.getpid()
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from stocktake.reports.pdf_text import serve; serve()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def ask(self, raw: bytes) -> bytes | None:
        """The reply to one PDF; None when the child did not live to give it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        watch = threading.Timer(limits.PDF_SECONDS, self.process.kill)
        watch.daemon = True
        watch.start()
        try:
            _send(self.process.stdin, raw)
            reply = _receive(self.process.stdout)
        except OSError:
            reply = None
        finally:
            watch.cancel()
        if reply is None:
            self.end()
        return reply

    def alive(self) -> bool:
        # A child belongs to the process that made it: after a fork, two would write into one pipe.
        return self.parent == os.getpid() and self.process.poll() is None

    def end(self) -> None:
        if self.parent == os.getpid():
            self.process.kill()
            self.process.communicate()


_LOCK = threading.Lock()
_CHILDREN: list[_Child] = []


def _child() -> _Child:
    if not (_CHILDREN and _CHILDREN[0].alive()):
        _CHILDREN[:] = [_Child()]
        atexit.register(_CHILDREN[0].end)
    return _CHILDREN[0]


def _send(pipe: IO[bytes], raw: bytes) -> None:
    pipe.write(len(raw).to_bytes(_LENGTH, "big"))
    pipe.write(raw)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> bytes | None:
    """The next frame; None when the other side is gone."""
    head = pipe.read(_LENGTH)
    length = int.from_bytes(head, "big")
    body = pipe.read(length) if len(head) == _LENGTH else b""
    return body if len(head) == _LENGTH and len(body) == length else None


# ------------------------------------------------------------------------------------ in the child


def serve() -> None:
    """Read PDFs from standard input until it ends."""
    _limit_memory()
    while (raw := _receive(sys.stdin.buffer)) is not None:
        _send(sys.stdout.buffer, msgspec.json.encode(read(raw)))


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit; the time limit holds there
        return
    resource.setrlimit(resource.RLIMIT_AS, (limits.PDF_MEMORY, limits.PDF_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read(raw: bytes) -> Pages:
    """The text of each page, or why there is none."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(raw)
    except pypdfium2.PdfiumError as error:
        if _PASSWORD in str(error).lower():
            return Pages(refused="is a PDF locked with a password; save it without one")
        return Pages(refused="is a damaged PDF; fetch it again or print it anew")
    try:
        if len(document) > limits.PDF_PAGES:
            return Pages(refused=f"is a PDF of {len(document):,} pages, more than {limits.PDF_PAGES:,}; split it")
        texts: list[str] = []
        for number in range(len(document)):
            try:
                texts.append(_text_of(document, number))
            except pypdfium2.PdfiumError:
                return Pages(refused=f"is a PDF whose page {number + 1} is damaged; fetch it again or print it anew")
            if sum(map(len, texts)) > limits.TEXT:
                return Pages(
                    refused=f"holds more text than the {limits.size(limits.TEXT)} that one report may have; split it"
                )
        return Pages(texts=texts, title=keepable(document.get_metadata_dict().get("Title", "")))
    finally:
        document.close()


def _text_of(document: Any, number: int) -> str:
    page = document[number]
    try:
        textpage = page.get_textpage()
        try:
            return keepable(textpage.get_text_bounded())
        finally:
            textpage.close()
    finally:
        page.close()  # or its memory is held until the whole document is closed
