"""How long a person waits for the first word: whole processes, from an empty Python to one that imports torch.

Wall time is what a person waits; processor time (user and system) stays the same on a machine that is busy.
`modules` is how many modules a command has imported when it ends.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

RUNS = 7
COMMAND = str(Path(sys.executable).parent / "collection")
PYTHON = sys.executable
CASES = {
    "python -c pass": [PYTHON, "-c", "pass"],
    "python -c 'import typer'": [PYTHON, "-c", "import typer"],
    "collection --version": [COMMAND, "--version"],
    "collection --help": [COMMAND, "--help"],
    "collection score --help": [COMMAND, "score", "--help"],
    "collection config --schema": [COMMAND, "config", "--schema"],
    "python -c 'import torch'": [PYTHON, "-c", "import torch"],
}


def seconds(command: list[str]) -> tuple[float, float]:
    """Wall time and processor time of a process."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    wall, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def modules(command: list[str]) -> int:
    """How many modules a process imports."""
    done = subprocess.run(
        [PYTHON, "-X", "importtime", *command[command[0] == PYTHON :]], stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return done.stderr.count("import time:") - 1


def main() -> None:
    for command in CASES.values():
        seconds(command)  # fills the caches
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in CASES}
    for _ in range(RUNS):
        for name, command in CASES.items():
            times[name].append(seconds(command))
    print(f"{'command':<30}{'median s':>10}{'min s':>10}{'max s':>10}{'processor s':>13}{'modules':>9}")
    for name, found in times.items():
        wall, spent = [both[0] for both in found], min(both[1] for both in found)
        print(
            f"{name:<30}{statistics.median(wall):>10.3f}{min(wall):>10.3f}{max(wall):>10.3f}{spent:>13.3f}"
            f"{modules(CASES[name]):>9}"
        )


if __name__ == "__main__":
    main()
