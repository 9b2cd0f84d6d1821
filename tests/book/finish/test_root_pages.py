"""The root of the site: front door, 404, sitemap, robots."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from book.finish import root_pages
from book.layout import LANGUAGES

ADDRESS = "https://example.org/a&b"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site whose pages are empty."""
    for language in LANGUAGES:
        for name in ("index", "404", "part/one", "code/d2lcode/part/one"):
            path = tmp_path / language / f"{name}.html"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    return tmp_path


def written(site: Path) -> dict[str, str]:
    return {
        path.name: path.read_text(encoding="utf-8")
        for path in site.iterdir()
        if path.is_file()
    }


def test_without_an_address_nothing_claims_one(site: Path) -> None:
    root_pages.write(site)
    pages = written(site)
    assert set(pages) == {"index.html", "404.html"}
    assert '<base href="/">' in pages["404.html"]
    for text in pages.values():
        assert "canonical" not in text
        assert "alternate" not in text
        assert "og:" not in text
        assert "://" not in text
        assert "$" not in text


@pytest.mark.parametrize("end", ["", "/"])
def test_an_address_reaches_the_root_pages(site: Path, end: str) -> None:
    root_pages.write(site, ADDRESS + end)
    pages = written(site)
    assert pages["robots.txt"].endswith(f"Sitemap: {ADDRESS}/sitemap.xml\n")
    address = "https://example.org/a&amp;b/"
    door = pages["index.html"]
    assert f'<link rel="canonical" href="{address}">' in door
    assert f'property="og:image" content="{address}en/' in door
    for language, place in (
        ("x-default", ""),
        ("en", "en/index.html"),
        ("zh", "zh/index.html"),
    ):
        link = f'hreflang="{language}" href="{address}{place}">'
        assert f'<link rel="alternate" {link}' in door
    assert '<base href="/a&amp;b/">' in pages["404.html"]


def test_the_sitemap_has_the_pages_of_both_languages(site: Path) -> None:
    root_pages.write(site, ADDRESS)
    root = ElementTree.parse(site / "sitemap.xml").getroot()
    assert root.tag == f"{SITEMAP}urlset"
    places = []
    for url in root:
        (place,) = url
        assert place.tag == f"{SITEMAP}loc"
        places.append(str(place.text))
    assert sorted(places) == sorted(
        [
            f"{ADDRESS}/",
            *(
                f"{ADDRESS}/{language}/{name}.html"
                for language in LANGUAGES
                for name in ("index", "part/one")
            ),
        ]
    )


def test_the_404_offers_search_in_both_languages(site: Path) -> None:
    root_pages.write(site)
    text = written(site)["404.html"]
    for language in LANGUAGES:
        part = re.search(
            f'<section lang="{language}">(.*?)</section>', text, re.DOTALL
        )
        assert part
        assert f'action="{language}/index.html"' in part[1]
        assert 'name="q"' in part[1]
    assert '<meta name="robots" content="noindex">' in text
