"""MkDocs: the only module that knows what builds the pages."""

import json
import logging
import os
from io import StringIO
from pathlib import Path

from mkdocs.commands import build as mkdocs
from mkdocs.config import load_config
from mkdocs.exceptions import Abort, MkDocsException

from book.errors import OrderError
from book.layout import CONFIGS


class BuilderError(OrderError):
    """What the builder refuses: all that it has said."""


def build(
    root: Path, language: str, staged: Path, made: Path, *, strict: bool
) -> None:
    """Build the site of a language from the pages in `staged`.

    Raises: BuilderError; if `strict`, for a warning, too.
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
        config = load_config(
            config_file=str(_configure(root, language, staged, made)),
            strict=strict,
        )
        config.plugins.on_startup(command="build", dirty=False)
        mkdocs.build(config)
        config.plugins.on_shutdown()
    except Abort as error:
        raise BuilderError(f"{said.getvalue()}{error}") from None
    except MkDocsException as error:
        raise BuilderError(f"{said.getvalue()}{error}") from error
    finally:
        logger.removeHandler(handler)


def _configure(root: Path, language: str, staged: Path, made: Path) -> Path:
    """Write a configuration that differs from the book's in its places."""
    config: dict[str, object] = {
        "INHERIT": str(root / CONFIGS[language]),
        "docs_dir": str(staged),
        "site_dir": str(made),
        "theme": {"custom_dir": str(root / "overrides")},
    }
    if address := os.environ.get("D2LCODE_SITE"):
        config["site_url"] = f"{address.rstrip('/')}/{language}/"
    path = staged.parent / f"mkdocs-{language}.yml"
    text = json.dumps(config)  # which is YAML, too
    path.write_text(text, encoding="utf-8")
    return path
