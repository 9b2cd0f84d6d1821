"""Corrections: a page and a feed from one file; reports of errors."""

import datetime
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import pytest
import yaml

from book.errors import BookError
from book.layout import LANGUAGES, ROOT
from book.stage import corrections, report_links
from book.stage.pages import stage_pages

ATOM = "{http://www.w3.org/2005/Atom}"
ENTRY = {
    "date": datetime.date(2026, 2, 3),
    "page": "part/one",
    "was": {"en": "Twice is $3 x$.", "zh": "两倍是 $3 x$。"},
    "now": {"en": "Twice is $2 x$.", "zh": "两倍是 $2 x$。"},
}


@pytest.fixture
def corrected(small_book: Path) -> Callable[..., Path]:
    """Write corrections of the small book."""

    def write(*entries: object) -> Path:
        path = small_book / "docs" / corrections.DATA
        text = yaml.safe_dump(list(entries), allow_unicode=True)
        path.write_text(text, encoding="utf-8")
        return small_book

    return write


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_what_was_wrong(
    corrected: Callable[..., Path], language: str
) -> None:
    text = corrections.entries(corrected(ENTRY), language)
    title = {"en": "One", "zh": "一"}[language]
    assert f"2026-02-03 · [1.1 {title}](part/one.md)" in text
    assert text.index("$3 x$") < text.index("$2 x$")
    assert f"]({corrections.FEED})" in text


@pytest.mark.parametrize(
    ("address", "base"),
    [("", ""), ("https://example.org/b/", "https://example.org/b/en/")],
)
def test_the_feed_has_the_same(
    corrected: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    base: str,
) -> None:
    newer = ENTRY | {"date": datetime.date(2026, 3, 4)}
    root = corrected(newer, ENTRY)
    for config in ("mkdocs.yml", "mkdocs.zh.yml"):
        with (root / config).open("a", encoding="utf-8") as file:
            file.write("site_name: Small\n")
    monkeypatch.setenv("D2LCODE_SITE", address)
    folder = root / "staged"
    folder.mkdir()
    corrections.stage_feed(root, "en", folder)
    assert not list(folder.iterdir())  # without the page
    (folder / "corrections.md").touch()
    corrections.stage_feed(root, "en", folder)
    feed = ET.parse(folder / corrections.FEED).getroot()
    assert feed.findtext(f"{ATOM}updated") == "2026-03-04T00:00:00Z"
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Small"
    entries = feed.findall(f"{ATOM}entry")
    assert len({e.findtext(f"{ATOM}id") for e in entries}) == 2
    first = entries[0]
    assert "Twice is $3 x$." in str(first.findtext(f"{ATOM}content"))
    link = first.find(f"{ATOM}link")
    assert link is not None
    assert link.get("href") == f"{base}corrections.html#correction-2"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"page": "part/no"}, "there is no page part/no"),
        ({"now": {"en": "x"}}, "in both languages"),
        ({"date": "soon"}, "soon is no date"),
    ],
)
def test_a_bad_entry_is_refused(
    corrected: Callable[..., Path], change: dict[str, object], said: str
) -> None:
    with pytest.raises(BookError, match=f"corrections.yml:1: .*{said}"):
        corrections.corrections(corrected(ENTRY | change), "zh")


def test_the_latest_comes_first(corrected: Callable[..., Path]) -> None:
    older = ENTRY | {"date": datetime.date(2025, 1, 1)}
    with pytest.raises(BookError, match="latest correction comes first"):
        corrections.corrections(corrected(older, ENTRY), "en")


def test_the_book_names_its_own() -> None:
    for language in LANGUAGES:
        assert len(corrections.corrections(ROOT, language)) >= 5


def test_an_error_is_reported_with_page_and_commit(
    small_book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = small_book / "staged"
    stage_pages(small_book, "zh", folder)
    before = (folder / "part/one.md").read_text(encoding="utf-8")
    monkeypatch.delenv("D2LCODE_REPOSITORY", raising=False)
    report_links.stage_report_links(small_book, "zh", folder)
    assert (folder / "part/one.md").read_text(encoding="utf-8") == before
    repository = "https://example.org/code"
    monkeypatch.setenv("D2LCODE_REPOSITORY", repository)
    monkeypatch.setattr(report_links, "_commit", lambda root: "abc1234")
    report_links.stage_report_links(small_book, "zh", folder)
    text = (folder / "part/one.md").read_text(encoding="utf-8")
    _, _, end = text.rpartition("](")
    parts = urlsplit(end.partition(")")[0])
    assert parts.path == "/code/issues/new"
    asked = {k: v for k, (v,) in parse_qs(parts.query).items()}
    assert asked["page"] == "docs/zh/part/one.md @ abc1234"
    form = ROOT / ".github/ISSUE_TEMPLATE" / asked["template"]
    fields = yaml.safe_load(form.read_text(encoding="utf-8"))["body"]
    assert fields[0]["id"] == "page"
