"""Build the sites of both languages into `site/`.

A build that fails or is stopped leaves the site that was there before.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import TypeAlias

from book.build import builder
from book.check import formulas
from book.errors import BookError, OrderError
from book.finish import code_lines, finish, math_font, root_pages
from book.layout import LANGUAGES, ROOT
from book.page.blocks import find, read, unchanged
from book.stage import stage

_Result: TypeAlias = "set[str] | str"
"""What the formulas of a site show, or in one text what is wrong."""


class SiteError(OrderError):
    """Why a site could not be built."""


def build(root: Path = ROOT, *, strict: bool = True) -> None:
    """Build both sites; with `strict`, a warning is an error.

    `D2LCODE_SITE` may hold the address at which `site/` will stand: for
    the 404 pages, and for what search engines and shared links show.
    Raises: SiteError for all that is wrong with either site, OSError
        for a folder that may not be written.
    """
    (root / "build").mkdir(exist_ok=True)
    # Each build has a folder of its own: two may run at once.
    with TemporaryDirectory(prefix="site-", dir=root / "build") as name:
        folder = Path(name)
        made = folder / "site"
        results = _in_processes(partial(_language, root, folder, strict))
        if wrong := [r for r in results if isinstance(r, str)]:
            raise SiteError("\n".join(wrong))
        used = {character for result in results for character in result}
        math_font.write(made, used)
        root_pages.write(made, os.environ.get("D2LCODE_SITE", ""))
        _replace(root / "site", made, folder / "before")


def _in_processes(work: Callable[[str], _Result]) -> list[_Result]:
    """Do the work of each language in a process of its own.

    All of them end when this one is stopped: they do not hear of it.
    """
    with ProcessPoolExecutor(
        len(LANGUAGES), mp_context=multiprocessing.get_context("spawn")
    ) as pool:
        with _deaf():  # which the processes inherit
            jobs = [pool.submit(work, language) for language in LANGUAGES]
        try:
            return [job.result() for job in jobs]
        except KeyboardInterrupt:
            for child in multiprocessing.active_children():
                child.terminate()
            raise


@contextmanager
def _deaf() -> Iterator[None]:
    """Do not hear of Ctrl-C, in the thread that would."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _language(
    root: Path, folder: Path, strict: bool, language: str
) -> _Result:
    """Stage, build and finish a site, in a process of its own."""
    made = folder / "site" / language
    # The other language prepares the rest.
    code_lines.prepare(root, LANGUAGES.index(language), len(LANGUAGES))
    try:
        with unchanged():
            _refuse_broken_formulas(root, language)
            stage(root, language, folder / language)
        builder.build(root, language, folder / language, made, strict=strict)
        return finish(root, language, made)
    except BookError as error:
        said = str(error).strip()
        return f"the site in docs/{language} was not built:\n{said}"


def _refuse_broken_formulas(root: Path, language: str) -> None:
    """The builder would name the page of a formula, but not the line."""
    found = [
        str(problem)
        for path in find(root / "docs", language)
        for problem in formulas.problems(read(path))
    ]
    if found:
        raise SiteError("\n".join(found))


def _replace(site: Path, made: Path, before: Path) -> None:
    """Put the site that was made in the place of the one before."""
    if site.exists():
        site.rename(before)
    try:
        made.rename(site)
    except OSError:
        if site.exists():  # another build was quicker
            rmtree(site)
            made.rename(site)
        else:
            before.rename(site)
            raise
