"""Scripts in JavaScript: $fx, pictures without a network, and the token that is the script itself."""

from __future__ import annotations

import io
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from PIL import Image

from collection.errors import GenerationError
from collection.generate.script.browser import NAMES, Browser, chromium
from collection.generate.script.page import page
from collection.generate.script.process import Limits
from collection.generate.script.seeded import token_hash
from collection.project import Project
from collection.publish.metadata import token_metadata
from collection.stages.generate import CheckStage, GenerateStage
from collection.stages.new import make_project
from collection.stages.plan import PlanStage

RINGS = """\
$fx.params([{ id: "ground", name: "Ground", type: "select", options: { options: ["Red", "Blue"] } }]);
const ground = $fx.getParam("ground");
const canvas = document.body.appendChild(document.createElement("canvas"));
const pen = canvas.getContext("2d");
[canvas.width, canvas.height] = [innerWidth, innerHeight];
pen.fillStyle = ground;
pen.fillRect(0, 0, innerWidth, innerHeight);
pen.fillStyle = "white";
let drawn = 0;
const draw = () => {
  pen.fillRect($fx.rand() * 50, Math.random() * 50, 2 + (Date.now() % 3), 1 + (performance.now() % 2));
  if (++drawn === 12) {
    $fx.features({ Ground: ground, Drawn: drawn, Big: drawn > 10 });
    $fx.preview();
  }
  requestAnimationFrame(draw);
};
draw();
"""
Ask = Callable[..., tuple[Any, bytes]]


@pytest.fixture(scope="module")
def browser(missing: Callable[[str], NoReturn]) -> Iterator[Browser]:
    if not (os.environ.get("CHROMIUM") or any(map(shutil.which, NAMES))):
        missing("there is no Chromium; install it, or name it by CHROMIUM")
    found = Browser()
    yield found
    found.close()


@pytest.fixture
def show(browser: Browser) -> Ask:
    """Show a script: what it says, and its picture."""

    def run(source: str, seed: int = 7, seconds: float = 30, **planned: str) -> tuple[Any, bytes]:
        shown = page("art.js", source, token_hash(seed), planned, capture=True)
        return browser.ask(shown, (64, 64), Limits(seconds, 256))

    return run


def test_time_begins_when_the_page_has_been_read_however_long_that_took(show: Ask) -> None:
    said, _ = show("$fx.features({ now: performance.now() }); $fx.preview(); //" + "." * 5_000_000)
    assert said["features"] == {"now": 0}


def test_a_hash_gives_one_picture_whatever_the_clock_says(show: Ask) -> None:
    said, png = show(RINGS)
    assert show(RINGS) == (said, png)
    assert show(RINGS, seed=8)[1] != png
    assert said["features"] == {"Ground": said["features"]["Ground"], "Drawn": 12, "Big": True}
    assert said["settable"] == [{"names": ["ground", "Ground"], "values": ["Red", "Blue"]}]


def test_a_param_can_be_planned(show: Ask) -> None:
    for ground, colour in (("Red", (255, 0, 0)), ("Blue", (0, 0, 255))):
        said, png = show(RINGS, Ground=ground)
        assert said["features"]["Ground"] == ground
        with Image.open(io.BytesIO(png)) as image:
            assert image.size == (64, 64) and image.convert("RGB").getpixel((63, 63)) == colour


BROKEN = {
    "syntax": ("let x =", "SyntaxError"),
    "an error": ("\n\nnothing()", "ReferenceError: nothing is not defined (line 3)"),
    "a later error": ("setTimeout(() => { throw new Error('late') }, 5)", "Error: late"),
    "an end of its own": ("const tag = '</script>'; throw new Error(tag.length)", "Error: 9"),
    "no object": ("collectionPreview('[')", "what is no JSON object"),
    "fetch": ("fetch('https://example.org').catch((e) => { throw e })", "Failed to fetch"),
    "a socket": ("new WebSocket('ws://127.0.0.1:9').onerror = () => { throw new Error('refused') }", "refused"),
    "a file": ("fetch('file:///etc/passwd').catch((e) => { throw e })", "Failed to fetch"),
}


@pytest.mark.parametrize(("source", "why"), BROKEN.values(), ids=BROKEN)
def test_what_goes_wrong_is_named(show: Ask, source: str, why: str) -> None:
    said, png = show(source)
    assert why in said["error"] and not png


def test_no_server_of_this_machine_is_reached_not_even_around_the_page(show: Ask) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        said, _ = show(
            f"const p = new RTCPeerConnection({{iceServers: [{{urls: 'stun:127.0.0.1:{port}'}}]}});"
            f"p.createDataChannel(''); p.createOffer().then((o) => p.setLocalDescription(o));"
            f"const i = new Image(); i.onerror = () => $fx.preview(); i.src = 'http://127.0.0.1:{port}/'"
        )
        server.settimeout(0)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert "features" in said


def test_one_that_loops_is_ended_and_the_next_is_shown(show: Ask) -> None:
    assert "did not call $fx.preview() within 1 s" in show("while (true) {}", seconds=1)[0]["error"]
    assert "error" not in show(RINGS)[0]


def test_without_a_browser_the_next_step_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(GenerationError, match="needs Chromium, and there is none"):
        chromium()


def test_the_page_of_a_token_loads_nothing_and_is_not_stopped() -> None:
    shown = page("<art>.js", "f('</script><!--')", token_hash(1), {"Ground": "Red</script>"}, capture=False).text
    assert shown.count("</script>") == 3 and "<!--" not in shown and "&lt;art&gt;.js" in shown
    assert "default-src 'none'" in shown and token_hash(1) in shown and '"capture": false' in shown
    assert "http" not in shown.split("<body>")[1]


def test_the_token_is_the_script_itself(
    browser: Browser, make: Callable[..., Project], missing: Callable[[str], NoReturn]
) -> None:
    quotas = "\n[traits.Ground]\ncount = { Red = 1, Blue = 1 }\n"
    project = make(RINGS, name="rings.js", more=quotas, candidates=2)
    PlanStage().run(project)
    assert GenerateStage(judged=False).run(project).complete
    assert CheckStage(1).run(project).details["alike"] == 1
    for asset in project.store.assets():
        assert asset.recipe and asset.animation and asset.generator["browser"].startswith(("Chrome", "Headless"))
        html = project.files.read(*asset.animation).decode()
        assert token_hash(asset.recipe.seed) in html and asset.animation[1] == ".html"
        assert asset.traits == {**asset.recipe.traits, "Drawn": "12", "Big": "true"}
        metadata = token_metadata(project.config, asset, 1, "bafy")
        assert metadata["properties"]["animation_sha256"] == asset.animation[0]


def test_the_sample_is_planned_and_drawn(tmp_path: Path, browser: Browser) -> None:
    """`browser` says whether there is a Chromium."""
    path = make_project(tmp_path / "orbits", "javascript")
    path.write_text(path.read_text().replace("size = 512", "size = 64"))
    with Project(path.parent) as project:
        PlanStage().run(project)
        assert GenerateStage(judged=False, limit=2).run(project).details["made"] == 2
        assets = project.store.assets()
    assert all(set(asset.traits) == {"Light", "Planets", "Rings", "View"} for asset in assets)
    assert not any(asset.contradicted for asset in assets)
    assert len({asset.pixel_sha256 for asset in assets}) == 2


DOTS = """\
function setup() {
  createCanvas(windowWidth, windowHeight);
  noStroke();
}
function draw() {
  background(20, 30, 60);
  for (let dot = 0; dot < 40; dot++) circle(random(width), noise(dot) * height, random(2, 9));
  if (frameCount === 3) {
    $fx.features({ Frames: frameCount });
    $fx.preview();
  }
}
"""


def test_a_sketch_of_p5_is_drawn_from_the_hash(show: Ask, repository: Path, missing: Callable[[str], NoReturn]) -> None:
    """p5 draws by Math.random, which comes from the hash."""
    library = repository / "tests" / "node" / "node_modules" / "p5" / "lib" / "p5.min.js"
    if not library.is_file():
        missing("p5 is not installed: packaging/node-tools.sh tests/node")
    sketch = f"{library.read_text()}\n;\n{DOTS}"
    said, png = show(sketch)
    assert (said["features"], show(sketch)[1]) == ({"Frames": 3}, png)
    assert show(sketch, seed=8)[1] != png
