"""How soon a preference is learned, and how often coins are taken for one: `python benchmarks/preference.py [IMAGES]`.

Pictures of the painter in all its styles, seen by the embedded encoder. Four simulated curators: one likes warm
colours, one light ones, one some styles of marks and lines, one mountains. Shares are of pairs of unseen images, the
mean of 20 draws of votes; "vectors" learns without the colour numbers. Coins are answers thrown for few images.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from collection.config import Config
from collection.generate.painter.style_parameters import STYLES
from collection.generate.registry import build_generator
from collection.judge.encoders.plugin import open_encoder
from collection.judge.held_out import hold_out
from collection.judge.learned_preference import Blocks, learn
from collection.judge.pixels.colour import colour_numbers
from collection.judge.votes import PairVote, Verdict, Vote
from collection.store.files import Files
from collection.values import Recipe, Style, StyleBlend

IMAGES = int(sys.argv[1]) if len(sys.argv) > 1 else 240
DRAWS, SIDE = 20, 192
PLACES = ("a harbour", "mountains", "a village", "a city", "a desert", "a lighthouse")
MARKS = ("pointillism", "ink", "bauhaus", "ukiyo-e", "woodblock")


def main() -> None:
    blocks, liking = painted()
    print(f"{IMAGES} pictures of {SIDE} pixels, {DRAWS} draws; right on pairs that were not voted on")
    print(f"{'rule':8} {'votes':>6} {'kept or not':>12} {'(vectors)':>10} {'pairs':>8} {'(vectors)':>10}")
    for rule, liked in liking.items():
        for count in (20, 50, 100):
            row = [
                np.mean([right(some, liked, count, pairs, seed) for seed in range(DRAWS)])
                for pairs in (False, True)
                for some in (blocks, blocks[:1])
            ]
            print(f"{rule:8} {count:6} {row[0]:12.2f} {row[1]:10.2f} {row[2]:8.2f} {row[3]:10.2f}", flush=True)
    for images, count in ((10, 40), (15, 100), (40, 40)):
        claimed = np.mean([coins(blocks, images, count, seed) for seed in range(200)])
        print(f"{count} coins about pairs of {images} images: a preference is claimed in {claimed:.1%} (2.5 % meant)")
    start = time.perf_counter()
    rng = np.random.default_rng(0)
    hold_out(blocks, pairs_of(liking["warm"], rng, 1000, np.arange(IMAGES)), None)
    print(f"a trial of 1,000 votes: {time.perf_counter() - start:.1f} s")


def painted() -> tuple[Blocks, dict[str, np.ndarray]]:
    """What is known of the pictures, and how much each curator likes each."""
    styles = {name: Style(name, settings={"painter": name}) for name in STYLES}
    names = [list(STYLES)[number % len(STYLES)] for number in range(IMAGES)]
    places = [PLACES[number // len(STYLES) % len(PLACES)] for number in range(IMAGES)]
    with tempfile.TemporaryDirectory() as place:
        painter = build_generator(Config.model_validate({"title": "x", "supply": 1, "seed": 1}), Files(Path(place)))
        recipes = [
            Recipe("painter", "painter/1", 700 + number, SIDE, SIDE, "", places[number],
                   blend=StyleBlend.of({names[number]: 1}, styles))
            for number in range(IMAGES)
        ]  # fmt: skip
        pictures = [painter.generate([recipe])[0].pixels for recipe in recipes]
    encoder = open_encoder("embedded", Path())
    vectors = np.vstack([encoder.encode(pictures[at : at + 32]) for at in range(0, IMAGES, 32)])
    colours = np.array([colour_numbers(pixels) for pixels in pictures])
    means = np.array([pixels.reshape(-1, 3).mean(axis=0) for pixels in pictures])
    liking = {
        "warm": means[:, 0] - means[:, 2],
        "light": means.sum(axis=1),
        "marks": np.array([float(name in MARKS) for name in names]),
        "place": np.array([float(place == "mountains") for place in places]),
    }
    return (vectors.astype(np.float16).astype(np.float32), colours.astype(np.float16).astype(np.float32)), liking


def right(blocks: Blocks, liked: np.ndarray, count: int, pairs: bool, seed: int) -> float:
    """The share of pairs of unseen images that differ for the curator which a preference of so many votes tells."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(liked))
    voted, unseen = order[: min(count * (1 + pairs), len(liked) // 2)], order[len(liked) // 2 :]
    votes: list[Vote] = list(pairs_of(liked, rng, count, voted))
    if not pairs:
        middle = np.median(liked) if len(np.unique(liked)) > 2 else 0.0
        votes = [Verdict(int(row), bool(liked[row] > middle)) for row in voted[:count]]
    scores = learn(blocks, votes).score(blocks)
    one, other = np.triu_indices(len(unseen), 1)
    differ = liked[unseen[one]] - liked[unseen[other]]
    told = np.sign(scores[unseen[one]] - scores[unseen[other]]) == np.sign(differ)
    return float(told[differ != 0].mean())


def pairs_of(liked: np.ndarray, rng: np.random.Generator, count: int, rows: np.ndarray) -> list[PairVote]:
    """Answers about pairs that differ."""
    found: list[PairVote] = []
    while len(found) < count:
        one, other = (int(row) for row in rng.choice(rows, 2, replace=False))
        if liked[one] != liked[other]:
            found.append(PairVote(one, other) if liked[one] > liked[other] else PairVote(other, one))
    return found


def coins(blocks: Blocks, images: int, count: int, seed: int) -> bool:
    """Whether a preference is claimed of answers that were thrown."""
    rng = np.random.default_rng(seed)
    rows = rng.choice(IMAGES, images, replace=False)
    votes = [PairVote(*(int(row) for row in rng.choice(rows, 2, replace=False))) for _ in range(count)]
    return hold_out(blocks, votes, None).supported


if __name__ == "__main__":
    main()
