"""The list of all terms of art, for the glossary page, by letters.

A Chinese term stands under the first letter of its sound. The encoding
GB 2312 has the common characters in the order of their sounds; where the
first character of a term is rare or has several, the term base names a
common one that sounds the same (pypinyin takes 重置 for zhong zhi).
"""

from collections import defaultdict
from collections.abc import Iterable
from itertools import takewhile
from pathlib import Path

from book import layout
from book.errors import OrderError
from book.page import blocks
from book.words import terms
from book.words.terms import Term

_LETTERS = "ABCDEFGHJKLMNOPQRSTWXYZ"
_CODES = """
    B0A1 B0C5 B2C1 B4EE B6EA B7A2 B8C1 B9FE BBF7 BFA6 C0AC C2E8
    C4C3 C5B6 C5BE C6DA C8BB C8F6 CBFA CDDA CEF4 D1B9 D4D1
"""
_FIRST = tuple(zip(_LETTERS, map(bytes.fromhex, _CODES.split()), strict=True))
"""The first character of GB 2312 whose sound begins with a letter."""

_LAST = bytes.fromhex("D7F9")


def stage_glossary(root: Path, language: str, folder: Path) -> None:
    """Add the list of all terms to the glossary."""
    page = folder / "glossary.md"
    if page.is_file():
        with page.open("a", encoding="utf-8") as file:
            file.write("\n" + entries(root, language))


def entries(root: Path, language: str) -> str:
    """Return the list as Markdown.

    An entry is a term with its name in the other language, its
    definition, and a link to the chapter that teaches it or uses it first.
    """
    other = layout.other(language)
    chapters = _chapters(root, terms.base())
    links = {
        name: f" · [{_title(root, language, name)}]({name}.md)"
        for name in set(chapters.values())
    }
    parts: dict[str, list[str]] = defaultdict(list)
    for term in sorted(terms.base(), key=lambda t: place(t, language)):
        name = f"*{term.name(other)}*{{ lang={other} }} {{ #{term.anchor} }}"
        definition = term.definition(language)
        link = links.get(chapters.get(term, ""), "")
        entry = f"{term.name(language)} {name}\n:   {definition}{link}\n"
        parts[place(term, language)[0]].append(entry)
    jumps = " ".join(f"[{letter}](#{_id(letter)})" for letter in parts)
    lists = (
        f"## {letter} {{ #{_id(letter)} }}\n\n" + "\n".join(inside)
        for letter, inside in parts.items()
    )
    letters = f"{jumps}\n{{ .letters data-search-exclude=1 }}"
    return "\n\n".join([letters, *lists])


def place(term: Term, language: str) -> tuple[str, bytes]:
    """The letter that a term stands under, and its place there.

    Raises: OrderError for a term whose first character is not among the
        common ones, and has no other to stand for its sound.
    """
    name = term.name(language).lower()
    if language == "zh" and term.zh_sound:
        name = term.zh_sound + name[1:]
    code = name.replace(" ", "-").encode("gb18030")  # a space as a hyphen
    if name[0].isascii():
        return name[0].upper(), code
    if not _FIRST[0][1] <= code[:2] <= _LAST:
        raise OrderError(
            f"the glossary does not know how {name[0]!r} sounds: give the "
            f"term {name!r} a `zh_sound`, a common character of its sound"
        )
    letter = max(letter for letter, first in _FIRST if first <= code[:2])
    return letter, code


def _id(letter: str) -> str:
    return f"letter-{letter.lower()}"


def _title(root: Path, language: str, name: str) -> str:
    return blocks.read(root / "docs" / language / f"{name}.md").blocks[0].text


def _chapters(root: Path, base: Iterable[Term]) -> dict[Term, str]:
    """The chapter that teaches each term, or the first that uses it.

    It teaches a term if its title or the term base says so.
    """
    names = [*filter(layout.is_chapter, layout.navigation(root, "en"))]
    taught = {term: term.chapter for term in base if term.chapter in names}
    used: dict[Term, str] = {}
    for name in names:
        page = blocks.read(root / "docs" / "en" / f"{name}.md")
        own = takewhile(lambda b: b.info != "2#references", page.blocks)
        title, *texts = (block.prose for block in own)
        text = " ".join([title, *texts])
        lower = text.lower()
        for term in base:
            if not any(form.lower() in lower for form in term.forms("en")):
                continue
            if term not in taught and term.pattern.search(title):
                taught[term] = name
            if term not in used and term.pattern.search(text):
                used[term] = name
    return used | taught
