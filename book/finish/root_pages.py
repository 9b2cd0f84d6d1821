"""What stands at the root of `site/`, above both languages.

The front door, the page for addresses that lead nowhere, and, where the
address of the site is known, what search engines ask for.
"""

import json
from collections.abc import Iterator
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

from book.layout import LANGUAGES, ROOT

CARD = "assets/images/card-{}.png"
"""The picture that a shared link shows, in the site of each language."""

SIZE = (1200, 630)
"""Its width and height, as those ask for who show such pictures."""

_SHARED = """\
<link rel="canonical" href="{0}/">
<link rel="alternate" hreflang="x-default" href="{0}/">
<link rel="alternate" hreflang="en" href="{0}/en/index.html">
<link rel="alternate" hreflang="zh" href="{0}/zh/index.html">
<meta property="og:type" content="website">
<meta property="og:title" content="Deep Learning You Can Check">
<meta property="og:url" content="{0}/">
<meta property="og:image" content="{0}/en/{1}">
<meta property="og:image:width" content="{2}">
<meta property="og:image:height" content="{3}">
<meta name="twitter:card" content="summary_large_image">"""
_SITEMAP = """\
<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
{}
</urlset>
"""
_ROBOTS = "User-agent: *\nAllow: /\nSitemap: {}/sitemap.xml\n"


def write(site: Path, address: str = "") -> None:
    """Write what stands at the root of a site, as it is at `address`.

    Without an address, nothing is published that needs one. The page
    for addresses that lead nowhere, which a host shows at any of them,
    then takes for the root what stands before the language.
    """
    address = address.rstrip("/")
    shared = ""
    if address:
        shared = _SHARED.format(escape(address), CARD.format("en"), *SIZE)
        urls = "\n".join(_urls(site, escape(address)))
        _put(site / "sitemap.xml", _SITEMAP.format(urls))
        _put(site / "robots.txt", _ROBOTS.format(address))
    base = escape(urlsplit(address).path + "/")
    for name in ("index.html", "404.html"):
        template = ROOT / "book" / "templates" / name
        text = Template(template.read_text(encoding="utf-8")).substitute(
            shared=shared, base=base, known=json.dumps(bool(address))
        )
        _put(site / name, text)


def _urls(site: Path, address: str) -> Iterator[str]:
    """Yield the entries of the sitemap: all pages but those of code."""
    yield f"<url><loc>{address}/</loc></url>"
    for language in LANGUAGES:
        for path in sorted((site / language).rglob("*.html")):
            name = path.relative_to(site / language).as_posix()
            if name != "404.html" and not name.startswith("code/"):
                yield f"<url><loc>{address}/{language}/{name}</loc></url>"


def _put(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
