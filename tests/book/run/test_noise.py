"""Rounding noise: what it moves, what it leaves alone."""

import ast
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from book.page.blocks import parse
from book.run.noise import Noise
from book.run.session import Session


@pytest.fixture
def noise() -> Iterator[Noise]:
    with Noise(1) as made:
        yield made


def noisy(noise: Noise, compute: Callable[[], Any]) -> Any:
    """A result under noise, computed as if the page did."""
    with noise.on():
        names = {"__name__": "__main__", "compute": compute}
        return eval("compute()", names)


def page(code: str, tmp_path: Path) -> str:
    path = tmp_path / "docs" / "en" / "page.md"
    lines = f"# Page\n\n```python\n{code}\n```\n".splitlines()
    return parse(path, lines).codes[0]


def printed(noise: Noise, code: str, tmp_path: Path) -> str:
    return Session(noise).run(page(code, tmp_path)).output


A = torch.linspace(-3.1, 4.7, 30).view(5, 6)


@pytest.mark.parametrize(
    "compute",
    [
        lambda: A @ A.T,
        lambda: A.double() @ A.T.double(),
        lambda: A.exp(),
        lambda: A.clone().exp_(),
        lambda: torch.exp(A, out=torch.empty_like(A)),
        lambda: A.softmax(1),
        lambda: A.std(0),
        lambda: A.clone().T.contiguous().T.sigmoid_(),
        lambda: A.sum(1),
        lambda: A.clone().addcdiv_(A, A + 9.13, value=0.1),
        lambda: nn.functional.conv2d(A.view(1, 1, 5, 6), A.view(1, 1, 5, 6)),
        lambda: nn.functional.layer_norm(A, (6,)),
        lambda: 0.3**A,
        lambda: torch.float_power(2, A),
        lambda: A.abs() ** 0.3,
        lambda: torch.lerp(A, A + 0.7, 0.123),
        lambda: torch.linalg.svdvals(A),
        lambda: torch.fft.fft(A).abs(),
        lambda: torch.randn(40, generator=torch.Generator().manual_seed(0)),
    ],
)
def test_what_depends_on_the_processor_moves_by_last_bits(
    compute: Callable[[], torch.Tensor], noise: Noise
) -> None:
    clean, moved = compute(), noisy(noise, compute)
    assert not torch.equal(clean, moved)
    torch.testing.assert_close(clean, moved, rtol=2e-6, atol=2e-6)
    assert torch.equal(compute(), clean)  # off, it is off


def test_a_backward_pass_moves(noise: Noise) -> None:
    def gradient() -> torch.Tensor:
        w = A.clone().requires_grad_()
        (w @ A.T).square().sum().backward()
        assert w.grad is not None
        return w.grad

    clean, moved = gradient(), noisy(noise, gradient)
    assert not torch.equal(clean, moved)
    torch.testing.assert_close(clean, moved, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize(
    "compute",
    [
        lambda: A.round() @ A.round().T,
        lambda: torch.tensor([0.5, 0.25]).sum(),
        lambda: torch.zeros(3).exp(),
        lambda: torch.tensor([1e-42, 3e-45]).sum(0, keepdim=True),
        lambda: torch.tensor([30.0, 40.0]).sigmoid(),
        lambda: A + 1.1,
        lambda: A * 1.1,
        lambda: A.argsort(),
        lambda: torch.tensor([math.inf, -math.inf]).exp(),
    ],
)
def test_what_is_exact_stays(
    compute: Callable[[], torch.Tensor], noise: Noise
) -> None:
    assert torch.equal(compute(), noisy(noise, compute))


def test_equal_computations_stay_equal(noise: Noise) -> None:
    first, second = (noisy(noise, lambda: A @ A.T) for _ in range(2))
    assert torch.equal(first, second)
    with Noise(2) as other:
        assert not torch.equal(first, noisy(other, lambda: A @ A.T))


def test_a_large_tensor_is_moved_all_over(noise: Noise) -> None:
    x = torch.linspace(0.1, 0.9, 200_000)
    moved = (x.exp() != noisy(noise, lambda: x.exp())).nonzero().flatten()
    assert len(moved) > 1000
    assert moved.diff().max() < 1000


@pytest.mark.parametrize(
    "code",
    [
        "print(repr(np.exp(a)))",
        "print(repr(np.mean(a)))",
        "print(repr(a @ a.T))",
        "print(repr(a.sum()))",
        "print(repr(a.T.dot(a)))",
        "print(repr(np.linalg.svd(a).S))",
        "print(repr(np.polynomial.Polynomial.fit(a[0], a[1], 2).coef))",
        "from scipy.special import expit\nprint(repr(expit(a)))",
        "import scipy.linalg\nprint(repr(scipy.linalg.expm(a[:, :5])))",
        "from scipy import optimize\n"
        "print(repr(optimize.brentq(lambda x: x**3 - 2.2, 0, 2)))",
        "import math\nprint(math.exp(0.3), math.log(7))",
        "import pandas as pd\nprint(repr(pd.Series(a[0]).mean()))",
        "import pandas as pd\nprint(np.log(pd.Series(abs(a[0]))).tolist())",
        "from sklearn.linear_model import Ridge\n"
        "print(repr(Ridge().fit(a, a[:, 0]).coef_))",
        "from sklearn.linear_model import SGDRegressor\n"
        "m = SGDRegressor(random_state=0).fit(a, a[:, 0])\n"
        "print(repr(m.coef_))",
    ],
)
def test_numpy_scipy_and_scikit_learn_move(
    code: str, noise: Noise, tmp_path: Path
) -> None:
    before = (
        "import numpy as np\nnp.set_printoptions(precision=17)\n"
        "a = np.linspace(-1.3, 1.7, 30).reshape(5, 6) ** 3\n"
    )
    with np.printoptions():
        clean = Session().run(page(before + code, tmp_path)).output
        moved = printed(noise, before + code, tmp_path)
    assert clean != moved


def test_equal_inputs_of_scikit_learn_stay_equal(noise: Noise) -> None:
    values = np.array([0.1, 0.7, 0.1, 3.0, 0.7])
    moved = noise.steps.given(values)
    assert moved[0] == moved[2] and moved[1] == moved[4] and moved[3] == 3
    np.testing.assert_allclose(moved, values, rtol=1e-15)


def test_nothing_is_left_behind() -> None:
    exp, log = np.exp, math.log
    with Noise(1):
        assert np.exp is not exp
    assert np.exp is exp and math.log is log
    assert torch.equal(A.exp(), A.clone().exp_())


def test_lines_of_a_block_keep_their_numbers(noise: Noise) -> None:
    tree = noise.heard(ast.parse("x = 1\ny = x @ x"), {})
    assert [node.lineno for node in tree.body] == [1, 2]
    assert "__noise__(x @ x, " in ast.unparse(tree)


def test_a_drawing_is_not_disturbed(noise: Noise, tmp_path: Path) -> None:
    code = "import matplotlib.pyplot as plt\nplt.plot([0.1, 0.3])\nplt.show()"
    with noise.on():
        (moved,) = Session(noise).run(page(code, tmp_path)).figures
    assert "<path" in moved
