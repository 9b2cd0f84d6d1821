"""`python -m book`: the commands of those who write the book."""

import argparse
import dataclasses
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path

from book import layout
from book.errors import BookError, OrderError
from book.layout import ROOT
from book.page import blocks
from book.page.blocks import Page


def check(arguments: argparse.Namespace) -> int:
    """Check pages: form, languages, blocks, and the chapters' tests."""
    from book.check.problems import problems

    names = _names(arguments.pages)
    found = problems(ROOT, names if arguments.pages else None)
    for problem in found:
        print(problem, file=sys.stderr)
    files = list(_readable(names))
    return (_pytest(files) if files else 0) or int(bool(found))


def update(arguments: argparse.Namespace) -> int:
    """Run pages; write outputs, figures, drawings in both languages."""
    from book.edit.update import update

    failed = 0
    for page in _english(arguments.pages):
        try:
            changed = update(page)
        except BookError as error:
            print(f"error: {error}", file=sys.stderr)
            failed = 1
        else:
            done = [path.relative_to(ROOT).as_posix() for path in changed]
            print(f"{page.name}:", ", ".join(done) or "nothing changed")
    return failed


def draw(arguments: argparse.Namespace) -> int:
    """Draw the drawings of pages, without running their blocks."""
    from book.edit.draw import draw

    failed = 0
    for page in _english(arguments.pages):
        try:
            changed, unreadable = draw(page)
        except BookError as error:
            print(f"error: {error}", file=sys.stderr)
            failed = 1
            continue
        done = [path.relative_to(ROOT).as_posix() for path in changed]
        print(f"{page.name}:", ", ".join(done) or "nothing changed")
        for reason in unreadable:
            print(f"error: {reason}", file=sys.stderr)
            failed = 1
    return failed


def count(arguments: argparse.Namespace) -> int:
    """Print how much chapters ask of their readers."""
    from book.page.counts import Counts, counts

    rows = [["", *Counts.__annotations__]]
    for page in _english(arguments.pages):
        if layout.is_chapter(page.name):
            numbers = dataclasses.astuple(counts(page))
            rows.append([page.name, *map(str, numbers)])
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    for name, *cells in rows:
        pairs = zip(cells, widths[1:], strict=True)
        print(name.ljust(widths[0]), *(cell.rjust(n) for cell, n in pairs))
    return 0


def portable(arguments: argparse.Namespace) -> int:
    """Run pages under rounding noise, on older kernels, on a GPU."""
    from book.run import sample
    from book.run.portable import run

    pages = [page.path for page in _english(arguments.pages)]
    if arguments.sample:
        pages = sample.of(ROOT)(pages, arguments.sample)
        print("pages:", *(page.relative_to(ROOT) for page in pages))
    return int(bool(run(ROOT, pages, arguments.only or ())))


def bench(arguments: argparse.Namespace) -> int:
    """Time chapters' code beside the library's, with one thread."""
    import torch

    from book.run import bench
    from d2lcode.training import get_device

    torch.set_num_threads(1)
    if arguments.pages:
        paths = [layout.bench(ROOT, name) for name in _names(arguments.pages)]
    else:
        paths = bench.find(ROOT)
    for row in bench.run(ROOT, paths, get_device()):
        print(row, flush=True)
    return 0


def sync(arguments: argparse.Namespace) -> int:
    """Fill Chinese code and math from English; --accept records a pair."""
    from book.edit import sync

    if arguments.accept and not arguments.pages:
        raise OrderError("name the pages that you have read side by side")
    for english in _english(arguments.pages):
        changed = sync.sync(english)
        done = "code and math " + ("filled" if changed else "agree")
        if arguments.accept:
            chinese = blocks.read(english.partner)
            accepted = sync.accept(english, chinese)
            for change in accepted:
                print(sync.shown(ROOT, english, chinese, change))
            done += f", {len(accepted)} pair(s) accepted"
        print(f"{english.name}: {done}")
    return 0


def new(arguments: argparse.Namespace) -> int:
    """Make the five files and both navigation entries of a chapter."""
    from book.edit.new import create, typed

    last = arguments.chapter.rpartition("/")[2].replace("_", " ")
    given = {
        key: typed(value) for key, value in vars(arguments).items()
        if isinstance(value, str)
    }  # fmt: skip
    english = given.get("title", last.capitalize())
    titles = {"en": english, "zh": given.get("title_zh", english)}
    parts = {
        language: title
        for language, title in (
            ("en", given.get("part")),
            ("zh", given.get("part_zh")),
        )
        if title
    }
    for path in create(ROOT, arguments.chapter, titles, parts):
        print(path.relative_to(ROOT))
    return 0


def move(arguments: argparse.Namespace) -> int:
    """Give a chapter another name or part, wherever it is named."""
    from book.edit.move import move

    for path in move(ROOT, arguments.chapter, arguments.to):
        print(path.relative_to(ROOT))
    return 0


def remove(arguments: argparse.Namespace) -> int:
    """Remove a chapter that no other file names, with all its own."""
    from book.edit.remove import remove

    for path in remove(ROOT, arguments.chapter):
        print(path.relative_to(ROOT))
    return 0


def site(arguments: argparse.Namespace) -> int:
    """Build both sites, strictly, into site/."""
    from book.build.site import build

    build(ROOT)
    return 0


def preview(arguments: argparse.Namespace) -> int:
    """Serve both sites while one writes: what is saved is seen at once."""
    from book.preview.server import serve

    serve(ROOT, arguments.port)
    return 0


def notebooks(arguments: argparse.Namespace) -> int:
    """Write every chapter as a notebook: FOLDER/LANGUAGE/PART/...."""
    from book.stage.downloads import write

    for language in layout.LANGUAGES:
        folder = arguments.folder / language
        for path in write(ROOT / "docs", language, folder):
            print(path)
    return 0


def labs(arguments: argparse.Namespace) -> int:
    """Run labs, minutes each; write outputs in both languages."""
    from book.page.lab import find, partner
    from book.run import labs

    for path in arguments.notebooks or find(ROOT / "docs"):
        path = path.resolve()
        english = path if path.parents[1].name == "en" else partner(path)
        labs.run(english)
        print(f"labs/{english.stem}: run, written in both languages")
    return 0


def pdf(arguments: argparse.Namespace) -> int:
    """Print each built site as a book: site/LANGUAGE/book.pdf."""
    from book.pack.document import write

    for path in write(ROOT, arguments.folder):
        print(path)
    return 0


def _names(paths: Sequence[Path]) -> list[str]:
    """The names of the pages of paths; all for none."""
    return layout.names(ROOT, paths or [ROOT / "docs"])


def _english(paths: Sequence[Path]) -> list[Page]:
    """The English pages of paths in either language; all for none."""
    found = [layout.page(ROOT, "en", name) for name in _names(paths)]
    return [blocks.read(path) for path in found if path.suffix == ".md"]


def _readable(names: Sequence[str]) -> Iterator[Path]:
    """What pytest runs of pages; a page that cannot be read is left out."""
    for name in names:
        page, test = layout.page(ROOT, "en", name), layout.test(ROOT, name)
        with suppress(BookError, FileNotFoundError):
            if page.suffix == ".md":
                blocks.read(page).codes  # noqa: B018 - raises
                yield page
            if test.is_file():
                yield test


def _pytest(arguments: Sequence[Path | str]) -> int:
    command = [sys.executable, "-m", "pytest", "-q", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m book")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    made = {}
    for function in (
        check, update, draw, count, portable, bench, sync, new, move, remove,
        site, preview, notebooks, labs, pdf,
    ):  # fmt: skip
        text = function.__doc__
        made[function] = commands.add_parser(
            function.__name__, help=text, description=text
        )
        made[function].set_defaults(function=function)
    for function in (check, update, draw, count, portable, bench, sync):
        made[function].add_argument(
            "pages", nargs="*", type=Path, help="default: every page"
        )
    made[portable].add_argument(
        "--only",
        action="append",
        metavar="MACHINE",
        help="one of them, as it prints their names: 'noise 1'",
    )
    made[portable].add_argument(
        "--sample",
        type=int,
        metavar="N",
        help="so many of the pages: what has changed, then by the commit",
    )
    made[sync].add_argument(
        "--accept",
        action="store_true",
        help="record that you read both pages and they say the same",
    )
    made[labs].add_argument(
        "notebooks", nargs="*", type=Path, help="default: every lab"
    )
    made[new].add_argument("chapter", metavar="PART/CHAPTER")
    made[move].add_argument("chapter", metavar="PART/CHAPTER")
    made[remove].add_argument("chapter", metavar="PART/CHAPTER")
    made[move].add_argument("to", metavar="PART/NAME")
    made[new].add_argument("--title", help="default: made from the name")
    made[new].add_argument("--title-zh", help="default: the English title")
    made[new].add_argument("--part", help="title of a new part")
    made[new].add_argument("--part-zh", help="its Chinese title")
    made[preview].add_argument("--port", type=int, default=8000)
    made[notebooks].add_argument("folder", type=Path)
    made[pdf].add_argument(
        "folder", nargs="?", type=Path, help="default: site/"
    )
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return its exit status.

    What is wrong with the book, or refused by the system, is a line; a
    fault of this code shows where it was.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal without Chinese
            stream.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(arguments)
    try:
        return int(options.function(options))
    except BookError as error:
        print(f"error: {error}", file=sys.stderr)
    except OSError as error:
        if error.filename is None:
            raise
        print(f"error: {error.filename}: {error.strerror}", file=sys.stderr)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main())
