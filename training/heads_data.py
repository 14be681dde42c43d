"""Whole and damaged pictures as the embedded encoder sees them: what its heads learn from, and what they do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from random import Random

import numpy as np
import numpy.typing as npt

from collection.judge.encoders.embedded_encoder import EfficientNetLite0
from collection.values import Pixels
from training.compose import Composition, draw
from training.damages import DAMAGES, kept
from training.places import workshop
from training.prepare import composition_list, raster, svgs
from training.scenes import paint

Vectors = npt.NDArray[np.float32]

ROWS = ("whole", "kept", *DAMAGES)
"""What each picture becomes, in the order of its vectors: itself, a copy that is fine, and each damage."""
DRAWN, HELD_DRAWN, PAINTED, HELD_PAINTED = 600, 150, 240, 60
FIRST_SCENE = 100_000
"""No scene that the CLIP learned from is painted again."""


def groups() -> Mapping[str, Vectors]:
    """Vectors (n, 8, 1280) of each group's pictures, in the order of ROWS; what was seen once is kept in a file."""
    return {name: _seen(name, make) for name, make in _GROUPS.items()}


def _seen(name: str, make: Callable[[], Iterator[Pixels]]) -> Vectors:
    path = workshop() / f"heads-{name.replace(' ', '-')}.npy"
    if not path.is_file():
        encoder, found = EfficientNetLite0(), []
        for number, picture in enumerate(make()):
            rng = Random(f"{name} {number}")
            become = [picture, kept(picture, rng), *(damage(picture, rng) for damage in DAMAGES.values())]
            found.append(encoder.encode(become))
            if number % 50 == 49:
                print(f"{name}: {number + 1} pictures", flush=True)
        draft = path.with_suffix(".draft.npy")
        np.save(draft, np.stack(found))
        draft.rename(path)
    loaded: Vectors = np.load(path)
    return loaded


def _drawn(parts: tuple[str, ...], count: int) -> Iterator[Pixels]:
    """Compositions of drawings, by chance."""
    rng = Random(f"heads {parts}")
    chosen = [one for one in composition_list() if one.part in parts]
    for composition in rng.sample(chosen, count):
        yield _picture(composition, rng.choice((192, 256, 384)))


def _picture(composition: Composition, side: int) -> Pixels:
    parts = [raster(svgs()[code, composition.set], side) for code in composition.codes]
    return np.asarray(draw(composition, parts, side, None))


def _painted(first: int, count: int) -> Iterator[Pixels]:
    for number in range(first, first + count):
        yield paint(number)[1]


def _photographs() -> Iterator[Pixels]:
    """Twelve public photographs of scikit-image: nothing of their kind was learned from."""
    from PIL import Image
    from skimage import data

    names = (
        "astronaut", "chelsea", "coffee", "rocket", "camera", "immunohistochemistry", "moon", "brick", "grass",
        "gravel", "retina", "coins",
    )  # fmt: skip
    for name in names:
        image = Image.fromarray(getattr(data, name)()).convert("RGB")
        image.thumbnail((384, 384))
        yield np.asarray(image)


_GROUPS: Mapping[str, Callable[[], Iterator[Pixels]]] = {
    "drawings": lambda: _drawn(("train",), DRAWN),
    "scenes": lambda: _painted(FIRST_SCENE, PAINTED),
    "held-out drawings": lambda: _drawn(("unseen", "test"), HELD_DRAWN),
    "held-out scenes": lambda: _painted(FIRST_SCENE + PAINTED, HELD_PAINTED),
    "photographs": _photographs,
}
LEARNED = ("drawings", "scenes")
"""The groups that are learned from."""
