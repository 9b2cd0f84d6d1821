"""A small site whose one chapter has all that a page can have."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import matplotlib.pyplot as plt
import pytest
from playwright.sync_api import Browser, Page

from book.build.site import build
from book.layout import CONFIGS, LANGUAGES, ROOT
from book.run import figures
from book.run.session import drawn
from book.serve import server
from d2lcode import plotting
from tests.book.conftest import FILES, MATH, listen, once, write_report

RICH = {
    "en": r"""
!!! question "Check yourself"

    A GRU keeps $z_t = 1$ at every step. By $\eqref{eq:one-double}$, what
    is $h_t$?

    - [ ] the candidate $n_t$
        - With $z = 1$ the candidate's weight $1 - z$ is 0.
    - [x] $h_0$
        - Every step keeps the whole old state.
    - [ ] `0`, whatever the weight decay
        - Only if $h_0$ is 0.

??? info "Second reading: why the bound is tight"

    Prose and a formula, $\eqref{eq:one-triple}$.

    $$
    y = 3 x \label{eq:one-triple}
    $$

??? success "Solution"

    Forty-two.

!!! note "A note"

    A word.
""",
    "zh": r"""
!!! question "自测"

    GRU 每一步都有 $z_t = 1$。由 $\eqref{eq:one-double}$，$h_t$
    等于什么？

    - [ ] 候选状态 $n_t$
        - $z = 1$ 时，候选状态的权重 $1 - z$ 为 0。
    - [x] $h_0$
        - 每一步都完整保留旧状态。
    - [ ] `0`，与权重衰减无关
        - 只有 $h_0$ 为 0 时才是。

??? info "再读：为什么这个界是紧的"

    几句话，一个公式 $\eqref{eq:one-triple}$。

    $$
    y = 3 x \label{eq:one-triple}
    $$

??? success "解答"

    四十二。

!!! note "注意"

    一句话。
""",
}
OTHER = {"en": "# The other one", "zh": "# 另一章"}
TRIPLE = "\n$$\ny = 3 x \\label{eq:one-triple}\n$$\n"
FIGURE = "\n![$2^p$](one-moves.svg)\n"
MOVED = {"power p": "幂次 p"}
HEAD = "needs: [part/two]\nhours: 2.5\n"


def _moves() -> str:
    """A figure with frames."""
    with plt.rc_context(plotting.STYLE):
        figure, ax = plt.subplots()
        for p in plotting.frames((1, 2, 3, 4, 5), "power p", "p = {}"):
            ax.plot([0, 1, 2], [0, 1, 2**p])
        svg = drawn(figure)
        plt.close(figure)
    return svg


def rich_language(page: Page) -> str:
    return str(page.locator("html").get_attribute("lang"))


def write_rich(root: Path) -> None:
    """Write the small book, with a rich chapter and one more."""
    for name, given in FILES.items():
        text = given
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name in CONFIGS.values():
            other = "      - Two: part/two.md\n  - Home: index.md\n"
            named = "site_name: Small\nsite_description: A small book.\n"
            text = f"INHERIT: {ROOT / name}\n{named}{text}{other}"
        elif name == "d2lcode/part/one.py":
            comment = "# (B, H), eq:one-double, eq:one-triple"
            text = text.replace("# eq:one-double", comment)
        elif path.suffix == ".md":
            language = name[5:7]
            title = {"en": "# One", "zh": "# 一"}[language]
            other = text.replace(title, OTHER[language], 1)
            other = other.replace("description: ", "description: 2 ")
            other = other.replace(MATH[language], MATH[language] + TRIPLE)
            path.with_name("two.md").write_text(other, encoding="utf-8")
            text = text.replace(
                MATH[language], MATH[language] + RICH[language]
            )
            text = text.replace("---\n\n#", f"{HEAD}---\n\n#", 1)
            text = text.replace("4.0\n```\n", f"4.0\n```\n{FIGURE}", 1)
        path.write_text(text, encoding="utf-8")
    for language in LANGUAGES:
        home = "---\ndescription: The home page.\n---\n\n# Home\n"
        path = root / "docs" / language / "index.md"
        path.write_text(home, encoding="utf-8")
        path = root / "docs" / language / "part" / "one-moves.svg"
        svg = figures.translate(_moves(), language, MOVED)
        path.write_text(svg, encoding="utf-8")
    shutil.copytree(ROOT / "overrides", root / "overrides")
    write_report(root, {"part/one": {"evaluated": ["eq:one-double"]}})


def _build(root: Path) -> None:
    write_rich(root)
    build(root)


@pytest.fixture(scope="session")
def rich_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return once(tmp_path_factory, "rich", _build) / "site"


@pytest.fixture(scope="session")
def rich_address(rich_site: Path) -> Iterator[str]:
    """Where the rich chapter is served, but for language and name."""
    with server(rich_site, 0) as running:
        Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}/"
        running.shutdown()


@pytest.fixture(params=LANGUAGES)
def rich(
    browser: Browser, rich_address: str, request: pytest.FixtureRequest
) -> Iterator[Page]:
    """The rich chapter in a browser; its complaints fail the test."""
    context = browser.new_context(locale="en-US")
    context.set_default_timeout(10_000)
    opened = context.new_page()
    complaints = listen(opened, rich_address)
    opened.goto(f"{rich_address}{request.param}/part/one.html")
    yield opened
    context.close()
    assert complaints == []
