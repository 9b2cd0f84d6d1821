"""Every refusal: the good book passes, each bad one is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from book.check import form
from book.check import problems as check
from book.edit import sync
from book.page.blocks import read
from tests.book.conftest import accept

EN, ZH = "docs/en/part/one.md", "docs/zh/part/one.md"
MODULE, TEST = "d2lcode/part/one.py", "tests/part/test_one.py"
Edit = Callable[[str, str, str], None]

# what is replaced in which file, where the refusal points, what it says
REFUSED = {
    "another info string": (
        EN, "```python\nprint", "```python title='x'\nprint",
        EN, "write exactly ```python",
    ),
    "python in capitals": (
        EN, "```python\nprint", "```Python\nprint",
        EN, "write exactly ```python",
    ),
    "py": (EN, "```python\nprint", "```py\nprint", EN, "write exactly"),
    "braces": (EN, "```python\nprint", "``` {.python}\nprint", EN, "exactly"),
    "no info string": (EN, "```text\n4", "```\n4", EN, "text` fence must"),
    "listing without file": (
        EN, "d2lcode/part/one.py:", "d2lcode/part/two.py:",
        EN, "there is no file d2lcode/part/two.py",
    ),
    "listing without object": (
        EN, ":double", ":triple", EN, "has no object 'triple'; it has double",
    ),
    "listing with more lines": (
        EN, ":double", ":double\nx = 1", EN, "a listing is one line",
    ),
    "listing twice": (
        EN, ":double", ":double,double", EN, "in the order of d2lcode/part",
    ),
    "module that is not Python": (
        MODULE, "def double(", "def double((", MODULE, "this is not Python",
    ),
    "test that is not Python": (
        TEST, "def test_double(", "def test_double((",
        TEST, "this is not Python",
    ),
    "page's code that is not Python": (
        EN, "print(double(2.0))", "print(double(2.0)", EN, "is not Python",
    ),
    "mark of a merge": (
        EN, "Some words.", "<<<<<<< HEAD", EN, "the mark of a merge",
    ),
    "navigation that is not YAML": (
        "mkdocs.zh.yml", "nav:", "nav: [", "mkdocs.zh.yml", "is not YAML",
    ),
    "term base that is not YAML": (
        "book/words/terms/part.yml", "zh: ", "zh: [",
        "book/words/terms/part.yml",
        "this is not YAML",
    ),
    "front matter that is not YAML": (
        EN, "description: A", "description: {A", EN, "is not YAML",
    ),
    "TeX outside of dollars": (
        EN, "$\\eqref{eq:one-double}$", "\\eqref{eq:one-double}",
        EN, "TeX stands between dollars",
    ),
    "parentheses of TeX": (
        EN, "Some words.", "Some \\(p\\).", EN, "TeX stands between dollars",
    ),
    "a footnote": (EN, "Some words.", "Words.[^1]", EN, "no footnotes"),
    "a per cent sign in a formula": (
        EN, "of $x$ gives", "of $95% of x$ gives", EN, "% hides the rest",
    ),
    "English words in a Chinese formula": (
        ZH, "y = 2 x", "y = 2 x \\text{ if } x",
        ZH, "'if': words inside a formula are Chinese",
    ),
    "a list without a blank line": (
        EN, "Some words.", "Some words:\n- one\n- two",
        EN, "a blank line is missing before this list",
    ),
    "an underlined title": (
        EN, "Some words.", "Some words\n----------", EN, "underlined title",
    ),
    "a title without a space": (
        EN, "Some words.", "##Words", EN, "no title and no note",
    ),
    "a note without quotes": (
        EN, "Some words.", "!!! note Some words", EN, "no title and no note",
    ),
    "numbers without labels": (
        EN, "y = 2 x \\label{eq:one-double}",
        "\\begin{align}\ny &= 2 x \\label{eq:one-double} \\\\\nz &= x\n"
        "\\end{align}",
        EN, "align numbers 2 line(s), of which 1",
    ),
    "an exercise without solution": (
        EN, "## Part {#summary}", "### Exercise 1 {#exercise-1}\n\nTry.\n\n"
        "## Part {#summary}",
        EN, "0 solutions of this exercise",
    ),
    "output without block": (
        EN, "After this page",
        "<!--pytest-codeblocks:expected-output-->\n\n```text\n1\n```\n\nAfter",
        EN, "output without a Python block",
    ),
    "marker without fence": (
        EN, "```text\n4.0\n```\n", "Words.\n", EN, "`text` fence must follow",
    ),
    "two outputs of one block": (
        EN, "```text\n4.0\n```\n",
        "```text\n4.0\n```\n\n<!--pytest-codeblocks:expected-output-->\n\n"
        "```text\n4.0\n```\n",
        EN, "second output",
    ),
    "tolerance for nothing": (
        EN, "Some words.", "<!--book:tolerance 5%-->\n\nSome words.",
        EN, "a tolerance stands before",
    ),
    "unknown comment": (
        EN, "Some words.", "<!--pytest-codeblocks:skip-->\n\nSome words.",
        EN, "unknown comment",
    ),
    "figure before any block": (
        EN, "After this page", "![A line.](one-line.svg)\n\nAfter",
        EN, "figure without a Python block",
    ),
    "figure of another name": (
        EN, "```text\n4.0\n```\n",
        "```text\n4.0\n```\n\n![A line.](line.svg)\n",
        EN, "a figure is called one-NAME.svg",
    ),
    "label without proof": (
        TEST, '@pytest.mark.equation("eq:one-double")\n', "",
        EN, r"no test proves \label{eq:one-double}",
    ),
    "proof without label": (
        TEST, "def test_double",
        '@pytest.mark.equation("eq:one-half")\ndef test_double',
        TEST, "'eq:one-half', which no page has",
    ),
    "mark without a label": (
        TEST, '("eq:one-double")', "(label)", TEST, "the mark takes one label",
    ),
    "a marked function that is no test": (
        TEST, "def test_double", "def double_test",
        TEST, "its name does not begin with test_",
    ),
    "a marked test that is skipped": (
        TEST, "@pytest", "@pytest.mark.skip\n@pytest",
        TEST, "marked and proves nothing: it is skipped",
    ),
    "a marked test that is skipped somewhere": (
        TEST, "@pytest", "@pytest.mark.skipif(True, reason='')\n@pytest",
        TEST, "marked and proves nothing: it is skipped",
    ),
    "a marked test that may fail": (
        TEST, "@pytest", "@pytest.mark.xfail\n@pytest",
        TEST, "marked and proves nothing: it is skipped, or may fail",
    ),
    "a file of tests that is skipped": (
        TEST, "\n\n@pytest", "\npytestmark = pytest.mark.skip\n\n\n@pytest",
        TEST, "marked and proves nothing: it is skipped",
    ),
    "a marked test within a function": (
        TEST, "@pytest.mark.equation(\"eq:one-double\")\ndef test_double():\n",
        "def test_more():\n    @pytest.mark.equation(\"eq:one-double\")\n"
        "    def test_double():\n        pass\n\n",
        TEST, "it stands within test_more",
    ),
    "a marked test in a class that is none of tests": (
        TEST, "@pytest.mark.equation(\"eq:one-double\")\ndef test_double():\n",
        "class Double:\n    @pytest.mark.equation(\"eq:one-double\")\n"
        "    def test_double(self):\n        pass\n\n\nif True:\n",
        TEST, "its class Double does not begin with Test",
    ),
    "a marked test that another hides": (
        TEST, "    assert double(3.0) == 6.0",
        "    assert double(3.0) == 6.0\n\n\ndef test_double():\n    pass",
        TEST, "another function of this name follows",
    ),
    "reference to nothing": (
        EN, r"\eqref{eq:one-double}", r"\eqref{eq:one-triple}",
        EN, "no such label",
    ),
    "label twice": (
        EN, "$$\ny = 2 x \\label{eq:one-double}\n$$\n",
        "$$\ny = 2 x \\label{eq:one-double}\n$$\n\n"
        "$$\nz = 2 x \\label{eq:one-double}\n$$\n",
        EN, "exists already",
    ),
    "broken formula": (EN, "y = 2 x", "y = \\frac{2 x", EN, "closing token"),
    "broken inline formula": (
        EN, "of $x$ gives", "of $\\x$ gives", EN, "Unknown command",
    ),
    "code that differs": (
        ZH, "print(double(2.0))", "print(double(3.0))",
        ZH, "this fence differs from the English page's",
    ),
    "formula that differs": (
        ZH, "y = 2 x", "y = 3 x", ZH, "this equation differs",
    ),
    "output that differs": (ZH, "4.0", "5.0", ZH, "this output differs"),
    "inline formula that differs": (
        ZH, "一个数 $x$", "一个数 $y$", ZH, "not the same formulas",
    ),
    "hours that differ": (
        ZH, "---\n\n#", "hours: 2\n---\n\n#", ZH, "`hours` is not what",
    ),
    "needs that differ": (
        EN, "---\n\n#", "needs: []\n---\n\n#", ZH, "`needs` is not what",
    ),
    "a paragraph more": (
        ZH, "几句话。", "几句话。\n\n再来几句。",
        ZH, "stands where the English page has",
    ),
    "a section with another id": (
        ZH, "{#practice}", "{#use}", ZH, "stands where the English",
    ),
    "a block more at the end": (
        EN, "## Part {#references}\n\nSome words.",
        "## Part {#references}\n\nSome words.\n\nAnd more.",
        EN, "has no partner in the other language",
    ),
    "English changed alone": (
        EN, "Some words.", "Other words.",
        ZH, "the English block changed, the Chinese did not",
    ),
    "Chinese changed alone": (
        ZH, "几句话。", "另外几句话。",
        ZH, "the Chinese block changed, the English did not",
    ),
    "page missing from the navigation": (
        "mkdocs.yml", "      - One: part/one.md\n", "      - Two: two.md\n",
        EN, "missing from the navigation in mkdocs.yml",
    ),
    "navigation without page": (
        "mkdocs.zh.yml", "part/one.md", "part/one.md\n      - 二: part/two.md",
        "mkdocs.zh.yml", "the navigation names part/two,",
    ),
    "term with a refused translation": (
        ZH, "权重衰减（weight decay）为", "权重衰退为",
        ZH, "'权重衰退' for 'weight decay': this book says '权重衰减'",
    ),
    "term glossed in another way": (
        ZH, "权重衰减（weight decay）为", "权重收缩（weight decay）为",
        ZH, "'权重收缩' for 'weight decay'",
    ),
    "term that is not in the base": (
        ZH, "几句话。", "几个词元（token）。", ZH, "'token' is introduced",
    ),
    "term left out": (
        ZH, "权重衰减（weight decay）为", "它为",
        ZH, "speaks of 'weight decay', this one nowhere of '权重衰减'",
    ),
    "term base out of order": (
        "book/words/terms/part.yml", "- en: weight decay",
        "- {en: zero, zh: 零, en_definition: 0, zh_definition: 0}\n"
        "- en: weight decay",
        "book/words/terms/part.yml", "in alphabetical order",
    ),
    "empty section": (
        EN, "## Part {#watch}\n\nSome words.", "## Part {#watch}",
        EN, "nothing under 'Part'",
    ),
    "section missing": (
        EN, "## Part {#watch}\n\nSome words.\n\n", "", EN, "has the sections",
    ),
    "heading without id": (
        EN, "## Part {#watch}", "## Part", EN, "and an id",
    ),
    "id twice": (EN, "{#watch}", "{#wrong}", EN, "this id stands twice"),
    "no title": (EN, "# One\n\n", "", EN, "begins with its title"),
    "no description": (
        EN, "description: A small page.", "title: One", EN, "`description:`",
    ),
    "front matter without end": (
        EN, "page.\n---", "page.\n", EN, "the front matter has no end",
    ),
    "fence without end": (EN, "4.0\n```\n", "4.0\n", EN, "the fence has no"),
    "formula without end": (
        ZH, "eq:one-double}\n$$\n", "eq:one-double}\n", ZH, "formula has no",
    ),
    "raw HTML": (EN, "Some words.", "<b>Some</b>", EN, "raw HTML"),
    "wrong indent": (EN, "Some words.", "  Some words.", EN, "indented by 2"),
    "no blank line before a fence": (
        EN, "words.\n\n```python\nd2l", "words.\n```python\nd2l",
        EN, "a blank line is missing",
    ),
    "half-width punctuation": (
        ZH, "几句话。", "几句话,完了。", ZH, "full-width punctuation",
    ),
    "Chinese tight to Latin": (
        ZH, "几句话。", "几句GRU话。", ZH, "a space stands between",
    ),
    "straight quotes": (
        EN, "Some words.", 'Some "words".', EN, "write the quotes of print",
    ),
    "straight quotes in Chinese": (
        ZH, "几句话。", '几句"话"。', ZH, "write the quotes of print",
    ),
    "a straight apostrophe in Chinese": (
        ZH, "几句话。", "几句 'GRU' 话。", ZH, "write the quotes of print",
    ),
    "a doubled word": (
        EN, "Some words.", "Some of the the words.", EN, "stands here twice",
    ),
    "a doubled character": (
        ZH, "几句话。", "几句的的话。", ZH, "stands here twice",
    ),
    "a doubled Chinese word": (
        ZH, "几句话。", "几句模型模型话。", ZH, "stands here twice",
    ),
    "an output without a marker": (
        EN, "<!--pytest-codeblocks:expected-output-->\n\n```text\n4",
        "```text\n4",
        EN, "looks like an output, and nothing compares it",
    ),
    "a session of Python": (
        EN, "Some words.", "```pycon\n>>> 1\n2\n```", EN, "which nothing runs",
    ),
    "a mark of no output before another block": (
        EN, "Some words.", "<!--book:not-output-->\n\nSome words.",
        EN, "`text` fence must follow <!--book:not-output-->",
    ),
    "a mark of no output before nothing": (
        EN, "## Part {#references}\n\nSome words.",
        "## Part {#references}\n\n<!--book:not-output-->",
        EN, "nothing follows the marker",
    ),
    "both marks": (
        EN, "<!--pytest-codeblocks",
        "<!--book:not-output-->\n\n<!--pytest-codeblocks",
        EN, "`text` fence must follow",
    ),
    "a check that shows nothing": (
        EN, "## Part {#check}\n\nSome words.",
        "## Part {#check}\n\n```python\nz = double(1.0)\n```",
        EN, "the last block of a check shows nothing",
    ),
    "an exercise that is not there": (
        EN, "Some words.", "See exercises 1 and 7.",
        EN, "this page has no exercise 7",
    ),
    "a Chinese reference to no exercise": (
        ZH, "几句话。", "见练习 7。", ZH, "this page has no exercise 7",
    ),
    "a DOI and another link": (
        EN, "Some words.", "[doi:10.1/ab](https://doi.org/10.1/ac)",
        EN, "'10.1/ab' links to https://doi.org/10.1/ac",
    ),
    "an arXiv number and another link": (
        ZH, "几句话。", "[arXiv:1406.1078](https://arxiv.org/abs/1406.1079)",
        ZH, "'1406.1078' links to",
    ),
    "a description changed in one language": (
        ZH, "description: 一个小页面。", "description: 一个大页面。",
        ZH, "the Chinese block changed, the English did not",
    ),
    "words of a formula changed in one language": (
        ZH, "一个数 $x$", r"一个数 $x \text{（米）}$",
        ZH, "the Chinese block changed, the English did not",
    ),
    "words of a display changed in one language": (
        ZH, "y = 2 x", r"y = 2 x \text{，若为正}",
        ZH, "the Chinese block changed, the English did not",
    ),
    "a number that the page does not show": (
        EN, "Some words.", "It is 4.1.", EN, "4.1: no output, formula or code",
    ),
    "relative import": (
        MODULE, '"""One."""', '"""One."""\n\nfrom . import two\n',
        MODULE, "import by full name",
    ),
}  # fmt: skip


def refusals(root: Path) -> list[tuple[str, str]]:
    return [
        (p.path.relative_to(root).as_posix(), str(p))
        for p in check.problems(root)
    ]


def test_the_good_book_passes(small_book: Path) -> None:
    assert refusals(small_book) == []


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str, small_book: Path, edit: Edit) -> None:
    file, old, new, place, message = REFUSED[case]
    edit(file, old, new)
    found = refusals(small_book)
    assert any(p == place and message in text for p, text in found), found


def test_a_refusal_names_file_and_line(small_book: Path, edit: Edit) -> None:
    edit(EN, "```python\nprint", "```py\nprint")
    lines = (small_book / EN).read_text(encoding="utf-8").splitlines()
    problem = check.problems(small_book)[0]
    line = lines.index("```py") + 1
    assert problem.line == line
    assert str(problem).startswith(f"{small_book / EN}:{line}: ")


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (EN, "the other language has no such page"),
        (ZH, "the other language has no such page"),
        (MODULE, "the chapter needs d2lcode/part/one.py"),
        (TEST, "the chapter needs tests/part/test_one.py"),
    ],
)
def test_a_missing_room(file: str, message: str, small_book: Path) -> None:
    (small_book / file).unlink()
    assert any(message in text for _, text in refusals(small_book))


def test_a_module_without_page(small_book: Path) -> None:
    (small_book / "d2lcode/part/two.py").write_text('"""Two."""\n')
    found = refusals(small_book)
    assert (
        found == [("d2lcode/part/two.py", found[0][1])]
        and "no page docs/en/part/two.md" in found[0][1]
    )


def test_a_figure_that_no_page_shows(small_book: Path) -> None:
    (small_book / "docs/en/part/one-old.svg").write_text("<svg/>")
    assert any("does not show it" in text for _, text in refusals(small_book))


def test_a_long_listing(small_book: Path, edit: Edit) -> None:
    long = "".join(f"    x = x + {n}\n" for n in range(form.LISTING))
    edit(MODULE, "    return", long + "    return")
    assert any("a listing of 43" in text for _, text in refusals(small_book))


def _second_chapter(root: Path) -> None:
    """Put a copy of the chapter behind it, called `two`."""
    for name in (EN, ZH, MODULE, TEST):
        text = (root / name).read_text(encoding="utf-8")
        text = text.replace("eq:one-", "eq:two-").replace("one.py", "two.py")
        path = root / name.replace("one.", "two.")
        path.write_text(text, encoding="utf-8")
    for config in ("mkdocs.yml", "mkdocs.zh.yml"):
        path = root / config
        text = path.read_text(encoding="utf-8")
        path.write_text(text + "      - Two: part/two.md\n", encoding="utf-8")
    docs = root / "docs"
    sync.accept(read(docs / "en/part/two.md"), read(docs / "zh/part/two.md"))


@pytest.mark.parametrize(
    "statement",
    [
        "import d2lcode.part.two",
        "from d2lcode.part.two import double",
        "from d2lcode.part import two",
    ],
)
def test_an_import_of_a_later_chapter(
    statement: str, small_book: Path, edit: Edit
) -> None:
    _second_chapter(small_book)
    assert refusals(small_book) == []
    edit(MODULE, '"""One."""', f'"""One."""\n\n{statement}\n')
    assert any(
        "is a later chapter" in text for _, text in refusals(small_book)
    )


def test_an_import_of_an_earlier_chapter(small_book: Path, edit: Edit) -> None:
    _second_chapter(small_book)
    edit(
        "d2lcode/part/two.py",
        '"""One."""',
        '"""One."""\n\nfrom d2lcode.part import one\n',
    )
    assert refusals(small_book) == []


def test_a_label_of_another_page(small_book: Path, edit: Edit) -> None:
    _second_chapter(small_book)
    edit("docs/en/part/two.md", r"x \label{eq:two-", r"x \label{eq:one-")
    assert any("exists already" in text for _, text in refusals(small_book))


def test_another_order_of_the_navigations(small_book: Path) -> None:
    _second_chapter(small_book)
    (small_book / "mkdocs.zh.yml").write_text(
        "nav:\n  - 部分:\n      - 二: part/two.md\n      - 一: part/one.md\n",
        encoding="utf-8",
    )
    assert any("another order" in text for _, text in refusals(small_book))


def test_accepting_mends_a_drift(small_book: Path, edit: Edit) -> None:
    edit(EN, "Some words.", "Other words.")
    assert refusals(small_book)
    accept(small_book)
    assert refusals(small_book) == []


def test_a_fence_that_is_no_output_is_marked(
    small_book: Path, edit: Edit
) -> None:
    given = "<!--book:not-output-->\n\n```text\nX = [1, 2]\n```"
    edit(EN, "Some words.", given)
    edit(ZH, "几句话。", given)
    accept(small_book)
    assert refusals(small_book) == []
    edit(ZH, "X = [1, 2]", "X = [1, 3]")
    assert any(
        "this fence differs" in text for _, text in refusals(small_book)
    )


def test_an_exercise_that_is_there_or_elsewhere(
    small_book: Path, edit: Edit
) -> None:
    exercise = (
        '### Exercise {{#exercise-1}}\n\n{0}\n\n??? success "A"\n\n    {0}'
    )
    edit(EN, "Some words.", exercise.format("See exercise 1."))
    edit(ZH, "几句话。", exercise.format("见练习 1。"))
    edit(EN, "Some words.", "See [exercise 7](two.md#exercise-7).")
    edit(ZH, "几句话。", "见[练习 7](two.md#exercise-7)。")
    accept(small_book)
    found = [t for _, t in refusals(small_book) if "no exercise" in t]
    assert found == []


def test_text_in_a_formula_may_be_translated(
    small_book: Path, edit: Edit
) -> None:
    edit(EN, "y = 2 x", r"y = 2 x \text{ if } x > 0")
    edit(ZH, "y = 2 x", r"y = 2 x \text{ 若 } x > 0")
    accept(small_book)
    assert refusals(small_book) == []
