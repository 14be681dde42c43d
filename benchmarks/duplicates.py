"""The search for duplicates: `python benchmarks/duplicates.py [--tokens N] [--kept] [--originals] [--edits] ...`.

--tokens  how many of N distinct tokens of each set of distinct_tokens.py are set aside, and how many look alike
--kept    of each photograph and a copy, in how many pairs a duplicate is found, and in how many the original is kept
--originals  the same of copies of equal size by their pixels alone: a twentieth of the time
--edits   recall of edits of scikit-image's photographs, by hash, by vector, by both and after the second look, and
          false merges
--speed   every pair of N vectors of width 512 and N hashes, against the blocked matrix product alone
--peer    the same vectors by imagededup (`pip install --no-deps imagededup`, then scikit-learn, tqdm, PyWavelets and
          matplotlib), and whose pairs they are
--growth  seconds, memory and recall for N vectors, each in a process of its own; more than 100,000 by FAISS

Without any option: --edits --speed 10000.
"""

from __future__ import annotations

import argparse
import io
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from collection.judge.duplicates.cosine import Vectors, limit
from collection.judge.duplicates.groups import PHASH_DISTANCE, Look
from collection.judge.duplicates.hash_neighbours import hash_distances, near_hashes
from collection.judge.duplicates.hashes import fingerprint, hamming
from collection.judge.duplicates.neighbours import near_vectors
from collection.judge.duplicates.second_look import SecondLook
from collection.judge.duplicates.small_copies import SmallCopies
from collection.judge.score import Scorers
from collection.models.environment import prepare_torchvision
from collection.store.judging_records import Fingerprint

sys.path.append(str(Path(__file__).parent.parent / "tests" / "judge" / "duplicates"))
from all_pairs import Pictures, find_duplicates

WIDTH, PLANTED, COSINE, ROUNDS = 512, 100, 0.9, 3
PHOTOS = (
    *("astronaut", "chelsea", "coffee", "rocket", "camera", "immunohistochemistry", "moon", "hubble_deep_field"),
    *("brick", "grass", "gravel", "retina", "colorwheel", "cell", "coins", "page", "clock", "logo", "text"),
)


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


# Edits


def jpeg(image: Image.Image, quality: int = 50) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("RGB")


def cropped(share: float) -> Callable[[Image.Image], Image.Image]:
    def crop(image: Image.Image) -> Image.Image:
        width, height = image.size
        return image.crop(
            (int(width * share), int(height * share), int(width * (1 - share)), int(height * (1 - share)))
        )

    return crop


EDITS: Mapping[str, Callable[[Image.Image], Image.Image]] = {
    "jpeg q50": jpeg,
    "half size": lambda image: image.resize((image.width // 2, image.height // 2)),
    "blur 2": lambda image: image.filter(ImageFilter.GaussianBlur(2)),
    "colour": lambda image: ImageEnhance.Color(image).enhance(1.4),
    "brightness +20 %": lambda image: ImageEnhance.Brightness(image).enhance(1.2),
    "crop 2 %": cropped(0.02),
    "crop 5 %": cropped(0.05),
    "crop 10 %": cropped(0.1),
    "rotation 3 degrees": lambda image: image.rotate(3, Image.Resampling.BICUBIC),
    "flip": lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "turned 90": lambda image: image.transpose(Image.Transpose.ROTATE_90),
    "turned 180": lambda image: image.transpose(Image.Transpose.ROTATE_180),
    "border": lambda image: ImageOps.expand(image, image.width // 12, "black"),
    "letterbox": lambda image: ImageOps.expand(image, (0, image.height // 6), "white"),
    "noise 8": lambda image: noisy(image, 8),
}


def photographs() -> list[Image.Image]:
    """Unlike pictures, none larger than 512 pixels."""
    from skimage import data

    made = []
    for name in PHOTOS:
        pixels = np.asarray(getattr(data, name)())
        image = Image.fromarray(np.stack([pixels] * 3, axis=-1) if pixels.ndim == 2 else pixels[..., :3].copy())
        image.thumbnail((512, 512))
        made.append(image)
    return made


def edit_table(images: Sequence[Image.Image]) -> dict[str, dict[str, float]]:
    """Recall by edit: hashes within 4, 6 and 10 bits, also mirrored within 6, vectors, what hash or vector call near,
    and what the second look leaves of it, which is set aside.

    `alike` and `false` count the pairs of different photographs that are called near, and that are set aside.
    """
    from collection.judge.encoders.embedded_encoder import EfficientNetLite0

    encoder = EfficientNetLite0()

    def seen(pictures: Sequence[Image.Image]) -> Seen:
        pixels = [np.asarray(picture) for picture in pictures]
        return [fingerprint(picture) for picture in pixels], encoder.encode(pixels), pixels

    originals = seen(images)
    return {name: _recalls(originals, seen([edit(image) for image in images])) for name, edit in EDITS.items()}


Seen = tuple[list[Fingerprint], np.ndarray, list[np.ndarray]]
"""Fingerprints, vectors and pixels of pictures."""


def _recalls(originals: Seen, edited: Seen) -> dict[str, float]:
    count = len(originals[0])
    before, after = (np.array([item.hashes for item in part[0]], np.uint64) for part in (originals, edited))
    plain = hamming(before[:, None, 0], after[:, 0])
    turned, _ = hash_distances(before[:, None], after, (1,))
    twins, prints, pixels = np.eye(count, dtype=bool), originals[0] + edited[0], originals[2] + edited[2]
    vectors = np.concatenate([originals[1], edited[1]])
    copies = SmallCopies(
        [item.look for item in prints],
        lambda rows: [prints[row].small_copy or b"" for row in rows],
        lambda row: pixels[row],
    )
    near, merged = (
        _merged(np.concatenate([before, after]), vectors, look) for look in (None, SecondLook(copies).verdicts)
    )
    right = {(row, row + count) for row in range(count)}
    return {
        **{f"hash {bits}": float((plain[twins] <= bits).mean()) for bits in (4, 6, 10)},
        "mirrored 6": float((turned[twins] <= 6).mean()),
        "cosine .9": float(((originals[1] @ edited[1].T)[twins] >= COSINE).mean()),
        "near": len(near & right) / count,
        "dedupe": len(merged & right) / count,
        "alike": len(near - right),
        "false": len(merged - right),
    }


def _merged(hashes: np.ndarray, vectors: np.ndarray, look: Look | None) -> set[tuple[int, int]]:
    """Pairs of a group, the lower row first, that hash or vector call near and `look`, if there is one, confirms."""
    count, names = len(hashes), [str(row) for row in range(len(hashes))]
    groups = find_duplicates(Pictures(range(count), [0.0] * count, names, names, hashes, vectors), look=look)
    pairs = ((group.representative, member.id) for group in groups for member in group.members)
    return {(min(pair), max(pair)) for pair in pairs}


def edits() -> None:
    table = edit_table(photographs())
    columns = list(next(iter(table.values())))
    print(f"{len(PHOTOS)} photographs; recall by edit, and false merges")
    print(f"{'':20}" + "".join(f"{name:>12}" for name in columns))
    for edit, row in table.items():
        print(
            f"{edit:20}"
            + "".join(f"{row[name]:12}" if name in ("alike", "false") else f"{row[name]:12.2f}" for name in columns)
        )


# Tokens and copies


def tokens(count: int) -> None:
    """What `dedupe FOLDER` sets aside of distinct tokens, set by set."""
    from distinct_tokens import SETS
    from distinct_tokens import tokens as drawn

    print(f"{count} distinct tokens of each set; set aside, and look-alikes that stay")
    for name in SETS:
        images = drawn(name, min(count, 360) if name == "faces, eyes only" else count)
        aside, alike = _set_aside(images)
        print(f"{name:20}{len(aside):8}{alike:8}", flush=True)


def _set_aside(images: Iterable[Image.Image]) -> tuple[list[tuple[str, str]], int]:
    """(kept, copy) by number, and how many look alike, as `dedupe FOLDER` finds them.

    Without its metrics, which take most of the time: they decide last which of two pictures is kept, and here nothing.
    """
    from collection.stages.picture_folder import open_folder

    with TemporaryDirectory() as folder:
        for number, image in enumerate(images):
            image.save(Path(folder, f"{number:05}.png"), compress_level=1)
        with open_folder(Path(folder), _scorers()) as opened:
            found = opened.copies()
    copies = [(keeper, copy.name) for keeper, group in found.groups.items() for copy in group]
    return copies, sum(map(len, found.look_alikes.values()))


@cache
def _scorers() -> Scorers:
    from collection.config import Score
    from collection.judge.scorer_factory import build_scorers

    return replace(build_scorers(Score(), Path.cwd()), pixels=(), prompts=None, whole_set=None)


COPIES: Mapping[str, Callable[[Image.Image], Image.Image]] = {
    "half size": EDITS["half size"], "quarter": lambda image: image.resize((image.width // 4, image.height // 4)),
    "blown up from half": lambda image: EDITS["half size"](image).resize(image.size),
    "jpeg q75": lambda image: jpeg(image, 75), "jpeg q50": jpeg,
    "blur 1": lambda image: image.filter(ImageFilter.GaussianBlur(1)),
    "sharpened": lambda image: image.filter(ImageFilter.SHARPEN),
    "unsharp mask": lambda image: image.filter(ImageFilter.UnsharpMask(2, 100, 2)),
    "noise 8": EDITS["noise 8"], "brightness +20 %": EDITS["brightness +20 %"],
    "brightness -20 %": lambda image: ImageEnhance.Brightness(image).enhance(0.8), "flip": EDITS["flip"],
    **{name: EDITS[name] for name in ("turned 90", "turned 180", "border", "letterbox")},
}  # fmt: skip


def noisy(image: Image.Image, deviation: float) -> Image.Image:
    pixels = np.asarray(image, dtype=np.float32)
    noise = np.random.default_rng(1).normal(0, deviation, pixels.shape)
    return Image.fromarray(np.clip(pixels + noise, 0, 255).astype(np.uint8))


def kept() -> None:
    """Each photograph after a copy of it, all in one folder."""
    originals = photographs()
    print(f"{len(originals)} photographs and a copy of each: pairs found, originals kept, false merges")
    for name, copy in COPIES.items():
        pairs = [image for original in originals for image in (copy(original), original)]
        found = [(int(keeper[:-4]), int(other[:-4])) for keeper, other in _set_aside(pairs)[0]]
        right = [pair for pair in found if pair[0] // 2 == pair[1] // 2]
        share, best = len(right) / len(originals), sum(keeper % 2 for keeper, _ in right)
        print(f"{name:20}{share:8.2f}{best / max(1, len(right)):8.2f}{len(found) - len(right):8}", flush=True)


def originals() -> None:
    """Of each photograph and a copy of equal size, how often the pixels speak for the photograph, and for neither."""
    from collection.judge.duplicates.originality import originality

    def place(image: Image.Image) -> tuple[bool, float]:
        found = originality(np.asarray(image))
        return not found.drawing, -found.evidence

    pictures = photographs()
    own = [place(picture) for picture in pictures]
    print(f"{len(pictures)} photographs and a copy of each: the original has more evidence, and as much as the copy")
    for name, copy in COPIES.items():
        if copy(pictures[0]).size == pictures[0].size:
            copies = [place(copy(picture)) for picture in pictures]
            right, equal = (
                sum(compare(pair) for pair in zip(own, copies, strict=True)) / len(own)
                for compare in (lambda pair: pair[0] < pair[1], lambda pair: pair[0] == pair[1])
            )
            print(f"{name:20}{right:8.2f}{equal:8.2f}", flush=True)


# Speed


def planted(count: int, *, half: bool = False) -> tuple[Vectors, np.ndarray]:
    """Random unit vectors of which the last `PLANTED` are copies of the first, a little off; and random hashes."""
    rng = np.random.default_rng(1)
    vectors = np.empty((count, WIDTH), np.float16 if half else np.float32)
    for start in range(0, count, 8192):
        block = rng.normal(size=(min(8192, count - start), WIDTH)).astype(np.float32)
        vectors[start : start + len(block)] = block / np.linalg.norm(block, axis=1, keepdims=True)
    copies = vectors[:PLANTED] + 0.01 * rng.normal(size=(PLANTED, WIDTH))
    vectors[-PLANTED:] = copies / np.linalg.norm(copies.astype(np.float32), axis=1, keepdims=True)
    return vectors, rng.integers(0, 2**64, (count, 2), dtype=np.uint64)


def product(vectors: np.ndarray, *, whole: bool) -> None:
    for start in range(0, len(vectors), 1024):
        end = len(vectors) if whole else start + 1024
        for column in range(0, end, 4096):
            vectors[start : start + 1024] @ vectors[column : min(end, column + 4096)].T


def speed(count: int) -> None:
    vectors, hashes = planted(count)
    names = [str(row) for row in range(count)]
    pictures = Pictures(range(count), [0.0] * count, names, names, hashes, vectors)
    earlier, groups = np.arange(count), []
    product(vectors[:4096], whole=True)
    works = {
        "blocked product alone, each pair once": lambda: product(vectors, whole=False),
        "every pair of vectors": lambda: near_vectors(vectors, vectors, limit(COSINE), before=earlier),
        "every pair of hashes, also mirrored": lambda: near_hashes(hashes, hashes, PHASH_DISTANCE, before=earlier),
        "find_duplicates: both, and groups": lambda: groups.append(find_duplicates(pictures)),
    }
    rounds = [{what: seconds(work) for what, work in works.items()} for _ in range(ROUNDS)]
    bare = statistics.median(spent[next(iter(works))] for spent in rounds)
    print(f"{count:,} vectors of width {WIDTH} in float32 and as many hashes; medians of {ROUNDS}")
    for what in works:
        spent = statistics.median(spent[what] for spent in rounds)
        print(f"  {what:<40} {spent:8.2f} s  {spent / bare:5.2f}")
    print(f"  {len(groups[0])} of {PLANTED} planted pairs found")


def peer(count: int) -> None:
    """The public door of imagededup for vectors at hand, with its own choice of processes and with one."""
    vectors, _ = planted(count)
    before, found = np.arange(count), []
    prepare_torchvision()
    try:
        from imagededup.methods import CNN
        from imagededup.utils import CustomModel
    except ImportError as error:
        print(f"  imagededup is not there ({error}); see the head of this file")
        return
    from torch.nn import Identity

    method = CNN(False, CustomModel(model=Identity(), transform=lambda picture: picture, name="vectors"))
    encodings, rows = {f"{row}.png": vector for row, vector in enumerate(vectors)}, dict[str, list[str]]()
    theirs = partial(method.find_duplicates, encoding_map=encodings, min_similarity_threshold=COSINE)
    spent: dict[str, list[float]] = {"near_vectors": [], "imagededup": [], "imagededup, one process": []}
    for _ in range(ROUNDS):
        works = (
            lambda: found.append(near_vectors(vectors, vectors, limit(COSINE), before=before)),
            lambda: rows.update(theirs()),
            lambda: rows.update(theirs(num_sim_workers=0)),
        )
        for taken, work in zip(spent.values(), works, strict=True):
            taken.append(seconds(work))
    mine = set(zip(found[0].others.tolist(), found[0].queries.tolist(), strict=True))
    pairs = ((int(name[:-4]), int(other[:-4])) for name, others in rows.items() for other in others)
    other = {(min(pair), max(pair)) for pair in pairs}
    print(f"{count:,} vectors of width {WIDTH}, pairs with a cosine of {COSINE} and more; medians of {ROUNDS}")
    for what, taken in spent.items():
        times = statistics.median(taken) / statistics.median(spent["near_vectors"])
        print(f"  {what:<25} {statistics.median(taken):8.2f} s  {times:6.1f}")
    print(f"  pairs: {PLANTED} planted, {len(mine & other)} found by both, {len(mine - other)} by us alone,", end=" ")
    print(f"{len(other - mine)} by them alone")


# Growth


def one_size(count: int) -> None:
    from collection.judge.duplicates.large import measured_recall, near_vectors_large

    vectors, _ = planted(count, half=True)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    within, found, told = limit(COSINE), [], {}
    if count <= 100_000:
        took = seconds(lambda: found.append(near_vectors(vectors, vectors, within, before=np.arange(count))))
    else:
        took = seconds(lambda: found.append(near_vectors_large(vectors, 0, within)))
        told["recall"], told["sampled"] = measured_recall(vectors, 0, within, found[0])
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    pairs = set(zip(found[0].others.tolist(), found[0].queries.tolist(), strict=True))
    right = sum((row, count - PLANTED + row) in pairs for row in range(PLANTED))
    print(json.dumps({"count": count, "seconds": took, "before": before, "peak": after, "planted": right, **told}))


def growth(sizes: Sequence[int]) -> None:
    print(f"vectors of width {WIDTH}, kept in float16; exact up to 100,000, then FAISS (time with its index)")
    for count in sizes:
        command = [sys.executable, __file__, "--one-size", str(count)]
        said = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        print(
            f"  {count:9,}  {said['seconds']:8.2f} s  most memory {said['peak'] / 2**10:7,.0f} MiB "
            f"({said['before'] / 2**10:,.0f} before the search)  planted pairs found {said['planted']} of {PLANTED}",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--edits", action="store_true")
    parser.add_argument("--tokens", type=int)
    parser.add_argument("--kept", action="store_true")
    parser.add_argument("--originals", action="store_true")
    parser.add_argument("--speed", type=int, nargs="+", default=[])
    parser.add_argument("--peer", type=int)
    parser.add_argument("--growth", type=int, nargs="+", default=[])
    parser.add_argument("--one-size", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one_size:
        return one_size(given.one_size)
    nothing = not (
        given.edits or given.tokens or given.kept or given.originals or given.speed or given.peer or given.growth
    )
    if given.edits or nothing:
        edits()
    if given.tokens:
        tokens(given.tokens)
    if given.kept:
        kept()
    if given.originals:
        originals()
    for count in given.speed or ([10_000] if nothing else []):
        speed(count)
    if given.peer:
        peer(given.peer)
    if given.growth:
        growth(given.growth)
    return None


if __name__ == "__main__":
    main()
