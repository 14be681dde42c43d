"""The room as a person opens it: a process of its own, that may be killed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

import pytest

from collection.store.store import Store

COMMAND = str(Path(sys.executable).parent / "collection")


@dataclass(frozen=True)
class Opened:
    """A room that runs."""

    process: subprocess.Popen[str]
    links: dict[str, str]

    def page(self, curator: str) -> OpenerDirector:
        """A browser that came in by a curator's link."""
        browser = build_opener(HTTPCookieProcessor(CookieJar()))
        browser.open(self.links[curator]).read()
        return browser

    def address(self, path: str) -> str:
        return next(iter(self.links.values())).partition("/?")[0] + path

    def get(self, browser: OpenerDirector, path: str) -> dict[str, Any]:
        return json.load(browser.open(self.address(path)))

    def vote(self, browser: OpenerDirector, asset: int, stars: int) -> int:
        """Vote; returns the number under which it was acknowledged."""
        body = json.dumps({"decisions": [{"kind": "stars", "asset": asset, "value": stars}]}).encode()
        headers = {"content-type": "application/json", "x-collection": "1"}
        return int(json.load(browser.open(Request(self.address("/api/events"), body, headers)))["batch"])


@contextmanager
def room(folder: Path, *words: str) -> Iterator[Opened]:
    command = [COMMAND, "-C", str(folder), "review", "--no-open", "--json", "--port", "0", *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        said = json.loads(process.stdout.readline())
        assert said["url"] in said["links"].values()
        yield Opened(process, said["links"])
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def reviewed(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "reviewed"))


def test_a_killed_room_keeps_every_vote_that_it_acknowledged(reviewed: Path) -> None:
    with room(reviewed, "--curator", "anna", "--curator", "bob") as opened:
        browsers = [opened.page(curator) for curator in ("anna", "bob")]
        acknowledged: list[int] = []

        def vote_on(browser: OpenerDirector) -> None:
            for step in range(10_000):
                try:
                    acknowledged.append(opened.vote(browser, 1 + step % 5, 1 + step % 5))
                except (OSError, HTTPException):  # the answer may break off anywhere
                    return
                if len(acknowledged) >= 60:
                    os.kill(opened.process.pid, signal.SIGKILL)

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(vote_on, browsers))
    store = Store(reviewed / "collection.db")
    kept = {event.batch for event in store.reviews()}
    store.close()
    assert len(acknowledged) >= 60
    assert set(acknowledged) <= kept
    assert len(kept - set(acknowledged)) <= 2, "what was on its way"


def test_two_curators_see_each_other_and_ctrl_c_ends_it_clean(reviewed: Path) -> None:
    with room(reviewed, "--curator", "anna", "--curator", "bob") as opened:
        anna, bob = opened.page("anna"), opened.page("bob")
        stream = anna.open(opened.address("/api/stream"))
        assert stream.readline() == b": here\n"
        opened.vote(bob, 3, 5)
        lines = iter(stream.readline, b"")
        assert next(line for line in lines if line.startswith(b"event")) == b"event: changed\n"
        assert json.loads(next(lines).removeprefix(b"data: "))["ids"] == [3]
        assert opened.get(anna, "/api/state")["counts"]["reviewed"] == 0
        opened.process.send_signal(signal.SIGINT)
        assert opened.process.wait(30) == 0
        assert opened.process.stderr
        assert "Traceback" not in opened.process.stderr.read()


def test_a_room_and_a_command_do_not_wait_for_each_other(reviewed: Path, here: Any) -> None:
    """While somebody else is at work in the project, the room opens and takes votes; and the other way about."""
    from collection.project import open_project

    with open_project(reviewed) as project, project.working(), room(reviewed) as opened:
        browser = opened.page("curator")
        assert opened.vote(browser, 1, 4) > 0
    with room(reviewed):
        assert here("-C", reviewed, "select").code == 0


def test_the_port_that_was_asked_for_is_taken_or_named(reviewed: Path, here: Any) -> None:
    with room(reviewed) as opened:
        port = opened.address("").rpartition(":")[2]
        said = here("-C", reviewed, "review", "--no-open", "--port", port)
        assert said.code == 1
        assert f"port {port} is taken" in said.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--curator", "a", "--curator", "a"], "named twice"), (["--host", "no.such.host.invalid"], "no address"),
        (["--curator", ""], "cannot be a curator's name"),
    ],
)  # fmt: skip
def test_what_cannot_be_served(reviewed: Path, here: Any, words: list[str], says: str) -> None:
    said = here("-C", reviewed, "review", "--no-open", *words)
    assert said.code == 2
    assert says in said.err
