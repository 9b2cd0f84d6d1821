"""The marks beside formulas: where they lead, and who has none."""

from pathlib import Path

import pytest

from book import layout
from book.finish.built import read
from book.finish.proof_marks import add
from book.layout import LANGUAGES, ROOT
from book.page import blocks
from book.words.site import words
from tests.book.conftest import CHAPTERS, FAILED, NOT_RUN

PAGE = (
    '<div class="equation numbered"><math><mtd id="eq:one-double"></mtd>'
    '</math></div><div class="equation"><math></math></div>'
    '<div class="equation numbered"><math><mtd id="eq:none"></mtd></math>'
    '</div><p id="eq:one-double"></p><p class="run {}">Line</p>'
)


@pytest.mark.parametrize(
    ("place", "up"),
    [("index.html", ""), ("a/b.html", "../"), ("a/c/d", "../../")],
)
@pytest.mark.parametrize("how", ["tested", "computed"])
def test_equations_are_linked(
    small_book: Path, place: str, up: str, how: str
) -> None:
    text = PAGE.format("passed")
    if how == "computed":
        text = text.replace("<p class", '<p data-evaluated="eq:one-double" c')
        text = text.replace(' clss="', ' class="').replace(" c=", " class=")
    page = read(small_book, "zh", place, text)
    add(page)
    (mark,) = page.all("a.proof")
    assert mark.attributes == {
        "class": "proof" if how == "tested" else "proof computed",
        "href": f"{up}code/tests/part/test_one.html#L6",
        "title": words("proof_marks", "zh")[how],
    }
    assert mark.parent == page.all("div")[0]
    assert "data-evaluated" not in page.html


@pytest.mark.parametrize("run", ["failed", "unknown"])
def test_no_run_no_marks(small_book: Path, run: str) -> None:
    page = read(small_book, "en", "part/one.html", PAGE.format(run))
    before = page.html
    add(page)
    assert page.html == before


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CHAPTERS)
def test_every_equation_has_its_test_beside_it(
    site: Path, language: str, name: str
) -> None:
    path = site / language / f"{name}.html"
    page = read(ROOT, language, f"{name}.html", path.read_text("utf-8"))
    source = blocks.read(ROOT / "docs" / language / f"{name}.md")
    labels = [label for block in source.blocks for label in block.labels]
    (run,) = page.all("p.run")
    if name in (FAILED, NOT_RUN):
        assert page.all("a.proof") == []
        passed = words("runs", language)["ran"].partition("{")[0].strip("*")
        assert passed.strip(" *") not in run.text()
        assert ("test_gru" in run.text()) == (name == FAILED)
        return
    test = layout.test(ROOT, name)
    lines = test.read_text(encoding="utf-8").splitlines()
    file = test.relative_to(ROOT).with_suffix(".html").as_posix()
    found: list[str] = []
    for equation in page.all("div.equation.numbered"):
        (label,) = [e.id for e in equation.css("[id]")]
        (mark,) = equation.css("a.proof")
        place, _, line = str(mark.attributes["href"]).partition("#L")
        assert place == f"../code/{file}"
        how = "computed" if found else "tested"  # all but the first
        assert mark.attributes["title"] == words("proof_marks", language)[how]
        before, start = lines[: int(line) - 1], lines[int(line) - 1]
        assert start.startswith("def test_")
        decorators = "\n".join(before).rpartition("\n\n\n")[2]
        marked = "".join(decorators.split())
        assert f'@pytest.mark.equation("{label}"' in marked
        found.append(label)
    assert found == labels
