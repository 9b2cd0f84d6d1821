"""What a block's run left on its page: figures and printed output.

A Markdown extension. An image alone in its paragraph becomes a figure:
the image, linked to its file, and the caption; what stands where
Markdown has the title describes the image. The fence behind the marker
of an expected output is shown as attached to its block, with the
tolerance that it has, if that is its own; other comments that steer the
checks do not reach the reader.
"""

import html
import re
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markdown.util import HTML_PLACEHOLDER_RE

from book.page.blocks import MARKER

_FIGURE = re.compile(
    r"""!\[(?P<caption>.+)\]\((?P<file>[^)\s]+)(?: "(?P<words>[^"]*)")?\)""",
    re.DOTALL,
)


_TOLERANCE = re.compile(r"<!--\s*book:tolerance\s+(\S+?)%\s*-->")


class _Figures(BlockProcessor):
    """Make a figure of an image that is a whole block."""

    def test(self, parent: Element, block: str) -> bool:
        return bool(_FIGURE.fullmatch(block))

    def run(self, parent: Element, blocks: list[str]) -> None:
        match = _FIGURE.fullmatch(blocks.pop(0))
        assert match is not None
        figure = SubElement(parent, "figure")
        link = SubElement(figure, "a", href=match["file"])
        image = SubElement(link, "img", src=match["file"])
        image.set("alt", html.unescape(match["words"] or ""))
        SubElement(figure, "figcaption").text = match["caption"]


class _Descriptions(Treeprocessor):
    """Describe an image without words by its caption, without markup."""

    def run(self, root: Element) -> None:
        for figure in root.iter("figure"):
            (image,), caption = figure
            if not image.get("alt"):
                image.set("alt", "".join(caption.itertext()))


class _Outputs(Treeprocessor):
    """Take out comments; wrap the fence that follows a marker."""

    def run(self, root: Element) -> None:
        for parent in list(root.iter()):
            for position, child in reversed(list(enumerate(parent))):
                comment = self._comment(child)
                if comment is not None:
                    parent.remove(child)
                if comment == MARKER:
                    output = Element("div", {"class": "output"})
                    output.append(parent[position])
                    parent[position] = output
                elif match := _TOLERANCE.fullmatch(comment or ""):
                    shown = parent[position]  # what the comment preceded
                    caption = shown.find("figcaption")
                    place = shown if caption is None else caption
                    note = SubElement(place, "span", {"class": "tolerance"})
                    note.text = f"±{match[1]}%"

    def _comment(self, element: Element) -> str | None:
        """The comment that is the element's whole content, if one is."""
        match = HTML_PLACEHOLDER_RE.fullmatch((element.text or "").strip())
        if match is None or len(element):
            return None
        raw = str(self.md.htmlStash.rawHtmlBlocks[int(match[1])]).strip()
        return raw if raw.startswith("<!--") else None


class OutputsExtension(Extension):
    """Figures and outputs, after the text within them is parsed."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.parser.blockprocessors.register(_Figures(md.parser), "figures", 16)
        md.treeprocessors.register(_Descriptions(md), "descriptions", 19)
        md.treeprocessors.register(_Outputs(md), "outputs", 18)


def makeExtension(**options: object) -> OutputsExtension:
    """Return the extension: the name that Markdown looks for."""
    return OutputsExtension(**options)
