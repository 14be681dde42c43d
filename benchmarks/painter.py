"""Seconds a 512 px picture of each painter style, against resvg alone on the same SVG.

    python benchmarks/painter.py [SIZE]

resvg is the floor: what is above it is our own composing, marking and texture. Seconds are of the processor, the
best of three, on one core; "other styles" of a blend cost no more than their heaviest part.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from collection.generate.painter.canvas import rasterise
from collection.generate.painter.generator import ENGINE, Painter, svg
from collection.generate.painter.style_parameters import STYLES
from collection.values import Recipe, Style, StyleBlend

SEEDS = (11, 12, 13)


def seconds(work: Callable[[], object]) -> float:
    def once() -> float:
        start = time.process_time()
        work()
        return time.process_time() - start

    return min(once() for _ in range(3))


def recipe(style: str, seed: int, size: int) -> Recipe:
    blend = StyleBlend(((Style(style, settings={"painter": style}), 1.0),))
    return Recipe("painter", ENGINE, seed, size, size, blend=blend)


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 512
    painter = Painter()
    print(
        f"{'style':<15} {'painter':>8} {'resvg':>8} {'over':>6} {'SVG kB':>8}   ({size} px, mean of {len(SEEDS)} seeds)"
    )
    for style in STYLES:
        recipes = [recipe(style, seed, size) for seed in SEEDS]
        texts = [svg(each) for each in recipes]
        whole = sum(seconds(lambda each=each: painter.generate([each])) for each in recipes) / len(SEEDS)
        floor = sum(seconds(lambda text=text: rasterise(text)) for text in texts) / len(SEEDS)
        kilobytes = sum(map(len, texts)) / len(SEEDS) / 1000
        print(f"{style:<15} {whole:>8.2f} {floor:>8.2f} {whole / floor:>5.1f}x {kilobytes:>8.0f}")


if __name__ == "__main__":
    main()
