"""What the pipeline can do, beside the drawings that it learned from, those that were kept from it, and the painter.

Two judges say what a picture shows: a classifier trained apart (means of things and a ridge regression of styles, both
of features of EfficientNet-Lite0 in drawings), and the small CLIP, by the words in which the pipeline was asked.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from training.captions import short
from training.compose import Composition
from training.denoiser_train import small_world
from training.pictures import Library
from training.prepare import encode
from training.scenes import words_for
from training.split import part
from training.styles import DRAWN, PAINTED
from training.words import with_article

Features = npt.NDArray[np.float32]
WEIGHTS = (0.0, 0.25, 0.5, 0.75, 1.0)
PAIRS = (("fluent-emoji-flat", "noto"), ("twemoji", "fluent-emoji"), ("emojione", "noto-v1"), ("fxemoji", "twemoji"))
"""Styles of drawings that are blended; the painter's are PAINTED_PAIRS."""
PAINTED_PAIRS = (("papercut", "impasto"), ("ink", "bauhaus"), ("woodblock", "pointillism"), ("ink", "stained-glass"))
DIRECTIONS = 12
"""Principal directions of the features in which sets are compared: of 28 pictures more cannot be estimated."""
NEAREST = 2
"""Training pictures that dedupe is shown for each picture, beside that of the same thing in the same style."""


@dataclass(frozen=True)
class Shown:
    """Pictures, what they are to show, and their features (n, 1280)."""

    pictures: Sequence[Any]
    things: Sequence[str]
    styles: Sequence[str]
    words: Sequence[str]
    """By which each is asked for."""
    features: Features

    def only(self, rows: Sequence[int]) -> Shown:
        """Some of them."""
        chosen = ([one[row] for row in rows] for one in (self.pictures, self.things, self.styles, self.words))
        return Shown(*chosen, self.features[list(rows)])


@dataclass(frozen=True)
class World:
    """What is told apart: the things and styles of the drawings, or of the painter."""

    things: Sequence[str]
    styles: Sequence[str]
    called: dict[str, str]
    """In what words the CLIP is asked for each."""
    real: Shown
    """What was learned from."""


def known(library: Library) -> list[str]:
    """The codes of the things that the pipeline was shown."""
    return sorted(small_world(library))


def words_for_drawing(name: str, style: str) -> str:
    """A thing in a style, as the pipeline is asked."""
    return f"{with_article(short(name))}, {DRAWN[style][0]}"


def drawn(library: Library, pairs: Sequence[tuple[str, str]]) -> Shown:
    """The drawings of these codes and sets."""
    pictures = [np.asarray(library.render(Composition("plain", style, (code,)))) for code, style in pairs]
    names = [library.things[code].name for code, _ in pairs]
    styles = [style for _, style in pairs]
    words = [words_for_drawing(*each) for each in zip(names, styles, strict=True)]
    return Shown(pictures, names, styles, words, encode(pictures).astype(np.float32))


def asked(library: Library, which: str, count: int) -> list[tuple[str, str]]:
    """Codes and sets of drawings of one part of the split ("train", "combination"), all sets alike often where each has
    so many."""
    rng, found = Random(which), list[tuple[str, str]]()
    by_style = {style: [code for code in known(library) if part(code, style) == which and (code, style) in
                        library.drawings] for style in DRAWN}  # fmt: skip
    for style, codes in by_style.items():
        found += [(code, style) for code in rng.sample(codes, min(len(codes), count // len(DRAWN)))]
    return found


def world_of_drawings(library: Library) -> World:
    """All that the pipeline was shown."""
    codes = known(library)
    pairs = [key for key in sorted(library.drawings) if key[0] in set(codes) and part(*key) == "train"]
    names = sorted({library.things[code].name for code in codes})
    called = {name: with_article(short(name)) for name in names} | {name: DRAWN[name][0] for name in DRAWN}
    return World(names, list(DRAWN), called, drawn(library, pairs))


def painted(library: Library, which: str, count: int) -> Shown:
    """Scenes of one part of the split, in one style each: their thing is the motif."""
    scenes = [
        (scene, library.scene(scene.number))
        for scene, place, _ in library.scenes
        if place == which and len(scene.styles) == 1
    ][:count]
    pictures = [np.asarray(image) for _, image in scenes]
    motifs, styles = [scene.traits["Motif"] for scene, _ in scenes], [next(iter(scene.styles)) for scene, _ in scenes]
    words = [f"{words_for('Motif', one)[0]}, {PAINTED[other][0]}" for one, other in zip(motifs, styles, strict=True)]
    return Shown(pictures, motifs, styles, words, encode(pictures).astype(np.float32))


def world_of_painter(library: Library, count: int) -> World:
    """So many of the painter's scenes."""
    real = painted(library, "train", count)
    called = {motif: words_for("Motif", motif)[0] for motif in real.things}
    called |= {name: PAINTED[name][0] for name in PAINTED}
    return World(sorted(set(real.things)), list(PAINTED), called, real)


def without(world: World, shown: Shown) -> World:
    """The world without these pictures: what they are held against may not hold themselves."""
    away = {*zip(shown.things, shown.styles, strict=True)}
    rows = [
        row
        for row, key in enumerate(zip(world.real.things, world.real.styles, strict=True))
        if key not in away
    ]  # fmt: skip
    return replace(world, real=world.real.only(rows))


def unit(vectors: Features) -> Features:
    """The vectors with length 1."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def style_classifier(world: World) -> Callable[[Features], Features]:
    """A ridge regression of the styles: features to a number for each style (n, styles)."""
    features = unit(world.real.features)
    mean = features.mean(axis=0)
    held, count = [world.styles.index(style) for style in world.real.styles], len(world.styles)
    wanted = np.eye(count)[held] - 1 / count
    centred = features - mean
    gram = centred.T @ centred + 0.1 * np.eye(features.shape[1])
    weights = np.linalg.solve(gram, centred.T @ wanted)
    return lambda found: np.asarray((unit(found) - mean) @ weights, np.float32)


def judged(shown: Shown, world: World, clip: Any) -> dict[str, float]:
    """Right things and styles, shares from 0 to 1; the distance to the real set; the share that dedupe calls copies."""
    wanted = np.array([world.things.index(thing) for thing in shown.things])
    styles = np.array([world.styles.index(style) for style in shown.styles])
    means = np.stack([_mean(world.real, thing) for thing in world.things])
    by_mean = unit(shown.features) @ unit(means).T
    vectors = clip.project_images(unit(shown.features))
    by_clip = vectors @ clip.encode_text([world.called[thing] for thing in world.things]).T
    style_by_clip = vectors @ clip.encode_text([world.called[style] for style in world.styles]).T
    by_style = style_classifier(world)(shown.features)
    by_words = clip.encode_text(list(shown.words)) @ vectors.T
    own = np.arange(len(shown.words))
    return {
        f"right thing of {len(world.things)}, by the classifier": _share(by_mean, wanted, 1),
        "among its five best": _share(by_mean, wanted, 5),
        "right thing, by the CLIP": _share(by_clip, wanted, 1),
        "among its five best, by the CLIP": _share(by_clip, wanted, 5),
        f"right style of {len(world.styles)}, by the classifier": _share(by_style, styles, 1),
        "right style, by the CLIP": _share(style_by_clip, styles, 1),
        f"found by its words first of {len(shown.words)}": _share(by_words, own, 1),
        "feature distance to the real set": distance(shown.features, world.real.features),
        "share that dedupe calls a copy of a training picture": copied(shown, world.real),
    }


def _mean(real: Shown, thing: str) -> Features:
    rows = [row for row, name in enumerate(real.things) if name == thing]
    return np.asarray(unit(real.features[rows]).mean(axis=0) if rows else np.zeros(real.features.shape[1]) + 1e-9)


def _share(scores: npt.NDArray[Any], wanted: npt.NDArray[Any], best: int) -> float:
    """How often the wanted one is among the `best` highest scores of a row."""
    own = scores[np.arange(len(wanted)), wanted][:, None]
    return float(((scores > own).sum(axis=1) < best).mean())


def distance(made: Features, real: Features) -> float:
    """The Frechet distance of unit features in the first principal directions of the real ones (M. Heusel et al., "GANs
    trained by a two time-scale update rule", 2017), times 100."""
    made, real = unit(made), unit(real)
    directions = np.linalg.svd(real - real.mean(axis=0), full_matrices=False)[2][:DIRECTIONS]
    one, other = ((each - real.mean(axis=0)) @ directions.T for each in (made, real))
    here, there = np.cov(one.T), np.cov(other.T)
    product = np.sqrt(np.clip(np.linalg.eigvals(here @ there).real, 0, None)).sum()
    apart = np.square(one.mean(axis=0) - other.mean(axis=0)).sum()
    return float(100 * (apart + np.trace(here) + np.trace(there) - 2 * product))


def copied(shown: Shown, real: Shown) -> float:
    """The share of pictures that `collection dedupe` groups with a training picture, of those that are likely."""
    from collection.stages.folders import dedupe_folder

    likely = np.argsort(-(unit(shown.features) @ unit(real.features).T), axis=1)[:, :NEAREST]
    same = {key: row for row, key in enumerate(zip(real.things, real.styles, strict=True))}
    rows = {int(row) for row in likely.ravel()}
    rows |= {same[key] for key in zip(shown.things, shown.styles, strict=True) if key in same}
    with tempfile.TemporaryDirectory() as place:
        for row in rows:
            Image.fromarray(real.pictures[row]).save(Path(place) / f"a{row:05d}.png")
        for row, picture in enumerate(shown.pictures):
            Image.fromarray(picture).save(Path(place) / f"b{row:05d}.png")
        groups = dedupe_folder(Path(place), keep="first").groups
    names = [{keeper, *(copy.name for copy in copies)} for keeper, copies in groups.items()]
    found = [{name for name in group if name[0] == "b"} for group in names if any(name[0] == "a" for name in group)]
    return sum(map(len, found)) / len(shown.pictures)


def style_over_weight(
    lines: Iterator[tuple[tuple[str, str], Sequence[Any]]], world: World, clip: Any
) -> dict[str, list[float]]:
    """How far pictures are of the second of two styles, by its weight: the mean probability by the CLIP, the share of
    pictures that the classifier gives to it, and in which share of steps the probability rises."""
    classifier = style_classifier(world)
    scale, probabilities, given = clip.logit_scale, [], []
    for (one, other), pictures in lines:
        features = encode(pictures).astype(np.float32)
        cosines = clip.project_images(unit(features)) @ clip.encode_text([world.called[one], world.called[other]]).T
        probabilities.append(1 / (1 + np.exp(-scale * (cosines[:, 1] - cosines[:, 0]))))
        scores = classifier(features)[:, [world.styles.index(one), world.styles.index(other)]]
        given.append(scores[:, 1] > scores[:, 0])
    table = np.array(probabilities)
    return {
        "probability of the second style, by the CLIP": [*map(float, table.mean(axis=0))],
        "given to the second style by the classifier": [*map(float, np.array(given).mean(axis=0))],
        "steps in which the probability rises": [float((np.diff(table, axis=1) > 0).mean())],
    }


def painted_lines(count: int) -> Iterator[tuple[tuple[str, str], Sequence[Any]]]:
    """The painter's blends: so many scenes a pair of styles, at each weight from the same seed."""
    from collection.generate.painter.generator import ENGINE, Painter
    from collection.values import Recipe, Style, StyleBlend

    for pair in PAINTED_PAIRS:
        for seed in range(count):
            made = []
            for weight in WEIGHTS:
                parts = zip(pair, (1 - weight, weight), strict=True)
                blend = tuple((Style(name, settings={"painter": name}), share) for name, share in parts if share)
                recipe = Recipe("painter", ENGINE, seed, 192, 192, prompt="", blend=StyleBlend(blend))
                made.append(Painter().generate([recipe])[0].pixels)
            yield pair, made
