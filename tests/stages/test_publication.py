"""From a chosen set to proven tokens, as the commands do it, on the embedded chain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from collection.chain.networks import Network
from collection.errors import ChainError, PublishError, UsageError
from collection.project import Project, open_project
from collection.stages.airdrop import AirdropStage, forget
from collection.stages.chain_state import chain_state
from collection.stages.gas import gas_of_project
from collection.stages.generate import GenerateStage
from collection.stages.pipeline import pipeline, run_stages
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
from collection.stages.withdraw import WithdrawStage
from collection.store.review_records import Selection

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


ANNA, BEN = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
SHARED = f"""
[[artists]]
name = "Anna"
address = "{ANNA}"
share = 60
[[artists]]
name = "Ben"
address = "{BEN}"
share = 40
"""


def test_two_artists_with_addresses_are_paid_by_a_splitter(reopen):
    project = reopen(more=SHARED)
    deployed = publish(project, FreezeStage(), PinStage(), DeployStage())[-1]
    assert deployed.details["splitter_gas"] > 0
    assert f"60 % to {ANNA}, 40 % to {BEN}" in deployed.notes[0]
    assert all(report.complete for report in publish(project, MintStage(), VerifyStage()))
    assert "splitter" not in str(status_of(project).notes)
    splitter = deployed.details["receiver"]
    again = publish(project, DeployStage())[0]
    assert (again.details["receiver"], again.details["splitter_gas"]) == (splitter, 0)

    (nothing,) = publish(project, WithdrawStage())
    assert nothing.line == "nothing to do: nothing is due"
    with publication_of(project).chain() as chain:
        payer = chain.web3.eth.accounts[5]
        chain.web3.eth.send_transaction({"from": payer, "to": splitter, "value": 1_000})
        before = [chain.web3.eth.get_balance(each) for each in (ANNA, BEN)]
    (paid,) = publish(project, WithdrawStage())
    assert paid.details["paid"] == {ANNA: 600, BEN: 400}
    with publication_of(project).chain() as chain:
        after = [chain.web3.eth.get_balance(each) for each in (ANNA, BEN)]
    assert [now - then for now, then in zip(after, before, strict=True)] == [600, 400]

    changed = reopen(more=SHARED.replace("60", "70").replace("40", "30"))
    assert status_of(changed).pending["freeze"] == 3, "the metadata tells the shares"


def test_a_share_without_an_address_is_refused_before_anything_is_paid(reopen):
    project = reopen(more=SHARED.replace("40", "30") + '[[artists]]\nname = "Cleo"\nshare = 10\n')
    with pytest.raises(ChainError, match='"Cleo" has a share of 10 % and no address'):
        publish(project, FreezeStage(), PinStage(), DeployStage())
    with publication_of(project).chain() as chain:
        assert chain.web3.eth.block_number == 0


def test_a_receiver_that_is_named_gets_everything(reopen, folder):
    write(folder, more=SHARED)
    text = (folder / "collection.toml").read_text().replace("[royalties]", f'[royalties]\nreceiver = "{BEN}"')
    (folder / "collection.toml").write_text(text)
    with open_project(folder) as project:
        deployed = publish(project, FreezeStage(), PinStage(), DeployStage())[-1]
        assert (deployed.details["receiver"], deployed.notes) == (BEN, [])
        with pytest.raises(ChainError, match="nothing to withdraw"):
            publish(project, WithdrawStage())
    write(folder, more=SHARED)
    with open_project(folder) as project:
        assert any(f"royalties go 60 % to {ANNA}, 40 % to {BEN} now" in note for note in status_of(project).notes)


class TestAirdrop:
    @pytest.fixture
    def deployed(self, reopen):
        project = reopen()
        publish(project, FreezeStage(), PinStage(), DeployStage())
        return project

    @pytest.fixture
    def owners(self, folder):
        def written(text):
            (folder / "list.csv").write_text(text)
            return folder / "list.csv"

        return written

    def minted(self, project):
        return {each.token_id: each.recipient for each in project.store.mints(project.store.deployments()[-1].id)}

    def test_a_list_is_minted_once_and_proven(self, deployed, owners):
        stage = AirdropStage(owners(f"address,count\n{ANNA},1\n{BEN},1\n"))
        assert stage.pending(deployed) == 2
        (report,) = publish(deployed, stage)
        assert (report.details["minted"], report.details["owners"]) == (2, 2)
        assert report.details["recipients"]["accounts"] == [BEN, ANNA]
        (again,) = publish(deployed, stage)
        assert (again.details["minted"], stage.pending(deployed)) == (0, 0)
        publish(deployed, MintStage())
        assert self.minted(deployed) | {3: ""} == {1: ANNA, 2: BEN, 3: ""}
        assert publish(deployed, VerifyStage())[0].complete
        assert not any("recipient" in note for note in status_of(deployed).notes)

    def test_the_plan_is_kept_when_minting_was_stopped(self, deployed, owners, monkeypatch):
        file = owners(f"address,token\n{ANNA},3\n{BEN},1\n")
        with monkeypatch.context() as broken:
            broken.setattr("collection.chain.mint.mint", lambda *given, **named: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                publish(deployed, AirdropStage(file))
        file.write_text(f"address,count\n{ANNA},3\n")
        with pytest.raises(UsageError, match="gives out 3 tokens, and 1 are not given out yet"):
            publish(deployed, AirdropStage(file))
        publish(deployed, MintStage(to=ANNA))
        assert self.minted(deployed) == {1: BEN, 2: ANNA, 3: ANNA}

    def test_a_list_that_was_changed_when_it_was_half_minted_gives_nothing_twice(self, deployed, owners, monkeypatch):
        from collection.chain import mint

        real = mint.mint
        file = owners(f"address,count\n{ANNA},1\n{BEN},1\n")
        with monkeypatch.context() as stopped:
            stopped.setattr(mint, "mint", lambda *given, **named: real(*given, **{**named, "last": 1}))
            publish(deployed, AirdropStage(file))
        file.write_text(f"address,count\n{ANNA},1\n")  # a line was taken out
        with pytest.raises(UsageError, match="still gives out 1 token; 1 of it are minted"):
            AirdropStage(file).pending(deployed)
        with pytest.raises(UsageError, match="would get theirs twice"):
            publish(deployed, AirdropStage(file))
        assert self.minted(deployed) == {1: ANNA}
        assert forget(deployed).details == {"forgotten": 1}
        file.write_text(f"address,count\n{ANNA},2\n")
        publish(deployed, AirdropStage(file))
        assert self.minted(deployed) == {1: ANNA, 2: ANNA, 3: ANNA}

    def test_what_is_not_minted_can_be_taken_back(self, deployed, owners):
        file = owners(f"address,token\n{ANNA},1\n")
        publish(deployed, AirdropStage(file))
        frozen = deployed.store.frozen()
        deployed.store.plan_recipients(frozen, {2: BEN})
        assert forget(deployed).details == {"forgotten": 1}
        assert deployed.store.recipients(frozen) == {1: ANNA}
        assert AirdropStage(file).pending(deployed) == 0

    def test_a_contract_that_cannot_receive_is_named_and_nothing_is_sent(self, deployed, owners):
        contract = deployed.store.deployments()[-1]
        with publication_of(deployed).chain() as chain:
            sent = chain.web3.eth.send_transaction(
                {"from": chain.web3.eth.accounts[1], "data": "0x6001600c60003960016000f3fd"}
            )
            stuck = chain.web3.eth.wait_for_transaction_receipt(sent)["contractAddress"]
        file = owners(f"{stuck}\n{ANNA}\n")
        with pytest.raises(ChainError, match=stuck):
            publish(deployed, AirdropStage(file))
        assert self.minted(deployed) == {}
        with pytest.raises(ChainError, match=stuck):
            publish(deployed, MintStage(to=stuck))
        (report,) = publish(deployed, AirdropStage(file, anyway=True))
        assert report.details["minted"] == 2
        assert any(stuck in note for note in report.notes)
        file.write_text(f"{contract.address}\n")
        with pytest.raises(ChainError, match="own contract"):
            publish(deployed, AirdropStage(file, anyway=True))

    def test_the_next_tokens_only(self, deployed):
        assert MintStage(next=2).pending(deployed) == 2
        assert publish(deployed, MintStage(next=2))[0].details["minted"] == 2
        assert publish(deployed, MintStage(next=2))[0].details["minted"] == 1
        with pytest.raises(UsageError, match="is no address"):
            publish(deployed, MintStage(to="0x12"))


class TestGas:
    def test_the_plan_is_told_and_nothing_is_sent(self, reopen, folder):
        project = reopen(more=SHARED + "[chain]\nfreeze_metadata = true\n")
        publish(project, FreezeStage(), PinStage())
        plan, report = gas_of_project(project)
        assert [step.what for step in plan.steps] == [
            "deploy the splitter", "deploy the contract", "mint 3 to one owner", "freeze the metadata",
        ]  # fmt: skip
        assert (report.complete, report.details["missing"]) == (True, 0)
        assert not (folder / "chain.db").exists()
        publish(project, DeployStage(), MintStage())
        assert [step.what for step in gas_of_project(project)[0].steps] == ["freeze the metadata"]

    def test_who_cannot_pay_the_whole_plan_is_refused_before_anything_is_sent(self, reopen, monkeypatch):
        monkeypatch.setenv("ARTIST_KEY", "0x" + "77" * 32)
        project = reopen(more='[chain]\nkey = "env:ARTIST_KEY"\n')
        publish(project, FreezeStage(), PinStage())
        with pytest.raises(ChainError, match="are missing"):
            publish(project, DeployStage())
        assert project.store.deployments() == []
        _, report = gas_of_project(project)
        assert not report.complete and report.details["missing"] > 0


def test_the_configuration_can_have_the_metadata_frozen(reopen):
    project = reopen(more="[chain]\nfreeze_metadata = true\n")
    names = [stage.name for stage in pipeline(project)]
    assert names[names.index("mint") :] == ["mint", "freeze-metadata", "verify", "sheet"]
    publish(project, FreezeStage(), PinStage(), DeployStage(), MintStage())
    assert status_of(project).pending["freeze-metadata"] == 1
    publish(project, *pipeline(project)[names.index("freeze-metadata") : -1])
    assert status_of(project).pending["freeze-metadata"] == 0
    told = chain_state(project)
    assert (told.details["minted"], told.details["metadata_frozen"], told.details["genuine"]) == (3, True, True)
    assert "freeze-metadata" not in [stage.name for stage in pipeline(reopen())]
