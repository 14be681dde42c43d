"""What the CLIP can do, on what was kept from its training."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor

from collection.generate.painter.vocabulary import ODDS
from training.captions import Picture, short
from training.clip_data import Examples
from training.styles import DRAWN, PAINTED
from training.words import with_article

Texts = Callable[[list[str]], Tensor]
"""Texts to unit vectors (n, d)."""
TEMPLATES = ("a picture with {}", "an artwork showing {}", "an illustration, {}")
"""Those in which the package asks for a trait."""


def measure(examples: Examples, pictures: Tensor, texts: Texts, scale: float) -> dict[str, float]:
    """Shares from 0 to 1, by what they are of. `pictures` are the unit vectors of all examples."""
    found: dict[str, float] = {}
    for part in ("combination", "unseen"):
        rows = [row for row in examples.rows(part, ["drawing"]) if _kind(examples.pictures[row]) == "plain"]
        found |= {f"{part} {name}": value for name, value in _retrieval(examples, rows, pictures, texts).items()}
    rows = examples.rows("combination", ["drawing"]) + examples.rows("unseen", ["drawing"])
    found["style of a drawing (7)"] = _styles(examples, rows, pictures, texts)
    scenes = examples.rows("test", ["scene"])
    found |= _scene_traits(examples, scenes, pictures, texts, scale)
    found |= _pairs(examples, pictures, texts)
    return {name: round(value, 4) for name, value in found.items()}


def _kind(picture: Picture) -> str:
    return picture.composition.kind if picture.composition else "scene"


def _retrieval(examples: Examples, rows: Sequence[int], pictures: Tensor, texts: Texts) -> dict[str, float]:
    """Each picture's own name and style as a question among `rows`, and its name among all names of `rows`."""
    held = [examples.pictures[row] for row in rows]
    said = [f"{with_article(short(picture.things[0].name))}, {DRAWN[_set(picture)][0]}" for picture in held]
    cosines = texts(said) @ pictures[list(rows)].T
    own = cosines.diagonal()[:, None]
    ranks = (cosines > own).sum(dim=1)
    names = sorted({picture.things[0].name for picture in held})
    answers = pictures[list(rows)] @ texts([with_article(short(name)) for name in names]).T
    right = torch.tensor([names.index(picture.things[0].name) for picture in held])
    best = answers.topk(5, dim=1).indices
    return {
        "pictures": len(rows),
        "names": len(names),
        "text to picture R@1": (ranks == 0).float().mean().item(),
        "text to picture R@5": (ranks < 5).float().mean().item(),
        "picture to name top 1": (best[:, 0] == right).float().mean().item(),
        "picture to name top 5": (best == right[:, None]).any(dim=1).float().mean().item(),
    }


def _set(picture: Picture) -> str:
    assert picture.composition is not None
    return picture.composition.set


def classes(names: Sequence[str], texts: Texts) -> Tensor:
    """One unit vector a class: the mean over the templates in which the package asks."""
    vectors = torch.stack([texts([template.format(name) for name in names]) for template in TEMPLATES]).mean(dim=0)
    return torch.nn.functional.normalize(vectors, dim=1)


def _styles(examples: Examples, rows: Sequence[int], pictures: Tensor, texts: Texts) -> float:
    sets = list(DRAWN)
    right = torch.tensor([sets.index(_set(examples.pictures[row])) for row in rows])
    found = pictures[list(rows)] @ classes([DRAWN[name][0] for name in sets], texts).T
    return (found.argmax(dim=1) == right).float().mean().item()


def _scene_traits(
    examples: Examples, rows: Sequence[int], pictures: Tensor, texts: Texts, scale: float
) -> dict[str, float]:
    """Zero-shot accuracy of the painter's own features, asked as the package asks, and calibration over them."""
    scenes = [scene for row in rows if (scene := examples.pictures[row].scene)]
    found, sure, hits = {}, [], []
    for trait, cosines, right in trait_cosines(examples, rows, pictures, texts):
        found[f"{trait} ({cosines.shape[1]})"] = (cosines.argmax(dim=1) == right).float().mean().item()
        best = (scale * cosines).softmax(dim=1).max(dim=1)
        sure.append(best.values)
        hits.append((best.indices == right).float())
    styles = list(PAINTED)
    pure = [place for place, scene in enumerate(scenes) if len(scene.styles) == 1]
    right = torch.tensor([styles.index(next(iter(scenes[place].styles))) for place in pure])
    logits = pictures[[rows[place] for place in pure]] @ classes([PAINTED[name][0] for name in styles], texts).T
    found["style of a scene (7)"] = (logits.argmax(dim=1) == right).float().mean().item()
    found["calibration error of traits"] = calibration_error(torch.cat(sure), torch.cat(hits))
    return found


def trait_cosines(
    examples: Examples, rows: Sequence[int], pictures: Tensor, texts: Texts
) -> Iterator[tuple[str, Tensor, Tensor]]:
    """Of each trait of scenes: cosines of pictures and its values (n, values), and the right one of each (n,)."""
    scenes = [scene for row in rows if (scene := examples.pictures[row].scene)]
    for trait, odds in ODDS.items():
        values = list(odds)
        cosines = pictures[list(rows)] @ classes([f"{value} {trait}" for value in values], texts).T
        yield trait, cosines, torch.tensor([values.index(scene.traits[trait]) for scene in scenes])


def best_scale(examples: Examples, pictures: Tensor, texts: Texts) -> float:
    """The scale of the softmax under which the right values of traits are least surprising, on every second scene."""
    rows = examples.rows("test", ["scene"])[::2]
    held = list(trait_cosines(examples, rows, pictures, texts))

    def surprise(scale: float) -> float:
        return sum(torch.nn.functional.cross_entropy(scale * cosines, right).item() for _, cosines, right in held)

    return min((round(1.03**power, 2) for power in range(30, 160)), key=surprise)


def calibration_error(sure: Tensor, hits: Tensor, bins: int = 10) -> float:
    """Expected calibration error (Guo et al. 2017): |confidence - accuracy|, weighted over equal bins."""
    places = (sure * bins).long().clamp(max=bins - 1)
    error = 0.0
    for place in range(bins):
        inside = places == place
        if inside.any():
            error += inside.float().mean().item() * (sure[inside].mean() - hits[inside].mean()).abs().item()
    return error


def _pairs(examples: Examples, pictures: Tensor, texts: Texts) -> dict[str, float]:
    """Two things in a sentence: the right picture among the other pairs, and who stands where of two orders."""
    rows = [row for row in examples.rows("test", ["together"]) if _kind(examples.pictures[row]) != "several"]
    said, swapped = [], []
    for row in rows:
        one, other = (with_article(short(thing.name)) for thing in examples.pictures[row].things)
        way = "{} to the left of {}" if _kind(examples.pictures[row]) == "beside" else "{} above {}"
        said.append(way.format(one, other))
        swapped.append(way.format(other, one))
    vectors, shown = texts(said), pictures[rows]
    cosines = vectors @ shown.T
    ranks = (cosines > cosines.diagonal()[:, None]).sum(dim=1)
    order = cosines.diagonal() > (texts(swapped) * shown).sum(dim=1)
    several = [row for row in examples.rows("test", ["together"]) if _kind(examples.pictures[row]) == "several"]
    return {
        "pairs": len(rows),
        "pair to picture R@1": (ranks == 0).float().mean().item(),
        "pair to picture R@5": (ranks < 5).float().mean().item(),
        "order of a pair (of 2)": order.float().mean().item(),
        "count (of 3)": _counts(examples, several, pictures, texts),
    }


def _counts(examples: Examples, rows: Sequence[int], pictures: Tensor, texts: Texts) -> float:
    from training.words import plural

    right = []
    for row in rows:
        picture = examples.pictures[row]
        assert picture.composition is not None
        name = plural(short(picture.things[0].name))
        found = texts([f"{number} {name}" for number in ("two", "three", "four")]) @ pictures[row]
        right.append(int(found.argmax()) + 2 == picture.composition.count)
    return sum(right) / max(1, len(right))
