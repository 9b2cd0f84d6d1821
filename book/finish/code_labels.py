"""The labels of formulas in comments of code: they lead to their formulas.

A comment such as `# (B, H), eq:gru-reset` names the formula that its
line computes. The style sheet shows the formula's number in the place
of the label, which stays the text: whoever copies the block gets what
the module has.
"""

from book.finish.built import BuiltPage
from book.page.formulas import NAMED


def link(page: BuiltPage) -> None:
    """Link each label in a comment to the formula of its page.

    The check of the formulas refuses others; what a lab says of the
    formulas of a chapter stays as it is.
    """
    numbers = {
        cell.id: " ".join(cell.text().split())
        for cell in page.all(".equation.numbered [id]")
    }
    for comment in page.all("article .highlight b.c1"):
        text, end = comment.text(), 0
        found = [m for m in NAMED.finditer(text) if m[0] in numbers]
        if found:
            comment.inner_html = ""
        for match in found:
            if before := text[end : match.start()]:
                comment.insert_child(before)
            link = page.make("a", href=f"#{match[0]}")
            link.attrs["aria-label"] = numbers[match[0]]
            link.insert_child(page.make("span", match[0]))
            comment.insert_child(link)
            end = match.end()
        if found and text[end:]:
            comment.insert_child(text[end:])
