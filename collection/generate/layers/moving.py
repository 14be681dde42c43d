"""Moving layers: the frames of several animations side by side, and the file of what they make together."""

from __future__ import annotations

import io
import math
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from collection.errors import GenerationError, ImageError
from collection.pictures.animation import FORMATS
from collection.pictures.pillow import silence_pillow
from collection.transparency import laid_on_ground

if TYPE_CHECKING:
    from PIL import Image

LONGEST = 20_000
"""Milliseconds up to which a token plays until all its layers begin again together; else as long as its longest."""
MOST_FRAMES = 240
LEAST = 20
"""Milliseconds that a frame is shown at least: browsers take shorter ones for ten times as long."""


def frames_of(data: bytes) -> list[tuple[Image.Image, int]]:
    """The frames of an animated GIF, PNG or WebP as RGBA, each with its milliseconds; none of a still picture.

    Raises ImageError, saying which frame, for a file that is broken.
    """
    from PIL import Image

    silence_pillow()
    try:
        image = Image.open(io.BytesIO(data))
        count = getattr(image, "n_frames", 1)
    except Exception:  # no picture: who reads it as a still one says so
        return []
    with image:
        if count < 2 or image.format not in FORMATS:
            return []
        if count > MOST_FRAMES:
            raise ImageError(f"has {count} frames, at most {MOST_FRAMES} are drawn", "export it with fewer")
        if getattr(image, "rawmode", "") == "RGBX":  # Pillow: no frame is transparent, but none covers all either
            vars(image).update(rawmode="RGBA", _mode="RGBA")
        return [_frame(image, number) for number in range(count)]


def _frame(image: Image.Image, number: int) -> tuple[Image.Image, int]:
    try:
        image.seek(number)
        return image.convert("RGBA"), max(LEAST, round(image.info.get("duration") or 100))
    except Exception as error:  # whatever a broken file makes its reader raise
        raise ImageError(f"is broken at frame {number + 1}: {error}", "export it again") from error


def timeline(durations: Sequence[Sequence[int]]) -> list[tuple[tuple[int, ...], int]]:
    """Which frame of each layer is shown together, and for how many milliseconds; layers play in loops.

    Raises GenerationError where that takes more than MOST_FRAMES.
    """
    lengths = [sum(times) for times in durations]
    whole = math.lcm(*lengths)
    whole = whole if whole <= LONGEST else max(lengths)
    changes = {0}
    for times, length in zip(durations, lengths, strict=True):
        place, number = 0, 0
        while place < whole and len(times) > 1:
            changes.add(place)
            place, number = place + times[number % len(times)], number + 1
        if len(changes) > MOST_FRAMES * len(durations) or length <= 0:
            break
    moments = sorted(changes)
    if len(moments) > MOST_FRAMES:
        raise GenerationError(
            f"its moving layers make {len(moments)} frames together, at most {MOST_FRAMES} are drawn",
            "give moving layers the same frame times",
        )
    ends = [*moments[1:], whole]
    return [
        (tuple(_frame_at(times, moment) for times in durations), end - moment)
        for moment, end in zip(moments, ends, strict=True)
    ]


def _frame_at(times: Sequence[int], moment: int) -> int:
    left = moment % sum(times)
    for number, shown in enumerate(times):
        if left < shown:
            return number
        left -= shown
    return len(times) - 1


def encode(frames: Sequence[Image.Image], times: Sequence[int], form: str) -> tuple[bytes, str]:
    """The file of an animation that plays for ever, and its suffix; raises GenerationError.

    GIF has 256 colours a frame and no soft edges of transparency; MP4 is made by ffmpeg and has no transparency.
    """
    if form == "mp4":
        return _film(frames, times), ".mp4"
    file = io.BytesIO()
    first, rest = frames[0], list(frames[1:])
    if form == "webp":
        first.save(
            file, "WEBP", save_all=True, append_images=rest, duration=list(times), loop=0, lossless=True, method=0
        )  # fmt: skip
    elif form == "apng":
        first.save(file, "PNG", save_all=True, append_images=rest, duration=list(times), loop=0)
    else:
        first.save(file, "GIF", save_all=True, append_images=rest, duration=list(times), loop=0, disposal=2)
    return file.getvalue(), {"webp": ".webp", "apng": ".png", "gif": ".gif"}[form]


def _film(frames: Sequence[Image.Image], times: Sequence[int]) -> bytes:
    program = shutil.which("ffmpeg")
    if program is None:
        raise GenerationError("MP4 needs ffmpeg, which is not here", 'install ffmpeg, or set moving = "webp"')
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines = ["ffconcat version 1.0"]
        exact = "option framerate 1000"  # else times are rounded to the 40 ms of ffmpeg's own choice
        for number, (frame, shown) in enumerate(zip(frames, times, strict=True)):
            laid_on_ground(frame)[0].save(folder / f"{number}.png", compress_level=1)
            lines += [f"file {number}.png", exact, f"duration {shown / 1000:.3f}"]
        lines += [f"file {len(frames) - 1}.png", exact]  # once more, for a millisecond: it ends the time of the last
        (folder / "list.txt").write_text("\n".join(lines) + "\n")
        for own_times in ("-fps_mode", "-vsync"):  # of ffmpeg from 5.1 on, and of older ones
            done = subprocess.run(
                [program, "-v", "error", "-f", "concat", "-safe", "0", "-i", "list.txt",
                 "-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", own_times, "vfr", "-enc_time_base", "1/1000",
                 "-video_track_timescale", "1000", "-pix_fmt", "yuv420p", "-movflags", "+faststart", "-y", "film.mp4"],
                cwd=folder, capture_output=True, text=True, check=False,
            )  # fmt: skip
            if not done.returncode:
                break
        if done.returncode:
            raise GenerationError(f"ffmpeg made no MP4: {done.stderr.strip()[-200:]}", 'or set moving = "webp"')
        return (folder / "film.mp4").read_bytes()
