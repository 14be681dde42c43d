"""Where keys come from, and that they are seen nowhere."""

from __future__ import annotations

import copy
import json
import pickle
import traceback
from pathlib import Path

import pytest
from eth_account import Account as EthAccount

from collection.chain import deploy, keys
from collection.chain.keys import PASSWORD_VARIABLE, PrivateKey, find_key
from collection.chain.networks import find_network
from collection.chain.transactions import Account, find_account, send
from collection.errors import ChainError, ConfigError, KeyMissingError

SECRET = "5ec2e7" * 10 + "beef"
ADDRESS = EthAccount.from_key(SECRET).address
PASSWORD = "correct horse battery"


def everything_told(error: BaseException) -> str:
    """A traceback as talkative as they come: causes, contexts, and every frame's locals but the test's."""
    error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next
    report = traceback.TracebackException.from_exception(error, capture_locals=True)
    told = [*report.format(), repr(error), str(error), repr(vars(error))]
    seen = error.__context__
    while seen is not None:  # also what `from None` hides
        told += traceback.TracebackException.from_exception(seen, capture_locals=True).format()
        seen = seen.__context__
    return "".join(told)


@pytest.fixture
def keystore(tmp_path: Path) -> Path:
    path = tmp_path / "artist.json"
    path.write_text(json.dumps(EthAccount.encrypt(SECRET, PASSWORD, kdf="pbkdf2", iterations=2)))
    return path


@pytest.mark.parametrize("written", [SECRET, "0x" + SECRET, f"  0x{SECRET.upper().replace('X', 'x')}\n"])
def test_from_the_environment(monkeypatch, written):
    monkeypatch.setenv("ARTIST_KEY", written)
    assert find_key("env:ARTIST_KEY").address == ADDRESS


def test_from_a_keystore(monkeypatch, keystore):
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    assert find_key("keystore:artist.json", keystore.parent).address == ADDRESS
    assert find_key(f"keystore:{keystore}").address == ADDRESS


def test_the_password_may_be_asked(monkeypatch, keystore):
    monkeypatch.delenv(PASSWORD_VARIABLE, raising=False)
    asked = []
    key = find_key(f"keystore:{keystore}", prompt=lambda question: asked.append(question) or PASSWORD)
    assert key.address == ADDRESS
    assert asked == ["Password of artist.json: "]


def test_what_is_missing_is_named(monkeypatch, tmp_path, keystore):
    monkeypatch.delenv("ARTIST_KEY", raising=False)
    monkeypatch.delenv(PASSWORD_VARIABLE, raising=False)
    with pytest.raises(KeyMissingError, match="ARTIST_KEY"):
        find_key("env:ARTIST_KEY")
    with pytest.raises(KeyMissingError, match=r"nothing\.json"):
        find_key("keystore:nothing.json", tmp_path)
    with pytest.raises(KeyMissingError) as caught:
        find_key(f"keystore:{keystore}")
    assert PASSWORD_VARIABLE in caught.value.hint


@pytest.mark.parametrize("source", [SECRET, "0x" + SECRET, f"raw:{SECRET}", "env:", "keystore:"])
def test_a_key_typed_into_the_configuration_is_refused_and_not_repeated(source):
    with pytest.raises(ConfigError) as caught:
        find_key(source)
    assert SECRET not in caught.value.message + str(caught.value.hint)


# Near misses, of which an error might repeat a part: cut short, with a letter too much, out of the curve's range.
MALFORMED = [SECRET[:-1], SECRET + "0", SECRET[:-1] + "g", SECRET + SECRET, "f" * 64, "0" * 64]


@pytest.mark.parametrize("malformed", MALFORMED)
def test_a_malformed_key_is_refused_and_not_repeated(monkeypatch, malformed):
    monkeypatch.setenv("ARTIST_KEY", malformed)
    with pytest.raises(ChainError, match="ARTIST_KEY does not hold a private key") as caught:
        find_key("env:ARTIST_KEY")
    assert malformed not in everything_told(caught.value)


@pytest.mark.parametrize("content", ["", "{}", "[]", "null", '{"version": 3}', '{"version": 3, "crypto": {}}'])
def test_a_file_that_is_no_keystore_is_refused(monkeypatch, tmp_path, content):
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    (tmp_path / "bad.json").write_text(content)
    with pytest.raises(ChainError, match="cannot be opened") as caught:
        find_key("keystore:bad.json", tmp_path)
    assert PASSWORD not in everything_told(caught.value)


def test_a_wrong_password_is_said_and_not_repeated(monkeypatch, keystore):
    monkeypatch.setenv(PASSWORD_VARIABLE, "wrong horse")
    with pytest.raises(ChainError, match="wrong password") as caught:
        find_key(f"keystore:{keystore}")
    assert "wrong horse" not in everything_told(caught.value)


def test_a_key_does_not_show_itself():
    key = PrivateKey(bytes.fromhex(SECRET))
    holder = Account(key.address, key)
    for shown in (repr(key), str(key), f"{key}", repr(holder), repr(vars(type(key)))):
        assert SECRET not in shown
        assert repr(bytes.fromhex(SECRET)) not in shown
    for leave in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            leave(key)
    with pytest.raises(TypeError):
        json.dumps(key)


class TestSecrecy:
    """Plant a key, let everything go wrong that can, and look for it in all that was said or written."""

    @pytest.fixture(params=["env", "keystore"])
    def account(self, request, monkeypatch, keystore, embedded):
        monkeypatch.setenv("ARTIST_KEY", SECRET)
        monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
        source = "env:ARTIST_KEY" if request.param == "env" else f"keystore:{keystore}"
        with embedded.open() as chain:
            return find_account(chain, source)

    def is_clean(self, told: str) -> bool:
        raw = bytes.fromhex(SECRET)
        forms = (SECRET, SECRET.upper(), repr(raw)[2:-1], str(int(SECRET, 16)), PASSWORD)
        return not any(form in told for form in forms)

    def failures(self, account, project, place, folder):
        """Every failure with a key in hand, by name."""

        def unsignable(chain):
            send(chain, account, {"to": "nowhere"})

        def poor(chain):
            deploy.deploy(project.store, chain, account, project.settings(account))

        def wrong_chain(chain):
            gift = {"nonce": 0, "gas": 21000, "maxFeePerGas": 1, "maxPriorityFeePerGas": 1, "chainId": 5, "value": 0}
            send(chain, account, {**gift, "to": account.address})

        def gone(chain):
            chain.close()
            send(chain, account, {"nonce": 0, "gas": 21000, "gasPrice": 1, "to": account.address, "value": 0})

        return [unsignable, poor, wrong_chain, gone]

    def test_no_failure_shows_the_key(self, account, make_project, embedded, tmp_path, capfd, caplog):
        caplog.set_level("DEBUG")
        project = make_project(tmp_path, 2)
        for failure in self.failures(account, project, embedded, tmp_path):
            with embedded.open() as chain, pytest.raises(Exception) as caught:
                failure(chain)
            assert self.is_clean(everything_told(caught.value)), failure.__name__
        written = capfd.readouterr()
        assert self.is_clean(written.out + written.err + caplog.text)

    def test_a_finished_run_leaves_no_key_behind(self, account, make_project, embedded, tmp_path, first_account):
        project = make_project(tmp_path, 2)
        with embedded.open() as chain:
            gift = {"from": first_account(chain).address, "to": account.address, "value": 10**18}
            chain.web3.eth.send_transaction(gift)
            deploy.deploy(project.store, chain, account, project.settings(account))
        raw = bytes.fromhex(SECRET)
        for path in tmp_path.rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                assert raw not in content, path
                assert SECRET.encode() not in content.lower(), path
                assert PASSWORD.encode() not in content, path


def test_the_search_finds_a_key_that_is_told():
    """The secrecy tests can fail: a key in a local variable is found."""

    def careless():
        secret = bytes.fromhex(SECRET)
        raise ValueError(len(secret))

    with pytest.raises(ValueError) as caught:
        careless()
    assert not TestSecrecy().is_clean(everything_told(caught.value))


def test_networks_without_accounts_need_a_key(embedded):
    with embedded.open() as chain:
        chain.network = find_network("sepolia")
        with pytest.raises(KeyMissingError, match="sepolia"):
            find_account(chain, None)


def test_the_curve_s_order_is_the_limit(monkeypatch):
    monkeypatch.setenv("ARTIST_KEY", f"{keys._CURVE_ORDER - 1:064x}")
    assert find_key("env:ARTIST_KEY").address.startswith("0x")
    monkeypatch.setenv("ARTIST_KEY", f"{keys._CURVE_ORDER:064x}")
    with pytest.raises(ChainError):
        find_key("env:ARTIST_KEY")
