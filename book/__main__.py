"""`python -m book`: check, update, sync, new, site, notebooks, labs, pdf."""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from book import chapters, pages
from book.pages import ROOT, Page, PageError


def check(arguments: argparse.Namespace) -> int:
    """Check pages: form, languages, blocks, and the chapters' tests."""
    from book import check as refusals

    files: list[Path] = []
    for page in _english(arguments.pages):
        files.append(page.path)
        test = chapters.test(ROOT, page.name)
        if chapters.is_chapter(page.name) and test.is_file():
            files.append(test)
    found = refusals.problems(ROOT)
    if arguments.pages:
        found = [p for p in found if refusals.concerns(p, files)]
    for problem in found:
        print(problem, file=sys.stderr)
    return _pytest(files) or int(bool(found))


def update(arguments: argparse.Namespace) -> int:
    """Run pages; write outputs and figures in both languages."""
    files = [page.path for page in _english(arguments.pages)]
    return _pytest([*files, "--update"])


def sync(arguments: argparse.Namespace) -> int:
    """Fill Chinese code and math from English; --accept records a pair."""
    from book import translation

    for english in _english(arguments.pages):
        changed = translation.sync(english)
        done = "code and math " + ("filled" if changed else "agree")
        if arguments.accept:
            translation.accept(english, pages.read(english.partner))
            done += ", pair accepted"
        print(f"{english.name}: {done}")
    return 0


def new(arguments: argparse.Namespace) -> int:
    """Make the four files and both navigation entries of a chapter."""
    from book.new import create

    last = arguments.chapter.rpartition("/")[2].replace("_", " ")
    titles = {
        "en": arguments.title or last.capitalize(),
        "zh": arguments.title_zh or arguments.title or last.capitalize(),
    }
    parts = {
        language: title
        for language, title in (
            ("en", arguments.part),
            ("zh", arguments.part_zh),
        )
        if title
    }
    for path in create(ROOT, arguments.chapter, titles, parts):
        print(path.relative_to(ROOT))
    return 0


def site(arguments: argparse.Namespace) -> int:
    """Build both sites, strictly, into site/."""
    from book.site import build

    build(ROOT)
    return 0


def notebooks(arguments: argparse.Namespace) -> int:
    """Write every chapter as a notebook: FOLDER/LANGUAGE/PART/...."""
    from book.notebooks import write

    for language in pages.LANGUAGES:
        folder = arguments.folder / language
        for path in write(ROOT / "docs", language, folder):
            print(path)
    return 0


def labs(arguments: argparse.Namespace) -> int:
    """Run labs, minutes each; write outputs in both languages."""
    from book import lab_runs
    from book.labs import find, partner

    for path in arguments.notebooks or find(ROOT / "docs"):
        path = path.resolve()
        english = path if path.parents[1].name == "en" else partner(path)
        lab_runs.run(english)
        print(f"labs/{english.stem}: run, written in both languages")
    return 0


def pdf(arguments: argparse.Namespace) -> int:
    """Print each built site as a book: site/LANGUAGE/book.pdf."""
    from book.pdf import write

    for path in write(ROOT, arguments.folder):
        print(path)
    return 0


def _english(paths: Sequence[Path]) -> list[Page]:
    """The English pages of paths in either language; all for none."""
    found = []
    for path in paths or pages.find(ROOT / "docs"):
        page = pages.read(path)
        if page.language != "en":
            page = pages.read(page.partner)
        found.append(page)
    return found


def _pytest(arguments: Sequence[Path | str]) -> int:
    command = [sys.executable, "-m", "pytest", "-q", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m book")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    made = {}
    for function in (
        check, update, sync, new, site, notebooks, labs, pdf,
    ):  # fmt: skip
        text = function.__doc__
        made[function] = commands.add_parser(
            function.__name__, help=text, description=text
        )
        made[function].set_defaults(function=function)
    for function in (check, update, sync):
        made[function].add_argument(
            "pages", nargs="*", type=Path, help="default: every page"
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
    made[new].add_argument("--title", help="default: made from the name")
    made[new].add_argument("--title-zh", help="default: the English title")
    made[new].add_argument("--part", help="title of a new part")
    made[new].add_argument("--part-zh", help="its Chinese title")
    made[notebooks].add_argument("folder", type=Path)
    made[pdf].add_argument(
        "folder", nargs="?", type=Path, help="default: site/"
    )
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.function(options))
    except (PageError, ValueError, FileNotFoundError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
