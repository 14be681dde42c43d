"""Layers: traits from folders, one picture for each token, and what is impossible is told before the first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from collection.errors import CollectionError, ConfigError, GenerationError, UsageError
from collection.project import Project
from collection.stages.generate import CheckStage, GenerateStage
from collection.stages.plan import PlanStage
from collection.values import Recipe

from .conftest import PETS, picture

Make = Callable[..., Path]


def plan(folder: Path) -> Project:
    project = Project(folder)
    PlanStage().run(project)
    return project


def generated(folder: Path) -> Project:
    project = plan(folder)
    report = GenerateStage(judged=False).run(project)
    assert report.complete, report.failures
    return project


def test_each_layer_is_a_trait_with_exact_quotas(art: Make) -> None:
    with plan(art()) as project:
        assert set(project.config.traits) == {"Ground", "Body", "Hat"} and project.config.images == 8
        counts = Counter((name, value) for recipe in project.plan.recipes for name, value in recipe.traits.items())
        assert counts["Ground", "Red"] == 6 and counts["Ground", "Blue"] == 2
        assert counts["Hat", "None"] == 4 and counts["Hat", "Veil"] == 2
        assert len({tuple(sorted(recipe.traits.items())) for recipe in project.plan.recipes}) == 8


def test_pixels_are_the_layers_and_traits_what_was_drawn(art: Make) -> None:
    with generated(art()) as project:
        for asset in project.store.assets():
            assert asset.recipe is not None
            pixels = np.asarray(Image.open(project.files.path(asset.file_sha256)))
            ground = (200, 40, 40) if asset.traits["Ground"] == "Red" else (40, 40, 200)
            assert tuple(pixels[0, 0]) == ground and pixels.shape == (64, 64, 3)
            body = (240, 200, 120) if asset.traits["Body"] == "Cat" else (120, 80, 40)
            assert tuple(pixels[60, 32]) == body
            top = {"Cap": (10, 200, 10), "None": ground}.get(asset.traits["Hat"])
            assert top is None or tuple(pixels[6, 20]) == top
            assert dict(asset.recipe.traits) == asset.features
        assert CheckStage(8).run(project).details["alike"] == 8


def test_more_tokens_than_combinations_are_refused_before_any_image(art: Make) -> None:
    with pytest.raises(ConfigError, match=r"13 tokens|but the rules leave"):
        plan(art(supply=13))


def test_rules_and_counts_hold_over_layers(art: Make) -> None:
    toml = (
        "[traits.Hat]\ncount = { Veil = 1 }\n"
        '[[rules]]\nwhen = { Body = "Dog" }\nexclude = { Hat = "Cap" }\n'
    )  # fmt: skip
    with plan(art(toml=toml, supply=4)) as project:
        hats = [(recipe.traits["Body"], recipe.traits["Hat"]) for recipe in project.plan.recipes]
        assert ("Dog", "Cap") not in hats and Counter(hat for _, hat in hats)["Veil"] == 1


def test_a_layer_that_makes_no_difference(art: Make) -> None:
    toml = '[[generator.layers]]\nfolder = "1 Ground"\ndistinct = false\n' + "".join(
        f'[[generator.layers]]\nfolder = "{name}"\n' for name in ("2 Body", "3 Hat")
    )
    with plan(art(toml=toml, supply=4)) as project:
        assert len({(recipe.traits["Body"], recipe.traits["Hat"]) for recipe in project.plan.recipes}) == 4
        assert project.plan.combinations.total == 6
    with pytest.raises(ConfigError, match="combinations"):
        plan(art(toml=toml, supply=7))


def test_transparent_output_and_a_background(art: Make) -> None:
    files = {name: what for name, what in PETS.items() if "Ground" not in name}
    with generated(art(files, supply=4)) as project:
        asset = next(asset for asset in project.store.assets() if asset.traits["Hat"] == "None")
        pixels = np.asarray(Image.open(project.files.path(asset.file_sha256)))
        assert pixels.shape == (64, 64, 4) and pixels[0, 0, 3] == 0 and pixels[60, 32, 3] == 255
    with generated(art(files, 'background = "#112233"\n', supply=4)) as project:
        newest = project.store.assets()[-1]
        assert tuple(np.asarray(Image.open(project.files.path(newest.file_sha256)))[0, 0]) == (0x11, 0x22, 0x33)


def test_palettes_are_traits_and_change_exact_colours(art: Make) -> None:
    toml = (
        "[generator.palettes.Fur]\n"
        'replaces = ["#f0c878"]\nlayers = ["Body"]\nvariants = { Pale = ["#ffeecc"], Dark = ["#402010"] }\n'
    )  # fmt: skip
    with generated(art(toml=toml, supply=12)) as project:
        cats = [asset for asset in project.store.assets() if asset.traits["Body"] == "Cat"]
        for asset in cats:
            colour = tuple(np.asarray(Image.open(project.files.path(asset.file_sha256)))[60, 32])
            assert colour == ((0xFF, 0xEE, 0xCC) if asset.traits["Fur"] == "Pale" else (0x40, 0x20, 0x10))
        assert {asset.traits["Fur"] for asset in cats} == {"Pale", "Dark"}


def test_groups_sublayers_and_places(art: Make) -> None:
    files = {
        "Back/All.png": picture((0, 0, 90, 255)),
        "Face/common#3/Calm#1.png": picture((1, 1, 1, 255), (0, 0, 8, 8)),
        "Face/common#3/Sad#2.png": picture((2, 2, 2, 255), (0, 0, 8, 8)),
        "Face/rare#1/1-a.png": picture((3, 3, 3, 255), (0, 0, 8, 8)),
        "Face/rare#1/2-b.png": picture((4, 4, 4, 255), (4, 0, 12, 8)),
        "Face/Ring/Gold#1.png": picture((9, 9, 9, 255), (20, 0, 28, 8)),
        "Face/Ring/z-1,Silver#1.png": picture((8, 8, 8, 255), (20, 0, 28, 8)),
    }
    with generated(art(files, supply=4)) as project:
        assert project.config.traits["Face"].weight == {"Calm": 1, "Sad": 2, "rare": 1}
        for asset in project.store.assets():
            pixels = np.asarray(Image.open(project.files.path(asset.file_sha256)))
            assert int(pixels[2, 2, 0]) == {"Calm": 1, "Sad": 2, "rare": 3}[asset.traits["Face"]]
            assert int(pixels[2, 6, 0]) == {"Calm": 1, "Sad": 2, "rare": 4}[asset.traits["Face"]]
            hidden = asset.traits["Ring"] == "Silver"  # behind the ground
            assert tuple(pixels[2, 22]) == ((0, 0, 90) if hidden else (9, 9, 9))


def test_layers_of_one_series_and_one_trait_of_two_folders(art: Make) -> None:
    files = {
        "Ground/Red#1.png": PETS["1 Ground/Red#3.png"], "Ground/Blue#1.png": PETS["1 Ground/Blue#1.png"],
        "Long Hair/Curls#1.png": picture((1, 1, 1, 255), (0, 0, 8, 8)),
        "Long Hair/Braid#1.png": picture((2, 2, 2, 255), (0, 0, 8, 8)),
        "Short Hair/Crop#1.png": picture((3, 3, 3, 255), (0, 0, 8, 8)),
        "Short Hair/Mohawk#1.png": picture((4, 4, 4, 255), (0, 0, 8, 8)),
    }  # fmt: skip
    toml = '[[generator.layers]]\nfolder = "Ground"\n' + "".join(
        f'[[generator.layers]]\nfolder = "{name} Hair"\ntrait = "Hair"\nseries = ["{name}s"]\n'
        for name in ("Long", "Short")
    )
    toml += '[[series]]\nname = "Longs"\n[[series]]\nname = "Shorts"\n'
    with plan(art(files, toml, supply=8)) as project:
        hair = {(recipe.series, recipe.traits["Hair"]) for recipe in project.plan.recipes}
    assert hair == {("Longs", "Curls"), ("Longs", "Braid"), ("Shorts", "Crop"), ("Shorts", "Mohawk")}


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="4" fill="#0a0"/></svg>'
WRONG = {
    "wrong size": ({"3 Hat/Big#1.png": picture((9, 9, 9, 255), side=32)}, "", r"3 Hat/Big#1.png is 32x32.*64x64"),
    "corrupt": ({"3 Hat/Bad#1.png": b"\x89PNG\r\n\x1a\nnonsense"}, "", "3 Hat/Bad#1.png is no readable picture"),
    "cut off": ({"3 Hat/Cut#1.png": b"CUT"}, "", "3 Hat/Cut#1.png is no readable picture"),
    "weight 0": ({"4 Tail/A#0.png": PETS["3 Hat/Cap#1.png"]}, "", "every picture of Tail has the weight 0"),
    "twice": ({"3 Hat/Cap#7.png": PETS["3 Hat/Cap#1.png"]}, "", 'Cap#1.png and .*Cap#7.png are both called "Cap"'),
    "empty": ({"4 Tail/readme.txt": b"soon"}, "", "layers/4 Tail holds no picture"),
    "no such folder": ({}, '[[generator.layers]]\nfolder = "2 Bodi"\n', r"2 Bodi is no folder.*2 Body"),
    "outside": ({}, '[[generator.layers]]\nfolder = "../art"\n', "no \\.\\."),
    "no such value": ({}, "[traits.Hat]\ncount = { Kap = 1 }\n", r'no picture for the value "Kap".*Cap'),
    "candidates": ({}, "", "more than supply"),
    "text": ({"4 Tail/T#1.svg": SVG.replace(b"<rect", b"<text>x</text><rect")}, "", "turn|has text"),
    "no SVG": ({"4 Tail/T#1.svg": b"<svg><broken"}, "", "no SVG that can be drawn"),
    "blend": ({}, '[styles.ink]\n[styles.oil]\n[[series]]\nblend = { ink = 1, oil = 1 }\n', "layers cannot mix styles"),
    "one-of-one": ({}, '[[one_of_ones]]\nname = "Ghost"\n', "a one-of-one draws no layer"),
}  # fmt: skip


@pytest.mark.parametrize("what", list(WRONG))
def test_what_is_wrong_is_named_before_anything_is_planned(what: str, art: Make, tmp_path: Path) -> None:
    files, toml, said = WRONG[what]
    folder = art({**PETS, **files}, toml, head="candidates = 9\n" if what == "candidates" else "")
    with pytest.raises(CollectionError, match=said) as caught:
        plan(folder)
    assert caught.value.exit_code == 2 and caught.value.hint
    assert not (tmp_path / "files").exists() or not list((tmp_path / "files").rglob("*.png"))


def test_a_link_out_of_the_project_is_refused(art: Make, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder, secret = art(), tmp_path_factory.mktemp("elsewhere") / "secret.png"
    picture((1, 2, 3, 255)).save(secret)
    (folder / "layers" / "3 Hat" / "Link#1.png").symlink_to(secret)
    with pytest.raises(ConfigError, match="is a link out of the project"):
        Project(folder)


def test_svg_layers_are_drawn_at_the_size_of_the_images(art: Make) -> None:
    with generated(art({**PETS, "4 Sash/Green#1.svg": SVG})) as project:
        pixels = np.asarray(Image.open(project.files.path(project.store.assets()[0].file_sha256)))
        assert tuple(pixels[16, 32]) == (0, 170, 0) and tuple(pixels[60, 60]) != (0, 170, 0)


def test_two_values_with_one_picture_are_told(art: Make) -> None:
    files = {"1 Ground/Red#1.png": PETS["1 Ground/Red#3.png"]}
    files |= {f"3 Hat/{name}#1.png": PETS["3 Hat/Cap#1.png"] for name in ("Cap", "Kap")}
    with pytest.raises(UsageError, match=r"the same picture: Hat (Cap and Kap|Kap and Cap)"):
        plan(art(files, supply=2))


def test_a_lost_layer_is_named(tmp_path: Path) -> None:
    from collection.generate.layers.generator import Layers

    stack = [{"file": "0" * 64 + ".png", "name": "layers/Hat/Cap.png"}]
    recipe = Recipe("layers", "layers/1", 1, 64, 64, options={"stack": stack})
    with pytest.raises(GenerationError, match=r"the layer layers/Hat/Cap\.png is not among"):
        Layers(lambda sha256, suffix: tmp_path / sha256).generate([recipe])


def test_tokens_that_differ_in_one_small_trait_are_kept_by_default(art: Make) -> None:
    from collection.stages.dedupe import DedupeStage
    from collection.stages.score import ScoreStage

    dot = {f"4 Dot/{n}#1.png": picture((n, 255, 255 - n, 255), (30, 30, 32, 32)) for n in (10, 240)}
    files = {"1 Ground/Red#1.png": PETS["1 Ground/Red#3.png"], **dot}
    with generated(art(files, supply=2)) as project:
        ScoreStage().run(project)
        DedupeStage().run(project)
        assert not project.store.duplicates()
