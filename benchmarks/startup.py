"""How long a person waits for the first word: whole processes, beside an empty Python and one that imports torch."""

from __future__ import annotations

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
    "collection --help": [COMMAND, "--help"],
    "collection --version": [COMMAND, "--version"],
    "collection config --schema": [COMMAND, "config", "--schema"],
    "python -c 'import torch'": [PYTHON, "-c", "import torch"],
}


def seconds(command: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun


def main() -> None:
    for command in CASES.values():
        seconds(command)  # fills the caches
    times = {name: [] for name in CASES}
    for _ in range(RUNS):
        for name, command in CASES.items():
            times[name].append(seconds(command))
    print(f"{'command':<30}{'median s':>10}{'min s':>10}{'max s':>10}")
    for name, found in times.items():
        print(f"{name:<30}{statistics.median(found):>10.3f}{min(found):>10.3f}{max(found):>10.3f}")


if __name__ == "__main__":
    main()
