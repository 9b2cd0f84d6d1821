"""Weight decay against torch.optim, scikit-learn, the page's formulas."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import Lasso, Ridge
from torch import Tensor, nn

from book.formula import columns, each, formula
from d2lcode.mlp.weight_decay import (
    decay_groups,
    l2_penalty,
    lasso,
    ridge,
    sgd_with_decay,
    soft_threshold,
)

Array = np.ndarray
Fit = Callable[[Tensor, Tensor, float], tuple[Tensor, Tensor]]


def problem(B: int, D: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Random inputs and targets with a large mean, float64."""
    generator = torch.Generator().manual_seed(seed)
    X = torch.randn(B, D, dtype=torch.float64, generator=generator) + 2
    y = torch.randn(B, dtype=torch.float64, generator=generator) + 30
    return X, y


def penalized_solution(X: Array, y: Array, decay: float) -> Array:
    """Solve for w and b at once: the bias row has no decay."""
    B, D = X.shape
    A = np.hstack([X, np.ones((B, 1))])
    P = np.diag([decay] * D + [0.0])
    return np.linalg.solve(A.T @ A / B + P, A.T @ y / B)


def half_mse(X: Tensor, y: Tensor, w: Tensor, b: Tensor | float) -> Tensor:
    return nn.functional.mse_loss(X @ w + b, y) / 2


def run(
    update: Callable[[list[Tensor]], Callable[[], None]],
    steps: int,
    seed: int,
) -> list[Tensor]:
    """Minimize a curved function of two parameters, from fixed starts."""
    generator = torch.Generator().manual_seed(seed)
    shapes = [(3, 2), (4,)]
    parameters = [
        torch.randn(
            shape, dtype=torch.float64, generator=generator
        ).requires_grad_()
        for shape in shapes
    ]
    step = update(parameters)
    for t in range(steps):
        for w in parameters:
            w.grad = None
        loss = sum(((w - 0.1 * t) ** 4).sum() for w in parameters)
        assert isinstance(loss, Tensor)
        loss.backward()
        step()
    return [w.detach() for w in parameters]


# The update


@settings(max_examples=20, deadline=None)
@given(
    rate=st.floats(1e-4, 1e-2),
    decay=st.sampled_from([0.0, 1e-4, 0.3, 2.0]),
    seed=st.integers(0, 99),
)
def test_sgd_with_decay_is_torch_sgd(
    rate: float, decay: float, seed: int
) -> None:
    ours = run(lambda p: lambda: sgd_with_decay(p, rate, decay), 5, seed)
    theirs = run(
        lambda p: torch.optim.SGD(p, lr=rate, weight_decay=decay).step,
        5,
        seed,
    )
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-12)


def test_update_by_hand() -> None:
    w = torch.tensor([3.0, -4.0], dtype=torch.float64)
    w.grad = torch.tensor([1.0, 0.0], dtype=torch.float64)
    sgd_with_decay([w], learning_rate=0.1, weight_decay=0.5)
    expected = torch.tensor([2.75, -3.8], dtype=torch.float64)
    torch.testing.assert_close(w, expected)
    assert w.grad is None


@pytest.mark.equation("eq:decay-update")
def test_update_equals_the_gradient_of_the_objective() -> None:
    """One step from the formula, and one on the penalized loss itself."""
    X, y = problem(9, 4)
    w = torch.arange(4, dtype=torch.float64).requires_grad_()
    half_mse(X, y, w, 0).backward()
    assert w.grad is not None
    values: dict[str, object] = {r"\eta": 0.05, r"\lambda": 0.7}
    values |= {"w": w.detach().clone(), r"\nabla \L": w.grad}
    sgd_with_decay([w], learning_rate=0.05, weight_decay=0.7)
    formula("eq:decay-update").check(values | {r"w \leftarrow": w})

    v = torch.arange(4, dtype=torch.float64).requires_grad_()
    (half_mse(X, y, v, 0) + 0.7 * l2_penalty(v)).backward()
    assert v.grad is not None
    descended = v.detach() - 0.05 * v.grad
    torch.testing.assert_close(w.detach(), descended, rtol=1e-13, atol=0)


def test_without_gradient_the_weights_decay_geometrically() -> None:
    w = torch.tensor([2.0, -1.0], dtype=torch.float64)
    for _ in range(10):
        w.grad = torch.zeros_like(w)
        sgd_with_decay([w], learning_rate=0.5, weight_decay=0.2)
    expected = torch.tensor([2.0, -1.0], dtype=torch.float64) * 0.9**10
    torch.testing.assert_close(w, expected)


# The objective and its minimizer


@pytest.mark.equation("eq:decay-objective")
def test_objective_is_the_loss_plus_half_the_squared_norm() -> None:
    X, y = problem(8, 3)
    w = torch.tensor([1.0, -2.0, 0.5]).double()

    def loss(w: Array, b: float) -> float:
        return half_mse(X, y, torch.tensor(w), b).item()

    def objective(w: Array, b: float) -> float:
        return loss(w, b) + 0.3 * l2_penalty(torch.tensor(w)).item()

    formula("eq:decay-objective").check(
        {"J": objective, r"\L": loss, r"\lambda": 0.3, "w": w, "b": 20.0}
    )
    best, b = (part.numpy() for part in ridge(X, y, 0.3))
    rng, lowest = np.random.default_rng(0), objective(best, float(b))
    for _ in range(20):
        away, shift = 0.1 * rng.normal(size=3), 0.1 * rng.normal()
        assert objective(best + away, float(b) + shift) > lowest


def test_gradient_of_the_penalty_is_the_weights() -> None:
    w = torch.tensor([[1.0, -2.0], [0.5, 3.0]]).requires_grad_()
    l2_penalty(w).backward()
    torch.testing.assert_close(w.grad, w.detach())


@pytest.mark.equation("eq:decay-ridge")
@pytest.mark.parametrize(("B", "D"), [(12, 4), (5, 7)])
def test_ridge_solves_its_equation(B: int, D: int) -> None:
    X, y = problem(B, D)
    formula("eq:decay-ridge").check(
        {r"\tilde X": X - X.mean(dim=0), r"\tilde y": y - y.mean()}
        | {r"w_\lambda": ridge(X, y, 0.3)[0], r"\lambda": 0.3}
        | {"B": B, "I": torch.eye(D)}
    )


@settings(max_examples=20, deadline=None)
@given(
    B=st.integers(1, 12),
    D=st.integers(1, 8),
    decay=st.floats(1e-3, 1e2),
    seed=st.integers(0, 99),
)
def test_ridge_solves_for_the_bias_as_well(
    B: int, D: int, decay: float, seed: int
) -> None:
    X, y = problem(B, D, seed)
    w, b = ridge(X, y, decay)
    whole = penalized_solution(X.numpy(), y.numpy(), decay)
    np.testing.assert_allclose(
        [*w.tolist(), b.item()], whole, rtol=1e-6, atol=1e-9
    )


@pytest.mark.parametrize(("B", "D"), [(30, 5), (5, 30), (6, 6)])
def test_ridge_is_scikit_learns(B: int, D: int) -> None:
    X, y = problem(B, D)
    oracle = Ridge(alpha=B * 0.03).fit(X.numpy(), y.numpy())
    w, b = ridge(X, y, 0.03)
    np.testing.assert_allclose(w.numpy(), oracle.coef_, rtol=1e-8)
    assert b.item() == pytest.approx(oracle.intercept_, rel=1e-8)


def test_gradient_descent_with_decay_ends_at_ridge() -> None:
    X, y = problem(20, 3)
    X = X - 1.5
    w = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    b = torch.zeros((), dtype=torch.float64, requires_grad=True)
    for _ in range(1000):
        ((X @ w + b - y).square().mean() / 2).backward()
        sgd_with_decay([w], 0.1, 0.2)
        sgd_with_decay([b], 0.1, 0.0)
    for ours, best in zip((w, b), ridge(X, y, 0.2), strict=True):
        torch.testing.assert_close(ours.detach(), best, rtol=1e-6, atol=1e-8)


@pytest.mark.equation("eq:decay-shrink")
def test_each_direction_shrinks_by_its_own_factor() -> None:
    X, y = problem(12, 4)
    centred, target = (X - X.mean(dim=0)).numpy(), (y - y.mean()).numpy()
    free = np.linalg.lstsq(centred, target, rcond=None)[0]
    h, V = np.linalg.eigh(centred.T @ centred / 12)
    w = ridge(X, y, 0.4)[0].numpy()
    formula("eq:decay-shrink").check(
        {"v": columns(V), "h": h, r"\lambda": 0.4}
        | {r"w_\lambda": w, "w_0": free, "i": range(1, 5)}
    )
    assert (abs(V.T @ w) < abs(V.T @ free)).all()


def test_one_weight_by_hand() -> None:
    """Inputs of mean 0 and mean square h: the page's h / (h + decay)."""
    for h, share in ((4.0, 4 / 4.1), (0.01, 0.01 / 0.11)):
        X = torch.tensor([[1.0], [-1.0]], dtype=torch.float64) * h**0.5
        w, b = ridge(X, 3 * X[:, 0], 0.1)
        assert w.item() == pytest.approx(3 * share)
        assert b.item() == pytest.approx(0)


# The lasso


@pytest.mark.equation("eq:decay-soft")
@pytest.mark.parametrize("h", [0.5, 1.0, 4.0])
def test_soft_threshold_is_the_formula_and_the_minimum(h: float) -> None:
    w_0, decay = torch.linspace(-3, 3, 25, dtype=torch.float64), 0.7
    found = soft_threshold(w_0, decay / h)

    def thresholded(w: float) -> Tensor:
        return soft_threshold(torch.tensor(w, dtype=torch.float64), decay / h)

    formula("eq:decay-soft").check(
        {r"w_\lambda": thresholded}
        | {"w_0": each(w_0.tolist()), r"\lambda": decay, "h": h}
    )

    def objective(w: Tensor) -> Tensor:
        return h / 2 * (w - w_0) ** 2 + decay * w.abs()

    for shift in torch.linspace(-4, 4, 401, dtype=torch.float64):
        assert (objective(found) <= objective(found + shift) + 1e-12).all()


def test_soft_threshold_by_hand() -> None:
    w = torch.tensor([3.0, 0.4, -3.0], dtype=torch.float64)
    assert soft_threshold(w, 0.5).tolist() == [2.5, 0.0, -2.5]


@pytest.mark.parametrize(("B", "D"), [(30, 5), (8, 20)])
def test_lasso_is_scikit_learns(B: int, D: int) -> None:
    X, y = problem(B, D)
    oracle = Lasso(alpha=0.2, tol=1e-12, max_iter=100_000)
    oracle.fit(X.numpy(), y.numpy())
    w, b = lasso(X, y, 0.2, steps=20_000)
    np.testing.assert_allclose(w.numpy(), oracle.coef_, atol=1e-6)
    assert b.item() == pytest.approx(oracle.intercept_, rel=1e-6)
    assert ((w == 0).numpy() == (oracle.coef_ == 0)).all()
    assert (w == 0).any()


def test_lasso_of_all_decay_is_the_mean() -> None:
    X, y = problem(10, 3)
    w, b = lasso(X, y, 100.0)
    assert w.tolist() == [0, 0, 0]
    assert b.item() == pytest.approx(y.mean().item())


def gradient(X: Tensor, y: Tensor, w: Tensor, b: Tensor | float) -> Tensor:
    return torch.func.grad(half_mse, argnums=2)(X, y, w, b)


def multiplier(X: Tensor, y: Tensor, w: Tensor, b: Tensor | float) -> float:
    """The decay for which the objective's gradient along w is zero."""
    return (-(gradient(X, y, w, b) @ w) / (w @ w)).item()


# Penalty and constraint


def constrained(X: Array, y: Array, r: float) -> Array:
    """Projected gradient descent in the ball of radius r, in NumPy."""
    B, D = X.shape
    w = np.zeros(D)
    step = B / np.linalg.norm(X, 2) ** 2
    for _ in range(4000):
        w = w - step * (X.T @ (X @ w - y)) / B
        w = w * min(1.0, r / np.sqrt((w**2).sum()))
    return w


@pytest.mark.equation("eq:decay-kkt")
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 1.5])
def test_constraint_has_a_multiplier_and_ridge_agrees(share: float) -> None:
    """With half as much again as it needs, the ball does not bind."""
    X, y = problem(25, 3)
    X, y = X - X.mean(dim=0), y - y.mean()
    free = np.linalg.lstsq(X.numpy(), y.numpy(), rcond=None)[0]
    r = share * np.sqrt(free @ free)
    w = torch.tensor(constrained(X.numpy(), y.numpy(), r))
    decay = multiplier(X, y, w, 0) if share < 1 else 0.0
    formula("eq:decay-kkt").check(
        {r"\nabla \L(w, b)": gradient(X, y, w, 0), r"\lambda": decay}
        | {"w": w, "r": r},
        absolute=1e-9,
    )
    if share < 1:
        ours, _ = ridge(X, y, decay)
        torch.testing.assert_close(ours, w, rtol=1e-6, atol=0)


def test_constraint_that_does_not_bind_has_multiplier_zero() -> None:
    X, y = (part.numpy() for part in problem(25, 3))
    X, y = X - X.mean(0), y - y.mean()
    free = np.linalg.lstsq(X, y, rcond=None)[0]
    w = constrained(X, y, 2 * np.sqrt(free @ free))
    np.testing.assert_allclose(w, free, rtol=1e-6)
    ours, _ = ridge(torch.tensor(X), torch.tensor(y), 1e-12)
    np.testing.assert_allclose(ours.numpy(), w, rtol=1e-6)


def test_more_decay_means_a_smaller_norm_and_more_loss() -> None:
    X, y = problem(25, 4)
    norms, losses = [], []
    for exponent in range(-6, 7):
        w, b = ridge(X, y, 10.0**exponent)
        norms.append(w.norm().item())
        losses.append((X @ w + b - y).square().mean().item())
    assert all(a > b for a, b in itertools.pairwise(norms))
    assert all(a < b for a, b in itertools.pairwise(losses))


def test_ridge_does_not_care_where_zero_lies() -> None:
    """Celsius or kelvin: the bias takes it all."""
    X, y = problem(20, 3)
    w, b = ridge(X, y, 0.5)
    w_kelvin, b_kelvin = ridge(X + 7, y + 273.15, 0.5)
    torch.testing.assert_close(w_kelvin, w)
    shift = 273.15 - 7 * w.sum()
    torch.testing.assert_close(b_kelvin, b + shift)


# Adam


@pytest.mark.equation("eq:decay-adamw")
def test_adamw_is_the_formula() -> None:
    """PyTorch's, on weights so small that epsilon counts."""
    rate, torch_rng = 2e-8, torch.Generator().manual_seed(0)
    w = 1e-7 * torch.randn(3, generator=torch_rng).double()
    optimizer = torch.optim.AdamW([w], lr=rate, weight_decay=0.6)
    m, v = torch.zeros(3).double(), torch.zeros(3).double()
    for t in (1, 2, 3):
        w.grad = g = 1e-7 * torch.randn(3, generator=torch_rng).double()
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        before = w.clone()
        optimizer.step()
        formula("eq:decay-adamw").check(
            {"w_{t-1}": before, "w_t": w.clone(), r"\eta": rate}
            | {r"\lambda": 0.6, r"\epsilon": 1e-8}
            | {r"\hat m_t": m / (1 - 0.9**t)}
            | {r"\hat v_t": v / (1 - 0.999**t)},
        )


def test_first_steps_differ_by_the_whole_decay() -> None:
    """While the decay does not turn the sign of the gradient."""
    steps = []
    for kind in (torch.optim.Adam, torch.optim.AdamW):
        w = torch.tensor([2.0, -3.0], dtype=torch.float64)
        w.grad = torch.tensor([-5.0, -5.0], dtype=torch.float64)
        kind([w], lr=0.1, weight_decay=0.4).step()
        steps.append(w)
    l2 = torch.tensor([2.1, -2.9], dtype=torch.float64)
    torch.testing.assert_close(steps[0], l2)
    both = torch.tensor([2.0, -3.0], dtype=torch.float64) * 0.96 + 0.1
    torch.testing.assert_close(steps[1], both)


# Parameter groups


def test_decay_groups_spare_vectors_and_lose_nothing() -> None:
    model = nn.Sequential(
        nn.Conv2d(2, 3, 1), nn.BatchNorm2d(3), nn.Flatten(), nn.Linear(3, 4)
    )
    matrices, vectors = decay_groups(model, 0.3)
    assert matrices["params"] == [model[0].weight, model[3].weight]
    assert matrices["weight_decay"] == 0.3
    assert vectors["weight_decay"] == 0.0
    both = [*matrices["params"], *vectors["params"]]  # type: ignore[misc]
    assert {id(p) for p in both} == {id(p) for p in model.parameters()}
    assert len(both) == 6
    optimizer = torch.optim.SGD([matrices, vectors], lr=0.5, weight_decay=9.0)
    before = [p.detach().clone() for p in model.parameters()]
    for p in model.parameters():
        p.grad = torch.zeros_like(p)
    optimizer.step()
    for p, old in zip(model.parameters(), before, strict=True):
        factor = 1 - 0.5 * 0.3 if p.ndim >= 2 else 1.0
        torch.testing.assert_close(p.detach(), factor * old)


# Bad input


@pytest.mark.parametrize("rate", [0.0, -1.0, math.inf, math.nan])
def test_bad_learning_rate(rate: float) -> None:
    message = rf"learning_rate must be positive and finite, got {rate}"
    w = torch.ones(1)
    w.grad = torch.ones(1)
    with pytest.raises(ValueError, match=message):
        sgd_with_decay([w], rate, 0.1)
    assert w.item() == 1


@pytest.mark.parametrize("decay", [-0.1, math.inf, math.nan])
def test_bad_weight_decay(decay: float) -> None:
    message = rf"weight_decay must be >= 0 and finite, got {decay}"
    w = torch.ones(1)
    w.grad = torch.ones(1)
    with pytest.raises(ValueError, match=message):
        sgd_with_decay([w], 0.1, decay)


def test_missing_gradient() -> None:
    message = r"parameters must have gradients .* whose grad is None"
    with pytest.raises(ValueError, match=message):
        sgd_with_decay([torch.ones(2)], 0.1, 0.1)


@pytest.mark.parametrize("fit", [ridge, lasso])
@pytest.mark.parametrize("decay", [0.0, -1.0, math.inf, math.nan])
def test_fits_refuse_decay(fit: Fit, decay: float) -> None:
    X, y = problem(5, 2)
    message = rf"weight_decay must be positive and finite, got {decay}"
    with pytest.raises(ValueError, match=message):
        fit(X, y, decay)


@pytest.mark.parametrize("fit", [ridge, lasso])
@pytest.mark.parametrize("shape", [(5,), (0, 2), (2, 3, 4)])
def test_fits_refuse_inputs(fit: Fit, shape: tuple[int, ...]) -> None:
    message = r"X must be \(B, D\), B > 0, got \("
    with pytest.raises(ValueError, match=message):
        fit(torch.zeros(shape), torch.zeros(5), 0.1)


@pytest.mark.parametrize("fit", [ridge, lasso])
def test_fits_refuse_targets(fit: Fit) -> None:
    X, y = problem(5, 2)
    for bad in (y[:4], y[:, None]):
        with pytest.raises(ValueError, match=r"y must be \(5,\), got \("):
            fit(X, bad, 0.1)


def test_lasso_refuses_equal_samples_and_no_steps() -> None:
    X, y = problem(5, 2)
    with pytest.raises(ValueError, match="X must hold different samples"):
        lasso(torch.ones(5, 2), y.float(), 0.1)
    with pytest.raises(ValueError, match="steps must be at least 1, got 0"):
        lasso(X, y, 0.1, steps=0)


@pytest.mark.parametrize("threshold", [-0.1, math.nan])
def test_soft_threshold_refuses(threshold: float) -> None:
    message = rf"threshold must be >= 0, got {threshold}"
    with pytest.raises(ValueError, match=message):
        soft_threshold(torch.ones(2), threshold)


def test_a_missing_gradient_moves_nothing() -> None:
    first = torch.ones(2, requires_grad=True)
    first.grad = torch.ones(2)
    second = torch.ones(2, requires_grad=True)
    with pytest.raises(ValueError, match="got 1 whose grad is None"):
        sgd_with_decay([first, second], 0.1, 0.1)
    assert torch.equal(first, torch.ones(2))
    assert first.grad is not None


# The answers of "check yourself"


def test_l2_takes_the_same_share_and_l1_the_same_step() -> None:
    w = torch.tensor([0.01, 10.0], dtype=torch.float64)
    w.grad = torch.zeros_like(w)
    before = w.clone()
    sgd_with_decay([w], 0.1, 0.02)
    shares = w / before
    assert shares[0].item() == pytest.approx(shares[1].item())
    steps = before - soft_threshold(before, 0.1 * 0.02)
    assert steps[0].item() == pytest.approx(steps[1].item())
