r"""Where a formula may go on in a new line, on a narrow page: at `\qquad`.

No browser breaks a formula of MathML by itself. So what stands between
wide spaces becomes a row of its own, which the style sheet may wrap.
"""

from selectolax.lexbor import LexborNode

from book.finish.built import BuiltPage

_WIDE = "2em"
"""The width of a space that formulas have between statements."""


def add(page: BuiltPage) -> None:
    """Put the parts of displays into rows of their own."""
    for space in page.all(f".equation mspace[width='{_WIDE}']"):
        row = space.parent
        if row is not None and row.tag in {"mtd", "mrow"} and _is_outer(row):
            _part(page, row)


def _is_outer(row: LexborNode) -> bool:
    """Whether a row is the formula itself, and in no other."""
    above = row.parent
    while above is not None and above.tag in {"mtable", "mtr"}:
        above = above.parent
    return above is not None and above.tag == "semantics"


def _part(page: BuiltPage, row: LexborNode) -> None:
    parts = page.make("mrow", class_="parts")
    part = page.make("mrow")
    for child in list(row.iter(include_text=True)):
        part.insert_child(child, move=True)
        if child.tag == "mspace" and child.attributes.get("width") == _WIDE:
            parts.insert_child(part, move=True)
            part = page.make("mrow")
    parts.insert_child(part, move=True)
    row.insert_child(parts, move=True)
