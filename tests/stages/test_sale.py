"""A sale from collection.toml to the buyers and back, as the commands do it, on the embedded chain."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from collection.chain.sale import SaleContract
from collection.chain.transactions import Account, carry_out
from collection.errors import ChainError, ConfigError, UsageError
from collection.project import Project, open_project
from collection.stages import allowlist
from collection.stages.airdrop import AirdropStage
from collection.stages.generate import GenerateStage
from collection.stages.pipeline import run_stages
from collection.stages.plan import PlanStage
from collection.stages.publication import publication_of
from collection.stages.publish import DeployStage, FreezeMetadataStage, FreezeStage, MintStage, PinStage, VerifyStage
from collection.stages.rehearse import RehearseStage
from collection.stages.sale import PhaseStage, known_sale, sign_voucher
from collection.stages.status import status_of
from collection.store.review_records import Selection

# The first account of the mnemonic that the embedded chain shares with Anvil.
KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
TOML = """\
title = "Sold"
supply = 6
seed = "sold"
[image]
size = 64
[chain]
key = "env:SALE_KEY"
[sale]
reserve = 1
[[sale.phases]]
name = "friends"
start = "2020-01-01T00:00Z"
price = "0.01"
allowlist = "friends.csv"
[[sale.phases]]
name = "everybody"
start = "2020-01-01T00:00Z"
price = "{price}"
per_account = 2
"""


def run(project: Project, *stages):
    return run_stages(project, stages)


@pytest.fixture(scope="module")
def buyers() -> list[str]:
    return ["0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"]


@pytest.fixture(scope="module")
def _deployed(tmp_path_factory, buyers) -> Path:
    folder = tmp_path_factory.mktemp("sold")
    (folder / "collection.toml").write_text(TOML.format(price="0.02"))
    (folder / "friends.csv").write_text(f"address,count\n{buyers[0]},2\n{buyers[1]},1\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SALE_KEY", KEY)
        with open_project(folder) as project:
            run(project, PlanStage(), GenerateStage(judged=False))
            chosen = [asset.id for asset in project.store.assets()][:6]
            project.store.replace_selection([Selection(number, number, "best") for number in chosen], "x", {})
            run(project, FreezeStage(), PinStage(), DeployStage())
    return folder


@pytest.fixture
def project(_deployed, tmp_path, monkeypatch) -> Iterator[Project]:
    import shutil

    monkeypatch.setenv("SALE_KEY", KEY)
    with open_project(Path(shutil.copytree(_deployed, tmp_path / "project"))) as opened:
        yield opened


@pytest.fixture
def buy(project) -> Callable[..., None]:
    """Calls the sale as one of the chain's accounts."""

    def bought(buyer: str, value: int, function: str, *arguments):
        publication = publication_of(project)
        with publication.chain() as chain:
            sale = SaleContract(chain, known_sale(project, publication.deployment()).address)
            sale.carry_out(Account(buyer), function, *arguments, value=value)

    return bought


def test_a_whole_sale(project, buyers, buy):
    with pytest.raises(ChainError, match="has no sale"):
        run(project, PhaseStage())
    (applied,) = run(project, PhaseStage("apply"))
    assert applied.details["gas"] > 0 and not applied.details["open"]
    assert run(project, PhaseStage("apply"))[0].details["gas"] == 0
    with pytest.raises(ChainError, match="1 token of the reserve not minted yet"):
        run(project, PhaseStage("open"))
    (minted,) = run(project, MintStage())
    assert minted.details["minted"] == 1
    assert run(project, PhaseStage("open"))[0].details["open"]
    (project.folder / "more.csv").write_text(f"address,token\n{buyers[0]},6\n")
    for stage in (FreezeMetadataStage(), AirdropStage(project.folder / "more.csv")):
        with pytest.raises(ChainError, match="owns the contract while it sells") as caught:
            run(project, stage)
        assert caught.value.hint == "collection phase close"

    line = allowlist.proof(project.folder / "friends.csv", buyers[0]).details
    proof = [bytes.fromhex(each[2:]) for each in line["proof"]]
    buy(buyers[0], 2 * 10**16, "claim", 0, line["index"], line["allowed"], 2, proof)
    buy(buyers[1], 2 * 10**16, "buy", 1, 1)
    voucher = sign_voucher(project, buyers[1], 1, 5, 2**40)
    signature = bytes.fromhex(voucher["signature"][2:])
    buy(buyers[0], 5, "redeem", tuple(voucher["message"].values()), signature)
    assert sign_voucher(project, buyers[1], 1, 5, 2**40)["message"]["nonce"] == 1

    (shown,) = run(project, PhaseStage())
    assert [(row["name"], row["sold"], row["state"]) for row in shown.details["phases"]] == [
        ("friends", 2, "selling"), ("everybody", 1, "selling"),
    ]  # fmt: skip
    (verified,) = run(project, VerifyStage())
    assert (verified.complete, verified.details["proven"], verified.details["unsold"]) == (True, 5, 1)
    status = status_of(project)
    assert (status.counts["minted"], status.goals["minted"], status.pending["mint"]) == (1, 1, 0)

    run(project, PhaseStage("pause"))
    with pytest.raises(ChainError, match="EnforcedPause"):
        buy(buyers[0], 2 * 10**16, "buy", 1, 1)
    run(project, PhaseStage("resume"), PhaseStage("close"))
    with pytest.raises(ChainError, match="OwnableUnauthorizedAccount"):
        buy(buyers[0], 2 * 10**16, "buy", 1, 1)
    assert run(project, VerifyStage())[0].complete


def test_what_was_not_sold_by_the_sale_is_found(project, buyers, buy):
    """After the sale is closed, the owner mints to a stranger: neither the plan nor the sale says so."""
    run(project, MintStage(), PhaseStage("apply"), PhaseStage("open"))
    buy(buyers[1], 2 * 10**16, "buy", 1, 1)
    run(project, PhaseStage("close"))
    publication = publication_of(project)
    with publication.chain() as chain:
        from collection.chain.contract import TokenContract

        contract = TokenContract(chain, publication.deployment().address)
        call = contract.mint_batch(buyers[0], 3, 1)
        carry_out(chain, publication.account(chain), call, contract.artifact.abi, "mint")
    (verified,) = run(project, VerifyStage())
    assert [failure.what for failure in verified.failures] == ["token 3"]
    assert "nobody that this project knows" in verified.failures[0].why


def test_a_wrong_sale_is_named(project):
    run(project, MintStage(), PhaseStage("apply"))
    known = publication_of(project).deployment()
    sale = known_sale(project, known)
    project.store.drop_companion(sale.id)
    from dataclasses import replace

    project.store.add_companion(replace(sale, address=known.address))
    (verified,) = run(project, VerifyStage())
    assert any(failure.why.startswith("sale: ") for failure in verified.failures)


def test_phases_follow_the_configuration(project):
    run(project, PhaseStage("apply"))
    text = TOML.format(price="0.03").replace("supply = 6", "supply = 6")
    (project.folder / "collection.toml").write_text(text)
    with open_project(project.folder) as changed:
        (applied,) = run(changed, PhaseStage("apply"))
        assert [row["price"] for row in applied.details["phases"]] == [10**16, 3 * 10**16]
        (changed.folder / "collection.toml").write_text(text[: text.rindex("[[sale.phases]]")])
    with open_project(project.folder) as shorter:
        (applied,) = run(shorter, PhaseStage("apply"))
        assert [row["state"] for row in applied.details["phases"]] == ["selling", "over"]


def test_lists_are_built_checked_and_proven(project, buyers):
    file = project.folder / "friends.csv"
    built = allowlist.build(file)
    told = json.loads((project.folder / "friends.allowlist.json").read_text())
    assert (told["format"], told["tree"][0]) == ("standard-v1", built.details["root"])
    with pytest.raises(UsageError, match="has no sale"):
        allowlist.check(project, file)
    run(project, PhaseStage("apply"))
    assert allowlist.check(project, file).details["phases"] == [0]
    file.write_text(f"address,count\n{buyers[0]},2\n")
    assert not allowlist.check(project, file).complete
    with pytest.raises(UsageError, match="is not on the list"):
        allowlist.proof(file, buyers[1])
    with pytest.raises(UsageError, match="is no address"):
        allowlist.proof(file, "0x12")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('price = "0.02"', 'price = "a lot"', "sale.phases"),
        ('price = "0.02"', "price = 0.02", "sale.phases"),
        ('"2020-01-01T00:00Z"', '"2020-01-01"', "sale.phases"),
        ("per_account = 2", 'end = "2019-01-01T00:00Z"', "is not after 2020-01-01T00:00Z"),
        ("reserve = 1", "reserve = 7", "7 is more than supply = 6"),
    ],
)
def test_what_cannot_be_sold_so_is_refused_when_the_file_is_read(tmp_path, old, new, words):
    (tmp_path / "collection.toml").write_text(TOML.format(price="0.02").replace(old, new))
    with pytest.raises(ConfigError) as caught:
        open_project(tmp_path)
    assert any(words in problem.message for problem in caught.value.problems), caught.value.problems


def test_without_a_sale_nothing_is_sold(tmp_path):
    text = TOML.format(price="0.02")
    (tmp_path / "collection.toml").write_text(text[: text.index("[sale]")])
    with open_project(tmp_path) as project, pytest.raises(UsageError, match=r"no \[sale\]"):
        run(project, PhaseStage())


def test_a_whole_launch_is_rehearsed_and_nothing_is_left_behind(project, buyers):
    def files():
        found = (path for path in project.folder.rglob("*") if path.is_file())
        return {path: path.read_bytes() for path in found if path.suffix in {".db", ".car", ".png", ".toml", ".json"}}

    project.store.counts()
    before = files()
    (report,) = run(project, RehearseStage())
    assert report.failures == [] and report.complete
    done = [step["what"] for step in report.details["steps"]]
    assert done == [
        "gas", "deploy", "mint", "phase", "phase", "proofs of phase 0", "buy in phase 1", "voucher", "phase", "mint",
        "verify", "crawl",
    ]  # fmt: skip
    assert report.details["crawled"] == 6
    assert files() == before


def test_a_rehearsal_tells_what_would_go_wrong(project, buyers, monkeypatch):
    monkeypatch.setattr("collection.chain.allowlist.leads_to", lambda line, root: line.account != buyers[1])
    (report,) = run(project, RehearseStage())
    assert not report.complete
    assert [(failure.what, "does not lead to the root" in failure.why) for failure in report.failures] == [
        (buyers[1], True)
    ]
