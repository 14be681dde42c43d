"""Every way in which a published set can be false, on one real set: `verify` names it, and cries wolf at nothing else.

Each tampering is done to a copy of a project on the embedded chain; what must be found is (subject, kind of finding).
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from collection.chain.compiled import artifact
from collection.chain.contract import TokenContract
from collection.chain.deploy import deploy
from collection.chain.splitter import Payee, deploy_splitter
from collection.chain.transactions import Account, carry_out
from collection.errors import ChainError
from collection.pictures.files import decode_image, encode_png, pixel_sha256
from collection.project import Project, open_project
from collection.stages.generate import GenerateStage
from collection.stages.pipeline import run_stages
from collection.stages.plan import PlanStage
from collection.stages.publication import publication_of
from collection.stages.publish import DeployStage, FreezeMetadataStage, FreezeStage, MintStage, PinStage, VerifyStage
from collection.store.review_records import Selection

ANNA, BEN = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
TOML = f"""\
title = "Tampered"
supply = 3
seed = "tampered"
[image]
size = 64
[[artists]]
name = "Anna"
address = "{ANNA}"
share = 60
[[artists]]
name = "Ben"
address = "{BEN}"
share = 40
"""
Found = list[tuple[str, str]]
Tamper = Callable[[Project], Found]


@pytest.fixture(scope="module")
def _pinned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tampered")
    (folder / "collection.toml").write_text(TOML)
    with open_project(folder) as project:
        run_stages(project, (PlanStage(), GenerateStage(judged=False)))
        chosen = [asset.id for asset in project.store.assets()][:3]
        project.store.replace_selection([Selection(number, number, "best") for number in chosen], "x", {})
        run_stages(project, (FreezeStage(), PinStage()))
    return folder


@pytest.fixture(scope="module")
def _minted(_pinned: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(shutil.copytree(_pinned, tmp_path_factory.mktemp("minted") / "project"))
    with open_project(folder) as project:
        run_stages(project, (DeployStage(), MintStage()))
    return folder


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[[Path], Project]]:
    """Opens a copy of a project."""
    projects: list[Project] = []

    def copied(folder: Path) -> Project:
        projects.append(open_project(Path(shutil.copytree(folder, tmp_path / "project"))))
        return projects[-1]

    yield copied
    for project in projects:
        project.__exit__()


def found(project: Project, rerender: int = 1) -> Found:
    report = VerifyStage(rerender=rerender).run(project)
    assert report.complete == (not report.failures)
    return [(each.what, each.why.partition(":")[0]) for each in report.failures]


def known(project: Project) -> Any:
    return project.store.deployments()[-1]


def call(project: Project, function: str, *arguments: Any, sender: int = 0) -> None:
    """Call a function of the set's contract, as one of the chain's accounts."""
    with publication_of(project).chain() as chain:
        contract = chain.web3.eth.contract(address=known(project).address, abi=artifact().abi)
        account = Account(chain.web3.eth.accounts[sender])
        carry_out(chain, account, contract.functions[function](*arguments), artifact().abi, function)


def change_car(project: Project, old: bytes, new: bytes, count: int = 1) -> None:
    (car,) = (project.folder / "car").glob("*.car")
    assert old in car.read_bytes() and len(old) == len(new)
    car.write_bytes(car.read_bytes().replace(old, new, count))


def redeploy(project: Project, sender: int = 0, **changes: Any) -> None:
    """Deploy and mint a contract that differs, and put it into the records in place of the true one."""
    true = known(project)
    publication = publication_of(project)
    with publication.chain() as chain:
        account = Account(chain.web3.eth.accounts[sender])
        settings = replace(publication.token_settings(account, true.settings["royalty_receiver"]), **changes)
        project.store.drop_deployment(true.id)
        deploy(project.store, chain, account, settings)
    false = known(project)
    project.store.add_deployment(replace(false, settings=true.settings, deployer=true.deployer))
    if sender == 0:
        MintStage().run(project)


def moved_uri(project: Project) -> Found:
    call(project, "setBaseURI", "ipfs://elsewhere/")
    return [("contract", "uri"), *((f"token {number}", "uri") for number in (1, 2, 3))]


def look_alike(project: Project) -> Found:
    redeploy(project, sender=4)
    return [("contract", "address"), ("contract", "receipt"), ("contract", "owner"), *never_minted((1, 2, 3))]


def never_minted(numbers: Any) -> Found:
    return [(f"token {number}", "owner") for number in numbers]


def changed_json(project: Project) -> Found:
    token = project.store.tokens()[1]
    text = project.files.read(token.metadata_sha256, ".json")
    change_car(project, text, text.replace(b"Tampered", b"Trampled", 1))
    return [("token 2", "metadata")]


def swapped_image(project: Project) -> Found:
    first, second = (project.files.read(token.image_sha256) for token in project.store.tokens()[:2])
    cut = min(len(first), len(second)) - 40
    change_car(project, first[40:cut], second[40:cut])
    return [("token 1", "image")]


def extra(project: Project) -> Found:
    """A token that the set does not have: the contract has room for a fourth."""
    redeploy(project, max_supply=4)
    call(project, "mintBatch", BEN, 4, 1)
    return [("contract", "supply")]


def royalty(project: Project) -> Found:
    redeploy(project, royalty_basis_points=900)
    return [("contract", "royalties")]


def splitter(project: Project) -> Found:
    """Other shares than the metadata's: half and half."""
    with publication_of(project).chain() as chain:
        account = Account(chain.web3.eth.accounts[0])
        other, _ = deploy_splitter(project.store, chain, account, (Payee(ANNA, 50_000_000), Payee(BEN, 50_000_000)))
    redeploy(project, royalty_receiver=other.address)
    record = known(project)
    project.store.add_deployment(replace(record, settings={**record.settings, "royalty_receiver": other.address}))
    MintStage().run(project)
    return [("contract", "splitter")]


def root(project: Project) -> Found:
    """Another provenance hash in the contract than that of the frozen pictures."""
    redeploy(project, provenance="ab" * 32)
    return [("contract", "provenance")]


def unfrozen(project: Project) -> Found:
    project.store.record_metadata_frozen(known(project), frozen=True)
    return [("contract", "frozen")]


def wrong_address(project: Project) -> Found:
    """The address of another contract: that of the splitter."""
    true = known(project)
    mints = project.store.mints(true.id)
    project.store.drop_deployment(true.id)
    other = project.store.add_deployment(replace(true, address=true.settings["royalty_receiver"]))
    project.store.record_mints(other.id, mints)
    return [("contract", "address"), ("contract", "receipt"), ("contract", "code")]


def forged_receipt(project: Project) -> Found:
    mint = project.store.mints(known(project).id)[1]
    project.store.record_mints(known(project).id, [replace(mint, tx_hash="0x" + "11" * 32)])
    return [("token 2", "receipt")]


def stale_storage(project: Project) -> Found:
    """A storage that the configuration names and that does not hold the set."""
    publish = project.config.publish.model_copy(update={"storage": ("car", "kubo:/ip4/127.0.0.1/tcp/9")})
    project.config = project.config.model_copy(update={"publish": publish})
    return [("storage", "kubo")]


def recipient_changed(project: Project) -> Found:
    mint = project.store.mints(known(project).id)[2]
    project.store.record_mints(known(project).id, [replace(mint, recipient=BEN)])
    return [("token 3", "owner")]


@pytest.mark.parametrize(
    "tamper",
    [
        moved_uri, look_alike, changed_json, swapped_image, extra, royalty, splitter, root, unfrozen, wrong_address,
        forged_receipt, stale_storage, recipient_changed,
    ],
    ids=lambda tamper: tamper.__name__,
)  # fmt: skip
def test_a_tampered_set_is_named(_minted: Path, opened: Callable[[Path], Project], tamper: Tamper) -> None:
    project = opened(_minted)
    expected = tamper(project)
    assert found(project) == expected


def test_a_wrong_owner_from_the_first_mint_on(_pinned: Path, opened: Callable[[Path], Project]) -> None:
    """Somebody with the owner's key mints two tokens to a stranger before the project mints."""
    project = opened(_pinned)
    DeployStage().run(project)
    call(project, "mintBatch", BEN, 1, 2)
    MintStage().run(project)
    assert found(project) == [("token 1", "owner"), ("token 2", "owner")]


def test_a_missing_token(_pinned: Path, opened: Callable[[Path], Project]) -> None:
    project = opened(_pinned)
    run_stages(project, (DeployStage(), MintStage(next=2)))
    assert found(project) == never_minted([3])


def test_another_chain(_minted: Path, opened: Callable[[Path], Project]) -> None:
    """The chain began anew: nothing of the records is there."""
    project = opened(_minted)
    (project.folder / "chain.db").write_bytes(b"")
    with pytest.raises(ChainError, match="there is no contract at"):
        found(project)


def test_hidden_pixels(_pinned: Path, opened: Callable[[Path], Project]) -> None:
    """A pixel that the recipe does not make, put in before the set was frozen: every hash of it is right."""
    project = opened(_pinned)
    token = project.store.tokens()[2]
    pixels = decode_image(project.files.read(token.asset.file_sha256), "token 3").copy()
    pixels[0, 0, 0] ^= 1
    image = encode_png(np.ascontiguousarray(pixels))
    changed = (project.files.add(image), pixel_sha256(pixels), len(image), token.asset.id)
    with closing(sqlite3.connect(project.folder / "collection.db")) as database, database:
        database.execute("update asset set file_sha256 = ?, pixel_sha256 = ?, size = ? where id = ?", changed)
    run_stages(project, (FreezeStage(again=True), PinStage(), DeployStage(), MintStage()))
    assert found(project, rerender=3) == [("token 3", "rendering")]


def test_sold_tokens_and_an_owner_who_was_given_up_are_none(_minted: Path, opened: Callable[[Path], Project]) -> None:
    project = opened(_minted)
    FreezeMetadataStage().run(project)
    with publication_of(project).chain() as chain:
        artist = chain.web3.eth.accounts[0]
        assert TokenContract(chain, known(project).address).owner_of(1) == artist
    call(project, "transferFrom", artist, BEN, 1)
    call(project, "renounceOwnership")
    assert found(project, rerender=3) == []
