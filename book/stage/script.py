"""The page's own script, with its words in the language of the page."""

import json
from pathlib import Path

from book.words.site import words

_NAME = "assets/javascripts/book.js"


def stage_script(root: Path, language: str, folder: Path) -> None:
    """Put the words before the script; what is staged wins over the theme."""
    script = root / "overrides" / _NAME
    said = json.dumps(words("script", language), ensure_ascii=False)
    staged = folder / _NAME
    staged.parent.mkdir(parents=True, exist_ok=True)
    text = script.read_text(encoding="utf-8")
    staged.write_text(f"const WORDS = {said};\n{text}", encoding="utf-8")
