"""The mark beside a formula: it leads to the test that checks it."""

import posixpath

from book.finish.built import BuiltPage
from book.stage import runs
from book.words.site import words

_CLASSES = {"tested": "proof", "computed": "proof computed"}


def add(page: BuiltPage) -> None:
    """Link the numbered formulas of a chapter to their tests.

    A chapter whose last run failed, or that did not run as it stands,
    has no marks: what they would say is not known.
    """
    line = page.tree.css_first(f".{runs.PASSED}")
    if line is None:
        return
    computed = (line.attributes.get(runs.EVALUATED) or "").split()
    if computed:
        del line.attrs[runs.EVALUATED]
    said = words("proof_marks", page.language)
    tests = runs.tests(page.root)
    for equation in page.all("div.equation.numbered"):
        for part in equation.css("[id]"):
            label = part.id or ""
            if label in tests:
                how = "computed" if label in computed else "tested"
                test = posixpath.relpath(
                    tests[label], posixpath.dirname(page.place)
                )
                link = page.make(
                    "a", class_=_CLASSES[how], href=test, title=said[how]
                )
                equation.insert_child(link)
