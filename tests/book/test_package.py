"""The wheel, the pins, and who may import whom."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from importlib.metadata import packages_distributions
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import book
from book.layout import ROOT
from book.page.imports import imports

PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
PIN = re.compile(r'[a-z0-9-]+==[0-9][\w.]*(; python_version [<>=]+ "3\.\d+")?')

FENCE = re.compile(r"```python\n(.*?)```", re.DOTALL)
IMPORTED = re.compile(r"^ *(?:import|from) (\w+)", re.MULTILINE)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of a copy of the repository, built without a network."""
    copy = tmp_path_factory.mktemp("repository")
    unwanted = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in ("d2lcode", "book", "tests", "docs"):
        shutil.copytree(ROOT / name, copy / name, ignore=unwanted)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        *(sys.executable, "-m", "pip", "--disable-pip-version-check"),
        *("wheel", "--no-deps", "--no-build-isolation", "--no-index"),
        *("--wheel-dir", str(folder), str(copy)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    with ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith("/METADATA"))
        return message_from_bytes(archive.read(name))


def test_the_wheel_holds_d2lcode_alone(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        packed = {n for n in archive.namelist() if ".dist-info/" not in n}
    source = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "d2lcode").rglob("*")
        if path.suffix in {".py", ".npz"} or path.name == "py.typed"
    }
    assert packed == source
    assert "d2lcode/recurrent/gru.py" in packed


IMPORT = """
import sys
from pathlib import Path

root, wheel = map(Path, sys.argv[1:])
sys.path[:] = [str(wheel)] + [p for p in sys.path if Path(p) != root]
from d2lcode.recurrent.gru import GRU

module = sys.modules[GRU.__module__]
assert Path(module.__file__).is_relative_to(wheel), module.__file__
try:
    import book
except ImportError:
    print("GRU and no book")
"""


def test_the_installed_wheel_works_elsewhere(
    wheel: Path, tmp_path: Path
) -> None:
    """As README says: from d2lcode.recurrent.gru import GRU."""
    unpacked, elsewhere = tmp_path / "unpacked", tmp_path / "elsewhere"
    elsewhere.mkdir()
    with ZipFile(wheel) as archive:
        archive.extractall(unpacked)
    done = subprocess.run(
        [sys.executable, "-I", "-c", IMPORT, str(ROOT), str(unpacked)],
        cwd=elsewhere,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "GRU and no book\n", done.stderr


def test_the_wheel_says_what_it_is(metadata: Message) -> None:
    tree = ast.parse((ROOT / "d2lcode/__init__.py").read_text("utf-8"))
    assert f"__version__ = '{metadata['Version']}'" in ast.unparse(tree)
    assert metadata["Name"] == "d2lcode"
    assert metadata["License-Expression"] == "MIT"
    assert metadata["License-File"] == "LICENSE"
    supported = SpecifierSet(metadata["Requires-Python"])
    assert "3.9" not in supported
    assert all(version in supported for version in PYTHONS)


def pins(python: str | None = None) -> Iterator[Requirement]:
    """The lines of requirements.txt, all or those for a Python."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        wanted = line.partition("#")[0].strip()
        if wanted:
            pin = Requirement(wanted)
            marker = pin.marker
            if (
                python is None
                or marker is None
                or marker.evaluate({"python_version": python})
            ):
                yield pin


def test_every_line_is_an_exact_pin() -> None:
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    loose = [line for line in lines if line and not PIN.fullmatch(line)]
    assert loose == []


@pytest.mark.parametrize("line", ["a", "a>=1", "a==1.*", "a==1,<2", "-r b"])
def test_a_loose_line_is_no_pin(line: str) -> None:
    assert not PIN.fullmatch(line)


@pytest.mark.parametrize("python", PYTHONS)
def test_the_ranges_admit_the_pins(python: str, metadata: Message) -> None:
    pinned: dict[str, str] = {}
    for pin in pins(python):
        (specifier,) = pin.specifier
        assert pin.name not in pinned, f"{pin.name} is pinned twice"
        pinned[pin.name] = specifier.version
    wanted = [Requirement(r) for r in metadata.get_all("Requires-Dist", [])]
    assert wanted
    for requirement in wanted:
        assert requirement.name in pinned
        assert pinned[requirement.name] in requirement.specifier


knows_owners = pytest.mark.skipif(
    sys.version_info < (3, 11),
    reason="Python 3.10 cannot tell which distribution brings a module",
)


def imported(*folders: str) -> Iterator[tuple[str, str]]:
    """The modules that files and the blocks of pages import: name, place."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for name, line in imports(path.read_text(encoding="utf-8")):
                yield name, f"{path.relative_to(ROOT)}:{line}"
        for path in sorted((ROOT / folder).rglob("*.md")):
            for block in FENCE.findall(path.read_text(encoding="utf-8")):
                for name in IMPORTED.findall(block):
                    yield name, str(path.relative_to(ROOT))


def third_party(*folders: str) -> dict[str, str]:
    """The distributions that the code imports: name -> where."""
    owners = packages_distributions()
    ours = {"book", "d2lcode", "drawings", "tests"}
    found = {}
    for name, place in imported(*folders):
        top = name.partition(".")[0]
        if top and top not in ours | sys.stdlib_module_names:
            found[canonicalize_name(owners.get(top, [top])[0])] = place
    return found


@knows_owners
def test_every_direct_dependency_is_pinned() -> None:
    pinned = {canonicalize_name(pin.name) for pin in pins()}
    used = third_party("d2lcode", "book", "drawings", "tests", "docs/en")
    assert "torch" in used
    missing = {k: v for k, v in used.items() if k not in pinned}
    assert missing == {}


@knows_owners
def test_the_wheel_asks_for_what_code_and_pages_import(
    metadata: Message,
) -> None:
    wanted = metadata.get_all("Requires-Dist", [])
    names = {canonicalize_name(Requirement(r).name) for r in wanted}
    assert names == set(third_party("d2lcode", "docs/en"))


def forbidden(path: Path, top: str) -> list[str]:
    """The imports of a file that cross the border of its package.

    `d2lcode` never imports `book` nor drawings, `book` never a chapter,
    and drawings nothing of either but what several chapters share.
    """
    found = []
    for name, line in imports(path.read_text(encoding="utf-8")):
        parts = name.split(".")
        if top == "d2lcode":
            wrong = parts[0] in {"book", "drawings", "tests"}
        else:
            others = {"book": {"drawings"}, "drawings": {"book"}}[top]
            wrong = parts[0] in {"tests", *others} or (
                parts[0] == "d2lcode"
                and len(parts) > 1
                and parts[1]
                not in {"data", "landscapes", "plotting", "training"}
                and not parts[1].startswith("_")
            )
        if wrong:
            found.append(f"{path.name}:{line}: {name}")
    return found


@pytest.mark.parametrize("top", ["d2lcode", "book", "drawings"])
def test_nobody_imports_across_the_border(top: str) -> None:
    files = sorted((ROOT / top).rglob("*.py"))
    assert files
    assert [wrong for path in files for wrong in forbidden(path, top)] == []


@pytest.mark.parametrize(
    ("top", "code", "refused"),
    [
        ("d2lcode", "import book.run", True),
        ("d2lcode", "from book import pages", True),
        ("d2lcode", "from d2lcode.recurrent.gru import GRU", False),
        ("book", "from d2lcode.recurrent.gru import GRU", True),
        ("book", "import d2lcode.mlp.weight_decay", True),
        ("book", "def f():\n    from d2lcode import recurrent", True),
        ("book", "from d2lcode import plotting", False),
        ("book", "from drawings.shapes import Sheet", True),
        ("d2lcode", "from drawings import shapes", True),
        ("drawings", "from drawings.shapes import Sheet", False),
        ("drawings", "from d2lcode.plotting import INK", False),
        ("drawings", "from d2lcode.recurrent import gru", True),
        ("drawings", "from book.run import figures", True),
        ("book", "from book import pages", False),
    ],
)
def test_an_import_across_the_border_is_seen(
    top: str, code: str, refused: bool, tmp_path: Path
) -> None:
    path = tmp_path / "module.py"
    path.write_text(code, encoding="utf-8")
    assert bool(forbidden(path, top)) == refused


ROOMS = re.findall(
    r"^(\w+)(?:\.py|/) {2,}\S", book.__doc__ or "", re.MULTILINE
)


def upward(name: str, code: str) -> list[str]:
    """The imports by which a module of a room looks below its own."""
    below = ROOMS[ROOMS.index(name) + 1 :]
    return [
        f"{line}: {module}"
        for module, line in imports(code)
        if module.startswith("book.") and module.split(".")[1] in below
    ]


def test_the_map_names_every_room_once() -> None:
    folder = ROOT / "book"
    there = {p.stem for p in folder.glob("*.py")} - {"__init__"}
    there |= {p.parent.name for p in folder.glob("*/__init__.py")}
    assert sorted(ROOMS) == sorted(there)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_rooms_above_it(room: str) -> None:
    folder = ROOT / "book"
    files = [*(folder / room).rglob("*.py"), *folder.glob(f"{room}.py")]
    assert files
    wrong = {
        path.relative_to(ROOT).as_posix(): found
        for path in files
        if (found := upward(room, path.read_text(encoding="utf-8")))
    }
    assert wrong == {}


@pytest.mark.parametrize(
    ("room", "code", "seen"),
    [
        ("check", "from book.markdown import mathml", True),
        ("check", "from book import run", True),
        ("page", "def f():\n    import book.check.form", True),
        ("check", "from book.page import lab", False),
        ("run", "from book.run import compare", False),
        ("files", "from book import layout", True),
    ],
)
def test_an_import_of_a_room_below_is_seen(
    room: str, code: str, seen: bool
) -> None:
    assert bool(upward(room, code)) == seen


def builders(code: str) -> list[str]:
    """What code imports of that which builds the pages."""
    return [
        f"{line}: {name}"
        for name, line in imports(code)
        if name.partition(".")[0] in {"mkdocs", "material", "zensical"}
    ]


def test_one_module_knows_the_builder() -> None:
    knows = {
        path.relative_to(ROOT / "book").as_posix()
        for path in (ROOT / "book").rglob("*.py")
        if builders(path.read_text(encoding="utf-8"))
    }
    assert knows == {"build/builder.py"}
    assert builders("def f():\n    from mkdocs.config import load_config")
    assert builders("from book.build import builder") == []


SEARCHES = {
    "finish/language_spans.py": "runs of characters in a text of a tree",
    "finish/leftovers.py": "Markdown in a text of a tree",
    "finish/search_index.py": "words in a text of a tree",
    "finish/sliders.py": "numbers in a drawing's tree",
    "markdown/figures_outputs.py": "Markdown",
    "markdown/mathml.py": "names of elements, places of formulas",
    "markdown/quick_lexer.py": "the rules of Pygments, of Python",
    "markdown/tooltips.py": "terms in a text of a tree",
    "pack/cjk_text.py": "the table of a font in a PDF",
    "stage/alt_text.py": "numbers in a text of a tree",
    "stage/downloads.py": "Markdown and TeX",
    "stage/labs.py": "Markdown",
    "stage/questions.py": "Markdown",
    "stage/rooms.py": "Markdown",
}
"""Who may use regular expressions behind the Markdown, and on what."""


def test_no_regular_expression_reads_html() -> None:
    """A tree does: a module that has HTML in hand does not import re."""
    rooms = ("stage", "markdown", "build", "finish", "pack")
    found = {
        path.relative_to(ROOT / "book").as_posix()
        for room in rooms
        for path in (ROOT / "book" / room).glob("*.py")
        if any(
            name.partition(".")[0] in ("re", "regex")
            for name, _ in imports(path.read_text(encoding="utf-8"))
        )
    }
    assert found == set(SEARCHES)
