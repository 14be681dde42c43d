"""Moving layers: tokens play them side by side, and publish the animation beside the first frame."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from collection.errors import CollectionError, ConfigError, GenerationError
from collection.generate.layers.moving import MOST_FRAMES, encode, frames_of, timeline
from collection.project import Project
from collection.stages.generate import GenerateStage
from collection.stages.plan import PlanStage

from .conftest import PETS, picture

COLOURS = ((250, 0, 0, 255), (0, 250, 0, 255), (0, 0, 250, 255))


def moving(form: str, box: tuple[int, int, int, int], count: int, shown: int) -> bytes:
    frames = [picture(colour, box) for colour in COLOURS[:count]]
    file = io.BytesIO()
    more = {"lossless": True} if form == "WEBP" else {"disposal": 2} if form == "GIF" else {}
    frames[0].save(file, form, save_all=True, append_images=frames[1:], duration=shown, loop=0, **more)
    return file.getvalue()


@pytest.mark.parametrize("form", ["webp", "apng", "gif"])
def test_layers_play_side_by_side(form: str, art: Callable[..., Path]) -> None:
    files = {
        "1 Ground/Red#1.png": PETS["1 Ground/Red#3.png"],
        "2 Left/A#1.gif": moving("GIF", (0, 0, 16, 16), 2, 100),
        "3 Right/B#1.webp": moving("WEBP", (40, 0, 56, 16), 3, 100),
        "4 Low/C#1.png": moving("PNG", (0, 40, 16, 56), 2, 300),
    }
    folder = art(files, f'moving = "{form}"\n', supply=1)
    with Project(folder) as project:
        PlanStage().run(project)
        assert GenerateStage(judged=False).run(project).complete
        [asset] = project.store.assets()
        assert asset.animation is not None
        frames = frames_of(project.files.read(*asset.animation))
        still = np.asarray(Image.open(project.files.path(asset.file_sha256)))
    assert len(frames) == 6 and sum(shown for _, shown in frames) == 600
    for number, (frame, _) in enumerate(frames):
        pixels = np.asarray(frame)
        seen = [tuple(int(level) for level in pixels[y, x]) for x, y in ((8, 8), (48, 8), (8, 48), (30, 30))]
        assert seen == [COLOURS[number % 2], COLOURS[number % 3], COLOURS[number // 3], (200, 40, 40, 255)]
    assert tuple(still[8, 8]) == COLOURS[0][:3]


def test_a_broken_frame_is_named_before_anything_is_planned(art: Callable[..., Path]) -> None:
    whole = moving("WEBP", (0, 0, 64, 64), 3, 100)
    place = whole.rindex(b"ANMF") + 24
    broken = whole[:place] + b"\0" * 12 + whole[place + 12 :]
    folder = art({**PETS, "4 Tail/A#1.webp": broken})
    with (
        Project(folder) as project,
        pytest.raises(CollectionError, match=r"A#1\.webp is (broken at frame|no readable)"),
    ):
        PlanStage().run(project)


def test_a_timeline_is_as_long_as_until_all_begin_again() -> None:
    assert timeline([[50, 50], [150]]) == [
        ((0, 0), 50),
        ((1, 0), 50),
        ((0, 0), 50),
        ((1, 0), 50),
        ((0, 0), 50),
        ((1, 0), 50),
    ]
    assert sum(shown for _, shown in timeline([[9973], [9967, 6]])) <= 2 * 9973
    with pytest.raises(GenerationError, match="frames together"):
        timeline([[20] * MOST_FRAMES, [30] * MOST_FRAMES])


@pytest.mark.opt_in("ffmpeg")
def test_a_film_has_the_frames_and_their_times(tmp_path: Path) -> None:
    """Read back by ffmpeg's own tools; H.264 keeps colours to a few levels, and sides are even."""
    frames = [Image.new("RGBA", (65, 63), colour) for colour in COLOURS]
    data, suffix = encode(frames, [100, 330, 200], "mp4")
    film = tmp_path / f"film{suffix}"
    film.write_bytes(data)
    shown = ["ffprobe", "-v", "error", "-show_entries", "packet=pts_time", "-of", "csv=p=0", str(film)]
    times = subprocess.run(shown, capture_output=True, text=True, check=True).stdout.split()
    assert sorted(float(time) for time in times) == pytest.approx([0, 0.1, 0.43, 0.63])
    raw = [
        "ffmpeg",
        "-v",
        "error",
        "-i",
        str(film),
        "-vsync",
        "passthrough",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
        "-",
    ]
    pixels = np.frombuffer(subprocess.run(raw, capture_output=True, check=True).stdout, np.uint8).reshape(4, 64, 66, 3)
    for frame, colour in zip(pixels, (*COLOURS, COLOURS[-1]), strict=True):
        assert np.abs(frame[20, 20].astype(int) - colour[:3]).max() <= 6


def test_mp4_without_ffmpeg_is_refused_before_anything_is_planned(
    art: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with Project(art(toml='moving = "mp4"\n')) as project, pytest.raises(ConfigError, match="needs ffmpeg"):
        PlanStage().run(project)
