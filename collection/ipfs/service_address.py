"""What stands behind the colon of a service's name: env:NAME@PLACE via GATEWAY."""

from __future__ import annotations

import re
from dataclasses import dataclass

from collection.errors import UsageError
from collection.ipfs.closed import refuse_closed_host
from collection.transport import Secret

GATEWAYS = ("https://trustless-gateway.link", "https://ipfs.io", "https://dweb.link")
"""Public gateways that give single blocks, which the reader checks."""


@dataclass(frozen=True, slots=True)
class ServiceAddress:
    """A service, the variable that holds its secret, and the gateways that its content is read back by."""

    name: str
    """As `publish.storage` calls it."""
    secret: Secret
    place: str
    gateways: tuple[str, ...]


def service_address(
    kind: str, rest: str, *, place: str = "", gateways: tuple[str, ...] = GATEWAYS, example: str
) -> ServiceAddress:
    """Read "env:NAME", with "@PLACE" and " via GATEWAY" where they are given. Raises UsageError.

    What was typed is not repeated where it may be a secret.
    """
    named, via, gateway = rest.partition(" via ")
    variable, at, there = named.partition("@")
    if not re.fullmatch(r"env:[A-Za-z_][A-Za-z0-9_]*", variable):
        raise UsageError(f'"{kind}:" is followed by env: and the variable that holds the secret', f'write "{example}"')
    if at:
        place = there.rstrip("/")
    if not place:
        raise UsageError(f'"{kind}:{variable}" does not say where the service is', f'write "{example}"')
    if via and not re.fullmatch(r"https?://[^\s/]\S*", gateway):
        raise UsageError(f'"{gateway}" is no address of a gateway', f'write "{example} via https://ipfs.io"')
    refuse_closed_host(place)
    chosen = (gateway.rstrip("/"),) if via else gateways
    return ServiceAddress(f"{kind}:{rest}", Secret.named(variable), place, chosen)


def web_address(kind: str, place: str, example: str) -> str:
    """The same place, if it is an address on the web without a name and a password in it; else UsageError."""
    if not re.fullmatch(r"https?://[^\s/@]+(/[^\s@]*)?", place):
        raise UsageError(f'"{kind}:" is given no address that begins with https://', f'write "{example}"')
    return place
