"""The math font has what formulas show."""

from book.finish.built import read
from book.finish.math_font import characters
from book.layout import ROOT


def test_lone_letters_are_italic_in_the_font() -> None:
    text = (
        "<math><mi>h</mi><mi>θ</mi><msqrt><mn>2</mn></msqrt>"
        "<annotation>y</annotation></math> text"
    )
    page = read(ROOT, "en", "", text)
    assert set(characters(page)) == set("hℎθ𝜃2√")
