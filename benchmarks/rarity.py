"""How long it takes to rank a large set by rarity.

    python benchmarks/rarity.py

Tokens of eight traits each, of which one is a number. Each figure is the best of five runs.
"""

from __future__ import annotations

import random
import time

from collection.publish.rarity import rarity
from collection.publish.traits import Trait


def tokens(count: int) -> dict[int, list[Trait]]:
    chance = random.Random(1)
    found = {}
    for number in range(1, count + 1):
        traits = [Trait(f"trait {place}", f"value {int(chance.expovariate(0.2))}") for place in range(7)]
        found[number] = [*traits, Trait("level", chance.randrange(1000), "level")]
    return found


def best(given: dict[int, list[Trait]]) -> tuple[float, float]:
    """Seconds by the clock, and of the processor."""
    times, processor = [], []
    for _ in range(5):
        started, spent = time.perf_counter(), time.process_time()
        rarity(given)
        times.append(time.perf_counter() - started)
        processor.append(time.process_time() - spent)
    return min(times), min(processor)


if __name__ == "__main__":
    print("tokens   seconds  processor")
    for count in (1_000, 10_000, 50_000):
        print("{:6}   {:7.2f} {:10.2f}".format(count, *best(tokens(count))))
