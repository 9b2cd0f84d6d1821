"""What the theme's pages lack for those who use no mouse or no eyes.

Its menu is opened, and the lists in it, by labels that only a pointer
reaches; its script makes Enter click a label that takes the focus. The
rest is in the style sheet.
"""

import re

WORDS = {
    "en": {"search": "Search", "menu": "Menu"},
    "zh": {"search": "搜索", "menu": "菜单"},
}
"""What the parts are called that show no words."""

_SEARCH = 'data-md-component="search" role="dialog"'
_MENU = '<label class="md-header__button md-icon" for="__drawer"'
_BACK = re.compile(r'(<label class="md-nav__title")(?= for="__nav_)')
"""The way back from a list in the menu."""

_CONTENTS = re.compile(
    r'(<label class="md-nav__link md-nav__link--active")(?= for="__toc")'
    r'(.*?<label class="md-nav__title")(?= for="__toc")',
    re.DOTALL,
)
"""The page's own entry in the menu, and the way back from its contents."""
_CORNER = re.compile(r"<th([^>]*)></th>")
"""The head of no column: the corner above the heads of rows."""


def mend(page: str, language: str) -> str:
    """Name what needs a name; let the labels of the menu take the focus."""
    words = WORDS[language]
    search = f'{_SEARCH} aria-label="{words["search"]}"'
    menu = f'{_MENU} tabindex="0" title="{words["menu"]}"'
    page = page.replace(_SEARCH, search).replace(_MENU, menu)
    page = _CORNER.sub(r"<td\1></td>", page)
    page = _BACK.sub(r'\1 tabindex="0"', page)
    return _CONTENTS.sub(r'\1 tabindex="0"\2 tabindex="0"', page)
