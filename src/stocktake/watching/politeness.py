"""Fetches as a guest should: what robots.txt closes is not asked for, and no host is asked twice in a breath.

The rules are those of RFC 9309: no robots.txt (4xx) means open, one that cannot be had (5xx, no answer) means closed
for now. A host's own crawl delay is kept where it is longer than ours.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit
from urllib.robotparser import RobotFileParser

from stocktake import reports
from stocktake.reports import Fetched, Refused, Unreadable

AGENT = "stocktake"
_LONGEST_DELAY = 60.0  # seconds that a host's crawl delay is followed up to


class Guest:
    """Remembers each host's rules and when it was last asked, for as long as one look takes."""

    def __init__(
        self,
        *,
        delay: float,
        allow_private: bool,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._delay = delay
        self._allow_private = allow_private
        self._clock = clock
        self._sleep = sleep
        self._rules: dict[str, RobotFileParser] = {}
        self._asked: dict[str, float] = {}

    def fetch(self, url: str, *, etag: str | None = None, modified: str | None = None) -> Fetched:
        """What an address gives; `Unreadable` when its host does not want programs there, or has nothing to give."""
        host = _host(url)
        if host not in self._rules:
            self._rules[host] = self._read_rules(host)
        if not self._rules[host].can_fetch(AGENT, url):
            raise Unreadable("is closed to programs by its server's robots.txt; save the page in a browser instead")
        self._wait(host)
        return reports.fetch(url, allow_private=self._allow_private, etag=etag, modified=modified)

    def _read_rules(self, host: str) -> RobotFileParser:
        rules = RobotFileParser()
        try:
            self._wait(host)
            answer = reports.fetch(f"{host}/robots.txt", allow_private=self._allow_private)
            rules.parse(answer.body.decode("utf-8", "replace").splitlines())
        except Refused as refused:
            if refused.status >= 500 or refused.status == 429:
                raise
            rules.parse([])
        return rules

    def _wait(self, host: str) -> None:
        last = self._asked.get(host)
        if last is not None:
            own = self._rules[host].crawl_delay(AGENT) if host in self._rules else None
            delay = max(self._delay, min(float(own or 0), _LONGEST_DELAY))
            self._sleep(max(0.0, last + delay - self._clock()))
        self._asked[host] = self._clock()


def _host(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, "", "", ""))
