"""The size that an image has before it arrives."""

from pathlib import Path

from book.finish.built import read
from book.finish.image_sizes import add

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="374.4pt" height="216pt">'


def test_a_figure_has_the_size_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "docs" / "zh" / "part" / "one-a.svg"
    path.parent.mkdir(parents=True)
    path.write_text(SVG + "</svg>", encoding="utf-8")
    images = '<img src="one-a.svg"><img src="one-b.svg"><img src="c.png">'
    page = read(tmp_path, "zh", "part/one.html", images)
    add(page)
    first, *others = (image.attributes for image in page.all("img"))
    assert first == {"src": "one-a.svg", "width": "499", "height": "288"}
    assert others == [{"src": "one-b.svg"}, {"src": "c.png"}]
