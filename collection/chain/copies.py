"""Copies of images: who is to get which, recorded before anything is sent, and minted in that order, each once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from collection.chain.editions import EditionsContract, Run, copies_in
from collection.chain.mint_batches import at_once
from collection.chain.transactions import Account
from collection.store.store import Store
from collection.values import Progress, silent

COPIES = "copies"
"""The stage under which it is kept who is to get the copies of editions, by the address of their contract."""
_UNKNOWN = ""
"""Whoever got copies that another program minted."""


class CopyPlan:
    """The owners of the copies of each image of one contract: copy 1 is the first owner's of the first run, and so on.

    What is minted always follows the plan, so that a run that was killed goes on where the chain stands, and `verify`
    can tell who should have got a copy.
    """

    def __init__(self, store: Store, address: str) -> None:
        self._store, self._address = store, address
        told = store.stage_report(COPIES).get(address, {})
        self._runs: dict[int, list[Run]] = {
            int(image): [(owner, count) for owner, count in runs] for image, runs in told.get("runs", {}).items()
        }
        self._lists: dict[str, list[int]] = dict(told.get("lists", {}))
        self._seen: dict[int, int] = {int(image): count for image, count in told.get("seen", {}).items()}
        self.closed = bool(told.get("closed", False))
        """Whether the chain said that nothing can be minted any more."""

    def runs(self, image: int) -> Sequence[Run]:
        """Who is to get the copies of an image, in order; an empty owner is nobody that this project knows."""
        return tuple(self._runs.get(image, ()))

    def planned(self, image: int) -> int:
        """How many copies of an image are planned."""
        return copies_in(self._runs.get(image, ()))

    def seen(self, image: int) -> int:
        """How many copies of an image existed when the chain was last asked."""
        return self._seen.get(image, 0)

    def gave_out(self, digest: str) -> bool:
        """Whether a list, known by its hash, is in the plan."""
        return digest in self._lists

    def images_of(self, digest: str) -> Sequence[int]:
        """The images of which a list gave out copies."""
        return self._lists.get(digest, [])

    def listed(self) -> list[int]:
        """The images of which any list gave out copies."""
        return sorted({image for images in self._lists.values() for image in images})

    def left(self, image: int, there: int) -> list[Run]:
        """The runs of an image that are still to be minted where `there` copies exist."""
        return _after(self._runs.get(image, ()), there)

    def take(self, supplies: Mapping[int, int], closed: bool, *, keep: bool = True) -> None:
        """Note what the chain says; copies beyond the plan were minted by another program.

        Without `keep` it is not written: for whoever works beside a command that may write it.
        """
        for image, there in supplies.items():
            if there > (planned := self.planned(image)):
                self._append(image, (_UNKNOWN, there - planned))
            elif there < planned:  # what another program minted on a chain that is gone is not made again
                left = [run for run in self.left(image, there) if run[0] != _UNKNOWN]
                self._runs[image] = [*_first(self._runs[image], there), *left]
        self._seen |= supplies
        self.closed = closed
        if keep:
            self._keep()

    def add(self, runs: Mapping[int, Iterable[Run]], digest: str | None = None) -> None:
        """Plan further copies of images; `digest` is the hash of the list that says so."""
        for image, of_image in runs.items():
            for run in of_image:
                self._append(image, run)
        if digest is not None:
            self._lists[digest] = sorted(runs)
        self._keep()

    def forget(self) -> int:
        """Take out of the plan what was not minted when the chain was last asked; returns how many copies."""
        gone = 0
        for image in self._runs:
            left = self.left(image, self.seen(image))
            gone += copies_in(left)
            self._runs[image] = _first(self._runs[image], self.seen(image))
        self._lists = {}
        self._keep()
        return gone

    def _append(self, image: int, run: Run) -> None:
        runs = self._runs.setdefault(image, [])
        if runs and runs[-1][0] == run[0]:
            runs[-1] = (run[0], runs[-1][1] + run[1])
        else:
            runs.append(run)

    def _keep(self) -> None:
        if self._store.read_only:
            return
        told = {
            "runs": {str(image): [list(run) for run in runs] for image, runs in self._runs.items()},
            "seen": {str(image): count for image, count in self._seen.items()},
            "lists": self._lists, "closed": self.closed,
        }  # fmt: skip
        self._store.record_stage(COPIES, self._address, {**self._store.stage_report(COPIES), self._address: told})


def batches(runs: Sequence[Run]) -> Iterator[list[Run]]:
    """What each transaction mints of an image, by the rule of tokens: a long run alone, short ones as a list."""
    left = list(runs)
    while left:
        size = at_once([count for _, count in left])
        batch = _first(left, size)
        left = _after(left, size)
        yield batch


def mint_planned(
    contract: EditionsContract, account: Account, plan: CopyPlan, images: Sequence[int], progress: Progress = silent
) -> tuple[int, int]:
    """Mint the copies of these images that are planned and do not exist; returns how many were made, and the gas.

    The contract refuses a call that was made for another number of copies than exist, so nothing is minted twice.
    """
    made, gas, there = 0, 0, contract.supplies(images)
    plan.take(there, contract.closed())
    for done, image in enumerate(images, start=1):
        for batch in batches(plan.left(image, there[image])):
            call = contract.minting(image, there[image], batch)
            gas += contract.carry_out(account, call, f"mint copies of image {image}")
            minted = copies_in(batch)
            there[image], made = there[image] + minted, made + minted
        progress(done, len(images))
    plan.take(there, plan.closed)
    return made, gas


def _first(runs: Sequence[Run], count: int) -> list[Run]:
    """The first `count` copies of some runs."""
    found = list[Run]()
    for owner, there in runs:
        taken = min(there, count)
        if taken:
            found.append((owner, taken))
        count -= taken
    return found


def _after(runs: Sequence[Run], count: int) -> list[Run]:
    """What some runs have after their first `count` copies."""
    found = list[Run]()
    for owner, there in runs:
        gone = min(there, count)
        if there > gone:
            found.append((owner, there - gone))
        count -= gone
    return found
