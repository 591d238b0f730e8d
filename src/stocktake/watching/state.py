"""What a watch remembers between two looks, in a file of its own: it can be killed at any time and goes on.

The file is written after each source, beside itself first and then moved into place, so it is whole at every
moment. What is lost with it costs a fetch again, never a report: the casebook knows what it holds.
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import msgspec

SEEN = 5_000  # keys that are remembered of one source: far more than any feed lists
_FIRST_WAIT = 60.0  # seconds after the first failure, doubled with each further one ...
_LONGEST_WAIT = 86_400.0  # ... up to a day


class StateError(Exception):
    """The state cannot be read or written; the message says what to do."""


class SourceState(msgspec.Struct, kw_only=True):
    """One source: what its server said of its last answer, what was seen of it, and when to look again."""

    etag: str | None = None
    modified: str | None = None
    seen: list[str] = []
    files: dict[str, tuple[int, int]] = {}
    failures: int = 0
    looked: dt.datetime | None = None
    next_look: dt.datetime | None = None

    def is_due(self, now: dt.datetime) -> bool:
        """Whether it is time; also when the last look lies ahead, for then the clock was wrong."""
        went_back = self.looked is not None and now < self.looked
        return self.next_look is None or self.next_look <= now or went_back

    def succeeded(self, now: dt.datetime, interval: float) -> None:
        self.failures, self.looked = 0, now
        self.next_look = now + dt.timedelta(seconds=interval)

    def failed(self, now: dt.datetime, interval: float, asked: float | None) -> None:
        """Look again later, each time later still, and not before the server asked for."""
        wait = min(_FIRST_WAIT * 2.0**self.failures, _LONGEST_WAIT)
        self.failures, self.looked = min(self.failures + 1, 30), now
        self.next_look = now + dt.timedelta(seconds=max(wait, interval, min(asked or 0.0, 7 * _LONGEST_WAIT)))

    def saw(self, key: str) -> None:
        if key not in self.seen:
            self.seen = [*self.seen, key][-SEEN:]


class State(msgspec.Struct, kw_only=True):
    """All sources by address, and the messages that could not be delivered yet, by where to."""

    sources: dict[str, SourceState] = {}
    undelivered: dict[str, list[str]] = {}

    def of(self, address: str) -> SourceState:
        return self.sources.setdefault(address, SourceState())


def load(path: Path) -> State:
    """The state kept at `path`; a new one where there is none."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=State)
    except FileNotFoundError:
        return State()
    except (OSError, msgspec.DecodeError) as fault:
        raise StateError(
            f"{path} holds no state of a watch ({fault}); name another with --state, or remove it to begin anew"
        ) from None


def save(path: Path, state: State) -> None:
    """Keep the state at `path`, whole or not at all."""
    write(path, msgspec.json.format(msgspec.json.encode(state), indent=1))


def write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    except OSError as fault:
        beside.unlink(missing_ok=True)
        raise StateError(f"{path} cannot be written ({fault.strerror}); name another place with --state") from None
