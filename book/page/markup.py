"""Lines of Markdown as blocks that know their place."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from book.errors import BookError
from book.page.block import GIVEN, MARKER, Block

_HEADING = re.compile(r"(#{1,6})\s+(.*?)(?:\s+\{#([\w-]+)\})?\s*$")
_FENCE = re.compile(r"(`{3,}|~{3,})(.*)$")
_NOTE = re.compile(r'(!!!|\?\?\?\+?)\s+(\w+)(?:\s+"(.*)")?\s*$')
_ITEM = re.compile(r"([-*+]|\d+\.)\s+(.*)$")
_FIGURE = re.compile(r"!\[(.*)\]\(([^)\s]+)\)$")
_TOLERANCE = re.compile(r"<!--\s*book:tolerance\s+(\d+(?:\.\d+)?)%\s*-->$")
_MADE = re.compile(r"<!--\s*book:(map|chapters|example|corrections)(.*?)-->$")
_UNDERLINE = re.compile(r"=+|-+")


def blocks_of(path: Path, lines: Sequence[str], start: int) -> Iterator[Block]:
    """Yield the blocks of the lines from the index `start` on.

    Raises: BookError for what is no block, or would not look like it.
    """
    return _attach(path, _parse(path, lines, start, len(lines), 0))


def _parse(
    path: Path, lines: Sequence[str], start: int, stop: int, indent: int
) -> Iterator[Block]:
    """Yield the blocks of lines[start:stop], `indent` steps deep."""
    pad = 4 * indent
    i = start
    while i < stop:
        raw = lines[i]
        if not raw.strip():
            i += 1
            continue
        if "\t" in raw:
            raise BookError(path, i + 1, "a tab: indent by four spaces")
        depth = len(raw) - len(raw.lstrip())
        if depth != pad:
            raise BookError(
                path,
                i + 1,
                f"indented by {depth} spaces where {pad} are expected: "
                "content of a note or list item is indented by four",
            )
        text = raw.strip()
        end = _end_of(path, lines, i, stop, text)
        body = "\n".join(line[pad:] for line in lines[i:end])
        block = partial(Block, line=i + 1, end=end, indent=indent)
        begin, i = i, end
        if match := _HEADING.match(text):
            info = f"{len(match[1])}#{match[3] or ''}"
            yield block("heading", match[2], info=info)
        elif match := _FENCE.match(text):
            inner = body.split("\n")[1:-1]
            code = "".join(line + "\n" for line in inner)
            yield block("fence", code, info=match[2].strip())
        elif text.startswith("$$"):
            yield block("equation", body.strip().strip("$").strip())
        elif text.startswith("<!--"):
            yield block("comment", text)
        elif text.startswith("<"):
            raise BookError(
                path, end, "raw HTML: say it in Markdown, so that the page "
                "is the same in notebook, PDF and site"
            )  # fmt: skip
        elif match := _FIGURE.match(text):
            yield block("figure", match[1], info=match[2])
        elif match := _NOTE.match(text):
            yield block("note", match[3] or "", info=match[2])
            i = _nested(lines, i, stop, pad)
            yield from _parse(path, lines, end, i, indent + 1)
        elif match := _ITEM.match(text):
            kind = "-" if match[1] in "-*+" else "1."
            _, *more = body.split("\n")
            words = "\n".join([match[2], *(line.lstrip() for line in more)])
            yield block("item", words, info=kind)
            i = _nested(lines, i, stop, pad)
            yield from _parse(path, lines, end, i, indent + 1)
        elif text.startswith("|"):
            rows = body.split("\n")
            columns = len(re.findall(r"(?<!\\)\|", rows[0])) - 1
            size = f"{len(rows)} x {columns}"
            yield block("table", body, info=size)
        elif text.startswith(("#", "!!!", "???")):
            raise BookError(
                path, end, f"no title and no note, though it begins with "
                f"{text[:3]!r}: `## Title {{#id}}`, `!!! note \"Title\"`"
            )  # fmt: skip
        else:
            for number, line in enumerate(lines[begin + 1 : end], begin + 2):
                if _UNDERLINE.fullmatch(line.strip()):
                    raise BookError(
                        path, number, "an underlined title: write `## Title`"
                    )
            yield block("paragraph", body)


def _end_of(
    path: Path, lines: Sequence[str], i: int, stop: int, text: str
) -> int:
    """The index behind the last line of the block that starts at i."""
    if match := _FENCE.match(text):
        for j in range(i + 1, stop):
            if lines[j].strip().startswith(match[1]):
                return j + 1
        raise BookError(path, i + 1, f"the fence has no end: add {match[1]}")
    if text.startswith("$$"):
        if len(text) > 2 and text.endswith("$$"):
            return i + 1
        for j in range(i + 1, stop):
            if lines[j].strip() == "$$":
                return j + 1
        raise BookError(path, i + 1, "the formula has no end: add `$$`")
    if _HEADING.match(text) or _NOTE.match(text) or text.startswith("<!--"):
        return i + 1
    j = i + 1
    while j < stop and lines[j].strip():
        following = lines[j].strip()
        if _ITEM.match(following) and _ITEM.match(text):
            break
        if _ITEM.match(following) and not text.startswith("|"):
            raise BookError(
                path, j + 1, "a blank line is missing before this list, or "
                "the line of a paragraph begins like one: break it elsewhere"
            )  # fmt: skip
        if _FENCE.match(following) or following.startswith(("$$", "<!--")):
            raise BookError(
                path, j + 1, "a blank line is missing before this line"
            )
        j += 1
    return j


def _nested(lines: Sequence[str], i: int, stop: int, pad: int) -> int:
    """The index behind what is indented deeper than `pad`, from i on."""
    end = i
    for j in range(i, stop):
        line = lines[j]
        if line.strip() and not line.startswith(" " * (pad + 4)):
            break
        if line.strip():
            end = j + 1
    return end


def _attach(path: Path, blocks: Iterator[Block]) -> Iterator[Block]:
    """Join tolerance and marker comments with what they belong to."""
    tolerance: float | None = None
    marker: Block | None = None
    given: Block | None = None
    for block in blocks:
        if block.kind == "comment":
            if match := _TOLERANCE.match(block.text):
                tolerance = float(match[1]) / 100
            elif block.text == MARKER:
                marker = block
            elif block.text == GIVEN:
                given = block
            elif match := _MADE.match(block.text):
                if marker or given or tolerance is not None:
                    raise BookError(
                        path, block.line, "nothing that is made at build "
                        "time follows a marker"
                    )  # fmt: skip
                info = " ".join([match[1], *match[2].split()])
                yield replace(block, kind="made", text="", info=info)
            else:
                raise BookError(
                    path,
                    block.line,
                    f"unknown comment {block.text}: known are {MARKER}, "
                    f"{GIVEN}, <!--book:tolerance 5%--> and what the build "
                    "makes: <!--book:map-->, <!--book:chapters-->, "
                    "<!--book:example ...-->, <!--book:corrections-->",
                )
            continue
        if given is not None:
            if marker or block.kind != "fence" or block.info != "text":
                raise BookError(
                    path, given.line, f"a `text` fence must follow {GIVEN}, "
                    "and nothing else marks it"
                )  # fmt: skip
            yield replace(block, line=given.line, given=True)
            given = None
            continue
        if marker is not None:
            if block.kind != "fence" or block.info != "text":
                raise BookError(
                    path, marker.line, "a `text` fence must follow the marker"
                )
            yield Block(
                "output", block.text, marker.line, block.end,
                block.indent, tolerance=tolerance,
            )  # fmt: skip
        elif tolerance is not None and block.kind != "figure":
            raise BookError(
                path,
                block.line,
                "a tolerance stands before an expected output or a figure",
            )
        elif block.kind == "figure":
            yield Block(
                "figure", block.text, block.line, block.end,
                block.indent, block.info, tolerance,
            )  # fmt: skip
        else:
            yield block
        marker = tolerance = None
    if last := marker or given:
        raise BookError(path, last.line, "nothing follows the marker")
