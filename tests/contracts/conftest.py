"""One embedded chain for all contract tests, and a fresh contract for each."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest

from collection.chain.compiled import TOKENS, artifact
from collection.chain.connection import Chain, open_chain
from collection.chain.contract import TokenSettings
from collection.chain.networks import find_network
from collection.errors import ChainError

PROVENANCE = "5e" * 32
ERRORS = [each for name in (*TOKENS, "Editions", "Splitter", "Sale") for each in artifact(name).abi]


@pytest.fixture(scope="session")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    with open_chain(find_network("embedded"), tmp_path_factory.mktemp("contracts")) as opened:
        yield opened


@pytest.fixture(scope="session")
def people(chain: Chain) -> SimpleNamespace:
    """Named development accounts."""
    return SimpleNamespace(
        **dict(zip(("artist", "buyer", "friend", "stranger"), chain.web3.eth.accounts, strict=False))
    )


@pytest.fixture(scope="session")
def transact(chain: Chain) -> Callable[..., Any]:
    """Send a call of a contract from an account; returns its receipt."""

    def sent(call: Any, sender: str, value: int = 0, gas: int | None = None) -> Any:
        """`gas` None: estimated, which is too little where a failure inside is not passed on."""
        told = {"from": sender, "value": value, **({"gas": gas} if gas else {})}
        with chain.translated(ERRORS):
            sent = call.transact(told)
            return chain.web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)

    return sent


@pytest.fixture
def settings(people: SimpleNamespace) -> TokenSettings:
    return TokenSettings(
        name="Paper Weather",
        symbol="WTHR",
        owner=people.artist,
        max_supply=24,
        base_uri="ipfs://metadata/",
        contract_uri="ipfs://root/collection.json",
        provenance=PROVENANCE,
        royalty_receiver=people.friend,
        royalty_basis_points=500,
    )


@pytest.fixture
def deploy(chain: Chain, people: SimpleNamespace, transact: Callable[..., Any]) -> Callable[[TokenSettings], Any]:
    """Deploys a contract; returns web3's view of it, with the receipt as `receipt`."""

    def deployed(wanted: TokenSettings) -> Any:
        compiled = artifact()
        factory = chain.web3.eth.contract(abi=compiled.abi, bytecode=compiled.bytecode)
        receipt = transact(factory.constructor(wanted.as_argument()), people.artist)
        contract = chain.web3.eth.contract(address=receipt["contractAddress"], abi=compiled.abi)
        contract.receipt = receipt  # type: ignore[attr-defined]
        return contract

    return deployed


@pytest.fixture
def token(deploy: Callable[[TokenSettings], Any], settings: TokenSettings) -> Any:
    return deploy(settings)


@pytest.fixture
def read(chain: Chain) -> Callable[[Any], Any]:
    """Call without a transaction, errors translated."""

    def called(call: Any) -> Any:
        with chain.translated(ERRORS):
            return call.call()

    return called


@pytest.fixture
def refused() -> Callable[[str], Any]:
    """A block in which the contract must refuse with this custom error."""

    @contextmanager
    def check(error: str) -> Iterator[None]:
        with pytest.raises(ChainError) as caught:
            yield
        assert f"the contract refused: {error}" in caught.value.message

    return check


@pytest.fixture
def install(chain: Chain, people: SimpleNamespace) -> Callable[[str], str]:
    """Put runtime code (hex) at a new address."""

    def installed(runtime: str) -> str:
        code = bytes.fromhex(runtime)
        # PUSH1 size, PUSH1 12, PUSH1 0, CODECOPY, PUSH1 size, PUSH1 0, RETURN, then the code
        loader = bytes.fromhex(f"60{len(code):02x}600c60003960{len(code):02x}6000f3")
        sent = chain.web3.eth.send_transaction({"from": people.artist, "data": loader + code})
        return str(chain.web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)["contractAddress"])

    return installed


@pytest.fixture(scope="session")
def place(chain: Chain, people: SimpleNamespace, transact: Callable[..., Any]) -> Callable[..., Any]:
    """Deploys a compiled contract, {abi, bytecode} or one of ours by name; returns web3's view of it."""

    def placed(compiled: Any, *arguments: Any) -> Any:
        if isinstance(compiled, str):
            compiled = {"abi": artifact(compiled).abi, "bytecode": artifact(compiled).bytecode}
        receipt = transact(chain.web3.eth.contract(**compiled).constructor(*arguments), people.artist)
        return chain.web3.eth.contract(address=receipt["contractAddress"], abi=compiled["abi"])

    return placed


@pytest.fixture(scope="session")
def helpers(repository: Path, missing: Callable[[str], NoReturn]) -> dict[str, Any]:
    """Contracts that behave badly, compiled: {abi, bytecode} by name."""
    if not shutil.which("node") or not (repository / "contracts" / "node_modules" / "solc").is_dir():
        missing("the compiler is not installed: npm ci --prefix contracts")
    script = repository / "tests" / "contracts" / "helpers" / "compile.mjs"
    found = json.loads(subprocess.run(["node", script], capture_output=True, text=True, check=True).stdout)
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="session")
def contracts_folder(repository: Path) -> Path:
    return repository / "contracts"
