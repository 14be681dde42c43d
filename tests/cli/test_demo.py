"""The sample of the demo, whole. A file of its own, because a file is what one of several test processes takes."""

from __future__ import annotations

from PIL import Image

COUNTS = ["planned", "generated", "scored", "duplicates", "selected", "frozen", "pinned", "minted", "verified"]


def test_the_sample_of_the_demo(collection, tmp_path):
    """`make demo` in a temporary folder: what it types, and what it promises."""
    demo = tmp_path / "demo"
    assert collection("new", demo, "--sample", "paper-weather").code == 0
    said = collection("-C", demo, "run")
    assert said.code == 0, said
    status = collection("-C", demo, "status", "--json").object
    assert all(isinstance(status[name], int) for name in COUNTS)
    assert status["minted"] == status["verified"] >= 24
    with Image.open(demo / "sheet.png") as sheet:
        assert sheet.width > 1500
