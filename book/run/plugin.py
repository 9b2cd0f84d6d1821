"""A pytest plugin: run the blocks of a page, compare what they show.

    pytest docs/en/recurrent/gru.md
    pytest docs/en/recurrent/gru.md --noise 1 --threads 2

Every Python block is a test item with the page's line as its place;
the drawings of a page are one, too.
The blocks of a page share one namespace that starts empty; behind one
that fails the rest of the page is skipped.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from book.errors import BookError
from book.page.blocks import read
from book.page.code import Code
from book.page.drawings import drawings
from book.run import drawings as drawn
from book.run.differences import differences
from book.run.noise import Noise
from book.run.session import BlockError, Session, isolated


class PageFile(pytest.File):
    """A page as pytest sees it: its items share a session."""

    def collect(self) -> Iterator[pytest.Item]:
        try:
            self.page = read(self.path)
            codes = self.page.codes
            has_drawings = drawings(self.page.root, self.page.name)
        except BookError as error:
            raise self.CollectError(str(error)) from error
        self.failed = 0
        if has_drawings:
            yield DrawingsItem.from_parent(self, name="drawings")
        for number, code in enumerate(codes, 1):
            item = BlockItem.from_parent(
                self, name=f"block-{number:02d}-line-{code.fence.line}"
            )
            item.code = code
            yield item

    def setup(self) -> None:
        self.stack = contextlib.ExitStack()
        threads = self.config.getoption("--threads")
        self.stack.enter_context(isolated(threads))
        seed, noise = self.config.getoption("--noise"), None
        if seed is not None:
            noise = self.stack.enter_context(Noise(seed))
        self.session_ = Session(noise)

    def teardown(self) -> None:
        self.stack.close()


class DrawingsItem(pytest.Item):
    """All drawings of a page, which no block makes."""

    parent: PageFile

    def runtest(self) -> None:
        page = self.parent.page
        reasons = list(drawn.differences(page))
        if reasons:
            raise BlockError("\n".join(reasons))
        count = sum(block.kind == "drawing" for block in page.blocks)
        self.user_properties.append(("drawings", count))

    def repr_failure(self, excinfo, style=None):  # type: ignore[no-untyped-def]
        if isinstance(excinfo.value, (BlockError, BookError)):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style or "short")

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, self.name


class BlockItem(pytest.Item):
    """One Python block of a page."""

    parent: PageFile
    code: Code

    def runtest(self) -> None:
        page = self.parent
        if page.failed:
            pytest.skip(f"the block at line {page.failed} failed")
        page.failed = self.code.fence.line
        result = page.session_.run(self.code)
        reasons = list(differences(page.page, self.code, result))
        if reasons:
            raise BlockError("\n".join(reasons))
        page.failed = 0
        self.user_properties += [
            ("outputs", len(self.code.outputs)),
            ("figures", len(self.code.figures)),
        ]

    def repr_failure(self, excinfo, style=None):  # type: ignore[no-untyped-def]
        if isinstance(excinfo.value, (BlockError, BookError)):
            return str(excinfo.value)
        traceback = excinfo.traceback.cut(path=self.code.source)
        excinfo.traceback = traceback or excinfo.traceback
        return super().repr_failure(excinfo, style or "short")

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.code.fence.line - 1, self.name


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--noise",
        type=int,
        metavar="SEED",
        help="disturb the last bit of what depends on the processor",
    )
    parser.addoption(
        "--threads",
        type=int,
        default=1,
        metavar="N",
        help="run the pages with so many threads (default: 1)",
    )


def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> PageFile | None:
    if file_path.suffix == ".md" and "docs" in file_path.parts:
        return PageFile.from_parent(parent, path=file_path)
    return None
