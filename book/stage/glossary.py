"""The list of all terms of art, for the glossary page."""

import re
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
    definition, and a link to the first chapter that uses it.
    """
    other = layout.other(language)
    uses = _first_uses(root, terms.base())
    links = {
        name: f" · [{_title(root, language, name)}]({name}.md)"
        for name in set(uses.values())
    }
    parts = []
    for term in sorted(terms.base(), key=lambda t: _place(t.name(language))):
        anchor = re.sub(r"\W+", "-", term.en.lower())
        name = f"*{term.name(other)}*{{ lang={other} }} {{ #{anchor} }}"
        definition = term.definition(language)
        link = links.get(uses.get(term, ""), "")
        parts.append(f"{term.name(language)} {name}\n:   {definition}{link}\n")
    return "\n".join(parts)


def _place(name: str) -> bytes:
    """What to sort by: in this encoding, Chinese stands by its sound."""
    return name.lower().encode("gb18030")


def _title(root: Path, language: str, name: str) -> str:
    return blocks.read(root / "docs" / language / f"{name}.md").blocks[0].text


def _first_uses(root: Path, base: Iterable[Term]) -> dict[Term, str]:
    """The first chapter, in reading order, that uses each term."""
    uses: dict[Term, str] = {}
    for name in filter(layout.is_chapter, layout.navigation(root, "en")):
        page = blocks.read(root / "docs" / "en" / f"{name}.md")
        own = takewhile(lambda b: b.info != "2#references", page.blocks)
        text = " ".join(block.prose for block in own)
        lower = text.lower()
        for term in base:
            if (
                term not in uses
                and any(form.lower() in lower for form in term.forms("en"))
                and term.pattern.search(text)
            ):
                uses[term] = name
    return uses
