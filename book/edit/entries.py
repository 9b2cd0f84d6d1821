"""Entries of the book's YAML files and navigation, taken out as text.

What stands around an entry, comments and all, stays as it was written.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from book import files


def without(path: Path, gone: Callable[[Any], bool]) -> str:
    """The text of a list or a map without some items, or keys.

    Raises: BookError if the file is not YAML.
    """
    text = files.text(path)
    held = files.data(path) or []
    top = yaml.compose(text, yaml.SafeLoader)
    lines = text.splitlines(keepends=True)
    if top is None:
        return text
    nodes = [n[0] if isinstance(n, tuple) else n for n in top.value]
    starts = [node.start_mark.line for node in nodes] + [len(lines)]
    for number, entry in reversed(list(enumerate(held))):
        if gone(entry):
            end = starts[number + 1]
            while end < len(lines) and _is_comment(lines[end - 1]):
                end -= 1  # it belongs to the next entry
            del lines[starts[number] : end]
    return "".join(lines)


def _is_comment(line: str) -> bool:
    return line.startswith("#")


def without_page(config: str, name: str) -> str:
    """A configuration whose navigation has no such page.

    A part that has no other page goes with it.
    """
    lines = config.split("\n")
    entry = re.compile(rf"( *)- (?:.*: )?{re.escape(name)}\.md *$")
    for number, line in enumerate(lines):
        match = entry.match(line)
        if match is None:
            continue
        above, below = lines[number - 1], lines[number + 1 : number + 2]
        alone = re.match(r" *- .*: *$", above) and not any(
            other.startswith(f"{match[1]}- ") for other in below
        )
        del lines[number - bool(alone) : number + 1]
        break
    return "\n".join(lines)
