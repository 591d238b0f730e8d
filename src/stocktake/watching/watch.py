"""Follows sources for a casebook: looks at those that are due, adds what is new, tells what changed."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec

from stocktake import reports, telling
from stocktake.casebook import Added, Casebook
from stocktake.reports import Failure, Items, Obtained, Refused, Unreadable
from stocktake.watching import following, state
from stocktake.watching.changes import Change, Kind, Snapshot, changes, snapshot
from stocktake.watching.notices import tell
from stocktake.watching.politeness import Guest
from stocktake.watching.settings import Settings, Source


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """What one look gave: sources looked at, what was added, what changed, what failed."""

    sources: int
    added: Added
    changes: tuple[Change, ...]
    failures: tuple[Failure, ...]


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Watch:
    """One casebook, its sources, and the file that remembers where things stand; time can be another in tests."""

    def __init__(
        self,
        book: Casebook,
        settings: Settings,
        state_file: Path,
        *,
        now: Callable[[], dt.datetime] = _now,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._book = book
        self._settings = settings
        self._file = state_file
        self._before_file = state_file.with_name(f"{state_file.name}.before")  # there only while news are untold
        self._state = state.load(state_file)
        self._now = now
        self._clock = clock
        self._sleep = sleep

    def look(self) -> Looked:
        """Look at every source that is due, once."""
        settings, book = self._settings, self._book
        due = [source for source in settings.source if self._state.of(source.address).is_due(self._now())]
        before = self._untold()
        resumed = bool(before)
        added, failures = Added(), list[Failure]()
        guest = Guest(delay=settings.delay, allow_private=settings.allow_private, clock=self._clock, sleep=self._sleep)
        for source in due:
            done = self._look_at(source, guest, before, failures)
            failures.extend(done.failures)
            added += done
            state.save(self._file, self._state)
        found: list[Change] = []
        if before:
            found.extend(self._new_reports(self._added_since(before[0]) if resumed else added.new))
            found.extend(changes(before[0], book, forecasts=settings.forecasts, threshold=settings.threshold))
        failures.extend(tell(settings, self._state, Path(book.address).name, found))
        state.save(self._file, self._state)
        self._before_file.unlink(missing_ok=True)
        return Looked(sources=len(due), added=added, changes=tuple(found), failures=tuple(failures))

    def run(self) -> Iterator[Looked]:
        """Look again and again, sleeping until the next source is due."""
        while True:
            yield self.look()
            self._sleep(self.seconds_until_due())

    def seconds_until_due(self) -> float:
        """How long there is nothing to do."""
        looks = [self._state.of(source.address).next_look for source in self._settings.source]
        waits = [(look - self._now()).total_seconds() for look in looks if look is not None]
        return max(1.0, min(waits, default=self._settings.interval))

    def _look_at(self, source: Source, guest: Guest, before: list[Snapshot], failures: list[Failure]) -> Added:
        """Add what is new at one source, and settle when to look there again.

        How things stood goes into `before` just before the first new document is added: most looks bring none.
        """
        kept = self._state.of(source.address)
        interval = self._settings.interval
        broken: list[Unreadable] = []
        done = self._book.add_documents(self._noting(before, self._documents(source, kept, guest, broken)))
        if not broken:
            kept.succeeded(self._now(), interval)
            return done
        asked = broken[0].retry_after if isinstance(broken[0], Refused) else None
        kept.failed(self._now(), interval, asked)
        wait = _in_words(kept.next_look - self._now()) if kept.next_look else ""
        failures.append(Failure(source.address, f"{broken[0]}; looked at again in {wait}"))
        return done

    def _noting(self, before: list[Snapshot], documents: Items) -> Items:
        for document in documents:
            if not before and isinstance(document, Obtained):
                before.append(snapshot(self._book, forecasts=self._settings.forecasts))
                state.write(self._before_file, msgspec.json.encode(before[0]))
            yield document

    def _documents(self, source: Source, kept: state.SourceState, guest: Guest, broken: list[Unreadable]) -> Items:
        if not reports.is_url(source.address):
            yield from following.on_disk(source, kept, self._sleep)
            return
        try:
            held = {heading.url for heading in self._book.headings()}
            yield from following.on_the_web(source, kept, guest, articles=self._settings.articles, held=held)
        except Unreadable as error:
            broken.append(error)

    def _untold(self) -> list[Snapshot]:
        """How things stood before a look that was killed ere it told what had changed; none as a rule."""
        try:
            return [msgspec.json.decode(self._before_file.read_bytes(), type=Snapshot)]
        except (OSError, msgspec.DecodeError):
            return []

    def _added_since(self, before: Snapshot) -> Iterator[str]:
        return (heading.id for heading in self._book.headings() if heading.added >= before.taken)

    def _new_reports(self, ids: Iterable[str]) -> Iterator[Change]:
        for report_id in ids:
            report = self._book.report(report_id)
            title = report.title or report.text[:80]
            text = f"{report.outlet or 'Unknown outlet'}, {telling.date(report.published)}: {title}"
            yield Change(kind=Kind.report, id=report.id, text=text, reported=report.published)


def _in_words(wait: dt.timedelta) -> str:
    minutes = max(1, round(wait.total_seconds() / 60))
    return telling.counted(minutes, "minute") if minutes < 120 else telling.counted(round(minutes / 60), "hour")
