"""Chapters as scripts and in one file: complete, and they run."""

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from book.layout import LANGUAGES, ROOT, is_chapter, navigation
from book.page.blocks import read
from book.run import compare
from book.stage import downloads, scripts


def test_a_script_holds_all_code_in_order(small_book: Path) -> None:
    page = read(small_book / "docs/en/part/one.md")
    assert scripts.convert(page) == (
        "def double(x: float) -> float:\n"
        '    """Return twice x."""\n'
        "    return 2 * x  # eq:one-double\n"
        "\n"
        "\n"
        "print(double(2.0))\n"
    )


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    "name", [n for n in navigation(ROOT, "en") if is_chapter(n)]
)
def test_a_script_runs_from_an_empty_folder(
    name: str, installed: Path, tmp_path: Path
) -> None:
    page = read(ROOT / "docs" / "en" / f"{name}.md")
    script = tmp_path / "made" / f"{name}.py"
    assert script in scripts.write(ROOT / "docs", "en", tmp_path / "made")
    empty = tmp_path / "empty"
    empty.mkdir()
    run = subprocess.run(
        [sys.executable, str(script)],
        cwd=empty,
        env=os.environ
        | {
            "PYTHONPATH": str(installed),
            "MPLBACKEND": "agg",
            "D2LCODE_DEVICE": "cpu",
            "OMP_NUM_THREADS": "1",  # two would wait for each other
        },
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert list(empty.iterdir()) == []
    shown = "".join(out.text for c in page.codes for out in c.outputs)
    widest = max(out.tolerance or 0 for c in page.codes for out in c.outputs)
    assert compare.texts(shown, run.stdout, widest or None) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_zip_holds_every_notebook(language: str, tmp_path: Path) -> None:
    target = tmp_path / "all.zip"
    folder = tmp_path / "made"
    written = downloads.write(ROOT / "docs", language, folder)
    downloads.pack(written, folder, target)
    before = target.read_bytes()
    with ZipFile(target) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        for name in names:
            assert archive.read(name) == (folder / name).read_bytes()
    chapters = [n for n in navigation(ROOT, language) if is_chapter(n)]
    assert chapters
    assert {f"{name}.ipynb" for name in chapters} <= set(names)
    assert len(names) == len(written)
    for path in written:
        os.utime(path, (0, 0))
    downloads.pack(reversed(written), folder, target)
    assert target.read_bytes() == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_links_the_zip(site: Path, language: str) -> None:
    name = f"notebooks/notebooks-{language}.zip"
    assert (site / language / name).is_file()
    home = (site / language / "get_the_code.html").read_text(encoding="utf-8")
    assert f'href="{name}"' in home
