"""All that is undone of the page that mkdocs-jupyter makes of a lab.

The plugin writes half a megabyte of styles and scripts into the page,
makes ids of its own, shows the cells' in its contents, and knows no
description.
"""

from selectolax.lexbor import LexborHTMLParser, LexborNode

from book.errors import OrderError
from book.finish.built import BuiltPage
from book.stage.labs import HOLDER

_LINKS = 'a[href$=".md"], a[href*=".md#"], :not(.rooms) > a[href$=".ipynb"]'
"""To chapters and to other labs; among the rooms it is a download."""


def unwrap(page: BuiltPage) -> None:
    """Keep of a lab's page what a chapter's page has, too.

    The first paragraph describes the page. Other pages stay as they are.
    Raises: OrderError if the contents do not lead to the headings.
    """
    lab = page.tree.css_first(f"#{HOLDER}")
    article = page.tree.css_first("article")
    if article is None or not page.place.startswith("labs/"):
        return
    if lab is None:  # no plugin has made it
        _describe(page, article)
        return
    article.insert_child(lab, move=True)
    while (child := article.first_child) is not None and child.id != HOLDER:
        child.remove()
    for holder in article.css(f"#{HOLDER}"):
        holder.unwrap()
    for link in article.css(_LINKS):
        address = link.attributes["href"] or ""
        if "://" not in address:
            page_of = address.replace(".md", ".html", 1)
            link.attrs["href"] = page_of.replace(".ipynb", ".html", 1)
    _describe(page, article)
    _mend_contents(page, article)


def _describe(page: BuiltPage, article: LexborNode) -> None:
    """Let the first paragraph, without its tooltips, describe the page."""
    promise = article.css_first("p:not([class])")
    if promise is not None:
        copy = LexborHTMLParser(promise.html or "")
        for tooltip in copy.css("[role=tooltip]"):
            tooltip.remove()
        words = " ".join(copy.text().split())
        for said in page.all(
            'meta[name="description"], meta[property="og:description"]'
        ):
            said.attrs["content"] = words


def _mend_contents(page: BuiltPage, article: LexborNode) -> None:
    """Let the contents lead to the ids of the cells, and not show them."""
    links = page.all('a.md-nav__link[href^="#"]')
    theirs = dict.fromkeys(link.attributes["href"] for link in links)
    ours = [h.id for h in article.css("h2, h3, h4, h5, h6")]
    if len(theirs) != len(ours):
        raise OrderError(
            f"{page.language}/{page.place} has {len(ours)} headings, and "
            f"{len(theirs)} in its contents: see what mkdocs-jupyter has "
            "made of them"
        )
    anchors = dict(zip(theirs, ours, strict=True))
    for link in links:
        link.attrs["href"] = f"#{anchors[link.attributes['href']]}"
        words = link.css_first(".md-ellipsis") or link
        words.inner_html = (words.inner_html or "").split(" {#")[0]
