"""What is told or refused before anything is sent: it could not be taken back."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from collection.chain.addresses import created_address
from collection.chain.connection import CHAIN_FILE
from collection.chain.networks import Network
from collection.errors import ChainError, PublishError
from collection.project import Project, open_project
from collection.stages.pipeline import run_stages
from collection.stages.plan import PlanStage
from collection.stages.publication import publication_of
from collection.stages.publish import DeployStage, FreezeStage, MintStage, PinStage, VerifyStage
from collection.stages.status import status_of
from collection.store.records import Asset
from collection.store.review_records import Selection
from collection.values import Recipe

TOML = """\
title = "{title}"
supply = 2
seed = 1

[[series]]
name = "day"
prompt = "noon"
"""
KEY = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"  # the second account of the mnemonic
SILENT = "0x6001600c60003960016000f3fd"
"""Deploys a contract that answers nothing."""


@pytest.fixture(scope="module")
def _pinned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pinned")
    (folder / "collection.toml").write_text(TOML.format(title="First"))
    with open_project(folder) as project:
        store = project.store
        store.replace_plan([Recipe("painter", "painter/1", seed, 8, 8) for seed in (1, 2)])
        store.add_assets(
            [Asset(p.id, p.recipe, project.files.add(b"%d" % p.id), "p", 8, 8, 1) for p in store.planned()]
        )
        store.replace_selection([Selection(1, 1, "best"), Selection(2, 2, "best")], "x", {})
        run_stages(project, (FreezeStage(), PinStage()))
    return folder


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def opened(_pinned: Path, tmp_path: Path, told: list[str]) -> Iterator[Callable[..., Project]]:
    """Opens a set of two tokens that is frozen and pinned, with more in its configuration."""
    folder, projects = Path(shutil.copytree(_pinned, tmp_path / "project")), list[Project]()

    def again(more: str = "", title: str = "First") -> Project:
        (folder / "collection.toml").write_text(TOML.format(title=title) + more)
        projects.append(open_project(folder, tell=lambda head, text: told.append(f"{head}: {text}")))
        return projects[-1]

    yield again
    for project in projects:
        project.close()


@pytest.mark.parametrize("content", [b"garbage", b"SQLite format 3\0" + b"?" * 5000], ids=["text", "header"])
def test_a_file_that_is_no_chain_is_told_by_status_and_by_what_would_use_it(
    opened: Callable[..., Project], content: bytes
) -> None:
    project = opened()
    run_stages(project, (DeployStage(), MintStage()))
    file = project.folder / CHAIN_FILE
    good = file.read_bytes()
    file.write_bytes(content)
    state = status_of(project)
    assert (state.counts["minted"], state.counts["verified"], state.done) == (0, 0, False)
    (deploying,) = [item for item in state.outlook if item.name == "deploy"]
    assert "is no embedded chain, or is damaged" in str(deploying)
    for stage in (DeployStage(), MintStage(), VerifyStage(rerender=0)):
        with pytest.raises(ChainError, match="is no embedded chain, or is damaged") as caught:
            run_stages(project, (stage,))
        assert CHAIN_FILE in str(caught.value.hint)
    assert file.read_bytes() == content, "it may be all that is left of something"
    file.write_bytes(b"")
    assert status_of(project).counts["minted"] == 0, "an empty file is a chain without a block"
    file.write_bytes(good)
    assert status_of(project).counts["minted"] == 2
    assert run_stages(project, (VerifyStage(rerender=0),))[0].details["proven"] == 2


def test_another_set_than_would_be_frozen_today_is_named_before_it_is_deployed(
    opened: Callable[..., Project], told: list[str]
) -> None:
    project = opened(title="Renamed")
    run_stages(project, (DeployStage(),))
    assert len(told) == 1
    assert told[0].startswith('frozen: what is deployed is "First", 2 tokens, as frozen at 20')
    assert "`collection freeze`" in told[0]
    run_stages(project, (DeployStage(),))
    assert len(told) == 1, "nothing is deployed"


def test_nothing_is_said_of_a_set_that_would_be_frozen_as_it_is(
    opened: Callable[..., Project], told: list[str]
) -> None:
    run_stages(opened(), (DeployStage(),))
    assert told == []


@pytest.mark.parametrize("step", [0, 1])
@pytest.mark.parametrize("place", ['[chain]\nrecipient = "{}"\n', '[royalties]\nreceiver = "{}"\n'])
def test_the_contract_to_be_is_no_recipient_and_is_not_paid_for(
    opened: Callable[..., Project], place: str, step: int
) -> None:
    plain = opened()
    with publication_of(plain).chain(new=True) as chain:
        own = created_address(chain.web3.eth.accounts[0], step)
    project = opened(place.format(own))
    with pytest.raises(ChainError, match="is the contract of the collection itself"):
        run_stages(project, (DeployStage(),))
    with publication_of(project).chain() as chain:
        assert chain.web3.eth.block_number == 0


def test_a_recipient_that_takes_no_tokens_is_told_before_the_contract_is_paid_for(
    opened: Callable[..., Project],
) -> None:
    with publication_of(opened()).chain(new=True) as chain:
        sent = chain.web3.eth.send_transaction({"from": chain.web3.eth.accounts[1], "data": SILENT})
        silent = chain.web3.eth.wait_for_transaction_receipt(sent)["contractAddress"]
    project = opened(f'[chain]\nrecipient = "{silent}"\n')
    with pytest.raises(ChainError, match=f"1 contract that cannot receive a token: {silent}"):
        run_stages(project, (DeployStage(),))
    run_stages(opened(), (DeployStage(),))
    with pytest.raises(ChainError, match="cannot receive a token"):
        run_stages(opened(f'[chain]\nrecipient = "{silent}"\n'), (MintStage(),))


def test_what_a_network_will_need_is_told_by_plan_and_status(
    opened: Callable[..., Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SEPOLIA_RPC", raising=False)
    monkeypatch.setenv("ARTIST_KEY", KEY)
    bare = opened('[chain]\nnetwork = "sepolia"\n')
    lacking = [note for note in status_of(bare).notes if note.startswith("chain.")]
    assert [note.partition(",")[0] for note in lacking] == ["chain.rpc is missing", "chain.key is missing"]
    assert set(lacking) <= set(run_stages(bare, (PlanStage(yes=True),))[0].notes)
    named = opened('[chain]\nnetwork = "sepolia"\nrpc = "env:SEPOLIA_RPC"\nkey = "env:ARTIST_KEY"\n')
    (note,) = [note for note in status_of(named).notes if note.startswith("chain.")]
    assert note == 'chain.rpc = "env:SEPOLIA_RPC", and that environment variable is not set'
    assert not [note for note in status_of(opened()).notes if note.startswith("chain.")]


def test_after_unfreezing_nothing_is_minted_and_what_was_is_still_proven(opened: Callable[..., Project]) -> None:
    from collection.stages.versions import unfreeze

    project = opened()
    run_stages(project, (DeployStage(), MintStage(next=1)))
    address = project.store.deployments()[0].address
    unfreeze(project)
    with pytest.raises((ChainError, PublishError), match="frozen"):
        run_stages(project, (MintStage(),))
    again = opened(title="Second")
    run_stages(again, (FreezeStage(again=True), PinStage(), DeployStage(), MintStage()))
    report = run_stages(again, (VerifyStage(rerender=0),))[0]
    assert report.details["proven"] == 2
    first = run_stages(again, (VerifyStage(address=address, rerender=0),))[0]
    assert (first.details["proven"], first.complete) == (1, False)
    assert [failure.what for failure in first.failures] == ["token 2"]


@pytest.mark.parametrize(
    ("syncing", "refused"),
    [
        (False, False),
        ({"startingBlock": "0x0", "currentBlock": "0x10", "highestBlock": "0x20"}, True),
        ({"startingBlock": "0x0", "currentBlock": "0x20", "highestBlock": "0x20"}, False),
        ({"batchSeen": 3}, False),
    ],
)
def test_a_node_that_is_behind_its_network_is_not_believed(
    opened: Callable[..., Project], monkeypatch: pytest.MonkeyPatch, syncing: Any, refused: bool
) -> None:
    from collection.chain import connection

    run_stages(opened(), (DeployStage(),))
    opener = connection._open_embedded

    def behind(network: Network, folder: Path) -> Any:
        chain = opener(network, folder)
        chain.network = Network("custom", chain.web3.eth.chain_id, "custom")
        ask = chain.web3.provider.make_request
        monkeypatch.setattr(
            chain.web3.provider,
            "make_request",
            lambda method, params: {"result": syncing} if method == "eth_syncing" else ask(method, params),
        )
        return chain

    monkeypatch.setattr(connection, "_open_embedded", behind)
    publication = publication_of(opened())
    if refused:
        with pytest.raises(ChainError, match="is at block 16 of 32 and still catching up"), publication.chain():
            pass
    else:
        with publication.chain() as chain:
            assert chain.web3.eth.block_number == 1
