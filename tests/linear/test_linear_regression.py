"""Linear regression: oracles, equations, errors, what the page claims."""

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

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
    expected = [
        sum(float(X[i, j]) * float(w[j]) for j in range(D)) + float(b)
        for i in range(n)
    ]
    np.testing.assert_allclose(linreg(X, w, b).numpy(), expected)


@pytest.mark.equation("eq:linreg-loss")
@pytest.mark.parametrize("n, D", SHAPES)
def test_loss(n: int, D: int) -> None:
    X, y, w, b = problem(n, D)
    x_, y_, w_, b_ = X.numpy(), y.numpy(), w.numpy(), float(b)
    expected = 0.0
    for i in range(n):
        expected += (x_[i] @ w_ + b_ - y_[i]) ** 2 / (2 * n)
    loss = squared_loss(linreg(X, w, b), y)
    assert loss.item() == pytest.approx(expected, rel=1e-12)


@pytest.mark.equation("eq:linreg-gradient")
@pytest.mark.parametrize("n, D", SHAPES)
def test_gradient(n: int, D: int) -> None:
    X, y, w, b = problem(n, D)
    w.requires_grad_()
    b.requires_grad_()
    squared_loss(linreg(X, w, b), y).backward()
    x_, y_, w_, b_ = X.numpy(), y.numpy(), w.detach().numpy(), b.item()
    grad_w, grad_b = np.zeros(D), 0.0
    for i in range(n):
        residual = x_[i] @ w_ + b_ - y_[i]
        for j in range(D):
            grad_w[j] += residual * x_[i, j] / n
        grad_b += residual / n
    assert w.grad is not None and b.grad is not None
    np.testing.assert_allclose(w.grad.numpy(), grad_w, rtol=1e-10)
    assert b.grad.item() == pytest.approx(grad_b, rel=1e-10)


@pytest.mark.equation("eq:linreg-normal")
@pytest.mark.parametrize("n, D", [(2, 1), (9, 3), (40, 7)])
def test_normal_equation(n: int, D: int) -> None:
    X, y, _, _ = problem(n, D)
    A, y_ = with_ones(X), y.numpy()
    gram, right = np.zeros((D + 1, D + 1)), np.zeros(D + 1)
    for i in range(n):
        gram += np.outer(A[i], A[i])
        right += A[i] * y_[i]
    w, b = solve_normal_equation(X, y)
    assert w.shape == (D,) and b.shape == ()
    theta = np.append(w.numpy(), b.item())
    np.testing.assert_allclose(gram @ theta, right, atol=1e-9)
    np.testing.assert_allclose(theta, np.linalg.inv(gram) @ right, rtol=1e-6)


@pytest.mark.equation("eq:linreg-sampling")
@pytest.mark.parametrize("B", [1, 2, 3, 5, 6])
def test_sampling(B: int) -> None:
    """Over all batches: the mean and the covariance of the gradient."""
    n, D = 6, 2
    X, y, w, b = problem(n, D)
    w.requires_grad_()
    b.requires_grad_()

    def gradient(rows: tuple[int, ...]) -> np.ndarray:
        loss = squared_loss(linreg(X[list(rows)], w, b), y[list(rows)])
        return np.append(
            *(g.numpy() for g in torch.autograd.grad(loss, (w, b)))
        )

    full = gradient(tuple(range(n)))
    each = np.stack([gradient((i,)) for i in range(n)])
    batches = np.stack(
        [gradient(rows) for rows in itertools.combinations(range(n), B)]
    )
    np.testing.assert_allclose(batches.mean(0), full, atol=1e-12)
    np.testing.assert_allclose(each.mean(0), full, atol=1e-12)
    sigma = (each - full).T @ (each - full) / n
    covariance = (batches - full).T @ (batches - full) / len(batches)
    expected = (n - B) / (n - 1) / B * sigma
    np.testing.assert_allclose(covariance, expected, atol=1e-12)


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
    residual = X.numpy()[rows] @ w.numpy() + b.item() - y.numpy()[rows]
    theta = np.append(w.numpy(), b.item())
    gradient = with_ones(X)[rows].T @ residual / len(rows)
    expected = theta - eta * gradient
    w.requires_grad_()
    b.requires_grad_()
    squared_loss(linreg(X[rows], w, b), y[rows]).backward()
    sgd([w, b], eta)
    np.testing.assert_allclose(w.detach().numpy(), expected[:-1], rtol=1e-12)
    assert b.item() == pytest.approx(expected[-1], rel=1e-12)


@pytest.mark.equation("eq:linreg-contraction")
@pytest.mark.parametrize("eta", [0.05, 0.4, 5.0])
def test_contraction(eta: float) -> None:
    X, y, w, b = problem(12, 3)
    A, start = with_ones(X), np.append(w.numpy(), b.item())
    best = np.linalg.lstsq(A, y.numpy(), rcond=None)[0]
    H = A.T @ A / len(A)
    for steps in (1, 2, 7):
        factor = np.linalg.matrix_power(np.eye(4) - eta * H, steps)
        np.testing.assert_allclose(
            descend(X, y, eta, steps, start) - best,
            factor @ (start - best),
            rtol=1e-8,
            atol=1e-10,
        )


@pytest.mark.equation("eq:linreg-threshold")
@pytest.mark.parametrize("D", [1, 3, 5])
@pytest.mark.parametrize("rank_deficient", [False, True])
def test_threshold(D: int, rank_deficient: bool) -> None:
    X, y, w, b = problem(12, D)
    if rank_deficient:
        X = torch.cat([X, X[:, :1]], dim=1)
        w = torch.cat([w, w[:1] + 1])
    A, start = with_ones(X), np.append(w.numpy(), b.item())
    largest = np.linalg.eigvalsh(A.T @ A / len(A))[-1]

    def excess(theta: np.ndarray) -> float:
        best = np.linalg.lstsq(A, y.numpy(), rcond=None)[0]
        fitted = (A @ (theta - best)) ** 2
        return float(fitted.mean() / 2)

    below = descend(X, y, 0.97 * 2 / largest, 1500, start)
    above = descend(X, y, 1.03 * 2 / largest, 200, start)
    assert excess(below) < 1e-9 * excess(start)
    assert excess(above) > 1e3 * excess(start)


@pytest.mark.equation("eq:linreg-likelihood")
@pytest.mark.parametrize("sigma", [0.3, 1.0, 4.0])
def test_likelihood(sigma: float) -> None:
    X, y, w, b = problem(11, 3)
    n = len(y)
    log_likelihood = 0.0
    for i in range(n):
        mean = float(X[i] @ w + b)
        z = (float(y[i]) - mean) / sigma
        log_likelihood += math.log(
            math.exp(-(z**2) / 2) / (math.sqrt(2 * math.pi) * sigma)
        )
    loss = squared_loss(linreg(X, w, b), y).item()
    expected = n / 2 * math.log(2 * math.pi * sigma**2) + n / sigma**2 * loss
    assert -log_likelihood == pytest.approx(expected, rel=1e-10)


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
    X, y, _, _ = problem(n, D)
    if twin:
        X = torch.cat([X, 2 * X[:, :1]], dim=1)
    A = with_ones(X)
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    kept = s > 1e-10 * s[0]
    expected = sum(
        (U[:, k] @ y.numpy()) / s[k] * Vt[k] for k in np.flatnonzero(kept)
    )
    eta = 1 / np.linalg.eigvalsh(A.T @ A / n)[-1]
    zero = np.zeros(A.shape[1])
    found = descend(X, y, eta, 4000, zero)
    np.testing.assert_allclose(found, expected, atol=1e-7)
    pinv = torch.linalg.pinv(torch.tensor(A)) @ y
    np.testing.assert_allclose(pinv.numpy(), expected, atol=1e-10)
    # Every other minimizer is longer: add a direction that A maps to 0.
    null = np.linalg.svd(A)[2][kept.sum() :]
    assert len(null) > 0
    for direction in null:
        other = expected + 0.1 * direction
        np.testing.assert_allclose(A @ other, A @ expected, atol=1e-10)
        assert np.linalg.norm(other) > np.linalg.norm(expected)


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
    """Exercise 1: the points (0, 1), (1, 2), (2, 4)."""
    X = torch.tensor([[0.0], [1.0], [2.0]], dtype=torch.float64)
    y = torch.tensor([1.0, 2.0, 4.0], dtype=torch.float64)
    w, b = solve_normal_equation(X, y)
    assert w.tolist() == pytest.approx([3 / 2])
    assert b.item() == pytest.approx(5 / 6)
    # Residuals -1/6, 1/3, -1/6: half their mean square is 1/36.
    assert squared_loss(linreg(X, w, b), y).item() == pytest.approx(1 / 36)


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
