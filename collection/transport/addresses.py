"""Where a host name leads, and whether a stranger may send us there.

Metadata of other people names hosts. One that leads to this machine or to the network around it would make us knock at
doors that are not the stranger's (server-side request forgery). The address that was checked is the one that is
connected to, so that a name server cannot answer twice in two ways.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from collection.errors import UnavailableError

FindAddresses = Callable[[str, int], list[str]]
"""Gives the IP addresses of a host and a port, in the order in which they are to be tried; raises UnavailableError."""

_NAT64 = IPv6Network("64:ff9b::/96")


class ForbiddenAddressError(UnavailableError):
    """A host leads to this machine or to a private network."""


def any_address(host: str, port: int) -> list[str]:
    """Every address of a host; UnavailableError where it has none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        if getattr(error, "errno", None) == socket.EAI_AGAIN:
            raise  # the name server is away, which may pass
        raise UnavailableError(f"there is no host {host}") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def public_addresses(host: str, port: int) -> list[str]:
    """The addresses of a host on the public internet; ForbiddenAddressError where one of them is none."""
    found = any_address(host, port)
    for text in found:
        if not is_public(text):
            raise ForbiddenAddressError(
                f"{host} leads to {text}, which is no public address", "--allow-local asks such addresses, too"
            )
    return found


def is_public(text: str) -> bool:
    """Whether an IP address, and the IPv4 address that it wraps, is one of the public internet."""
    address = ip_address(text.partition("%")[0])
    return all(part.is_global and not part.is_multicast for part in (address, *_wrapped(address)))


def _wrapped(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """IPv4 addresses that an IPv6 address stands for: mapped, 6to4, Teredo, NAT64."""
    if isinstance(address, IPv4Address):
        return []
    nat64 = IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None
    teredo = address.teredo[1] if address.teredo else None
    return [part for part in (address.ipv4_mapped, address.sixtofour, teredo, nat64) if part]
