"""What the preview knows: which pages are open, what changed, what fails."""

import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from book import layout
from book.layout import LANGUAGES
from book.preview.worker import Worker, WorkError

Place = tuple[str, str]
"""A page: its language, its name."""


class Preview:
    """The sites of both languages, and who looks at them."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root, self.folder = root, folder
        self.site = folder / "site"
        self._pages = {language: Worker(root) for language in LANGUAGES}
        self._drawer = Worker(root)
        self._lock = threading.Lock()
        self._tabs: dict[queue.Queue[int], Place] = {}
        self._stamps: dict[Place, int] = {}
        self._stamp = time.time_ns()
        self._undrawn: dict[str, str] = {}

    def start(self) -> None:
        """Let all processes load what they need, at the same time."""
        for language, worker in self._pages.items():
            given = "ready", self.root, language, self.folder
            self._aside(worker, *given)
        self._aside(self._drawer, "share", self.site)

    @staticmethod
    def _aside(worker: Worker, *given: Any) -> None:
        """Ask for what the first page will, and say what goes wrong."""

        def ask() -> None:
            with suppress(WorkError):  # which the page will show
                worker.ask(*given)

        threading.Thread(target=ask, daemon=True).start()

    def stop(self) -> None:
        for worker in (*self._pages.values(), self._drawer):
            worker.close()

    def page(self, place: Place) -> tuple[int, list[str]]:
        """Make a page; return the stamp of what it shows, what is wrong."""
        language, name = place
        stamp = self.stamp(place)
        wrong = []
        if error := self._undrawn.get(name):
            wrong.append(error)
        try:
            wrong += self._pages[language].ask(
                "page", self.root, language, self.folder, name
            )
        except WorkError as error:
            wrong.append(str(error))
        return stamp, wrong

    def stamp(self, place: Place) -> int:
        """A number that grows with each change that concerns a page."""
        with self._lock:
            return max(self._stamp, self._stamps.get(place, 0))

    @contextmanager
    def tab(self, place: Place) -> Iterator[queue.Queue[int]]:
        """A queue that gets the stamp of each change of an open page."""
        news: queue.Queue[int] = queue.Queue()
        with self._lock:
            self._tabs[news] = place
        try:
            yield news
        finally:
            with self._lock:
                del self._tabs[news]

    def change(self, paths: list[Path]) -> None:
        """See to it that changed files show in the open pages."""
        inside = [path.relative_to(self.root) for path in paths]
        if any(p.parts[0] == "book" and p.suffix == ".py" for p in inside):
            self._code_changed()
            return
        self._draw(inside)
        for language in LANGUAGES:
            self._pages_changed(language, paths)

    def _code_changed(self) -> None:
        """Let new processes read the code of the book."""
        for worker in (*self._pages.values(), self._drawer):
            worker.stop()
        for language in LANGUAGES:
            self._tell(language, None)

    def _pages_changed(self, language: str, paths: list[Path]) -> None:
        try:
            pages = self._pages[language].ask("change", language, paths)
        except WorkError:  # which the page will show
            pages = None
        self._tell(language, pages)

    def _draw(self, inside: list[Path]) -> None:
        """Draw what changed; what all drawings share, for open pages."""
        names = set()
        for path in inside:
            name = Path(*path.parts[1:]).with_suffix("").as_posix()
            chapter = layout.page(self.root, "en", name)
            if path.parts[0] == "drawings" and chapter.is_file():
                names.add(name)
            elif path.parts[0] == "drawings" or path.match("words/figures/*"):
                with self._lock:
                    names |= {name for _, name in self._tabs.values()}
                self._drawer.stop()
        for name in names:
            if layout.drawing(self.root, name).is_file():
                self._draw_one(name)

    def _draw_one(self, name: str) -> None:
        try:
            wrong = self._drawer.ask("draw", self.root, name)
        except WorkError as error:
            wrong = [str(error)]
        before = self._undrawn.pop(name, "")
        if wrong:
            self._undrawn[name] = "\n".join(wrong)
        if before != self._undrawn.get(name, ""):
            for language in LANGUAGES:
                self._tell(language, {name})

    def _tell(self, language: str, names: set[str] | None) -> None:
        """Tell the open ones among changed pages of a language; None: all."""
        stamp = time.time_ns()
        with self._lock:
            if names is None:
                self._stamp = stamp
            else:
                places = {(language, name): stamp for name in names}
                self._stamps |= places
            for news, (spoken, name) in self._tabs.items():
                if names is None or (spoken == language and name in names):
                    news.put(stamp)
