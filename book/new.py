"""Make the four rooms of a new chapter and its navigation entries.

What is made has a chapter's form and nothing in it: the checks refuse
it, section by section, until it is written.
"""

import re
from pathlib import Path

import yaml

from book.chapters import CONFIGS, SECTIONS, module, test
from book.pages import LANGUAGES

_NAME = re.compile(r"[a-z][a-z0-9_]*/[a-z][a-z0-9_]*")

HEADINGS = {
    "en": (
        "The question",
        "The idea and the math",
        "From scratch",
        "Check it",
        "Watch it work",
        "What goes wrong",
        "In practice",
        "Questions",
        "Exercises",
        "Summary",
        "References",
    ),
    "zh": (
        "问题",
        "思路与数学",
        "从零实现",
        "核对",
        "看它工作",
        "常见错误",
        "实际使用",
        "问答",
        "练习",
        "小结",
        "参考文献",
    ),
}
"""What the sections hold; an author replaces the words, not the ids."""


def create(
    root: Path,
    name: str,
    titles: dict[str, str],
    parts: dict[str, str] | None = None,
) -> list[Path]:
    """Write the four files of chapter PART/CHAPTER and both nav entries.

    `titles` and `parts` map each language to a title; `parts` is
    needed where the part is new.
    Raises: ValueError for a name of another form, a file that exists,
        or a part that is new and has no title. Then nothing is written.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(
            "a chapter is called PART/CHAPTER, in small letters, digits "
            f"and _, got {name!r}"
        )
    pages = {la: root / "docs" / la / f"{name}.md" for la in LANGUAGES}
    files = {pages[la]: _page(la, titles[la]) for la in LANGUAGES}
    files[module(root, name)] = f'"""{titles["en"]}."""\n'
    files[test(root, name)] = f'"""Tests of the chapter {name}."""\n'
    package = module(root, name).parent / "__init__.py"
    for path in files:
        if path.exists():
            raise ValueError(f"{path.relative_to(root)} exists already")
    configs = {
        root / CONFIGS[la]: _with_entry(
            (root / CONFIGS[la]).read_text(encoding="utf-8"),
            name,
            titles[la],
            (parts or {}).get(la),
        )
        for la in LANGUAGES
    }
    if not package.exists():
        files[package] = ""
    for path, text in {**files, **configs}.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(files)


def _page(language: str, title: str) -> str:
    parts = ["---\ndescription:\n---", f"# {title}"]
    parts += [
        f"## {heading} {{#{identifier}}}"
        for heading, identifier in zip(
            HEADINGS[language], SECTIONS, strict=True
        )
    ]
    return "\n\n".join(parts) + "\n"


def _with_entry(
    config: str, name: str, title: str, part_title: str | None
) -> str:
    """The configuration with the chapter as the last of its part."""
    lines = config.rstrip("\n").split("\n")
    part = name.partition("/")[0]
    entry = re.compile(rf"\s+- .*: {part}/[\w/]+\.md\s*$")
    places = [n for n, line in enumerate(lines) if entry.match(line)]
    if places:
        last = lines[places[-1]]
        pad = last[: len(last) - len(last.lstrip())]
        lines.insert(places[-1] + 1, f"{pad}- {_scalar(title)}: {name}.md")
    else:
        if part_title is None:
            raise ValueError(
                f"{part!r} is a new part: give its titles with --part and "
                "--part-zh"
            )
        end = _end_of_nav(lines)
        lines[end:end] = [
            f"  - {_scalar(part_title)}:",
            f"      - {_scalar(title)}: {name}.md",
        ]
    return "\n".join(lines) + "\n"


def _scalar(title: str) -> str:
    """The title as YAML, quoted where it has to be."""
    text = yaml.safe_dump(title, allow_unicode=True, width=1000)
    return text.removesuffix("...\n").strip()


def _end_of_nav(lines: list[str]) -> int:
    start = lines.index("nav:")
    end = start + 1
    for number in range(start + 1, len(lines)):
        if lines[number].strip() and not lines[number].startswith(" "):
            break
        if lines[number].strip():
            end = number + 1
    return end
