"""Smaller pages that look the same."""

from selectolax.lexbor import LexborNode

from book.finish.built import BuiltPage, texts

_AS_IT_IS = frozenset({"pre", "script", "style", "textarea"})
_TAGS = """
    article aside body dd div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6
    head header html li link main meta nav ol p path section svg table tbody
    td th thead title tr ul
"""
_BLOCKS = frozenset(_TAGS.split())
"""Elements at whose edges white space shows nowhere."""


_CLASSES = frozenset({"md-ellipsis", "md-nav__link", "md-nav__title"})
"""Of the theme's elements, those that are laid out as blocks."""


def squeeze(page: BuiltPage) -> None:
    """Drop white space that shows nowhere, and words to the builder.

    What was said to the builder of the search index has been heard.
    """
    for heard in page.all("[data-search-exclude]"):
        del heard.attrs["data-search-exclude"]
    if page.tree.root is None:
        return
    for node in list(texts(page.tree.root, _AS_IT_IS)):
        text = node.text_content or ""
        if "\n" in text:
            short = _short(text)
            if short.startswith("\n") and _is_edge(node, node.prev):
                short = short[1:]
            if short.endswith("\n") and _is_edge(node, node.next):
                short = short[:-1]
            if not short:
                node.remove()
            elif short != text:
                node.replace_with(short)


def _short(text: str) -> str:
    """A text whose lines have no margins, and of which none is empty."""
    first, *others = text.split("\n")
    lines = [first.rstrip(" \t")]
    lines += filter(None, (line.strip(" \t") for line in others[:-1]))
    return "\n".join([*lines, others[-1].lstrip(" \t")])


def _is_edge(node: LexborNode, neighbour: LexborNode | None) -> bool:
    """Whether a text ends at a block: beside one, or within one."""
    beside = neighbour if neighbour is not None else node.parent
    return beside is not None and (
        beside.tag in _BLOCKS or beside.attributes.get("class") in _CLASSES
    )
