"""A site made page by page: what a change makes again, and no more."""

import pytest

from book.build import builder
from book.build.concerned import Concerned, concerned
from book.build.live import Site
from book.errors import BookError
from tests.book.browser.conftest import write_rich

ONE = "docs/en/part/one.md"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    root = tmp_path_factory.mktemp("book")
    write_rich(root)
    made = Site(root, "en", tmp_path_factory.mktemp("made"))
    for name in ("part/one", "part/two"):
        assert made.page(name) == []
    return made


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages that the builder makes from now on."""
    places = []
    render = builder.Live.render

    def noted(live: builder.Live, place: str) -> str:
        places.append(place)
        return render(live, place)

    monkeypatch.setattr(builder.Live, "render", noted)
    return places


def edit(site: Site, name: str, old: str, new: str) -> set[str] | None:
    path = site.root / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return site.change([path])


def shown(site: Site, name: str) -> str:
    site.page(name)
    return (site.made / f"{name}.html").read_text(encoding="utf-8")


def look(site: Site) -> None:
    for name in ("part/one", "part/two"):
        site.page(name)


def test_a_page_is_made_as_a_build_makes_it(site: Site) -> None:
    html = shown(site, "part/one")
    assert "<math" in html and "equation numbered" in html
    assert 'class="rooms"' in html and 'class="head"' in html
    assert "dfn" in html
    assert (site.made / "notebooks/part/one.ipynb").is_file()


def test_a_page_alone_is_made_again(site: Site, rendered: list[str]) -> None:
    asked = edit(site, ONE, "Some words.", "Other words.")
    look(site)
    assert asked == {"part/one", "glossary"}
    assert rendered == ["part/one.md"]
    assert "Other words." in shown(site, "part/one")
    look(site)
    assert rendered == ["part/one.md"]


def test_a_module_makes_the_pages_that_show_it(
    site: Site, rendered: list[str]
) -> None:
    edit(site, "d2lcode/part/one.py", "return 2 * x", "return x + x")
    look(site)
    # Both chapters of this book show the module.
    assert rendered == ["part/one.md", "part/two.md"]
    assert 'id="L6"' in shown(site, "code/d2lcode/part/one")


def test_a_term_makes_every_page(site: Site, rendered: list[str]) -> None:
    assert edit(site, "book/words/terms/part.yml", "shrinking", "less") is None
    look(site)
    assert rendered == ["part/one.md", "part/two.md"]


def test_a_new_page_is_there(site: Site) -> None:
    path = site.root / "docs/en/part/three.md"
    path.write_text("# Three\n\nNew.\n", encoding="utf-8")
    config = site.root / "mkdocs.yml"
    text = config.read_text(encoding="utf-8")
    entry = "      - Two: part/two.md\n"
    assert entry in text
    three = entry + "      - Three: part/three.md\n"
    config.write_text(text.replace(entry, three), encoding="utf-8")
    assert site.change([path, config]) is None
    assert "New." in shown(site, "part/three")
    path.unlink()
    config.write_text(text, encoding="utf-8")
    assert site.change([path, config]) is None


def test_what_is_wrong_is_told_with_its_line(site: Site) -> None:
    edit(site, ONE, "y = 2 x", r"y = \fra{2} x")
    with pytest.raises(BookError, match=r"one.md:\d+: "):
        site.page("part/one")
    edit(site, ONE, r"y = \fra{2} x", "y = 2 x")
    assert site.page("part/one") == []
    edit(site, ONE, "Other words.", "[a](none.md)")
    (said,) = site.page("part/one")
    assert "none.md" in said
    edit(site, ONE, "[a](none.md)", "Other words.")


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("docs/zh/part/one.md", {"part/one", "glossary"}),
        ("docs/en/part/one-cell.svg", {"part/one"}),
        ("docs/zh/part/one-cell.svg", set()),
        ("docs/en/index-map.svg", {"index"}),
        ("docs/en/part/index-map.svg", {"part/index"}),
        ("docs/translation.lock", set()),
        (
            "tests/part/test_one.py",
            {"part/one", "code/tests/part/test_one"},
        ),
        ("drawings/part/one.py", set()),
        ("book/words/comments/part/one.yml", set()),
        ("README.md", set()),
    ],
)
def test_whom_a_file_concerns(site: Site, name: str, asked: set[str]) -> None:
    path = site.root / name
    assert concerned(site.root, "en", path) == Concerned(frozenset(asked))
