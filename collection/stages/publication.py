"""A project's way to the public: its storages, its chain and account, and what proves what went there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from collection.project import Project

if TYPE_CHECKING:
    from collection.chain.connection import Chain
    from collection.chain.contract import TokenSettings
    from collection.chain.networks import Network
    from collection.chain.transactions import Account
    from collection.ipfs.car_store import CarStore
    from collection.ipfs.pinner import Pinner
    from collection.unixfs import Car
    from collection.verify.verify import Evidence


class Publication:
    """What it takes to pin, deploy, mint and verify a project's frozen set, as its configuration names it.

    Nothing is contacted before it is asked for. The project stays its opener's to close.
    """

    def __init__(self, project: Project) -> None:
        self._project = project

    @cached_property
    def cars(self) -> CarStore:
        """The folder of CAR files; what is pinned is always kept here too."""
        from collection.ipfs.car_store import CarStore

        return CarStore(self._project.folder / "car")

    @cached_property
    def pinners(self) -> list[Pinner]:
        """Whoever is to keep what is published."""
        from collection.ipfs.pinner import open_pinners

        return open_pinners(self._project.config.publish.storage, self.cars.folder)

    @cached_property
    def network(self) -> Network:
        """The chain that the configuration names; nothing is contacted."""
        from collection.chain.networks import find_network

        return find_network(self._project.config.chain.network)

    @contextmanager
    def chain(self) -> Iterator[Chain]:
        """The chain, contacted; closed at the end."""
        from collection.chain.connection import open_chain

        with open_chain(self.network, self._project.folder, self._project.config.chain.rpc) as chain:
            yield chain

    def account(self, chain: Chain) -> Account:
        """Who deploys and mints."""
        from collection.chain.transactions import find_account

        return find_account(chain, self._project.config.chain.key, self._project.folder)

    def token_settings(self, account: Account) -> TokenSettings:
        """What the contract of the frozen set is told once and for all."""
        from collection.chain.contract import TokenSettings
        from collection.chain.deploy import frozen_set

        store, config = self._project.store, self._project.config
        frozen = frozen_set(store)
        paid = config.royalties.receiver or next((artist.address for artist in config.artists if artist.address), None)
        return TokenSettings(
            name=config.title,
            symbol=config.token_symbol,
            owner=account.address,
            max_supply=len(store.tokens()),
            base_uri=f"ipfs://{frozen.metadata_cid}/",
            contract_uri=f"ipfs://{frozen.root_cid}/collection.json",
            provenance=frozen.provenance,
            royalty_receiver=paid or account.address,
            royalty_basis_points=round(config.royalties.percent * 100),
        )

    @contextmanager
    def evidence(self, account: Account, sample: int) -> Iterator[Evidence]:
        """What `verify` compares the chain with: the published content, read where it was pinned, and new renderings.

        `sample` tokens, evenly spread over those that were generated, are rendered again.
        """
        from collection.publish.provenance import provenance_hash
        from collection.unixfs import read_uri
        from collection.verify.verify import Evidence

        tokens = [token for token in self._project.store.tokens() if token.asset.recipe]
        sample = min(sample, len(tokens))
        chosen = {tokens[place * len(tokens) // sample].token_id for place in range(sample)} if tokens else set()
        with self._published() as car:
            yield Evidence(self.token_settings(account), partial(read_uri, car), self.rerender, provenance_hash, chosen)

    @contextmanager
    def _published(self) -> Iterator[Car]:
        """The frozen set as the last of its storages gives it back, every block checked against its CID."""
        from collection.chain.deploy import frozen_set
        from collection.unixfs import Car

        root, pinner = frozen_set(self._project.store).root_cid, self.pinners[-1]
        with TemporaryDirectory(prefix="collection-") as folder:
            path = Path(folder) / f"{root}.car"
            pinner.export(root, path)
            with Car(path) as car:
                yield car

    def rerender(self, metadata: Mapping[str, Any]) -> str:
        """The pixel hash of what the recipe in a token's metadata makes now."""
        from collection.pictures.files import pixel_sha256
        from collection.publish.metadata import recipe_of

        return pixel_sha256(self._project.generator.generate([recipe_of(metadata)])[0].pixels)
