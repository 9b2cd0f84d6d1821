"""A small book that is right, this book's site, and a browser for it."""

import dataclasses
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

from book.build.site import build
from book.check import chapters, form
from book.edit import draw, sync
from book.layout import CONFIGS, ROOT, SECTIONS, is_chapter, navigation
from book.pack.chromium import ARGUMENTS, chromium
from book.page.blocks import read
from book.run import last
from book.serve import server
from book.stage import package

EN = """\
---
description: A small page.
---

# One

After this page you can double a number $x$.

{sections}"""

ZH = """\
---
description: 一个小页面。
---

# 一

读完本页，你能把一个数 $x$ 加倍。

{sections}"""

MATH = {
    "en": r"""
A weight decay of $x$ gives $\eqref{eq:one-double}$.

$$
y = 2 x \label{eq:one-double}
$$
""",
    "zh": r"""
权重衰减（weight decay）为 $x$ 时得到 $\eqref{eq:one-double}$。

$$
y = 2 x \label{eq:one-double}
$$
""",
}

CODE = """
{words}

```python
d2lcode/part/one.py:double
```

```python
print(double(2.0))
```

<!--pytest-codeblocks:expected-output-->

```text
4.0
```
"""

WORDS = {"en": "Some words.", "zh": "几句话。"}


def _page(language: str) -> str:
    parts = []
    for section in SECTIONS:
        body = f"\n{WORDS[language]}\n"
        if section == "math":
            body = MATH[language]
        elif section == "scratch":
            body = CODE.format(words=WORDS[language])
        title = {"en": "Part", "zh": "节"}[language]
        parts.append(f"## {title} {{#{section}}}\n{body}")
    return {"en": EN, "zh": ZH}[language].format(sections="\n".join(parts))


FILES = {
    "docs/en/part/one.md": _page("en"),
    "docs/zh/part/one.md": _page("zh"),
    "d2lcode/part/one.py": '''\
"""One."""


def double(x: float) -> float:
    """Return twice x."""
    return 2 * x  # eq:one-double
''',
    "tests/part/test_one.py": """\
import pytest
from d2lcode.part.one import double


@pytest.mark.equation("eq:one-double")
def test_double():
    assert double(3.0) == 6.0
""",
    "mkdocs.yml": "nav:\n  - Part:\n      - One: part/one.md\n",
    "mkdocs.zh.yml": "nav:\n  - 部分:\n      - 一: part/one.md\n",
    "book/words/terms/part.yml": """\
- en: weight decay
  zh: 权重衰减
  en_definition: shrinking
  zh_definition: 缩小
  zh_avoid: [权重衰退]
""",
}


@pytest.fixture
def small_book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The root of a book with one chapter, in which nothing is wrong.

    The chapter has less in it than the checks ask of one; the form is
    asked of pages with hours alone.
    """
    monkeypatch.setattr(form, "LEAST", {})
    monkeypatch.setattr(chapters, "has_form", lambda p: "hours" in p.meta)
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    accept(tmp_path)
    return tmp_path


DRAWING = """\
from drawings.shapes import BLUE, Sheet


def cell() -> Sheet:
    sheet = Sheet(9.0, 4.0)
    box = sheet.box(2.0, 2.0, "$x$", color=BLUE)
    sheet.arrow(box, (7.0, 2.0))
    sheet.text(4.5, 3.2, "time step")
    return sheet
"""

CAPTIONS = {
    "en": "![A step from $x$.](one-cell.svg)",
    "zh": "![从 $x$ 出发的一步。](one-cell.svg)",
}


@pytest.fixture
def drawn_book(small_book: Path) -> Path:
    """The small book with a drawing before its formula."""
    path = small_book / "drawings" / "part" / "one.py"
    path.parent.mkdir(parents=True)
    path.write_text(DRAWING, encoding="utf-8")
    for language, caption in CAPTIONS.items():
        page = small_book / "docs" / language / "part" / "one.md"
        text = page.read_text(encoding="utf-8")
        text = text.replace("{#math}\n", f"{{#math}}\n\n{caption}\n", 1)
        page.write_text(text, encoding="utf-8")
    draw.draw(read(small_book / "docs" / "en" / "part" / "one.md"))
    accept(small_book)
    return small_book


def accept(root: Path) -> None:
    docs = root / "docs"
    sync.accept(read(docs / "en/part/one.md"), read(docs / "zh/part/one.md"))


CHAPTERS = [name for name in navigation(ROOT, "en") if is_chapter(name)]
NOT_RUN, FAILED = CHAPTERS[3:5]
"""The chapters of the site that have no report, or one of a failure."""

FACTS: dict[str, Any] = {
    "blocks": 12,
    "outputs": 11,
    "figures": 10,
    "equations": 9,
    "tests": 8,
    "skipped": 0,
    "failed": 0,
    "failures": [],
    "evaluated": [],
    "seconds": 6.54,
    "python": "3.10.1",
    "torch": "2.6.0+cpu",
    "device": "cpu",
    "date": "2026-02-03",
    "commit": "abc1234",
}


def write_report(root: Path, runs: dict[str, dict[str, Any]]) -> None:
    """Report runs of chapters as they stand, with these facts."""
    known = {field.name for field in dataclasses.fields(last.Run)}
    path = root / last.REPORT
    path.parent.mkdir(exist_ok=True)
    text = {}
    for name, facts in runs.items():
        files = last.fingerprint(root, name)
        run = FACTS | {"files": files} | facts
        text[name] = {k: v for k, v in run.items() if k in known}
    path.write_text(json.dumps(text), encoding="utf-8")


def labels(root: Path, name: str) -> list[str]:
    """The labels of a chapter's formulas, in the page's order."""
    blocks = read(root / "docs" / "en" / f"{name}.md").blocks
    return [label for block in blocks for label in block.labels]


@pytest.fixture
def edit(small_book: Path) -> Callable[[str, str, str], None]:
    """Replace a text that must be there, in a file of the small book."""

    def replace(name: str, old: str, new: str) -> None:
        path = small_book / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {name}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return replace


def once(
    factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]
) -> Path:
    """A folder that the first worker makes and the others wait for."""
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    root = base / f"{name}-once"
    made, failed = (base / f"{root.name}.{end}" for end in ("made", "failed"))
    try:
        root.mkdir()
    except FileExistsError:
        late = time.monotonic() + 900
        while not made.exists():
            lost = failed.exists() or time.monotonic() > late
            assert not lost, f"another worker failed to make {name}"
            time.sleep(0.2)
        return root
    try:
        make(root)
    except BaseException:
        failed.touch()
        raise
    made.touch()
    return root


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of this book, built from a copy."""
    return once(tmp_path_factory, "book", _build_copy) / "site"


def _build_copy(root: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__")
    for name in (
        "book/words",
        "d2lcode",
        "docs",
        "drawings",
        "overrides",
        "tests",
    ):
        shutil.copytree(ROOT / name, root / name, ignore=ignored)
    for name in (*CONFIGS.values(), *package.BESIDE):
        shutil.copy(ROOT / name, root)
    runs = {name: {"evaluated": labels(root, name)[1:]} for name in CHAPTERS}
    del runs[NOT_RUN]
    runs[FAILED] |= {"failed": 2, "failures": ["gru.md:7", "test_gru"]}
    write_report(root, runs)
    build(root)


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which d2lcode alone is installed, from its wheel."""
    target = tmp_path_factory.mktemp("installed")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps",
         "--no-build-isolation", "--target", str(target), str(ROOT)],
        check=True,
    )  # fmt: skip
    return target


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Where the site is served."""
    with server(site, 0) as running:
        Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}/"
        running.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser that reaches no other host than this machine.

    It closes with the module: while it is open, no other test of the
    process can run an event loop of its own.
    """
    if chromium() is None:
        pytest.skip("no Chromium: install one, or name it in $CHROMIUM")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium(), args=ARGUMENTS
        )
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page of the browser; whatever it complains of fails the test."""
    context = browser.new_context(locale="en-US")
    opened = context.new_page()
    complaints = listen(opened, address)
    yield opened
    context.close()
    assert complaints == []


def listen(page: Page, address: str) -> list[str]:
    """Collect from now on what a page asks elsewhere and complains of."""
    complaints: list[str] = []

    def note(text: str) -> None:
        complaints.append(f"{page.url.removeprefix(address)}: {text}")

    def heed(request: Request) -> None:
        if not request.url.startswith((address, "data:", "blob:")):
            note(f"request to {request.url}")

    page.context.on("request", heed)
    page.on(
        "console",
        lambda message: (
            note(message.text)
            if message.type in ("error", "warning")
            else None
        ),
    )
    page.on("pageerror", lambda error: note(str(error)))
    return complaints
