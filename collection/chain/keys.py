"""Private keys: where they come from, and that they go nowhere else.

A key lives in a PrivateKey, which shows nothing of itself and cannot be pickled or copied. Errors on the way are
raised outside the `except` block that saw them, and no function that raises holds a secret (or the environment) in a
local variable, so that no traceback can show one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn, Protocol

from collection.errors import ChainError, ConfigError, KeyMissingError

PASSWORD_VARIABLE = "COLLECTION_KEYSTORE_PASSWORD"

Prompt = Callable[[str], str]
"""Asks a person for a password: takes the question, gives the answer."""

# Order of secp256k1 (SEC 2, section 2.4.1): a key is a number from 1 to one less.
_CURVE_ORDER = 0xFFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFE_BAAEDCE6_AF48A03B_BFD25E8C_D0364141


class Signer(Protocol):
    """What signs for an account: a key of this machine, or a program elsewhere."""

    @property
    def address(self) -> str:
        """The account."""
        ...

    def sign(self, transaction: Mapping[str, Any]) -> bytes:
        """The signed transaction (EIP-2718 bytes); raises ChainError where it cannot be had."""
        ...

    def sign_typed(self, data: Mapping[str, Any]) -> str:
        """The signature of typed data (EIP-712), 0x hex; raises ChainError where it cannot be had."""
        ...


class PrivateKey:
    """A secp256k1 key that signs transactions and never shows itself. `address` is its account."""

    __slots__ = ("_secret", "address")

    def __init__(self, secret: bytes) -> None:
        self.address = _address_of(secret)
        self._secret = secret

    def __repr__(self) -> str:
        return f"<private key of {self.address}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a private key is not copied or written anywhere")

    def sign(self, transaction: Mapping[str, Any]) -> bytes:
        """The signed transaction (EIP-2718 bytes), ready to be sent; raises ChainError where it cannot be signed."""
        from eth_account import Account

        failed = ""
        try:
            return bytes(Account.sign_transaction(dict(transaction), self._secret).raw_transaction)
        except Exception as error:
            failed = type(error).__name__
        raise ChainError(f"the transaction of {self.address} could not be signed ({failed})")

    def sign_typed(self, data: Mapping[str, Any]) -> str:
        """The signature, 65 bytes as 0x and hex digits, of typed data (EIP-712); raises ChainError where it is none."""
        from eth_account import Account

        failed = ""
        try:
            return "0x" + bytes(Account.sign_typed_data(self._secret, full_message=dict(data)).signature).hex()
        except Exception as error:
            failed = type(error).__name__
        raise ChainError(f"the typed data could not be signed by {self.address} ({failed})")


def key_at_hand(source: str | None, folder: Path = Path()) -> PrivateKey | None:
    """The key that a configuration names, if it can be had without asking anybody; else None."""
    try:
        found = find_key(source, folder) if source else None
        return found if isinstance(found, PrivateKey) else None  # an external signer asks a person
    except ChainError:
        return None


def _address_of(secret: bytes) -> str:
    from eth_account import Account

    return str(Account.from_key(secret).address)


def find_key(source: str, folder: Path = Path(), prompt: Prompt | None = None) -> Signer:
    """The key that a configuration names.

    `source` is `env:NAME` (an environment variable that holds 64 hex digits), `keystore:PATH` (an encrypted Web3
    Secret Storage file, relative to `folder`; its password is in COLLECTION_KEYSTORE_PASSWORD or asked by `prompt`) or
    `signer:ADDRESS@URL` (signer.py).
    Raises ConfigError for another form, KeyMissingError where there is no key, ChainError where it cannot be read.
    """
    kind, _, place = source.partition(":")
    if kind == "env" and place:
        return _from_environment(place)
    if kind == "keystore" and place:
        return _from_keystore(folder / place, prompt)
    if kind == "signer" and place:
        from collection.chain.signer import external_signer

        return external_signer(place)
    # What was typed is not repeated: it may be the key itself.
    raise ConfigError(
        "chain.key does not say where the key is",
        hint='key = "env:NAME", key = "keystore:PATH" or key = "signer:ADDRESS@URL"',
    )


def _from_environment(name: str) -> PrivateKey:
    if not os.environ.get(name, "").strip():
        raise KeyMissingError(
            f"no private key: the environment variable {name} is not set", hint=f"export {name}, then run this again"
        )
    key = _parse(os.environ[name])
    if key is None:
        raise ChainError(f"the environment variable {name} does not hold a private key", hint="64 hex digits, or 0x...")
    return key


def _parse(text: str) -> PrivateKey | None:
    secret = secret_in(text)
    return None if secret is None else PrivateKey(secret)


def secret_in(text: str) -> bytes | None:
    """The 32 bytes of a private key in hex digits; None where it is none."""
    try:
        secret = bytes.fromhex(text.strip().removeprefix("0x"))
    except ValueError:
        return None
    return secret if len(secret) == 32 and 0 < int.from_bytes(secret, "big") < _CURVE_ORDER else None


def _from_keystore(path: Path, prompt: Prompt | None) -> PrivateKey:
    if not path.is_file():
        raise KeyMissingError(f"no private key: there is no keystore at {path}")
    if PASSWORD_VARIABLE not in os.environ and prompt is None:
        raise KeyMissingError(f"the keystore {path} is locked", hint=f"set {PASSWORD_VARIABLE} to its password")
    hint = f"check {PASSWORD_VARIABLE}" if PASSWORD_VARIABLE in os.environ else "run this again and type it anew"
    key, failed = _unlock(path, prompt)
    if key is None:
        raise ChainError(f"the keystore {path} cannot be opened: {failed}", hint=hint)
    return key


def _unlock(path: Path, prompt: Prompt | None) -> tuple[PrivateKey | None, str]:
    from eth_account import Account

    password = os.environ.get(PASSWORD_VARIABLE)
    if password is None and prompt is not None:
        try:
            password = prompt(f"Password of {path.name}: ")
        except EOFError:
            return None, "no password was given"
    try:
        return PrivateKey(bytes(Account.decrypt(path.read_text(), password or ""))), ""
    except Exception as error:
        # Only these words of the library are known to hold no secret; nothing else it says is repeated.
        return None, "wrong password" if "MAC mismatch" in str(error) else "it is not a Web3 Secret Storage file"
