"""The sale: its terms by phase, its vouchers, and its contract as Python sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from collection.chain.addresses import checksummed
from collection.chain.companions import deploy_companion
from collection.chain.compiled import artifact
from collection.chain.connection import Chain
from collection.chain.transactions import Account, carry_out
from collection.store.publication_records import Companion, Deployment
from collection.store.store import Store

if TYPE_CHECKING:
    from web3.contract.contract import ContractFunction
    from web3.types import Wei

NAME, VERSION = "Collection Sale", "1"
"""Of the signing domain (EIP-712)."""


@dataclass(frozen=True, slots=True)
class Terms:
    """A phase as the contract keeps it."""

    start: int
    """Seconds of the Unix epoch."""
    end: int
    """The same; 0: it has no end."""
    price: int
    """Wei a token."""
    per_account: int
    """Most tokens an account buys; 0: any number."""
    supply: int
    """Most tokens it sells; 0: as many as there are."""
    root: bytes
    """Of its allowlist, 32 bytes; empty: everybody may buy."""

    def as_argument(self) -> tuple[Any, ...]:
        """The struct of the contract."""
        return (self.start, self.end, self.price, self.per_account, self.supply, self.root or bytes(32))


@dataclass(frozen=True, slots=True)
class Voucher:
    """A promise of tokens at a price, to be signed by the owner of the sale."""

    recipient: str
    quantity: int
    price: int
    """Wei a token."""
    deadline: int
    """Seconds of the Unix epoch."""
    nonce: int

    def as_argument(self) -> tuple[Any, ...]:
        """The struct of the contract."""
        return (checksummed(self.recipient), self.quantity, self.price, self.deadline, self.nonce)


def typed_voucher(chain_id: int, sale: str, voucher: Voucher) -> dict[str, Any]:
    """The typed data of EIP-712 that is signed: any wallet's library makes the same hash of it."""
    fields = ("recipient", "quantity", "price", "deadline", "nonce")
    return {
        "types": {
            "EIP712Domain": [
                {"name": "name", "type": "string"},
                {"name": "version", "type": "string"},
                {"name": "chainId", "type": "uint256"},
                {"name": "verifyingContract", "type": "address"},
            ],
            "Voucher": [{"name": name, "type": "address" if name == "recipient" else "uint256"} for name in fields],
        },
        "primaryType": "Voucher",
        "domain": {"name": NAME, "version": VERSION, "chainId": chain_id, "verifyingContract": checksummed(sale)},
        "message": dict(zip(fields, voucher.as_argument(), strict=True)),
    }


def sale_settings(token: str, owner: str, payee: str) -> dict[str, Any]:
    """What a sale is told once and for all, in JSON values; its phases can be changed."""
    return {"token": str(checksummed(token)), "owner": str(checksummed(owner)), "payee": str(checksummed(payee))}


def deploy_sale(
    store: Store, chain: Chain, account: Account, token: str, payee: str, phases: Sequence[Terms]
) -> tuple[Companion, int]:
    """Deploy the sale of a contract with these phases, unless it has one; `account` owns it. Returns it and the gas."""
    settings = sale_settings(token, account.address, payee)
    arguments = [*settings.values(), [terms.as_argument() for terms in phases]]
    return deploy_companion(
        store, chain, account, "sale", settings, arguments, lambda address: SaleContract(chain, address).told()
    )


def sale_of(store: Store, deployment: Deployment) -> Companion | None:
    """The sale of a contract, by the records; the newest, if there were several."""
    sales = store.companions(deployment.chain_id, "sale")
    return next((each for each in reversed(sales) if each.settings["token"] == deployment.address), None)


class SaleContract:
    """A deployed sale. Every method asks the chain, and raises ChainError where it refuses."""

    def __init__(self, chain: Chain, address: str) -> None:
        self.chain, self.address = chain, checksummed(address)
        self._abi = [*artifact("Sale").abi, *(each for each in artifact().abi if each["type"] == "error")]
        self._contract = chain.web3.eth.contract(address=self.address, abi=self._abi)

    def _read(self, function: str, *arguments: Any) -> Any:
        with self.chain.translated(self._abi):
            return self._contract.functions[function](*arguments).call()

    def phases(self) -> list[Terms]:
        """All phases, by their numbers."""
        return [
            Terms(start, end, price, per_account, supply, b"" if root == bytes(32) else bytes(root))
            for start, end, price, per_account, supply, root in self._read("phases")
        ]

    def sold(self, phase: int) -> int:
        """Tokens that a phase sold."""
        return int(self._read("sold", phase))

    def told(self) -> dict[str, str]:
        """Token, owner and payee, as `sale_settings` has them."""
        return sale_settings(*(self._read(name) for name in ("token", "owner", "payee")))

    def paused(self) -> bool:
        """Whether it sells nothing."""
        return bool(self._read("paused"))

    def call(self, function: str, *arguments: Any) -> ContractFunction:
        """A call that changes something, to be sent."""
        return self._contract.functions[function](*arguments)

    def carry_out(self, account: Account, function: str, *arguments: Any, value: int = 0) -> int:
        """Send a call and wait until it is mined; returns the gas. `value` is paid, in wei."""
        what = f"{function} of the sale"
        done = carry_out(self.chain, account, self.call(function, *arguments), self._abi, what, value)
        return done.gas

    def simulate(self, sender: str, value: int, function: str, *arguments: Any) -> None:
        """Try a call as `sender`, who pays `value` wei, without sending it; raises ChainError where it is refused."""
        with self.chain.translated(self._abi):
            self.call(function, *arguments).call({"from": checksummed(sender), "value": cast("Wei", value)})
