"""An external signer: asked as it wants to be asked, and never believed."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from eth_account import Account as EthAccount

from collection.chain import deploy
from collection.chain.keys import find_key, key_at_hand
from collection.chain.signer import difference
from collection.chain.transactions import find_account
from collection.errors import ChainError, ConfigError
from collection.publish.signature import typed_manifest

KEY = EthAccount.from_key("0x" + "33" * 32)
OTHER = EthAccount.from_key("0x" + "44" * 32)
QUANTITIES = ("nonce", "gas", "gasPrice", "maxFeePerGas", "maxPriorityFeePerGas", "value", "chainId")
MANIFEST = {
    "title": "T", "tokens": 1, "merkle_root": "11" * 32, "bayc_provenance": "22" * 32, "images_cid": "a",
    "metadata_cid": "b",
}  # fmt: skip


class Signer:
    """A signer with a key; `change` is what it changes of a transaction, `methods` those that it has."""

    def __init__(self) -> None:
        self.methods, self.change, self.key, self.wrapped = ["eth_signTransaction"], {}, KEY, False
        self.answer: Any = None
        self.asked: list[str] = []

    def reply(self, call: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(call["method"])
        told = {"jsonrpc": "2.0", "id": call["id"]}
        if call["method"] not in self.methods:
            return {**told, "error": {"code": -32601, "message": "the method does not exist"}}
        if self.answer is not None:
            return {**told, **self.answer}
        if "Typed" in call["method"]:
            address, data = call["params"]
            assert address == KEY.address
            signature = self.key.sign_typed_data(full_message=data).signature
            return {**told, "result": "0x" + bytes(signature).hex()}
        [asked] = call["params"]
        assert asked.pop("from") == KEY.address
        assert asked.pop("input") == asked["data"]
        wanted = {name: int(value, 16) if name in QUANTITIES else value for name, value in asked.items()}
        raw = "0x" + bytes(self.key.sign_transaction({**wanted, **self.change}).raw_transaction).hex()
        return {**told, "result": {"raw": raw, "tx": {}} if self.wrapped else raw}


@pytest.fixture(scope="module")
def _signer() -> Iterator[tuple[Signer, str]]:
    signer = Signer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.dumps(signer.reply(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield signer, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def signer(_signer):
    _signer[0].__init__()
    return _signer[0]


@pytest.fixture
def source(_signer):
    return f"signer:{KEY.address}@{_signer[1]}"


TYPED = {
    "type": 2, "chainId": 5, "nonce": 7, "maxFeePerGas": 30, "maxPriorityFeePerGas": 2, "gas": 21_000, "value": 9,
    "to": OTHER.address, "data": "0xabcd",
}  # fmt: skip
LEGACY = {"chainId": 5, "nonce": 0, "gasPrice": 30, "gas": 21_000, "value": 0, "to": OTHER.address, "data": "0x"}
CREATION = {**TYPED, "to": "", "data": "0x6000"}


@pytest.mark.parametrize("transaction", [TYPED, LEGACY, CREATION])
@pytest.mark.parametrize(
    ("methods", "wrapped"),
    [(["eth_signTransaction"], False), (["eth_signTransaction"], True), (["account_signTransaction"], True)],
)
def test_what_was_asked_for_is_signed(signer, source, transaction, methods, wrapped):
    signer.methods, signer.wrapped = methods, wrapped
    signed = find_key(source).sign(transaction)
    assert signed == bytes(KEY.sign_transaction(transaction).raw_transaction)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"to": KEY.address}, "its to is"),
        ({"value": 10}, "its value is 10, not 9"),
        ({"nonce": 8}, "its nonce is 8, not 7"),
        ({"gas": 22_000}, "its gas is"),
        ({"maxFeePerGas": 31}, "its maxFeePerGas is 31, not 30"),
        ({"chainId": 1}, "its chainId is 1, not 5"),
        ({"data": "0xabce"}, "its data is 0xabce, not 0xabcd"),
    ],
)
def test_another_transaction_is_not_sent(signer, source, change, why):
    signer.change = change
    with pytest.raises(ChainError, match=why):
        find_key(source).sign(TYPED)


def test_another_account_a_refusal_and_nonsense(signer, source):
    signer.key = OTHER
    with pytest.raises(ChainError, match=f"it is signed by {OTHER.address}"):
        find_key(source).sign(TYPED)
    signer.answer = {"error": {"code": -32000, "message": "Request denied"}}
    with pytest.raises(ChainError, match="refused: Request denied"):
        find_key(source).sign(TYPED)
    for result in (None, "0x", "0xzz", {"raw": None}):
        signer.answer = {"result": result}
        with pytest.raises(ChainError, match="no signed transaction"):
            find_key(source).sign(TYPED)
    signer.answer = {"result": "0x02c0"}
    with pytest.raises(ChainError, match="it cannot be read"):
        find_key(source).sign(TYPED)
    signer.answer, signer.methods = None, []
    with pytest.raises(ChainError, match="does not exist"):
        find_key(source).sign(TYPED)
    with pytest.raises(ChainError, match="does not answer"):
        find_key(f"signer:{KEY.address}@http://127.0.0.1:9").sign(TYPED)


def test_typed_data(signer, source):
    data = typed_manifest(MANIFEST)
    signer.methods = ["account_signTypedData"]
    expected = "0x" + bytes(KEY.sign_typed_data(full_message=data).signature).hex()
    assert find_key(source).sign_typed(data) == expected
    signer.key = OTHER
    with pytest.raises(ChainError, match="not with"):
        find_key(source).sign_typed(data)


def test_what_names_no_signer_is_refused(monkeypatch, source):
    for wrong in ("0x12@http://x.example", KEY.address, f"{KEY.address}@ftp://x", f"{KEY.address}@env:NO_SUCH_SIGNER"):
        with pytest.raises(ConfigError, match=r"chain\.key"):
            find_key(f"signer:{wrong}")
    monkeypatch.setenv("MY_SIGNER", source.partition("@")[2])
    assert find_key(f"signer:{KEY.address}@env:MY_SIGNER").address == KEY.address
    assert key_at_hand(source) is None, "nobody is asked without need"


def test_a_field_that_was_left_out_is_found():
    raw = bytes(KEY.sign_transaction(LEGACY).raw_transaction)
    assert difference(LEGACY, raw, KEY.address) == ""
    assert "maxFeePerGas" in difference({**LEGACY, "maxFeePerGas": 1}, raw, KEY.address)


def test_a_contract_is_deployed_with_it(signer, source, embedded, make_project, tmp_path, first_account):
    project = make_project(tmp_path, 2)
    with embedded.open() as chain:
        account = find_account(chain, source)
        gift = {"from": first_account(chain).address, "to": account.address, "value": 10**18}
        chain.web3.eth.send_transaction(gift)
        deployed = deploy.deploy(project.store, chain, account, project.settings(account))
        assert chain.has_code(deployed.address)
    assert set(signer.asked) == {"eth_signTransaction"}
