"""From a chosen set to proven tokens, as the commands do it, on the embedded chain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from collection.chain.networks import Network
from collection.errors import ChainError, PublishError, UsageError
from collection.project import Project, open_project
from collection.stages.generate import GenerateStage
from collection.stages.pipeline import run_stages
from collection.stages.plan import PlanStage
from collection.stages.publication import publication_of
from collection.stages.publish import (
    DeployStage,
    FreezeMetadataStage,
    FreezeStage,
    MintStage,
    PinStage,
    VerifyStage,
)
from collection.stages.status import status_of
from collection.store.records import Selection

TOML = """\
title = "{title}"
supply = 3
seed = "published"

[image]
size = 64

[royalties]
percent = {percent}

[[series]]
name = "day"
prompt = "noon"
"""


def write(folder: Path, title: str = "First", percent: float = 5, more: str = "") -> None:
    (folder / "collection.toml").write_text(TOML.format(title=title, percent=percent) + more)


def publish(project: Project, *stages: Any) -> list[Any]:
    return run_stages(project, stages or (FreezeStage(), PinStage(), DeployStage(), MintStage(), VerifyStage()))


@pytest.fixture(scope="module")
def _painted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("painted")
    write(folder)
    with open_project(folder) as project:
        publish(project, PlanStage(), GenerateStage(judged=False))
        chosen = [asset.id for asset in project.store.assets()][:3]
        project.store.replace_selection([Selection(number, number, "best") for number in chosen], "x", {})
    return folder


@pytest.fixture
def folder(_painted: Path, tmp_path: Path) -> Path:
    """A project of three chosen images, its own for each test."""
    import shutil

    return Path(shutil.copytree(_painted, tmp_path / "project"))


@pytest.fixture
def reopen(folder: Path) -> Iterator[Callable[..., Project]]:
    """Opens the project with a changed configuration."""
    opened: list[Project] = []

    def again(**changes: Any) -> Project:
        write(folder, **changes)
        opened.append(open_project(folder))
        return opened[-1]

    yield again
    for project in opened:
        project.__exit__()


def test_a_chosen_set_is_published_and_proven(reopen: Callable[..., Project]) -> None:
    *_, verified = publish(reopen())
    assert verified.complete, verified.failures
    assert verified.line == (
        "3 of 3 tokens proven: owner, URI, metadata, image, read from the local CAR; 3 re-rendered alike"
    )


def test_verify_does_not_cry_wolf_when_the_file_changed_after_deployment(reopen: Callable[..., Project]) -> None:
    publish(reopen())
    [report] = publish(reopen(percent=7.5, title="Renamed", more='[chain]\nnetwork = "embedded"\n'), VerifyStage())
    assert report.complete, report.failures


def test_the_contract_is_told_what_was_frozen(reopen: Callable[..., Project]) -> None:
    """A title that changed after the freeze is in neither the metadata nor the contract."""
    publish(reopen(), FreezeStage(), PinStage())
    project = reopen(title="Renamed", percent=7.5)
    *_, verified = publish(project, DeployStage(), MintStage(), VerifyStage())
    assert verified.complete, verified.failures
    settings = project.store.deployments()[0].settings
    assert settings is not None
    assert (settings["name"], settings["royalty_basis_points"]) == ("First", 750)


def test_an_earlier_contract_is_verified_after_a_new_freeze(reopen: Callable[..., Project]) -> None:
    publish(reopen())
    project = reopen(title="Second")
    first = project.store.deployments()[0].address
    with pytest.raises(PublishError, match="since then title changed"):
        publish(project, FreezeStage())
    publish(project, FreezeStage(again=True))
    assert {name: project.store.counts()[name] for name in ("frozen", "pinned", "minted", "verified")} == {
        "frozen": 3, "pinned": 0, "minted": 0, "verified": 0,
    }  # fmt: skip
    [report] = publish(project, VerifyStage(first))
    assert report.complete, report.failures
    assert all(each.complete for each in publish(project, PinStage(), DeployStage(), MintStage(), VerifyStage()))
    assert len(project.store.deployments()) == 2
    assert publish(project, VerifyStage(first.lower()))[0].complete


def test_a_change_taken_back_has_its_contract_again(reopen: Callable[..., Project]) -> None:
    publish(reopen())
    publish(reopen(title="Second"), FreezeStage(again=True))
    project = reopen()
    assert DeployStage().pending(project) == 1
    _, deployed, minted = publish(project, FreezeStage(), DeployStage(), MintStage())
    assert deployed.line.startswith("nothing to do")
    assert minted.line.startswith("nothing to do")


def test_an_address_that_is_none_of_the_project_names_those_that_are(reopen: Callable[..., Project]) -> None:
    project = reopen()
    publish(project)
    with pytest.raises(ChainError) as caught:
        publish(project, VerifyStage("0x" + "12" * 20))
    assert project.store.deployments()[0].address in str(caught.value.hint)


def test_a_mistyped_address_is_told_as_such(reopen: Callable[..., Project]) -> None:
    project = reopen()
    publish(project)
    address = project.store.deployments()[0].address
    place = next(number for number, letter in enumerate(address) if number > 1 and letter.isalpha())
    typed = address[:place] + address[place].swapcase() + address[place + 1 :]
    with pytest.raises(UsageError, match="is no address") as caught:
        publish(project, VerifyStage(typed))
    assert "EIP-55" in str(caught.value.hint)


def test_a_bad_block_in_the_car_costs_one_token(reopen: Callable[..., Project]) -> None:
    project = reopen()
    publish(project)
    [car] = (project.folder / "car").glob("*.car")
    image = project.files.read(project.store.tokens()[1].image_sha256)
    data = bytearray(car.read_bytes())
    data[data.index(image) + len(image) // 2] ^= 1
    car.write_bytes(data)
    [report] = publish(project, VerifyStage())
    assert [failure.what for failure in report.failures] == ["token 2"]
    assert report.details["proven"] == 2


def test_a_car_that_is_gone_is_a_finding_and_mends_by_pin(reopen: Callable[..., Project]) -> None:
    project = reopen()
    publish(project)
    [car] = (project.folder / "car").glob("*.car")
    car.unlink()
    [report] = publish(project, VerifyStage())
    assert [failure.what for failure in report.failures] == ["storage"]
    assert (report.details["proven"], report.details["sources"]) == (0, [])
    assert publish(project, PinStage(), VerifyStage())[-1].complete


def test_a_storage_that_does_not_answer_is_named_and_the_others_are_read(reopen: Callable[..., Project]) -> None:
    publish(reopen())
    away = "kubo:/ip4/127.0.0.1/tcp/9"
    [report] = publish(reopen(more=f'[publish]\nstorage = ["{away}", "car"]\n'), VerifyStage())
    assert [failure.what for failure in report.failures] == ["storage"]
    assert away in report.failures[0].why
    assert (report.details["proven"], report.details["sources"]) == (3, ["car"])


def test_a_broken_storage_of_another_package_does_not_stop_the_pin(
    reopen: Callable[..., Project], third_party: Callable[[str], Path]
) -> None:
    third_party("pinner")
    project = reopen(more='[publish]\nstorage = ["broken", "car"]\n')
    _, pinned = publish(project, FreezeStage(), PinStage())
    assert [failure.what for failure in pinned.failures] == ["broken"]
    assert pinned.details["pinned"] == ["car"]


def test_the_password_of_a_keystore_is_asked_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch, reopen: Callable[..., Project]
) -> None:
    import json

    from eth_account import Account

    monkeypatch.delenv("COLLECTION_KEYSTORE_PASSWORD", raising=False)
    key = "0x" + "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"  # the first of Anvil's mnemonic
    (folder / "artist.json").write_text(json.dumps(Account.encrypt(key, "secret", kdf="pbkdf2", iterations=2)))
    publish(reopen(), FreezeStage(), PinStage())
    write(folder, more='[chain]\nkey = "keystore:artist.json"\n')
    asked: list[str] = []

    def ask(question: str) -> str:
        asked.append(question)
        return "secret"

    with open_project(folder, ask) as project:
        assert all(each.complete for each in publish(project, DeployStage(), MintStage(), VerifyStage()))
    assert asked == ["Password of artist.json: "]


def test_nothing_is_deployed_or_minted_that_is_pinned_nowhere(reopen: Callable[..., Project]) -> None:
    project = reopen()
    publish(project, FreezeStage())
    with pytest.raises(PublishError, match="not pinned in car") as caught:
        publish(project, DeployStage())
    assert caught.value.hint == "collection pin"
    publish(project, PinStage(), DeployStage())
    [car] = (project.folder / "car").glob("*.car")
    car.unlink()
    with pytest.raises(PublishError, match="not pinned in car"):
        publish(project, MintStage())
    assert all(each.complete for each in publish(project, PinStage(), MintStage(), VerifyStage()))


def test_a_storage_that_failed_does_not_count_as_pinned(reopen: Callable[..., Project]) -> None:
    """The CAR file on this disk is no storage where another was asked for."""
    away = "kubo:/ip4/127.0.0.1/tcp/9"
    project = reopen(more=f'[publish]\nstorage = ["{away}", "car"]\n')
    _, pinned = publish(project, FreezeStage(), PinStage())
    assert not pinned.complete
    with pytest.raises(PublishError, match=f"not pinned in {away}"):
        publish(project, DeployStage())


def test_a_pinned_set_is_replaced_only_if_it_is_said(reopen: Callable[..., Project]) -> None:
    publish(reopen(), FreezeStage(), PinStage())
    project = reopen(title="Second")
    with pytest.raises(PublishError, match="is pinned in car, and since then title changed") as caught:
        publish(project, FreezeStage())
    assert "--again" in str(caught.value.hint)
    publish(project, FreezeStage(again=True))
    assert [len(project.store.tokens(each)) for each in project.store.freezes()] == [3, 3]


def test_a_set_that_was_only_frozen_is_replaced_without_a_word(reopen: Callable[..., Project]) -> None:
    publish(reopen(), FreezeStage())
    assert publish(reopen(title="Second"), FreezeStage())[0].complete


def test_the_metadata_of_a_contract_is_frozen_once_and_that_is_told(reopen: Callable[..., Project]) -> None:
    project = reopen()
    *_, verified = publish(project)
    assert verified.details["metadata_frozen"] is False
    assert "freeze-metadata" in verified.notes[0]
    assert "freeze-metadata" in status_of(project).notes[-1]
    assert FreezeMetadataStage().pending(project) == 1
    first, again, verified = publish(project, FreezeMetadataStage(), FreezeMetadataStage(), VerifyStage())
    assert first.details["gas"] > 0
    assert again.line.startswith("nothing to do")
    assert (verified.complete, verified.details["metadata_frozen"], verified.notes) == (True, True, [])
    assert FreezeMetadataStage().pending(project) == 0
    assert status_of(project).notes == ["the metadata is frozen on the chain: nobody can move it"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"percent": 7.5}, "royalties.percent is 7.5 now; the contract was deployed with 5"),
        ({"more": '[chain]\nrecipient = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"\n'}, "tokens were minted to"),
    ],
)
def test_what_the_contract_can_no_longer_become_is_told(
    reopen: Callable[..., Project], changes: dict[str, Any], words: str
) -> None:
    publish(reopen())
    status = status_of(reopen(**changes))
    assert words in status.notes[0]
    assert not status.done


def test_a_main_network_is_asked_about_by_its_full_name(reopen: Callable[..., Project], folder: Path) -> None:
    """The question is put once, to whom is there; without anybody, or with another word, nothing is sent."""
    publish(reopen(), FreezeStage(), PinStage())
    main = Network("ethereum-mainnet", 1, "main")
    for answers, message in ((None, "main network"), (["yes"], "is not ethereum-mainnet"), (["ethereum-mainnet"], "")):
        asked: list[str] = []

        def confirm(question: str, asked: list[str] = asked, answers: Any = answers) -> str:
            asked.append(question)
            return str(answers[0])

        with open_project(folder, confirm=confirm if answers else None) as project:
            consent = publication_of(project)._consent
            if message:
                with pytest.raises(UsageError, match=message):
                    consent(main)
            else:
                consent(main)
                consent(main)
                assert len(asked) == 1
