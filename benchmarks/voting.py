"""The review room under load: `python benchmarks/voting.py [SECONDS] [IMAGES]` (default 60 10000).

Eight curators vote as fast as they are answered, together a hundred times a second, for a minute, through the server
that `collection review` starts; says how long each vote took until it was committed and answered, and counts them.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import numpy as np

from collection.project import open_project
from collection.store.judging_records import Score
from collection.store.records import Asset

CURATORS = 8
RATE = 100
"""Votes a second, of all curators together."""


def make_project(folder: Path, images: int) -> None:
    """So many images of which only the rows exist, each with a score."""
    folder.mkdir(parents=True)
    text = f'title = "Benchmark"\nsupply = {images // 10}\ncandidates = {images}\nseed = 1\n[image]\nsize = 64\n'
    (folder / "collection.toml").write_text(text)
    with open_project(folder) as project:
        project.store.replace_plan(project.plan.recipes)
        planned = project.store.planned()
        assets = [Asset(item.id, item.recipe, f"{item.id:064x}", f"{item.id:064x}", 64, 64, 1) for item in planned]
        project.store.add_assets(assets)
        values = np.random.default_rng(1).normal(60, 10, images)
        project.store.add_judgements(
            [Score(a.file_sha256, "quality", "x", v) for a, v in zip(assets, values.tolist(), strict=True)]
        )


@contextmanager
def opened(folder: Path) -> Iterator[dict[str, str]]:
    """A room of CURATORS curators; their links by name."""
    names = [word for number in range(CURATORS) for word in ("--curator", f"curator-{number + 1}")]
    room = ["-C", str(folder), "review", "--no-open", "--json", "--port", "0"]
    command = [str(Path(sys.executable).parent / "collection"), *room, *names]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout
        yield json.loads(process.stdout.readline())["links"]
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def vote(link: str, number: int, seconds: float, images: int) -> tuple[list[float], list[int]]:
    """Vote at this curator's share of RATE; returns the seconds each took, and the numbers acknowledged."""
    where = urlsplit(link)
    line = HTTPConnection(where.hostname or "", where.port or 80)
    line.request("GET", f"{where.path}?{where.query}")
    answer = line.getresponse()
    answer.read()
    cookie = SimpleCookie(answer.headers["set-cookie"]).output(attrs=[], header="", sep=";").strip()
    headers = {"content-type": "application/json", "x-collection": "1", "cookie": cookie}
    took, kept = [], []
    begun, chance = time.perf_counter(), np.random.default_rng(number)
    for step in range(round(seconds * RATE / CURATORS)):
        time.sleep(max(0.0, begun + step * CURATORS / RATE - time.perf_counter()))
        said = {"kind": "stars", "asset": int(chance.integers(1, images + 1)), "value": int(chance.integers(1, 6))}
        sent = time.perf_counter()
        line.request("POST", "/api/events", json.dumps({"decisions": [said]}), headers)
        kept.append(json.loads(line.getresponse().read())["batch"])
        took.append(time.perf_counter() - sent)
    return took, kept


def votes(seconds: float, images: int) -> None:
    with TemporaryDirectory() as place:
        folder = Path(place) / "project"
        make_project(folder, images)
        with opened(folder) as links, ThreadPoolExecutor(CURATORS) as pool:
            begun = time.perf_counter()
            found = list(pool.map(lambda item: vote(item[1], item[0], seconds, images), enumerate(links.values())))
            passed = time.perf_counter() - begun
        with open_project(folder) as project:
            kept = {event.batch for event in project.store.reviews()}
    took = np.array([each for times, _ in found for each in times]) * 1000
    acknowledged = [number for _, numbers in found for number in numbers]
    lost = len(set(acknowledged) - kept) + len(acknowledged) - len(set(acknowledged))
    print(f"{len(acknowledged)} votes of {CURATORS} curators on {images:,} images in {passed:.1f} s, {lost} lost")
    middle, late = np.median(took), np.quantile(took, 0.95)
    print(f"until answered: median {middle:.1f} ms, p95 {late:.1f} ms, most {took.max():.0f} ms")
    if lost:
        raise SystemExit(1)


if __name__ == "__main__":
    numbers = sys.argv[1:]
    votes(float(numbers[0]) if numbers else 60, int(numbers[1]) if len(numbers) > 1 else 10_000)
