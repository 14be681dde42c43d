"""A set proven from an address: by a CAR file or a gateway, without a project; and what is found wrong with it."""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path

import pytest

from collection.chain.contract import TokenContract
from collection.chain.transactions import carry_out
from collection.errors import ChainError, PublishError, UsageError
from collection.project import open_project
from collection.stages.gateway import local_gateway
from collection.stages.generate import GenerateStage
from collection.stages.pipeline import run_stages
from collection.stages.plan import PlanStage
from collection.stages.publication import publication_of
from collection.stages.publish import DeployStage, FreezeMetadataStage, FreezeStage, MintStage, PinStage
from collection.stages.verify_public import verify_public
from collection.store.review_records import Selection

KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
SIGNER = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
TOML = """\
title = "Public"
supply = 3
seed = "public"
[image]
size = 64
[chain]
key = "env:PUBLIC_KEY"
"""


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("public")
    (folder / "collection.toml").write_text(TOML)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PUBLIC_KEY", KEY)
        with open_project(folder) as project:
            run_stages(project, (PlanStage(), GenerateStage(judged=False)))
            chosen = [asset.id for asset in project.store.assets()][:3]
            project.store.replace_selection([Selection(number, number, "best") for number in chosen], "x", {})
            run_stages(project, (FreezeStage(), PinStage(), DeployStage(), MintStage(next=2)))
    return folder


@pytest.fixture
def copied(published, tmp_path, monkeypatch):
    monkeypatch.setenv("PUBLIC_KEY", KEY)
    return Path(shutil.copytree(published, tmp_path / "copy"))


@pytest.fixture
def address(published):
    with open_project(published) as project:
        return project.store.deployments()[-1].address


def car_of(folder):
    return next((folder / "car").glob("*.car"))


@pytest.fixture
def stranger(published, tmp_path):
    """What a stranger has: the chain, here a file, and the CAR."""
    folder = tmp_path / "stranger"
    folder.mkdir()
    shutil.copy(published / "chain.db", folder)
    shutil.copy(car_of(published), folder / "set.car")
    return folder


def test_from_the_address_to_the_pictures(stranger, address):
    report = verify_public(address, "embedded", folder=stranger, car=stranger / "set.car", sample=1)
    assert report.failures == []
    assert (report.complete, report.details["proven"], report.details["signer"]) == (True, 2, SIGNER)
    assert report.details["grades"] == {"1": "made again byte for byte", "2": "attested only"}
    assert any("1 token not minted yet" in note for note in report.notes)
    assert any("may still move" in note for note in report.notes)


def test_by_a_gateway(stranger, address, copied):
    with open_project(copied) as project, local_gateway(project) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            url = server.url.partition("/ipfs/")[0]
            report = verify_public(address, "embedded", folder=stranger, gateway=url)
        finally:
            server.shutdown()
    assert (report.complete, report.details["proven"]) == (True, 2)
    with pytest.raises(PublishError, match="no proof that can be read"):
        verify_public(address, "embedded", folder=stranger, gateway="http://127.0.0.1:9")


def test_a_set_that_was_moved_is_found(copied, address):
    """The owner points the contract at another folder: the tokens are no longer those of the manifest."""
    with open_project(copied) as project:
        publication = publication_of(project)
        with publication.chain() as chain:
            contract = TokenContract(chain, address)
            call = chain.web3.eth.contract(address=contract.address, abi=contract.artifact.abi).functions
            moved = call.setBaseURI("ipfs://elsewhere/")
            carry_out(chain, publication.account(chain), moved, contract.artifact.abi, "move it")
    report = verify_public(address, "embedded", folder=copied, car=car_of(copied))
    assert {failure.why.partition(":")[0] for failure in report.failures} == {"uri"}
    assert (report.complete, report.details["proven"]) == (False, 0)


def test_a_changed_block_costs_what_it_holds(stranger, address):
    (stranger / "set.car").write_bytes((stranger / "set.car").read_bytes().replace(b"IEND", b"IENE"))
    report = verify_public(address, "embedded", folder=stranger, car=stranger / "set.car")
    assert [failure.what for failure in report.failures] == ["token 1", "token 2"]
    assert (report.complete, report.details["proven"]) == (False, 0)


def test_frozen_metadata_and_another_owner_are_told_and_no_finding(copied, address):
    with open_project(copied) as project:
        run_stages(project, (MintStage(), FreezeMetadataStage()))
        publication = publication_of(project)
        with publication.chain() as chain:
            contract = TokenContract(chain, address)
            functions = chain.web3.eth.contract(address=contract.address, abi=contract.artifact.abi).functions
            gone = functions.renounceOwnership()
            carry_out(chain, publication.account(chain), gone, contract.artifact.abi, "renounce")
    report = verify_public(address, "embedded", folder=copied, car=car_of(copied))
    assert (report.complete, report.details["proven"]) == (True, 3)
    assert any("the metadata is frozen" in note for note in report.notes)
    assert any("owns the contract now" in note for note in report.notes)


def test_what_is_no_such_contract_is_told(stranger, address):
    with pytest.raises(ChainError, match="there is no contract"):
        verify_public(SIGNER, "embedded", folder=stranger, car=stranger / "set.car")
    with pytest.raises(UsageError, match="is no address"):
        verify_public("0x12", "embedded", folder=stranger, car=stranger / "set.car")
    with pytest.raises(UsageError, match="--car FILE or from --gateway URL"):
        verify_public(address, "embedded", folder=stranger)


def test_a_manifest_that_another_signed_is_told(published):
    """The signature is checked against the manifest: a field of it changed, or another signer named, is none."""
    from collection.verify.public import _Public, _signer

    with open_project(published) as project:
        files = {item.name: item for item in (published / "files").rglob("*") if item.is_file()}
        frozen = project.store.frozen()
        manifest = json.loads(files[f"{frozen.proof_sha256}.json"].read_text())
        told = json.loads(files[f"{manifest['files']['signature.json']}.json"].read_text())
    for changed in ({**told, "signer": "0x" + "11" * 20}, {**told, "message": {**told["message"], "title": "Other"}}):
        findings = []
        public = _Public(lambda uri, said=changed: iter([json.dumps(said).encode()]), "root")
        assert _signer(public, manifest, findings) is None
        assert [finding.what for finding in findings] == ["signature"]


@pytest.mark.parametrize(
    ("levels", "grade"), [(0, "made again byte for byte"), (1, "made again within tolerance"), (2, "")]
)
def test_a_machine_that_rounds_otherwise_is_within_tolerance_and_no_other(
    stranger, address, monkeypatch, levels, grade
):
    """One channel of one pixel, painted otherwise by so many levels."""
    from collection.stages import verify_public as stage

    painted = stage._paint

    def elsewhere(metadata):
        pixels = painted(metadata).copy()
        pixels[3, 4, 1] += levels if pixels[3, 4, 1] < 128 else -levels
        return pixels

    monkeypatch.setattr(stage, "_paint", elsewhere)
    report = verify_public(address, "embedded", folder=stranger, car=stranger / "set.car", sample=1)
    assert report.details["grades"].get("1", "") == grade
    assert [failure.what for failure in report.failures] == ([] if grade else ["token 1"])
