"""The runner: what passes, what fails, and what it leaves behind."""

import os
import random
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent

import matplotlib as mpl
import numpy as np
import pytest
import torch

from book.edit.update import update
from book.page.blocks import read
from book.run import figures

FIGURE = """\
```python
import matplotlib.pyplot as plt
from d2lcode import plotting

plotting.use_style()
fig, ax = plt.subplots()
ax.plot([0, 1], [0, 2], label="training loss")
ax.legend()
plt.show()
```

![A line.](page-line.svg)
"""

MARKER = "<!--pytest-codeblocks:expected-output-->"


def block(code: str, output: str | None = None) -> str:
    fence = f"```python\n{dedent(code).strip()}\n```\n"
    if output is None:
        return fence
    return f"{fence}\n{MARKER}\n\n```text\n{output}\n```\n"


class Recorder:
    """A pytest plugin that keeps what a run reported."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.text = ""

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.outcomes["error"] += 1
            self.text += f"{report.longrepr}\n"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            self.outcomes[report.outcome] += 1
            self.text += f"{report.nodeid}\n{report.longrepr}\n"


class Runner:
    """Writes a page in both languages and runs the English one."""

    def __init__(self, root: Path) -> None:
        self.docs = root / "docs"

    def write(self, *parts: str) -> None:
        text = "# Page\n\n" + "\n".join(parts)
        for language in ("en", "zh"):
            path = self.docs / language / "page.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def __call__(self, *parts: str, options: Sequence[str] = ()) -> Recorder:
        self.write(*parts)
        return self.again(*options)

    def update(self, *parts: str) -> Recorder:
        """Write a page, and what its blocks give."""
        self.write(*parts)
        update(read(self.docs / "en" / "page.md"), seeds=())
        return self.again()

    def again(self, *options: str) -> Recorder:
        recorder = Recorder()
        page = str(self.docs / "en" / "page.md")
        pytest.main(
            ["-p", "book.run.plugin", "-p", "no:cacheprovider",
             "-p", "no:terminal",
             "-c", os.devnull, "--rootdir", str(self.docs), page, *options],
            plugins=[recorder],
        )  # fmt: skip
        return recorder

    def read(self, name: str) -> str:
        return (self.docs / name).read_text(encoding="utf-8")


@pytest.fixture
def run(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


def test_blocks_share_a_namespace(run: Runner) -> None:
    result = run(block("x = 1"), block("print(x + 1)", "2"))
    assert result.outcomes == {"passed": 2}


def test_a_block_has_the_line_of_its_fence(run: Runner) -> None:
    result = run(block("x = 1"), block("y = 2"))
    assert "page.md::block-02-line-7" in result.text


def test_a_page_starts_with_an_empty_namespace(run: Runner) -> None:
    assert run(block("torch.ones(1)")).outcomes == {"failed": 1}


def test_behind_a_failure_the_page_is_skipped(run: Runner) -> None:
    result = run(block("x = 1"), block("1 / 0"), block("x"), block("x"))
    assert result.outcomes == {"passed": 1, "failed": 1, "skipped": 2}
    assert "ZeroDivisionError" in result.text


def test_a_failure_names_the_line_of_the_page(run: Runner) -> None:
    result = run("Words.\n", block("x = 1\n1 / 0"))
    assert "page.md:7: in <module>\n    1 / 0\n" in result.text


@pytest.mark.parametrize(
    ("shown", "printed", "agree"),
    [
        ("2", "2", True),
        ("2", "3", False),
        ("loss 0.500", "loss 0.503", True),
        ("loss 0.500", "loss 0.520", False),
        ("loss 0.500", "lose 0.500", False),
        ("a\nb", "a", False),
    ],
)
def test_outputs_are_compared(
    run: Runner, shown: str, printed: str, agree: bool
) -> None:
    result = run(block(f"print({printed!r})", shown))
    assert result.outcomes == {"passed" if agree else "failed": 1}


def test_a_tolerance_of_the_page(run: Runner) -> None:
    text = block("print('loss 0.52')", "loss 0.50")
    assert run(text).outcomes == {"failed": 1}
    wide = text.replace(MARKER, f"<!--book:tolerance 5%-->\n\n{MARKER}")
    assert run(wide).outcomes == {"passed": 1}


def test_print_without_output_fails(run: Runner) -> None:
    result = run(block("print('unseen')"))
    assert result.outcomes == {"failed": 1}
    assert "the page shows nothing" in result.text


def test_output_that_nothing_prints_fails(run: Runner) -> None:
    assert run(block("x = 1", "1")).outcomes == {"failed": 1}


def test_a_figure_without_file_fails(run: Runner) -> None:
    result = run(FIGURE)
    assert result.outcomes == {"failed": 1}
    assert "page-line.svg: the file is missing" in result.text


def test_a_changed_figure_fails(run: Runner) -> None:
    assert run.update(FIGURE).outcomes == {"passed": 1}
    assert run(FIGURE.replace("[0, 2]", "[0, -2]")).outcomes == {"failed": 1}
    assert run(FIGURE.replace("training loss", "loss")).outcomes == {
        "failed": 1
    }
    assert run(FIGURE).outcomes == {"passed": 1}


def test_a_chinese_figure_that_differs_fails(run: Runner) -> None:
    assert run.update(FIGURE).outcomes == {"passed": 1}
    path = run.docs / "zh" / "page-line.svg"
    svg = path.read_text(encoding="utf-8")
    svg = svg.replace(">训练损失<", ">损失<")
    path.write_text(svg, encoding="utf-8")
    result = run.again()
    assert result.outcomes == {"failed": 1}
    assert "page.md:14: zh: page-line.svg: the drawing was" in result.text
    data = figures.plotted(svg)
    assert data
    path.write_text(figures.sealed(svg, data), encoding="utf-8")
    result = run.again()
    assert "page.md:14: zh: page-line.svg: text '损失' came" in result.text


def test_a_figure_that_no_block_draws(run: Runner) -> None:
    result = run(block("x = 1"), "![A line.](page-line.svg)\n")
    assert result.outcomes == {"failed": 1}
    assert "page-line.svg: no block draws it" in result.text


def test_a_figure_drawn_and_not_in_the_page(run: Runner) -> None:
    result = run(FIGURE.partition("![")[0])
    assert result.outcomes == {"failed": 1}
    assert "draws 1 figure(s), the page shows 0" in result.text


def test_a_figure_drawn_and_not_shown(run: Runner) -> None:
    result = run(FIGURE.replace("plt.show()\n", ""))
    assert result.outcomes == {"failed": 1}
    assert "a figure was drawn and not shown" in result.text


def test_a_page_that_is_none(run: Runner) -> None:
    result = run("```py\nx = 1\n```\n")
    assert result.outcomes == {"error": 1}
    assert "page.md:3: " in result.text
    assert "write exactly ```python" in result.text


def test_every_page_starts_alike(run: Runner) -> None:
    text = block(
        """
        import random
        import matplotlib as mpl
        import torch
        print(random.random() + torch.rand(1).item())
        mpl.rcParams["lines.linewidth"] = 9.0
        """
    )
    run.update(text)
    assert run.again().outcomes == {"passed": 1}


def test_a_page_leaves_nothing_behind(run: Runner) -> None:
    def state() -> list[object]:
        return [
            {k: v for k, v in os.environ.items() if "PYTEST" not in k},
            Path.cwd(),
            dict(mpl.rcParams),
            random.getstate(),
            np.random.get_state()[1].tolist(),
            torch.get_rng_state().tolist(),
            torch.get_default_dtype(),
            torch.is_grad_enabled(),
            torch.get_num_threads(),
            f"{torch.tensor(1 / 3)} {np.array([1 / 3])}",
            sys.modules["__main__"],
        ]

    before = state()
    result = run(
        block(
            """
            import os, random
            import matplotlib as mpl, numpy as np, torch
            os.environ["D2LCODE_DEVICE"] = "nowhere"
            open("scratch.txt", "w").write("x")
            random.seed(1), np.random.seed(1), torch.manual_seed(1)
            torch.set_default_dtype(torch.float64)
            torch.set_grad_enabled(False)
            torch.set_printoptions(precision=2)
            np.set_printoptions(precision=2)
            mpl.rcParams["lines.linewidth"] = 9.0
            """
        )
    )
    assert result.outcomes == {"passed": 1}
    assert state() == before
    assert not Path("scratch.txt").exists()


UNSTABLE = """
import torch
x = torch.linspace(0.1, 0.9, 7)
print((x.exp() - x.clone().exp_()).abs().max().item() > 0)
print((x.exp().sum() / 7).item() == {exact!r})
"""


def test_noise_disturbs_a_page(run: Runner) -> None:
    exact = (torch.linspace(0.1, 0.9, 7).exp().sum() / 7).item()
    text = block(UNSTABLE.format(exact=exact), "False\nTrue")
    assert run(text).outcomes == {"passed": 1}
    noisy = run.again("--noise", "1")
    assert noisy.outcomes == {"failed": 1}
    assert "the words differ" in noisy.text
    assert run.again().outcomes == {"passed": 1}


def test_threads_of_a_page(run: Runner) -> None:
    text = block("import torch\nprint(torch.get_num_threads())", "1")
    assert run(text).outcomes == {"passed": 1}
    assert run.again("--threads", "2").outcomes == {"failed": 1}


def test_a_tolerance_above_the_ceiling_fails(run: Runner) -> None:
    text = block("print('loss 0.50')", "loss 0.50")
    wide = text.replace(MARKER, f"<!--book:tolerance 30%-->\n\n{MARKER}")
    result = run(wide)
    assert result.outcomes == {"failed": 1}
    assert "30 % is no tolerance" in result.text
