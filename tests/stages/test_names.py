"""Names of ENS in a project: asked of a stand-in for a node, kept, frozen, shown, and told when they move."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from collection.chain import ens
from collection.chain.networks import EMBEDDED_CHAIN_ID
from collection.errors import ChainError, ConfigError, UsageError
from collection.project import open_project
from collection.rescue.rescue import RescueSettings
from collection.stages import allowlist
from collection.stages.airdrop import AirdropStage
from collection.stages.generate import GenerateStage
from collection.stages.names import foretold, resolve_names
from collection.stages.pipeline import run_stages
from collection.stages.plan import PlanStage
from collection.stages.publish import DeployStage, FreezeStage, MintStage, PinStage, VerifyStage
from collection.stages.rescue import RescueStage
from collection.stages.status import status_of
from collection.stages.verify_public import verify_public
from collection.store.review_records import Selection

ALICE, BOB, CAROL = (
    "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
    "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
    "0x90F79bf6EB2c4f870365E785982E1f101E93b906",
)
RESOLVER = "0x" + "5e" * 20
TOML = """\
title = "Named"
supply = 4
seed = "named"
[image]
size = 64
[[artists]]
name = "Alice"
address = "alice.eth"
[chain]
recipient = "bob.eth"
ens_rpc = "{rpc}"
"""


class Ethereum:
    """A node of Ethereum that knows its block, code at the registry, and the calls that a name takes; nothing else."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {"alice.eth": ALICE, "bob.eth": BOB, "carol.eth": CAROL}
        self.asked = 0

    def answer(self, method: str, params: list) -> object:
        self.asked += 1
        match method:
            case "eth_chainId":
                return "0x1"
            case "eth_blockNumber":
                return "0x64"
            case "eth_call":
                assert params[1] == "0x64", "all is read at one block"
                return self._call(params[0]["to"], params[0]["data"])
        raise AssertionError(f"{method} is not asked of this node")

    def _call(self, to: str, data: str) -> str:
        nodes = {ens.namehash(name).hex(): address for name, address in self.names.items()}
        node = data[10:74]
        if to == ens.REGISTRY and data.startswith("0x0178b8bf"):
            return "0x" + (RESOLVER if node in nodes else ens.NOBODY)[2:].rjust(64, "0")
        assert to == RESOLVER and data.startswith("0x3b3b57de"), "addr(bytes32) of the resolver"
        return "0x" + nodes[node][2:].rjust(64, "0")


@pytest.fixture
def node() -> Iterator[Ethereum]:
    told = Ethereum()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            calls = asked if isinstance(asked, list) else [asked]
            said = [
                {"jsonrpc": "2.0", "id": each["id"], "result": told.answer(each["method"], each["params"])}
                for each in calls
            ]
            body = json.dumps(said if isinstance(asked, list) else said[0]).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield told
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def _chosen(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("named")
    (folder / "collection.toml").write_text(TOML.format(rpc="http://127.0.0.1:9"))
    with open_project(folder) as project:
        run_stages(project, [PlanStage(), GenerateStage(judged=False)])
        chosen = [asset.id for asset in project.store.assets()][:4]
        project.store.replace_selection([Selection(number, number, "best") for number in chosen], "x", {})
    return folder


@pytest.fixture
def folder(_chosen, tmp_path, node) -> Path:
    import shutil

    copy = Path(shutil.copytree(_chosen, tmp_path / "project"))
    (copy / "collection.toml").write_text(TOML.format(rpc=node.url))
    return copy


def test_from_a_name_to_proven_tokens_and_a_name_that_moved(folder, node):
    told: list[tuple[str, str]] = []
    with open_project(folder, tell=lambda head, text: told.append((head, text))) as project:
        assert foretold(project, FreezeStage()) == {"collection.toml, artists[0].address": f"alice.eth ({ALICE})"}
        assert project.store.resolved_names(EMBEDDED_CHAIN_ID) == {}
        run_stages(project, [FreezeStage()])
        assert told[0] == ("name", f"alice.eth ({ALICE}), collection.toml, artists[0].address")
        frozen = project.store.frozen()
        assert frozen.settings["artists"][0]["address"] == ALICE
        run_stages(project, [PinStage(), DeployStage(), MintStage()])
        assert ("name", f"bob.eth ({BOB}), collection.toml, chain.recipient") in told
        known = project.store.deployments()[-1]
        assert known.settings["royalty_receiver"] == ALICE
        assert {mint.recipient for mint in project.store.mints(known.id)} == {BOB}
        kept = project.store.resolved_names(known.chain_id)["bob.eth"]
        assert (kept.network, kept.block) == ("ethereum-mainnet", 100)

    node.names |= {"alice.eth": CAROL, "bob.eth": CAROL}
    with open_project(folder) as project:
        assert FreezeStage().pending(project) == 0
        (verified,) = run_stages(project, [VerifyStage(rerender=0)])
        assert verified.complete
        assert f"bob.eth leads to {CAROL} now; on record is {BOB}, of block 100 of ethereum-mainnet" in verified.notes
        again = resolve_names(project, again=True)
        assert again.details["names"]["bob.eth"]["address"] == CAROL
        assert again.details["names"]["alice.eth"]["address"] == ALICE, "the frozen set has it"
        assert any("the frozen set keeps" in note for note in again.notes)
        assert FreezeStage().pending(project) == 0
        assert run_stages(project, [VerifyStage(rerender=0)])[0].complete

    node.names.clear()
    with open_project(folder) as project:
        (verified,) = run_stages(project, [VerifyStage(rerender=0)])
        assert verified.complete and any("nobody registered it" in note for note in verified.notes)


def test_what_is_on_record_is_not_asked_again(folder, node):
    with open_project(folder) as project:
        assert resolve_names(project).details["names"]["alice.eth"]["address"] == ALICE
        before = node.asked
        resolve_names(project)
    with open_project(folder) as project:
        assert project.config.artists[0].address == ALICE and project.written.artists[0].address == "alice.eth"
        run_stages(project, [FreezeStage()])
        assert node.asked == before


@pytest.mark.parametrize(
    ("line", "words", "hint"),
    [
        ("", "embedded has no ENS, and chain.ens_rpc names no node of ethereum-mainnet", "ens_rpc"),
        ('ens_rpc = "http://127.0.0.1:9"', "no answer from ethereum-mainnet", "`collection resolve`"),
    ],
)
def test_a_name_that_cannot_be_asked_is_named_with_its_place(folder, line, words, hint):
    toml = TOML.replace('ens_rpc = "{rpc}"', line)
    (folder / "collection.toml").write_text(toml)
    with open_project(folder) as project:
        status_of(project)
        with pytest.raises(ChainError, match=r"collection.toml, artists.0..address: .*alice.eth") as caught:
            run_stages(project, [FreezeStage()])
    assert words in caught.value.message and hint in caught.value.hint


def test_a_name_that_leads_nowhere_is_named_with_its_place(folder, node):
    node.names["alice.eth"] = ens.NOBODY
    del node.names["bob.eth"]
    with open_project(folder) as project, pytest.raises(ChainError) as caught:
        resolve_names(project)
    assert 'collection.toml, artists[0].address: "alice.eth": it has no address' in caught.value.message
    assert 'collection.toml, chain.recipient: "bob.eth": it leads nowhere' in caught.value.message


def test_a_name_that_is_not_normal_is_refused_with_file_and_line(folder):
    toml = (folder / "collection.toml").read_text()
    (folder / "collection.toml").write_text(toml.replace("alice.eth", "Alice.eth"))
    with pytest.raises(ConfigError) as caught:
        open_project(folder)
    assert 'which is "alice.eth"' in str(caught.value.problems) and "artists" in str(caught.value.problems)


def test_a_contract_may_be_named_where_its_own_network_has_no_names(folder, node):
    """Of `rescue` and of `verify` without a project; the node that knows names is asked, and nothing is kept."""
    with open_project(folder) as project:
        run_stages(project, [FreezeStage(), PinStage(), DeployStage(), MintStage()])
        address = project.store.deployments()[-1].address
        with pytest.raises(ChainError, match=r'ADDRESS: "nobody.eth": it leads nowhere on ethereum-mainnet'):
            RescueStage("nobody.eth", RescueSettings()).run(project)
        node.names["set.eth"] = address
        assert run_stages(project, [VerifyStage("set.eth", rerender=0)])[0].complete
        assert "set.eth" not in project.store.resolved_names(EMBEDDED_CHAIN_ID)
    car = next((folder / "car").glob("*.car"))
    proven = verify_public("set.eth", "embedded", folder=folder, car=car, ens_rpc=node.url)
    assert (proven.complete, proven.details["address"]) == (True, address)
    with pytest.raises(ChainError, match=r"embedded has no ENS, and --ens-rpc names no node") as caught:
        verify_public("set.eth", "embedded", folder=folder, car=car)
    assert "--ens-rpc https://" in caught.value.hint
    with pytest.raises(UsageError, match=r'"Set.eth" is no address'):
        verify_public("Set.eth", "embedded", folder=folder, car=car)


def test_lists_may_name_owners(folder, node):
    listed = folder / "list.csv"
    with open_project(folder) as project:
        run_stages(project, [FreezeStage(), PinStage(), DeployStage()])
        listed.write_text("address,token\ncarol.eth,3\nnobody.eth,1\n")
        with pytest.raises(ChainError, match=r'list.csv, line 3: "nobody.eth": it leads nowhere'):
            run_stages(project, [AirdropStage(listed)])
        listed.write_text("address,token\ncarol.eth,3\nCarol.eth,1\n")
        with pytest.raises(UsageError, match=r'list.csv, line 3: "Carol.eth" is no address'):
            run_stages(project, [AirdropStage(listed)])
        listed.write_text(f"address,token\ncarol.eth,3\n{ALICE},1\n")
        assert foretold(project, AirdropStage(listed))["list.csv, line 2"] == f"carol.eth ({CAROL})"
        assert AirdropStage(listed).pending(project) == 2
        run_stages(project, [AirdropStage(listed)])
        frozen = project.store.frozen()
        assert project.store.recipients(frozen) == {1: ALICE, 3: CAROL}
        node.names["carol.eth"] = BOB
        run_stages(project, [AirdropStage(listed), MintStage(to="bob.eth")])
        owners = {each.token_id: each.recipient for each in project.store.mints(project.store.deployments()[-1].id)}
        assert owners == {1: ALICE, 2: BOB, 3: CAROL, 4: BOB}
        with pytest.raises(UsageError, match=r'--to: "bob" is no address'):
            run_stages(project, [MintStage(to="bob")])


def test_an_allowlist_may_name_buyers_where_there_is_a_project(folder):
    listed = folder / "friends.csv"
    listed.write_text(f"address,count\ncarol.eth,2\n{ALICE},1\n")
    with open_project(folder) as project:
        told = allowlist.build(listed, project).details
        assert allowlist.proof(listed, "carol.eth", project).details["account"] == CAROL
        listed.write_text(f"address,count\ncarol.eth,2\n{CAROL},1\n")
        with pytest.raises(UsageError, match=r"line 3: .* is in line 2 already"):
            allowlist.build(listed, project)
    listed.write_text(f"address,count\n{CAROL},2\n{ALICE},1\n")
    assert allowlist.build(listed).details["root"] == told["root"]
    listed.write_text("address,count\ncarol.eth,2\n")
    with pytest.raises(UsageError, match=r'friends.csv, line 2: "carol.eth" is a name, and there is no project'):
        allowlist.build(listed)
