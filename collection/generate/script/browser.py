"""Chromium without a network, spoken to through a pipe (DevTools protocol), for scripts in JavaScript."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import weakref
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from collection.errors import GenerationError
from collection.generate.script.confine import able
from collection.generate.script.page import Page
from collection.generate.script.process import Limits, environment
from collection.values import parse_json

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome", "chromium-headless-shell")
URL = "https://token.invalid/"
"""Where the page seems to lie; nothing else answers."""
STARTING = 60.0
"""Seconds that a browser may take to start."""
OPTIONS = (
    "--headless=new", "--remote-debugging-pipe", "--disable-gpu", "--hide-scrollbars", "--mute-audio",
    "--no-first-run", "--disable-extensions", "--disable-background-networking", "--disable-sync", "--no-pings",
    "--disable-component-update", "--disable-default-apps", "--force-color-profile=srgb", "--disable-lcd-text",
    "--font-render-hinting=none", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
    "--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9", "--disable-dev-shm-usage",
    "--disable-breakpad", "--disable-background-timer-throttling", "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
)  # fmt: skip


def chromium() -> str:
    """The browser's program: that of the variable CHROMIUM, or one of NAMES; raises GenerationError without one."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise GenerationError(
            "a script in JavaScript needs Chromium, and there is none",
            "install chromium, or let the variable CHROMIUM name it",
        )
    return found


class Browser:
    """A browser that makes one page after the other, each in a context of its own. Started when it is first asked."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self._version = ""

    @property
    def version(self) -> str:
        """Which browser, once it ran: HeadlessChrome/150.0.7871.100"""
        return self._version

    def ask(self, page: Page, size: tuple[int, int], limits: Limits) -> tuple[Mapping[str, Any], bytes]:
        """What a page says when it calls $fx.preview, and the picture of it as a PNG file.

        "error" among what it says is what went wrong. Raises GenerationError where there is no browser.
        """
        try:
            connection = self._running(limits)
            end = time.monotonic() + limits.seconds
            session = connection.session(end)
            found = _photographed(connection, session, page, size, end)
        except TimeoutError:
            self.close()
            return {"error": f"it did not call $fx.preview() within {limits.seconds:g} s (timeout)"}, b""
        except OSError as error:
            self.close()
            return {"error": f"the browser ended ({error}): the script may have needed too much memory"}, b""
        except BaseException:
            self.close()
            raise
        return found

    def close(self) -> None:
        """End the browser."""
        process, self._process = self._process, None
        if process is not None:
            self._ended()

    def _running(self, limits: Limits) -> Connection:
        if not able():
            raise GenerationError(
                "scripts cannot be confined on this machine, so none is run",
                "they need Linux on x86-64 or arm64 (docs/scripts.md)",
            )
        if self._process is not None and self._connection is not None:
            return self._connection
        profile = tempfile.TemporaryDirectory(prefix="collection-browser-", ignore_cleanup_errors=True)
        (theirs_in, ours_out), (ours_in, theirs_out) = os.pipe(), os.pipe()
        options = [*OPTIONS, f"--user-data-dir={profile.name}", f"--js-flags=--max-old-space-size={limits.megabytes}"]
        options += ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses its own sandbox to root
        launcher = [sys.executable, "-B", "-P", "-m", "collection.generate.script.launch"]
        self._process = subprocess.Popen(
            [*launcher, str(os.getpid()), str(theirs_in), str(theirs_out), chromium(), *options, "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**environment(), "HOME": profile.name}, cwd="/", start_new_session=True,
            pass_fds=(theirs_in, theirs_out),
        )  # fmt: skip
        os.close(theirs_in)
        os.close(theirs_out)
        connection = self._connection = Connection(ours_in, ours_out)
        self._ended = weakref.finalize(self, _end, self._process, profile, (ours_in, ours_out))
        said = connection.call("Browser.getVersion", {}, "", time.monotonic() + STARTING)
        self._version = str(said["product"])
        return connection


class Connection:
    """Messages of the DevTools protocol: JSON, each ended by a zero byte."""

    def __init__(self, read: int, write: int) -> None:
        self._read, self._write, self._number, self._buffer = read, write, 0, b""
        self._events: list[dict[str, Any]] = []
        self._context = ""

    def call(self, method: str, given: Mapping[str, Any], session: str, end: float) -> dict[str, Any]:
        """The result of a command; raises TimeoutError after `end` (monotonic), OSError where the browser is gone."""
        number = self.send(method, given, session)
        while True:
            message = self._next(end)
            if message.get("id") == number:
                if "error" in message:
                    raise OSError(f"{method}: {message['error'].get('message')}")
                result: dict[str, Any] = message["result"]
                return result
            if "method" in message:
                self._events.append(message)

    def send(self, method: str, given: Mapping[str, Any], session: str) -> int:
        """Send a command without waiting; returns its number."""
        self._number += 1
        said = {"id": self._number, "method": method, "params": given, **({"sessionId": session} if session else {})}
        data = memoryview(json.dumps(said).encode() + b"\0")
        while data:
            data = data[os.write(self._write, data) :]
        return self._number

    def events(self, session: str, end: float) -> Iterator[tuple[str, dict[str, Any]]]:
        """What happens in a session: method and parameters."""
        while True:
            message = self._events.pop(0) if self._events else self._next(end)
            if message.get("sessionId") == session and "method" in message:
                yield message["method"], message["params"]

    def session(self, end: float) -> str:
        """A new page in a context of its own; the one before is thrown away."""
        if self._context:
            self.call("Target.disposeBrowserContext", {"browserContextId": self._context}, "", end)
        self._events.clear()
        self._context = self.call("Target.createBrowserContext", {}, "", end)["browserContextId"]
        wanted = {"url": "about:blank", "browserContextId": self._context}
        target = self.call("Target.createTarget", wanted, "", end)["targetId"]
        return str(self.call("Target.attachToTarget", {"targetId": target, "flatten": True}, "", end)["sessionId"])

    def _next(self, end: float) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._read], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                raise TimeoutError
            data = os.read(self._read, 2**18)
            if not data:
                raise OSError("it closed its pipe")
            self._buffer += data
        message, _, self._buffer = self._buffer.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found


def _photographed(
    connection: Connection, session: str, page: Page, size: tuple[int, int], end: float
) -> tuple[Mapping[str, Any], bytes]:
    """Open a page, wait for its preview, and take the picture."""
    view = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False}
    for method, wanted in (
        ("Emulation.setDeviceMetricsOverride", view), ("Fetch.enable", {}), ("Page.enable", {}),
        ("Inspector.enable", {}), ("Runtime.enable", {}), ("Runtime.addBinding", {"name": "collectionPreview"}),
    ):  # fmt: skip
        connection.call(method, wanted, session, end)
    connection.send("Page.navigate", {"url": URL}, session)
    for method, given in connection.events(session, end):
        if method == "Fetch.requestPaused":
            _answer(connection, session, page, given)
        elif method == "Runtime.exceptionThrown":
            return {"error": _thrown(given["exceptionDetails"], page)}, b""
        elif method == "Inspector.targetCrashed":
            raise OSError("the page crashed")
        elif method == "Runtime.bindingCalled" and given["name"] == "collectionPreview":
            said = _said(given["payload"])
            if "error" in said:
                return said, b""
            clip = {"x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1}
            shot = connection.call("Page.captureScreenshot", {"format": "png", "clip": clip}, session, end)
            return said, base64.b64decode(shot["data"])
    raise AssertionError("events never end")


def _answer(connection: Connection, session: str, page: Page, given: Mapping[str, Any]) -> None:
    """The page itself is what is asked for first; every other request fails."""
    if given["request"]["url"] != URL or given["resourceType"] != "Document":
        refused = {"requestId": given["requestId"], "errorReason": "BlockedByClient"}
        connection.send("Fetch.failRequest", refused, session)
        return
    body = base64.b64encode(page.text.encode()).decode()
    kind = [{"name": "Content-Type", "value": "text/html; charset=utf-8"}]
    found = {"requestId": given["requestId"], "responseCode": 200, "responseHeaders": kind, "body": body}
    connection.send("Fetch.fulfillRequest", found, session)


def _thrown(details: Mapping[str, Any], page: Page) -> str:
    """An uncaught error of a script in words, with its line."""
    said = details.get("exception", {})
    words = str(said.get("description") or said.get("value") or details.get("text", "an error")).split("\n")[0]
    return f"{words[:500]} (line {int(details.get('lineNumber', 0)) - page.first_line + 1})"


def _said(payload: str) -> Mapping[str, Any]:
    try:
        said = parse_json(payload)
    except (ValueError, RecursionError):
        said = None
    return said if isinstance(said, dict) else {"error": "it said what is no JSON object when it called $fx.preview()"}


def _end(process: subprocess.Popen[bytes], profile: tempfile.TemporaryDirectory[str], pipes: tuple[int, int]) -> None:
    for pipe in pipes:
        os.close(pipe)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # the browser and its helpers, which are a session of their own
    process.wait()
    profile.cleanup()
