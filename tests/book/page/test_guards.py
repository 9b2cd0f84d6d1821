"""A listing has no guards: what goes, what stays, and where it stood."""

import ast
from pathlib import Path

import pytest

from book.check import form
from book.page.blocks import read
from book.page.left_out import left_out
from tests.book.page.test_code import EN, MODULE


def shown(text: str) -> str:
    """What stays of a module."""
    out = left_out(text)
    lines = enumerate(text.splitlines(), 1)
    kept = [out.reworded.get(n, s) for n, s in lines if n not in out.lines]
    return "".join(f"{line}\n" for line in kept)


def body(text: str) -> str:
    """What stays of the body of a function."""
    lines = "".join(f"    {line}".rstrip() + "\n" for line in text.split("\n"))
    return shown(f"def f(x, n=1):\n{lines}    return x\n").partition("\n")[2]


RETURN = "    return x\n"

GONE = {
    "a guard": "if x < 0:\n    raise ValueError(x)",
    "on one line": "if x < 0: raise ValueError(x)",
    "a chain": "if x < 0:\n    raise A\nelif x > 1:\n    raise B",
    "two": "if x < 0:\n    raise A\n\nif x > 1:\n    raise B",
    "a private check": "_check_sizes(x, n)",
    "a comment above": "# Why so.\n# In two lines.\n_check(x)",
    "a comment behind": "_check(x)  # why so",
    "a size for it": "B, T = x.shape\nif B != T:\n    raise A(f'{B}')",
    "a chain of values": "a = len(x)\nb = a + 1\nif b > n:\n    raise A",
    "a value in a check": "size = tuple(x.shape)\n_check(size)",
    "an annotated one": "m: int = x.dim()\nif m > 1:\n    raise A",
    "the same name twice": "a = n\n_check(a)\na = 2 * n\n_check(a)",
}


@pytest.mark.parametrize("text", GONE.values(), ids=GONE)
def test_what_goes(text: str) -> None:
    assert body(text) == RETURN


STAYS = {
    "an else": "if x < 0:\n    raise A\nelse:\n    x = 1",
    "an elif that computes": "if x < 0:\n    raise A\nelif x:\n    x = 1",
    "an elif that raises": "if x < 0:\n    x = 1\nelif x:\n    raise A",
    "more than a raise": "if x < 0:\n    x = 1\n    raise A",
    "an if that does not raise": "if x < 0:\n    x = -x",
    "a name in the test": "if (n := len(x)) > 1:\n    raise A",
    "the whole body of a loop": "for k in x:\n    if k < 0:\n        raise A",
    "the whole body of a branch": "if n:\n    _check(x)",
    "two on a line": "x = n; _check(x)",
    "the check of another module": "other._check(x)",
    "a public check": "check(x)",
    "a check that gives a value": "x = _check(x)",
    "what is read elsewhere": "a = n\nx = a",
    "what no guard reads": "unused = n",
    "a starred name": "a, *b = x\nx = a, b",
    "a comment apart": "# Why so.\n\nx = n",
    "a raise alone": "raise A",
    "a handler": "try:\n    x = 1\nexcept E:\n    raise A",
}


@pytest.mark.parametrize("text", STAYS.values(), ids=STAYS)
def test_what_stays(text: str) -> None:
    lines = "".join(f"    {line}".rstrip() + "\n" for line in text.split("\n"))
    assert body(text) == lines + RETURN


@pytest.mark.parametrize(
    "value",
    ["x.pop()", "next(x)", "compute(x)", "(yield)", "[m := 1]", "open(n)"],
)
def test_what_does_something_stays(value: str) -> None:
    text = f"a = {value}\nif a:\n    raise A"
    assert body(text) == f"    a = {value}\n{RETURN}"


def test_what_is_used_within_and_behind_stays() -> None:
    text = "a = n\n_check(a)\ndef g():\n    return a\nx = g()"
    assert "    a = n\n" in body(text) and "_check" not in body(text)
    assert "    a = n\n" in body("a = n\n_check(a)\na += 1")
    assert "    a = n\n" in body("global a\na = n\n_check(a)")


def test_a_function_of_guards_alone_keeps_them() -> None:
    text = 'def _check(x):\n    """Refuse."""\n    if x:\n        raise A\n'
    assert shown(text) == text


def test_methods_and_functions_within() -> None:
    text = (
        "class A:\n    def f(self, x):\n        _check(x)\n\n"
        "        def g(y):\n            _check(y)\n            return y\n\n"
        "        return g(x)\n"
    )
    assert shown(text) == (
        "class A:\n    def f(self, x):\n        def g(y):\n"
        "            return y\n\n        return g(x)\n"
    )


BLANK = {
    "one of both sides": ("a = n\n\n_check(x)\n\nx = a", "a = n\n\nx = a"),
    "at the beginning": ("_check(x)\n\nx = n", "x = n"),
    "above": ("a = n\n\n_check(x)\nx = a", "a = n\n\nx = a"),
    "below": ("a = n\n_check(x)\n\nx = a", "a = n\n\nx = a"),
    "between two": ("a = n\n_check(x)\n\n_check(a)\nx = a", "a = n\nx = a"),
    "at the end of a branch": (
        "if n:\n    a = n\n\n    _check(a)\nx = 1",
        "if n:\n    a = n\nx = 1",
    ),
}


@pytest.mark.parametrize(("text", "left"), BLANK.values(), ids=BLANK)
def test_blank_lines_are_tidied(text: str, left: str) -> None:
    assert body(text) == body(left)
    assert left in body(text).replace("\n    ", "\n").strip()


RAISES = "    Raises: ValueError if x is\n        not right.\n"

DOCSTRINGS = {
    "in the middle": (
        f'"""Do.\n\n    Shapes: x.\n{RAISES}    Source: a book.\n    """',
        '"""Do.\n\n    Shapes: x.\n    Source: a book.\n    """',
    ),
    "at the end": (
        f'"""Do.\n\n    Shapes: x.\n{RAISES}    """',
        '"""Do.\n\n    Shapes: x.\n    """',
    ),
    "between blank lines": (
        f'"""Do.\n\n    Words.\n\n{RAISES}\n    Source: it.\n    """',
        '"""Do.\n\n    Words.\n\n    Source: it.\n    """',
    ),
    "alone": (f'"""Do.\n\n{RAISES}    """', '"""Do."""'),
    "before the quotes": (
        '"""Do.\n\n    Words.\n    Raises: E."""',
        '"""Do.\n\n    Words.\n    """',
    ),
    "alone before the quotes": ('"""Do.\n\n    Raises: E."""', '"""Do."""'),
    "on the only line": ('"""Do. Raises: E."""', '"""Do."""'),
    "no room for the quotes": (
        f'"""{"a" * 70}.\n\n    Raises: E.\n    """',
        f'"""{"a" * 70}.\n    """',
    ),
    "no paragraph": ('"""Do.\n\n    It Raises: no.\n    """',) * 2,
}


@pytest.mark.parametrize(("text", "left"), DOCSTRINGS.values(), ids=DOCSTRINGS)
def test_docstrings_do_not_tell_of_errors(text: str, left: str) -> None:
    assert shown(f"def f(x):\n    {text}\n{RETURN}") == (
        f"def f(x):\n    {left}\n{RETURN}"
    )
    assert shown(f"class A:\n    {text}\n\n    b = 1\n") == (
        f"class A:\n    {left}\n\n    b = 1\n"
    )


def test_another_string_keeps_its_lines() -> None:
    text = 'def f():\n    x = """\n    Raises: E.\n    """\n    return x\n'
    assert shown(text) == text


SOURCE = '''\
"""One."""

LEAST = 1


def double(x: float) -> float:
    """Return twice x.

    Raises: ValueError if x is too small.
    """
    if x < LEAST:
        raise ValueError(f"x must be {LEAST} or more, got {x}")
    y = 2 * x

    return y  # eq:one-double
'''


def test_lines_know_their_places_and_the_page_runs_them(
    small_book: Path,
) -> None:
    (small_book / MODULE).write_text(SOURCE, encoding="utf-8")
    code = read(small_book / EN).codes[0]
    assert code.code == (
        'def double(x: float) -> float:\n    """Return twice x."""\n'
        "    y = 2 * x\n\n    return y  # eq:one-double\n"
    )
    assert code.lines == (6, 7, 13, 14, 15)
    names: dict[str, object] = {}
    exec(compile(code.placed, "one.py", "exec"), names)
    assert eval("double(0.25)", names) == 0.5
    (function,) = ast.parse(code.placed).body
    assert (function.lineno, function.end_lineno) == (6, 15)


def test_only_what_is_shown_is_counted(small_book: Path) -> None:
    guards = "    _check(x)\n" * form.LISTING
    text = SOURCE.replace("    y =", f"{guards}    y =")
    (small_book / MODULE).write_text(text, encoding="utf-8")
    assert list(form.problems(read(small_book / EN))) == []
    shown = "    x += 1\n" * form.LISTING
    text = SOURCE.replace("    y =", f"{shown}    y =")
    (small_book / MODULE).write_text(text, encoding="utf-8")
    (problem,) = form.problems(read(small_book / EN))
    assert "a listing of 45 lines" in str(problem)


def test_a_guard_below_the_docstring_takes_its_blank_line() -> None:
    text = f'def f(x):\n    """Do."""\n    _check(x)\n\n{RETURN}'
    assert shown(text) == f'def f(x):\n    """Do."""\n{RETURN}'
