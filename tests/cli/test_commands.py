"""Each command by itself: what it prints, how it refuses."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

COMMANDS = [
    "new", "config", "doctor", "run", "status", "plan", "generate", "score", "dedupe", "select", "sheet", "freeze",
    "pin", "deploy", "mint", "verify",
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_json(collection, command):
    said = collection(command, "--help")
    assert said.code == 0
    assert "--json" in said.out


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - {"new", "doctor"}))
def test_no_project_here(collection, tmp_path, command):
    said = collection(command, "--json", cwd=tmp_path)
    assert said.code == 2
    assert "no collection.toml" in said.object["error"]["message"]
    assert "collection new" in said.object["error"]["hint"]
    assert list(tmp_path.iterdir()) == []


def test_usage_errors_are_exit_code_2_and_json(collection):
    for words in (["nonsense"], ["plan", "--nonsense"], ["generate", "--limit", "many"]):
        said = collection(*words, "--json")
        assert said.code == 2
        assert said.object["error"]["message"]
        assert said.err


def test_a_value_that_does_not_fit_is_refused_in_the_words_of_the_house(here):
    for words, told in (
        (["generate", "--limit", "many"], "'--limit': many: a whole number is wanted"),
        (["plan", "--show", "-1"], "'--show': -1: at least 0 is wanted"),
        (["dedupe", "--keep", "bst"], "'--keep': 'bst' is not one of 'best', 'first', 'largest'"),
    ):
        said = here(*words)
        assert said.code == 2
        assert told in said.err


WORDS = {
    "import": ["nowhere"], "new": ["."], "note": ["1"], "recipe": ["nowhere.png"], "variations": ["1"],
    "review": ["--port", "70000"], "breed": ["1", "2"], "interpolate": ["1", "2"],
    **{name: ["1"] for name in ("pick", "reject", "lock", "inpaint", "reroll", "upscale", "lineage")},
}  # fmt: skip


def test_every_command_prints_one_object_where_work_had_failed(here, project, monkeypatch):
    """Also the commands that succeed: they tell of failures on stderr, and in their own object."""
    monkeypatch.chdir(project)  # some of them write into the folder they are called in
    from collection.project import open_project
    from collection.values import Failure
    from collection_cli.commands import COMMANDS as HEADINGS

    assert here("-C", project, "plan", "--json").code == 0
    with open_project(project) as opened:
        opened.store.record_failures("generate", [Failure("0001", "it came out black")])
    told = here("-C", project, "status", "--json")
    assert [failed["stage"] for failed in told.object["failed"]] == ["generate"]
    assert "generate 0001: it came out black" in told.err
    codes = {}
    for command in [name for members in reversed(HEADINGS.values()) for name in members]:
        with open_project(project) as opened:
            for stage in ("generate", "score", "pin"):
                opened.store.record_failures(stage, [Failure("0001", "it came out black")])
        said = here("-C", project, command, *WORDS.get(command, []), "--json")
        codes[command] = said.code
        assert said.object, command
        assert ("error" in said.object) <= (said.code > 0), command
    assert (codes["status"], codes["plan"], codes["freeze"], codes["breed"]) == (0, 0, 1, 2)


def test_an_error_of_the_configuration_carries_all_mistakes(here, project):
    path = project / "collection.toml"
    path.write_text(path.read_text().replace("supply = ", "suply = ").replace('"woodblock"', "3") + "\nsample = 1\n")
    error = here("-C", project, "plan", "--json").object["error"]
    messages = [problem["message"] for problem in error["problems"]]
    assert len(messages) > 1
    assert all(message in error["message"] for message in messages)
    assert all(problem["hint"] for problem in error["problems"])
    path.write_text("title = ")
    error = here("-C", project, "plan", "--json").object["error"]
    assert error["problems"] == [{"message": error["message"], "hint": error["hint"]}], "one mistake is a list too"


def test_new_without_a_name_makes_a_small_painter_project(collection, tmp_path):
    said = collection("new", tmp_path / "mine", "--json")
    assert said.object["sample"] == "first"
    config = tomllib.loads((tmp_path / "mine" / "collection.toml").read_text())
    assert config["supply"] <= 10
    again = collection("new", tmp_path / "mine")
    assert again.code == 2
    assert "is there already" in again.err
    assert collection("new", tmp_path / "other", "--sample", "nope").code == 2
    assert not (tmp_path / "other").exists()


def test_config_prints_what_is_in_force(collection, project):
    said = collection("-C", project, "config")
    assert tomllib.loads(said.out)["score"]["encoder"] == "tiny-clip"
    assert collection("-C", project, "config", "--json").object["candidates"] == 5
    schema = json.loads(collection("config", "--schema").out)
    assert "supply" in schema["properties"]


def test_a_wrong_key_is_refused_by_every_command_that_reads_the_file(collection, project):
    path = project / "collection.toml"
    path.write_text(path.read_text().replace("supply", "suply"))
    said = collection("-C", project, "run")
    assert said.code == 2
    assert f"{path}:2: unknown key suply; did you mean supply?" in said.err
    assert not (project / "collection.db").exists()


def test_an_unknown_painter_style_is_refused_before_anything_is_planned(collection, project):
    path = project / "collection.toml"
    path.write_text(path.read_text().replace("[styles.ink]", '[styles.ink]\npainter = "inkk"'))
    said = collection("-C", project, "plan")
    assert said.code == 2
    assert 'no style "inkk"; did you mean ink?' in said.err


def test_stages_out_of_order_name_the_one_before(collection, project):
    for stage, word in [("score", "generate"), ("freeze", "chosen"), ("pin", "freeze"), ("deploy", "freeze")]:
        said = collection("-C", project, stage)
        assert said.code == 1, stage
        assert word in said.err, stage


def test_doctor(collection, finished, tmp_path):
    said = collection("-C", finished, "doctor", "--json").object
    assert said["healthy"] is True
    checks = {check["what"]: check for check in said["checks"]}
    assert checks["chain embedded"]["ok"]
    assert all(check["fix"] for check in said["checks"] if not check["ok"])
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "collection.toml").write_text("title = 3")
    said = collection("-C", broken, "doctor", "--json")
    assert said.code == 1
    assert not said.object["healthy"]


def test_select_explains_every_choice(collection, finished):
    for token in (1, 2, 3):
        said = collection("-C", finished, "select", "--why", token, "--json").object
        assert said["why"].startswith("chosen: ")
    chosen = {collection("-C", finished, "select", "--why", token, "--json").object["image"] for token in (1, 2, 3)}
    other = next(number for number in range(1, 6) if number not in chosen)
    said = collection("-C", finished, "select", "--why-image", other, "--json").object
    assert said["why"].startswith("not chosen: ")
    assert collection("-C", finished, "select", "--why", 99).code == 2
    assert collection("-C", finished, "select", "--why-image", 99).code == 2


def test_two_commands_at_once_in_one_project(collection, project):
    import fcntl

    with (project / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = collection("-C", project, "plan")
        assert said.code == 1
        assert "another collection command" in said.err
        assert collection("-C", project, "status").code == 0, "readers need no leave"


def test_a_lost_image_is_made_again_and_nothing_else_changes(collection, finished, tmp_path):
    project = tmp_path / "copy"
    shutil.copytree(finished, project)
    lost = sorted(project.glob("files/*/*.png"))[0]
    content = lost.read_bytes()
    lost.unlink()
    said = collection("-C", project, "doctor", "--json")
    assert not said.object["healthy"]
    assert collection("-C", project, "generate", "--json").object["made"] == 1
    assert lost.read_bytes() == content
    assert collection("-C", project, "verify").code == 0


class TestVerifyFindsWhatWasChanged:
    """One line per failure, exit code 1."""

    @pytest.fixture
    def copy(self, finished: Path, tmp_path: Path) -> Path:
        shutil.copytree(finished, tmp_path / "copy")
        return tmp_path / "copy"

    def test_a_changed_byte_in_the_published_content(self, collection, copy):
        car = next(copy.glob("car/*.car"))
        data = bytearray(car.read_bytes())
        data[len(data) // 2] ^= 1
        car.write_bytes(data)
        said = collection("-C", copy, "verify")
        assert said.code == 1
        assert "does not have its hash" in said.err

    def test_another_owner_than_the_one_it_was_minted_to(self, collection, copy):
        with sqlite3.connect(copy / "collection.db") as database:
            database.execute(
                "UPDATE mint SET recipient = '0x0000000000000000000000000000000000000001' WHERE token_id = 2"
            )
        said = collection("-C", copy, "verify", "--json")
        assert said.code == 1
        assert [(failure["what"], failure["why"][:6]) for failure in said.object["failed"]] == [("token 2", "owner:")]

    def test_a_chain_that_began_anew(self, collection, copy):
        (copy / "chain.db").unlink()
        said = collection("-C", copy, "verify")
        assert said.code == 1
        assert f"collection -C {copy} deploy" in said.err
        assert collection("-C", copy, "run").code == 0, "run deploys and mints again"

    def test_a_set_that_was_changed_after_its_contract(self, collection, copy):
        path = copy / "collection.toml"
        path.write_text(path.read_text().replace('"Tiny"', '"Tiny II"'))
        said = collection("-C", copy, "freeze")
        assert said.code == 1
        assert "freeze --again" in said.err
        assert collection("-C", copy, "freeze", "--again").code == 0


def test_a_private_key_never_appears(collection, project):
    """Planted in the environment, used, and looked for everywhere afterwards."""
    secret = "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"  # a development key known to all
    path = project / "collection.toml"
    path.write_text(path.read_text() + '\n[chain]\nkey = "env:ARTIST_KEY"\n')
    environment = {**os.environ, "ARTIST_KEY": f"0x{secret}"}
    said = [collection("-C", project, command, env=environment) for command in ("run", "status", "doctor", "config")]
    assert said[0].code == 0, said[0]
    wrong = collection("-C", project, "mint", env={**os.environ, "ARTIST_KEY": f"0x{secret}0"})
    assert wrong.code == 1
    everything = "".join(item.out + item.err for item in [*said, wrong]).encode()
    everything += b"".join(file.read_bytes() for file in project.rglob("*") if file.is_file())
    assert secret.encode() not in everything
    assert bytes.fromhex(secret) not in everything


def test_a_main_network_must_be_named_in_full(collection, project):
    path = project / "collection.toml"
    path.write_text(path.read_text() + '\n[chain]\nnetwork = "mainnet"\n')
    said = collection("-C", project, "deploy", "--dry-run")
    assert said.code == 2
    assert "ethereum-mainnet" in said.err


def test_the_module_starts_without_the_script(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", "from collection_cli.main import main; main()", "--version"],
        capture_output=True,
        text=True,
    )
    assert done.stdout.startswith("collection ")


def test_a_folder_that_cannot_be_made_is_named(collection, tmp_path):
    (tmp_path / "file").write_text("in the way")
    said = collection("new", tmp_path / "file" / "project", "--json")
    assert said.code == 1
    assert str(tmp_path / "file") in said.object["error"]["message"]


def test_decisions_about_single_images_are_kept(collection, finished, tmp_path):
    project = tmp_path / "copy"
    shutil.copytree(finished, project)
    before = {
        number: collection("-C", project, "select", "--why-image", number, "--json").object for number in range(1, 6)
    }
    chosen = [number for number, said in before.items() if said["why"].startswith("chosen")]
    other = next(number for number in before if number not in chosen)
    said = collection("-C", project, "select", "--swap", chosen[0], other, "--json")
    assert (said.code, said.object["selected"]) == (0, 3)
    assert "rejected by curator" in collection("-C", project, "select", "--why-image", chosen[0]).out
    assert "locked by curator" in collection("-C", project, "select", "--why-image", other).out
    assert collection("-C", project, "select", "--diversity", 0.5, "--dry-run").code == 2


def test_help_shows_the_tables_of_the_configuration_that_it_names(collection):
    said = collection("dedupe", "--help").out.replace("│", " ")
    assert "[dedupe] keeps it" in " ".join(said.split())
