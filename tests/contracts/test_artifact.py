"""The committed artifact is what the sources compile to, and what chains are asked for."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from collection.chain.compiled import TOKENS, artifact, artifact_of, recognised
from collection.chain.contract import TokenContract

FIRST_VERSION = "8a79e113c22908a01976ccfed4c95f48c579bfdbc698cf4b1bdc2b26f433c199"


def test_the_sources_compile_to_the_committed_artifact(contracts_folder, missing):
    if not shutil.which("node"):
        missing("node is not installed")
    if not (contracts_folder / "node_modules" / "solc").is_dir():
        missing("the compiler is not installed: npm ci --prefix contracts")
    check = subprocess.run(
        ["node", contracts_folder / "compile.mjs", "--check"], capture_output=True, text=True, check=False
    )
    assert check.returncode == 0, check.stderr


@pytest.mark.parametrize("contract", [*TOKENS, "Editions", "Splitter", "Sale"])
def test_the_artifact_is_compiled_for_shanghai_and_carries_no_metadata(repository, contract):
    document = json.loads((repository / "collection" / "chain" / "artifacts" / f"{contract}.json").read_text())
    assert document["compiler"]["version"].startswith("0.8.37+")
    assert document["compiler"]["settings"]["evmVersion"] == "shanghai"
    assert document["compiler"]["settings"]["metadata"] == {"bytecodeHash": "none", "appendCBOR": False}
    assert document["contractName"] == contract
    assert len(artifact(contract).deployed) <= 24_576  # EIP-170
    assert recognised(artifact(contract).deployed, contract).sha256 == artifact(contract).sha256
    assert recognised(artifact(contract).deployed[1:], contract) is None


def test_a_deployed_contract_is_recognised_and_another_is_not(chain, token, install):
    assert TokenContract(chain, token.address).is_genuine()
    assert not TokenContract(chain, install("60006000fd")).is_genuine()
    code = bytearray(chain.web3.eth.get_code(token.address))
    code[-1] ^= 1
    assert not artifact().made(bytes(code))


def test_lock_file_names_no_registry(contracts_folder):
    packages = json.loads((contracts_folder / "package-lock.json").read_text())["packages"]
    assert all("resolved" not in package for package in packages.values())
    assert all("integrity" in package for name, package in packages.items() if name)


def test_contracts_of_earlier_versions_are_kept_under_their_hash_and_still_recognised(
    chain, people, transact, settings
):
    """The first version stored an owner for each token; what was deployed with it stays verifiable."""
    first = artifact_of(FIRST_VERSION)
    assert first is not None and first.sha256 != artifact().sha256
    factory = chain.web3.eth.contract(abi=first.abi, bytecode=first.bytecode)
    receipt = transact(factory.constructor(settings.as_argument()), people.artist)
    assert TokenContract(chain, receipt["contractAddress"], first).is_genuine()
    assert not TokenContract(chain, receipt["contractAddress"]).is_genuine()
    assert artifact_of("0" * 64) is None
