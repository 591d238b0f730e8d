"""A language model of the tests' own: it reads one sentence of Russian, and says what it cost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

RUSSIAN = "Иран передал России не менее 400 беспилотников «Шахед-136», сообщило министерство обороны Украины."


class Model(BaseHTTPRequestHandler):
    """A language model that reads one sentence of Russian."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        claim = {
            "quote": RUSSIAN,
            "event": "transfer",
            "trigger": "передал",
            "agent": ["Иран"],
            "recipient": ["России"],
        }
        message = {"role": "assistant", "content": json.dumps({"claims": [claim]})}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        usage = {"prompt_tokens": 1_000_000, "completion_tokens": 500_000}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"choices": [choice], "usage": usage}).encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@contextmanager
def language_model() -> Iterator[str]:
    """The model, running; gives the address that `--llm-url` takes."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Model) as server:
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()
