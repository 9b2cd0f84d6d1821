"""What the site says to its readers, in the language of a page."""

from functools import cache
from pathlib import Path
from typing import Any

from book import files

_PATH = Path(__file__).with_name("site.yml")


@cache
def _all() -> dict[str, dict[str, dict[str, Any]]]:
    data: dict[str, dict[str, dict[str, Any]]] = files.data(_PATH)
    return data


def words(room: str, language: str) -> dict[str, str]:
    """The words of one room, as site.yml has them: name -> words."""
    return {name: both[language] for name, both in _all()[room].items()}
