"""Fetches one address from the web within limits of time, size and redirects, and never from a private network.

Each hop's name is resolved once, every address it has is checked (addresses.py), and the connection goes to a
checked address: what is resolved again later (DNS rebinding) is never used. TLS still proves the name.
"""

from __future__ import annotations

import datetime as dt
import io
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import httpcore
import httpx

from stocktake import __version__
from stocktake.reports import limits
from stocktake.reports.addresses import check_public
from stocktake.reports.obtained import Fetched, Refused, Unreadable
from stocktake.reports.unpacking import unpack
from stocktake.reports.whole import read_whole

Resolve = Callable[[str, int], list[str]]
Dial = Callable[[str, int, float], httpcore.NetworkStream]

_HEADERS = {
    "User-Agent": f"stocktake/{__version__}",
    "Accept": "text/html,application/xhtml+xml,application/pdf,application/rss+xml,application/atom+xml,*/*;q=0.5",
    "Accept-Encoding": "gzip",
}


def resolve(host: str, port: int) -> list[str]:
    """Every address that the system knows for `host`."""
    return list(dict.fromkeys(str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


def dial(address: str, port: int, timeout: float) -> httpcore.NetworkStream:
    """A TCP connection to an address that has been checked."""
    return httpcore.SyncBackend().connect_tcp(address, port, timeout=timeout)


def fetch(
    url: str,
    *,
    allow_private: bool = False,
    etag: str | None = None,
    modified: str | None = None,
    resolve: Resolve = resolve,
    dial: Dial = dial,
) -> Fetched:
    """The body at `url`, redirects followed; `Unreadable` says in a sentence why there is none.

    `etag` and `modified` are what the server said of the body one has; it then may answer that nothing is new.
    """
    conditions = {"If-None-Match": etag, "If-Modified-Since": modified}
    headers = {name: value for name, value in conditions.items() if value}
    with _client(allow_private, resolve, dial) as client:
        return _follow(client, url, headers)


def post(
    url: str,
    body: bytes,
    media_type: str,
    *,
    allow_private: bool = False,
    resolve: Resolve = resolve,
    dial: Dial = dial,
) -> None:
    """Hand `body` to the server at `url`, under the same checks; `Unreadable` unless it takes it."""
    with _client(allow_private, resolve, dial) as client:
        request = client.build_request("POST", _checked_url(url), content=body, headers={"Content-Type": media_type})
        response = client.send(request, stream=True)
        response.close()
        if not response.is_success:
            raise _refused(response)


@contextmanager
def _client(allow_private: bool, resolve: Resolve, dial: Dial) -> Iterator[httpx.Client]:
    deadline = time.monotonic() + limits.TOTAL_SECONDS
    transport = _Transport(_CheckedBackend(resolve, dial, allow_private, deadline))
    timeout = httpx.Timeout(limits.READ_SECONDS, connect=limits.CONNECT_SECONDS)
    try:
        with httpx.Client(transport=transport, trust_env=False, timeout=timeout, headers=_HEADERS) as client:
            yield client
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError) as error:
        raise Unreadable(f"is not an address that can be fetched ({error}); give an http or https address") from None
    except (httpcore.TimeoutException, httpx.TimeoutException):
        raise Unreadable(
            f"did not answer in full within {limits.TOTAL_SECONDS:.0f} seconds; "
            "try again later, or save the page and give the file"
        ) from None
    except (httpcore.NetworkError, httpcore.ProtocolError, httpx.TransportError, OSError) as error:
        raise Unreadable(f"cannot be reached ({error}); check the address and the connection") from None


def _follow(client: httpx.Client, url: str, headers: dict[str, str]) -> Fetched:
    request = client.build_request("GET", _checked_url(url), headers=headers)
    for _ in range(limits.REDIRECTS + 1):
        response = client.send(request, stream=True)
        try:
            if response.next_request is None:
                return _taken(response)
            request = response.next_request
            _checked_url(str(request.url))
        finally:
            response.close()
    raise Unreadable(f"redirects more than {limits.REDIRECTS} times; give the address where it ends")


def _checked_url(url: str) -> str:
    parsed = httpx.URL(url)
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise Unreadable(f"leads to {url:.80}, which is no web address; give an http or https address")
    return url


def _taken(response: httpx.Response) -> Fetched:
    url = str(response.url.copy_with(username=None, password=None, fragment=None))
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    if response.status_code == HTTPStatus.NOT_MODIFIED:
        return Fetched(url=url, body=b"", retrieved=now, unchanged=True)
    if response.status_code != HTTPStatus.OK:
        raise _refused(response)
    media_type, charset = _content_type(response.headers.get("content-type", ""))
    return Fetched(
        url=url,
        body=_body(response),
        media_type=media_type,
        charset=charset,
        retrieved=now,
        etag=response.headers.get("etag"),
        modified=response.headers.get("last-modified"),
    )


def _body(response: httpx.Response) -> bytes:
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip", ""):
        raise Unreadable(
            f"comes compressed as {encoding:.20}, which was not asked for; save the page and give the file"
        )
    body = read_whole(io.BufferedReader(_Chunks(response.iter_raw())), limits.FETCH)
    return read_whole(unpack(io.BytesIO(body)), limits.FETCH) if encoding.endswith("gzip") else body


def _refused(response: httpx.Response) -> Refused:
    status = response.status_code
    return Refused(f"answers {status} {_phrase(status)}", status, _wait(response.headers.get("retry-after", "")))


def _wait(value: str) -> float | None:
    """The seconds that a Retry-After header asks for, as a number or as a date."""
    if value.strip().isdecimal():
        return float(value[:9])
    try:
        return max(0.0, (parsedate_to_datetime(value) - dt.datetime.now(dt.UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


def _phrase(status: int) -> str:
    if status in (401, 402, 403, 451):
        return "(not open to this program); save the page in a browser and give the file"
    if status in (404, 410):
        return "(not there); check the address"
    if status == 429 or status >= 500:
        return "(the server cannot answer now); try again later"
    return "instead of a page; check the address"


def _content_type(header: str) -> tuple[str | None, str | None]:
    media_type, *parameters = (part.strip() for part in header.split(";"))
    charset = next((p[8:].strip("\"' ") for p in parameters if p.lower().startswith("charset=")), None)
    return media_type.lower() or None, charset or None


class _Chunks(io.RawIOBase):
    """The pieces of a response as a stream that can be read up to a bound."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not self._rest:
            self._rest = next((piece for piece in self._pieces if piece), b"")
        taken = self._rest[: len(buffer)]
        self._rest = self._rest[len(taken) :]
        buffer[: len(taken)] = taken
        return len(taken)


class _CheckedBackend(httpcore.NetworkBackend):
    """Opens connections for the pool: resolves, checks, and connects to what was checked."""

    def __init__(self, resolve: Resolve, dial: Dial, allow_private: bool, deadline: float) -> None:
        self._resolve = resolve
        self._dial = dial
        self._allow_private = allow_private
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"no address is known for {host}: {error}") from error
        if not self._allow_private:
            check_public(host, addresses)
        failure: Exception = httpcore.ConnectError(f"no address is known for {host}")
        for address in addresses:
            try:
                stream = self._dial(address, port, _left(self._deadline, timeout))
                return _Timed(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


class _Timed(httpcore.NetworkStream):
    """A connection that ends at the deadline, however slowly its bytes drip."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._deadline, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._deadline, timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, _left(self._deadline, timeout))
        return _Timed(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(deadline: float, timeout: float | None) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the total time is used up")
    return min(left, timeout) if timeout is not None else left


class _Transport(httpx.BaseTransport):
    """Carries httpx's requests over a pool whose connections the backend above opens; none is used twice."""

    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False), max_keepalive_connections=0, network_backend=backend
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        response = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream if isinstance(request.stream, httpx.SyncByteStream) else None,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Body(response),
            extensions=response.extensions,
        )

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    """A response's bytes as they come over the pool."""

    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()
