"""How long it takes, and how much memory, to verify a set: chain, metadata and images of every token.

    python benchmarks/verify.py [--tokens 1000 4000] [--kilobytes 64] [--rpc http://127.0.0.1:8545]

Without `--rpc` the chain is the embedded one; with it, an Anvil that listens there. A set of random files is frozen,
pinned, deployed and minted first; a process of its own then verifies it, so that time and memory are those of verify
alone (memory beside that of a process that verifies a set of one token, which is what Python and its modules take).
The CAR lies in the page cache. Nothing is rendered again.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from collection.project import open_project
from collection.stages.pipeline import run_stages
from collection.stages.publish import DeployStage, FreezeStage, MintStage, PinStage, VerifyStage
from collection.store.records import Asset
from collection.store.review_records import Selection
from collection.values import Recipe

TOML = """\
title = "Benchmark"
supply = {tokens}
seed = 1

[[series]]
name = "all"
prompt = "noon"

[chain]
{chain}
"""


def choose(folder: Path, tokens: int, size: int, rpc: str | None) -> None:
    """Make a project whose set of random files is chosen; its chain is the embedded one, or the Anvil at `rpc`."""
    chain = f'network = "anvil"\nrpc = "{rpc}"' if rpc else 'network = "embedded"'
    (folder / "collection.toml").write_text(TOML.format(tokens=tokens, chain=chain))
    rng = random.Random(tokens)
    with open_project(folder) as project:
        store = project.store
        store.replace_plan([Recipe("painter", "painter/1", seed, 512, 512) for seed in range(tokens)])
        store.add_assets(
            [
                Asset(planned.id, planned.recipe, project.files.add(rng.randbytes(size)), "0" * 64, 512, 512, size)
                for planned in store.planned()
            ]
        )
        store.replace_selection([Selection(number, number, "best") for number in store.numbers()], "x", {})


def make(folder: Path, tokens: int, size: int, rpc: str | None) -> float:
    """Publish a set of random files; returns the seconds that all before verify took."""
    begin = time.perf_counter()
    choose(folder, tokens, size, rpc)
    with open_project(folder) as project:
        run_stages(project, (FreezeStage(), PinStage(), DeployStage(), MintStage()))
    return time.perf_counter() - begin


def verify(folder: Path) -> None:
    """Verify the set of a folder, and print seconds and peak memory in MiB."""
    with open_project(folder) as project:
        begin = time.perf_counter()
        [report] = run_stages(project, (VerifyStage(rerender=0),))
        seconds = time.perf_counter() - begin
        assert report.complete, report.failures[:3]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    print(seconds, peak)


def measured(folder: Path) -> tuple[float, float]:
    """Seconds and peak MiB of verifying the set of a folder, in a process of its own."""
    command = [sys.executable, __file__, "--verify", str(folder)]
    seconds, peak = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(seconds), float(peak)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, nargs="+", default=[1000, 4000])
    parser.add_argument("--kilobytes", type=int, default=64)
    parser.add_argument("--rpc")
    parser.add_argument("--verify", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.verify:
        return verify(given.verify)
    idle = 0.0
    for tokens in (1, *given.tokens):
        with TemporaryDirectory() as name:
            before = make(Path(name), tokens, given.kilobytes * 1000, given.rpc)
            [car] = (Path(name) / "car").glob("*.car")
            size = car.stat().st_size / 1e6
            seconds, peak = measured(Path(name))
            idle = idle or peak
            each, more = seconds / tokens * 1000, peak - idle
            print(
                f"{tokens:6,} tokens, CAR {size:5.0f} MB: verified in {seconds:6.2f} s ({each:5.2f} ms a token), "
                f"{more:5.1f} MiB over {idle:.0f}; published before in {before:.1f} s",
                flush=True,
            )
    return None


if __name__ == "__main__":
    main()
