"""What is mended of the theme's scripts, once a site is built.

They come without a source that could be built here: each mend replaces
a piece of the compressed text. A version of the theme without one of
the pieces is refused, so that a person looks at what has become of it.
"""

from pathlib import Path
from typing import NamedTuple

from book.errors import OrderError


class Mend(NamedTuple):
    """A piece of a script, what takes its place, and why."""

    script: str
    old: str
    new: str
    why: str


MENDS = (
    Mend(
        "bundle.*.js",
        '"link[rel=alternate]"',
        '"link[rel=none]"',
        "it takes a link to the same page in the other language for one "
        "to the home of a site, and asks for the sitemap beside it",
    ),
    Mend(
        "bundle.*.js",
        '"nav",{class:"md-code__nav"}',
        '"div",{class:"md-code__nav"}',
        "each button that copies a block of code would be a landmark, and "
        "a screen reader list them among the ways around the page",
    ),
)


class ThemeError(OrderError):
    """Why a script of the theme cannot be mended."""


def mend(site: Path) -> None:
    """Mend the scripts in the site of a language.

    Raises: ThemeError if a piece is not there once.
    """
    for script, old, new, why in MENDS:
        for path in site.glob(f"assets/javascripts/{script}"):
            code = path.read_text(encoding="utf-8")
            if code.count(old) != 1:
                raise ThemeError(
                    f"{path.name} has not one {old}, which "
                    "book/finish/theme_patches.py "
                    f"replaces: {why}. Does this version do it, too?"
                )
            path.write_text(code.replace(old, new), encoding="utf-8")
