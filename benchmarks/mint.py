"""How long it takes to mint and verify many tokens, and that a run that is killed again and again mints each once.

    python benchmarks/mint.py [--tokens 10000] [--embedded 2000] [--kills 10]

The first set goes to the Anvil of tests/node, which is started for it, the second to the embedded chain. What is told
is wall time, and beside it the processor time of the command. Then the first set is minted once more on a fresh Anvil,
by runs that are killed (SIGKILL) at a random moment, and at last by one that is not: the chain must have one `Transfer`
from nobody for each token, and the proof must be whole. `--tokens 0` or `--embedded 0` leaves a part out.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from local_anvil import anvil
from verify import choose

from collection.project import open_project
from collection.stages.pipeline import Stage, run_stages
from collection.stages.publication import publication_of
from collection.stages.publish import DeployStage, FreezeStage, MintStage, PinStage, VerifyStage

GOALS = {("anvil", 10_000): (5.0, 30.0), ("embedded", 2_000): (10.0, None)}
"""Seconds of minting and of verifying, at most, by chain and number of tokens."""
STAGES: dict[str, Stage] = {"mint": MintStage(), "verify": VerifyStage(rerender=0)}
TRANSFERS = ["0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef", "0x" + "00" * 32]
"""Topics of `Transfer(address,address,uint256)` from nobody."""
BYTES = 1_000
"""Of each picture, which is none."""


def main() -> int:
    """Measure; exit code 1 where a token was minted twice or not at all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=10_000)
    parser.add_argument("--embedded", type=int, default=2_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--stage", choices=STAGES, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.stage:
        return do(given.folder, given.stage)
    with TemporaryDirectory() as name:
        folder, whole = Path(name), True
        if given.embedded:
            show("embedded", given.embedded, frozen(folder / "embedded", given.embedded, None))
        if given.tokens:
            with anvil() as rpc:
                project = frozen(folder / "anvil", given.tokens, rpc)
                seconds = show("anvil", given.tokens, project)
            if given.kills:
                with anvil() as rpc:
                    again = frozen(folder / "killed", given.tokens, rpc)
                    whole = killed(again, given.tokens, given.kills, seconds)
    return 0 if whole else 1


def frozen(folder: Path, tokens: int, rpc: str | None) -> Path:
    """A project whose set is frozen, pinned and deployed."""
    folder.mkdir()
    choose(folder, tokens, BYTES, rpc)
    with open_project(folder) as project:
        run_stages(project, (FreezeStage(), PinStage(), DeployStage()))
    return folder


def do(folder: Path, stage: str) -> int:
    """Do a stage of a project, in this process: print that it begins, then its seconds and processor seconds."""
    with open_project(folder) as project:
        print("begins", flush=True)
        begin, used = time.perf_counter(), time.process_time()
        (report,) = run_stages(project, (STAGES[stage],))
        assert report.complete, report.failures[:3]
        print(time.perf_counter() - begin, time.process_time() - used, flush=True)
    return 0


def started(folder: Path, stage: str) -> subprocess.Popen[str]:
    """A process that does a stage, which has begun."""
    command = [sys.executable, __file__, "--stage", stage, "--folder", str(folder)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None and child.stdout.readline() == "begins\n"
    return child


def seconds_of(folder: Path, stage: str) -> tuple[float, float]:
    """Seconds of a stage in a process of its own, by the clock and of its processor."""
    told, _ = started(folder, stage).communicate()
    wall, used = told.split()
    return float(wall), float(used)


def show(chain: str, tokens: int, folder: Path) -> float:
    """Print how long a set takes to mint and to verify; returns the seconds of minting."""
    minted, verified = seconds_of(folder, "mint"), seconds_of(folder, "verify")
    goals = GOALS.get((chain, tokens), (None, None))
    for stage, goal, (wall, used) in zip(STAGES, goals, (minted, verified), strict=True):
        wanted = f", {goal:g} s is the goal" if goal else ""
        print(f"{chain:>8}: {stage} {tokens:6,} tokens in {wall:6.2f} s ({used:.2f} s of processor time{wanted})")
    load = os.getloadavg()[0]
    print(f"{'':>8}  load of the machine {load:.1f} on {os.cpu_count()} processors", flush=True)
    return minted[0]


def killed(folder: Path, tokens: int, kills: int, seconds: float) -> bool:
    """Mint with `kills` kills; whether each token was minted once, and is proven."""
    chance, ended = random.Random(kills), 0
    for _ in range(kills):
        child = started(folder, "mint")
        time.sleep(chance.random() * seconds / kills * 2)
        ended += child.poll() is not None
        child.send_signal(signal.SIGKILL)
        child.wait()
    seconds_of(folder, "mint")
    seconds_of(folder, "verify")
    minted = Counter(_minted(folder))
    once = minted == Counter(range(1, tokens + 1))
    told = "each token was minted once" if once else "NOT EACH TOKEN WAS MINTED ONCE"
    print(f"  killed: {kills} times, {ended} of them after the end; {told}, all {tokens:,} are proven", flush=True)
    return once and ended < kills


def _minted(folder: Path) -> list[int]:
    """The token of each `Transfer` from nobody that the chain has logged."""
    with open_project(folder) as project:
        publication = publication_of(project)
        address = publication.deployment().address
        with publication.chain() as chain:
            found = chain.ask_all([("eth_getLogs", [{"address": address, "topics": TRANSFERS, "fromBlock": "0x0"}])])[0]
    return [int(log["topics"][3], 16) for log in found]


if __name__ == "__main__":
    sys.exit(main())
