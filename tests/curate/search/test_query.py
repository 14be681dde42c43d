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
