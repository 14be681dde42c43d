"""Authorization: each curator has a token, which the page takes from the address once and then keeps in a cookie.

A request is refused unless it names this server as its host, so that a foreign page whose name was bound to this
address can ask nothing (DNS rebinding). A write is refused unless it comes from a page of this server.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
import socket
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from html import escape
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from collection.curate.reviews.log import refuse_no_name
from collection.errors import UsageError

SECRET_FILE = ".review-secret"
WRITE_HEADER = "x-collection"
"""A header that no other page can send without being asked first; any value."""
YEAR = 365 * 24 * 3600
SAFE_METHODS = ("GET", "HEAD")
PROTECTION: Mapping[str, str] = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


@dataclass(frozen=True)
class Tokens:
    """The tokens of the curators, which follow from a secret of the project, so that links outlive the server."""

    secret: bytes
    curators: Sequence[str]

    def token(self, curator: str) -> str:
        """The token in a curator's link: HMAC-SHA256 of the name, 64 hex digits."""
        return hmac.new(self.secret, curator.encode(), hashlib.sha256).hexdigest()

    def curator(self, token: str) -> str | None:
        """The curator of a token, None if there is none. The time does not depend on the token."""
        given, found = token.encode(errors="replace"), None
        for curator, known in self._tokens.items():
            if hmac.compare_digest(known, given):
                found = curator
        return found

    @cached_property
    def _tokens(self) -> dict[str, bytes]:
        return {curator: self.token(curator).encode() for curator in self.curators}


def open_tokens(folder: Path, curators: Sequence[str]) -> Tokens:
    """The tokens of a project's curators; the secret is made at the first call, readable by its owner alone.

    Raises UsageError for a name that cannot be a curator's, or that is there twice.
    """
    for curator in curators:
        refuse_no_name(curator)
        if curators.count(curator) > 1:
            raise UsageError(f"the curator {curator} is named twice", "--curator once for each name")
    path = folder / SECRET_FILE
    if not path.exists():
        with (
            tempfile.NamedTemporaryFile(dir=folder, prefix=".writing-") as file,
            suppress(FileExistsError),
        ):  # mode 0600
            file.write(secrets.token_bytes(32))
            file.flush()
            path.hardlink_to(file.name)  # whole or not at all, and never over the secret of a server that was faster
    return Tokens(path.read_bytes(), tuple(curators))


def links(tokens: Tokens, host: str, port: int) -> dict[str, str]:
    """The address of each curator, with the key in it."""
    named = socket.gethostname().lower() if host in ("0.0.0.0", "::") else host
    return {curator: f"http://{_address(named)}:{port}/?token={tokens.token(curator)}" for curator in tokens.curators}


def is_loopback(host: str) -> bool:
    """Whether a name or address is this machine's own, unreachable from others."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class AuthMiddleware:
    """ASGI middleware: admits requests with a token, and puts the curator into `scope["state"]["curator"]`."""

    def __init__(self, app: ASGIApp, tokens: Tokens, host: str, port: int) -> None:
        self._app, self._tokens, self._host, self._port = app, tokens, host, port
        self.cookie = f"collection-{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        if refusal is None:
            scope.setdefault("state", {})["curator"] = self._curator(headers)
            await self._app(scope, receive, _guarded(send))
        else:
            await refusal(scope, receive, _guarded(send))

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        if not self._our_host(headers.get("host", "")):
            return _said(421, "this is not a name of this server", f"http://{_address(self._host)}:{self._port}/")
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        token = next((value for name, value in query if name == "token"), None)
        if token is not None and scope["method"] in SAFE_METHODS:
            return self._entrance(scope["path"], token, [pair for pair in query if pair[0] != "token"])
        if self._curator(headers) is None:
            return _said(401, "a link with a token is needed", "open the link that `collection review` printed")
        if scope["method"] not in SAFE_METHODS and not self._our_page(headers):
            return _said(403, "this did not come from the review room's page", f"send the header {WRITE_HEADER}: 1")
        return None

    def _entrance(self, path: str, token: str, rest: list[tuple[str, str]]) -> Response:
        """Change a token in the address for a cookie, and go on to the address without it."""
        if self._tokens.curator(token) is None:
            return _said(
                401, "the token of this link is not known here", "open the link that `collection review` printed"
            )
        place = "/" + quote(path.lstrip("/\\")) + (f"?{urlencode(rest)}" if rest else "")
        answer = HTMLResponse(f'<!doctype html><title>review</title><a href="{escape(place)}">the review room</a>')
        answer.headers["refresh"] = f"0; url={place}"  # a redirect would belong to the page that the link was on, and
        # no browser sends a strict cookie with that
        answer.set_cookie(self.cookie, token, max_age=YEAR, httponly=True, samesite="strict", path="/")
        answer.headers["cache-control"] = "no-store"
        return answer

    def _curator(self, headers: Headers) -> str | None:
        try:
            morsel = SimpleCookie(headers.get("cookie", "")).get(self.cookie)
        except CookieError:
            return None
        return self._tokens.curator(morsel.value) if morsel else None

    def _our_host(self, named: str) -> bool:
        """Whether the Host header names this server: by a name of this machine, or by a number, never another name."""
        try:
            parts = urlsplit(f"//{named}")
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return False
        if port != self._port and not (port is None and self._port == 80):
            return False
        if is_loopback(self._host):
            return host in ("localhost", self._host) or is_loopback(host)
        return host in ("localhost", self._host, socket.gethostname().lower()) or _is_number(host)

    def _our_page(self, headers: Headers) -> bool:
        """Whether a write comes from a page of ours: by its origin where the browser says it, else by a header."""
        origin = headers.get("origin")
        if origin is not None:
            return origin == f"http://{headers['host']}"
        return WRITE_HEADER in headers


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _address(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _said(status: int, error: str, hint: str) -> Response:
    return JSONResponse({"error": error, "hint": hint}, status)


def _guarded(send: Send) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in PROTECTION.items():
                headers[name] = value
            headers.setdefault("cache-control", "no-store")
        await send(message)

    return guarded
