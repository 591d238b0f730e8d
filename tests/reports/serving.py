"""A web server of the tests' own on this machine, for fetching, watching and whatever else asks the web."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Server(ThreadingHTTPServer):
    """Serves what a test puts into `pages`: path -> (status, headers, body pieces)."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages: dict[str, tuple[int, dict[str, str], list[bytes]]] = {}
        self.asked: list[str] = []
        self.conditions: list[str | None] = []
        self.posted: list[bytes] = []
        self.pause = 0.0

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def put(self, path: str, *body: bytes, status: int = 200, **headers: str) -> str:
        self.pages[path] = (status, {name.replace("_", "-"): value for name, value in headers.items()}, list(body))
        return f"{self.root}{path}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(f"{self.headers['Host']}{self.path}")
        condition = self.headers["If-None-Match"] or self.headers["If-Modified-Since"]
        self.server.conditions.append(condition)
        status, headers, body = self.server.pages.get(self.path, (404, {}, [b""]))
        if condition is not None and condition in (headers.get("ETag"), headers.get("Last-Modified")):
            status, body = 304, []
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        for piece in body:
            try:
                self.wfile.write(piece)
                self.wfile.flush()
            except OSError:
                return
            time.sleep(self.server.pause)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status, headers, _ = self.server.pages.get(self.path, (404, {}, []))
        if status < 300:
            self.server.posted.append(body)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def served() -> Iterator[Server]:
    """A running server."""
    server = Server()
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
