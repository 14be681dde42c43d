from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from collection.project import open_project
from collection.stages.judges import judges_of

Run = Callable[..., object]


@pytest.fixture
def decide(finished: Path, tmp_path: Path, here):
    """Runs a command on a copy of the finished project, and gives the object it printed."""
    folder = tmp_path / "project"
    shutil.copytree(finished, folder)

    def run(*words: object, code: int = 0):
        said = here("-C", folder, *words, "--json")
        assert said.code == code, said
        return said.object

    return run


def flags(decide) -> dict[int, dict[str, str]]:
    return {item["image"]: item["flags"] for item in decide("reviews")["images"] if item["flags"]}


def test_picks_and_rejects_of_two_curators(decide, monkeypatch: pytest.MonkeyPatch) -> None:
    assert decide("pick", "1-3", 2, "--as", "ada")["images"] == [1, 2, 3]
    monkeypatch.setenv("COLLECTION_CURATOR", "ben")
    assert decide("reject", 3, 4)["curator"] == "ben"
    assert flags(decide) == {
        1: {"ada": "pick"},
        2: {"ada": "pick"},
        3: {"ada": "pick", "ben": "reject"},
        4: {"ben": "reject"},
    }
    assert decide("reviews")["contested"] == [3]
    decide("select")
    assert "picked by ada" in decide("select", "--why-image", 1)["why"]
    assert "rejected by ben" in decide("select", "--why-image", 4)["why"]
    assert decide("reject", "is:contested id:1-9", "--as", "eve")["images"] == [3]
    assert decide("reject", "--undo", "--as", "eve")["images"] == [3]
    decide("reject", 3, "--off")
    assert decide("reject", "--undo")["images"] == [3]
    assert decide("pick", "--undo", "--as", "ada")["images"] == [1, 2, 3]
    assert flags(decide) == {3: {"ben": "reject"}, 4: {"ben": "reject"}}
    assert decide("pick", "--undo", "--as", "ada")["undone"] == []


def test_redo_brings_back_what_undo_took(decide) -> None:
    decide("pick", "1-2", "--as", "ada")
    decide("lock", 3, "--as", "ada")
    before = decide("reviews")["images"]
    undone = [decide("pick", "--undo", "--as", "ada")["undone"], decide("lock", "--undo", "--as", "ada")["undone"]]
    assert decide("reviews")["images"] == []
    decide("reject", 1, "--as", "ben")
    redone = [decide(stage, "--redo", "--as", "ada")["redone"] for stage in ("reject", "rank")]
    assert redone == undone[::-1], "the last undo first, whatever command it was of, and whatever others said since"
    decide("reject", "--undo", "--as", "ben")
    assert decide("reviews")["images"] == before
    assert decide("pick", "--redo", "--as", "ada")["redone"] == []
    decide("note", "--undo", "--as", "ada")
    decide("note", 5, "--text", "new", "--as", "ada")
    assert decide("note", "--redo", "--as", "ada")["redone"] == [], "something was said since"
    events = decide("reviews")["events"]
    assert "error" in decide("pick", "--undo", "--redo", code=2)
    assert "error" in decide("pick", 1, "--redo", code=2)
    assert decide("reviews")["events"] == events


def test_locks_hold_and_notes_are_kept(decide) -> None:
    decide("lock", 1, 2)
    assert "error" in decide("lock", 3, 4, code=1), "more than there are tokens"
    assert [item["image"] for item in decide("reviews")["images"] if item["locked_by"]] == [1, 2]
    decide("lock", 2, "--off")
    decide("reject", 1)
    assert [item["locked_by"] for item in decide("reviews")["images"]] == [None], "a reject lifts the lock"
    decide("note", 5, "--text", "crop <b>it</b>", "--as", "ada")
    assert decide("note", "1-5")["notes"] == {"5": [["ada", "crop <b>it</b>"]]}
    decide("note", 5, "--text", " ", code=2)


@pytest.mark.parametrize("words", [[], ["99"], ["x"], ["qualty>3"], ["5-2"], ["-1"], ["1", "--undo"]])
def test_images_that_cannot_be_meant(decide, words: list[str]) -> None:
    assert "error" in decide("pick", *words, code=2)
    assert decide("reviews")["events"] == 0


def test_an_order_is_ranked_and_counted_by_the_next_choice(decide) -> None:
    first = decide("rank")
    assert (first["votes"], first["conclusive"]) == (0, False)
    found = decide("rank", 5, 4, 3)
    assert (found["votes"], len(found["ranking"])) == (2, 5)
    strengths = {row["image"]: row["strength"] for row in found["ranking"]}
    assert strengths[5] > strengths[4] > strengths[3]
    assert decide("rank", "--dry-run")["pending"] == 0
    for _ in range(12):
        decide("rank", 5, 4, 3, 2, 1)
    assert decide("rank")["conclusive"]
    assert decide("select")["selected"] == 3
    assert "votes" in decide("select", "--why-image", 5)["why"]
    decide("rank", 1, code=2)


def test_the_log_is_exported_and_checked(decide, tmp_path: Path) -> None:
    decide("pick", 1, 2)
    file = tmp_path / "audit.jsonl"
    written = decide("reviews", "--export", file)
    assert decide("reviews", "--check", file) == written
    assert json.loads(file.read_text().splitlines()[0])["seen"] == {"by": "command"}
    file.write_text(file.read_text().replace("pick", "none", 1))
    assert "line 2" in decide("reviews", "--check", file, code=1)["error"]["message"]


def test_a_learned_preference_is_refused_until_votes_show_one(decide) -> None:
    assert "nobody has voted" in decide("learn", code=1)["error"]["message"]
    decide("pick", 1)
    decide("reject", 2)
    assert "no preference shows in" in decide("learn", code=1)["error"]["message"]
    assert sorted(decide("ask", 9)["ask"]) == [3, 4, 5]
    assert decide("ask", 1)["ask"] == decide("ask", 9)["ask"][:1]
    assert "no curator of the name ada" in decide("learn", "--curator", "ada", code=1)["error"]["message"]
    assert decide("learn", "--dry-run")["pending"] == 2
    decide("ask", 0, code=2)


def test_a_proven_preference_scores_new_images_and_can_be_asked_for_by_name(decide, tmp_path: Path) -> None:
    """The learned preference is put in by hand: five images cannot prove one."""
    import numpy as np

    from collection.store.review_records import LearnedPreference

    with open_project(tmp_path / "project") as project:
        model, width = judges_of(project).duplicate_thresholds.model, judges_of(project).scorers.encoder.dimensions
        project.store.replace_learned_preference(
            LearnedPreference("learned-preference", model, np.ones(width), 0.0, {"better": True}), []
        )
    assert decide("score")["scored"] == 5
    with open_project(tmp_path / "project") as project:
        assert [*judges_of(project).ranking_metrics] == ["learned-preference"]
        assert sum(score.metric == "learned-preference" for score in project.store.scores()) == 5
    config = tmp_path / "project" / "collection.toml"
    config.write_text(config.read_text() + '[select]\nby = ["quality", "nonsense"]\n')
    assert "nonsense" in decide("select", code=2)["error"]["message"]


def test_where_nothing_judges_every_command_says_so_until_somebody_compares(decide, tmp_path: Path, here) -> None:
    folder = tmp_path / "project"
    decide("pick", 1)
    chosen = decide("select")
    assert (chosen["judged_by"], chosen["mean_score"]) == ([], None)
    assert decide("status")["judged_by"] == []
    assert "not judged" in here("-C", folder, "select", "--diversity", 0.4).out
    assert "chosen for variety and by your votes" in here("-C", folder, "status").out
    assert decide("select", "--preview")["then"]["mean_score"] is None
    decide("rank", 3, 2)
    assert "they rank the images" in here("-C", folder, "rank").out
    assert decide("select")["judged_by"] == decide("status")["judged_by"] == ["votes"]
