"""Staged pages: what they refer to is written out."""

from pathlib import Path

import pytest

from book import layout
from book.layout import LANGUAGES
from book.page import lab
from book.page.blocks import read
from book.run.figures import sealed
from book.stage.downloads import stage_downloads
from book.stage.pages import stage_pages
from book.words import site

SVG = """\
<svg xmlns="http://www.w3.org/2000/svg"><g id="figure_1"><g id="axes_1">
<g id="matplotlib.axis_1"><g id="text_1"><text>"&lt;$&gt;" &amp; y</text></g>
</g></g></g></svg>
"""


def test_descriptions_stand_behind_the_files(
    small_book: Path, tmp_path: Path, edit
) -> None:
    image = "![Down: `a` of $b$ .](one-a.svg)"
    edit("docs/en/part/one.md", "4.0\n```\n", f"4.0\n```\n\n{image}\n")
    page = small_book / "docs" / "en" / "part" / "one.md"
    (page.parent / "one-a.svg").write_text(SVG, encoding="utf-8")
    folder = tmp_path / "staged"
    stage_pages(small_book, "en", folder)
    staged = (folder / "part" / "one.md").read_text(encoding="utf-8")
    before, _, rest = staged.partition(image[:-1] + ' "Plot.')
    words, _, after = rest.partition('")')
    assert "&lt;" in words and "&amp; y" in words
    assert not set('"<$') & set(words)
    expanded = before + image + after
    assert expanded == read(page).expanded()
    assert "def double(x" in expanded


def test_a_drawing_is_staged_as_a_figure_is(
    drawn_book: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "staged"
    stage_pages(drawn_book, "zh", folder)
    staged = (folder / "part" / "one.md").read_text(encoding="utf-8")
    assert '一步。](one-cell.svg "示意图：x；时间步。")' in staged
    svg = (folder / "part" / "one-cell.svg").read_text(encoding="utf-8")
    assert "时间步" in svg and "metadata" not in svg


def test_figures_go_without_their_data(
    small_book: Path, tmp_path: Path
) -> None:
    page = small_book / "docs" / "en" / "part" / "one.md"
    kept = sealed(SVG, {"texts": [], "axes": []})
    (page.parent / "one-a.svg").write_text(kept, encoding="utf-8")
    assert "metadata" in kept
    stage_pages(small_book, "en", tmp_path / "staged")
    staged = tmp_path / "staged" / "part" / "one-a.svg"
    assert staged.read_text(encoding="utf-8") == SVG


GUARDED = '''\
"""One."""

LEAST = 0


def double(x: float) -> float:
    """Return twice x.

    Raises: ValueError for less than 0.
    """
    if x < LEAST:
        raise ValueError("x must not be negative")
    return 2 * x  # eq:one-double
'''


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_listing_links_its_guards(
    language: str, small_book: Path, tmp_path: Path, edit
) -> None:
    module = small_book / "d2lcode" / "part" / "one.py"
    module.write_text(GUARDED, encoding="utf-8")
    page = f"docs/{language}/part/one.md"
    note = '??? success "A"\n\n    ```python\n    {}\n    ```\n'
    words = {"en": "Some words.", "zh": "几句话。"}[language]
    edit(page, words, note.format("d2lcode/part/one.py:LEAST,double"))
    stage_pages(small_book, language, tmp_path / "staged")
    staged = (tmp_path / "staged/part/one.md").read_text(encoding="utf-8")
    assert "raise" not in staged and "Raises" not in staged
    said = site.words("listings", language)["left_out"]
    mark = "{ .guards data-search-exclude=1 }"
    for first, pad in (3, "    "), (6, ""):
        link = said.format(f"../code/d2lcode/part/one.html#L{first}")
        assert (
            f"{pad}    return 2 * x  # eq:one-double\n{pad}```\n\n"
            f"{pad}{link}\n{pad}{mark}\n"
        ) in staged
    assert staged.count(mark) == 2


def test_a_whole_listing_has_no_link(small_book: Path, tmp_path: Path) -> None:
    stage_pages(small_book, "en", tmp_path / "staged")
    staged = (tmp_path / "staged/part/one.md").read_text(encoding="utf-8")
    assert ".guards" not in staged


def test_what_is_staged_says_comments_in_chinese(
    small_book: Path, tmp_path: Path
) -> None:
    path = layout.comments(small_book, "part/one")
    path.parent.mkdir(parents=True)
    path.write_text('"Return twice x.": "两倍"\n', encoding="utf-8")
    folder = tmp_path / "staged"
    stage_pages(small_book, "zh", folder)
    stage_downloads(small_book, "zh", folder)
    for name in ("part/one.md", "notebooks/part/one.py"):
        text = (folder / name).read_text(encoding="utf-8")
        assert '"""两倍"""' in text and "Return twice" not in text
    notebook = lab.read(folder / "notebooks/part/one.ipynb")
    assert any('"""两倍"""' in cell.source for cell in notebook.cells)
