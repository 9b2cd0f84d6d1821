"""Refuse code whose comments a Chinese page would show in English.

A page without the form of a chapter, and without a file of comments,
keeps the English ones.
"""

import json
import re
from collections.abc import Iterator, Mapping

from book import layout
from book.check import chapters
from book.errors import BookError
from book.page.blocks import Page
from book.page.comments import Words, words
from book.words import comments

_LABEL = re.compile(r"\beq:[\w-]+")


def problems(english: Page) -> Iterator[BookError]:
    """Yield what is missing, left over or lost in a page's comments."""
    root, name = english.root, english.name
    try:
        table = comments.load(root, name)
    except BookError as error:
        yield error
        return
    if table is None and not chapters.has_form(english):
        return
    table = table or {}
    yield from missing(english, table)
    path, lines = layout.comments(root, name), comments.lines(root, name)
    shown = {w.text: w for code in english.codes for w in words(code.code)}
    for text, translation in table.items():
        if text not in shown:
            reason = "no code of the page says this: remove it"
            yield BookError(path, lines[text], f"{text!r}: {reason}")
        elif lost := [k for k in _kept(shown[text]) if k not in translation]:
            yield BookError(
                path,
                lines[text],
                f"{translation!r} lacks {', '.join(lost)}: a translation "
                "keeps shapes and labels",
            )


def missing(english: Page, table: Mapping[str, str]) -> Iterator[BookError]:
    """Yield the comments of a page that the table lacks, each once."""
    known = set(table)
    for code in english.codes:
        for each in words(code.code):
            if each.has_words and each.text not in known:
                known.add(each.text)
                path = layout.comments(english.root, english.name)
                file = path.relative_to(english.root).as_posix()
                text = json.dumps(each.text, ensure_ascii=False)
                yield BookError(
                    code.source,
                    code.lines[each.line - 1],
                    f'no Chinese for this: add {text}: "…" to {file}',
                )


def _kept(each: Words) -> list[str]:
    return [*_LABEL.findall(each.text), *each.shapes]
