"""The `parameters` text as tools and people write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection.pictures.embedded.infotext import parse_infotext

PAIRS = "Steps: 22, Sampler: Euler a, CFG scale: 6.5, Seed: 42, Size: 64x96"
READ = {"Steps": "22", "Sampler": "Euler a", "CFG scale": "6.5", "Seed": "42", "Size": "64x96"}


@pytest.mark.parametrize(
    ("added", "found"),
    [
        ('Hashes: {"vae": "63aeecb90f", "lora:fog": "1a"}', {"Hashes": '{"vae": "63aeecb90f", "lora:fog": "1a"}'}),
        ('Civitai resources: [{"a":"b, c"},{"d":1}], Clip skip: 2',
         {"Civitai resources": '[{"a":"b, c"},{"d":1}]', "Clip skip": "2"}),
        ("1st pass: 12, 2x refiner: off", {"1st pass": "12", "2x refiner": "off"}),
        ('Lora hashes: "a: 1, b: 2"', {"Lora hashes": "a: 1, b: 2"}),
        (r'ADetailer prompt: "one\ntwo \"three\""', {"ADetailer prompt": 'one\ntwo "three"'}),
        ("Model: Sea, deep, Version: v1", {"Model": "Sea, deep", "Version": "v1"}),
        ("Created Date: 2024-05-30T1107:08.1Z", {"Created Date": "2024-05-30T1107:08.1Z"}),
        ("Link: https://a.b/c", {"Link": "https://a.b/c"}),
        ("Broken: {not json, Version: v1", {"Broken": "{not json", "Version": "v1"}),
    ],
)  # fmt: skip
def test_values_are_read_whole(added: str, found: dict[str, str]) -> None:
    assert parse_infotext(f"a cat\nNegative prompt: a dog\n{PAIRS}, {added}") == {
        "Prompt": "a cat", "Negative prompt": "a dog", **READ, **found,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Steps: 22.0, Sampler: Euler a, CFG scale: 6.5, Seed: 42.0, Size: 64 x 96", READ),
        ("Steps: 22, Sampler: Euler a, CFG scale: 6.5, Seed: 42, Size: 64\u00d796", READ),
        ("Steps: 22, Sampler: Euler a, CFG scale: 6.5, Seed: 42, Size: 64X96", READ),
        ("steps: 22, sampler name: Euler a, cfg_scale: 6.5, seed: 42, resolution: 64x96", READ),
        ("Steps: 22, Sampler: Euler a, Guidance scale: 6.5, Seed: 42, Size: 64*96", READ),
        ("Steps: 22, Sampler: Euler a, CFG scale: 6.5, Seed: 42.5, Size: 64 by 96",
         {name: READ[name] for name in ("Steps", "Sampler", "CFG scale")}),
    ],
)  # fmt: skip
def test_settings_as_other_tools_write_them(line: str, found: dict[str, str]) -> None:
    assert parse_infotext(f"a cat\n{line}") == {"Prompt": "a cat", **found}


def test_lines_behind_the_pairs_are_values_of_their_own() -> None:
    text = f"a red cat\n{PAIRS}\nTemplate: a {{red|blue}} cat,\non a mat\nNegative Template: "
    assert parse_infotext(text) == {"Prompt": "a red cat", **READ, "Template": "a {red|blue} cat,\non a mat"}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n", " \n", "\r"])
@pytest.mark.parametrize("negative", ["Negative prompt", "Negative Prompt"])
def test_line_ends_of_any_system(end: str, negative: str) -> None:
    assert parse_infotext(f"a cat{end}{negative}: a dog{end}{PAIRS}{end}") == {
        "Prompt": "a cat", "Negative prompt": "a dog", **READ,
    }  # fmt: skip


def test_two_pairs_are_none_of_the_prompt_if_the_steps_come_first() -> None:
    assert parse_infotext("a cat\nSteps: 20, Sampler: Euler") == {"Prompt": "a cat", "Steps": "20", "Sampler": "Euler"}
    assert parse_infotext("a cat\nSteps: many, Sampler: Euler") == {}


@pytest.mark.parametrize(
    "text",
    [
        '{"prompt": "a cat", "steps": 20, "seed": 4}',
        "bad art: 1.4), name: 1.2), amateur: 1.3)",
        'urn:air:x, https://civitai.com, {\\u0022prompt\\u0022: "x"}',
        "a cat",
        "Screenshot",
        "",
        "light: warm, mood: calm, place: a harbour",
    ],
)
def test_a_text_that_is_another_thing_is_not_forced_into_pairs(text: str) -> None:
    assert parse_infotext(text) == {}


@pytest.mark.parametrize(
    "pair", ["Steps: many", "Seed: -1", "Size: large", "CFG scale: high", "Steps: 0", "Seed: 1e5", "Size: 64x0"]
)
def test_a_claim_is_kept_only_if_it_can_be_so(pair: str) -> None:
    found = parse_infotext(f"a cat\n{pair}, Version: 1, Model: harbour, Clip skip: 2")
    assert found == {"Prompt": "a cat", "Version": "1", "Model": "harbour", "Clip skip": "2"}


@given(st.text(max_size=200))
def test_any_text_is_parsed_to_something(text: str) -> None:
    assert all(value for value in parse_infotext(text).values())


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=80), st.integers(0, 2**64))
def test_whatever_the_prompt_says_the_pairs_are_read(prompt: str, seed: int) -> None:
    assert (
        parse_infotext(f"{prompt}\nSteps: 3, Seed: {seed}, Size: 8x8").items()
        >= {"Steps": "3", "Seed": str(seed)}.items()
    )
