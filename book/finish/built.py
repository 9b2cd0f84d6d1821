"""A page that the builder has made, as one tree."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser, LexborNode


@dataclass(frozen=True)
class BuiltPage:
    """A built page: the book's root, its language, its place, its tree.

    The place is its address in the site of its language.
    """

    root: Path
    language: str
    place: str
    tree: LexborHTMLParser

    @property
    def name(self) -> str:
        return self.place.removesuffix(".html")

    def all(self, selector: str) -> list[LexborNode]:
        """The elements that a CSS selector finds, in order."""
        return self.tree.css(selector)

    def make(self, tag: str, text: str = "", **attributes: str) -> LexborNode:
        """Return a new element, which stands nowhere yet."""
        node = self.tree.create_node(tag)
        for name, value in attributes.items():
            node.attrs[name.rstrip("_")] = value
        if text:
            node.insert_child(text)
        return node

    @property
    def html(self) -> str:
        html = self.tree.html
        assert html is not None
        return html


def read(root: Path, language: str, place: str, html: str) -> BuiltPage:
    """Parse a built page."""
    return BuiltPage(root, language, place, LexborHTMLParser(html))


def texts(
    node: LexborNode, apart: Collection[str] = ()
) -> Iterator[LexborNode]:
    """Yield the texts in an element, but not those in the tags `apart`."""
    child = node.first_child
    while child is not None:
        following = child.next  # the child may be replaced meanwhile
        if child.is_text_node:
            yield child
        elif child.is_element_node and child.tag not in apart:
            yield from texts(child, apart)
        child = following
