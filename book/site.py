"""Build the sites of both languages into `site/`.

A build that fails leaves the site that was there before it.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from book import (
    access,
    card,
    font,
    foreign,
    front,
    lab_pages,
    mathml,
    proof,
    search,
    sources,
    terms,
    theme,
)
from book.chapters import CONFIGS
from book.pages import LANGUAGES, ROOT, find, read
from book.squeeze import squeeze
from book.staging import stage


class SiteError(ValueError):
    """Why a site could not be built."""


def build(root: Path = ROOT, *, strict: bool = True) -> None:
    """Build both sites; with `strict`, a warning is an error.

    `D2LCODE_SITE` may hold the address at which `site/` will stand: for
    the 404 pages, and for what search engines and shared links show.
    Raises: PageError for a page that cannot be read, SiteError for a
        formula that cannot be built and for what MkDocs refuses.
    """
    _refuse_broken_formulas(root)
    staging = root / "build" / "site"
    shutil.rmtree(staging, ignore_errors=True)
    made = staging / "site"
    running = {}
    for language in LANGUAGES:
        folder = staging / language
        stage(root, language, folder / "docs")
        _configure(root, language, folder, made / language)
        running[language] = _start(root, folder, strict)
    outputs = {lang: job.communicate()[0] for lang, job in running.items()}
    failed = [lang for lang, job in running.items() if job.returncode]
    if failed:
        raise SiteError(
            "\n".join(
                f"the site in docs/{language} was not built:\n"
                f"{outputs[language].strip()}"
                for language in failed
            )
        )
    _finish(root, made)
    lab_pages.lower(made)
    theme.mend(made)
    font.write(made)
    address = os.environ.get("D2LCODE_SITE", "")
    if address:
        card.write(made)
    front.write(made, address)
    shutil.rmtree(root / "site", ignore_errors=True)
    made.rename(root / "site")


def _refuse_broken_formulas(root: Path) -> None:
    """MkDocs would name the page of a broken formula, but not the line."""
    found = [
        str(problem)
        for language in LANGUAGES
        for path in find(root / "docs", language)
        for problem in mathml.problems(read(path))
    ]
    if found:
        raise SiteError("\n".join(found))


def _finish(root: Path, made: Path) -> None:
    """Do what is done to each page once it is built, in place."""
    tests = proof.tests(root)
    for language in LANGUAGES:
        for path in (made / language).rglob("*.html"):
            page = path.read_text(encoding="utf-8")
            page = access.mend(lab_pages.trim(page), language)
            page = foreign.mark(page, language)
            place = path.relative_to(made / language).as_posix()
            page = proof.mark(page, place, language, tests)
            page = sources.fill(page, root)
            path.write_text(squeeze(page), encoding="utf-8")


def _configure(root: Path, language: str, folder: Path, made: Path) -> None:
    """Write a configuration that differs from the book's in its places."""
    words = folder / "words.txt"
    lines = "\n".join(search.words(terms.base()))
    words.write_text(lines, encoding="utf-8")
    config: dict[str, object] = {
        "INHERIT": str(root / CONFIGS[language]),
        "docs_dir": "docs",
        "site_dir": str(made),
        "theme": {"custom_dir": str(root / "overrides")},
        "plugins": {"search": {"jieba_dict_user": str(words)}},
    }
    if address := os.environ.get("D2LCODE_SITE"):
        config["site_url"] = f"{address.rstrip('/')}/{language}/"
    text = json.dumps(config)  # which is YAML, too
    (folder / "mkdocs.yml").write_text(text, encoding="utf-8")


def _start(root: Path, folder: Path, strict: bool) -> subprocess.Popen[str]:
    """Start MkDocs in the book's root, where snippets are looked for."""
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "NO_MKDOCS_2_WARNING": "1",  # the theme's advertisement
    }
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "mkdocs", "build"),
            "--strict" if strict else "--no-strict",
            *("--config-file", str(folder / "mkdocs.yml")),
        ],
        cwd=root,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
