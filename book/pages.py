"""One parser of a page: into blocks that know their place.

Everything that reads a page (runner, checks, translation, notebooks)
reads it through `read`, so that all agree on what a page is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, partial
from io import StringIO
from pathlib import Path

import yaml
from markdown import Markdown
from pymdownx.snippets import SnippetMissingError
from pytest_codeblocks import extract_from_buffer

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("en", "zh")
MARKER = "<!--pytest-codeblocks:expected-output-->"

_HEADING = re.compile(r"(#{1,6})\s+(.*?)(?:\s+\{#([\w-]+)\})?\s*$")
_FENCE = re.compile(r"(`{3,}|~{3,})(.*)$")
_NOTE = re.compile(r'(!!!|\?\?\?\+?)\s+(\w+)(?:\s+"(.*)")?\s*$')
_ITEM = re.compile(r"([-*+]|\d+\.)\s+(.*)$")
_FIGURE = re.compile(r"!\[(.*)\]\(([^)\s]+)\)$")
_SNIPPET = re.compile(r'--8<--\s+"([^":]+)(?::([^":]+))?"\s*$')
_TOLERANCE = re.compile(r"<!--\s*book:tolerance\s+(\S+?)%\s*-->$")
_LABEL = re.compile(r"\\label\{([^}]*)\}")
_INLINE_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
_INLINE_MATH = re.compile(r"(?<![\\$])\$(?![\s$])([^$]+?)(?<![\s\\])\$(?!\d)")
_MARK = re.compile(r"#\s*--8<--\s+\[(start|end):([^\]]+)\]\s*$")


class PageError(ValueError):
    """What is wrong with a page: where, what, and what to do."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        self.path, self.line, self.message = path, line, message
        super().__init__(f"{_short(path)}:{line}: {message}")


def _short(path: Path) -> Path:
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


@dataclass(frozen=True)
class Block:
    """A piece of a page.

    `kind` is one of heading, paragraph, item, note, fence, output,
    equation, figure, table. `text` is its content without markup:
    a title, prose, code, TeX or a caption. `info` tells it from others
    of its kind: level and id of a heading ("2#math"), the info string
    of a fence, the marker of an item, the type of a note, the file of
    a figure, the size of a table. Lines count from 1; `end` is the
    last line; `indent` is the depth in steps of four spaces.
    """

    kind: str
    text: str
    line: int
    end: int
    indent: int = 0
    info: str = ""
    tolerance: float | None = None

    @property
    def shape(self) -> tuple[str, str, int]:
        """What the partner in the other language must have, too."""
        return self.kind, self.info, self.indent

    @property
    def labels(self) -> list[str]:
        return _LABEL.findall(self.text) if self.kind == "equation" else []

    @property
    def formulas(self) -> list[str]:
        """The inline formulas of a block of prose."""
        if self.kind in {"fence", "output", "equation"}:
            return []
        prose = _INLINE_CODE.sub("", self.text)
        return [f.strip() for f in _INLINE_MATH.findall(prose)]


@dataclass(frozen=True)
class Code:
    """A Python fence: what it runs and what the page shows of it.

    `source` and `source_line` tell where the first line of the code
    stands: in the page itself, or in the module that a listing embeds.
    """

    fence: Block
    code: str
    source: Path
    source_line: int
    outputs: tuple[Block, ...]
    figures: tuple[Block, ...]


@dataclass(frozen=True)
class Page:
    """A page: its place, front matter and blocks in order."""

    path: Path
    docs: Path
    meta: dict[str, object]
    blocks: tuple[Block, ...]
    lines: tuple[str, ...] = field(repr=False)

    @property
    def language(self) -> str:
        return self.path.relative_to(self.docs).parts[0]

    @property
    def name(self) -> str:
        """The path without language and ending: `recurrent/gru`."""
        inside = self.path.relative_to(self.docs / self.language)
        return inside.with_suffix("").as_posix()

    @property
    def root(self) -> Path:
        """The folder that snippets are relative to."""
        return self.docs.parent

    @property
    def partner(self) -> Path:
        """The path of the same page in the other language."""
        other = "zh" if self.language == "en" else "en"
        return self.docs / other / f"{self.name}.md"

    @cached_property
    def codes(self) -> tuple[Code, ...]:
        """The page's Python fences, listings expanded.

        Raises: PageError for a fence that would not be run as it looks
            (another info string, a broken snippet, a stray output).
        """
        return tuple(_codes(self))

    def error(self, line: int, message: str) -> PageError:
        return PageError(self.path, line, message)

    def expanded(self) -> str:
        """The page's text with every snippet replaced by its source.

        Blank lines are indented as their fence is: pytest-codeblocks
        would lose them otherwise.
        """
        lines = list(self.lines)
        for block in reversed(self.blocks):
            if block.kind == "fence":
                code = block.text
                if _is_listing(block):
                    code, _, _ = _expand(self, block)
                pad = "    " * block.indent
                body = [pad + line for line in code.split("\n")]
                lines[block.line : block.end - 1] = body[:-1]
        return "\n".join(lines) + "\n"


def read(path: Path) -> Page:
    """Parse the page at `path`, which lies in `docs/LANGUAGE/`.

    Raises: PageError if the text does not form a page.
    """
    path = path.resolve()
    return parse(path, path.read_text(encoding="utf-8").splitlines())


def parse(path: Path, lines: list[str]) -> Page:
    """Parse the lines of the page at `path`.

    Raises: PageError if they do not form a page.
    """
    docs = next((p for p in path.parents if p.name == "docs"), None)
    if docs is None or path.relative_to(docs).parts[0] not in LANGUAGES:
        raise PageError(path, 1, "a page lies in docs/en or docs/zh: move it")
    meta, start = _front_matter(path, lines)
    blocks = tuple(_attach(path, _parse(path, lines, start, len(lines), 0)))
    return Page(path, docs, meta, blocks, tuple(lines))


def find(docs: Path, language: str = "en") -> list[Path]:
    """All pages of a language, in alphabetical order."""
    return sorted((docs / language).rglob("*.md"))


def sections(path: Path) -> dict[str, tuple[int, int]]:
    """The snippet sections of a source file: name -> its lines.

    The two numbers are the lines of the markers, so the content stands
    between them.
    Raises: PageError for a section that is unpaired or doubled. (The
        snippets extension takes both in silence: the first of a name,
        and all to the end of the file.)
    """
    found: dict[str, tuple[int, int]] = {}
    is_open: dict[str, int] = {}
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        match = _MARK.search(line)
        if match is None:
            continue
        side, name = match[1], match[2].strip()
        if side == "start":
            if name in is_open or name in found:
                raise PageError(
                    path, number, f"section {name!r} starts twice: rename one"
                )
            is_open[name] = number
        elif name not in is_open:
            raise PageError(
                path,
                number,
                f"section {name!r} ends here but has no start before: "
                f"add `# --8<-- [start:{name}]`",
            )
        else:
            found[name] = (is_open.pop(name), number)
    for name, number in is_open.items():
        raise PageError(
            path,
            number,
            f"section {name!r} has no end: add `# --8<-- [end:{name}]`",
        )
    return found


def _front_matter(
    path: Path, lines: list[str]
) -> tuple[dict[str, object], int]:
    if not lines or lines[0] != "---":
        return {}, 0
    if "---" not in lines[1:]:
        raise PageError(path, 1, "the front matter has no end: add `---`")
    end = lines.index("---", 1)
    try:
        meta = yaml.safe_load("\n".join(lines[1:end])) or {}
    except yaml.YAMLError as error:
        raise PageError(
            path, 2, f"the front matter is not YAML: {error}"
        ) from error
    return meta, end + 1


def _parse(
    path: Path, lines: list[str], start: int, stop: int, indent: int
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
            raise PageError(path, i + 1, "a tab: indent by four spaces")
        depth = len(raw) - len(raw.lstrip())
        if depth != pad:
            raise PageError(
                path,
                i + 1,
                f"indented by {depth} spaces where {pad} are expected: "
                "content of a note or list item is indented by four",
            )
        text = raw.strip()
        end = _end_of(path, lines, i, stop, text)
        body = "\n".join(line[pad:] for line in lines[i:end])
        block = partial(Block, line=i + 1, end=end, indent=indent)
        i = end
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
            raise PageError(
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
            yield block("item", _ITEM.sub(r"\2", body, 1), info=kind)
            i = _nested(lines, i, stop, pad)
            yield from _parse(path, lines, end, i, indent + 1)
        elif text.startswith("|"):
            rows = body.split("\n")
            columns = len(re.findall(r"(?<!\\)\|", rows[0])) - 1
            size = f"{len(rows)} x {columns}"
            yield block("table", body, info=size)
        else:
            yield block("paragraph", body)


def _end_of(path: Path, lines: list[str], i: int, stop: int, text: str) -> int:
    """The index behind the last line of the block that starts at i."""
    if match := _FENCE.match(text):
        for j in range(i + 1, stop):
            if lines[j].strip().startswith(match[1]):
                return j + 1
        raise PageError(path, i + 1, f"the fence has no end: add {match[1]}")
    if text.startswith("$$"):
        if len(text) > 2 and text.endswith("$$"):
            return i + 1
        for j in range(i + 1, stop):
            if lines[j].strip() == "$$":
                return j + 1
        raise PageError(path, i + 1, "the formula has no end: add `$$`")
    if _HEADING.match(text) or _NOTE.match(text) or text.startswith("<!--"):
        return i + 1
    j = i + 1
    while j < stop and lines[j].strip():
        following = lines[j].strip()
        if _ITEM.match(following) and _ITEM.match(text):
            break
        if _FENCE.match(following) or following.startswith(("$$", "<!--")):
            raise PageError(
                path, j + 1, "a blank line is missing before this line"
            )
        j += 1
    return j


def _nested(lines: list[str], i: int, stop: int, pad: int) -> int:
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
    for block in blocks:
        if block.kind == "comment":
            if match := _TOLERANCE.match(block.text):
                tolerance = float(match[1]) / 100
            elif block.text == MARKER:
                marker = block
            else:
                raise PageError(
                    path,
                    block.line,
                    f"unknown comment {block.text}: known are {MARKER} "
                    "and <!--book:tolerance 5%-->",
                )
            continue
        if marker is not None:
            if block.kind != "fence" or block.info != "text":
                raise PageError(
                    path, marker.line, "a `text` fence must follow the marker"
                )
            yield Block(
                "output", block.text, marker.line, block.end,
                block.indent, tolerance=tolerance,
            )  # fmt: skip
        elif tolerance is not None and block.kind != "figure":
            raise PageError(
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
    if marker is not None:
        raise PageError(path, marker.line, "nothing follows the marker")


def _is_listing(block: Block) -> bool:
    return "--8<--" in block.text


def _expand(page: Page, block: Block) -> tuple[str, Path, int]:
    """The code of a listing, its file, and the line where it starts."""
    match = _SNIPPET.match(block.text.strip())
    if match is None:
        raise page.error(
            block.line,
            "a listing is one line in its fence: "
            '--8<-- "d2lcode/PART/CHAPTER.py:NAME"',
        )
    source, start = page.root / match[1], 1
    if not source.is_file():
        raise page.error(
            block.line, f"there is no file {match[1]}: mend the path"
        )
    if match[2] is not None:
        known = sections(source)
        if match[2] not in known:
            raise page.error(
                block.line,
                f"{match[1]} has no section {match[2]!r}; it has "
                f"{', '.join(sorted(known)) or 'none'}",
            )
        start = known[match[2]][0] + 1
    markdown = Markdown(
        extensions=["pymdownx.snippets"],
        extension_configs={
            "pymdownx.snippets": {
                "base_path": [str(page.root)],
                "check_paths": True,
                "dedent_subsections": True,
            }
        },
    )
    snippets = markdown.preprocessors["snippet"]
    try:
        lines = snippets.run(block.text.splitlines())
    except SnippetMissingError as error:
        raise page.error(block.line, str(error)) from error
    return "\n".join(lines).strip("\n") + "\n", source, start


def _codes(page: Page) -> Iterator[Code]:
    fences: list[tuple[Block, list[Block]]] = []
    for block in page.blocks:
        if block.kind == "fence" and _looks_like_python(block):
            if block.info != "python":
                raise page.error(
                    block.line,
                    f"the info string {block.info!r} would not be run: "
                    "write exactly ```python",
                )
            fences.append((block, []))
        elif block.kind == "fence" and not block.info:
            raise page.error(block.line, "a fence needs a language: ```text")
        elif block.kind in {"output", "figure"}:
            if not fences:
                raise page.error(
                    block.line,
                    f"{block.kind} without a Python block before it: "
                    "move it behind the block that makes it",
                )
            fences[-1][1].append(block)
    for _, shown in fences:
        printed = [b for b in shown if b.kind == "output"]
        if len(printed) > 1:
            raise page.error(
                printed[1].line, "a second output of one block: join them"
            )
    parsed = [
        block
        for block in extract_from_buffer(StringIO(page.expanded()))
        if block.syntax == "python"
    ]
    if len(parsed) != len(fences):
        raise page.error(
            1,
            f"pytest-codeblocks sees {len(parsed)} Python blocks, "
            f"this page has {len(fences)}: look for a stray fence",
        )
    for (fence, shown), block in zip(fences, parsed, strict=True):
        outputs = tuple(b for b in shown if b.kind == "output")
        figures = tuple(b for b in shown if b.kind == "figure")
        source, line = page.path, fence.line + 1
        if _is_listing(fence):
            _, source, line = _expand(page, fence)
        yield Code(fence, block.code, source, line, outputs, figures)


def _looks_like_python(block: Block) -> bool:
    words = re.findall(r"\w+", block.info.lower())
    return any(w in {"python", "py", "python3", "ipython"} for w in words)
