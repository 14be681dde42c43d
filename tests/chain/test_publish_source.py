"""The sources of a token, a splitter, a sale and editions, from a public chain to a service, by the command's stage."""

from __future__ import annotations

import pytest

from collection.chain.editions import EditionSettings, deploy_editions
from collection.chain.sale import Terms, deploy_sale
from collection.errors import ChainError, UsageError
from collection.project import open_project
from collection.stages.pipeline import run_stages
from collection.stages.publication import publication_of
from collection.stages.publish import DeployStage, FreezeStage, PinStage
from collection.stages.publish_source import PublishSourceStage
from collection.store.records import Asset
from collection.store.review_records import Selection
from collection.values import Recipe

from ..ipfs.services import running
from .source_stand_ins import BlockscoutApi, SourcifyApi

KEY = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"  # the second account of Anvil's mnemonic
TOML = """\
title = "Public"
supply = 2
seed = 1

[[artists]]
name = "Anna"
address = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
share = 60

[[artists]]
name = "Ben"
address = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
share = 40

[chain]
network = "custom:77777"
rpc = "{rpc}"
key = "env:ARTIST_KEY"
"""


@pytest.fixture
def project(start_node, tmp_path, monkeypatch):
    monkeypatch.setenv("ARTIST_KEY", KEY)
    rpc = start_node("anvil", "--chain-id", "77777")
    (tmp_path / "collection.toml").write_text(TOML.format(rpc=rpc))
    with open_project(tmp_path) as opened:
        store = opened.store
        store.replace_plan([Recipe("painter", "painter/1", seed, 8, 8) for seed in (1, 2)])
        store.add_assets([Asset(p.id, p.recipe, opened.files.add(b"%d" % p.id), "p", 8, 8, 1) for p in store.planned()])
        store.replace_selection([Selection(1, 1, "best"), Selection(2, 2, "best")], "x", {})
        run_stages(opened, (FreezeStage(), PinStage()))
        yield opened


def deploy_all(project):
    """A token with its splitter, a sale of two phases, and editions."""
    run_stages(project, (DeployStage(),))
    publication = publication_of(project)
    token = publication.deployment()
    with publication.chain() as chain:
        account = publication.account(chain)
        phases = [Terms(0, 0, 10**16, 3, 0, b""), Terms(5, 9, 0, 0, 0, b"\7" * 32)]
        deploy_sale(project.store, chain, account, token.address, account.address, phases)
        settings = EditionSettings.of(publication.token_settings(account, account.address), 5, 0)
        deploy_editions(project.store, chain, account, settings)


def test_every_contract_of_a_project_is_published_with_its_constructor_arguments(project):
    with running(BlockscoutApi(looks=0)) as stand:
        stage = PublishSourceStage("blockscout", stand.url)
        with pytest.raises(ChainError, match="no contract on custom:77777"):
            run_stages(project, (stage,))
        deploy_all(project)

        preview = stage.preview(project)
        assert preview.details["pending"] == 4 and not stand.asked
        [report] = run_stages(project, (stage,))
        assert report.complete, report.failures
        contracts = [each["contract"] for each in report.details["contracts"]]
        assert sorted(contracts) == ["CollectionToken", "Editions", "Sale", "Splitter"]
        assert stage.pending(project) == 0

        with publication_of(project).chain() as chain:
            for told in stand.sent:
                arguments = bytes.fromhex(told["constructorArguments"])
                assert len(arguments) % 32 == 0 and len(arguments) >= 32
                assert chain.has_code(told["contractaddress"])
        sale = next(told for told in stand.sent if told["contractname"] == "src/Sale.sol:Sale")
        assert "07" * 32 in sale["constructorArguments"]  # the phases are in no record, only in the transaction

        [again] = run_stages(project, (stage,))
        assert again.complete and len(stand.sent) == 4

    with running(SourcifyApi(looks=0, reason="the bytecodes differ")) as stand:
        [report] = run_stages(project, (PublishSourceStage(at=stand.url),))
        assert not report.complete and len(report.failures) == 4
        assert "no_match: the bytecodes differ" in report.failures[0].why
        assert all(told["creationTransactionHash"].startswith("0x") for told in stand.sent)


def test_the_embedded_chain_is_refused_by_name(tmp_path):
    (tmp_path / "collection.toml").write_text('title = "Here"\nsupply = 1\nseed = 1\n')
    with open_project(tmp_path) as project, pytest.raises(UsageError, match="embedded is a chain of this machine"):
        run_stages(project, (PublishSourceStage(),))
