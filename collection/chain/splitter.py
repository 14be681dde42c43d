"""The splitter: what royalties and sales bring goes to it, and it owes each artist their share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from collection.chain.addresses import NOBODY, checksummed
from collection.chain.companions import Told, deploy_companion, known_companion
from collection.chain.compiled import artifact
from collection.chain.connection import Chain
from collection.chain.transactions import Account, carry_out
from collection.config.publishing import Artist
from collection.config.shares import apportion
from collection.errors import ChainError
from collection.store.publication_records import Companion
from collection.store.store import Store

UNITS = 1_000_000
"""Shares of a percent: the contract counts in millionths of a percent, the metadata in percent."""


@dataclass(frozen=True, slots=True)
class Payee:
    """An account that is paid, and its shares; all shares make 100 * UNITS."""

    address: str
    shares: int

    def __str__(self) -> str:
        return f"{Decimal(self.shares) / UNITS:f} % to {self.address}"


def payees_of(artists: Iterable[Artist]) -> tuple[Payee, ...]:
    """Who shares what is paid, in the order of the artists; empty unless two of them have addresses that differ.

    Artists of one address are one payee. An artist without one is left out: `missing_addresses` names them.
    """
    shares: dict[str, Fraction] = {}
    for artist in artists:
        if artist.address and artist.share:
            address = checksummed(artist.address)
            shares[address] = shares.get(address, Fraction(0)) + Fraction(repr(artist.share))
    if len(shares) < 2:
        return ()
    # of artists without an address the shares are missing, and `refuse_missing_addresses` stops what would pay them
    units = apportion(shares, round(sum(shares.values()) * UNITS))
    return tuple(Payee(address, units[address]) for address in shares if address in units)


def refuse_missing_addresses(artists: Sequence[Artist]) -> None:
    """Raise ChainError for an artist without an address whose share a splitter would have to pay to the others."""
    for artist in artists:
        if artist.address is None and artist.share and payees_of(artists):
            raise ChainError(
                f'[[artists]] "{artist.name}" has a share of {artist.share:g} % and no address, and others have one: '
                "their splitter would pay that share to them",
                'address = "0x..." for each artist, or royalties.receiver for one account that gets everything',
            )


def in_words(payees: Iterable[Payee]) -> str:
    """Who is paid how much: 60 % to 0x..., 40 % to 0x..."""
    return ", ".join(map(str, payees)) or "nobody"


def settings_of(payees: Sequence[Payee]) -> dict[str, Any]:
    """What the constructor is told, in JSON values."""
    return {"payees": [[payee.address, payee.shares] for payee in payees]}


def known_splitter(store: Store, chain: Chain, payees: Sequence[Payee]) -> Companion | None:
    """The splitter of these payees that is on the chain, if one is."""
    return known_companion(store, chain, "splitter", settings_of(payees), _told(chain))


def deploy_splitter(store: Store, chain: Chain, account: Account, payees: Sequence[Payee]) -> tuple[Companion, int]:
    """Deploy the splitter of these payees, unless there is one on this chain; returns it and the gas.

    One splitter serves every collection of the same artists and shares.
    """
    settings = settings_of(payees)
    argument = [(payee.address, payee.shares) for payee in payees]
    return deploy_companion(store, chain, account, "splitter", settings, [argument], _told(chain))


def _told(chain: Chain) -> Told:
    return lambda address: settings_of(SplitterContract(chain, address).payees())


class SplitterContract:
    """A deployed splitter. Every method asks the chain, and raises ChainError where it refuses."""

    def __init__(self, chain: Chain, address: str) -> None:
        self.chain, self.address = chain, checksummed(address)
        self._abi = artifact("Splitter").abi
        self._contract = chain.web3.eth.contract(address=self.address, abi=self._abi)

    def payees(self) -> tuple[Payee, ...]:
        """Everybody who is paid, with their shares."""
        with self.chain.translated(self._abi):
            return tuple(
                Payee(checksummed(address), shares) for address, shares in self._contract.functions.payees().call()
            )

    def due(self, address: str, currency: str = NOBODY) -> int:
        """What an account can take now, in the smallest unit of a currency: an ERC-20 contract, or the chain's own."""
        with self.chain.translated(self._abi):
            return int(self._contract.functions.due(checksummed(address), checksummed(currency)).call())

    def release(self, account: Account, address: str, currency: str = NOBODY) -> int:
        """Pay an account what is due to it; `account` sends the transaction. Returns the gas."""
        call = self._contract.functions.release(checksummed(address), checksummed(currency))
        return carry_out(self.chain, account, call, self._abi, f"pay {address}").gas
