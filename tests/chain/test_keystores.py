"""Key files: made, imported and listed; encrypted for their owner alone, and never shown."""

from __future__ import annotations

import json
import stat

import pytest
from eth_account import Account as EthAccount

from collection.chain import keystores
from collection.chain.keys import PASSWORD_VARIABLE, find_key
from collection.errors import ChainError, KeyMissingError, UsageError
from collection.project import open_project
from collection.stages.keys import import_account, listed_keys, new_account

SECRET = "5ec2e7" * 10 + "beef"
ADDRESS = EthAccount.from_key(SECRET).address
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(keystores, "_KDF", {"kdf": "pbkdf2", "iterations": 2})
    monkeypatch.delenv(PASSWORD_VARIABLE, raising=False)


class Person:
    """Answers questions in turn, and remembers them."""

    def __init__(self, *answers: str) -> None:
        self.answers, self.asked = [*answers], []

    def __call__(self, question: str) -> str:
        self.asked.append(question)
        return self.answers.pop(0)


def test_a_new_account_is_opened_by_its_password(tmp_path):
    person = Person(PASSWORD, PASSWORD)
    made = keystores.new_keystore(tmp_path, "artist", person)
    assert person.asked == ["New password of artist.json: ", "Again: "]
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    key = find_key("keystore:keys/artist.json", tmp_path, Person(PASSWORD))
    assert key.address == made.address
    assert keystores.keystores(tmp_path) == [made]
    assert [path.name for path in made.path.parent.iterdir()] == ["artist.json"]
    with pytest.raises(UsageError, match="never overwritten"):
        keystores.new_keystore(tmp_path, "artist", Person(PASSWORD, PASSWORD))
    assert keystores.new_keystore(tmp_path, "second", Person(PASSWORD, PASSWORD)).address != made.address


def test_a_key_is_imported_from_a_terminal_or_the_environment(tmp_path, monkeypatch):
    person = Person(PASSWORD, PASSWORD, f"0x{SECRET}")
    assert keystores.import_keystore(tmp_path, "typed", None, person).address == ADDRESS
    monkeypatch.setenv("ARTIST_KEY", SECRET)
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    assert keystores.import_keystore(tmp_path, "kept", "ARTIST_KEY", None).address == ADDRESS
    for path in (tmp_path / "keys").iterdir():
        assert SECRET not in path.read_text().lower()
        assert PASSWORD not in path.read_text()


@pytest.mark.parametrize("name", ["", "../evil", "a/b", ".hidden", "a b"])
def test_a_name_that_is_no_file_s_is_refused(tmp_path, name):
    with pytest.raises(UsageError, match="no name of a key file"):
        keystores.new_keystore(tmp_path, name, Person(PASSWORD, PASSWORD))


def test_what_cannot_be_made_leaves_no_file_and_tells_no_secret(tmp_path, monkeypatch):
    for answers, why in (((PASSWORD, "other horse"), "differ"), (("short", "short"), "at least 8 characters")):
        with pytest.raises(ChainError, match=why) as caught:
            keystores.new_keystore(tmp_path, "artist", Person(*answers))
        assert not any(answer in str(caught.value.__dict__) for answer in answers)
    with pytest.raises(ChainError, match="no private key") as caught:
        keystores.import_keystore(tmp_path, "artist", None, Person(PASSWORD, PASSWORD, SECRET[:-1]))
    assert SECRET[:-1] not in str(caught.value.__dict__)
    with pytest.raises(KeyMissingError, match="nobody can be asked"):
        keystores.new_keystore(tmp_path, "artist", None)
    with pytest.raises(KeyMissingError, match="NO_SUCH_KEY is not set"):
        keystores.import_keystore(tmp_path, "artist", "NO_SUCH_KEY", Person(PASSWORD, PASSWORD))
    assert not list(tmp_path.rglob("*.json"))


def test_the_list_says_which_account_sends(tmp_path, monkeypatch):
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    monkeypatch.setenv("ARTIST_KEY", SECRET)
    config = 'title = "K"\nsupply = 1\nseed = "k"\n[chain]\nkey = "keystore:keys/artist.json"\n'
    (tmp_path / "collection.toml").write_text(config)
    with open_project(tmp_path) as project:
        made = new_account(project, "other")
        assert made.hint == 'key = "keystore:keys/other.json" under [chain] sends with it'
        import_account(project, "artist", "ARTIST_KEY")
        (tmp_path / "keys" / "notes.json").write_text(json.dumps({"address": 7}))
        listed = listed_keys(project)
    sends = {one["address"]: one["sends"] for one in listed.details["accounts"]}
    assert sends == {ADDRESS: True, made.details["address"]: False}
    assert SECRET not in str(listed)
