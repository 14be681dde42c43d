"""A project's way to the public: its storages, its chain and account, and what proves what went there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from collection.errors import ChainError, PinError, PublishError, UsageError
from collection.project import Project
from collection.stages.published import has_chain, is_hidden, refuse_damaged
from collection.values import Progress, silent

if TYPE_CHECKING:
    from collection.chain.connection import Chain
    from collection.chain.contract import TokenSettings
    from collection.chain.networks import Network
    from collection.chain.transactions import Account
    from collection.ipfs.car_store import CarStore
    from collection.ipfs.pinner import Pinner
    from collection.publish.layout import Tree
    from collection.store.publication_records import Deployment, Token
    from collection.values import Pixels
    from collection.verify.content import Source
    from collection.verify.expected import ExpectedState
    from collection.verify.findings import VerifyReport
    from collection.verify.marks import MarkReader

WATERMARKS_READ = 16
"""Tokens whose watermark `verify` reads, evenly spread, beside those that it renders again."""


class Publication:
    """What it takes to pin, deploy, mint and verify a project's frozen set, as its configuration names it.

    Nothing is contacted before it is asked for. The project stays its opener's to close.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._signer: Account | None = None
        self._agreed = False

    @cached_property
    def cars(self) -> CarStore:
        """The folder of CAR files; what is pinned is always kept here too."""
        from collection.ipfs.car_store import CarStore

        return CarStore(self._project.folder / "car")

    @property
    def pinners(self) -> list[Pinner]:
        """The storages that are to keep what is published; before a reveal none but the CAR file on this disk."""
        hidden = is_hidden(self._project)
        return [pinner for pinner in self._storages if pinner.name == "car" or not hidden]

    @cached_property
    def _storages(self) -> list[Pinner]:
        from collection.ipfs.pinner import open_pinners

        return open_pinners(self._project.config.publish.storage, self.cars.folder)

    @cached_property
    def network(self) -> Network:
        """The chain that the configuration names; nothing is contacted."""
        from collection.chain.networks import find_network

        return find_network(self._project.config.chain.network)

    def _consent(self, network: Network) -> None:
        """Agree to sending to a network: a main one is asked about, once, and its full name must be typed."""
        from collection.chain.networks import refuse_main

        if network.kind != "main" or self._agreed:
            return
        if self._project.confirm is None:
            refuse_main(network)
            return
        answer = self._project.confirm(f"Gas on {network.name} costs money. Type {network.name} to go on: ").strip()
        if answer != network.name:
            raise UsageError(f'"{answer}" is not {network.name}: nothing was sent', "type its full name to agree")
        self._agreed = True

    def refuse_unpinned(self) -> None:
        """Raise PublishError where no storage holds the frozen set: its tokens would lead nowhere.

        The CAR file on this disk counts only where collection.toml names no other storage.
        """
        from collection.ipfs.pin import pending

        store, pinners = self._project.store, self.pinners
        lacking = set(pending(store, pinners))
        storages = [each.name for each in pinners if each.name != "car"] or [each.name for each in pinners]
        if lacking and lacking.issuperset(storages):
            raise PublishError(
                f"the frozen set is not pinned in {' or '.join(storages)}: its tokens would lead nowhere",
                "collection pin",
            )

    @contextmanager
    def chain(self, network: Network | None = None, *, new: bool = False) -> Iterator[Chain]:
        """The chain, contacted; closed at the end. Another network than the configured one is found by its name.

        Raises ChainError where it cannot be reached; also where the embedded one was not made yet, unless it may be
        `new`.
        """
        from collection.chain.connection import open_chain, refuse_behind

        wanted = network or self.network
        refuse_damaged(self._project, wanted)
        if not new and not has_chain(self._project, wanted):
            raise ChainError("this project has no embedded chain", "collection deploy makes it")
        rpc = self._project.config.chain.rpc if wanted == self.network else None
        with open_chain(wanted, self._project.folder, rpc) as chain:
            refuse_behind(chain)
            chain.consent = self._consent
            if not wanted.is_development:  # blocks of those come with transactions alone
                chain.confirmations = self._project.config.chain.confirmations
            yield chain

    def account(self, chain: Chain) -> Account:
        """The account that deploys and mints. The password of a keystore is asked for once, if somebody can be asked.

        Raises KeyMissingError where a key is needed and there is none.
        """
        from collection.chain.transactions import find_account

        if self._signer is None:
            project = self._project
            account = find_account(chain, project.config.chain.key, project.folder, project.ask_password)
            if account.key is None:  # the node's own, which another chain does not have
                return account
            self._signer = account
        return self._signer

    def sign_manifest(self, manifest: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The manifest of a proof, signed by the account that is to deploy; None where nobody can without a question.

        What is returned is the typed data of EIP-712 with `signer` and `signature`: any wallet's library checks it.
        """
        from collection.chain.keys import key_at_hand
        from collection.publish.signature import typed_manifest

        key = key_at_hand(self._project.config.chain.key, self._project.folder)
        if key is None:
            return None
        data = typed_manifest(manifest)
        return {**data, "signer": key.address, "signature": key.sign_typed(data)}

    def token_settings(self, account: Account, receiver: str) -> TokenSettings:
        """What the contract of the frozen set is told once and for all; royalties go to `receiver`.

        Name and symbol are those of the frozen metadata of the contract; the royalty is that of the configuration.
        """
        from collection.chain.contract import TokenSettings
        from collection.chain.deploy import frozen_set

        store, config = self._project.store, self._project.config
        frozen = frozen_set(store)
        described = json.loads(self._project.files.read(frozen.contract_metadata_sha256, ".json"))
        return TokenSettings(
            name=described["name"],
            symbol=described["symbol"],
            owner=account.address,
            max_supply=len(store.token_ids()),
            base_uri=f"ipfs://{frozen.metadata_cid}/",
            contract_uri=f"ipfs://{frozen.root_cid}/collection.json",
            provenance=frozen.provenance,
            royalty_receiver=receiver,
            royalty_basis_points=round(config.royalties.percent * 100),
        )

    @property
    def tree(self) -> Tree:
        """The directory that is published, as the project's own files; empty if nothing is frozen."""
        from collection.publish.layout import published_tree

        frozen = self._project.store.frozen()
        return published_tree(self._project.files, frozen, self._project.store.tokens(frozen)) if frozen else {}

    def deployment(self, address: str | None = None) -> Deployment:
        """A contract of this project: that at `address`, or else that of the frozen set on the configured network.

        Raises ChainError where there is none, UsageError where `address` is mistyped.
        """
        from collection.chain.deploy import frozen_set
        from collection.config.accounts import wrong_address

        store = self._project.store
        if address is None:
            known = store.deployment(self.network.chain_id, frozen_set(store).root_cid)
            if known is None or known.status != "confirmed":
                raise ChainError(f"the frozen set has no contract on {self.network.name}", "collection deploy")
            return known
        if wrong := wrong_address(address):
            raise UsageError(f'"{address}" is no address', wrong)
        of_project = store.deployments()
        found = [each for each in of_project if each.address.lower() == address.lower() and each.status == "confirmed"]
        if not found and any(
            each.address.lower() == address.lower() for each in store.companions(self.network.chain_id)
        ):
            raise ChainError(
                f"{address} is no contract of tokens, but one beside them: `collection verify` reads it with them",
                "collection editions verify, for copies alone",
            )
        if not found:
            named = ", ".join(f"{each.address} on {each.network}" for each in of_project)
            raise ChainError(f"{address} is no contract of this project", f"its contracts: {named or 'none yet'}")
        return found[-1]

    def tokens(self, deployment: Deployment) -> list[Token]:
        """The frozen tokens of a contract, by id."""
        from collection.verify.expected import expected_state

        return list(expected_state(self._project.store, deployment).tokens)

    def verify(self, deployment: Deployment, sample: int = 0, progress: Progress = silent) -> VerifyReport:
        """Compare a contract of this project, its tokens and their content with what was recorded; no key is needed.

        `sample` tokens, evenly spread over those whose recipes can be rendered again, are.
        """
        from collection.chain.networks import find_network
        from collection.verify.expected import expected_state
        from collection.verify.verify import spread, verify

        store = self._project.store
        expected = expected_state(store, deployment)
        chosen = spread(expected.tokens, sample)
        with ExitStack() as stack:
            sources, unreadable = self._sources(deployment.root_cid, stack)
            chain = stack.enter_context(self.chain(find_network(deployment.network)))
            return verify(
                store, chain, expected, sources, self.rerender, sample=chosen, marks=self._mark_reader(expected),
                unreadable=unreadable, progress=progress,
            )  # fmt: skip

    @contextmanager
    def sources(self) -> Iterator[tuple[list[Source], dict[str, str]]]:
        """The storages that keep the frozen set, open; and why the others could not be opened."""
        from collection.chain.deploy import frozen_set

        with ExitStack() as stack:
            yield self._sources(frozen_set(self._project.store).root_cid, stack)

    def _sources(self, root: str, stack: ExitStack) -> tuple[list[Source], dict[str, str]]:
        """The storages of the configuration, opened where they keep `root`; and why the others could not be."""
        from collection.unixfs import Reader
        from collection.verify.content import Source

        sources, unreadable = [], {}
        for pinner in self.pinners:
            try:
                blocks = stack.enter_context(pinner.blocks(root))
            except PinError as error:
                unreadable[pinner.name] = error.message.removeprefix(f"{pinner.name} ")
            else:
                sources.append(Source(pinner.name, Reader(blocks).content))
        return sources, unreadable

    def _mark_reader(self, expected: ExpectedState) -> MarkReader:
        """What reads the marks of published pictures; without the key of the watermark, all marks but that."""
        from collection.publish.watermarks import key_of, watermark_of
        from collection.verify.marks import MarkReader

        config, numbers = self._project.config, [token.token_id for token in expected.tokens]
        closely = frozenset(numbers[:: max(1, len(numbers) // WATERMARKS_READ)])
        try:
            return MarkReader(watermark_of(config), key_of(config), closely)
        except PublishError:  # the key is not here, and none is needed for the rest
            return MarkReader(watermark_of(config), None)

    def rerender(self, metadata: Mapping[str, Any]) -> Pixels:
        """What the recipe in a token's metadata makes now, with alpha where it has any."""
        from collection.publish.metadata import recipe_of

        return self._project.generator.generate([recipe_of(metadata)])[0].channels


def publication_of(project: Project) -> Publication:
    """A project's way to the public: the same one as long as the project is open."""
    return project.once(Publication)
