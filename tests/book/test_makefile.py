"""The Makefile: what each target does, once, with a Python of straw."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from book.layout import ROOT

MAKE = shutil.which("make")

pytestmark = pytest.mark.skipif(
    MAKE is None or os.name == "nt", reason="no make on this machine"
)

# Writes down what it is asked, makes what make waits for, and lets a real
# Python judge the version that STRAW_VERSION names.
STRAW = f"""\
#!/bin/sh
if [ "$1" = -c ]; then
    exec '{sys.executable}' -c "import sys
sys.version_info = (${{STRAW_VERSION:-3, 12}})
$2"
fi
echo "$@" >>calls
case "$*" in
    "-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
    "-m book site") mkdir -p site && echo made >site/index.html ;;
esac
case "$*" in $STRAW_FAILS) exit 1 ;; esac
"""


class Workshop:
    """A folder with the Makefile and little else."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.error = ""

    def make(
        self, *targets: str, status: int = 0, **environment: str
    ) -> list[str]:
        """Run make; return what Python was asked."""
        calls = self.folder / "calls"
        calls.unlink(missing_ok=True)
        done = subprocess.run(
            [str(MAKE), f"PYTHON={self.folder / 'straw'}", *targets],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        self.error = done.stderr
        return calls.read_text().splitlines() if calls.exists() else []

    def age(self) -> None:
        """Let an hour pass since everything there was written."""
        for path in [self.folder, *self.folder.rglob("*")]:
            then = path.stat().st_mtime - 3600
            os.utime(path, (then, then))


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    for name in ("Makefile", "requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    for name in (
        "docs/en/index.md",
        "overrides/main.html",
        "book/build/site.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    for name in ("mkdocs.yml", "mkdocs.zh.yml"):
        (tmp_path / name).touch()
    for name in ("d2lcode", "drawings", "tests"):
        (tmp_path / name).mkdir()
    straw = tmp_path / "straw"
    straw.write_text(STRAW)
    straw.chmod(0o755)
    workshop = Workshop(tmp_path)
    workshop.age()
    return workshop


def test_installs_the_pins_and_then_the_book(workshop: Workshop) -> None:
    venv, pins, book, build = workshop.make("site")
    assert venv.startswith("-m venv")
    assert pins.startswith("-m pip install")
    assert pins.endswith("-r requirements.txt")
    assert book.startswith("-m pip install")
    assert {"--no-deps", "--editable", "."} <= set(book.split())
    assert build == "-m book site"


def test_nothing_is_done_twice(workshop: Workshop) -> None:
    assert workshop.make("site")
    assert workshop.make("site") == []
    serving = ["-m book.serve --port 8000"]
    assert workshop.make("serve") == serving
    assert workshop.make("labs") == ["-m book labs"]


@pytest.mark.parametrize(
    "verb",
    ["check", "update", "draw", "count", "sync", "portable", "bench"],
)
def test_verbs_of_authors(verb: str, workshop: Workshop) -> None:
    workshop.make("site")
    assert workshop.make(verb, "FILES=a.md") == [f"-m book {verb} a.md"]
    assert workshop.make(verb) == [f"-m book {verb}"]


def test_accept_and_format(workshop: Workshop) -> None:
    workshop.make("site")
    assert workshop.make("accept", "FILES=a.md") == [
        "-m book sync --accept a.md"
    ]
    fix, form = workshop.make("format")
    assert fix.startswith("-m ruff check --fix --exit-zero")
    assert form == "-m ruff format d2lcode book drawings tests"


def test_titles_of_a_new_chapter_arrive_whole(workshop: Workshop) -> None:
    workshop.make("site")
    (call,) = workshop.make(
        "new", "CHAPTER=vision/boxes", 'TITLE=What "it" is',
        "TITLE_ZH=框", "PART=Vision",
    )  # fmt: skip
    assert call == (
        '-m book new vision/boxes --title What "it" is --title-zh 框 '
        "--part Vision"
    )
    assert workshop.make("new", "CHAPTER=a/b") == ["-m book new a/b"]


def test_chapters_move_and_go(workshop: Workshop) -> None:
    workshop.make("site")
    assert workshop.make("move", "CHAPTER=a/b", "TO=a/c") == [
        "-m book move a/b a/c"
    ]
    assert workshop.make("remove", "CHAPTER=a/b") == ["-m book remove a/b"]


def test_preview_needs_no_site(workshop: Workshop) -> None:
    workshop.make("format")
    assert workshop.make("preview", "PORT=9000") == [
        "-m book preview --port 9000"
    ]


def test_ci_runs_what_a_change_has_to_pass(workshop: Workshop) -> None:
    script = workshop.folder / ".ci" / "run"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\necho ci >>calls\n")
    script.chmod(0o755)
    assert workshop.make("ci") == ["ci"]


def test_help_names_every_target(workshop: Workshop) -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = [
        target
        for line in text.splitlines()
        if line.startswith(".PHONY: ")
        for target in line.split()[1:]
    ]
    assert len(targets) > 12
    for target in {*targets} - {"help", "clean-all"}:
        assert f"\n# make {target} " in f"\n{text}"


@pytest.mark.parametrize(
    ("change", "steps"),
    [
        ("docs/en/index.md", 1),
        ("docs/en/new.md", 1),
        ("mkdocs.zh.yml", 1),
        ("overrides/main.html", 1),
        ("book/build/site.py", 1),
        ("build/report.json", 1),
        ("requirements.txt", 3),
        ("pyproject.toml", 3),
    ],
)
def test_what_changed_is_done_again(
    change: str, steps: int, workshop: Workshop
) -> None:
    workshop.make("site")
    workshop.age()
    (workshop.folder / change).touch()
    assert len(workshop.make("site")) == steps
    assert workshop.make("site") == []


def test_a_removed_page_is_noticed(workshop: Workshop) -> None:
    workshop.make("site")
    workshop.age()
    (workshop.folder / "docs/en/index.md").unlink()
    assert workshop.make("site") == ["-m book site"]


def test_test_runs_every_check_and_pytest_last(workshop: Workshop) -> None:
    steps = [call.split()[:3] for call in workshop.make("test")[3:]]
    assert steps[0] == ["-m", "ruff", "check"]
    assert steps[1] == ["-m", "ruff", "format"]
    assert steps[2] == ["-m", "mypy"]
    assert steps[3] == ["-m", "pytest", "-n"]
    *_, whole = workshop.make("whole")
    assert whole.startswith("-m pytest -n") and whole.endswith(" --whole")


@pytest.mark.parametrize(
    ("fails", "again"),
    [
        ("-m?venv*", 4),
        ("-m?pip*-r*", 3),
        ("-m?pip*--editable*", 3),
        ("-m?book?site", 1),
    ],
)
def test_a_step_that_failed_is_done_again(
    fails: str, again: int, workshop: Workshop
) -> None:
    workshop.make("site", status=2, STRAW_FAILS=fails)
    assert len(workshop.make("site")) == again


@pytest.mark.parametrize("version", ["3, 9", "2, 7"])
def test_an_old_python_is_refused(version: str, workshop: Workshop) -> None:
    assert workshop.make("test", status=2, STRAW_VERSION=version) == []
    assert f"is Python {version.replace(', ', '.')}" in workshop.error
    assert "needs 3.10 or newer" in workshop.error
    assert not (workshop.folder / ".venv").exists()


def test_a_missing_python_is_named(workshop: Workshop) -> None:
    workshop.make("site", "PYTHON=python9", status=2)
    assert "python9: not found" in workshop.error


def test_the_port_is_passed_on(workshop: Workshop) -> None:
    workshop.make("site")
    assert workshop.make("serve", "PORT=9000") == ["-m book.serve --port 9000"]


def test_clean_removes_what_was_built(workshop: Workshop) -> None:
    workshop.make("site")
    workshop.make("clean")
    assert not (workshop.folder / "site").exists()
    assert (workshop.folder / ".venv").exists()
    assert (workshop.folder / "docs/en/index.md").exists()
    workshop.make("clean-all")
    assert not (workshop.folder / ".venv").exists()
