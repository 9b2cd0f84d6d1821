"""The list of all terms of art, for the glossary page."""

from collections.abc import Iterable
from itertools import takewhile
from pathlib import Path

from book import layout
from book.page import blocks
from book.words import terms
from book.words.terms import Term


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
    parts = []
    for term in sorted(terms.base(), key=lambda t: _place(t.name(language))):
        name = f"*{term.name(other)}*{{ lang={other} }} {{ #{term.anchor} }}"
        definition = term.definition(language)
        link = links.get(chapters.get(term, ""), "")
        parts.append(f"{term.name(language)} {name}\n:   {definition}{link}\n")
    return "\n".join(parts)


def _place(name: str) -> bytes:
    """What to sort by: in this encoding, Chinese stands by its sound."""
    return name.lower().encode("gb18030")


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
