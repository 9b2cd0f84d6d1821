"""The drawings of pages, written beside them in both languages."""

from pathlib import Path

from book import files, layout
from book.layout import LANGUAGES
from book.page.blocks import Page
from book.run import drawings, figures


def draw(page: Page) -> tuple[list[Path], list[str]]:
    """Draw what a page's chapter has to draw; write what changed.

    Returns: the files written, and what in the drawings cannot be read.
    Raises: BookError for a drawing that fails; LabelError for a word
        without translation. Then nothing is written.
    """
    texts, unreadable = changed(page)
    files.write(texts)
    return sorted(texts), unreadable


def changed(page: Page) -> tuple[dict[Path, str], list[str]]:
    """The files of a page's drawings that change, both languages'.

    Also returns what in the drawings cannot be read.
    Raises: BookError for a drawing that fails; LabelError for a word
        without translation.
    """
    texts, unreadable = {}, []
    for file, drawing in drawings.draw(page).items():
        unreadable += [
            f"{drawing.source.name}:{drawing.line}: {file}: {reason}"
            for reason in drawing.problems
        ]
        for language in LANGUAGES:
            beside = layout.page(page.root, language, page.name)
            path = beside.with_name(file)
            svg = figures.translate(drawing.svg, language)
            if beside.is_file() and drawings.unlike(
                path, drawing.svg, language, drawings.CLOSE
            ):
                texts[path] = svg
    return texts, unreadable
