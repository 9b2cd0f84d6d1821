"""A formula's text and the page on which it stands."""

from dataclasses import dataclass
from pathlib import Path

from book.errors import BookError


class FormulaError(BookError):
    """What is wrong with a formula: page, line, column, what to do."""

    def __init__(
        self, path: Path, line: int, column: int, message: str
    ) -> None:
        self.column = column
        super().__init__(path, line, f"column {column}: {message}")


@dataclass(frozen=True)
class Source:
    """TeX as the page has it; `line` is that of its first character."""

    tex: str
    path: Path = Path("formula")
    line: int = 1

    def place(self, at: int) -> tuple[int, int]:
        """Line and column, from 1, of the character at an offset."""
        before = self.tex[:at]
        column = at - (before.rfind("\n") + 1) + 1
        return self.line + before.count("\n"), column

    def error(self, at: int, message: str) -> FormulaError:
        return FormulaError(self.path, *self.place(at), message)

    def broken(self, at: int, message: str) -> AssertionError:
        """What to raise where the formula does not hold."""
        return AssertionError(str(self.error(at, message)))

    def excerpt(self, start: int, end: int) -> str:
        return " ".join(self.tex[start:end].split())
