"""Connections to addresses that were looked at first."""

from __future__ import annotations

import socket
import ssl
from http.client import HTTPConnection, HTTPSConnection

from collection.transport.addresses import FindAddresses


def open_connection(
    host: str, port: int | None, seconds: float, find_addresses: FindAddresses, tls: ssl.SSLContext | None
) -> HTTPConnection:
    """A connection to a host, not yet made, over TLS where a context is given."""
    if tls is None:
        return _Plain(host, port, seconds, find_addresses)
    return _Secure(host, port, seconds, find_addresses, tls)


class _Plain(HTTPConnection):
    def __init__(self, host: str, port: int | None, seconds: float, find_addresses: FindAddresses) -> None:
        super().__init__(host, port, timeout=seconds)
        self._find, self._seconds = find_addresses, seconds

    def connect(self) -> None:
        self.sock = _connected(self._find(self.host, self.port), self.port, self._seconds)


class _Secure(HTTPSConnection):
    def __init__(
        self, host: str, port: int | None, seconds: float, find_addresses: FindAddresses, tls: ssl.SSLContext
    ) -> None:
        super().__init__(host, port, timeout=seconds, context=tls)
        self._find, self._seconds, self._tls = find_addresses, seconds, tls

    def connect(self) -> None:
        plain = _connected(self._find(self.host, self.port), self.port, self._seconds)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)


def _connected(addresses: list[str], port: int, seconds: float) -> socket.socket:
    """A socket to the first address that answers."""
    for number, address in enumerate(addresses, 1):
        try:
            found = socket.create_connection((address, port), seconds)
        except OSError:
            if number == len(addresses):
                raise
        else:
            found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return found
    raise OSError("no address")
