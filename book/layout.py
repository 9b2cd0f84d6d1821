"""What belongs to a chapter, and in which order chapters are read."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from book import files
from book.errors import OrderError

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("en", "zh")
CONFIGS = {"en": "mkdocs.yml", "zh": "mkdocs.zh.yml"}

SECTIONS = (
    "question",
    "math",
    "scratch",
    "check",
    "watch",
    "wrong",
    "practice",
    "questions",
    "exercises",
    "summary",
    "references",
)
"""The ids of a chapter's headings of level two, in order."""


def other(language: str) -> str:
    """The other of the two languages."""
    return "zh" if language == "en" else "en"


def is_chapter(name: str) -> bool:
    """Whether a page is a chapter: it lies in a part and is no opening."""
    part, _, last = name.rpartition("/")
    return bool(part) and part != "labs" and last != "index"


def module(root: Path, name: str) -> Path:
    return root / "d2lcode" / f"{name}.py"


def test(root: Path, name: str) -> Path:
    part, _, last = name.rpartition("/")
    return root / "tests" / part / f"test_{last}.py"


def bench(root: Path, name: str) -> Path:
    """The file of what a chapter times beside the library."""
    part, _, last = name.rpartition("/")
    return root / "tests" / part / f"bench_{last}.py"


def drawing(root: Path, name: str) -> Path:
    """The file of a chapter's drawings."""
    return root / "drawings" / f"{name}.py"


def comments(root: Path, name: str) -> Path:
    """The file of a page's comments in Chinese."""
    return root / "book" / "words" / "comments" / f"{name}.yml"


def page(root: Path, language: str, name: str) -> Path:
    """The page of a name such as `recurrent/gru`, or the lab's notebook."""
    is_lab = name.startswith("labs/") and name != "labs/index"
    ending = "ipynb" if is_lab else "md"
    return root / "docs" / language / f"{name}.{ending}"


def names(root: Path, paths: Iterable[Path]) -> list[str]:
    """The pages that paths belong to, as names, each once, in order.

    A path is a page or a lab in either language, a chapter's module,
    tests or drawings, or a folder of such.
    Raises: OrderError for a path that is none of them.
    """
    found: dict[str, None] = {}
    for path in paths:
        inside = _names(root, path.absolute())
        if not inside:
            raise OrderError(
                f"{path} is no page: name one such as "
                "docs/en/recurrent/gru.md, or a folder of them"
            )
        found |= dict.fromkeys(inside)
    return list(found)


def _names(root: Path, path: Path) -> list[str]:
    if path.is_dir():
        below = (_names(root, p) for p in sorted(path.rglob("*.*")))
        return [name for names in below for name in names]
    if not path.is_file() or not path.is_relative_to(root):
        return []
    parts = path.relative_to(root).with_suffix("").parts
    name, room = "/".join(parts[1:]), parts[0]
    if room == "docs" and len(parts) > 2 and parts[1] in LANGUAGES:
        name = "/".join(parts[2:])
        if path.suffix in {".md", ".ipynb"}:
            return [name]
    elif room == "tests" and parts[-1].startswith("test_"):
        name = "/".join((*parts[1:-1], parts[-1].removeprefix("test_")))
    elif room not in {"d2lcode", "drawings"}:
        return []
    if path.suffix == ".py" and page(root, "en", name).is_file():
        return [name]
    return []


def config(root: Path, language: str) -> dict[str, Any]:
    """The configuration of a site, as far as its file goes."""
    return files.data(root / CONFIGS[language], _Loader)


def extensions(root: Path, language: str) -> dict[str, dict[str, Any]]:
    """The Markdown extensions of a site, with those that it inherits."""
    found: dict[str, dict[str, Any]] = {}
    path: Path | None = root / CONFIGS[language]
    while path is not None:
        config = files.data(path, _Loader)
        for name, options in (config.get("markdown_extensions") or {}).items():
            found[name] = (options or {}) | found.get(name, {})
        parent = config.get("INHERIT")
        path = path.parent / parent if parent else None
    return found


def navigation(root: Path, language: str) -> list[str]:
    """The pages of a site's navigation, in reading order."""
    return [name for _, names in parts(root, language) for name in names]


def parts(root: Path, language: str) -> list[tuple[str, list[str]]]:
    """The parts of a site's navigation: titles and pages, in order.

    A page that stands in no part makes one without a title.
    """
    found = []
    for entry in config(root, language)["nav"]:
        titled = entry if isinstance(entry, dict) else {"": entry}
        for title, content in titled.items():
            pages = [
                Path(p).with_suffix("").as_posix() for p in _leaves(content)
            ]
            found.append((title if isinstance(content, list) else "", pages))
    return found


def titles(root: Path, language: str) -> dict[str, str]:
    """What the navigation calls each of its pages; "" without a title."""
    found: dict[str, str] = {}

    def gather(entry: object, title: str) -> None:
        if isinstance(entry, str):
            found[Path(entry).with_suffix("").as_posix()] = title
        elif isinstance(entry, dict):
            for name, inside in entry.items():
                gather(inside, str(name))
        elif isinstance(entry, list):
            for inside in entry:
                gather(inside, "")

    gather(config(root, language)["nav"], "")
    return found


_Safe: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Safe):  # type: ignore[misc]
    """Reads a MkDocs configuration, whose tags do not matter here."""


_Loader.add_multi_constructor("", lambda loader, suffix, node: None)


def _leaves(nav: object) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
    elif isinstance(nav, list):
        for entry in nav:
            yield from _leaves(entry)
    elif isinstance(nav, dict):
        for entry in nav.values():
            yield from _leaves(entry)
