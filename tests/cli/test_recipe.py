"""`collection recipe`: what a picture of another tool carries, in words and as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo


@pytest.fixture
def picture(tmp_path: Path):
    def written(**texts: Any) -> Path:
        chunks = PngInfo()
        for key, text in texts.items():
            chunks.add_text(key, text if isinstance(text, str) else json.dumps(text))
        Image.new("RGB", (8, 8)).save(tmp_path / "picture.png", pnginfo=chunks)
        return tmp_path / "picture.png"

    return written


def test_parameters_of_another_tool(picture, here) -> None:
    path = picture(parameters={"sui_image_params": {"prompt": "a cat", "seed": 3, "steps": 20}})
    printed = here("recipe", path)
    assert printed.code == 0
    assert printed.out.splitlines() == ["format     SwarmUI", "Prompt     a cat", "Steps      20", "Seed       3"]
    assert here("recipe", path, "--json").object == {
        "recipe": None, "recipe_sha256": None, "format": "SwarmUI", "unread": [],
        "parameters": {"Prompt": "a cat", "Steps": "20", "Seed": "3"},
    }  # fmt: skip


def test_what_is_there_and_not_read_is_named(picture, here) -> None:
    path = picture(workflow={"nodes": [], "links": []})
    printed = here("recipe", path)
    assert printed.code == 1
    assert f"{path} carries a ComfyUI workflow, which is not read" in printed.err
    assert "carries no recipe" in here("recipe", picture(Comment="Created with GIMP")).err
    unknown = here("recipe", picture(Description="a cat", Software="NovelAI")).err
    assert "carries no recipe in a form that is read; its texts: `Description`, `Software`" in unknown
    assert "remove the text" in here("recipe", picture()).err
