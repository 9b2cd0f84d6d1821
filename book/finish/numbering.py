"""The numbers of parts and chapters, wherever a page names one.

The builder knows titles alone; so a search finds, and a link says, the
same title whatever number a chapter has come to have.
"""

import posixpath
from functools import cache
from pathlib import Path

from selectolax.lexbor import LexborNode

from book.finish.built import BuiltPage, texts
from book.page import outline

_NAMING = "a.md-nav__link, a.md-path__link, a.md-footer__link"
"""What the theme links pages with: menu, way to the page, pages beside."""


def add(page: BuiltPage) -> None:
    """Put numbers before titles: the page's own, and those it links."""
    known = _numbers(page.root, page.language)
    folder = posixpath.dirname(page.place)
    for link in page.all(_NAMING):
        address = link.attributes.get("href") or ""
        if address.startswith("#"):
            continue  # in the contents of the page
        name = _target(folder, address)
        number = known.get(name, "")
        if "md-path" in (link.attributes["class"] or ""):
            number = number.partition(".")[0]  # a part's first page
        _before(link, number)
        holder = link.parent
        if holder is not None and holder.next is not None:
            for title in _titles(holder):  # of the list, on a phone
                _before(title, number)
    if own := known.get(page.name):
        for label in page.all('label.md-nav__link[for="__toc"]'):
            _before(label, own)
        for heading in page.all("article h1"):
            mark = page.make("span", own, class_="number")
            if first := heading.first_child:
                first.insert_before(mark)
                first.insert_before(" ")
        for title in page.all("head > title"):
            title.inner_html = f"{own} {title.inner_html}"


@cache
def _numbers(root: Path, language: str) -> dict[str, str]:
    return outline.numbers(root, language)


@cache
def _target(folder: str, address: str) -> str:
    path = address.partition("#")[0]
    place = posixpath.normpath(posixpath.join(folder, path))
    return place.removesuffix(".html")


def _titles(holder: LexborNode) -> list[LexborNode]:
    """The title of the list that a part's entry opens, if it is one."""
    if "md-nav__container" not in (holder.attributes.get("class") or ""):
        return []
    item = holder.parent
    return item.css("nav > label.md-nav__title")[:1] if item else []


def _before(link: LexborNode, number: str) -> None:
    """Put a number before the title in an element, its last text."""
    if not number:
        return
    there = [t for t in texts(link) if (t.text_content or "").strip()]
    if there:
        title = (there[-1].text_content or "").lstrip()
        there[-1].replace_with(f"{number} {title}")
