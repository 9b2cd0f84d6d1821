"""The files of the book, watched: which have another content now."""

import hashlib
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

FOLDERS = ("docs", "d2lcode", "drawings", "tests", "book", "overrides")
FILES = ("mkdocs.yml", "mkdocs.zh.yml", "build/report.json")
ENDINGS = {
    ".css", ".html", ".ipynb", ".js", ".json", ".md", ".png", ".py", ".svg",
    ".xml", ".yml",
}  # fmt: skip
"""What the sites are made of, and not what editors leave meanwhile."""

QUIET = 0.04
"""A change is told once nothing else has changed for these seconds."""


class Watch(FileSystemEventHandler):
    """Tells which files changed, those of one save together."""

    def __init__(self, root: Path, tell: Callable[[list[Path]], None]) -> None:
        self._root, self._tell = root, tell
        self._seen: dict[Path, float] = {}
        self._known = {path: _digest(path) for path in self._all()}
        self._more, self._end = threading.Condition(), False
        self._observer = Observer()
        for folder in FOLDERS:
            if (root / folder).is_dir():
                self._observer.schedule(
                    self, str(root / folder), recursive=True
                )
        for beside in {(root / name).parent for name in FILES}:
            if beside.is_dir():
                self._observer.schedule(self, str(beside))
        self._teller = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._observer.start()
        self._teller.start()

    def stop(self) -> None:
        with self._more:
            self._end = True
            self._more.notify()
        self._observer.stop()
        self._observer.join()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Keep the paths of an event that may have changed a file."""
        if event.event_type in {"opened", "closed_no_write"}:
            return
        places = [event.src_path, getattr(event, "dest_path", "")]
        paths = [Path(str(place)) for place in places if place]
        with self._more:
            for path in paths:
                if event.is_directory:
                    found = [p for p in self._known if p.is_relative_to(path)]
                    found += [p for p in path.rglob("*") if self._is_ours(p)]
                else:
                    found = [path] if self._is_ours(path) else []
                self._seen |= dict.fromkeys(found, time.monotonic())
            self._more.notify()

    def _run(self) -> None:
        while True:
            with self._more:
                self._more.wait_for(lambda: self._seen or self._end)
                if self._end:
                    return
                while self._more.wait(QUIET):
                    pass
                paths, self._seen = sorted(self._seen), {}
            if changed := [path for path in paths if self._differs(path)]:
                self._tell(changed)

    def _differs(self, path: Path) -> bool:
        old, new = self._known.get(path), _digest(path)
        if new is None:
            self._known.pop(path, None)
        else:
            self._known[path] = new
        return old != new

    def _all(self) -> list[Path]:
        folders = [self._root / folder for folder in FOLDERS]
        files = [self._root / name for name in FILES]
        files += [path for folder in folders for path in folder.rglob("*.*")]
        return [path for path in files if self._is_ours(path)]

    def _is_ours(self, path: Path) -> bool:
        inside = path.relative_to(self._root)
        return (
            path.suffix in ENDINGS
            and not path.name.startswith(".")
            and "__pycache__" not in path.parts
            and (inside.parts[0] in FOLDERS or inside.as_posix() in FILES)
        )


def _digest(path: Path) -> bytes | None:
    """What stands for the content of a file; None if there is none."""
    with suppress(OSError):
        return hashlib.sha256(path.read_bytes()).digest()
    return None
