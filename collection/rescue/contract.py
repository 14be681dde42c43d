"""What a stranger's contract says: its kind, its token ids, their URIs, and who may change them. Nothing is sent.

Sources: ERC-165, ERC-721 with its metadata and enumerable extensions, ERC-2309, ERC-1155, ERC-1967 (proxies), ERC-173
(owner).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from collection.chain.addresses import NOBODY, checksummed
from collection.chain.batches import BATCH
from collection.chain.connection import Chain
from collection.chain.mint_logs import all_mints, consecutive_mints
from collection.errors import ChainError
from collection.values import amount

ERC721, ERC1155, ENUMERABLE = "80ac58cd", "d9b67a26", "780e9d63"
_IMPLEMENTATION = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc"
"""The slot of ERC-1967 that holds the code of a proxy."""
_SETTERS = (
    "setBaseURI(string)", "setBaseTokenURI(string)", "setTokenURI(uint256,string)", "setURI(string)",
    "setURI(uint256,string)", "updateBaseURI(string)", "setUriPrefix(string)", "setHiddenMetadataUri(string)",
    "setRevealed(bool)", "reveal()", "reveal(uint256,bytes)", "updateBatchBaseURI(uint256,string)",
)  # fmt: skip
"""Functions of widespread contracts by which metadata is moved."""
MOST_TOKENS = 100_000
_TRIES = 5


@dataclass(frozen=True, slots=True)
class ContractFacts:
    """What is known of a contract."""

    address: str
    standard: str
    """ERC-721 or ERC-1155."""
    name: str
    enumerable: bool
    owner: str | None
    """Who owns it (ERC-173); None where it does not say, or nobody does."""
    setters: tuple[str, ...]
    """Functions in its code by which its metadata can be moved, as far as they have a usual name."""
    upgradeable: bool
    """Whether it is a proxy whose code can be replaced (ERC-1967)."""
    frozen: bool
    """Whether it says itself that its metadata is frozen (metadataFrozen)."""
    contract_uri: str

    @property
    def can_move(self) -> bool:
        """Whether somebody's key can move the metadata, as far as it can be told."""
        return self.upgradeable or (bool(self.setters) and not self.frozen)


def contract_facts(chain: Chain, address: str, *, assume_1155: bool = False) -> ContractFacts:
    """Ask a contract what it is. Raises ChainError where there is none, or it is no token contract."""
    place = checksummed(address)
    with chain.translated():
        code = bytes(chain.web3.eth.get_code(place))
        slot = bytes(chain.web3.eth.get_storage_at(place, int(_IMPLEMENTATION, 16)))
    if not code:
        raise ChainError(f"there is no contract at {place} on {chain.network.name}", "name the network: --network")
    told = _ask(chain, place, [
        *(_selector("supportsInterface(bytes4)") + kind.ljust(64, "0") for kind in (ERC721, ERC1155, ENUMERABLE)),
        *map(_selector, ("name()", "owner()", "metadataFrozen()", "contractURI()")),
    ])  # fmt: skip
    is_721, is_1155, enumerable = (_bool(answer) for answer in told[:3])
    standard = "ERC-1155" if assume_1155 or (is_1155 and not is_721) else "ERC-721"
    if not (is_721 or is_1155 or assume_1155):
        raise ChainError(
            f"the contract at {place} says that it is neither ERC-721 nor ERC-1155",
            "collection rescue ADDRESS --ids 1-100 --erc1155 asks for uri(id) all the same",
        )
    if any(slot):  # the code that does the work is the implementation's
        with chain.translated():
            code += bytes(chain.web3.eth.get_code(checksummed("0x" + slot[-20:].hex())))
    owner = _address(told[4])
    setters = tuple(name for name in _SETTERS if bytes.fromhex(_selector(name)) in code)
    return ContractFacts(
        place, standard, _text(told[3]) or "", enumerable, owner, setters, any(slot), _bool(told[5]),
        _text(told[6]) or "",
    )  # fmt: skip


def token_ids(chain: Chain, facts: ContractFacts, from_block: int = 0) -> list[int]:
    """Every token id: from the enumeration of ERC-721 where there is one, else from the logs of mints, of
    one token or (ERC-2309) of many.

    Raises ChainError for an ERC-1155 contract, whose ids nobody can list, and for more than 100,000 tokens.
    """
    if facts.standard == "ERC-1155":
        raise ChainError("an ERC-1155 contract cannot list its ids", "name them: --ids 1-100,205")
    if facts.enumerable:
        total = _number(_ask(chain, facts.address, [_selector("totalSupply()")])[0])
        if total is not None:
            _check_count(total)
            calls = [_selector("tokenByIndex(uint256)") + f"{place:064x}" for place in range(total)]
            found = [_number(answer) for answer in _ask(chain, facts.address, calls)]
            return sorted({each for each in found if each is not None})
    ids: set[int] = set()
    for minted in all_mints(chain, facts.address, from_block):
        ids |= minted.keys()
        _check_count(len(ids))
    for run in consecutive_mints(chain, facts.address, from_block):
        _check_count(len(ids) + max(0, run.stop - run.start))
        ids.update(run)
    return sorted(ids)


def token_uris(chain: Chain, facts: ContractFacts, ids: Sequence[int]) -> Iterator[tuple[int, str | None]]:
    """The URI of each token; None where the contract refuses to tell one, as it does for a burned token.

    In a URI of ERC-1155, {id} is filled in as 64 hexadecimal digits.
    """
    is_1155 = facts.standard == "ERC-1155"
    select = _selector("uri(uint256)" if is_1155 else "tokenURI(uint256)")
    for begin in range(0, len(ids), BATCH):
        some = ids[begin : begin + BATCH]
        answers = _ask(chain, facts.address, [f"{select}{token_id:064x}" for token_id in some])
        for token_id, answer in zip(some, answers, strict=True):
            uri = _text(answer)
            yield token_id, uri.replace("{id}", f"{token_id:064x}") if uri and is_1155 else uri


def _check_count(count: int) -> None:
    if count > MOST_TOKENS:
        raise ChainError(
            f"the contract has {amount(count, 'token')}", f"name at most {MOST_TOKENS:,} of them: --ids 1-10000"
        )


def _ask(chain: Chain, address: str, calls: Sequence[str], wait: Callable[[float], None] = time.sleep) -> list[Any]:
    """What a contract answers to each call, as bytes; None where it refuses. A busy node is asked again."""
    requests = [("eth_call", [{"to": address, "data": f"0x{data}"}, "latest"]) for data in calls]
    for left in reversed(range(_TRIES)):
        try:
            answers = chain.ask_each(requests)
            break
        except ChainError:
            if not left:
                raise
            wait(2.0 ** (_TRIES - left - 1))
    return [None if isinstance(answer, Exception) else _bytes(answer) for answer in answers]


def _bytes(answer: Any) -> bytes:
    if isinstance(answer, str):
        return bytes.fromhex(answer.removeprefix("0x"))
    return bytes(answer)


def _selector(signature: str) -> str:
    from eth_utils.abi import function_signature_to_4byte_selector

    return function_signature_to_4byte_selector(signature).hex()


def _number(answer: bytes | None) -> int | None:
    return int.from_bytes(answer[:32], "big") if answer and len(answer) >= 32 else None


def _bool(answer: bytes | None) -> bool:
    return _number(answer) == 1


def _address(answer: bytes | None) -> str | None:
    number = _number(answer)
    if number is None or not 0 < number < 1 << 160:
        return None
    found = checksummed(f"0x{number:040x}")
    return None if found == NOBODY else found


def _text(answer: bytes | None) -> str | None:
    """The string of an answer; None where it holds none. Bytes that are no UTF-8 are replaced."""
    if answer is None or len(answer) < 64:
        return None
    begin = int.from_bytes(answer[:32], "big")
    if begin + 32 > len(answer):
        return None
    length = int.from_bytes(answer[begin : begin + 32], "big")
    if begin + 32 + length > len(answer):
        return None
    return answer[begin + 32 : begin + 32 + length].decode("utf-8", "replace")
