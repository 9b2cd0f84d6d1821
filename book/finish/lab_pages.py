"""What describes the page of a lab: its first paragraph."""

from selectolax.lexbor import LexborHTMLParser

from book.finish.built import BuiltPage


def describe(page: BuiltPage) -> None:
    """Let the promise of a lab, without its tooltips, describe its page."""
    promise = page.tree.css_first("article p:not([class])")
    if promise is not None and page.place.startswith("labs/"):
        copy = LexborHTMLParser(promise.html or "")
        for tooltip in copy.css("[role=tooltip]"):
            tooltip.remove()
        words = " ".join(copy.text().split())
        for said in page.all(
            'meta[name="description"], meta[property="og:description"]'
        ):
            said.attrs["content"] = words
