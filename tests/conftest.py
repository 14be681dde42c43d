"""What every test may ask for."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NoReturn

os.environ.setdefault("OMP_NUM_THREADS", "1")  # of two processes on two cores each waits for the other's threads
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # each of the processes would compile the same modules anew
import hypothesis
import numpy as np
import pytest
from PIL import Image

from collection.values import Pixels

sys.dont_write_bytecode = False
hypothesis.settings.register_profile(  # a test says nothing of how fast the machine is
    "any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any machine")
REPOSITORY = Path(__file__).parent.parent
MEMORY = Path("/dev/shm")
if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 8 << 30:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))  # a file there need not wait until the disk has it


LONG = (
    "cli/test_demo.py", "cli/test_killed.py", "cli/test_run.py", "generate/test_diffusion_project.py",
    "generate/running/test_ray.py", "generate/running/test_workers.py", "cli/test_commands.py", "web/test_offline.py",
    "web/test_other_views.py", "judge/duplicates/test_edits.py", "contracts/test_foundry.py", "contracts/test_runs.py",
    "generate/test_routing.py", "stages/test_status.py", "web/test_shown.py", "web/test_finding.py",
    "judge/duplicates/test_second_look.py", "judge/duplicates/test_neighbourhood.py", "chain/test_killed.py",
    "generate/families/test_obeyed.py", "web/test_deciding.py", "web/test_views.py",
)  # fmt: skip
"""Files that take longest come first: of several test processes, none shall be left with one of them at the end."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    order = {REPOSITORY / "tests" / name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: order.get(item.path, len(LONG)))
    unwanted = {item for item in items if not all(wanted(*mark.args) for mark in item.iter_markers("opt_in"))}
    items[:] = [item for item in items if item not in unwanted]
    config.hook.pytest_deselected(items=[*unwanted])


def wanted(name: str) -> bool:
    """Whether the developer asked for tests marked opt_in(name): by a variable of that name, or a program on PATH."""
    return bool(os.environ.get(name)) or shutil.which(name) is not None


@pytest.fixture(scope="session", autouse=True)
def _statements_compiled_once() -> None:
    from .compiled_statements import share

    share()


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of this checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def missing() -> Callable[[str], NoReturn]:
    """Called with a reason where a tool cannot be had: skips, or fails under REQUIRE_ALL=1."""

    def give_up(reason: str) -> NoReturn:
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail(f"REQUIRE_ALL=1, but {reason}")
        pytest.skip(reason)

    return give_up


@pytest.fixture(scope="session")
def trained_weights(missing: Callable[[str], NoReturn]) -> Path:
    """The folder of small real weights that lies beside a developer's checkout and is no part of it."""
    folder = Path(os.environ.get("COLLECTION_TEST_WEIGHTS") or REPOSITORY.parent / "shared" / "weights")
    if not folder.is_dir():
        missing(f"no trained weights at {folder}; set COLLECTION_TEST_WEIGHTS to their folder")
    return folder


ENVIRONMENT = dict(os.environ)
"""Of the beginning, before any test added to it."""


@dataclass(frozen=True)
class Said:
    """What a command said and how it ended."""

    code: int
    """The exit code, or minus the signal."""
    out: str
    err: str

    @property
    def object(self) -> dict[str, Any]:
        """The one JSON object on stdout."""
        value = json.loads(self.out)
        assert isinstance(value, dict)
        return value


@dataclass(frozen=True)
class Apart:
    """A command that goes on beside others."""

    process: int
    out: IO[str]

    def end(self, how: signal.Signals = signal.SIGKILL) -> str:
        """Send it a signal, and wait until it has ended; returns what it said that nobody has read yet."""
        with suppress(ProcessLookupError):  # Ctrl-C reaches it, too
            os.kill(self.process, how)
        with self.out:
            return self.out.read()  # to the end, which comes when nobody can write any more


class Forks:
    """Runs `collection` as forks of a process that has loaded its modules; see forked_command.py."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._out, self._err = folder, folder / "out", folder / "err"
        self._apart: list[Apart] = []
        command = [sys.executable, str(Path(__file__).parent / "forked_command.py")]
        pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "bufsize": 0}
        self._server = subprocess.Popen(command, env=ENVIRONMENT, **pipes)

    def load(self, *words: str) -> None:
        """Load modules, or call functions by MODULE:FUNCTION, each once, for all commands that begin from now on."""
        self._ask({"load": words})

    def __call__(
        self, *words: object, cwd: Path | None = None, env: Mapping[str, str] | None = None, program: str = ""
    ) -> Said:
        """Run a command to its end; never with a traceback. Or a `program` in Python, with these words."""
        self.start(*words, cwd=cwd, env=env, program=program)
        said = self.ended()
        assert said and "Traceback" not in said.err, said
        return said

    def start(
        self, *words: object, cwd: Path | None = None, env: Mapping[str, str] | None = None, program: str = ""
    ) -> int:
        """Begin a command, or a `program`; returns its process id."""
        self._out.unlink(missing_ok=True)
        self._err.unlink(missing_ok=True)
        return self._fork(words, self._out, self._err, cwd, env, program=program)

    def apart(self, *words: object, program: str = "") -> Apart:
        """Begin a command that goes on beside others, and may be killed; or a `program` in Python, with these words."""
        out = self._folder / f"out-{os.urandom(4).hex()}"
        os.mkfifo(out)
        begun = Apart(self._fork(words, out, Path(os.devnull), apart=True, program=program), out.open())
        self._apart.append(begun)
        return begun

    def _fork(
        self, words: Sequence[object], out: Path, err: Path, cwd: Path | None = None,
        env: Mapping[str, str] | None = None, *, apart: bool = False, program: str = "",
    ) -> int:  # fmt: skip
        request = {
            "argv": [*map(str, words)], "cwd": str(cwd or Path.cwd()), "env": dict(env or os.environ),
            "out": str(out), "err": str(err), "apart": apart, "program": program,
        }  # fmt: skip
        return self._ask(request)

    def _ask(self, request: Mapping[str, Any]) -> int:
        self._pipe(self._server.stdin).write(json.dumps(request).encode() + b"\n")
        return int(self._pipe(self._server.stdout).readline())

    def ended(self, seconds: float | None = None) -> Said | None:
        """How the command ended; nothing, if it has not after so long."""
        answers = self._pipe(self._server.stdout)
        if not select.select([answers], [], [], seconds)[0]:
            return None
        return Said(int(answers.readline()), self._out.read_text(), self._err.read_text())

    def close(self) -> None:
        """End the process that forks, and what nobody has ended."""
        for begun in self._apart:
            if not begun.out.closed:
                begun.end()
        self._server.communicate()

    def _pipe(self, pipe: IO[bytes] | None) -> IO[bytes]:
        assert pipe
        return pipe


@pytest.fixture(scope="session")
def said() -> type[Said]:
    """What a command said and how it ended."""
    return Said


@pytest.fixture(scope="session")
def script() -> Callable[..., Said]:
    """Runs the script that is installed, from its first line, with words; never with a traceback."""
    command = str(Path(sys.executable).parent / "collection")

    def run(*words: object) -> Said:
        done = subprocess.run([command, *map(str, words)], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        assert "Traceback" not in done.stderr, done.stderr
        return Said(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def collection_train(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], said: Callable[..., Any], tmp_path: Path
) -> Callable[..., Any]:
    """Runs `collection train` with words in this process; models go to tmp_path/models."""
    from collection_cli.main import main

    monkeypatch.setenv("COLLECTION_MODELS", str(tmp_path / "models"))

    def run(*words: object) -> Any:
        monkeypatch.setattr(sys, "argv", ["collection", "train", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        printed = capsys.readouterr()
        return said(int(left.value.code or 0), printed.out, printed.err)

    return run


@pytest.fixture(scope="session")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Forks]]:
    """Starts what runs commands, with a project's whole way loaded and so many more modules; or `only` those."""
    started: dict[tuple[str, ...], Forks] = {}

    def start(*modules: str, only: bool = False) -> Forks:
        apart = modules if only else ("forked_project:load",)
        if apart not in started:
            started[apart] = Forks(tmp_path_factory.mktemp("forks"))
        started[apart].load(*apart, *modules)
        return started[apart]

    yield start
    for server in started.values():
        server.close()


@pytest.fixture(scope="session")
def _installed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Installs a package of tests/third_party into a folder of its own, once."""
    done: dict[str, Path] = {}

    def install(name: str) -> Path:
        if name not in done:
            source, done[name] = tmp_path_factory.mktemp(name) / "source", tmp_path_factory.mktemp(f"{name}-installed")
            shutil.copytree(REPOSITORY / "tests" / "third_party" / name, source)  # building leaves files beside it
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            how = ["--no-index", "--no-deps", "--no-build-isolation", "--target", str(done[name])]
            subprocess.run([*pip, *how, str(source)], check=True, capture_output=True, text=True)
        return done[name]

    return install


@pytest.fixture
def third_party(_installed: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Called with the name of a package of tests/third_party: installs it for this test, and for its commands."""

    def add(name: str) -> Path:
        place = _installed(name)
        monkeypatch.syspath_prepend(str(place))
        places = [str(place), *filter(None, [os.environ.get("PYTHONPATH")])]
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join(places))
        return place

    return add


BROWSER_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip


@pytest.fixture(scope="module")
def browser(missing: Callable[[str], NoReturn]) -> Iterator[Any]:
    """The system's Chromium, driven by Playwright; without windows where there is such a one, which starts faster."""
    from playwright.sync_api import sync_playwright

    names = ("chromium-headless-shell", "chromium", "google-chrome")
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not path:
        missing("there is no Chromium; install it, or name it by CHROMIUM")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=BROWSER_ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def axe(repository: Path, missing: Callable[[str], NoReturn]) -> str:
    """The accessibility checker, to be run in a page."""
    path = repository / "tests" / "node" / "node_modules" / "axe-core" / "axe.min.js"
    if not path.is_file():
        missing("axe-core is not installed: packaging/node-tools.sh tests/node")
    return path.read_text()


@pytest.fixture(scope="session")
def artefact(repository: Path) -> Callable[[Any, str], None]:
    """Keeps a screenshot of a page under tests/artefacts, which git ignores."""
    folder = repository / "tests" / "artefacts"
    folder.mkdir(exist_ok=True)
    return lambda page, name: page.screenshot(path=folder / f"{name}.png")


COLOURS = {"red": (220, 40, 40), "blue": (40, 60, 220), "green": (40, 170, 60)}
SHAPES = ("circle", "stripes")
SIDE = 32
SMALL_CLIP = {
    "embed_dim": 16,
    "vision_cfg": {"image_size": SIDE, "layers": 2, "width": 32, "head_width": 16, "patch_size": 8},
    "text_cfg": {"context_length": 16, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 2},
}
PLAIN = {"mean": [0.5] * 3, "std": [0.5] * 3, "interpolation": "bicubic", "resize_mode": "squash"}


@pytest.fixture(scope="session")
def paint_shape() -> Callable[[str, str, int], Pixels]:
    """A picture of a coloured shape on grey, 32 pixels wide, its place and size by the seed."""
    from PIL import ImageDraw

    def paint(colour: str, shape: str, seed: int) -> Pixels:
        chance = np.random.default_rng(seed)
        grey = int(chance.integers(90, 200))
        image = Image.new("RGB", (SIDE, SIDE), (grey, grey, grey))
        x, y, size = int(chance.integers(1, 14)), int(chance.integers(1, 14)), int(chance.integers(12, 18))
        draw = ImageDraw.Draw(image)
        if shape == "circle":
            draw.ellipse([x, y, x + size, y + size], fill=COLOURS[colour])
        else:
            for top in range(x % 4, SIDE, 8):
                draw.rectangle([0, top, SIDE, top + 3], fill=COLOURS[colour])
        return np.asarray(image)

    return paint


@pytest.fixture(scope="session")
def shapes_clip(tmp_path_factory: pytest.TempPathFactory, paint_shape: Callable[[str, str, int], Pixels]) -> str:
    """A CLIP of three million weights that was truly trained, in seconds, on coloured shapes and their names."""
    import torch
    from safetensors.torch import save_file

    from collection.judge.encoders.preprocess import Preprocess
    from collection.models.environment import prepare_torchvision

    prepare_torchvision()
    import open_clip

    folder = tmp_path_factory.mktemp("shapes-clip")
    (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": SMALL_CLIP, "preprocess_cfg": PLAIN}))
    torch.manual_seed(0)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # so small a network is ten times slower on threads that wait for each other
    network = open_clip.create_model(f"local-dir:{folder}", load_weights=False).train()
    tokens = open_clip.SimpleTokenizer(context_length=16)
    both = [(colour, shape) for colour in COLOURS for shape in SHAPES]
    pairs = [both[number % len(both)] for number in range(360)]
    pictures = Preprocess(SIDE, (0.5,) * 3, (0.5,) * 3, "squash")(
        [paint_shape(*pair, 1000 + number) for number, pair in enumerate(pairs)]
    )
    wordings = ("{}", "a picture with {}", "A photo depicts {}", "an artwork showing {}", "an illustration, {}")
    questions = [
        ([f"{colour} colour" for colour in COLOURS], torch.tensor([list(COLOURS).index(c) for c, _ in pairs])),
        ([f"{shape} shape" for shape in SHAPES], torch.tensor([SHAPES.index(s) for _, s in pairs])),
        ([f"a {colour} {shape}" for colour, shape in both], torch.tensor([both.index(pair) for pair in pairs])),
    ]
    steps = torch.optim.AdamW(network.parameters(), lr=2e-3)
    for step in range(150):
        chosen = torch.randperm(len(pairs))[:48]
        seen = network.encode_image(pictures[chosen], normalize=True)
        wording = wordings[step % len(wordings)]
        texts = [wording.format(text) for words, _ in questions for text in words]
        read = network.encode_text(tokens(texts), normalize=True).split([len(words) for words, _ in questions])
        losses = [
            torch.nn.functional.cross_entropy(network.logit_scale.exp() * seen @ part.T, answers[chosen])
            for part, (_, answers) in zip(read, questions, strict=True)
        ]
        steps.zero_grad()
        sum(losses).backward()  # type: ignore[union-attr]
        steps.step()
    torch.set_num_threads(threads)
    state = {name: value.detach().contiguous() for name, value in network.state_dict().items()}
    save_file(state, folder / "open_clip_model.safetensors")
    return f"local-dir:{folder}"
