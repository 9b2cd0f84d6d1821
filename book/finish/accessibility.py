"""What the theme's pages lack for those who use no mouse or no eyes.

Its menu is opened, and the lists in it, by labels that only a pointer
reaches; its script makes Enter click a label that takes the focus. The
rest is in the style sheet.
"""

from book.errors import OrderError
from book.finish.built import BuiltPage
from book.words.site import words

_MENU = 'label.md-header__button[for="__drawer"]'
_LABELS = (
    # The way back from a list in the menu.
    'label.md-nav__title[for^="__nav_"]',
    # The page's own entry in the menu, and the way back from its contents.
    'label.md-nav__link--active[for="__toc"]',
    '.md-sidebar--primary label.md-nav__title[for="__toc"]',
)


def mend(page: BuiltPage) -> None:
    """Name the menu; let its labels take the focus.

    Raises: OrderError for a page of the theme without a menu.
    """
    found = page.all(_MENU)
    if len(found) != 1:
        raise OrderError(
            f"{page.language}/{page.place} has {len(found)} of {_MENU}: see "
            "what this version of the theme has instead, and change "
            "book/finish/accessibility.py"
        )
    said = words("accessibility", page.language)
    found[0].attrs["tabindex"] = "0"
    found[0].attrs["title"] = said["menu"]
    for way in page.all("nav.md-path"):  # named as the menu is
        way.attrs["aria-label"] = said["path"]
    for label in page.all(", ".join(_LABELS)):
        label.attrs["tabindex"] = "0"
    for corner in page.all("th"):
        if corner.first_child is None:  # the head of no column
            cell = page.make("td")
            for name, kept in corner.attributes.items():
                cell.attrs[name] = kept or ""
            corner.replace_with(cell)
