"""Images that were imported are restyled, dreamed and enlarged as others are; lineage, tokens and notes say whence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from collection.errors import UsageError
from collection.pictures.files import encode_png
from collection.project import Project
from collection.publish.metadata import _maker
from collection.stages.derive import InterpolateStage, VariationsStage
from collection.stages.dream import DreamStage
from collection.stages.generate import GenerateStage
from collection.stages.importing import ImportStage
from collection.stages.lineage import lineage_of
from collection.stages.plan import PlanStage
from collection.stages.restyle import RestyleStage
from collection.values import Pixels

NOTE = "image 0001 was imported: the project knows no license of it; find it out before you publish what is made of it"


@pytest.fixture
def project(tmp_path: Path, photograph: Pixels) -> Iterator[Project]:
    """Two imported pictures, and a plan of one."""
    scans = tmp_path / "scans"
    scans.mkdir()
    for number, pixels in enumerate((photograph, np.ascontiguousarray(photograph[::-1]))):
        (scans / f"{number}.png").write_bytes(encode_png(pixels))
    (scans / "0.json").write_text('{"attributes": [{"trait_type": "Place", "value": "table"}]}')
    (tmp_path / "collection.toml").write_text(
        'title = "x"\nsupply = 1\nseed = 1\ncandidates = 1\n[image]\nsize = 64\n[[series]]\nprompt = "a harbour"\n'
    )
    with Project(tmp_path) as opened:
        ImportStage(scans).run(opened)
        yield opened


def test_a_dream_of_an_imported_image_says_what_it_is_of(project: Project, photograph: Pixels) -> None:
    report = DreamStage([1], layer="block1", octaves=1, steps=2).run(project)
    assert report.notes == [NOTE]
    (number,) = report.details["added"]
    recipe = next(item.recipe for item in project.store.recipes() if item.id == number)
    assert (recipe.parents, recipe.traits, recipe.prompt) == ((), {"Place": "table"}, "")
    assert (recipe.width, recipe.height) == (photograph.shape[1], photograph.shape[0])
    GenerateStage().run(project)
    made = project.store.asset(number)
    assert made is not None and made.width == photograph.shape[1]
    assert _maker(made) == "a machine, from the recipe below and the picture that it begins from"
    of_dream, of_source = lineage_of(project, number).as_json(), lineage_of(project, 1).as_json()
    [source] = of_dream["parents"]
    assert (source["image"], source["origin"]) == (1, "import")
    assert [of_source["image"], of_source["children"]] == [1, [number]]
    assert "nothing to do" in DreamStage([1], layer="block1", octaves=1, steps=2).run(project).line
    with pytest.raises(UsageError, match="image 2 was imported, so nobody knows its recipe"):
        lineage_of(project, 2)


def test_what_needs_a_recipe_is_refused_and_the_original_stays(project: Project, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="image 1 was imported, so nobody knows its recipe"):
        InterpolateStage(1, 2).run(project)
    (tmp_path / "style.png").write_bytes(encode_png(np.zeros((8, 8, 3), np.uint8)))
    with pytest.raises(UsageError, match="image 0001 was imported, and stays"):
        RestyleStage({str(tmp_path / "style.png"): 1.0}, [1], replace=True).recipes(project, keep=True)
    PlanStage().run(project)
    with pytest.raises(UsageError, match="painter cannot begin from a picture"):
        VariationsStage(1).run(project)
    assert len(project.store.imported()) == 2
