"""The picture that a shared link shows: one card for each language.

It is drawn while the site is built, with the fonts of the machine. One
that has no Chinese font draws the English card twice: the words of the
other would be empty boxes.
"""

import re
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findSystemFonts
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from book.pages import LANGUAGES

NAME = "assets/images/card.png"
"""Where each site has its card; the template names the same path."""

SIZE = (1200, 630)
"""Width and height, as those ask for who show such cards."""

WORDS = {
    "en": (
        "Deep Learning\nYou Can Check",
        58,
        "Every formula, number and snippet is proved by a test.",
    ),
    "zh": ("可验证的深度学习", 76, "公式、数字、代码，样样有测试为证"),
}
"""The title and its size, and what the book promises."""

_PAPER, _INK, _QUIET, _GREEN = "#fffefb", "#1f2328", "#59616b", "#14693f"
_STYLE = {"mathtext.fontset": "stix", "text.color": _INK}
_CHECKED = (
    (
        *(0.22, r"$h_t = z_t \odot h_{t-1} + (1 - z_t) \odot n_t$"),
        *("STIXGeneral", 27),
    ),
    (0.1, "assert torch.allclose(ours, library)", "DejaVu Sans Mono", 20),
)
"""What has a check mark: height, text, font and size."""

_CHINESE = re.compile(
    r"CJK|SourceHan|PingFang|Hiragino|msyh|simhei|wqy|DroidSansFallback",
    re.IGNORECASE,
)
"""Names of files that hold Chinese fonts."""


def write(site: Path) -> None:
    """Write the card of each language."""
    for language in LANGUAGES:
        path = site / language / NAME
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(draw(language))


def draw(language: str) -> bytes:
    """Return the card of a language, as PNG."""
    figure = Figure((SIZE[0] / 100, SIZE[1] / 100), facecolor=_PAPER)
    picture = BytesIO()
    with TemporaryDirectory() as folder, rc_context(_STYLE):
        bold = FontProperties(family="STIXGeneral", weight="bold")
        plain = FontProperties(family="STIXGeneral")
        if language == "zh":
            chinese = _chinese(Path(folder))
            if chinese is None:
                return draw("en")
            bold = plain = chinese
        title, size, promise = WORDS[language]
        figure.text(0.09, 0.55, title, font=bold, size=size)
        figure.text(0.09, 0.42, promise, font=plain, size=26, color=_QUIET)
        for height, text, family, size in _CHECKED:
            figure.text(0.15, height, text, family=family, size=size)
            figure.add_artist(_check(0.09, height))
        figure.add_artist(Rectangle((0, 0), 0.02, 1, color=_GREEN))
        figure.savefig(picture, dpi=100)
    return picture.getvalue()


def _check(x: float, y: float) -> Line2D:
    """A check mark, drawn: few fonts have one."""
    xs, ys = (x, x + 0.011, x + 0.031), (y + 0.015, y - 0.005, y + 0.045)
    return Line2D(xs, ys, linewidth=5, color=_GREEN)


def _chinese(folder: Path) -> FontProperties | None:
    """A font for the Chinese card, if the machine has one.

    It is cut to the words and kept in `folder`, since Matplotlib reads
    the first font of a collection alone, often one for Japanese. It
    measures its lines by the letters l and p.
    """
    title, _, promise = WORDS["zh"]
    text = f"{title}{promise}lp"
    files = [Path(p) for p in findSystemFonts() if _CHINESE.search(p)]
    for path in sorted(files, key=_rank):
        font = _simplified(path)
        if set(map(ord, text)) <= set(font.getBestCmap()):
            subsetter = Subsetter(Options(layout_features=[], hinting=False))
            subsetter.populate(text=text)
            subsetter.subset(font)
            font.save(folder / "font")
            return FontProperties(fname=folder / "font")
    return None


def _rank(path: Path) -> tuple[bool, bool, str]:
    """Bold serifs first, like the English title; then any order that stays."""
    return "Serif" not in path.name, "Bold" not in path.name, path.name


def _simplified(path: Path) -> TTFont:
    """The font of a file; of a collection, that for simplified Chinese."""
    if path.suffix != ".ttc":
        return TTFont(path, lazy=True)
    fonts = TTCollection(str(path), lazy=True).fonts
    return max(fonts, key=lambda f: " SC" in f["name"].getBestFullName())
