"""Sliders below figures with frames: what of a figure a page gets."""

import re
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

from book.finish.built import BuiltPage, read
from book.finish.sliders import add
from book.run import figures
from book.run.session import drawn
from d2lcode import plotting

PAGE = (
    '<figure><a href="one-moves.svg"><img alt="A plot." src="one-moves.svg">'
    "</a><figcaption>A <b>caption</b>.</figcaption></figure>"
)
LARGEST = 24 * 1024
"""Bytes of a figure with frames, in its page."""


def moving() -> str:
    with plt.rc_context(plotting.STYLE):
        _, ax = plt.subplots()
        ax.set_xlabel("step")
        for power in plotting.frames((1, 2, 4), 'the "power" p', "p = {}"):
            ax.plot([0, 1, 2], [0, 1, 2**power], "o-")
        svg = drawn(plt.gcf())
        plt.close("all")
    return svg


def page(root: Path, svg: str) -> BuiltPage:
    for name in ("moves", "stays"):
        path = root / "docs" / "zh" / "part" / f"one-{name}.svg"
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = svg if name == "moves" else svg.replace(" data-slider=", " x=")
        path.write_text(kept, encoding="utf-8")
    still = PAGE.replace("moves", "stays")
    built = read(root, "zh", "part/one.html", still + PAGE)
    add(built)
    return built


def test_a_figure_with_frames_has_a_slider(tmp_path: Path) -> None:
    table = {'the "power" p': "幂次 p", "step": "步"}
    built = page(tmp_path, figures.translate(moving(), "zh", table))
    still, figure = built.all("figure")
    assert still.html == PAGE.replace("moves", "stays")
    assert figure.attributes["class"] == "slider"
    svg, label, caption = list(figure.iter())
    assert svg.attributes["role"] == "img"
    assert svg.attributes["aria-label"] == "A plot."
    assert label.text() == "幂次 p"
    (slider,) = label.css("input[type=range]")
    assert slider.attributes["max"] == "2"
    assert slider.attributes["value"] == "1"
    assert slider.attributes["aria-valuetext"] == "p = 2"
    assert caption.html == "<figcaption>A <b>caption</b>.</figcaption>"
    shown = [g.attributes["data-frame"] for g in svg.css("g:not([display])")
             if "data-frame" in g.attributes]  # fmt: skip
    assert set(shown) == {"1"} and len(shown) == 2


def test_the_drawing_is_small_and_whole(tmp_path: Path) -> None:
    before = moving()
    (drawing,) = page(tmp_path, before).all("svg")
    text = drawing.html or ""
    assert len(text) < len(figures.bare(before)) / 1.5
    assert "<metadata" not in text
    sheet = drawing.css_first("style").text()
    assert all(r.startswith(".one-moves .") for r in sheet.split("}")[:-1])
    assert "light-dark(" in text  # it follows the scheme of the page
    used = re.findall(r'(?:href="|url\()#([\w-]+)', text)
    ids = re.findall(r' id="([\w-]+)"', text)
    assert set(used) == set(ids) and len(ids) == len(set(ids))
    assert all(name.startswith("one-moves-") for name in ids)
    words = [t.strip() for t in re.findall(r"<text[^>]*>([^<]*)<", before)]
    assert [node.text().strip() for node in drawing.css("text")] == words
    assert text.count("<use") == before.count("<use")


def test_two_sliders_of_a_page_share_no_id(tmp_path: Path) -> None:
    page(tmp_path, moving())
    folder = tmp_path / "docs" / "zh" / "part"
    folder.joinpath("one-also.svg").write_text(moving(), encoding="utf-8")
    both = read(
        tmp_path, "zh", "part/one.html", PAGE + PAGE.replace("moves", "also")
    )
    add(both)
    ids = re.findall(r' id="([\w-]+)"', both.html)
    assert ids and len(ids) == len(set(ids))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_sliders_of_the_book_are_small(site: Path, language: str) -> None:
    seen = 0
    for path in (site / language).rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        if 'class="slider"' in text:
            for figure in read(path, language, "", text).all(".slider"):
                assert len((figure.html or "").encode()) < LARGEST, path
                seen += 1
    assert seen >= 5
