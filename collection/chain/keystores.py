"""Encrypted key files of a project: made anew, or of a key that somebody has; and which there are.

The files are Web3 Secret Storage (version 3, scrypt), as wallets and nodes read and write them. As in keys.py, no
function that raises holds a secret in a local variable.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from collection.chain.addresses import checksummed
from collection.chain.keys import PASSWORD_VARIABLE, Prompt, secret_in
from collection.errors import ChainError, CollectionError, KeyMissingError, UsageError

FOLDER = "keys"
"""Where a project's key files lie, below its folder."""
SHORTEST = 8
"""Characters of a password."""
_KDF: Mapping[str, Any] = {"kdf": "scrypt"}


@dataclass(frozen=True, slots=True)
class Keystore:
    """An encrypted key file."""

    path: Path
    address: str
    """Its account, as the file says."""


def keystores(folder: Path) -> list[Keystore]:
    """The key files of a project, by name; files of another kind are left out."""
    found = []
    for path in sorted((folder / FOLDER).glob("*.json")):
        try:
            told = json.loads(path.read_text())
            address = checksummed(f"0x{told['address'].removeprefix('0x').lower()}")
        except (OSError, ValueError, KeyError, TypeError, AttributeError, CollectionError):
            continue
        found.append(Keystore(path, address))
    return found


def new_keystore(folder: Path, name: str, prompt: Prompt | None) -> Keystore:
    """Make an account; its key is nowhere but in the encrypted file keys/NAME.json.

    The password is that of COLLECTION_KEYSTORE_PASSWORD, or asked twice by `prompt`. Raises UsageError for a name that
    is taken or no file's, KeyMissingError where nobody can be asked, ChainError for passwords that differ or are short.
    """
    path = _free_path(folder, name)
    return _write(path, _encrypted(os.urandom, prompt, path))


def import_keystore(folder: Path, name: str, source: str | None, prompt: Prompt | None) -> Keystore:
    """Encrypt a key that somebody has: that of the environment variable `source`, or asked by `prompt`.

    Raises the errors of `new_keystore`, and ChainError for what is no private key; it is not repeated.
    """
    path = _free_path(folder, name)
    if source is not None:
        if source not in os.environ:
            raise KeyMissingError(f"the environment variable {source} is not set", f"export {source}, then run again")
        return _write(path, _encrypted(lambda _: secret_in(os.environ[source]), prompt, path))
    if prompt is None:
        raise KeyMissingError("nobody can be asked for the key here", "--from NAME reads an environment variable")
    return _write(path, _encrypted(lambda _: secret_in(prompt("Private key (64 hex digits): ")), prompt, path))


def _free_path(folder: Path, name: str) -> Path:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name):
        raise UsageError(f'"{name}" is no name of a key file', "letters, digits, points and dashes: artist-1")
    path = folder / FOLDER / f"{name.removesuffix('.json')}.json"
    if path.exists():
        raise UsageError(f"{path} is there already, and a key is never overwritten", "name another: keys new NAME")
    return path


def _encrypted(secret: Any, prompt: Prompt | None, path: Path) -> Mapping[str, Any]:
    """The key file of `secret(32)`; None of it is a key."""
    failed = _refused_password(password := _password(prompt, path))
    if failed:
        del password
        raise ChainError(failed, f"set {PASSWORD_VARIABLE}, or type a longer one")
    made = _encrypt(secret, password)
    del password
    if made is None:
        raise ChainError("that is no private key", "64 hex digits, or 0x and 64 hex digits")
    return made


def _encrypt(secret: Any, password: str) -> Mapping[str, Any] | None:
    from eth_account import Account

    try:
        found = secret(32)
        return None if found is None else dict(Account.encrypt(found, password, **_KDF))
    except Exception:  # what it says might repeat a part of the key
        return None


def _password(prompt: Prompt | None, path: Path) -> str:
    if PASSWORD_VARIABLE in os.environ:
        return os.environ[PASSWORD_VARIABLE]
    if prompt is None:
        raise KeyMissingError("nobody can be asked for a password here", f"set {PASSWORD_VARIABLE}")
    typed = [prompt(f"New password of {path.name}: "), prompt("Again: ")]
    return typed[0] if typed[0] == typed[1] else "\0"


def _refused_password(password: str) -> str:
    if password == "\0":
        return "the two passwords differ: nothing was written"
    return f"a password has at least {SHORTEST} characters: nothing was written" if len(password) < SHORTEST else ""


def _write(path: Path, made: Mapping[str, Any]) -> Keystore:
    """Write the file for its owner alone, whole or not at all."""
    path.parent.mkdir(exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(dict(made), file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    return Keystore(path, checksummed(f"0x{made['address'].removeprefix('0x')}"))
