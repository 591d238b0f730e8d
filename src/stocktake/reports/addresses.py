"""Says which network addresses belong to the public internet, so that no report can make this machine call itself.

Server-side request forgery works by names and redirects that lead to addresses only this machine can reach. So an
address counts as public only when the IANA registries (as Python's `ipaddress` has them) call it global, and so does
every IPv4 address folded into an IPv6 one (mapped, compatible, 6to4, Teredo, NAT64).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from stocktake.reports.obtained import Unreadable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
_COMPATIBLE = ipaddress.IPv6Network("::/96")
# Global by the registries, yet only a cloud's own machines can reach it (Azure's documentation of its wire server).
_METADATA = frozenset({ipaddress.ip_address("168.63.129.16")})


def check_public(host: str, addresses: list[str]) -> None:
    """Raise `Unreadable` unless every address that `host` has is public; one private among them is a trap."""
    for text in addresses:
        address = ipaddress.ip_address(text.partition("%")[0])
        if not is_public(address):
            raise Unreadable(
                f"leads to {host} at {address}, which is {_what(address)}; "
                "add --allow-private if you mean a machine of your own network"
            )


def is_public(address: Address) -> bool:
    """Whether `address`, and each IPv4 address inside it, is on the public internet."""
    return all(_is_global(each) for each in (address, *_embedded(address)))


def _is_global(address: Address) -> bool:
    special = (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or (isinstance(address, ipaddress.IPv6Address) and address.is_site_local)
        or address in _METADATA
    )
    return address.is_global and not special


def _embedded(address: Address) -> Iterator[ipaddress.IPv4Address]:
    if isinstance(address, ipaddress.IPv4Address):
        return
    if address.ipv4_mapped:
        yield address.ipv4_mapped
    if address.sixtofour:
        yield address.sixtofour
    if address.teredo:
        yield from address.teredo
    if address in _COMPATIBLE or any(address in network for network in _NAT64):
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)


def _what(address: Address) -> str:
    embedded = next(_embedded(address), address)
    if address.is_loopback or embedded.is_loopback:
        return "this machine itself"
    if address.is_link_local or embedded.is_link_local or embedded in _METADATA:
        return "a link-local or metadata address"
    if address.is_multicast or embedded.is_multicast:
        return "a multicast address"
    return "a private or reserved address"
