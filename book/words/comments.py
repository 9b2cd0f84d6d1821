"""The comments of a page's code in Chinese: a file a page.

book/words/comments/PART/CHAPTER.yml is a flat map: the English text of
a comment, or of the first line of a docstring, and the Chinese one.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from book import files, layout
from book.errors import BookError

HEAD = '# "English comment, or first line of a docstring": "中文"\n'
"""What the file of a new chapter begins with."""

_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def load(root: Path, name: str) -> dict[str, str] | None:
    """The comments of a page: English to Chinese; None without a file.

    Raises: BookError for an entry that is not text, stands there twice,
        has no Chinese, or would end the string that it stands in.
    """
    if not layout.comments(root, name).is_file():
        return None
    return {en: zh for en, (zh, _) in _entries(root, name).items()}


def lines(root: Path, name: str) -> dict[str, int]:
    """The line of each entry of the file of a page."""
    return {en: line for en, (_, line) in _entries(root, name).items()}


def _entries(root: Path, name: str) -> dict[str, tuple[str, int]]:
    path = layout.comments(root, name)
    return _read(path, files.text(path)) if path.is_file() else {}


@lru_cache(maxsize=256)
def _read(path: Path, text: str) -> dict[str, tuple[str, int]]:
    files.data(path)  # raises what is not YAML
    top = yaml.compose(text, _LOADER)
    if top is None:
        return {}
    if not isinstance(top, yaml.MappingNode):
        raise BookError(path, 1, 'it is no map: write "English": "中文"')
    found: dict[str, tuple[str, int]] = {}
    for key, value in top.value:
        line = key.start_mark.line + 1
        if reason := _wrong(key, value):
            raise BookError(path, line, reason)
        if key.value in found:
            raise BookError(
                path, line, f"{key.value!r} stands here twice: keep one"
            )
        found[key.value] = value.value, line
    return found


def _wrong(key: yaml.Node, value: yaml.Node) -> str:
    """What is wrong with an entry, if anything is."""
    for node in (key, value):
        if node.tag != "tag:yaml.org,2002:str":
            return f"{node.value!r} is not text: put it into quotes"
    english, chinese = key.value, value.value
    if not _CHINESE.search(chinese):
        return f"{english!r} has no Chinese: translate {chinese!r}"
    ends = "\n" in chinese or '"""' in chinese or chinese.endswith('"')
    if ends or ("\\" in chinese and "\\" not in english):
        return (
            f"{chinese!r}: a line break, a backslash or a quote at the end "
            "would break the code: write it without"
        )
    return ""
