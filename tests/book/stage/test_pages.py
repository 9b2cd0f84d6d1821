"""Staged pages: what they refer to is written out."""

from pathlib import Path

from book.page.blocks import read
from book.run.figures import sealed
from book.stage.pages import stage_pages

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
