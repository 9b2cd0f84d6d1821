"""What a figure shows, in words: the description of its image.

The caption says what is to be seen in a figure. Who cannot see it needs
the rest as well: what the axes measure, from where to where, and what
the legend names. An SVG of Matplotlib's has all this as text in groups
with names, in the language of its page.
"""

import re
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from book.words.site import words as said_in

_MANY = 12
"""Of more words than these, an axis names the first and the last.

Of more titles than these, pictures name none.
"""

_SVG = "{http://www.w3.org/2000/svg}"
_NUMBER = re.compile(r"[−-]?[\d.]+%?|[−-]?([\d.]+×)?10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_RAISED = str.maketrans("−0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def describe(svg: str, language: str) -> str:
    """Describe an SVG by its own labels; not by Matplotlib: not at all."""
    words = said_in("alt_text", language)

    def say(name: str, texts: list[str], mark: str = "semicolon") -> str:
        content = words[mark].join(texts)
        return (
            name + (words["colon"] + content) * bool(content) + words["stop"]
        )

    root = ElementTree.fromstring(svg)
    figure = next(_groups(root, "figure_"), root)
    panels = list(_groups(figure, "axes_"))
    plots = [panel for panel in panels if any(_measures(panel, words))]
    pictures = [panel for panel in panels if panel not in plots]
    titles = [_labels(panel, numbers=True) for panel in pictures]
    said = ""
    if len(titles) > 1 and all(len(texts) < 2 for texts in titles):
        content = [text for texts in titles for text in texts]
        count = words["pictures"].format(len(titles))
        said += say(count, content if len(content) <= _MANY else [])
        pictures = []
    for panel in pictures:
        if texts := _labels(panel):
            said += say(words["diagram"], [*dict.fromkeys(texts)])
    for number, plot in enumerate(plots, 1):
        which = f" {number}" if len(plots) > 1 else ""
        said += say(words["plot"] + which, _labels(plot))
        for axis, texts in zip("xy", _measures(plot, words), strict=False):
            if texts:
                said += say(words[axis], texts, "comma")
        for legend in _groups(plot, "legend_"):
            said += say(words["legend"], _labels(legend))
    for legend in _groups(figure, "legend_"):
        said += say(words["legend"], _labels(legend))
    return said.strip()


def _groups(parent: Element, name: str) -> Iterator[Element]:
    """The groups directly below `parent` whose id begins with a name."""
    for group in parent.findall(f"{_SVG}g"):
        if group.get("id", "").startswith(name):
            yield group


def _labels(parent: Element, numbers: bool = False) -> list[str]:
    """The labels in a group; numbers in it are part of the drawing."""
    found = []
    for group in _groups(parent, "text_"):
        lines = group.iter(f"{_SVG}text")
        label = " ".join(filter(None, map(_text, lines)))
        if label and (numbers or not _NUMBER.fullmatch(label)):
            found.append(label)
    return found


def _text(element: Element) -> str:
    """A text; of a formula, what stands higher than its start is raised."""
    pieces = element.findall(f"{_SVG}tspan")
    pieces.sort(key=lambda piece: float(piece.get("x", 0)))
    text = element.text or ""
    for piece in pieces:
        higher = float(pieces[0].get("y", 0)) - float(piece.get("y", 0))
        character = piece.text or ""
        text += character.translate(_RAISED) if higher > 2 else character
    return " ".join(text.split())


def _measures(panel: Element, words: dict[str, str]) -> Iterator[list[str]]:
    """What each axis of a panel measures: its label and its ticks."""
    for axis in _groups(panel, "matplotlib.axis_"):
        ticks = []
        for tick in (*_groups(axis, "xtick_"), *_groups(axis, "ytick_")):
            ticks += [t for t in map(_text, tick.iter(f"{_SVG}text")) if t]
        if len(ticks) > _MANY or all(map(_NUMBER.fullmatch, ticks)):
            ticks = [words["to"].format(ticks[0], ticks[-1])] if ticks else []
        yield list(
            filter(None, [*_labels(axis), words["semicolon"].join(ticks)])
        )
