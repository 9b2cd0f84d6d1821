"""The one tokenizer of TeX."""

import pytest

from book.formula.lexer import canonical, lex
from book.formula.source import FormulaError, Source


@pytest.mark.parametrize(
    "one, other",
    [
        (r"\bar{X}", r"\bar X"),
        (r"h_{t}", "h_t"),
        (r"\Bigl( x \Bigr)", "(x)"),
        (r"a\,b \label{eq:a}", "a b"),
        (r"\text{ if }", r"\text{if}"),
        (r"\operatorname*{arg\,min}", r"\operatorname*{argmin}"),
        (r"\mathbb 1", r"\mathbb{1}"),
        ("a % a comment\n b", "a b"),
        (r"x \quad y", "x y"),
    ],
)
def test_what_reads_the_same_has_the_same_tokens(one, other):
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize("one, other", [("x_1", "x^1"), ("{ab}", "ab")])
def test_what_reads_otherwise_has_other_tokens(one, other):
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    "tex, column",
    [("x + §", 5), ("{ a b", 1), ("a }", 3), (r"a \text", 8)],
)
def test_what_is_no_tex_is_an_error_with_its_column(tex, column):
    with pytest.raises(FormulaError) as caught:
        lex(Source(tex))
    assert caught.value.column == column


def test_a_token_knows_where_it_stands():
    source = Source("a\n  + \\bar b", line=7)
    token = lex(source)[2]
    assert token.text == r"\bar" and source.place(token.start) == (8, 5)
