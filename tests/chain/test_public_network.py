"""On a network whose accounts are nobody's but the artist's, a key is needed to send, and none to verify."""

from __future__ import annotations

import pytest

from collection.errors import KeyMissingError
from collection.project import open_project
from collection.stages.pipeline import run_stages
from collection.stages.publish import DeployStage, FreezeStage, MintStage, PinStage, VerifyStage
from collection.store.records import Asset
from collection.store.review_records import Selection
from collection.values import Recipe

KEY = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"  # the second account of Anvil's mnemonic
TOML = """\
title = "Public"
supply = 2
seed = 1

[[series]]
name = "day"
prompt = "noon"

[chain]
network = "custom:77777"
rpc = "{rpc}"
key = "env:ARTIST_KEY"
"""


@pytest.fixture(scope="session")
def public_node(start_node):
    return start_node("anvil", "--chain-id", "77777")


def test_verify_needs_no_key(public_node, tmp_path, monkeypatch):
    (tmp_path / "collection.toml").write_text(TOML.format(rpc=public_node))
    with open_project(tmp_path) as project:
        store = project.store
        store.replace_plan([Recipe("painter", "painter/1", seed, 8, 8) for seed in (1, 2)])
        store.add_assets(
            [Asset(p.id, p.recipe, project.files.add(b"%d" % p.id), "p", 8, 8, 1) for p in store.planned()]
        )
        store.replace_selection([Selection(1, 1, "best"), Selection(2, 2, "best")], "x", {})
        run_stages(project, (FreezeStage(), PinStage()))
        monkeypatch.delenv("ARTIST_KEY", raising=False)
        with pytest.raises(KeyMissingError, match="ARTIST_KEY"):
            run_stages(project, (DeployStage(),))
        monkeypatch.setenv("ARTIST_KEY", KEY)
        run_stages(project, (DeployStage(), MintStage()))

    monkeypatch.delenv("ARTIST_KEY")
    with open_project(tmp_path) as project:
        [report] = run_stages(project, (VerifyStage(rerender=0),))
        assert report.complete, report.failures
        assert report.details["proven"] == 2
        with pytest.raises(KeyMissingError):
            run_stages(project, (MintStage(),))
