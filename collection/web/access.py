"""Authorization: each curator has a token, which the page takes from the address once and then keeps in a cookie.

A request is refused unless it names this server as its host, so that a foreign page whose name was bound to this
address can ask nothing (DNS rebinding). A write is refused unless it comes from a page of this server.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import socket
from collections.abc import Mapping
from html import escape
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from collection.curate.reviews.state import Blind
from collection.errors import UnavailableError
from collection.web.tokens import SECRET_FILE, SESSION, Tokens, open_tokens

__all__ = ["SECRET_FILE", "AuthMiddleware", "Tokens", "is_loopback", "links", "open_tokens"]

WRITE_HEADER = "x-collection"
"""A header that no other page can send without being asked first; any value."""
CURATOR_HEADER, ROOM_HEADER = "x-collection-curator", "x-collection-room"
"""Under which name (percent-encoded), and in which room, the page that asks was opened. Another name has come into the
browser since where they are not those of the cookie."""
AS, ROOM = "as", "room"
"""The same in the address of a link to a file, which sends no headers."""
LINK_HINT = "open your link again, as `collection review` printed it"
SAFE_METHODS = ("GET", "HEAD")
FILES = ("/api/export/", "/api/sheet", "/api/audit")
"""Where the links to files lead."""
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
    """ASGI middleware: admits requests with a token, and puts curator and role into `scope["state"]`.

    The name of a voter is a Blind one: nothing that others said is told to it.
    """

    def __init__(self, app: ASGIApp, tokens: Tokens, host: str, port: int) -> None:
        self._app, self._tokens, self._host, self._port = app, tokens, host, port
        self.cookie = f"collection-{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers, curator, role = Headers(scope=scope), "", ""
        try:
            curator = self._curator(headers) or ""
            role = self._tokens.role(curator)
            refusal = self._refusal(scope, headers, curator)
        except UnavailableError as error:  # the file of links is damaged: nobody gets in by it
            refusal = _said(503, error.message, error.hint or "")
        if refusal is None:
            known = {"curator": Blind(curator) if role == "voter" else curator, "role": role}
            scope.setdefault("state", {}).update(known)
            renewed = self._cookie(curator) if scope["path"] == "/" else None  # whoever opens the page may stay on
            await self._app(scope, receive, _guarded(send, renewed))
        else:
            await refusal(scope, receive, _guarded(send))

    def _refusal(self, scope: Scope, headers: Headers, curator: str) -> Response | None:
        if not self._our_host(headers.get("host", "")):
            return _said(421, "this is not a name of this server", f"http://{_address(self._host)}:{self._port}/")
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        token = next((value for name, value in query if name == "token"), None)
        if token is not None and scope["method"] in SAFE_METHODS:
            return self._entrance(scope["path"], token, [pair for pair in query if pair[0] != "token"], headers)
        opened = dict(query) if scope["path"].startswith(FILES) else {}
        if not curator:
            return _closed(headers, "a link with a token is needed")
        if scope["method"] not in SAFE_METHODS and not self._our_page(headers):
            return _said(403, "this did not come from the review room's page", f"send the header {WRITE_HEADER}: 1")
        return self._other(headers, opened, curator)

    def _other(self, headers: Headers, opened: Mapping[str, str], curator: str) -> Response | None:
        """Refuse a page that was opened under another name, or of another room, than this browser came in by since."""
        opened_by = opened.get(AS) or unquote(headers.get(CURATOR_HEADER, quote(curator)))
        room = opened.get(ROOM) or headers.get(ROOM_HEADER)
        if opened_by == curator and room in (None, self._tokens.room):
            return None
        whose = "of another project" if opened_by == curator else f"by {opened_by}"
        error = f"this page was opened {whose}, and this browser is {curator}'s now"
        return _said(409, error, f"load the page again to go on as {curator}", other=curator)

    def _entrance(self, path: str, token: str, rest: list[tuple[str, str]], headers: Headers) -> Response:
        """Change a token in the address for a cookie, and go on to the address without it."""
        curator = self._tokens.curator(token)
        if curator is None:
            return _closed(headers, "a link with a token that is known here is needed")
        place = "/" + quote(path.lstrip("/\\")) + (f"?{urlencode(rest)}" if rest else "")
        answer = HTMLResponse(f'<!doctype html><title>review</title><a href="{escape(place)}">the review room</a>')
        answer.headers["refresh"] = f"0; url={place}"  # a redirect would belong to the page that the link was on, and
        # no browser sends a strict cookie with that
        answer.headers["set-cookie"] = self._cookie(curator)
        answer.headers["cache-control"] = "no-store"
        return answer

    def _cookie(self, curator: str) -> str:
        made = Response()
        session = self._tokens.session(curator)
        made.set_cookie(self.cookie, session, max_age=SESSION, httponly=True, samesite="strict", path="/")
        return made.headers["set-cookie"]

    def _curator(self, headers: Headers) -> str | None:
        try:
            morsel = SimpleCookie(headers.get("cookie", "")).get(self.cookie)
        except CookieError:
            return None
        return self._tokens.curator_of(morsel.value) if morsel else None

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


def _said(status: int, error: str, hint: str, **more: str) -> Response:
    return JSONResponse({"error": error, "hint": hint, **more}, status)


STYLE = (
    ":root{color-scheme:light dark}body{font:112.5%/1.5 system-ui;max-width:34em;margin:15vh auto;padding:0 24px}"
    "code{font-size:1em}"
)


def _closed(headers: Headers, error: str) -> Response:
    """The answer to whoever has no token that holds: a page for people, JSON for everything else."""
    if "text/html" not in headers.get("accept", ""):
        return _said(401, error, LINK_HINT)
    allowed = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    page = HTMLResponse(
        f"<!doctype html><html lang=en><meta charset=utf-8><title>No access to the review</title>"
        f'<meta name=viewport content="width=device-width"><style>{STYLE}</style><h1>This browser has no access</h1>'
        f"<p>To come in, {escape(error)}, and it must hold. A link ends when it is revoked; a browser that was away "
        "for 30 days comes in by its link again.</p><p>Open your link again. Without one, ask whoever runs the review: "
        "<code>collection review</code> prints the links, and the view People gives new ones. Decisions that this "
        "browser could not send yet are sent once you are back.</p>",
        401,
    )
    policy = PROTECTION["content-security-policy"]
    page.headers["content-security-policy"] = policy.replace("style-src 'self'", f"style-src 'sha256-{allowed}'")
    return page


def _guarded(send: Send, cookie: str | None = None) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in PROTECTION.items():
                headers.setdefault(name, value)
            headers.setdefault("cache-control", "no-store")
            if cookie is not None:
                headers.append("set-cookie", cookie)
        await send(message)

    return guarded
