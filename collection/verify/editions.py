"""Editions on the chain, compared with the records of their deployment and the plan of who gets which copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from collection.chain.companions import is_genuine
from collection.chain.compiled import artifact_of
from collection.chain.connection import Chain
from collection.chain.editions import EditionsContract, Run
from collection.chain.mint_logs import copies_minted
from collection.store.publication_records import Companion
from collection.values import Progress, silent
from collection.verify.findings import Finding


def check_editions(
    chain: Chain,
    companion: Companion,
    images: Sequence[int],
    planned: Callable[[int], Sequence[Run]],
    progress: Progress = silent,
) -> Iterator[Finding]:
    """What is wrong with the contract as a whole, then with each image: its URI, its copies and their first owners.

    `planned` gives who was to get the copies of an image, in order; an empty owner stands for another program's.
    """
    if not is_genuine(chain, companion):
        yield Finding(None, "code", f"the code at {companion.address} is not the editions that were deployed there")
        return
    contract = EditionsContract(chain, companion.address, artifact_of(companion.artifact_sha256))
    wanted = companion.settings
    for field, found in contract.told().items():
        if field != "owner" and found != wanted[field]:  # its owner can mint what is left, and change nothing
            yield Finding(None, field, f"the contract says {found}, but it was deployed with {wanted[field]}")
    base, most = str(wanted["base_uri"]), int(wanted["copies"])
    uris, supplies, minted = contract.token_uris(images), contract.supplies(images), _minted(contract, companion)
    for done, image in enumerate(images, start=1):
        if uris[image] != f"{base}{image}.json":
            yield Finding(image, "uri", f"uri is {uris[image]}, not {base}{image}.json")
        if most and supplies[image] > most:
            yield Finding(image, "supply", f"{supplies[image]} copies exist, and {most} may")
        yield from _check_owners(image, minted.get(image, []), planned(image))
        progress(done, len(images))


def _minted(contract: EditionsContract, companion: Companion) -> dict[int, list[Run]]:
    """Who got the copies of each image first, in order, by the logs from the block of the deployment on."""
    found: dict[int, list[Run]] = {}
    begins = contract.created_in(companion.tx_hash) if companion.tx_hash else 0
    for image, owner, count in copies_minted(contract.chain, contract.address, begins):
        found.setdefault(image, []).append((owner, count))
    return found


def _check_owners(image: int, minted: Sequence[Run], planned: Sequence[Run]) -> Iterator[Finding]:
    """The first owners of an image's copies against the plan; the first difference is told, and what is missing."""
    left, first = list(planned), 1
    for owner, count in minted:
        while count:
            wanted, room = left.pop(0) if left else ("", count)
            step = min(count, room)
            if owner.lower() != wanted.lower():
                copies = f"copy {first} was" if step == 1 else f"copies {first} to {first + step - 1} were"
                why = f"{copies} minted to {owner}, not to {wanted or 'anybody that this project knows'}"
                yield Finding(image, "owner", why)
                return
            if room > step:
                left.insert(0, (wanted, room - step))
            first, count = first + step, count - step
    if missing := sum(count for wanted, count in left if wanted):
        yield Finding(image, "supply", f"{missing} of its planned copies were never minted")
