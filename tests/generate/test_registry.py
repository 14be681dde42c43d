"""What a generator would not heed is refused when the file is read by `plan`, before anything is made."""

from __future__ import annotations

from pathlib import Path

import pytest

from collection.config import load_config
from collection.errors import ConfigError
from collection.generate.registry import check_generator

HEAD = 'title = "T"\nsupply = 2\nseed = 1\n'
SERIES = '[[series]]\nprompt = "a harbour"\n'
SCRIPT = '[generator]\nuse = "script"\nscript = "art.py"\n'
NEGATIVE = 'negative_prompt = "rain"\n'


def checked(folder: Path, toml: str) -> None:
    (folder / "art.py").write_text("")
    (folder / "collection.toml").write_text(HEAD + toml)
    check_generator(load_config(folder / "collection.toml"))


@pytest.mark.parametrize(
    ("toml", "place", "use"),
    [
        (SERIES + NEGATIVE, "series.1", "painter"),
        (SERIES + '[[series]]\nname = "b"\n' + NEGATIVE, "series.2", "painter"),
        (SERIES + '[[one_of_ones]]\nname = "one"\n' + NEGATIVE, "one_of_ones.1", "painter"),
        (SCRIPT + "[[series]]\n" + NEGATIVE, "series.1", "script"),
    ],
)
def test_a_negative_prompt_that_nothing_depends_on_is_refused(tmp_path: Path, toml: str, place: str, use: str) -> None:
    with pytest.raises(ConfigError, match=f"{place}.negative_prompt: nothing in the pictures of {use}") as caught:
        checked(tmp_path, toml)
    assert "diffusion" in caught.value.hint


def test_a_generator_that_avoids_words_may_be_told(tmp_path: Path) -> None:
    checked(tmp_path, '[generator]\nuse = "diffusion"\nmodel = "tiny"\n' + SERIES + NEGATIVE)


def test_a_style_of_a_generator_without_styles_is_refused(tmp_path: Path) -> None:
    styled = SCRIPT + "[styles.ink]\n[[series]]\n"
    checked(tmp_path, SCRIPT + "[[series]]\n")
    with pytest.raises(ConfigError, match="script has no styles: nothing in its pictures depends on ink"):
        checked(tmp_path, styled)
    with pytest.raises(ConfigError, match="depends on ink"):
        checked(tmp_path, styled + "blend = { ink = 1 }\n")
