"""The prompt grammar: what it writes, how it counts, and that it refuses instead of hanging."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection.errors import UsageError
from collection.plan.prompts import Prompt, Wildcards
from collection.plan.seeds import RandomStream

FILES = {
    "colour/warm": "# a comment\nred\n\n  orange  \n",
    "colour/cold": "blue\n2::green\n",
    "mixed": "{deep|pale} __colour/warm__\ngrey",
    "empty": "# nothing\n// nor here\n",
    "never": "0::a\n0.0::b\n",
    "round": "a __about__",
    "about": "__round__",
    "self": "x __self__",
    "doubled": "__a__ __a__",
    **{name: f"__{below}__ " * 40 for name, below in zip("abcd", "bcde", strict=True)},
    "e": "end",
}
TRAITS = {"sky": "torn", "time of day": "dusk"}


def prompt(text: str) -> Prompt:
    return Prompt(text, "prompt", [*TRAITS, "moon"], Wildcards(FILES), ["place"])


def drawn(text: str, count: int = 80) -> set[str]:
    made = prompt(text)
    return {made.draw(RandomStream(seed), TRAITS, {"place": "a harbour"}) for seed in range(count)}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a plain  prompt, 50% $ & | #", {"a plain  prompt, 50% $ & | #"}),
        ("{red|green} rose", {"red rose", "green rose"}),
        ("{ red | green }", {"red", "green"}),
        ("{a|b|}x", {"ax", "bx", "x"}),
        ("{{a|b}|c}", {"a", "b", "c"}),
        ("{2$$ and $$a|b|c}", {"a and b", "a and c", "b and a", "b and c", "c and a", "c and b"}),
        ("{2$$, $$a|b}", {"a, b", "b, a"}),
        ("{2$$a|b}", {"a,b", "b,a"}),
        ("{2$$|$$a|b}", {"a|b", "b|a"}),
        ("{1-2$$+$$a|b}", {"a", "b", "a+b", "b+a"}),
        ("{-2$$+$$a|b}", {"a", "b", "a+b", "b+a"}),
        ("{2-$$+$$a|b}", {"a+b", "b+a"}),
        ("{0-1$$a|b}", {"", "a", "b"}),
        ("{9$$+$$a|b}", {"a+b", "b+a"}),
        ("{0::a|0.5::b}", {"b"}),
        ("__colour/warm__", {"red", "orange"}),
        ("__colour/*__!", {"red!", "orange!", "blue!", "green!"}),
        ("__mixed__", {"deep red", "pale red", "deep orange", "pale orange", "grey"}),
        ("{2$$+$$__colour/warm__}", {"red+orange", "orange+red"}),
        ("${x={a|b}}${x}${x}", {"aa", "ab", "ba", "bb"}),
        ("${x=!{a|b}}${x}${x}", {"aa", "bb"}),
        ("${x:none}${x=y}${x:none}", {"noney"}),
        ("${place} by the sea", {"a harbour by the sea"}),
        ("{sky} sky, {time of day}, {moon}", {"torn sky, dusk,"}),
        (r"\{a\|b\} \__ \\ {c|c}", {r"{a|b} __ \ c"}),
    ],
)
def test_what_a_prompt_can_write(text: str, written: set[str]) -> None:
    assert drawn(text) == written


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("plain", 1), ("{a|b|c}", 3), ("{a|b} {c|d|e}", 6), ("{2$$a|b|c}", 6), ("{1-2$$a|b|c}", 9), ("{{a|b}|c}", 3),
        ("{2$${a|b}|c|d}", 10), ("__mixed__", 5), ("{2$$__colour/*__}", 12), ("${x={a|b}}${x}${x}", 4),
        ("${x=!{a|b}}${x}${x}", 2), ("{sky} {a|b}", 2),
    ],
)  # fmt: skip
def test_the_number_of_ways_to_write_a_prompt(text: str, ways: int) -> None:
    """Counted by hand."""
    assert prompt(text).count == ways


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a {b", ["prompt, character 3", "{ without its }"]),
        ("a } b", ["prompt, character 3", "} without its {"]),
        ("a {$$b|c}", ["character 3", "without a number"]),
        ("an __unended wildcard", ["character 4", "does not end"]),
        ("__colour/warn__", ["character 1", "__colour/warn__ does not exist", "did you mean colour/warm?"]),
        ("x {__nowhere__|y}", ["character 4", "__nowhere__ does not exist"]),
        ("__empty__", ["__empty__ has no entry"]),
        ("__never__", ["__never__ has no entry with a weight above 0"]),
        ("x {0::a|0::b}", ["character 3", "every entry has the weight 0"]),
        ("{2$$0.0::a|0::b}", ["character 1", "every entry has the weight 0"]),
        ("{skye} sky", ["character 1", "{skye} is no trait", "did you mean sky?"]),
        ("in ${plce}", ["character 4", "${plce} has no value", "did you mean place?"]),
        ("${place", ["character 1", "${ without its }"]),
        ("${}", ["character 1", "without the name"]),
        ("__round__", ["wildcards/about.txt:1, character 1", "goes round in a circle"]),
        ("__self__", ["__self__ in __self__ goes round"]),
        ("${a=${a}}${a}", ["${a} in ${a} goes round"]),
        ("__doubled__", ["more than"]),
        ("{" * 2000, ["braces within braces"]),
    ],
)
def test_what_is_wrong_is_said_with_its_position(text: str, words: list[str]) -> None:
    with pytest.raises(UsageError) as caught:
        prompt(text)
    for word in words:
        assert word in caught.value.message
    assert caught.value.hint


def test_weights_are_odds() -> None:
    made = prompt("{3::a|b}")
    found = Counter(made.draw(RandomStream(seed), {}) for seed in range(2000))
    assert 1400 < found["a"] < 1600


@given(st.text(alphabet="ab {}|$_:=!0123-\\*", max_size=40))
def test_any_text_is_drawn_or_refused(text: str) -> None:
    try:
        made = prompt(text)
    except UsageError as error:
        assert "character" in error.message or "parts" in error.message
    else:
        assert made.count >= 1
        assert made.draw(RandomStream(1), TRAITS) == made.draw(RandomStream(1), TRAITS)


leaves = st.text(alphabet="abc", min_size=1, max_size=3)
choices = st.recursive(
    leaves, lambda inner: st.lists(inner, min_size=2, max_size=3).map(lambda found: "{" + "|".join(found) + "}")
)


@given(choices)
def test_the_count_is_never_less_than_what_is_drawn(text: str) -> None:
    assert len(drawn(text, 20)) <= prompt(text).count


def test_a_drawn_prompt_never_changes() -> None:
    """Golden: a change here gives collections in the world other prompts."""
    made = prompt("{a|b|c|d} {2$$ and $$x|y|z} __colour/*__")
    found = [made.draw(RandomStream(seed), {}) for seed in range(3)]
    assert found == [
        "d z and x green",
        "a z and y green",
        "d z and x blue",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{1.5::a|-1::b}", ["character 9", '"-1::b" is no weight']),
        ("{a::0.5|b::0.5}", ["character 2", '"a::0.5" is no weight']),
        ("{a::0.5}", ['"a::0.5" is no weight']),
        ("{1,5::a|b}", ['"1,5::a" is no weight']),
        ("{1e3::a|b}", ['"1e3::a" is no weight']),
        ("a {} b", ["character 3", "{} is empty"]),
        ('{"json": 1}', ['{"json": 1} is neither a trait nor a choice']),
        ("__twice__", ["wildcards/twice.txt:2", '"-1::b" is no weight']),
    ],
)
def test_what_only_looks_like_a_weight_or_a_choice_is_refused(text: str, words: list[str]) -> None:
    with pytest.raises(UsageError) as caught:
        Prompt(text, "p", TRAITS, Wildcards({"twice": "a\n-1::b"}))
    assert all(word in caught.value.message for word in words)
    assert "\\" in str(caught.value.hint), "how to write it as it is"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("# a thought\nthe sea", "the sea"),
        ("the sea\n  // later {a|b\n{at dusk|at dusk}", "the sea at dusk"),
        ("no #1 fan, http://x", "no #1 fan, http://x"),
        ("#1 fan", "#1 fan"),
        ("{a\\:\\:b|a\\:\\:b}", "a::b"),
    ],
)
def test_comments_and_what_looks_like_one(text: str, written: str) -> None:
    assert Prompt(text, "p", TRAITS, Wildcards({})).draw(RandomStream(1), TRAITS) == written
