"""An external signer: a program or device that holds the key, asked by JSON-RPC, and whose answers are checked.

`signer:ADDRESS@URL` names the account and where the signer listens. Signers that speak as nodes do (Web3Signer:
eth_signTransaction) and Clef (account_signTransaction) are asked by the method that they have. What comes back is sent
only if its fields are those of the transaction that was asked for and its signature is of that account.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from collection.chain.addresses import checksummed
from collection.errors import ChainError, ConfigError
from collection.transport import Client, Patience, RequestError

SECONDS = 600.0
"""How long a person may look at a transaction before they sign it."""
_UNKNOWN_METHOD = -32601
_JSON = {"Content-Type": "application/json"}
_QUANTITIES = ("nonce", "gas", "gasPrice", "maxFeePerGas", "maxPriorityFeePerGas", "value", "chainId")


@dataclass(frozen=True, slots=True)
class ExternalSigner:
    """Signs for one account, elsewhere."""

    address: str
    url: str

    def __repr__(self) -> str:
        return f"<external signer of {self.address}>"  # its address may hold a secret

    def sign(self, transaction: Mapping[str, Any]) -> bytes:
        """The signed transaction; raises ChainError where the signer refuses, or signs something else."""
        told = {key: hex(transaction[key]) for key in _QUANTITIES if key in transaction}
        told |= {"to": transaction.get("to") or "0x", "data": _plain("data", transaction.get("data"))}
        told["input"] = told["data"]  # by the one name or by the other
        if told["to"] == "0x":  # a contract is created
            del told["to"]
        answer = self._ask(("eth_signTransaction", "account_signTransaction"), [{**told, "from": self.address}])
        raw = answer.get("raw") if isinstance(answer, dict) else answer
        signed = _bytes(raw)
        if signed is None:
            raise ChainError(f"the signer of {self.address} gave no signed transaction: nothing was sent")
        if why := difference(transaction, signed, self.address):
            raise ChainError(
                f"the signer signed another transaction than was asked for ({why}): nothing was sent",
                "look at what the signer changes, such as gas or fees, and switch that off",
            )
        return signed

    def sign_typed(self, data: Mapping[str, Any]) -> str:
        """The signature of typed data (EIP-712); raises ChainError where it is not of that account and data."""
        from eth_account import Account
        from eth_account.messages import encode_typed_data

        methods = ("eth_signTypedData_v4", "eth_signTypedData", "account_signTypedData")
        answer = self._ask(methods, [self.address, dict(data)])
        try:
            found = Account.recover_message(encode_typed_data(full_message=dict(data)), signature=str(answer))
        except Exception as error:  # whatever a wrong signature makes the library raise
            raise ChainError(f"the signer of {self.address} gave no signature") from error
        if str(found).lower() != self.address.lower():
            raise ChainError(f"the signer signed with {found}, not with {self.address}: it is not used")
        return str(answer)

    def _ask(self, methods: tuple[str, ...], parameters: list[Any]) -> Any:
        """The result of the first of these methods that the signer has."""
        client, failed = Client(patience=Patience(tries=1, seconds=SECONDS)), dict[str, Any]()
        for method in methods:
            body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}).encode()
            try:
                reply = client.ask("POST", self.url, _JSON, body, accept=frozenset({400}))
                told = json.loads(reply.body)
            except RequestError as error:
                raise ChainError(f"the signer of {self.address} does not answer: {error.message}") from None
            except ValueError:
                raise ChainError(f"the answer of the signer of {self.address} is no JSON") from None
            if not isinstance(told, dict):
                raise ChainError(f"the answer of the signer of {self.address} is no JSON-RPC")
            if not told.get("error"):
                return told.get("result")
            failed = told["error"] if isinstance(told["error"], dict) else {"message": told["error"]}
            if failed.get("code") != _UNKNOWN_METHOD:
                break
        raise ChainError(
            f"the signer of {self.address} refused: {str(failed.get('message'))[:200]}", "nothing was sent; try again"
        )


def external_signer(place: str) -> ExternalSigner:
    """The signer that ADDRESS@URL names; the URL may be env:NAME. Raises ConfigError for what is none."""
    address, _, url = place.partition("@")
    hint = 'key = "signer:0x...@http://127.0.0.1:8550", or signer:0x...@env:NAME'
    if url.startswith("env:"):
        url = os.environ.get(url.removeprefix("env:"), "").strip()
    try:
        account = checksummed(address)
    except ChainError as error:
        raise ConfigError(f"chain.key: {error.message}", error.hint) from error
    if not re.match(r"https?://[^\s/]", url):
        raise ConfigError("chain.key names no address of a signer that begins with http:// or https://", hint)
    return ExternalSigner(account, url)


def difference(wanted: Mapping[str, Any], signed: bytes, address: str) -> str:
    """What of a signed transaction is not as wanted, in words; "" where it is that one, signed by that account.

    The fields are read back from the bytes: typed transactions (EIP-2718) of EIP-1559, and legacy ones (EIP-155).
    """
    from eth_account import Account

    try:
        found = _fields(signed)
        signer = str(Account.recover_transaction(signed))
    except Exception as error:  # whatever bytes that are no transaction make the libraries raise
        return f"it cannot be read: {type(error).__name__}"
    for name, value in found.items():
        expected = _plain(name, wanted.get(name))
        if value != expected:
            return f"its {name} is {value}, not {expected}"
    missing = {name for name in wanted if name in _QUANTITIES and name not in found}
    if missing:
        return f"it has no {', '.join(sorted(missing))}"
    return "" if signer.lower() == address.lower() else f"it is signed by {signer}"


def _fields(signed: bytes) -> dict[str, Any]:
    """What a signed transaction does, as `_plain` has it."""
    import rlp

    if signed[:1] == b"\x02":
        chain, nonce, tip, fee, gas, to, value, data, access, *_ = rlp.decode(signed[1:])
        if access:
            raise ValueError("it has an access list")
        found = {"chainId": chain, "nonce": nonce, "maxPriorityFeePerGas": tip, "maxFeePerGas": fee, "gas": gas}
    else:
        nonce, price, gas, to, value, data, v, *_ = rlp.decode(signed)
        chain = ((int.from_bytes(v, "big") - 35) // 2).to_bytes(32, "big")
        found = {"chainId": chain, "nonce": nonce, "gasPrice": price, "gas": gas}
    found |= {"to": to, "value": value, "data": data}
    return {name: _plain(name, bytes(part)) for name, part in found.items()}


def _plain(name: str, value: Any) -> Any:
    """A field as it is compared: a number, or hex digits in lower case."""
    if name in _QUANTITIES:
        return int.from_bytes(value, "big") if isinstance(value, bytes) else int(value or 0)
    return "0x" + value.hex() if isinstance(value, bytes) else str(value or "0x").lower()


def _bytes(value: Any) -> bytes | None:
    try:
        return bytes.fromhex(str(value).removeprefix("0x")) or None
    except ValueError:
        return None
