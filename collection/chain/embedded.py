"""The embedded chain: a real EVM in this process, whose blocks live in one SQLite table.

py-evm keeps a chain as keys and values. Here they are the rows of `chain.db` in the project folder, so that the next
command finds the blocks of the last one. A block becomes one SQLite transaction: what is killed in the middle of one
never happened. The file is locked while it is open, for two processes would build two different next blocks.
"""

from __future__ import annotations

import ast
import os
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from collection.errors import ChainError

if TYPE_CHECKING:
    from web3.providers.eth_tester import EthereumTesterProvider

# The mnemonic that Anvil and Hardhat start with: everybody knows these accounts, here as there.
_MNEMONIC = "test test test test test test test test test test test junk"
_HD_PATH = "m/44'/60'/0'/0"
_STIPEND = 2300  # gas that a call which pays ether lends to its receiver; what comes back was not used
_LOCK_WAIT = 2.0  # seconds until a chain that another process has open is given up


class BlockTable:
    """The rows of a chain: py-evm's key-value database. What is written waits in memory for `commit`.

    Raises ChainError where another process has the file, or where it is no database.
    """

    def __init__(self, path: Path) -> None:
        self._waiting: dict[bytes, bytes | None] = {}
        self._copy: TemporaryDirectory[str] | None = None
        if not _may_write(path):  # then it can still be read: a copy of it is
            self._copy = TemporaryDirectory(prefix="collection-")
            path = Path(shutil.copy(path, self._copy.name)) if path.is_file() else Path(self._copy.name) / path.name
        self._connection = sqlite3.connect(path, timeout=_LOCK_WAIT, isolation_level=None)
        try:
            self._connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._connection.execute("BEGIN EXCLUSIVE")
            self._connection.execute(
                "CREATE TABLE IF NOT EXISTS block_data (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID"
            )
            self._connection.execute("COMMIT")  # in this mode the lock stays until the file is closed
        except sqlite3.DatabaseError as error:
            self._connection.close()
            raise _refusal(path, error) from error

    @property
    def empty(self) -> bool:
        """Whether no chain was ever written here."""
        return self._connection.execute("SELECT 1 FROM block_data LIMIT 1").fetchone() is None

    def __getitem__(self, key: bytes) -> bytes:
        if key in self._waiting:
            value = self._waiting[key]
        else:
            row = self._connection.execute("SELECT value FROM block_data WHERE key = ?", (key,)).fetchone()
            value = row[0] if row else None
        if value is None:
            raise KeyError(key)
        return value

    def __setitem__(self, key: bytes, value: bytes) -> None:
        self._waiting[key] = bytes(value)

    def __delitem__(self, key: bytes) -> None:
        self._waiting[key] = None

    def __contains__(self, key: bytes) -> bool:
        with suppress(KeyError):
            self[key]
            return True
        return False

    def commit(self) -> None:
        """Write all that waits, in one transaction."""
        written = [(key, value) for key, value in self._waiting.items() if value is not None]
        removed = [(key,) for key, value in self._waiting.items() if value is None]
        self._connection.execute("BEGIN")
        self._connection.executemany("INSERT OR REPLACE INTO block_data VALUES (?, ?)", written)
        self._connection.executemany("DELETE FROM block_data WHERE key = ?", removed)
        self._connection.execute("COMMIT")
        self._waiting.clear()

    def close(self) -> None:
        """Give the file back. What was not committed is gone."""
        self._connection.close()
        if self._copy is not None:
            self._copy.cleanup()


def development_key(number: int = 0) -> str:
    """The key, 0x and 64 hex digits, of an account of this chain: of a mnemonic that everybody knows, worth nothing."""
    from eth_account import Account
    from eth_account.hdaccount import key_from_seed, seed_from_mnemonic

    key = key_from_seed(seed_from_mnemonic(_MNEMONIC, ""), f"{_HD_PATH}/{number}")
    return "0x" + bytes(Account.from_key(key).key).hex()


def is_damaged(path: Path) -> bool:
    """Whether a file is there that is none of an embedded chain; an empty one becomes one."""
    if not path.is_file() or not path.stat().st_size:
        return False
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=0)) as file:
            file.execute("SELECT 1 FROM block_data LIMIT 1").fetchone()
    except sqlite3.DatabaseError as error:
        return "locked" not in str(error)  # then another command works with it
    return False


def _may_write(path: Path) -> bool:
    return os.access(path.parent, os.W_OK) and (not path.exists() or os.access(path, os.W_OK))


def _refusal(path: Path, error: sqlite3.DatabaseError) -> ChainError:
    if "locked" in str(error):
        return ChainError(
            f"the embedded chain {path} is in use by another command", hint="wait until it ends, then run this again"
        )
    return ChainError(f"the embedded chain {path} cannot be opened: {error}", hint=f"move {path.name} away")


def open_embedded(path: Path) -> tuple[EthereumTesterProvider, BlockTable]:
    """A provider for web3 on the chain kept in `path` (made if missing), and the table to close after use.

    Ten accounts of 1,000,000 ether each, the same on every machine. Each transaction is mined at once, in a block of
    its own with the time of day. Raises ChainError where the file is in use or damaged.
    """
    table = BlockTable(path)
    try:
        return _provider(table), table
    except Exception as error:
        table.close()
        raise ChainError(f"the embedded chain {path} is damaged: {error}", hint=f"move {path.name} away") from error


def _provider(table: BlockTable) -> EthereumTesterProvider:
    from eth.exceptions import PyEVMError
    from eth_tester import EthereumTester
    from eth_tester.exceptions import TransactionFailed
    from eth_utils.exceptions import ValidationError
    from web3.providers.eth_tester import EthereumTesterProvider
    from web3.types import RPCEndpoint, RPCError, RPCResponse

    class EmbeddedProvider(EthereumTesterProvider):
        """Answers refusals as a node does, with the revert data, instead of raising exceptions of its own."""

        def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
            try:
                return super().make_request(method, params)
            except TransactionFailed as error:
                return _error(3, "execution reverted", _revert_data(str(error)))
            except (PyEVMError, ValidationError) as error:
                return _error(-32000, str(error))

    def _error(code: int, message: str, data: str | None = None) -> RPCResponse:
        told: RPCError = {"code": code, "message": message}
        return {"jsonrpc": "2.0", "id": 0, "error": {**told, "data": data} if data else told}

    return EmbeddedProvider(EthereumTester(_backend(table)))


def _revert_data(message: str) -> str | None:
    """The bytes that a contract reverted with, 0x hex: eth-tester prints them as a Python literal in its message."""
    literal = message.removeprefix("execution reverted: ")
    return "0x" + ast.literal_eval(literal).hex() if literal[:2] in {"b'", 'b"'} else None


def _backend(table: BlockTable) -> Any:
    from eth._utils.headers import new_timestamp_from_parent
    from eth_tester import PyEVMBackend

    class KeptBackend(PyEVMBackend):  # type: ignore[misc]
        """eth-tester's EVM, whose chain is the table, with one commit a block."""

        def reset_to_genesis(self, *_: Any) -> None:
            first = _first_backend()
            self.account_keys, self.chain = first.account_keys, _kept_chain(type(first.chain), table)

        def send_transaction(self, transaction: Any) -> Any:
            self._tell_time()
            return super().send_transaction(transaction)

        def send_raw_transaction(self, raw_transaction: bytes) -> Any:
            self._tell_time()
            return super().send_raw_transaction(raw_transaction)

        def _tell_time(self) -> None:
            # py-evm dates a block when the one before it is mined, which may be long ago.
            parent = self.chain.get_canonical_head()
            self.chain.set_header_timestamp(new_timestamp_from_parent(parent))

        def mine_blocks(self, *arguments: Any, **options: Any) -> Iterable[bytes]:
            hashes: Iterable[bytes] = super().mine_blocks(*arguments, **options)
            table.commit()
            return hashes

    return KeptBackend()


@cache
def _first_backend() -> Any:
    """A backend of eth-tester's own, made once in this process: all chains have its accounts and its rules."""
    from eth_tester import PyEVMBackend

    return PyEVMBackend.from_mnemonic(_MNEMONIC, hd_path=_HD_PATH)


def _kept_chain(kind: Any, table: BlockTable) -> Any:
    """The chain that the table holds; an empty table gets a genesis block of now."""
    from eth.db.atomic import AtomicDB
    from eth_tester import PyEVMBackend

    if table.empty:
        state = PyEVMBackend.generate_genesis_state(mnemonic=_MNEMONIC, hd_path=_HD_PATH)
        fresh = kind.from_genesis(AtomicDB(), PyEVMBackend.generate_genesis_params(), state)
        for key, value in fresh.chaindb.db.wrapped_db.kv_store.items():
            table[key] = value
        table.commit()
    chain = kind(AtomicDB(table))
    chain.gas_estimator = _enough_gas
    return chain


def _enough_gas(state: Any, transaction: Any) -> int:
    """A gas limit with which a transaction succeeds. Raises the VMError with which it fails, however much it gets.

    It is what the transaction uses, or a 63rd more: a contract keeps a 64th from each contract that it calls (EIP-150).
    That takes two or three runs where py-evm's own search, left for what calls deeper, takes twelve.
    """
    from eth.estimators.gas import binary_gas_search_intrinsic_tolerance
    from eth.vm.spoof import SpoofTransaction

    def run(gas: int) -> Any:
        before = state.snapshot()
        try:
            return state.apply_transaction(SpoofTransaction(transaction, gas=gas, gas_price=0))
        finally:
            state.revert(before)

    most = run(state.gas_limit)
    if most.is_error:
        raise most.error
    used = transaction.intrinsic_gas + most.get_gas_used()
    for gas in (used, used * 64 // 63 + _STIPEND):
        if gas <= state.gas_limit and not run(gas).is_error:
            return int(gas)
    return int(binary_gas_search_intrinsic_tolerance(state, transaction))
