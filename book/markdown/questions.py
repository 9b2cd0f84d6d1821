"""Questions to check oneself: a list of choices, each with its reason.

A Markdown extension. In a note of the type `question`, the list whose
items begin with `[ ]`, and one with `[x]`, becomes radio buttons. The
reason, the one item below each, is shown once its choice is made: by
the style sheet, without a script.
"""

from typing import Any
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markdown.util import HTML_PLACEHOLDER_RE

from book.words.site import words

MARKS = {"[ ] ": False, "[x] ": True}
"""How a choice begins, and whether it is right."""


class _Questions(Treeprocessor):
    """Make radio buttons of the choices.

    What has not this form stays as it is: book/finish/leftovers.py
    refuses a page that shows a choice as it was written.
    """

    def __init__(self, md: Markdown, language: str) -> None:
        super().__init__(md)
        self.said = words("questions", language)

    def run(self, root: Element) -> None:
        number = 0
        for note in list(root.iter("div")):
            if "question" not in (note.get("class") or "").split():
                continue
            content = list(note)[1:]
            choices = content[-1] if content else None
            if (
                len(content) > 1
                and choices is not None
                and choices.tag == "ul"
                and content[0].tag == "p"
                and all(map(_is_choice, choices))
            ):
                number += 1
                note[1:] = [self._fieldset(content, f"check-{number}")]

    def _fieldset(self, content: list[Element], name: str) -> Element:
        """The question; its first paragraph is what a reader hears."""
        fieldset = Element("fieldset")
        question, *more, choices = content
        question.tag = "legend"
        fieldset.extend([question, *more])
        for item in choices:
            _open(item)
            right = MARKS[(item.text or "")[:4]]
            kind = "choice right" if right else "choice"
            choice = SubElement(fieldset, "div", {"class": kind})
            label = SubElement(choice, "label")
            button = SubElement(label, "input", type="radio", name=name)
            button.tail = " "
            text = SubElement(label, "span")
            text.text = (item.text or "")[4:].rstrip("\n")
            *inside, reasons = item
            text.extend(inside)
            shown = "".join(text.itertext())
            if not HTML_PLACEHOLDER_RE.sub("", shown).strip():
                # A formula alone, which is no name: mathml.py makes it TeX.
                button.set("aria-label", shown)
            self._reason(choice, reasons[0], "right" if right else "wrong")
        return fieldset

    def _reason(self, choice: Element, item: Element, verdict: str) -> None:
        """Put a reason behind a choice, after the word for right or not."""
        reason = SubElement(choice, "div", {"class": "reason"})
        if len(item) and item[0].tag == "p":
            reason.extend(item)
        else:
            paragraph = SubElement(reason, "p")
            paragraph.text = item.text
            paragraph.extend(item)
        first = reason[0]
        said = Element("b", {"data-search-exclude": "1"})
        said.text = self.said[verdict]
        said.tail = self.said["between"] + (first.text or "").lstrip()
        first.text = None
        first.insert(0, said)


def _is_choice(item: Element) -> bool:
    """Whether a list's item is a choice with one reason."""
    inside = item[0] if len(item) and item[0].tag == "p" else item
    marked = (inside.text or "").lstrip()[:4] in MARKS
    return (
        marked
        and bool(len(item))
        and item[-1].tag == "ul"
        and len(item[-1]) == 1
    )


def _open(item: Element) -> None:
    """Take the words of a list's item out of their paragraph."""
    if item[0].tag == "p":
        paragraph, *rest = item
        item.text = paragraph.text
        item[:] = [*paragraph, *rest]
    item.text = (item.text or "").lstrip()


class QuestionsExtension(Extension):
    """Radio buttons, after the text within them is parsed."""

    def __init__(self, **options: Any) -> None:
        self.config = {"language": ["en", "the language of the pages"]}
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:
        questions = _Questions(md, self.getConfig("language"))
        md.treeprocessors.register(questions, "questions", 17)


def makeExtension(**options: Any) -> QuestionsExtension:
    """Return the extension: the name that Markdown looks for."""
    return QuestionsExtension(**options)
