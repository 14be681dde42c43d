"""Verifying a contract without a project: its address, its network, and a CAR file or a gateway."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from collection.config.accounts import wrong_account
from collection.errors import UsageError
from collection.stages.report import Report
from collection.values import Failure, Pixels, Progress, amount, silent

if TYPE_CHECKING:
    from collection.unixfs import Blocks


def verify_public(
    address: str,
    network: str,
    *,
    rpc: str | None = None,
    ens_rpc: str | None = None,
    folder: Path = Path(),
    car: Path | None = None,
    gateway: str | None = None,
    sample: int = 0,
    progress: Progress = silent,
) -> Report:
    """Prove a set from what anybody can read; no project, no key and no record is needed.

    `rpc` is the address of a node, or env:NAME; `ens_rpc` one of the network whose names count, if `address` is a name
    and this network has no ENS. `folder` holds the embedded chain, if that is the network. The content
    is read from a CAR file or from a gateway; `sample` tokens of the painter are painted again.
    Raises UsageError for a mistyped address, or unless one of `car` and `gateway` is named.
    """
    from collection.chain.connection import open_chain, refuse_behind
    from collection.chain.ens import resolve_one
    from collection.chain.networks import find_network
    from collection.unixfs import Reader
    from collection.verify.public import verify_public as verify

    if wrong := wrong_account(address):
        raise UsageError(f'"{address}" is no address', wrong)
    with _blocks(car, gateway) as blocks, open_chain(find_network(network), folder, rpc) as chain:
        refuse_behind(chain)
        address = resolve_one(chain, address, "ADDRESS", folder, ens_rpc, "--ens-rpc")
        found = verify(chain, address, Reader(blocks).content, _paint, sample, progress)
    grades = Counter(found.grades.values())
    told = ", ".join(f"{count} {grade}" for grade, count in sorted(grades.items()))
    proven = f"{len(found.grades)} of {amount(found.minted, 'minted token')} of {found.title} proven"
    line = (f"{proven}: {told}" if told else proven) + (f"; {found.burned} burned" if found.burned else "")
    unminted = found.tokens - found.minted
    details = {
        "address": address, "network": network, "title": found.title, "tokens": found.tokens, "minted": found.minted,
        "proven": len(found.grades), "grades": {str(key): grade for key, grade in found.grades.items()},
        "burned": found.burned, "signer": found.signer,
    }  # fmt: skip
    failures = [Failure(finding.subject, finding.told) for finding in found.findings]
    notes = [*found.notes, *([f"{amount(unminted, 'token')} not minted yet"] if unminted else [])]
    return Report("verify", line, details, failures, complete=not failures and found.minted > 0, notes=notes)


@contextmanager
def _blocks(car: Path | None, gateway: str | None) -> Iterator[Blocks]:
    from collection.ipfs.gateway_blocks import GatewayBlocks
    from collection.transport import Client, Patience, TokenBucket
    from collection.unixfs import Car, CheckedBlocks

    if (car is None) == (gateway is None):
        raise UsageError("the content is read from --car FILE or from --gateway URL", "collection verify --help")
    if gateway is not None:
        client = Client(TokenBucket(100, 100), Patience(tries=2))
        yield CheckedBlocks(GatewayBlocks([gateway.rstrip("/")], client), gateway)
    elif car is not None:
        with Car(car) as opened:
            yield CheckedBlocks(opened, car.name)


def _paint(metadata: Mapping[str, Any]) -> Pixels:
    """What the painter makes of a token's recipe; raises a CollectionError for any other's."""
    from collection.config import Config
    from collection.generate.registry import build_generator
    from collection.publish.metadata import recipe_of
    from collection.store.files import Files

    recipe = recipe_of(metadata)
    if recipe.generator != "painter":
        raise UsageError(f"what made it, {recipe.generator}, needs its own configuration")
    with TemporaryDirectory(prefix="collection-") as folder:
        painter = build_generator(Config(title="proof", supply=1, seed=0), Files(Path(folder) / "files"))
        return painter.generate([recipe])[0].pixels
