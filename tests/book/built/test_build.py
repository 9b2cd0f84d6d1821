"""The build: whole or not at all, whatever comes between."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from book import __main__ as commands
from book.build import builder, site
from book.build.site import SiteError, build
from book.layout import LANGUAGES, ROOT

Edit = Callable[[str, str, str], None]

COMMAND = """
import signal
import sys
from pathlib import Path
from book import __main__ as commands
# What a shell runs in the background does not hear of Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)
commands.ROOT = Path(sys.argv[1])
sys.exit(commands.main(["site"]))
"""


@pytest.fixture
def root(small_book: Path) -> Path:
    """The small book with this book's theme, and a site built before."""
    for name in ("mkdocs.yml", "mkdocs.zh.yml"):
        path = small_book / name
        text = path.read_text(encoding="utf-8")
        path.write_text(f"INHERIT: {ROOT / name}\n{text}", encoding="utf-8")
    shutil.copytree(ROOT / "overrides", small_book / "overrides")
    before = small_book / "site"
    before.mkdir()
    (before / "old.html").write_text("old", encoding="utf-8")
    return small_book


def kept(root: Path) -> bool:
    """Whether the old site is there, alone, and nothing is left over."""
    names = [path.name for path in (root / "site").iterdir()]
    left = [*root.glob("build/site*")]
    return names == ["old.html"] and left == []


def start(root: Path) -> "subprocess.Popen[str]":
    """Start `book site` on another book, in a group of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, str(root)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )


def test_a_warning_fails_and_keeps_the_old_site(
    root: Path, edit: Edit
) -> None:
    edit("docs/zh/part/one.md", "几句话。", "[见](two.md)。")
    with pytest.raises(SiteError, match="docs/zh was not built(.|\n)*two.md"):
        build(root)
    assert kept(root)
    build(root, strict=False)


def test_what_has_changed_is_built_anew(root: Path, edit: Edit) -> None:
    """Pages and files that a build has kept are asked for their content."""
    made = root / "site/en/part/one.html"
    code = root / "site/en/code/d2lcode/part/one.html"
    build(root)
    first, first_code = made.read_text("utf-8"), code.read_text("utf-8")
    build(root)
    assert made.read_text("utf-8") == first
    assert code.read_text("utf-8") == first_code
    edit("d2lcode/part/one.py", "return 2 * x", "return x + x")
    build(root)
    assert "x + x" in LexborHTMLParser(made.read_text("utf-8")).text()
    assert "x + x" in LexborHTMLParser(code.read_text("utf-8")).text()
    edit("overrides/main.html", "{% endblock %}", "<!--new-->{% endblock %}")
    edit("docs/en/part/one.md", "Some words.", "Some other words.")
    build(root)
    second = made.read_text("utf-8")
    assert "<!--new-->" in second and "Some other words." in second


def test_a_broken_formula_is_named_with_its_line(
    root: Path, edit: Edit
) -> None:
    edit("docs/en/part/one.md", "a number $x$", r"a number $\foo$")
    with pytest.raises(SiteError) as raised:
        build(root)
    place = f"{root / 'docs/en/part/one.md'}:7: "
    assert f"{place}Unknown command" in str(raised.value)
    assert kept(root)


def test_raw_text_is_named_with_its_line(root: Path, edit: Edit) -> None:
    edit("docs/en/part/one.md", "a number $x$", r"\eqref{a} $x$")
    with pytest.raises(SiteError, match=r"one\.md:7: the page shows"):
        build(root)
    assert kept(root)


@pytest.mark.parametrize("wait", [0.2, 3])
def test_a_stopped_build_says_one_word(root: Path, wait: float) -> None:
    running = start(root)
    while not list(root.glob("build/site-*")):
        assert running.poll() is None
        time.sleep(0.05)
    time.sleep(wait)
    os.killpg(running.pid, signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert said == "stopped\n"
    assert running.returncode == 130
    assert kept(root)


def test_two_builds_at_once_leave_one_site(root: Path) -> None:
    both = [start(root), start(root)]
    assert [job.communicate()[1] for job in both] == ["", ""]
    assert [job.returncode for job in both] == [0, 0]
    for language in LANGUAGES:
        assert (root / "site" / language / "part/one.html").is_file()
    assert not list(root.glob("build/site*"))


@pytest.mark.parametrize("quicker", [True, False])
def test_a_site_is_replaced_whole(tmp_path: Path, quicker: bool) -> None:
    """Also when another build has put its own there meanwhile."""
    there, made, before = (tmp_path / n for n in ("site", "made", "before"))
    made.mkdir()
    (made / "new").touch()
    there.mkdir()
    (there / "old").touch()
    if quicker:
        there = tmp_path / "link" / ".." / "site"
        (tmp_path / "link").mkdir()
    site._replace(there, made, before)
    assert [path.name for path in (tmp_path / "site").iterdir()] == ["new"]


def test_what_cannot_be_moved_leaves_the_old_site(tmp_path: Path) -> None:
    there = tmp_path / "site"
    there.mkdir()
    (there / "old").touch()
    with pytest.raises(FileNotFoundError):
        site._replace(there, tmp_path / "missing", tmp_path / "before")
    assert [path.name for path in there.iterdir()] == ["old"]


def test_a_folder_that_cannot_be_written_is_a_sentence(
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.rmtree(root / "build", ignore_errors=True)
    (root / "build").touch()
    monkeypatch.setattr(commands, "ROOT", root)
    assert commands.main(["site"]) == 1
    said = capsys.readouterr().err
    assert said == f"error: {root / 'build'}: File exists\n"
    assert kept(root)


def test_a_bug_shows_where_it_is(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of this code is not taken for one of the book."""

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(builder, "build", fail)
    with pytest.raises(ZeroDivisionError):
        site._language(root, root / "build", True, "en")
