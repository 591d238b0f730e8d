"""A casebook of the sample reports, a server over a copy of it, and a browser that notices what goes wrong."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import argon2
import pytest
import uvicorn
from casebook_fixtures import DATABASES, copied_rows, new_database
from playwright.sync_api import Browser, BrowserContext, Route, expect, sync_playwright
from served import PASSWORD, QUICK_PROGRAMME, Served, Watched

from stocktake import casebook
from stocktake.casebook import Casebook
from stocktake.casebook import accounts as accounts_module
from stocktake.casebook.accounts import Accounts, Role
from stocktake.web.application import application

CHROMIUM = "/usr/bin/chromium"


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Passwords hashed with little memory and time, as no test is about how long that takes."""
    patch = pytest.MonkeyPatch()
    hasher = argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    patch.setattr(accounts_module, "_hasher", lambda: hasher)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def sample_casebook(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample reports, read and weighed once; tests work on copies."""
    path = tmp_path_factory.mktemp("samples") / "samples.casebook"
    with casebook.open(path) as book:
        added = book.add(samples)
        assert not added.failures, added.failures
        book.weigh()
        book.forecast(QUICK_PROGRAMME)
    return path


@pytest.fixture(scope="session")
def sample_database(sample_casebook: Path, postgresql_server: str) -> str:
    """The name of a PostgreSQL database with the rows of the samples' casebook."""
    address = new_database(postgresql_server)
    with casebook.open(sample_casebook) as source, casebook.open(address) as target:
        copied_rows(source, target)
    return address.rpartition("/")[2]


@pytest.fixture(params=DATABASES)
def copy_of_samples(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., str]:
    """Gives the address of a fresh copy of the samples' casebook, or of an empty one: a file, then PostgreSQL."""
    numbers = count()

    def copied(*, empty: bool = False) -> str:
        if request.param == "postgresql":
            template = request.getfixturevalue("made_database" if empty else "sample_database")
            return new_database(request.getfixturevalue("postgresql_server"), template)
        path = tmp_path / f"{next(numbers)}.casebook"
        if not empty:
            sample: Path = request.getfixturevalue("sample_casebook")
            for piece in sample.parent.glob(sample.name + "*"):
                shutil.copy(piece, tmp_path / piece.name.replace(sample.name, path.name))
        return str(path)

    return copied


@pytest.fixture
def serve(copy_of_samples: Callable[..., str]) -> Iterator[Callable[..., Served]]:
    """Starts a server over a fresh copy of the samples (or an empty casebook), with accounts if asked."""
    running: list[tuple[uvicorn.Server, threading.Thread, Casebook]] = []

    def start(*, empty: bool = False, accounts: bool = False) -> Served:
        book = casebook.open(copy_of_samples(empty=empty))
        if accounts:
            for role in Role:
                Accounts(book).add(role.value, PASSWORD, role)
        app = application(book, name="samples.casebook", accounts_demanded=accounts)
        port = free_port()
        server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        running.append((server, thread, book))
        return Served(f"http://127.0.0.1:{port}", book)

    yield start
    for server, thread, book in running:
        server.should_exit = True
        thread.join(10)
        book.close()


def free_port() -> int:
    """A port of loopback that no one listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    if not Path(CHROMIUM).exists():
        if os.environ.get("CI"):
            pytest.fail(f"CI must have {CHROMIUM}; .ci/run installs it")
        pytest.skip(f"CHROMIUM MISSING: {CHROMIUM} is needed to test pages in a browser (apt-get install chromium)")
    with sync_playwright() as playwright:
        expect.set_options(timeout=30_000)  # a machine at work on other things is slow, not wrong
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Watched]]:
    """Opens a page of its own browser profile; at the end nothing may have gone wrong on any."""
    contexts: list[BrowserContext] = []
    pages: list[Watched] = []

    def open_page(address: str, *, width: int = 1280, height: int = 900, scheme: str = "light") -> Watched:
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
        context.set_default_timeout(90_000)
        contexts.append(context)
        page = context.new_page()
        watched = Watched(page, [])
        pages.append(watched)
        host = address.split("/")[2]

        def only_ours(route: Route) -> None:
            if route.request.url.split("/")[2] == host:
                route.continue_()
            else:
                watched.faults.append(f"asked another host: {route.request.url}")
                route.abort()

        context.route("**/*", only_ours)
        page.on("console", lambda message: _note(watched, message))
        page.on("pageerror", lambda fault: watched.faults.append(f"script failed: {fault}"))
        page.goto(address)
        return watched

    yield open_page
    for context in contexts:
        context.close()
    assert [fault for watched in pages for fault in watched.faults] == []


def _note(watched: Watched, message: Any) -> None:
    # A refused change answers 4xx by design, which Chromium logs as an error of its own.
    if message.type == "error" and "Failed to load resource" not in message.text:
        watched.faults.append(f"logged: {message.text}")
