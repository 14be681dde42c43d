"""What people's decisions cost: folding a long log, writers at once, the next question.

    python benchmarks/deciding.py [events] [seconds]
    python benchmarks/deciding.py --forecast

The second holds what the room says of more answers against simulated curators whose order is known. The writers are
processes of their own, each with a vote of one event at a time, asked for at 100 votes a second in all.
"""

from __future__ import annotations

import math
import random
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from collection.curate.reviews.agreement import agreement
from collection.curate.reviews.log import Reviews, record, undo
from collection.curate.reviews.pairwise import SPREAD, Comparison, Strengths, fit, prior_from_scores
from collection.curate.selection.candidates import rank
from collection.curate.selection.criteria import SelectionCriteria
from collection.curate.selection.vote_ranking import NEAR, next_question, vote_ranking
from collection.store.judging_records import Score
from collection.store.records import Asset
from collection.store.review_records import Decision
from collection.store.store import Store
from collection.values import Recipe

IMAGES, WRITERS, RATE, OUTLOOKS, MOST = 10_000, 8, 100, 4, 12
WRITER = """
import sys, time
from pathlib import Path
from collection.curate.reviews.log import record
from collection.store.review_records import Decision
from collection.store.store import Store
store, name, count, pause = Store(Path(sys.argv[1])), sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
input()
begun, spent = time.perf_counter(), []
for place in range(count):
    time.sleep(max(0, begun + place * pause - time.perf_counter()))
    at = time.perf_counter()
    record(store, name, [Decision("stars", 1 + place % 1000, 1 + place % 5)])
    spent.append(time.perf_counter() - at)
print(*spent)
"""


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    found = work()
    return time.perf_counter() - begun, found


def filled(path: Path) -> Store:
    store = Store(path)
    store.replace_plan([Recipe("painter", "painter/1", seed, 8, 8) for seed in range(IMAGES)])
    store.add_assets([Asset(p.id, p.recipe, f"{p.id:064x}", f"{p.id:064x}", 8, 8, 1) for p in store.planned()])
    store.add_judgements([Score(f"{n:064x}", "quality", "m", float(n % 997)) for n in range(1, IMAGES + 1)])
    return store


def fold(store: Store, events: int) -> None:
    rng = random.Random(0)
    for place in range(events // 100):
        curator = f"curator {place % 5}"
        said = [Decision("flag", rng.randint(1, IMAGES), rng.choice(["pick", "reject", "none"])) for _ in range(100)]
        record(store, curator, said)
    reviews = Reviews(store)
    seconds, _ = timed(lambda: (reviews.catch_up(), reviews.review_states()))
    print(f"fold {events:,} events anew           {seconds:8.2f} s")
    record(store, "ada", [Decision("flag", 1, "pick")])
    seconds, _ = timed(reviews.catch_up)
    print(f"catch up on 1 more                 {seconds * 1000:8.2f} ms")
    seconds, _ = timed(lambda: reviews.review_state(1))
    print(f"one review_state after it              {seconds * 1000:8.2f} ms")
    print(f"all review_states after it             {timed(reviews.review_states)[0] * 1000:8.2f} ms")
    print(f"undo                               {timed(lambda: undo(store, 'ada'))[0] * 1000:8.2f} ms")
    print(f"agreement of 5 curators            {timed(lambda: agreement(store))[0]:8.2f} s")


def write(store: Store, seconds: int) -> None:
    before, count = store.last_review(), RATE * seconds // WRITERS
    words = [sys.executable, "-c", WRITER, str(store.path)]
    writers = [
        subprocess.Popen([*words, f"w{n}", str(count), str(WRITERS / RATE)], stdin=-1, stdout=-1, text=True)
        for n in range(WRITERS)
    ]
    for writer in writers:
        assert writer.stdin
        writer.stdin.write("\n")
        writer.stdin.flush()
    spent = sorted(float(word) for writer in writers for word in writer.communicate()[0].split())
    kept = store.last_review() - before
    print(f"{WRITERS} processes, {RATE} votes a second for {seconds} s: {len(spent):,} acknowledged, {kept:,} kept")
    middle, most = (spent[len(spent) * share // 100] * 1000 for share in (50, 95))
    print(f"an acknowledged vote               {middle:8.2f} ms, 95 of 100 within {most:.2f} ms")


def ask(store: Store) -> None:
    criteria = SelectionCriteria(3000, ("quality",))
    seconds, ranked = timed(lambda: rank(store, criteria.metrics))
    print(f"rank {IMAGES:,} images               {seconds:8.2f} s")
    seconds, ranking = timed(lambda: vote_ranking(store, criteria, ranked=ranked))
    print(f"fit {len(ranking.ranked)} of them                  {seconds:8.2f} s")
    seconds, _ = timed(lambda: next_question(store, ranking, "ada"))
    print(f"the next question of a fit         {seconds * 1000:8.2f} ms")


def forecast() -> None:
    """The expected error that was forecast for more answers, and what it was then."""
    for count, keep, spread in (
        (24, 12, SPREAD),
        (40, 10, SPREAD),
        (100, 60, SPREAD),
        (200, 50, SPREAD),
        (40, 20, 6.0),
    ):
        off: list[float] = []
        for seed in range(OUTLOOKS):
            fits = answered(count, keep, spread, np.random.default_rng(seed))
            for votes, found in fits.items():
                said = found.forecast(keep, votes)
                if votes + said.votes in fits:
                    off.append(said.then - fits[votes + said.votes].expected_error(keep))
        print(
            f"{keep:3} of {count:3}, spread {spread}: error forecast minus error then {np.mean(off):+.3f}, "
            f"{np.quantile(np.abs(off), 0.9):.3f} off at most in 9 of 10 of {len(off)}"
        )


def answered(count: int, keep: int, spread: float, rng: np.random.Generator) -> dict[int, Strengths]:
    """The fits of a curator who is asked as in the room until the choice is settled, or MOST answers an image."""
    prior = prior_from_scores(list(range(count, 0, -1)))
    strength = prior + rng.normal(scale=spread, size=count)
    votes: list[Comparison] = []
    fits = {0: fit(count, votes, prior)}
    asked: set[tuple[int, int]] = set()
    while not fits[len(votes)].settled(keep) and len(votes) < MOST * count:
        found = fits[len(votes)]
        for _ in range(10):
            pairs = [pair for pair in found.next_pairs(NEAR) if pair not in asked]
            pairs = pairs or [pair for pair in combinations(range(count), 2) if pair not in asked]
            if not pairs:
                return fits
            left, right = pairs[int(rng.integers(len(pairs)))]
            asked.add((left, right))
            chance = 1 / (1 + math.exp(strength[right] - strength[left]))
            votes.append(Comparison(left, right, float(rng.random() < chance)))
        fits[len(votes)] = fit(count, votes, prior)
    return fits


def main() -> None:
    if sys.argv[1:] == ["--forecast"]:
        forecast()
        return
    events, seconds = (int(word) for word in [*sys.argv[1:], *("100000", "60")[len(sys.argv) - 1 :]])
    with TemporaryDirectory() as folder:
        store = filled(Path(folder) / "collection.db")
        ask(store)
        fold(store, events)
        write(store, seconds)


if __name__ == "__main__":
    main()
