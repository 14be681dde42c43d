"""What Collection writes into its pictures, for other tools to read.

Written to the rules that those tools document: the last line begins with "Steps: ", holds a Sampler, and its values are
JSON text in quotes or all up to the next comma; brackets weigh words unless a backslash stands before them.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from collection.config.samplers import SAMPLERS, SCHEDULES, sampler_name, shown_sampler
from collection.generate.prompt_syntax import spoken, unescaped
from collection.pictures.embedded.infotext import parse_infotext
from collection.pictures.files import encode_png
from collection.pictures.infotext import infotext
from collection.values import Recipe, Style, StyleBlend

RECORD = {
    "scheduler": "PNDMScheduler", "attention_weights": True,
    "weights": {"vae/a.safetensors": "aa" * 32, "unet/b.safetensors": "0123456789abcdef" * 4},
}  # fmt: skip


def recipe(**changed: Any) -> Recipe:
    styles = {"ink": Style("ink", "ink wash"), "zen": Style("zen")}
    fields: dict[str, Any] = {
        "generator": "diffusion", "model": "tiny-sd@0123456789ab", "seed": 7, "width": 64, "height": 64,
        "prompt": "a cat, at night", "negative_prompt": "blur", "blend": StyleBlend.of({"ink": 3, "zen": 1}, styles),
        "options": {"steps": 20, "guidance": 7.0, "scheduler": "DPMSolverMultistep Karras"},
    }  # fmt: skip
    return Recipe(**fields | changed)


def test_the_text_is_what_other_tools_read() -> None:
    """Golden. A style without words is in no prompt, and weights of a blend weigh no words."""
    assert infotext(recipe(), RECORD) == (
        "a cat, at night, ink wash\n"
        "Negative prompt: blur\n"
        "Steps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7.0, Seed: 7, Size: 64x64, "
        "Model hash: 0123456789, Model: tiny-sd, RNG: CPU, Style blend: ink 0.75; zen 0.25"
    )


@pytest.mark.parametrize(
    ("changed", "record", "sampler"),
    [
        ({"options": {"steps": 4}}, RECORD, "PLMS"),
        ({"options": {"steps": 4}}, {"scheduler": "FlowMatchEulerDiscreteScheduler"}, "Euler"),
        ({"options": {"scheduler": "EulerAncestral"}}, {}, "Euler a"),
        ({"options": {}, "generator": "painter", "model": "painter/1"}, {}, "painter"),
    ],
)
def test_every_picture_has_steps_and_a_sampler(changed: dict[str, Any], record: dict[str, Any], sampler: str) -> None:
    text = infotext(recipe(**changed), record)
    assert text.splitlines()[-1].startswith("Steps: ")
    assert parse_infotext(text)["Sampler"] == sampler


def test_brackets_that_weigh_nothing_here_weigh_nothing_elsewhere() -> None:
    plain = recipe(prompt="a (cat:1.3) [at] night\\", blend=StyleBlend())
    assert infotext(plain, RECORD).startswith("a (cat:1.3) [at] night\\\n")
    assert infotext(plain, {}).startswith("a \\(cat:1.3\\) \\[at\\] night\\\\\n")
    assert infotext(recipe(prompt=r"a \(cat\)", blend=StyleBlend()), {}).startswith("a \\(cat\\)\n")


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=30))
def test_what_was_escaped_is_spoken_as_it_was(prompt: str) -> None:
    written = infotext(recipe(prompt=prompt, blend=StyleBlend(), negative_prompt=""), {})
    assert spoken(written.rpartition("\n")[0]) == unescaped(prompt)


def test_loras_are_named_as_in_a_prompt() -> None:
    blend = StyleBlend.of({"ink": 1}, {"ink": Style("ink", "ink", {"lora": "loras/wash.safetensors"})})
    text = infotext(recipe(blend=blend, options={"steps": 2, "lora_scale": 0.5}), RECORD)
    assert text.startswith("a cat, at night, ink, <lora:wash:0.5>\n")


def test_the_file_holds_the_text() -> None:
    with Image.open(io.BytesIO(encode_png(np.zeros((8, 8, 3), np.uint8), recipe(), RECORD))) as image:
        assert image.info["parameters"] == infotext(recipe(), RECORD)


@pytest.mark.parametrize("name", SAMPLERS)
@pytest.mark.parametrize("schedule", ["", *SCHEDULES])
def test_a_sampler_is_known_by_its_name_here_there_and_in_diffusers(name: str, schedule: str) -> None:
    sampler = SAMPLERS[name]
    if schedule and schedule != "SGM Uniform" and not sampler.sigmas:
        with pytest.raises(ValueError, match="noise schedule of its own"):
            sampler_name(f"{sampler.shown} {schedule}")
        return
    spelled = [name, sampler.shown, sampler.shown.lower(), sampler.shown.replace(" ", "_").replace("++", "pp")]
    spelled += [] if sampler.settings else [sampler.scheduler, sampler.scheduler.removesuffix("Scheduler")]
    for text in spelled:
        found = sampler_name(f"{text} {schedule}".strip())
        assert found == f"{name} {schedule}".strip()
        assert shown_sampler(found) == (sampler.shown, schedule)
