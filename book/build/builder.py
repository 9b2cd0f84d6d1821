"""MkDocs: the only module that knows what builds the pages."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

from mkdocs.commands import build as mkdocs
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, MkDocsException
from mkdocs.structure.files import File, Files, get_files, set_exclusions
from mkdocs.structure.nav import get_navigation
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink, get_toc

from book import cache, layout
from book.errors import OrderError
from book.layout import CONFIGS
from book.page import lab
from book.stage import labs


class BuilderError(OrderError):
    """What the builder refuses: all that it has said."""


def build(
    root: Path, language: str, staged: Path, made: Path, *, strict: bool
) -> None:
    """Build the site of a language from the pages in `staged`.

    Raises: BuilderError; if `strict`, for a warning, too.
    """
    found = [path.stem for path in lab.find(root / "docs", language)]
    labs.as_notebooks(root, language, staged, found)
    with _heard() as said:
        path = _configure(root, language, staged, made, notebooks=True)
        config = load_config(config_file=str(path), strict=strict)
        config.plugins.on_startup(command="build", dirty=False)
        with _remembered(root, language, said):
            mkdocs.build(config)
        config.plugins.on_shutdown()


class Live:
    """A site whose pages are made one by one, for who writes them.

    It has all but pages.
    """

    def __init__(
        self, root: Path, language: str, staged: Path, made: Path
    ) -> None:
        """Read the navigation; make what is no page.

        Raises: BuilderError.
        """
        with _heard():
            config = load_config(
                config_file=str(_configure(root, language, staged, made))
            )
            config.plugins.on_startup(command="build", dirty=False)
            config = config.plugins.on_config(config)
            config.plugins.on_pre_build(config=config)
            env = config.theme.get_env()
            files = get_files(config)
            files.add_files_from_theme(env, config)
            files = config.plugins.on_files(files, config=config)
            set_exclusions(files, config)
            nav = get_navigation(files, config)
            nav = config.plugins.on_nav(nav, config=config, files=files)
            for file in files.documentation_pages():
                if file.page is None:
                    Page(None, file, config)
            for page in nav.pages:
                if page.title is None:
                    page.read_source(config)  # which has the title
            self._env = config.plugins.on_env(env, config=config, files=files)
            files.copy_static_files()
            for template in config.theme.static_templates:
                mkdocs._build_theme_template(
                    template, self._env, files, config, nav
                )
        self._config, self._files, self._nav = config, files, nav

    def add(self, places: Iterable[str]) -> None:
        """Know files that were staged, which pages may link."""
        config = self._config
        for place in places:
            if self._files.get_file_from_path(place) is None:
                file = File(
                    place,
                    config.docs_dir,
                    config.site_dir,
                    config.use_directory_urls,
                )
                self._files.append(file)
                if file.is_documentation_page():
                    Page(None, file, config)

    def render(self, place: str) -> str:
        """Make a page, such as recurrent/gru.md; return the warnings.

        Raises: BuilderError.
        """
        config, files = self._config, self._files
        with _heard() as said:
            file = files.get_file_from_path(place)
            if file is None or file.page is None:
                raise BuilderError(f"{place} is no page of the navigation")
            mkdocs._populate_page(file.page, config, files)
            mkdocs._build_page(
                file.page,
                config,
                files.documentation_pages(),
                self._nav,
                self._env,
            )
            file.page.validate_anchor_links(
                files=files, log_level=config.validation.links.anchors
            )
        return said.getvalue()


@contextmanager
def _heard() -> Iterator[StringIO]:
    """Hear what the builder says; what it refuses, it says in an error.

    Raises: BuilderError.
    """
    # The theme's advertisement would be a warning.
    os.environ["NO_MKDOCS_2_WARNING"] = "1"
    said = StringIO()
    handler = logging.StreamHandler(said)
    handler.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    handler.setLevel(logging.WARNING)
    logger = logging.getLogger("mkdocs")
    logger.propagate = False
    logger.addHandler(handler)
    try:
        yield said
    except Abort as error:
        raise BuilderError(f"{said.getvalue()}{error}") from None
    except MkDocsException as error:
        raise BuilderError(f"{said.getvalue()}{error}") from error
    finally:
        logger.removeHandler(handler)


def zensical(root: Path, language: str, staged: Path, made: Path) -> str:
    """Build a site with the successor of MkDocs and its theme.

    It is no requirement of the book: it is tried, so that the book can
    move on the day that it is ready. Returns: what it says.
    Raises: BuilderError.
    """
    _configure(root, language, staged, made)
    config = load_config(config_file=str(staged.parent / _name(language)))
    path = staged.parent / f"zensical-{language}.yml"
    # It would add its own list of a thing to an inherited one.
    whole: dict[str, Any] = {
        "site_name": config.site_name,
        "docs_dir": staged.relative_to(path.parent).as_posix(),
        "site_dir": made.relative_to(path.parent).as_posix(),
        "use_directory_urls": False,
        "theme": {
            "name": "material",
            "variant": "classic",
            "custom_dir": str(root / "overrides"),
            "language": config.theme["language"],
            "font": False,
            "features": list(config.theme["features"]),
        },
        "extra_css": list(config.extra_css),
        "extra_javascript": [str(each) for each in config.extra_javascript],
        "extra": dict(config.extra),
        "markdown_extensions": layout.extensions(root, language),
        "nav": _staged(layout.config(root, language)["nav"]),
    }
    path.write_text(json.dumps(whole), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "-f", str(path)],
        env=os.environ | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BuilderError(done.stdout + done.stderr)
    return done.stdout + done.stderr


@contextmanager
def _remembered(root: Path, language: str, said: StringIO) -> Iterator[None]:
    """Take from the cache what Markdown made of pages that did not change.

    A page of which the builder says something is made anew each time, so
    that it is said each time.
    """
    render = Page.render

    def remembered(self: Page, config: MkDocsConfig, files: Files) -> None:
        parts = ("page", language, self.file.src_uri, *_inputs(self, files))
        kept = cache.get(root, *parts)
        if kept is None:
            before = said.tell()
            render(self, config, files)
            if said.tell() == before:
                cache.put(root, *parts, value=_taken(self))
            return
        self.content, self._title_from_render = kept["content"], kept["title"]
        self.toc = get_toc(kept["toc"])
        self.present_anchor_ids = set(kept["ids"])
        self.links_to_anchors = {
            file: links
            for place, links in kept["links"].items()
            if (file := files.get_file_from_path(place))
        }

    Page.render = remembered  # type: ignore[method-assign]
    try:
        yield
    finally:
        Page.render = render  # type: ignore[method-assign]


def _inputs(page: Page, files: Files) -> Iterator[str]:
    """What Markdown makes a page of, beside the book's own code.

    That is its text, the files that are there to be linked, and the
    figures beside it.
    """
    yield page.markdown or ""
    yield "\n".join(sorted(files.src_uris))
    source = Path(page.file.abs_src_path or "")
    for figure in sorted(source.parent.glob(f"{source.stem}-*")):
        yield figure.read_text(encoding="utf-8", errors="replace")


def _taken(page: Page) -> dict[str, Any]:
    """What rendering has left in a page, for the cache."""
    links = page.links_to_anchors or {}
    return {
        "content": page.content,
        "title": page._title_from_render,
        "toc": [_entry(item) for item in page.toc],
        "ids": sorted(page.present_anchor_ids or ()),
        "links": {file.src_uri: found for file, found in links.items()},
    }


def _entry(item: AnchorLink) -> dict[str, Any]:
    return {
        "name": item.title,
        "id": item.id,
        "level": item.level,
        "children": [_entry(child) for child in item.children],
    }


def _configure(
    root: Path,
    language: str,
    staged: Path,
    made: Path,
    *,
    notebooks: bool = False,
) -> Path:
    """Write a configuration that differs from the book's in its places."""
    config: dict[str, object] = {
        "INHERIT": str(root / CONFIGS[language]),
        "docs_dir": str(staged),
        "site_dir": str(made),
        "theme": {"custom_dir": str(root / "overrides")},
    }
    if not notebooks:
        config["nav"] = _staged(layout.config(root, language)["nav"])
    if address := os.environ.get("D2LCODE_SITE"):
        config["site_url"] = f"{address.rstrip('/')}/{language}/"
    path = staged.parent / _name(language)
    text = json.dumps(config)  # which is YAML, too
    path.write_text(text, encoding="utf-8")
    return path


def _name(language: str) -> str:
    return f"mkdocs-{language}.yml"


def _staged(nav: Any) -> Any:
    """The navigation with the pages that are staged in place of labs."""
    if isinstance(nav, dict):
        return {title: _staged(below) for title, below in nav.items()}
    if isinstance(nav, list):
        return [_staged(entry) for entry in nav]
    stem, dot, ending = nav.rpartition(".")
    return f"{stem}{dot}md" if ending == "ipynb" else nav
