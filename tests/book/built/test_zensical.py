"""What the successor of MkDocs and its theme makes of the English site.

It is asked where it is installed: .github/workflows/zensical.yml does
that every week. What differs is what is left to do before the book can
move to it.
"""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from book.build import builder
from book.layout import ROOT
from book.stage import stage

COUNTED = ("math", "figure", "table", "pre", "dfn", "fieldset", ".output")
"""What a page has as often, whoever builds it."""


def differences(before: Path, after: Path) -> Iterator[str]:
    """Yield what the pages of one site have and those of another lack.

    Pages of code are made of models once a site is built.
    """
    for path in sorted(before.rglob("*.html")):
        place = path.relative_to(before)
        if place.parts[0] == "code":
            continue
        if not (after / place).is_file():
            yield f"{place}: it is missing"
            continue
        old, new = article(path), article(after / place)
        if old is None or new is None:
            if old is not new:
                yield f"{place}: it has no article"
            continue
        for what, found in (("headings", headings), ("elements", counts)):
            if found(old) != found(new):
                yield f"{place}: {what}: {found(old)} are {found(new)}"


def article(path: Path) -> LexborNode | None:
    html = path.read_text(encoding="utf-8")
    return LexborHTMLParser(html).css_first("article")


def headings(node: LexborNode) -> list[str | None]:
    return [heading.id for heading in node.css("h1, h2, h3, h4")]


def counts(node: LexborNode) -> dict[str, int]:
    return {name: len(node.css(name)) for name in COUNTED}


PAGE = "<article><h2 id='a'>A</h2><math>x</math></article>"


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (PAGE, []),
        (None, ["a.html: it is missing"]),
        ("<p>", ["a.html: it has no article"]),
        (PAGE.replace("'a'", "b"), ["a.html: headings: ['a'] are ['b']"]),
        (PAGE.replace("math>", "b>"), ["a.html: elements: {'math': 1"]),
    ],
)
def test_what_differs_is_said(
    page: str | None, said: list[str], tmp_path: Path
) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    for folder, text in ((before, PAGE), (after, page)):
        folder.mkdir()
        if text is not None:
            (folder / "a.html").write_text(text, encoding="utf-8")
    found = list(differences(before, after))
    assert len(found) == len(said)
    assert all(a.startswith(b) for a, b in zip(found, said, strict=True))


@pytest.mark.skipif(
    find_spec("zensical") is None,
    reason="Zensical is not installed; a workflow tries it every week",
)
def test_zensical_builds_the_same_pages(tmp_path: Path) -> None:
    staged, made = tmp_path / "en", tmp_path / "site"
    stage(ROOT, "en", staged)
    said = builder.zensical(ROOT, "en", staged, made)
    print(said)
    assert "warning" not in said.lower(), said
    reference = tmp_path / "reference"
    builder.build(ROOT, "en", staged, reference, strict=True)
    found = list(differences(reference, made))
    assert found == [], "\n".join(found)
