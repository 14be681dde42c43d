"""Error translation: what a node or a contract refuses becomes a ChainError, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from collection.chain.networks import Network
from collection.errors import ChainError

_START = {
    "anvil": "collection chain start, or in another terminal: anvil",
    "hardhat": "collection chain start, or in another terminal: npx hardhat node",
    "ganache": "collection chain start, or in another terminal: ganache",
}

_HINTS = {
    "OwnableUnauthorizedAccount": "only the owner of the contract may do that: chain.key must name the key of the "
    "account that deployed it",
    "UnexpectedTokenId": "something else minted meanwhile: run this again",
    "UnexpectedSupply": "something else minted meanwhile: run this again",
    "EditionFull": "`collection editions` shows how many copies there are, and how many there may be",
    "EditionsClosed": "nothing is minted any more; `collection editions` shows how many copies there are",
    "MetadataLocked": "the metadata is frozen for ever",
    "PaymentRefused": "the account is a contract that takes no payment: what is due to it stays in the splitter",
}
"""What to do where the contract refuses with these errors."""


def redacted(address: str) -> str:
    """An RPC address as it may be shown: what comes before the host and after the port is often a secret."""
    parts = urlsplit(address)
    if not parts.hostname:
        return "an address that does not begin with http:// or https://"
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}"


@contextmanager
def translated(network: Network, address: str, abi: Sequence[Any] = ()) -> Iterator[None]:
    """Turn what web3 raises inside into a ChainError that names the node, or the contract's own error by `abi`."""
    from requests.exceptions import RequestException
    from web3.exceptions import BadFunctionCallOutput, ContractLogicError, TimeExhausted, Web3Exception

    try:
        yield
    except RequestException as error:
        # Its text repeats the whole address, so it is neither told nor chained.
        raise _unreachable(network, address, type(error).__name__) from None
    except ContractLogicError as error:
        why = reason(error, abi)
        raise ChainError(f"the contract refused: {why}", hint=_HINTS.get(why.partition("(")[0])) from error
    except BadFunctionCallOutput as error:
        raise ChainError(f"there is no collection contract at that address on {network.name}") from error
    except TimeExhausted as error:
        raise ChainError(
            f"{network.name} has not mined the transaction yet", hint="run this again: nothing is sent twice"
        ) from error
    except Web3Exception as error:
        raise ChainError(f"{network.name} refused: {_message(error)}") from error


def _unreachable(network: Network, address: str, kind: str) -> ChainError:
    hint = _START.get(network.name, "check chain.rpc and the connection")
    return ChainError(f"no answer from {network.name} at {redacted(address)} ({kind})", hint=hint)


def reason(error: Any, abi: Sequence[Any]) -> str:
    """Why a contract reverted: its custom error with named values, its reason string, or what the node said."""
    data = error.data
    if isinstance(data, dict):  # Ganache, on estimates
        data = data.get("result")
    return (isinstance(data, str) and _custom_error(data, abi)) or str(error.message or "no reason given")


def _custom_error(data: str, abi: Sequence[Any]) -> str:
    from eth_abi.abi import decode
    from eth_utils.abi import function_abi_to_4byte_selector

    for entry in abi:
        if entry["type"] == "error" and data.startswith("0x" + function_abi_to_4byte_selector(entry).hex()):
            values = decode([each["type"] for each in entry["inputs"]], bytes.fromhex(data[10:]))
            named = (f"{each['name']} {value}" for each, value in zip(entry["inputs"], values, strict=True))
            return f"{entry['name']}({', '.join(named)})"
    return ""


def _message(error: Exception) -> str:
    response = getattr(error, "rpc_response", None) or {}
    told = response.get("error")
    return str(told.get("message")) if isinstance(told, dict) else str(error)
