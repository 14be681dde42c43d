"""The tables of docs/gas.md, from what benchmarks/gas.py measured."""

from __future__ import annotations

from dataclasses import dataclass

BATCH = 500
COLUMNS = {
    "Floor": "floor", "OpenZeppelin": "OpenZeppelin", "Solady": "Solady", "A": "ERC721A", "Runs": "runs, bare",
    "ours": "CollectionToken",
}  # fmt: skip


@dataclass(frozen=True)
class Cost:
    """What some transactions of the run took together: their places in it, and what is not counted."""

    places: tuple[int, ...]
    less: int = 0

    def of(self, gas: list[int]) -> int:
        """The sum, by the gas of each transaction of the run."""
        return sum(gas[place] for place in self.places) - self.less


Rows = dict[str, Cost]


def page(
    measured: dict[str, Rows], others: Rows, sizes: dict[str, int], gas: list[int], later: list[int] | None, where: str
) -> str:
    """docs/gas.md."""
    parts = [
        "# Gas",
        "",
        "What does each step cost, and what would it cost with other contracts? This page is written by",
        "`python benchmarks/gas.py --anvil --write`: every figure is the gas of a transaction that was sent.",
        '"floor" only emits the events and counts; "runs, bare" is our way of storing owners without the rest;',
        '"holder" and "fresh" say whether the recipient owned a token before.',
        "",
        f"## Tokens, on {where}",
        "",
        *table(measured, gas, sizes),
        "",
        *floor_line(measured, gas),
        "Without an airdrop of their own, contracts are called for each owner, and the 21,000 gas of each call "
        "are left out.",
    ]
    if later:
        parts += ["", "## Tokens, by the rules of the fork Amsterdam (EthereumJS)", "", *table(measured, later, {}), ""]
        parts += floor_line(measured, later)
    heads = ["now", *(["Amsterdam"] if later else [])]
    parts += ["", "## Beside the token", "", f"| | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    for name, cost in others.items():
        parts.append(f"| {name} | " + " | ".join(f"{cost.of(each):,}" for each in (gas, later) if each) + " |")
    return "\n".join(parts) + "\n"


def table(measured: dict[str, Rows], gas: list[int], sizes: dict[str, int]) -> list[str]:
    names = [name for name in COLUMNS if name in measured]
    lines = ["| | " + " | ".join(COLUMNS[name] for name in names) + " |", "|---" * (len(names) + 1) + "|"]
    if sizes:
        lines.append("| bytes of code | " + " | ".join(f"{sizes[name]:,}" for name in names) + " |")
    for row in measured["ours"]:
        cells = (f"{measured[name][row].of(gas):,}" if row in measured[name] else "" for name in names)
        lines.append(f"| {row} | " + " | ".join(cells) + " |")
    return lines


def floor_line(measured: dict[str, Rows], gas: list[int]) -> list[str]:
    row = f"mint {BATCH}"
    floor = measured["Floor"][row].of(gas)
    names = [name for name in COLUMNS if name in measured]
    times = ", ".join(f"{COLUMNS[name]} {measured[name][row].of(gas) / floor:.3f}" for name in names)
    return [f"Mint {BATCH}, times the floor: {times}.", ""]
