"""Which pages of a site a changed file shows on."""

from dataclasses import dataclass, field
from pathlib import Path

from book import layout
from book.page.blocks import find
from book.stage import code_pages


@dataclass(frozen=True)
class Concerned:
    """What a change asks for: pages, by name, or more than pages.

    `every`: the words of all pages; `theme`: what stands around them;
    `whole`: which pages there are.
    """

    pages: frozenset[str] = field(default=frozenset())
    every: bool = False
    theme: bool = False
    whole: bool = False


_NOTHING = Concerned()
_EVERY = Concerned(every=True)


def concerned(root: Path, language: str, path: Path) -> Concerned:
    """What in the site of a language a changed file asks for."""
    inside = path.relative_to(root)
    match inside.parts:
        case (config,):
            known = config in layout.CONFIGS.values()
            return Concerned(whole=True) if known else _NOTHING
        case ("docs", written, *_):
            return _of_docs(path, root / "docs" / written, written == language)
        case ("d2lcode" | "tests", *_) if path.suffix == ".py":
            return Concerned(_shown(root, language, inside))
        case ("book", "words", "comments", *rest) if rest:
            page = Path(*rest).with_suffix("").as_posix()
            return Concerned(frozenset({page} if language == "zh" else ()))
        case ("book", "words", *_) if path.suffix == ".yml":
            return _EVERY
        case ("build", "report.json"):
            return _EVERY
        case ("overrides", *_):
            return Concerned(theme=True)
    return _NOTHING


def _of_docs(path: Path, pages: Path, ours: bool) -> Concerned:
    """A page concerns the other language's, too: it shares the last run.

    The glossary names the first page that uses a term.
    """
    if not path.is_relative_to(pages):
        return _NOTHING
    inside = path.relative_to(pages)
    if path.suffix in {".md", ".ipynb"}:
        name = inside.with_suffix("").as_posix()
        return Concerned(frozenset({name, "glossary"}))
    if path.suffix == ".svg" and ours:
        page = inside.with_name(path.stem.partition("-")[0])
        return Concerned(frozenset({page.as_posix()}))
    return _NOTHING


def _shown(root: Path, language: str, inside: Path) -> frozenset[str]:
    """The pages that show code of a file, and that of the whole file."""
    place = inside.as_posix()
    found = {code_pages.place(inside)}
    for path in find(root / "docs", language):
        name = path.relative_to(root / "docs" / language).with_suffix("")
        test = layout.test(root, name.as_posix()).relative_to(root)
        if test == inside or f"{place}:" in path.read_text(encoding="utf-8"):
            found.add(name.as_posix())
    return frozenset(found)
