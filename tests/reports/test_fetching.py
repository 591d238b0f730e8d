"""Addresses: what may be reached and what not, against a server on this machine and a resolver of the test's own.

Names under `.test` belong to the tests: the resolver gives each the addresses that the test says, and a connection
to a public one is led to the local server, as if it stood there.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import time
from collections.abc import Iterator

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stocktake import reports
from stocktake.reports import fetching, limits
from stocktake.reports.addresses import is_public
from stocktake.reports.obtained import Unreadable

from .making import PARAGRAPHS, gz, loaded, page
from .serving import Server, served

PUBLIC = "93.184.216.34"  # any public address; nothing is sent there


@pytest.fixture
def server() -> Iterator[Server]:
    with served() as server:
        yield server


class Net:
    """A resolver with its own names, and connections that record where they were to go."""

    def __init__(self, server: Server, **names: list[str] | str) -> None:
        self.names = {f"{name}.test": [value] if isinstance(value, str) else value for name, value in names.items()}
        self.server = server
        self.dialled: list[str] = []
        self.asked: list[str] = []

    def resolve(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        try:
            return [str(ipaddress.ip_address(host.strip("[]")))]
        except ValueError:
            return self.names[host]

    def dial(self, address: str, port: int, timeout: float) -> httpcore.NetworkStream:
        self.dialled.append(address)
        return fetching.dial("127.0.0.1", self.server.server_port, timeout)

    def fetch(self, url: str, **options: bool) -> fetching.Fetched:
        return fetching.fetch(url, resolve=self.resolve, dial=self.dial, **options)


FORBIDDEN = {
    "loopback": "127.0.0.1",
    "loopback, another": "127.8.8.8",
    "private, ten": "10.0.0.5",
    "private, 172": "172.16.3.4",
    "private, 192": "192.168.1.1",
    "link-local": "169.254.10.10",
    "metadata": "169.254.169.254",
    "metadata of another cloud": "168.63.129.16",
    "shared by a carrier": "100.100.100.200",
    "unspecified": "0.0.0.0",
    "broadcast": "255.255.255.255",
    "multicast": "224.0.0.1",
    "reserved": "240.0.0.1",
    "for documents": "192.0.2.1",
    "loopback, six": "::1",
    "unspecified, six": "::",
    "unique local": "fd00:ec2::254",
    "link-local, six": "fe80::1",
    "link-local with a zone": "fe80::1%eth0",
    "site-local": "fec0::1",
    "multicast, six": "ff02::1",
    "mapped loopback": "::ffff:127.0.0.1",
    "mapped metadata": "::ffff:169.254.169.254",
    "compatible": "::127.0.0.1",
    "6to4 of a private one": "2002:0a00:0001::1",
    "NAT64 of loopback": "64:ff9b::7f00:1",
    "Teredo": "2001:0:4136:e378:8000:63bf:3fff:fdd2",
}


@pytest.mark.parametrize("address", FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_a_name_that_leads_inside_is_refused_and_never_dialled(server: Server, address: str) -> None:
    net = Net(server, trap=address)
    with pytest.raises(Unreadable, match="--allow-private"):
        net.fetch("http://trap.test/")
    assert net.dialled == []


@pytest.mark.parametrize("address", FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_a_redirect_that_leads_inside_is_refused_and_never_dialled(server: Server, address: str) -> None:
    net = Net(server, public=PUBLIC, trap=address)
    server.put("/", status=302, Location="http://trap.test/secret")
    with pytest.raises(Unreadable, match="--allow-private"):
        net.fetch("http://public.test/")
    assert net.dialled == [PUBLIC]


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "169.254.169.254", "[::ffff:10.0.0.1]", "[fe80::1]"])
def test_an_address_written_out_is_checked_like_a_name(server: Server, host: str) -> None:
    net = Net(server, public=PUBLIC)
    server.put("/", status=307, Location=f"http://{host}/latest/meta-data/")
    for url in (f"http://{host}/", "http://public.test/"):
        with pytest.raises(Unreadable, match="--allow-private"):
            net.fetch(url)
    assert net.dialled == [PUBLIC]


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "127.1", "localhost", "localhost."])
def test_other_ways_to_write_this_machine(server: Server, host: str) -> None:
    """The system's own resolver, since it is the one that knows these spellings."""
    with pytest.raises(Unreadable):
        fetching.fetch(f"http://{host}:{server.server_port}/")
    assert server.asked == []


def test_one_private_address_among_public_ones_is_a_trap(server: Server) -> None:
    net = Net(server, mixed=[PUBLIC, "10.0.0.1"])
    with pytest.raises(Unreadable, match=r"10\.0\.0\.1"):
        net.fetch("http://mixed.test/")
    assert net.dialled == []


def test_a_name_is_resolved_once_and_the_checked_address_is_dialled(server: Server) -> None:
    """DNS rebinding: the second answer would be loopback; it is never asked for."""
    server.put("/", page(), Content_Type="text/html")
    net = Net(server)
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    fetched = fetching.fetch("http://rebind.test/", resolve=lambda host, port: next(answers), dial=net.dial)
    assert fetched.body == page()
    assert net.dialled == [PUBLIC]
    assert server.asked == ["rebind.test/"]


def test_each_hop_is_resolved_and_checked(server: Server) -> None:
    server.put("/", status=301, Location="http://second.test/a")
    server.put("/a", status=302, Location="//third.test/b")
    server.put("/b", page(), Content_Type="text/html; charset=UTF-8")
    net = Net(server, first=PUBLIC, second="1.1.1.1", third="2606:4700:4700::1111")
    fetched = net.fetch("http://first.test/")
    assert net.dialled == [PUBLIC, "1.1.1.1", "2606:4700:4700::1111"]
    assert (fetched.url, fetched.media_type, fetched.charset) == ("http://third.test/b", "text/html", "UTF-8")


def test_a_failing_address_gives_way_to_the_next(server: Server) -> None:
    server.put("/", page())
    net = Net(server, two=["1.1.1.1", PUBLIC])

    def dial(address: str, port: int, timeout: float) -> httpcore.NetworkStream:
        if address == "1.1.1.1":
            raise httpcore.ConnectError("refused")
        return net.dial(address, port, timeout)

    assert fetching.fetch("http://two.test/", resolve=net.resolve, dial=dial).body == page()


@given(st.ip_addresses(v=4) | st.ip_addresses(v=6))
def test_no_address_that_python_calls_private_passes(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if is_public(address):
        assert address.is_global
        assert not (address.is_private or address.is_loopback or address.is_link_local or address.is_multicast)
        mapped = getattr(address, "ipv4_mapped", None)
        assert mapped is None or mapped.is_global


@given(st.ip_addresses(v=4))
def test_an_address_folded_into_six_is_as_public_as_itself(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    folded = [ipaddress.IPv6Address((0xFFFF << 32) | number), ipaddress.IPv6Address((0x64FF9B << 96) | number)]
    if not is_public(address):
        assert not any(is_public(each) for each in folded)


# ----------------------------------------------------------------------------------------- limits


def test_a_page_from_an_address(server: Server) -> None:
    url = server.put("/story", page(), Content_Type="text/html")
    obtained, failures = loaded(url, allow_private=True)
    assert not failures
    report = obtained[0].report
    assert report.text.endswith(PARAGRAPHS[-1])
    assert report.url == url
    assert report.retrieved is not None
    assert dt.datetime.now(dt.UTC) - report.retrieved < dt.timedelta(minutes=1)
    assert obtained[0].raw == page()


def test_without_allow_private_this_machine_is_not_asked(server: Server) -> None:
    url = server.put("/story", page())
    assert "this machine itself" in loaded(url)[1][0].reason
    assert server.asked == []


def test_packed_answers_are_unpacked(server: Server) -> None:
    url = server.put("/story", gz(page()), Content_Type="text/html", Content_Encoding="gzip")
    assert loaded(url, allow_private=True)[0][0].raw == page()


def test_an_answer_that_swells_is_refused(server: Server) -> None:
    url = server.put("/x", gz(b"a" * 40_000_000), Content_Encoding="gzip", Content_Type="text/plain")
    assert "100 times its size" in loaded(url, allow_private=True)[1][0].reason


def test_a_body_over_the_limit_is_refused_while_it_comes(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FETCH", 1_000_000)
    url = server.put("/x", *[b"a" * 100_000] * 50)
    assert "larger than the 1.0 MB" in loaded(url, allow_private=True)[1][0].reason


def test_a_body_that_drips_ends_at_the_deadline(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "TOTAL_SECONDS", 0.4)
    server.pause = 0.1
    url = server.put("/x", *[b"a"] * 100)
    start = time.monotonic()
    assert "did not answer in full" in loaded(url, allow_private=True)[1][0].reason
    assert time.monotonic() - start < 5


def test_a_head_that_drips_ends_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    class Dripping(httpcore.NetworkStream):
        def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
            time.sleep(min(0.05, timeout or 0.05))
            return b"H"

        def write(self, buffer: bytes, timeout: float | None = None) -> None:
            pass

        def close(self) -> None:
            pass

        def get_extra_info(self, info: str) -> None:
            return None

    monkeypatch.setattr(limits, "TOTAL_SECONDS", 0.3)
    with pytest.raises(Unreadable):
        fetching.fetch("http://drip.test/", resolve=lambda h, p: [PUBLIC], dial=lambda a, p, t: Dripping())


def test_redirects_end(server: Server) -> None:
    url = server.put("/loop", status=302, Location="/loop")
    assert "redirects more than 5 times" in loaded(url, allow_private=True)[1][0].reason
    assert len(server.asked) == limits.REDIRECTS + 1


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://a.test/x", "gopher://a.test:70/_x", "javascript:alert(1)"]
)
def test_only_web_addresses_are_followed(server: Server, target: str) -> None:
    url = server.put("/", status=302, Location=target)
    failure = loaded(url, allow_private=True)[1][0]
    assert "http or https" in failure.reason


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (404, "check the address"),
        (403, "save the page in a browser"),
        (503, "try again later"),
        (204, "instead of a page"),
    ],
)
def test_what_a_server_answers_is_said(server: Server, status: int, words: str) -> None:
    url = server.put("/x", status=status)
    reason = loaded(url, allow_private=True)[1][0].reason
    assert str(status) in reason
    assert words in reason


def test_an_unasked_compression_is_refused(server: Server) -> None:
    url = server.put("/x", b"...", Content_Encoding="br")
    assert "compressed as br" in loaded(url, allow_private=True)[1][0].reason


def test_no_server_no_name_no_address() -> None:
    assert "cannot be reached" in loaded("http://127.0.0.1:1/", allow_private=True)[1][0].reason
    assert "cannot be reached" in loaded("http://no-such-name.invalid/")[1][0].reason
    for odd in ("http://", "http://[::1", "http://a b/", "https://\x00/"):
        assert loaded(odd)[1][0].name == odd


def test_a_password_in_an_address_is_not_kept(server: Server) -> None:
    server.put("/x", page(), Content_Type="text/html")
    url = f"http://user:secret@127.0.0.1:{server.server_port}/x#part"
    assert loaded(url, allow_private=True)[0][0].report.url == f"{server.root}/x"


def test_a_proxy_from_the_environment_is_not_used(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would resolve names itself, unchecked."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    url = server.put("/story", page(), Content_Type="text/html")
    assert isinstance(next(reports.load(url, allow_private=True)), reports.Obtained)
