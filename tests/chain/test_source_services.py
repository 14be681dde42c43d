"""Services that publish sources: asked first, sent to once, looked at until they have decided, told in their words."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace

import pytest

from collection.chain.compiled import artifact, artifact_of
from collection.chain.networks import find_network
from collection.chain.source_services.opening import open_service
from collection.chain.source_services.publish import publish
from collection.chain.source_services.service import State, Subject
from collection.chain.standard_json import standard_json
from collection.errors import ChainError, ConfigError, UnavailableError, UsageError
from collection.store.store import Store
from collection.transport import Client, Patience, TokenBucket
from collection.values import sha256_hex

from ..ipfs.services import running
from .source_stand_ins import KEY, BlockscoutApi, EtherscanApi, SourcifyApi

ADDRESS = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
NETWORK = find_network("custom:77777")
STANDS = {"sourcify": SourcifyApi, "etherscan": EtherscanApi, "blockscout": BlockscoutApi}
EARLIER = ("86572ff8bb79", "3e53aefb4839", "8a79e113c229", "fb8f1bed24d4")


@pytest.fixture
def subject():
    return Subject(77777, ADDRESS, artifact("Splitter"), "0x" + "7" * 64, "00" * 32)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """One for all tests: what is noted there goes by the address of a stand-in, and each test has one of its own."""
    opened = Store(tmp_path_factory.mktemp("sources") / "collection.db")
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setenv("ETHERSCAN_API_KEY", KEY)


@pytest.fixture(params=list(STANDS))
def stand(request):
    with running(STANDS[request.param]()) as server:
        yield server


def opened(stand):
    name = next(name for name, kind in STANDS.items() if type(stand) is kind)
    client = Client(TokenBucket(10_000, 100), Patience(tries=3, seconds=10, first_wait=0.001))
    at = f"{stand.url}/v2/api" if name == "etherscan" else stand.url
    return open_service(name, NETWORK, at, client=client)


def done(store, stand, subject, *, seconds=60.0):
    return publish(store, opened(stand), subject, seconds=seconds, pause=0.001)


def test_a_source_is_sent_once_and_looked_at_until_it_is_verified(stand, store, subject):
    first = done(store, stand, subject)
    assert first.sent and first.verdict.state is State.VERIFIED
    assert stand.seen == {"job-1": 3}
    again = done(store, stand, subject)
    assert not again.sent and again.verdict.state is State.VERIFIED
    assert len(stand.sent) == 1
    assert "ABI" not in str(stand.sent) and "000000" in str(stand.sent[0].get("constructorArguments", "000000"))


def test_what_a_service_shows_already_is_not_sent(stand, store, subject):
    stand.verified[ADDRESS.lower()] = "match"
    assert not done(store, stand, subject).sent
    assert [asked.method for asked in stand.asked] == ["GET"]


def test_a_run_that_ends_early_is_followed_by_one_that_looks_at_the_same_request(stand, store, subject):
    stand.looks = 10**6
    assert done(store, stand, subject, seconds=0.05).verdict.state is State.PENDING
    stand.looks = 0
    assert done(store, stand, subject).verdict.state is State.VERIFIED
    assert len(stand.sent) == 1


def test_a_refusal_is_told_with_its_reason_and_the_next_run_tries_once_more(stand, store, subject):
    stand.reason = "the bytecodes differ"
    refused = done(store, stand, subject).verdict
    assert refused.state is State.REFUSED and "the bytecodes differ" in refused.told
    stand.reason = ""
    assert done(store, stand, subject).sent
    assert len(stand.sent) == 2


def test_a_request_that_the_service_has_lost_is_made_again(stand, store, subject):
    stand.looks = 10**6
    done(store, stand, subject, seconds=0.05)
    stand.jobs.clear()
    stand.looks = 0
    assert done(store, stand, subject).verdict.state is State.VERIFIED
    assert len(stand.sent) == 2


def test_busy_servers_are_asked_again_and_in_the_end_named(stand, store, subject):
    stand.faults = [429, 503, None, 500, "drop"]
    assert done(store, stand, subject).verdict.state is State.VERIFIED
    assert len(stand.sent) == 1
    stand.faults = [502] * 3
    with pytest.raises(ChainError, match=rf"{opened(stand).name}: 127.0.0.1:\d+ replies 502") as caught:
        done(store, stand, subject)
    assert KEY not in str(caught.value) and "same command" in caught.value.hint


def test_an_answer_that_is_none_is_refused(stand, store, subject):
    stand.answer = lambda _: (200, {}, b"<html>welcome</html>")
    with pytest.raises(ChainError, match="no JSON object") as caught:
        done(store, stand, subject)
    assert "--at" in caught.value.hint


@pytest.mark.parametrize("kind", ["etherscan", "blockscout"])
def test_explorers_say_in_words_that_they_are_busy_or_behind_the_chain(kind, store, subject):
    with running(STANDS[kind](busy=3, early=2, similar=True)) as stand:
        assert done(store, stand, subject).verdict.state is State.VERIFIED
        assert len(stand.sent) == 1
        stand.verified.clear()
        stand.early = 10**6
        early = done(store, stand, replace(subject, address="0x" + "2" * 40), seconds=0.05).verdict
        assert early.state is State.EARLY and early.told


def test_a_key_that_is_not_taken_is_named_by_its_variable_and_never_shown(store, subject, monkeypatch):
    monkeypatch.setenv("MINE", "A-SECRET")
    with running(EtherscanApi()) as stand:
        service = open_service("etherscan", NETWORK, f"{stand.url}/v2/api", "env:MINE")
        with pytest.raises(ChainError, match="Invalid API Key") as caught:
            publish(store, service, subject)
        assert "export MINE=" in caught.value.hint and "A-SECRET" not in str(caught.value)
        stand.answer = lambda _: (200, {}, b'{"status": "0", "result": "Invalid API Key: A-SECRET"}')
        with pytest.raises(ChainError, match=r"Invalid API Key: \*\*\*"):
            publish(store, service, subject)
        stand.answer = lambda _: (403, {}, b"A-SECRET is unknown")
        with pytest.raises(ChainError, match="403") as caught:
            publish(store, service, subject)
        assert "A-SECRET" not in f"{caught.value} {caught.value.hint} {caught.value.__cause__}"


def test_constructor_arguments_that_nobody_knows(store, subject):
    with running(BlockscoutApi()) as stand:
        stand.spelt = {"autodetectConstructorArguments"}
        assert done(store, stand, replace(subject, arguments=None)).verdict.state is State.VERIFIED
    with running(EtherscanApi()) as stand, pytest.raises(ChainError, match="constructor") as caught:
        done(store, stand, replace(subject, arguments=None))
    assert "sourcify" in caught.value.hint


def test_what_sourcify_finds_wrong_at_once_is_a_refusal(store, subject):
    with running(SourcifyApi()) as stand:
        unsupported = {"customCode": "unsupported_chain", "message": "77777 is not supported", "errorId": "1"}
        answer, stand.answer = (
            stand.answer,
            lambda asked: (400, {}, json.dumps(unsupported).encode()) if asked.method == "POST" else answer(asked),
        )
        assert done(store, stand, subject).verdict.told == "unsupported_chain: 77777 is not supported"


@pytest.mark.parametrize("network", ["embedded", "anvil", "hardhat", "ganache"])
def test_a_chain_of_this_machine_is_refused_by_name(network):
    with pytest.raises(UsageError, match=f"{network} is a chain of this machine"):
        open_service("sourcify", find_network(network))


def test_bad_options_are_named(monkeypatch):
    for wrong in ("sourcify.dev", "https://", "https://user:word@host", "https://host/?chain=1"):
        with pytest.raises(UsageError, match="--at"):
            open_service("sourcify", NETWORK, wrong)
    with pytest.raises(UsageError, match=r'"nowhere" is no service'):
        open_service("nowhere", NETWORK)
    with pytest.raises(ConfigError, match=r"no Blockscout explorer of custom:77777"):
        open_service("blockscout", NETWORK)
    with pytest.raises(UsageError) as caught:
        open_service("etherscan", NETWORK, key="ABCDEF0123")
    assert "ABCDEF0123" not in str(caught.value)
    monkeypatch.delenv("ETHERSCAN_API_KEY")
    with pytest.raises(UnavailableError, match="ETHERSCAN_API_KEY is not set"):
        open_service("etherscan", NETWORK)


@pytest.mark.parametrize("contract", ["CollectionToken", "RevealToken", "Editions", "Splitter", "Sale"])
def test_every_artifact_has_its_sources(contract):
    assert set(standard_json(artifact(contract))["sources"]) == set(artifact(contract).sources)


@pytest.mark.parametrize("start", EARLIER)
def test_earlier_artifacts_compile_from_their_standard_json_alone(repository, missing, start):
    """Solc is given nothing but the input: a source that it lacks would be an error."""
    [file] = (repository / "collection" / "chain" / "artifacts").glob(f"*-{start}.json")
    compiled = artifact_of(sha256_hex(file.read_bytes()))
    given = standard_json(compiled)
    if start != EARLIER[0]:  # one is compiled: the others differ in their sources only
        assert set(given["sources"]) == set(compiled.sources)
        return
    if not shutil.which("node") or not (repository / "contracts" / "node_modules" / "solc").is_dir():
        missing("the compiler is not installed: npm ci --prefix contracts")
    solc = ["node", str(repository / "contracts" / "solc.mjs"), "--standard-json"]
    told = json.loads(subprocess.run(solc, input=json.dumps(given).encode(), capture_output=True, check=True).stdout)
    code = told["contracts"][f"src/{compiled.name}.sol"][compiled.name]["evm"]
    assert "0x" + code["bytecode"]["object"] == compiled.bytecode
    assert bytes.fromhex(code["deployedBytecode"]["object"]) == compiled.deployed


def test_a_source_that_is_not_in_this_release_is_named():
    lacking = replace(artifact("Splitter"), sources={"src/Splitter.sol": "0" * 64})
    with pytest.raises(ChainError, match=r"src/Splitter.sol of Splitter .* is not in this release") as caught:
        standard_json(lacking)
    assert "release of Collection that deployed it" in caught.value.hint
