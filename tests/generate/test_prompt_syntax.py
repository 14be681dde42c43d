"""Weights in brackets, and what else means something to other tools."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection.generate.diffusion.generator import Diffusion
from collection.generate.prompt_syntax import notes_on, spoken, unescaped, weighted
from collection.plan.prompts import Prompt, Wildcards
from collection.plan.seeds import RandomStream
from collection.values import Recipe


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("a cat", (("a cat", 1.0),)),
        ("", (("", 1.0),)),
        ("a (red) cat", (("a ", 1.0), ("red", 1.1), (" cat", 1.0))),
        ("((red)) [cat]", (("red", 1.21), (" ", 1.0), ("cat", 0.909091))),
        ("(red:1.3), (cat: .5)", (("red", 1.3), (", ", 1.0), ("cat", 0.5))),
        ("(a (b:2) c:0.5)", (("a ", 0.5), ("b", 1.0), (" c", 0.5))),
        ("(a:0)", (("a", 0.0),)),
        (r"\(a\) \[b\] \\", (("(a) [b] \\", 1.0),)),
        ("f(x", (("f(x", 1.0),)),
        (":) a]", ((":) a]", 1.0),)),
        ("(a]", (("(a]", 1.0),)),
    ],
)
def test_brackets_weigh_words(text: str, pieces: tuple[tuple[str, float], ...]) -> None:
    assert weighted(text) == pieces
    assert spoken(text) == "".join(piece for piece, _ in pieces)


@given(st.text(max_size=40))
def test_any_text_has_pieces(text: str) -> None:
    pieces = weighted(text)
    assert len(spoken(text)) <= len(text)
    assert pieces == ((text, 1.0),) or set("()[]\\") & set(text)


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("a <lora:ink:0.8> cat", "lora under [styles.NAME]"),
        ("embedding:bad-hands", "is no embedding here"),
        ("a [cat|dog]", "{a|b}"),
        ("a cat BREAK a dog", "chunk"),
        ("a <lyco:ink:1> cat", "lora under [styles.NAME]"),
        ("a <random:cat,dog>", "{a|b}"),
        ("a cat AND a dog", "is no composition here"),
        ("a cat --ar 3:2", "is no option here"),
        ("a cat++ and a dog", "(word:1.3) is"),
        ("a cat::2, a dog", "(word:1.3) is"),
        ("a (cat:1.3)", "mean nothing to this generator"),
    ],
)
def test_what_means_something_elsewhere_is_said_once(prompt: str, words: str) -> None:
    note, *others = notes_on([prompt, prompt, f"{prompt}, too"], weights=False)
    assert words in note
    assert len(others) == ("[" in prompt)


def test_a_change_on_the_way_is_written_otherwise() -> None:
    (note,) = notes_on(["a [cat:dog:0.5]"], weights=True)
    assert "switch_to" in note


def test_plain_words_are_not_remarked_on() -> None:
    assert notes_on(["a cat (small), breaking [waves]: 3:2", "{not ours}"], weights=True) == []
    assert notes_on(["a cat: break of day", "ROCK AND ROLL", "C++, a well-lit -- hat", "x < 3 > y", r"\(cat\)"],
                    weights=False) == []  # fmt: skip


def test_a_bracket_of_the_text_comes_through_the_plan() -> None:
    drawn = Prompt(r"{a|a} \(cat\) \[b\] \{c\}", "p", [], Wildcards({})).draw(RandomStream(1), {})
    assert weighted(drawn) == (("a (cat) [b] {c}", 1.0),)
    assert unescaped(drawn) == "a (cat) [b] {c}"


@pytest.fixture(scope="module")
def made(tiny_sd: Path, diffusion_recipe: Callable[..., Recipe]) -> Callable[[str], Any]:
    generator = Diffusion(str(tiny_sd))
    return lambda prompt: generator.generate([diffusion_recipe(tiny_sd, 3, prompt=prompt, batch_size=1)])[
        0
    ].pixels.astype(int)


def test_a_weight_moves_the_embedding_of_its_words(made: Callable[[str], Any]) -> None:
    plain, light, heavy = (made(prompt) for prompt in ("a cat", "a (cat:1.2)", "a (cat:3)"))
    assert np.array_equal(made("a (cat:1)"), plain)
    assert not np.array_equal(made(r"a \(cat\)"), plain), "brackets of the text"
    assert 0 < np.abs(light - plain).mean() < np.abs(heavy - plain).mean()


def test_words_of_no_weight_are_no_words_at_their_place(tiny_sd: Path) -> None:
    """e0 + 0 (e - e0) is e0: the embedding of no text."""
    import torch

    engine = Diffusion(str(tiny_sd))._engine
    with torch.no_grad():
        none, gone = (engine.encoder._encode(text, 1, ())[0] for text in ("", "(a cat:0)"))
    assert torch.equal(none[:, :5], gone[:, :5]), "the beginning and four letters"
