"""Refused: a number in a sentence that its page shows nowhere."""

from pathlib import Path

import pytest

from book.check import numbers as check
from book.check.numbers import Excepted
from book.page.blocks import Page, parse
from book.page.numbers import numbers

PAGE = """\
# One

{words}

$$
y = 3.5 x + 10^{{-4}}
$$

```python
print(0.24567, 12034, 2**20, -0.3)
```

<!--pytest-codeblocks:expected-output-->

```text
0.24567 12034 1048576 -0.3 accuracy 0.9312
```

## References {{#references}}

- [@bauer1974computational] Read section 77.
"""


def page(words: str, language: str = "en") -> Page:
    path = Path("/book/docs") / language / "part/one.md"
    return parse(path, PAGE.format(words=words).splitlines())


def unbound(words: str) -> list[str]:
    return [number.text for number in check.unbound(page(words))]


BOUND = [
    "It is 0.24567, or 0.246, or 0.25, or 0.2.",
    "An accuracy of 93 %, 93.1 % or 0.93.",
    "12,034 rows, about 12,000, some 1.2 万; 1.05 million.",
    "It falls by 0.3, to −0.3.",
    "The slope is 3.5, the rest $10^{-4}$.",
    "- 0.25 in an item",
    "| 0.25 | 0.931 |\n|---|---|\n| 3.5 | 12034 |",
]


@pytest.mark.parametrize("words", BOUND)
def test_what_the_page_shows_is_bound(words: str) -> None:
    assert list(numbers(page(words)))
    assert unbound(words) == []


UNBOUND = {
    "It is 0.247.": ["0.247"],
    "It is 0.24.": ["0.24"],
    "An accuracy of 94 %.": ["94 %"],
    "12,035 rows.": ["12,035"],
    "12,000 rows.": ["12,000"],
    "It falls to −0.4, from −3.5.": ["−0.4", "−3.5"],
    "The slope is $3.6$.": ["3.6"],
    "有 1.3 万行。": ["1.3 万"],
    "准确率是 0.94。": ["0.94"],
    "| 0.25 | 0.94 |\n|---|---|\n| 3.5 | 12034 |": ["0.94"],
    "- 0.26 in an item": ["0.26"],
    '!!! note "After 7 epochs"\n\n    Words.': ["7"],
}


@pytest.mark.parametrize("words", UNBOUND)
def test_what_it_shows_nowhere_is_refused(words: str) -> None:
    assert unbound(words) == UNBOUND[words]
    one = page(words)
    (first, *_) = check.problems(one, [])
    assert first.line == next(n.line for n in check.unbound(one))
    assert UNBOUND[words][0] in str(first)


@pytest.mark.parametrize(
    "words",
    [
        "Bauer (1974), in 2011, two words, exercise 7, sections 3.1 and 4.2.",
        "CIFAR-10, ResNet-50, float64, L2, 2D, PyTorch 2.6, Python 3.10.",
        "第 7 节，练习 9，图 3，2011 年。",
        "`n_iter=77` and [issue 4959](https://example.org/4959).",
        "$77 x$ is a formula.",
        "[this page](../part/two77.md#section-88)",
    ],
)
def test_names_are_no_numbers(words: str) -> None:
    assert list(numbers(page(words))) == []


def test_an_exception_has_a_reason(tmp_path: Path) -> None:
    words = "At most 1.69 times."
    found = Excepted("part/one", "1.69", "Ali et al. 2019, theorem 2")
    assert [*check.problems(page(words), [])]
    assert not [*check.problems(page(words), [found])]
    other = Excepted("part/two", "1.69", "a reason")
    assert [*check.problems(page(words), [other])]
    said = [*check.unused(tmp_path, [page("No number.")], [found])]
    assert "no sentence needs this" in str(said[0])
    assert not [*check.unused(tmp_path, [page(words)], [found])]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- {page: one, number: '1'}", "a page, a number and a reason"),
        ("- {page: one, number: 1, reason: r}", "words in quotes"),
        ("- {page: one, number: 'x', reason: r}", "'x' is no number"),
        ("- [", "this is not YAML"),
    ],
)
def test_a_wrong_exception(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / check.EXCEPTIONS
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    found, (wrong,) = check.load(tmp_path)
    assert found == []
    assert said in str(wrong)
    path.write_text("- {page: one, number: '1', reason: r}", "utf-8")
    assert check.load(tmp_path) == ([Excepted("one", "1", "r")], [])
