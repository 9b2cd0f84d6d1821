"""The site of a language, made page by page, for who writes it.

A page goes through the steps of a build once it is asked for, alone: it
is staged into a folder of its own, which joins that of the whole site.
"""

import functools
import shutil
import sys
from collections.abc import Collection
from pathlib import Path
from tempfile import TemporaryDirectory

from book import layout
from book.build import builder
from book.build.concerned import concerned
from book.check import formulas
from book.finish import STEPS, built, code_pages, theme_patches
from book.page.blocks import read, unchanged
from book.stage import stage

_CODE = "code/"
"""Where the pages of modules and tests stand: they are made together."""

_WORDS = ("book.cache", "book.words", "book.markdown", "book.stage")
"""The rooms that keep what they read of the words."""


class Site:
    """A site in `folder`: what it is built from, and what is built."""

    def __init__(self, root: Path, language: str, folder: Path) -> None:
        """Read which pages there are; none is made yet.

        Raises: BookError.
        """
        self.root, self.language = root, language
        self.staged = folder / f"staged-{language}"
        self.made = folder / "site" / language
        self._begin()

    def _begin(self) -> None:
        """Take the book as it is now."""
        forget("book")
        layout.navigation(self.root, self.language)  # names a wrong line
        shutil.rmtree(self.staged, ignore_errors=True)
        pages = self.root / "docs" / self.language
        shutil.copytree(
            pages, self.staged, ignore=shutil.ignore_patterns("*.svg")
        )
        for lab in self.staged.glob("labs/*.ipynb"):  # staged as a page
            lab.rename(lab.with_suffix(".md"))
        self._titles = {path: _title(path) for path in pages.rglob("*.md")}
        self._staged: set[str] = set()
        self._wrap()

    def _wrap(self) -> None:
        """Make what stands around the pages anew."""
        self._stage(())  # the script, with its words
        self._live = builder.Live(
            self.root, self.language, self.staged, self.made
        )
        theme_patches.mend(self.made)
        self._fresh: dict[str, list[str]] = {}

    def change(self, paths: Collection[Path]) -> set[str] | None:
        """Take note of changed files.

        Returns: the pages that have to be made again; None for all.
        Raises: BookError.
        """
        every = theme = whole = False
        pages: set[str] = set()
        for path in paths:
            asked = concerned(self.root, self.language, path)
            pages |= asked.pages
            every |= asked.every
            theme |= asked.theme
            whole |= asked.whole
            if path in self._titles or _title(path) is not None:
                old, new = self._titles.get(path), _title(path)
                every |= old != new and new is not None
                theme |= old != new and path.stem == "index"
                whole |= path.exists() != (path in self._titles)
        if whole:
            self._begin()
            return None
        if any(path.name.startswith("test_") for path in paths):
            forget("book.stage.runs")
        if every:
            forget(*_WORDS)
            self._staged.clear()
            self._fresh.clear()
        if theme:
            self._wrap()
        self._staged -= pages
        for name in pages:
            place = _CODE if name.startswith(_CODE) else name
            self._fresh.pop(place, None)
        return None if every or theme else pages

    def page(self, name: str) -> list[str]:
        """Make a page, if it is not as its sources are.

        Returns: what the builder warns of.
        Raises: BookError.
        """
        if name.startswith(_CODE):
            if _CODE not in self._fresh:
                self._fresh[_CODE] = self._code()
            return self._fresh[_CODE]
        if name not in self._fresh:
            if name not in self._staged:
                self._stage({name})
                self._staged.add(name)
            self._fresh[name] = self._render(name)
        return self._fresh[name]

    def _code(self) -> list[str]:
        """Make the pages of all modules and tests."""
        said = []
        for model in self.staged.glob(f"{_CODE}**/*.md"):
            place = model.relative_to(self.staged).with_suffix("")
            said += self._render(place.as_posix())
        code_pages.write(self.root, self.language, self.made)
        return said

    def _stage(self, names: Collection[str]) -> None:
        """Stage some pages, or once more."""
        new: list[str] = []
        with (
            TemporaryDirectory(dir=self.staged.parent) as folder,
            unchanged(),
        ):
            alone = Path(folder, "staged")
            stage(self.root, self.language, alone, names)
            for path in alone.rglob("*"):
                inside = path.relative_to(alone)
                if path.is_file() and path.suffix != ".zip":
                    _copy(path, self.staged / inside)
                    new.append(inside.as_posix())
                    if path.suffix != ".md":
                        _copy(path, self.made / inside)
        if names:
            self._live.add(new)

    def _render(self, name: str) -> list[str]:
        source = layout.page(self.root, self.language, name)
        if source.is_file() and source.suffix == ".md":
            for problem in formulas.problems(read(source)):
                raise problem  # the builder would not name the line
        said = self._live.render(f"{name}.md")
        target = self.made / f"{name}.html"
        page = built.read(
            self.root,
            self.language,
            f"{name}.html",
            target.read_text(encoding="utf-8"),
        )
        for step in STEPS:
            step(page)
        target.write_text(page.html, encoding="utf-8")
        return said.splitlines()


def forget(*rooms: str) -> None:
    """Empty the caches of rooms: the files that they read have changed."""
    for name, module in list(sys.modules.items()):
        if name.startswith(rooms):
            for value in list(vars(module).values()):
                if isinstance(value, functools._lru_cache_wrapper):
                    value.cache_clear()


def _title(path: Path) -> str | None:
    """The line with the title of a page, which other pages show."""
    if path.suffix != ".md" or not path.is_file():
        return None
    text = path.read_text(encoding="utf-8", errors="replace")
    lines = (line for line in text.splitlines() if line.startswith("# "))
    return next(lines, "")


def _copy(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, target)
