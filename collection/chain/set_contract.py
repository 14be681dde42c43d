"""What every contract of a frozen set tells, whether it is of tokens or of copies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from collection.chain.addresses import checksummed
from collection.chain.compiled import Artifact
from collection.chain.connection import Chain
from collection.chain.transactions import number_of
from collection.errors import ChainError


class SetContract:
    """A deployed contract of a frozen set. Every method asks the chain, and raises ChainError where it refuses."""

    def __init__(self, chain: Chain, address: str, compiled: Artifact) -> None:
        """`compiled` is what was deployed at the address."""
        self.chain = chain
        self.address = checksummed(address)
        self.artifact = compiled
        self._contract = chain.web3.eth.contract(address=self.address, abi=self.artifact.abi)

    def _read(self, function: str, *arguments: Any) -> Any:
        with self.chain.translated(self.artifact.abi):
            return self._contract.functions[function](*arguments).call()

    def _read_each(self, function: str, kind: str, numbers: Sequence[int]) -> dict[int, Any]:
        """What a function of one number gives for each, as a value of ABI type `kind`."""
        from eth_abi.abi import decode
        from eth_abi.exceptions import DecodingError
        from eth_utils.abi import function_signature_to_4byte_selector
        from hexbytes import HexBytes

        selector = function_signature_to_4byte_selector(f"{function}(uint256)")
        data = ("0x" + (selector + number.to_bytes(32, "big")).hex() for number in numbers)
        answers = self.chain.ask_all([("eth_call", [{"to": self.address, "data": call}, "latest"]) for call in data])
        try:
            values = [decode([kind], bytes(HexBytes(answer)))[0] for answer in answers]
        except DecodingError as error:
            raise ChainError(f"{self.address} on {self.chain.network.name} is no collection contract") from error
        return dict(zip(numbers, values, strict=True))

    def name(self) -> str:
        """The collection's name."""
        return str(self._read("name"))

    def symbol(self) -> str:
        """Its ticker."""
        return str(self._read("symbol"))

    def owner(self) -> str:
        """The account that may mint."""
        return str(self._read("owner"))

    def base_uri(self) -> str:
        """The beginning of every document's URI."""
        return str(self._read("baseURI"))

    def contract_uri(self) -> str:
        """Where the description of the collection lies (ERC-7572)."""
        return str(self._read("contractURI"))

    def provenance(self) -> str:
        """The provenance hash, 64 hex digits."""
        return bytes(self._read("provenanceHash")).hex()

    def royalty_info(self, token_id: int, price: int) -> tuple[str, int]:
        """(receiver, amount) of a sale, in the unit of the price (ERC-2981)."""
        receiver, amount = self._read("royaltyInfo", token_id, price)
        return str(receiver), int(amount)

    def is_genuine(self) -> bool:
        """Whether the code at the address is that of the artifact."""
        with self.chain.translated():
            return self.artifact.made(bytes(self.chain.web3.eth.get_code(self.address)))

    def created_in(self, tx_hash: str) -> int:
        """The block of a transaction; 0 where the node does not know it."""
        [receipt] = self.chain.ask_all([("eth_getTransactionReceipt", [tx_hash])])
        return number_of(receipt["blockNumber"]) if receipt else 0
