"""What is saved is seen in the open page; what is wrong, too."""

import multiprocessing
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from book.edit import draw
from book.layout import ROOT
from book.page.blocks import read
from book.preview.server import _place, previewing
from book.preview.watch import Watch
from book.preview.worker import Worker, WorkError
from tests.book.browser.conftest import write_rich
from tests.book.conftest import CAPTIONS, DRAWING, listen

PATIENT = 120_000
"""Milliseconds: only a preview that never shows a change is refused."""

Save = Callable[[str, str, str], None]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rich book, with a drawing that its page shows."""
    made = tmp_path_factory.mktemp("preview").resolve()
    write_rich(made)
    for language, caption in CAPTIONS.items():
        page = made / "docs" / language / "part" / "one.md"
        text = page.read_text(encoding="utf-8")
        text = text.replace("{#math}\n", f"{{#math}}\n\n{caption}\n", 1)
        page.write_text(text, encoding="utf-8")
    folder = made / "drawings" / "part"
    folder.mkdir(parents=True)
    (folder / "one.py").write_text(DRAWING, encoding="utf-8")
    (folder.parent / "__init__.py").touch()
    for name in ("shapes.py", "paper.py"):
        text = (ROOT / "drawings" / name).read_text(encoding="utf-8")
        (folder.parent / name).write_text(text, encoding="utf-8")
    draw.draw(read(made / "docs" / "en" / "part" / "one.md"))
    return made


@pytest.fixture(scope="module")
def preview(root: Path) -> Iterator[str]:
    with previewing(root, 0) as address:
        yield address
    assert multiprocessing.active_children() == []


@pytest.fixture
def save(root: Path) -> Save:
    def replace(name: str, old: str, new: str) -> None:
        path = root / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return replace


@pytest.fixture
def open_page(browser: Browser, preview: str) -> Iterator[Page]:
    context = browser.new_context(locale="en-US")
    context.set_default_timeout(PATIENT)
    page = context.new_page()
    complaints = listen(page, preview)
    page.goto(f"{preview}en/part/one.html")
    yield page
    context.close()
    assert [c for c in complaints if "404" not in c] == []


def see(page: Page, text: str) -> None:
    page.get_by_text(text).first.wait_for()


def test_what_is_saved_is_seen(open_page: Page, save: Save) -> None:
    problems = open_page.locator("#preview-problems")
    save("docs/en/part/one.md", "Some words.", "Seen at once.")
    see(open_page, "Seen at once.")
    assert problems.is_hidden()
    save("d2lcode/part/one.py", "return 2 * x", "return x * 4")
    see(open_page, "x * 4")
    # What is wrong stands on the page, with its place, until it is mended.
    save("docs/en/part/one.md", "y = 2 x", r"y = \fra{2} x")
    problems.wait_for()
    assert "docs/en/part/one.md:" in problems.inner_text()
    see(open_page, "Seen at once.")
    save("docs/en/part/one.md", r"y = \fra{2} x", "y = 2 x")
    problems.wait_for(state="hidden")


def test_a_drawing_is_drawn(open_page: Page, save: Save, root: Path) -> None:
    problems = open_page.locator("#preview-problems")
    drawn = root / "docs/zh/part/one-cell.svg"
    save("drawings/part/one.py", '"time step"', '"gate"')
    problems.wait_for()  # no such label in Chinese
    assert "'gate'" in problems.inner_text()
    save("drawings/part/one.py", '"gate"', "1 / 0")
    open_page.get_by_text("ZeroDivisionError").wait_for()
    assert "drawings/part/one.py:8: " in problems.inner_text()
    save("drawings/part/one.py", "1 / 0", '"time step"')
    problems.wait_for(state="hidden")
    assert "时间步" in drawn.read_text(encoding="utf-8")
    picture = open_page.locator('img[src="one-cell.svg"]')
    assert picture.evaluate("image => image.naturalWidth") > 0


def test_a_worker_is_replaced(tmp_path: Path) -> None:
    worker = Worker(tmp_path)
    with pytest.raises(WorkError, match="no_such"):
        worker.ask("no_such")
    assert worker._process is not None
    first = worker._process.pid
    worker.stop()
    worker._process.join()
    with pytest.raises(WorkError, match="no_such"):
        worker.ask("no_such")
    assert worker._process.pid != first
    worker.stop()


def test_a_file_that_is_the_same_is_not_told(tmp_path: Path) -> None:
    page = tmp_path / "docs" / "en" / "a.md"
    page.parent.mkdir(parents=True)
    page.write_text("a", encoding="utf-8")
    told: list[Path] = []
    watch = Watch(tmp_path, told.extend)
    watch.start()
    page.write_text("a", encoding="utf-8")
    page.with_name(".a.md.swp").write_text("b", encoding="utf-8")
    new = page.with_name("new.md")
    new.write_text("b", encoding="utf-8")
    new.replace(page)  # as editors save
    late = time.monotonic() + 60
    while page not in told and time.monotonic() < late:
        time.sleep(0.02)
    watch.stop()
    assert {*told} <= {page, new} and page in told


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/en/", ("en", "index")),
        ("/zh/part/one.html", ("zh", "part/one")),
        ("/en/assets/a.css", None),
        ("/", None),
        ("/en/../x.html", None),
        ("/en/404.html", None),
    ],
)
def test_which_page_is_at_an_address(
    path: str, place: tuple[str, str] | None
) -> None:
    assert _place(path) == place
