"""Linear regression: oracles, equations, errors, what the page claims."""

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from book.formula import Random, columns, formula
from d2lcode import data
from d2lcode.linear.linear_regression import (
    data_iter,
    linreg,
    sgd,
    solve_normal_equation,
    squared_loss,
)

SHAPES = [(1, 1), (5, 3), (40, 7)]


def problem(n: int, D: int, seed: int = 0) -> tuple[Tensor, ...]:
    """X (n, D), y (n,), w (D,), b (): random, float64."""
    generator = torch.Generator().manual_seed(seed)
    shapes = (n, D), (n,), (D,), ()
    return tuple(
        torch.randn(shape, generator=generator, dtype=torch.float64)
        for shape in shapes
    )


def with_ones(X: Tensor) -> np.ndarray:
    return np.hstack([X.numpy(), np.ones((len(X), 1))])


def descend(
    X: Tensor, y: Tensor, learning_rate: float, steps: int, start: np.ndarray
) -> np.ndarray:
    """Full-batch descent with the chapter's code: theta (D + 1,)."""
    w = torch.tensor(start[:-1], requires_grad=True)
    b = torch.tensor(start[-1], requires_grad=True)
    for _ in range(steps):
        squared_loss(linreg(X, w, b), y).backward()
        sgd([w, b], learning_rate)
    return np.append(w.detach().numpy(), b.item())


# --- The equations -------------------------------------------------------


@pytest.mark.equation("eq:linreg-model")
@pytest.mark.parametrize("n, D", SHAPES)
def test_model(n: int, D: int) -> None:
    X, _, w, b = problem(n, D)
    formula("eq:linreg-model").check(
        {r"\hat y": linreg(X, w, b), "X": X, "w": w, "b": b}
    )


@pytest.mark.equation("eq:linreg-loss")
@pytest.mark.parametrize("n, D", SHAPES)
def test_loss(n: int, D: int) -> None:
    X, y, w, b = problem(n, D)

    def loss(w: np.ndarray, b: float) -> float:
        theta = torch.tensor(w), torch.tensor(b, dtype=torch.float64)
        y_hat = linreg(X, *theta)
        return squared_loss(y_hat, y).item()

    formula("eq:linreg-loss").check(
        {r"\L": loss, "X": X, "w": w, "b": b, "y": y, "n": n}
        | {"r": linreg(X, w, b) - y}
    )


@pytest.mark.equation("eq:linreg-gradient")
@pytest.mark.parametrize("n, D", SHAPES)
def test_gradient(n: int, D: int) -> None:
    X, y, w, b = problem(n, D)
    w.requires_grad_()
    b.requires_grad_()
    y_hat = linreg(X, w, b)
    squared_loss(y_hat, y).backward()
    slopes = {
        r"\nabla_w \L": w.grad,
        r"\frac{\partial \L}{\partial b}": b.grad,
    }
    formula("eq:linreg-gradient").check(
        {"X": X, "w": w, "b": b, "y": y, r"\hat y": y_hat, "n": n} | slopes
    )


@pytest.mark.equation("eq:linreg-normal")
@pytest.mark.parametrize("n, D", [(2, 1), (9, 3), (40, 7)])
def test_normal_equation(n: int, D: int) -> None:
    X, y, _, _ = problem(n, D)
    w, b = solve_normal_equation(X, y)
    assert w.shape == (D,) and b.shape == ()
    A, theta = with_ones(X), np.append(w.numpy(), b.item())
    formula("eq:linreg-normal").check({"A": A, r"\theta": theta, "y": y})
    best = np.linalg.lstsq(A, y.numpy(), rcond=None)[0]
    np.testing.assert_allclose(theta, best, rtol=1e-6)


@pytest.mark.equation("eq:linreg-sampling")
@pytest.mark.parametrize("B", [2, 3])
def test_sampling(B: int) -> None:
    """Over all batches: the mean and the covariance of the gradient."""
    n, D = 5, 2
    X, y, w, b = problem(n, D)
    w.requires_grad_()
    b.requires_grad_()

    def gradient(batch: tuple[int, ...]) -> np.ndarray:
        """Of the loss of some rows, counted from 1: (D + 1, 1)."""
        rows = [i - 1 for i in batch]
        loss = squared_loss(linreg(X[rows], w, b), y[rows])
        slopes = torch.autograd.grad(loss, (w, b))
        return np.append(*(g.numpy() for g in slopes))[:, None]

    rows = range(1, n + 1)
    batches = list(itertools.combinations(rows, B))
    each = [gradient((i,)) for i in rows]
    formula("eq:linreg-sampling").check(
        {
            "S": Random(batches),
            "g_S": Random([gradient(batch) for batch in batches]),
            "g": each,
            r"\nabla\L": gradient(tuple(rows)),
            r"\Sigma": np.cov(np.hstack(each), bias=True),
            "n": n,
            "B": B,
        }
    )


def test_every_batch_is_equally_likely() -> None:
    """What eq:linreg-sampling assumes of the reader, at each position."""
    X, y = torch.arange(4.0).unsqueeze(1), torch.arange(4.0)
    draws, counts = 1200, [dict[frozenset[float], int](), {}]
    for _ in range(draws):
        for count, (_, batch) in zip(counts, data_iter(X, y, 2), strict=True):
            pair = frozenset(batch.tolist())
            count[pair] = count.get(pair, 0) + 1
    for count in counts:
        assert len(count) == math.comb(4, 2)
        deviation = math.sqrt(draws / 6 * 5 / 6)
        for seen in count.values():
            assert abs(seen - draws / 6) < 5 * deviation


@pytest.mark.equation("eq:linreg-update")
def test_update() -> None:
    X, y, w, b = problem(6, 3)
    rows, eta = [4, 1], 0.3
    before = torch.cat([w, b[None]])
    w.requires_grad_()
    b.requires_grad_()
    squared_loss(linreg(X[rows], w, b), y[rows]).backward()
    assert w.grad is not None and b.grad is not None
    gradient = torch.cat([w.grad, b.grad[None]])
    sgd([w, b], eta)
    after = torch.cat([w, b[None]])
    formula("eq:linreg-update").check(
        {r"\theta \leftarrow": after, r"\theta": before}
        | {r"\eta": eta, "g_S": gradient}
    )


@pytest.mark.equation("eq:linreg-contraction")
@pytest.mark.parametrize("eta", [0.05, 0.4, 5.0])
def test_contraction(eta: float) -> None:
    X, y, w, b = problem(12, 3)
    A, start = with_ones(X), np.append(w.numpy(), b.item())
    best = np.linalg.lstsq(A, y.numpy(), rcond=None)[0]
    distance = formula("eq:linreg-contraction")
    for t in (1, 2, 7):
        distance.check(
            {
                r"\theta_t": descend(X, y, eta, t, start),
                r"\theta_0": start,
                r"\theta^*": best,
                "I": np.eye(4),
                r"\eta": eta,
                "H": A.T @ A / len(A),
                "t": t,
            },
            tolerance=1e-8,
            absolute=1e-10,
        )


@pytest.mark.equation(
    "eq:linreg-threshold",
    fixed=r"""\L(\theta_t) \to \min \L \;\text{ from every start}\;
    \iff\; 0 < \eta < \frac{2}{\lambda_{\max}} \label{eq:linreg-threshold}""",
    chinese=r"""\L(\theta_t) \to \min \L \;\text{（不论初值）}\;
    \iff\; 0 < \eta < \frac{2}{\lambda_{\max}} \label{eq:linreg-threshold}""",
)
@pytest.mark.parametrize("D", [1, 3])
@pytest.mark.parametrize("rank_deficient", [False, True])
def test_threshold(D: int, rank_deficient: bool) -> None:
    """Near the border, from the directions of H and from a mixture.

    The loss is quadratic and the steps are linear: what holds from each
    eigenvector holds from every start.
    """
    X, y, w, b = problem(12, D)
    if rank_deficient:
        X = torch.cat([X, X[:, :1]], dim=1)
        w = torch.cat([w, w[:1] + 1])
    A = with_ones(X)
    best = np.linalg.lstsq(A, y.numpy(), rcond=None)[0]
    values, vectors = np.linalg.eigh(A.T @ A / len(A))
    border = 2 / values[-1]

    def excess(theta: np.ndarray) -> float:
        return float(((A @ (theta - best)) ** 2).mean() / 2)

    def left(start: np.ndarray, eta: float, steps: int) -> float:
        return excess(descend(X, y, eta, steps, start)) / excess(start)

    starts = [np.append(w.numpy(), b.item())]
    starts += [best + v for v in vectors.T[values > 1e-9]]
    for start in starts:
        for share in (0.4, 0.97):
            assert left(start, share * border, 250) < 1e-6
    top = best + vectors[:, -1]
    for start in (starts[0], top):
        assert left(start, 1.03 * border, 100) > 1e3
    assert left(top, border, 20) == pytest.approx(1, rel=1e-6)


@pytest.mark.equation("eq:linreg-likelihood")
@pytest.mark.parametrize("sigma", [0.3, 1.1, 4.0])
def test_likelihood(sigma: float) -> None:
    X, y, w, b = problem(11, 3)
    normal = torch.distributions.Normal(linreg(X, w, b), sigma)
    density = normal.log_prob(y).exp().prod()
    loss = squared_loss(linreg(X, w, b), y)
    formula("eq:linreg-likelihood").check(
        {r"p(y \mid X, w, b)": density, r"\L(w, b)": loss}
        | {"n": len(y), r"\sigma": sigma}
    )


def test_likelihood_gives_the_noise_variance() -> None:
    """sigma^2 = 2 L minimizes eq:linreg-likelihood for a fixed loss."""
    n, loss = 9, 1.7

    def cost(variance: float) -> float:
        return n / 2 * math.log(2 * math.pi * variance) + n / variance * loss

    best = 2 * loss
    assert all(cost(best) < cost(best * f) for f in (0.5, 0.99, 1.01, 2.0))


@pytest.mark.equation("eq:linreg-minimum-norm")
@pytest.mark.parametrize("n, D, twin", [(4, 6, False), (12, 3, True)])
def test_minimum_norm(n: int, D: int, twin: bool) -> None:
    """Descent from zero, the pseudoinverse, the sum over its values."""
    X, y, _, _ = problem(n, D)
    if twin:
        X = torch.cat([X, 2 * X[:, :1]], dim=1)
    A = with_ones(X)
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    rank = int((s > 1e-10 * s[0]).sum())
    eta = 1 / np.linalg.eigvalsh(A.T @ A / n)[-1]
    found = descend(X, y, eta, 4000, np.zeros(A.shape[1]))
    formula("eq:linreg-minimum-norm").check(
        {
            r"\theta^+": found,
            "A^+": torch.linalg.pinv(torch.tensor(A)),
            "y": y[:, None],
            "u": columns(U),
            "v": columns(Vt.T),
            "s": s,
            "k": range(1, rank + 1),
        },
        tolerance=1e-6,
    )
    # Every other minimizer is longer: add a direction that A maps to 0.
    null = np.linalg.svd(A)[2][rank:]
    assert len(null) > 0
    for direction in null:
        other = found + 0.1 * direction
        np.testing.assert_allclose(A @ other, A @ found, atol=1e-10)
        assert np.linalg.norm(other) > np.linalg.norm(found)


def test_minibatches_stay_in_the_row_space() -> None:
    X, y, _, _ = problem(12, 3)
    X = torch.cat([X, X[:, :1]], dim=1)
    w = torch.zeros(4, dtype=torch.float64, requires_grad=True)
    b = torch.zeros((), dtype=torch.float64, requires_grad=True)
    for _ in range(5):
        for X_batch, y_batch in data_iter(X, y, 5):
            squared_loss(linreg(X_batch, w, b), y_batch).backward()
            sgd([w, b], 0.05)
    assert w[0].item() == pytest.approx(w[3].item(), rel=1e-12)
    assert w[0].item() != 0


# --- The oracles ---------------------------------------------------------


@given(
    n=st.integers(1, 30),
    D=st.integers(1, 6),
    B=st.integers(1, 8),
    seed=st.integers(0, 99),
)
@settings(max_examples=20, deadline=None)
def test_equals_linear_and_sgd_step_by_step(
    n: int, D: int, B: int, seed: int
) -> None:
    X, y, w, b = problem(n, D, seed)
    layer = nn.Linear(D, 1, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(w)
        layer.bias.fill_(b.item())
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.05)
    mse = nn.MSELoss()
    w.requires_grad_()
    b.requires_grad_()
    for _ in range(2):
        for X_batch, y_batch in data_iter(X, y, B):
            y_hat = linreg(X_batch, w, b)
            loss = squared_loss(y_hat, y_batch)
            loss.backward()
            theirs = layer(X_batch).squeeze(1)
            their_loss = mse(theirs, y_batch) / 2
            optimizer.zero_grad()
            their_loss.backward()
            torch.testing.assert_close(y_hat, theirs)
            torch.testing.assert_close(loss, their_loss)
            their_w, their_b = layer.weight.grad, layer.bias.grad
            assert their_w is not None and their_b is not None
            torch.testing.assert_close(w.grad, their_w[0])
            torch.testing.assert_close(b.grad, their_b[0])
            sgd([w, b], 0.05)
            optimizer.step()
            torch.testing.assert_close(w, layer.weight[0])
            torch.testing.assert_close(b, layer.bias[0])


@given(n=st.integers(8, 40), D=st.integers(1, 6), seed=st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_equals_lstsq(n: int, D: int, seed: int) -> None:
    X, y, _, _ = problem(n, D, seed)
    A = torch.cat([X, torch.ones(n, 1, dtype=torch.float64)], dim=1)
    expected = torch.linalg.lstsq(A, y.unsqueeze(1)).solution.squeeze(1)
    w, b = solve_normal_equation(X, y)
    torch.testing.assert_close(w, expected[:-1], rtol=1e-7, atol=1e-8)
    torch.testing.assert_close(b, expected[-1], rtol=1e-7, atol=1e-8)
    residual = linreg(X, w, b) - y
    torch.testing.assert_close(
        A.T @ residual, torch.zeros_like(expected), rtol=0, atol=1e-9
    )


def test_gradients_against_differences() -> None:
    X, y, w, b = problem(5, 3)
    inputs = [t.requires_grad_() for t in (X, w, b, y)]
    assert torch.autograd.gradcheck(
        lambda X, w, b, y: squared_loss(linreg(X, w, b), y), inputs
    )


def test_by_hand() -> None:
    """The three points of the page, (0, 1), (1, 2), (2, 4), and a guess."""
    X = torch.tensor([[0.0], [1.0], [2.0]], dtype=torch.float64)
    y = torch.tensor([1.0, 2.0, 4.0], dtype=torch.float64)
    w, b = solve_normal_equation(X, y)
    assert w.tolist() == pytest.approx([3 / 2])
    assert b.item() == pytest.approx(5 / 6)
    # Residuals -1/6, 1/3, -1/6: half their mean square is 1/36.
    assert squared_loss(linreg(X, w, b), y).item() == pytest.approx(1 / 36)
    w = torch.tensor([0.5], dtype=torch.float64, requires_grad=True)
    b = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    guess = squared_loss(linreg(X, w, b), y)
    guess.backward()
    assert guess.item() == pytest.approx(0.375)
    assert w.grad is not None and w.grad.item() == pytest.approx(-0.5)
    assert b.grad is not None and b.grad.item() == pytest.approx(1 / 6)
    # Exercise 1: through zero.
    assert (X.T @ y / (X.T @ X)).item() == pytest.approx(2)


@pytest.mark.parametrize("rate, factor", [(0.25, 0), (0.5, -1), (4, -15)])
def test_one_parameter(rate: float, factor: float) -> None:
    """“Check yourself”: a step multiplies the distance by 1 - 4 rate."""
    theta = torch.tensor(3.0, requires_grad=True)
    (4 / 2 * (theta - 2).square()).backward()
    sgd([theta], rate)
    assert theta.item() - 2 == pytest.approx(factor)


def test_all_products_overfit() -> None:
    """Exercise 5, on five splits."""
    table = data.load_diabetes(scaled=False)
    for seed in range(5):
        torch.manual_seed(seed)
        order = torch.randperm(len(table.X))
        train, test = order[:342], order[342:]
        mean = table.X[train].mean(dim=0)
        std = table.X[train].std(dim=0, correction=0)
        X, y = ((table.X - mean) / std).double(), table.y.double()
        pairs = itertools.combinations_with_replacement(range(10), 2)
        products = [X[:, i] * X[:, j] for i, j in pairs]
        assert len(products) == 55
        errors = []
        for columns_ in (X, torch.cat([X, torch.stack(products, 1)], 1)):
            A = torch.cat([columns_, columns_.new_ones(len(X), 1)], dim=1)
            theta = torch.linalg.pinv(A[train]) @ y[train]
            error = (A @ theta - y).square()
            errors.append((error[train].mean(), error[test].mean()))
        assert errors[1][0] < errors[0][0] and errors[1][1] > errors[0][1]


# --- The reader ----------------------------------------------------------


@given(n=st.integers(1, 20), B=st.integers(1, 25))
@settings(max_examples=20, deadline=None)
def test_reader_yields_each_row_once(n: int, B: int) -> None:
    X, y = torch.arange(2 * n).reshape(n, 2), 2 * torch.arange(n)
    batches = list(data_iter(X, y, B))
    sizes = [len(y_batch) for _, y_batch in batches]
    assert sizes == [B] * (n // B) + ([n % B] if n % B else [])
    rows = torch.cat([X_batch for X_batch, _ in batches])
    targets = torch.cat([y_batch for _, y_batch in batches])
    assert sorted(targets.tolist()) == y.tolist()
    assert rows.tolist() == [[t, t + 1] for t in targets.tolist()]


def test_reader_follows_the_seed() -> None:
    X, y = torch.arange(50).unsqueeze(1), torch.arange(50)

    def order(seed: int) -> list[int]:
        torch.manual_seed(seed)
        return torch.cat(
            [y_batch for _, y_batch in data_iter(X, y, 7)]
        ).tolist()

    assert order(1) == order(1) != order(2)
    assert order(1) != y.tolist()


# --- The optimizer -------------------------------------------------------


def test_sgd_works_in_place_and_clears() -> None:
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    address = w.data_ptr()
    (3 * w).sum().backward()
    sgd(iter([w]), 0.5)
    assert w.tolist() == [-0.5, 0.5]
    assert w.data_ptr() == address and w.requires_grad
    assert w.grad is None


# --- What the page claims ------------------------------------------------


def test_broadcast_loss_is_minimal_at_the_mean() -> None:
    """mean_ij (a_i - y_j)^2 = mean_i (a_i - mean y)^2 + Var(y)."""
    X, y, w, b = problem(9, 2)
    y_hat = linreg(X, w, b)
    broadcast = (y_hat.unsqueeze(1) - y).square()
    assert broadcast.shape == (9, 9)
    expected = (y_hat - y.mean()).square().mean() + y.var(correction=0)
    torch.testing.assert_close(broadcast.mean(), expected)


def test_minibatch_steps_never_expand_below_the_row_bound() -> None:
    """eta < 2 / max |(x, 1)|^2: no eigenvalue of I - eta H_B below -1."""
    X, _, _, _ = problem(30, 4)
    A = with_ones(X)
    eta = 2 / (A**2).sum(1).max()
    for seed in range(20):
        rows = np.random.default_rng(seed).permutation(30)[: seed % 5 + 1]
        H = A[rows].T @ A[rows] / len(rows)
        assert np.linalg.eigvalsh(np.eye(5) - eta * H)[0] >= -1 - 1e-12


def test_float32_refuses_what_float64_solves() -> None:
    X, y, _, _ = problem(20, 1)
    X = torch.cat([X, X + 1e-4 * torch.randn(20, 1).double()], dim=1)
    w, _ = solve_normal_equation(X, y)
    assert torch.isfinite(w).all()
    with pytest.raises(ValueError, match=r"rank 3 in torch.float32, got 2"):
        solve_normal_equation(X.float(), y.float())


# --- The errors ----------------------------------------------------------


def test_reader_refuses() -> None:
    X, y = torch.zeros(3, 2), torch.zeros(3)
    with pytest.raises(ValueError, match="X must hold at least one row"):
        data_iter(X[:0], y[:0], 2)
    with pytest.raises(ValueError, match="y must have 3 rows as X, got 2"):
        data_iter(X, y[:2], 2)
    with pytest.raises(ValueError, match="batch_size must be .* 1, got 0"):
        data_iter(X, y, 0)


def test_model_refuses() -> None:
    X, w, b = torch.zeros(3, 2), torch.zeros(2), torch.zeros(())
    assert linreg(X, w, torch.zeros(1)).shape == (3,)
    with pytest.raises(ValueError, match=r"X must be \(B, D\), got \(2,\)"):
        linreg(X[0], w, b)
    with pytest.raises(ValueError, match=r"w must be \(2,\), got \(2, 1\)"):
        linreg(X, w.unsqueeze(1), b)
    with pytest.raises(ValueError, match=r"b must be \(\) or \(1,\), got"):
        linreg(X, w, torch.zeros(3))


def test_loss_refuses() -> None:
    with pytest.raises(ValueError, match=r"shape of y, \(3,\), got \(3, 1\)"):
        squared_loss(torch.zeros(3, 1), torch.zeros(3))
    with pytest.raises(ValueError, match="y must hold at least one number"):
        squared_loss(torch.zeros(0), torch.zeros(0))


@pytest.mark.parametrize("rate", [0.0, -0.1, math.inf, math.nan])
def test_sgd_refuses_a_learning_rate(rate: float) -> None:
    w = torch.zeros(2, requires_grad=True)
    w.sum().backward()
    with pytest.raises(ValueError, match=f"positive and finite, got {rate}"):
        sgd([w], rate)
    assert w.tolist() == [0, 0]


def test_sgd_moves_nothing_if_one_gradient_is_missing() -> None:
    w = torch.ones(2, requires_grad=True)
    w.grad = torch.ones(2)
    with pytest.raises(ValueError, match="whose grad is None"):
        sgd(iter([w, torch.zeros(2, requires_grad=True)]), 0.1)
    assert w.tolist() == [1, 1]
    assert w.grad is not None


def test_sgd_refuses_a_parameter_without_gradient() -> None:
    with pytest.raises(ValueError, match="parameters must have gradients"):
        sgd([torch.zeros(2, requires_grad=True)], 0.1)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_normal_equation_refuses_dependent_columns(dtype: torch.dtype) -> None:
    X, y, _, _ = (t.to(dtype) for t in problem(20, 3))
    for column in (
        X[:, :1],  # the same column twice
        2.54 * X[:, :1],  # the same length in other units
        torch.full_like(X[:, :1], 7),  # constant: parallel to the ones
    ):
        with pytest.raises(ValueError, match="must have rank 5 .* got 4"):
            solve_normal_equation(torch.cat([X, column], dim=1), y)
    with pytest.raises(ValueError, match="must have rank 4 .* got 3"):
        solve_normal_equation(X[:3], y[:3])


def test_normal_equation_refuses_shapes() -> None:
    X, y, _, _ = problem(5, 2)
    with pytest.raises(ValueError, match=r"X must be \(n, D\), got \(5,\)"):
        solve_normal_equation(y, y)
    with pytest.raises(ValueError, match=r"y must be \(5,\), got \(5, 1\)"):
        solve_normal_equation(X, y.unsqueeze(1))
