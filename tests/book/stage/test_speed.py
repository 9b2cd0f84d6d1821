"""The tables of what was measured."""

import json
from pathlib import Path

import pytest

from book.layout import LANGUAGES
from book.run import bench
from book.stage import speed

ROW = {
    "own": "double",
    "library": "nn.Double",
    "sizes": {"B": 32, "H": 8},
    "forwards": 0.404,
    "both": 1.6,
    "why": {"en": "it waits.", "zh": "它在等。"},
}
RUN = {
    "machine": "Processor 7",
    "python": "3.11.7",
    "torch": "2.6.0",
    "date": "2026-02-03",
    "rows": [ROW],
}


@pytest.fixture
def root(small_book: Path) -> Path:
    text = json.dumps({"cpu": {"part/one": RUN}})
    (small_book / bench.RESULTS).write_text(text, encoding="utf-8")
    return small_book


def test_a_row_of_the_table(root: Path) -> None:
    text = "\n".join(speed.tables(root, "en"))
    assert "## Processor 7 {#cpu-1}" in text
    assert (
        "| [One](part/one.md) | `double` | `nn.Double` | B 32, H 8 | 0.40 "
        "| **1.60** |"
    ) in text
    assert "Measured 2026-02-03 with one thread" in text
    assert "Rows: 1; of these take more than 1.25 times" in text
    assert "training step: 1." in text
    assert "- `double`: it waits." in text
    chinese = "\n".join(speed.tables(root, "zh"))
    assert "| [一](part/one.md) | `double` |" in chinese
    assert "- `double`：它在等。" in chinese


def test_each_machine_has_a_table(root: Path) -> None:
    both = {"cpu": {"part/one": RUN}, "cuda": {"part/one": RUN}}
    (root / bench.RESULTS).write_text(json.dumps(both), encoding="utf-8")
    text = "\n".join(speed.tables(root, "en"))
    assert "{#cpu-1}" in text and "{#cuda-1}" in text


def test_nothing_measured_is_no_table(small_book: Path) -> None:
    assert list(speed.tables(small_book, "en")) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_ends_with_them(
    root: Path, tmp_path: Path, language: str
) -> None:
    folder = tmp_path / "staged"
    folder.mkdir()
    speed.stage_speed(root, language, folder)  # no such page
    (folder / "speed.md").write_text("Start\n", encoding="utf-8")
    speed.stage_speed(root, language, folder)
    text = (folder / "speed.md").read_text(encoding="utf-8")
    assert text.startswith("Start\n\n## Processor 7")
