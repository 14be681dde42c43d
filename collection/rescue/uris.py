"""What a URI of token metadata says: where the content is, and what it hangs by."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from collection.errors import PinError
from collection.unixfs import cid_bytes


class Hold(StrEnum):
    """What content hangs by, from the firmest to the loosest."""

    CHAIN = "chain"
    """A data: URI: the bytes are in the answer of the contract, or in metadata that hangs by something else."""
    CID = "ipfs"
    """An immutable CID: whoever has the bytes can prove them."""
    ARWEAVE = "arweave"
    """A transaction of Arweave: paid for once, and not checked here."""
    NAME = "ipns"
    """A name of IPNS, which its owner may point elsewhere."""
    SERVER = "http"
    """A web server: whoever runs it may change or stop it."""
    NOTHING = "nothing"
    """No URI, or one that leads nowhere."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where content is. `path` is below the CID, the name or the transaction; `url` is what a web server is asked."""

    hold: Hold
    cid: str = ""
    path: str = ""
    url: str = ""
    data: bytes = b""
    why: str = ""
    """Of NOTHING: what is wrong with the URI."""


_GATEWAY = re.compile(r"^https?://[^/]+/(ipfs|ipns)/([^/?#]+)(?:/([^?#]*))?")
_SUBDOMAIN = re.compile(r"^https?://([a-z0-9]{50,64})\.(ipfs|ipns)\.[^/]+(?:/([^?#]*))?")
_SHOWN = 120


def place_of(uri: str) -> Place:
    """The place that a URI names; never raises."""
    uri = uri.strip()
    scheme, _, rest = uri.partition(":")
    match scheme.lower():
        case "data":
            return _data(rest)
        case "ipfs":
            rest = rest.lstrip("/")
            return _content(rest.removeprefix("ipfs/"))
        case "ipns":
            name, _, path = rest.lstrip("/").partition("/")
            return Place(Hold.NAME, name, unquote(path))
        case "ar":
            transaction, _, path = rest.lstrip("/").partition("/")
            return Place(Hold.ARWEAVE, transaction, path)
        case "http" | "https":
            return _web(uri)
    if re.fullmatch(r"(Qm[1-9A-HJ-NP-Za-km-z]{44}|baf[a-z2-7]{50,})(/.*)?", uri):
        return _content(uri)
    shown = uri if len(uri) <= _SHOWN else f"{uri[:_SHOWN]}..."
    return Place(Hold.NOTHING, why=f"{shown!r} is no URI that can be read" if uri else "it is empty")


def _content(rest: str) -> Place:
    cid, _, path = rest.partition("?")[0].partition("#")[0].partition("/")
    try:
        cid_bytes(cid)
    except PinError as error:
        return Place(Hold.NOTHING, why=error.message)
    return Place(Hold.CID, cid, unquote(path).rstrip("/"))


def _web(uri: str) -> Place:
    """A web server, with the CID where the address is that of a gateway: then any other gateway will do as well."""
    found = _GATEWAY.match(uri)
    kind, name, path = found.groups() if found else ("", "", "")
    if not found and (below := _SUBDOMAIN.match(uri)):
        name, kind, path = below.groups()
    if kind == "ipfs" and (place := _content(f"{name}/{path or ''}")).hold is Hold.CID:
        return Place(Hold.SERVER, place.cid, place.path, uri)
    try:
        host = urlsplit(uri).hostname
    except ValueError:
        host = None
    return Place(Hold.SERVER, url=uri) if host else Place(Hold.NOTHING, why=f"{uri[:_SHOWN]!r} has no host")


def _data(rest: str) -> Place:
    head, comma, text = rest.partition(",")
    if not comma:
        return Place(Hold.NOTHING, why="a data: URI without a comma")
    try:
        if head.lower().replace(" ", "").endswith(";base64"):
            packed = re.sub(r"\s", "", unquote(text))
            return Place(Hold.CHAIN, data=b64decode(packed + "=" * (-len(packed) % 4), validate=True))
        return Place(Hold.CHAIN, data=unquote_to_bytes(text))
    except (Base64Error, ValueError) as error:
        return Place(Hold.NOTHING, why=f"a data: URI that is not base64: {error}")
