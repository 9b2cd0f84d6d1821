"""What is wrong with the book: where, what, and what to do."""

from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent


class BookError(Exception):
    """What is wrong with a file of the book.

    The message says what is wrong and, behind a colon, what to do.
    """

    def __init__(self, path: Path, line: int, message: str) -> None:
        self.path, self.line, self.message = path, line, message
        super().__init__(f"{_short(path)}:{line}: {message}")


class OrderError(BookError):
    """What was asked for cannot be done, and no file is to blame."""

    def __init__(self, message: str) -> None:
        super().__init__(Path(), 1, message)
        self.args = (message,)


def _short(path: Path) -> Path:
    return path.relative_to(_ROOT) if path.is_relative_to(_ROOT) else path
