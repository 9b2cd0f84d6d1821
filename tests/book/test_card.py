"""The picture of the book that a shared link shows."""

import warnings
from io import BytesIO
from pathlib import Path

import pytest
from matplotlib.font_manager import findfont
from matplotlib.image import imread

from book import card
from book.chapters import CONFIGS
from book.pages import LANGUAGES, ROOT


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_title_is_that_of_the_site(language: str) -> None:
    title = card.WORDS[language][0].replace("\n", " ")
    config = (ROOT / CONFIGS[language]).read_text(encoding="utf-8")
    assert f"\nsite_name: {title}\n" in config


def test_cards_are_written_in_their_size(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a character that no font has
        card.write(tmp_path)
    for language in LANGUAGES:
        picture = (tmp_path / language / card.NAME).read_bytes()
        height, width, _ = imread(BytesIO(picture)).shape
        assert (width, height) == card.SIZE
        assert len(picture) < 100_000


@pytest.mark.parametrize("fonts", [[], ["NotoSansCJK.ttf"]])
def test_without_a_chinese_font_there_are_no_boxes(
    fonts: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also not with one that lacks characters, whatever its name."""
    latin = Path(findfont("STIXGeneral"))
    paths = [tmp_path / name for name in fonts]
    for path in paths:
        path.write_bytes(latin.read_bytes())
    monkeypatch.setattr(card, "findSystemFonts", lambda: list(map(str, paths)))
    assert card.draw("zh") == card.draw("en")
