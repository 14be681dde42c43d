"""Rarity of a project: selected images first, tokens once they are frozen; each rank explained."""

from __future__ import annotations

from pathlib import Path

import pytest

from collection.errors import NotFoundError, PublishError
from collection.project import open_project
from collection.stages.publish import FreezeStage
from collection.stages.rarity import moves, rarity_of
from collection.store.records import Asset
from collection.store.review_records import Selection

TOML = """\
title = "Hats"
supply = 4
candidates = 0
seed = "hats"

[publish.traits]
level = { type = "level" }
"""
HATS = ["cap", "cap", "crown", "beret"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four imported images with a hat and a level, all selected."""
    (tmp_path / "collection.toml").write_text(TOML)
    with open_project(tmp_path) as project:
        project.store.add_imported(
            [
                Asset(0, None, project.files.add(b"picture %d" % place), f"{place:064x}", 8, 8, 9,
                      features={"Hat": hat, "Level": str(place % 2)})
                for place, hat in enumerate(HATS)
            ]
        )  # fmt: skip
        numbers = [asset.id for asset in project.store.assets()]
        project.store.replace_selection([Selection(number, number, "best") for number in numbers], "x", {})
    return tmp_path


def test_selected_images_are_ranked_and_then_the_tokens(folder: Path) -> None:
    with open_project(folder) as project:
        before = rarity_of(project)
        assert (before.frozen, before.report.details["set"]) == (False, "selected")
        FreezeStage().run(project)
        after = rarity_of(project)
        assert (after.frozen, after.report.details["set"]) == (True, "frozen")
        by_image = {after.images[number]: token for number, token in after.rarity.by_token.items()}
        assert {n: (t.rank, t.score) for n, t in by_image.items()} == {
            n: (t.rank, t.score) for n, t in before.rarity.by_token.items()
        }


def test_a_rank_is_explained_trait_by_trait(folder: Path) -> None:
    with open_project(folder) as project:
        table = rarity_of(project)
        found, report = table.explained(3)
        shares = {part["trait"]: (part["value"], part["tokens"]) for part in report.details["traits"]}
        assert shares == {"hat": ("crown", 1), "level": ("0", 2), "meta_trait:trait_count": ("2", 4)}
        assert sum(part["bits"] for part in report.details["traits"]) == pytest.approx(found.bits) == 3
        assert report.line.startswith("image 0003 has rank 1 of 4 images: 1 trait that nobody else has")
        with pytest.raises(NotFoundError, match="no image 0009"):
            table.explained(9)


def test_it_says_what_moves_if_an_image_leaves(folder: Path) -> None:
    with open_project(folder) as project:
        table = rarity_of(project)
        assert table.rarity.by_token[1].rank == 3
        found = {move.number: (move.before, move.after) for move in moves(table, rarity_of(project, [2]))}
        assert found[1] == (3, 2)
        with pytest.raises(NotFoundError, match="no image 9"):
            rarity_of(project, [9])


def test_nothing_selected_is_nothing_to_rank(folder: Path) -> None:
    with open_project(folder) as project:
        project.store.replace_selection([], "y", {})
        with pytest.raises(PublishError, match="nothing is selected"):
            rarity_of(project)
