"""Make the five rooms of a new chapter and its navigation entries.

What is made has a chapter's form and nothing in it: the checks refuse
it, section by section, until it is written.
"""

import keyword
import os
import re
from pathlib import Path

import yaml

from book.errors import OrderError
from book.files import text, write
from book.layout import CONFIGS, LANGUAGES, comments, drawing, module, test
from book.words.comments import HEAD
from book.words.site import words

_NAME = re.compile(r"[a-z][a-z0-9_]*/[a-z][a-z0-9_]*")
_TAKEN = {"assets", "book", "code", "data", "drawings", "labs"}
_TAKEN |= {"notebooks", "search"}
"""Folders of the repository or the site, beside those of the parts."""


def create(
    root: Path,
    name: str,
    titles: dict[str, str],
    parts: dict[str, str] | None = None,
) -> list[Path]:
    """Write the five files of chapter PART/CHAPTER and both nav entries.

    `titles` and `parts` map each language to a title; `parts` is
    needed where the part is new.
    Raises: OrderError for a name of another form, a file that exists,
        or a part that is new and has no title. Then, and where the
        system refuses a file, nothing is written.
    """
    refuse_name(root, name)
    pages = {la: root / "docs" / la / f"{name}.md" for la in LANGUAGES}
    files = {pages[la]: _page(la, titles[la]) for la in LANGUAGES}
    files[module(root, name)] = f'"""{titles["en"]}."""\n'
    files[test(root, name)] = f'"""Tests of the chapter {name}."""\n'
    files[drawing(root, name)] = f'"""The drawings of {name}."""\n'
    files[comments(root, name)] = HEAD
    package = module(root, name).parent / "__init__.py"
    for path in files:
        if path.exists():
            raise OrderError(f"{path.relative_to(root)} exists already")
    configs = {
        root / CONFIGS[la]: with_entry(
            text(root / CONFIGS[la]),
            name,
            titles[la],
            (parts or {}).get(la),
        )
        for la in LANGUAGES
    }
    if not package.exists():
        files[package] = ""
    write({**files, **configs})
    return list(files)


def typed(argument: str) -> str:
    """What was typed on the command line, whatever the locale is.

    Raises: OrderError if it is text in no known encoding.
    """
    try:
        return os.fsencode(argument).decode("utf-8")
    except UnicodeDecodeError:
        pass  # another encoding than UTF-8, which Python may have read
    if not argument.isprintable():
        raise OrderError(f"{argument!r} is not readable text: type it anew")
    return argument


def refuse_name(root: Path, name: str) -> None:
    """Refuse what cannot be the name of a chapter."""
    if not _NAME.fullmatch(name):
        raise OrderError(
            "a chapter is called PART/CHAPTER, in small letters, digits "
            f"and _, got {name!r}"
        )
    part, chapter = name.split("/")
    for word in (part, chapter):
        if keyword.iskeyword(word):
            raise OrderError(
                f"{word!r} is a word of Python's, which no module can be "
                "called: choose another"
            )
    is_module = (root / "d2lcode" / f"{part}.py").exists()
    if part in _TAKEN or is_module:
        raise OrderError(
            f"{part!r} cannot be a part: other files of the book lie in a "
            "folder of this name; choose another"
        )
    if chapter == "index":
        raise OrderError("'index' is the opening of a part: choose another")


def _page(language: str, title: str) -> str:
    parts = ["---\ndescription:\nneeds: []\nhours:\n---", f"# {title}"]
    parts += [
        f"## {heading} {{#{identifier}}}"
        for identifier, heading in words("new", language).items()
    ]
    return "\n\n".join(parts) + "\n"


def with_entry(
    config: str, name: str, title: str, part_title: str | None
) -> str:
    """The configuration with the chapter as the last of its part."""
    lines = config.rstrip("\n").split("\n")
    part = name.partition("/")[0]
    chapter = re.compile(r"\s+- .*: (\w+)/[\w/]+\.md\s*$")
    found = {n: chapter.match(line) for n, line in enumerate(lines)}
    parts = {n: entry[1] for n, entry in found.items() if entry}
    places = [n for n in parts if parts[n] == part]
    if places:
        last = lines[places[-1]]
        pad = last[: len(last) - len(last.lstrip())]
        lines.insert(places[-1] + 1, f"{pad}- {_scalar(title)}: {name}.md")
    else:
        if part_title is None:
            raise OrderError(
                f"{part!r} is a new part: give its titles with --part and "
                "--part-zh"
            )
        end = max(parts, default=_end_of_nav(lines) - 1) + 1
        lines[end:end] = [
            f"  - {_scalar(part_title)}:",
            f"      - {_scalar(title)}: {name}.md",
        ]
    return "\n".join(lines) + "\n"


def _scalar(title: str) -> str:
    """The title as YAML, quoted where it has to be."""
    scalar = yaml.safe_dump(title, allow_unicode=True, width=1000)
    return scalar.removesuffix("...\n").strip()


def _end_of_nav(lines: list[str]) -> int:
    start = lines.index("nav:")
    end = start + 1
    for number in range(start + 1, len(lines)):
        if lines[number].strip() and not lines[number].startswith(" "):
            break
        if lines[number].strip():
            end = number + 1
    return end
