"""A process that works for the preview, and is replaced if it ends.

It alone loads what builds the sites. When that has changed, a new one
takes its place. It ends with the process that has started it.
"""

import importlib
import multiprocessing
import signal
import threading
import traceback
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any


class WorkError(Exception):
    """What went wrong in a worker, in words for who writes the book."""


class Worker:
    """A process that calls one function after another.

    Without an answer for `patience` seconds it is taken to hang.
    """

    def __init__(self, root: Path, patience: float = 300) -> None:
        self._root, self._patience = root, patience
        self._lock, self._closed = threading.Lock(), False
        self._process: multiprocessing.process.BaseProcess | None = None

    def ask(self, function: str, *arguments: object) -> Any:
        """Call a function of book/preview/work.py in the process.

        Raises: WorkError for what it raises.
        """
        with self._lock:
            if self._closed:
                raise WorkError("the preview has ended")
            if self._process is None or not self._process.is_alive():
                self._start()
            try:
                self._pipe.send((function, arguments))
                if not self._pipe.poll(self._patience):
                    self._stop()
                    raise WorkError(f"no end after {self._patience} s")
                done, value = self._pipe.recv()
            except (EOFError, OSError) as error:
                self._stop()
                raise WorkError(f"the process ended: {error}") from error
        if not done:
            raise WorkError(value)
        return value

    def stop(self) -> None:
        """End the process, whatever it does; the next question starts one.

        Who waits for an answer hears that it ended.
        """
        if self._process is not None:
            self._process.kill()

    def close(self) -> None:
        """End the process for good."""
        self._closed = True
        self.stop()
        with self._lock:
            self._stop()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=_work, args=(theirs, self._root), daemon=True
        )
        self._process.start()
        theirs.close()  # so that the end of the process is heard

    def _stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._pipe.close()
            self._process = None


def _work(pipe: Connection, root: Path) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, KeyboardInterrupt, ConnectionError):
        while True:
            try:
                function, arguments = pipe.recv()
                work = importlib.import_module("book.preview.work")
                answer = True, getattr(work, function)(*arguments)
            except EOFError:
                raise
            except Exception as error:  # noqa: BLE001 - told to who asks
                answer = False, _words(error, root)
            pipe.send(answer)


def _words(error: Exception, root: Path) -> str:
    """An error as its line, or with the line of the book that raised it."""
    from book.errors import BookError

    if isinstance(error, BookError):
        return str(error)
    last = traceback.format_exception_only(error)[-1].strip()
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if Path(f.filename).is_relative_to(root)]
    if isinstance(error, SyntaxError) and error.filename:
        place = f"{error.filename}:{error.lineno}: "
    else:
        place = f"{ours[-1].filename}:{ours[-1].lineno}: " if ours else ""
    return place.replace(f"{root}/", "") + last
