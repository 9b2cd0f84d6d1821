"""The cache: it has what was put there, and never what has grown old."""

import os
import time
from pathlib import Path

import pytest

from book import cache


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in (
        "book/words/terms/part.yml",
        "book/templates/index.html",
        "overrides/main.html",
        "overrides/assets/stylesheets/book.css",
        "mkdocs.yml",
        "mkdocs.zh.yml",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("old", encoding="utf-8")
    cache.put(tmp_path, "page", "text", value={"html": "<p>é"})
    return tmp_path


def anew(root: Path) -> object:
    """What a process that is started now finds."""
    cache._surroundings.cache_clear()
    return cache.get(root, "page", "text")


def test_what_was_put_is_there(root: Path) -> None:
    assert anew(root) == {"html": "<p>é"}
    assert cache.get(root, "page", "other text") is None
    assert cache.get(root, "pagetext") is None


@pytest.mark.parametrize(
    "name",
    [
        "book/words/terms/part.yml",
        "book/templates/index.html",
        "overrides/main.html",
        "overrides/assets/stylesheets/book.css",
        "overrides/new.html",
        "mkdocs.yml",
        "mkdocs.zh.yml",
    ],
)
def test_a_change_of_what_makes_pages_asks_anew(name: str, root: Path) -> None:
    (root / name).write_text("new", encoding="utf-8")
    assert anew(root) is None


def test_another_address_asks_anew(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("D2LCODE_SITE", "https://a.org")
    assert anew(root) is None


def test_another_version_asks_anew(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = tmp_path / "packages"
    (packages / "markdown-99.dist-info").mkdir(parents=True)
    monkeypatch.syspath_prepend(packages)
    assert anew(root) is None


def test_the_book_s_own_code_counts(root: Path) -> None:
    known = [name for name, _ in cache._files(root)]
    assert any(name.endswith("minify.py") for name in known)


def test_an_entry_that_was_cut_short_is_none(root: Path) -> None:
    (path,) = (root / cache.FOLDER).iterdir()
    path.write_text('{"html": "<p', encoding="utf-8")
    assert anew(root) is None


def test_what_nobody_asks_for_goes(root: Path) -> None:
    cache.put(root, "old", value=1)
    start = time.time()
    for path in (root / cache.FOLDER).iterdir():
        os.utime(path, (start - 10, start - 10))
    assert anew(root)
    cache.prune(root, start - 5)
    assert anew(root)
    assert cache.get(root, "old") is None
