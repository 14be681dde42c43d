from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from collection.curate.search.query import LONGEST, Query, Term, parse
from collection.errors import UsageError

WORDS = st.text(max_size=12)
CONDITIONS = st.builds(
    Term, st.text(min_size=1, max_size=12), st.sampled_from([":", "=", "<", ">", "<=", ">="]), WORDS, st.booleans()
)
TEXTS = st.builds(Term, st.just(""), st.just(""), WORDS, st.booleans())
QUERIES = st.builds(Query, st.lists(st.one_of(CONDITIONS, TEXTS), max_size=5).map(tuple))


def term(text: str) -> Term:
    (found,) = parse(text).terms
    return found


@given(QUERIES)
@example(Query((Term("mood:calm", ">", "0.3"), Term("", "", "-x", True))))
def test_what_is_written_is_read_as_it_was(query: Query) -> None:
    assert parse(str(query)) == query


@given(st.text(alphabet=st.sampled_from('ab-:<>="\\ %~\n(1ß'), max_size=40))
@example('"":""')
@example("-")
def test_anything_is_a_query_or_a_usage_error(text: str) -> None:
    try:
        query = parse(text)
    except UsageError as error:
        assert "character" in error.message
    else:
        assert parse(str(query)) == query


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("quality>=80", Term("quality", ">=", "80")),
        ("quality%>90", Term("quality%", ">", "90")),
        ("-is:picked", Term("is", ":", "picked", True)),
        ("style.ukiyo-e>0.3", Term("style.ukiyo-e", ">", "0.3")),
        ("mood:calm>0.3", Term("mood:calm", ">", "0.3")),
        ("laion-v1:-2-3", Term("laion-v1", ":", "-2-3")),
        ('"sky colour":"pale violet"', Term("sky colour", ":", "pale violet")),
        ("lighthouse", Term("", "", "lighthouse")),
        ('-"torn sky"', Term("", "", "torn sky", True)),
        (r'"say \"so\" \\"', Term("", "", r'say "so" \\'.replace(r"\\", "\\"))),
        ('"~a red hat"', Term("", "", "~a red hat")),
        ("sort:random(7)", Term("sort", ":", "random(7)")),
    ],
)
def test_terms(text: str, expected: Term) -> None:
    assert term(text) == expected


def test_positions_are_those_of_what_was_typed() -> None:
    assert [item.position for item in parse("  a:1   -b>2").terms] == [3, 9]


@pytest.mark.parametrize("text", ['"open', 'a:"open', "a:", 'a"b"', "x" * (LONGEST + 1)])
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse(text)


SHAPES = st.recursive(
    st.one_of(CONDITIONS, TEXTS).map(str),
    lambda part: st.one_of(
        st.lists(part, min_size=2, max_size=3).map(lambda parts: f"({' '.join(parts)})"),
        st.lists(part, min_size=2, max_size=3).map(lambda parts: f"({' or '.join(parts)})"),
        part.map(lambda inner: f"-({inner})"),
    ),
    max_leaves=6,
)


@given(st.lists(SHAPES, min_size=1, max_size=3).map(" ".join))
@example('(a "or") or -(b:random(7) or c)')
def test_what_is_joined_is_written_as_it_was_read(text: str) -> None:
    query = parse(text)
    assert parse(str(query)) == query


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("a b", None),
        ("(a)", None),
        ("((a) b)", None),
        ("a or b", ("or", 0, 1)),
        ("a b OR c", ("or", ("and", 0, 1), 2)),
        ("a (b or c)", ("and", 0, ("or", 1, 2))),
        ("-(a b) c", ("and", ("not", ("and", 0, 1)), 2)),
        ("(sort:random(7) a) or b", ("or", ("and", 0, 1), 2)),
        ('a "or" b', None),
        ("order", None),
    ],
)
def test_how_terms_are_joined(text: str, shape: object) -> None:
    assert parse(text).shape == shape


@pytest.mark.parametrize(
    "text", ["or", "a or", "or a", "(", ")", "()", "(a", "a)", "-(", "a or or b", "(" * 60 + "a" + ")" * 60]
)
def test_brackets_and_or_that_join_nothing(text: str) -> None:
    with pytest.raises(UsageError, match="character"):
        parse(text)
