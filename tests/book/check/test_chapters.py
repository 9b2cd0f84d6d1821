"""A chapter of the form passes; without one of its pieces, none does."""

from pathlib import Path

import pytest

from book.check import chapters
from book.layout import SECTIONS
from book.page.blocks import Page, parse
from book.words.site import words

FRONT = {"en": "description: A page.", "zh": "description: 一页。"}
CONFIG = (
    "nav:\n  - Part:\n      - Zero: part/zero.md\n      - One: part/one.md"
)

PIECES = {
    "math": """
!!! question "{quiz}"

    What is $2 x$?

    - [x] Twice $x$
        - That is what 2 does.
    - [ ] Half of it
        - Then $x$ would stand above 2.

!!! question "{quiz}"

    And $x + x$?

    - [ ] Something else
        - Try $x = 1$.
    - [x] The same
        - By the law of distribution.
""",
    "wrong": """
**{symptom}** The result is `nan`.

**{signs}** It is not equal to itself.

**{mending}** Divide by something else.
""",
    "exercises": """
### 1 {{#exercise-1}}

Try.

??? success "{open}"
    Your own result.
""",
    "check": """
```text
True
doubles: True
True for 3
```
""",
}


def source(language: str) -> str:
    """A chapter with all that the form asks for."""
    said, fixed = words("chapter", language), words("new", language)
    parts = ["---", FRONT[language], "needs: [part/zero]", "hours: 2.5"]
    parts += ["---", "", "# One", ""]
    for section in SECTIONS:
        parts += [f"## {fixed[section]} {{#{section}}}", ""]
        parts += [PIECES.get(section, "\nSome words.\n").format(**said)]
        if section in {"question", "questions"}:
            parts += ["word " * 750, ""]
    marker = "<!--pytest-codeblocks:expected-output-->\n\n```text"
    return "\n".join(parts).replace("```text", marker)


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    for name in ("mkdocs.yml", "mkdocs.zh.yml"):
        (tmp_path / name).write_text(CONFIG)
    for language in ("en", "zh"):
        for name in ("zero", "two"):
            path = tmp_path / "docs" / language / "part" / f"{name}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("# Another\n")
    return tmp_path / "docs"


def page(docs: Path, language: str, text: str) -> Page:
    return parse(docs / language / "part" / "one.md", text.splitlines())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_chapter_of_the_form_passes(docs: Path, language: str) -> None:
    good = page(docs, language, source(language))
    assert [str(p) for p in chapters.problems(good)] == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("needs: [part/zero]\n", "", "needs `needs:`"),
        ("hours: 2.5\n", "hours:\n", "needs `hours:`"),
        ("[part/zero]", "[part/two]", "comes later in the book"),
        ("[part/zero]", "[3]", "name each other chapter once"),
        ("hours: 2.5", "hours: long", "`hours` is a number"),
        ("## From scratch", "## Made by hand", "called 'From scratch'"),
        ("**Symptom.**", "The symptom:", "**Symptom.**"),
        ("**How to mend it.**", "**Symptom.**", "in this order"),
        ('"Check yourself"', '"Think"', "titled 'Check yourself'"),
        ("[x] Twice", "[ ] Twice", "the one that is right with"),
        ("[ ] Half", "[x] Half", "the one that is right with"),
        ("[x] Twice", "Twice", "begins with `[ ]`"),
        ("        - Try $x = 1$.\n", "", "its reason"),
        ("        - Try", "        - Or so.\n        - Try", "its reason"),
        (
            "    - [ ] Half of it\n        - Then $x$ would stand above 2.\n",
            "",
            "1 choices",
        ),
        ('!!! question "Check yourself"', '!!! note "N"', "1 notes"),
        ("What to look for", "Solution", "no exercise is open"),
        ("True for 3", "True again", "3 lines of output"),
        ("word " * 750, "word " * 1490, "stand open from question"),
        ("word " * 750, "word " * 600, "a chapter has 1500 to 2500"),
    ],
)
def test_what_is_missing_is_named(
    docs: Path, old: str, new: str, says: str
) -> None:
    text = source("en")
    assert old in text
    found = chapters.problems(page(docs, "en", text.replace(old, new, 1)))
    assert any(says in str(problem) for problem in found)
