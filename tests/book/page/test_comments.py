"""The words in code: found where they stand, and said in Chinese."""

import pytest

from book.page.comments import chinese, meaning, words

CODE = '''\
"""A module."""
LEAST = 1
"""What is least."""


def f(x):  # a name
    r"""Do.

    More words.
    """
    # Why so.
    y = "# no comment"  # (B, T), all at once
    return y  # eq:one-double


class A:
    'One 中 line.'; z = 1  # why
'''


def test_words_are_found_in_order() -> None:
    lines = CODE.splitlines()
    found = words(CODE)
    assert [each.text for each in found] == [
        "A module.", "What is least.", "a name", "Do.", "Why so.",
        "(B, T), all at once", "eq:one-double", "One 中 line.", "why",
    ]  # fmt: skip
    for each in found:
        assert lines[each.line - 1][each.start : each.end] == each.text


@pytest.mark.parametrize(
    "text",
    [
        "(B, T, H)",
        "(B,)",
        "(rows, columns)",
        "eq:gru-reset",
        "eq:mlp-layer, (..., H)",
        "(B, H), (T, H)",
        "(B, H), eq:gru-state",
        "0.5",
        "x W + b",
        "= 2",
        "64 x 64",
    ],
)
def test_what_has_no_words(text: str) -> None:
    (each,) = words(f"x = 1  # {text}\n")
    assert not each.has_words


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("(B, T, H), all at once", ["(B, T, H)"]),
        ("T times (B, D)", ["(B, D)"]),
        ("(B, H) each", ["(B, H)"]),
        ("eq:mlp-layer, (..., H), words", ["(..., H)"]),
        ("eq:mlp-layer by hand", []),
        ("the sum", []),
        ("Softmax", []),
    ],
)
def test_what_has_words(text: str, shapes: list[str]) -> None:
    (each,) = words(f"x = 1  # {text}\n")
    assert each.has_words and each.shapes == shapes


@pytest.mark.parametrize(
    "text", ["noqa: E501", "type: ignore[misc]", "fmt: skip", ""]
)
def test_what_tools_read_is_not_said(text: str) -> None:
    assert words(f"x = 1  # {text}\n") == ()


def test_code_that_is_none_has_no_words() -> None:
    assert words("def f(:  # why\n") == ()
    assert meaning("def f(:  # why\n") == "def f(:  # why\n"
    assert chinese("def f(:  # why\n", {"why": "原因"}) == "def f(:  # why\n"


TABLE = {
    "A module.": "一个模块。",
    "a name": "名字",
    "Do.": "做事。",
    "Why so.": "原因。",
    "(B, T), all at once": "(B, T)，一次算完",
    "More words.": "不是首行",
    "no comment": "不是注释",
    "One 中 line.": "一行。",
    "why": "原因",
}


def test_code_in_chinese() -> None:
    said = chinese(CODE, TABLE)
    assert said == (
        CODE.replace("A module.", "一个模块。")
        .replace("a name", "名字")
        .replace("Do.", "做事。")
        .replace("Why so.", "原因。")
        .replace("(B, T), all at once", "(B, T)，一次算完")
        .replace("One 中 line.", "一行。")
        .replace("# why", "# 原因")
    )
    assert said != CODE and meaning(said) == meaning(CODE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("LEAST = 1", "LEAST = 2"),
        ("More words.", "Other words."),
        ("# no comment", "# one comment"),
    ],
)
def test_the_meaning_is_all_but_the_words(old: str, new: str) -> None:
    assert meaning(CODE.replace(old, new)) != meaning(CODE)
