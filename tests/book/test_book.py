"""The book as it stands: nothing that can be refused."""

from book.check.problems import problems


def test_nothing_is_refused() -> None:
    assert [str(problem) for problem in problems()] == []
