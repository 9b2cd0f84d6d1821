"""MkDocs: the only module that knows what builds the pages."""

import json
import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

from mkdocs.commands import build as mkdocs
from mkdocs.config import load_config
from mkdocs.exceptions import Abort, MkDocsException
from mkdocs.structure.files import File, get_files, set_exclusions
from mkdocs.structure.nav import get_navigation
from mkdocs.structure.pages import Page

from book import layout
from book.errors import OrderError
from book.layout import CONFIGS
from book.words import search, terms


class BuilderError(OrderError):
    """What the builder refuses: all that it has said."""


def build(
    root: Path, language: str, staged: Path, made: Path, *, strict: bool
) -> None:
    """Build the site of a language from the pages in `staged`.

    Raises: BuilderError; if `strict`, for a warning, too.
    """
    with _heard():
        config = load_config(
            config_file=str(_configure(root, language, staged, made)),
            strict=strict,
        )
        config.plugins.on_startup(command="build", dirty=False)
        mkdocs.build(config)
        config.plugins.on_shutdown()


class Live:
    """A site whose pages are made one by one, for who writes them.

    It has all but pages and index of the search, which knows all pages.
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
            search = config.plugins["material/search"]
            for event in config.plugins.events.values():
                event[:] = [
                    method
                    for method in event
                    if getattr(method, "__self__", None) is not search
                ]
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


def _configure(root: Path, language: str, staged: Path, made: Path) -> Path:
    """Write a configuration that differs from the book's in its places."""
    words = staged.parent / f"words-{language}.txt"
    lines = "\n".join(search.words(terms.base()))
    words.write_text(lines, encoding="utf-8")
    config: dict[str, object] = {
        "INHERIT": str(root / CONFIGS[language]),
        "docs_dir": str(staged),
        "site_dir": str(made),
        "theme": {"custom_dir": str(root / "overrides")},
        "plugins": {"search": {"jieba_dict_user": str(words)}},
        "nav": _staged(layout.config(root, language)["nav"]),
    }
    if address := os.environ.get("D2LCODE_SITE"):
        config["site_url"] = f"{address.rstrip('/')}/{language}/"
    path = staged.parent / f"mkdocs-{language}.yml"
    text = json.dumps(config)  # which is YAML, too
    path.write_text(text, encoding="utf-8")
    return path


def _staged(nav: Any) -> Any:
    """The navigation with the pages that are staged in place of labs."""
    if isinstance(nav, dict):
        return {title: _staged(below) for title, below in nav.items()}
    if isinstance(nav, list):
        return [_staged(entry) for entry in nav]
    stem, dot, ending = nav.rpartition(".")
    return f"{stem}{dot}md" if ending == "ipynb" else nav
