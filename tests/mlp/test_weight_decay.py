"""Weight decay against torch.optim, scikit-learn, the page's formulas."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import Ridge
from torch import Tensor, nn

from book.formula import columns, formula
from d2lcode.mlp.weight_decay import (
    AdamWithDecay,
    adam_direction,
    check_rates,
    decay_groups,
    effective_degrees_of_freedom,
    l2_penalty,
    ridge,
    sgd_with_decay,
    shrinkage,
)

Array = np.ndarray


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


@pytest.mark.parametrize("decoupled", [True, False])
@settings(max_examples=20, deadline=None)
@given(
    rate=st.floats(1e-4, 1e-1),
    decay=st.sampled_from([0.0, 1e-2, 0.3, 2.0]),
    seed=st.integers(0, 99),
)
def test_adam_with_decay_is_torch_adam(
    decoupled: bool, rate: float, decay: float, seed: int
) -> None:
    oracle = torch.optim.AdamW if decoupled else torch.optim.Adam
    for steps in (1, 2, 7):
        ours = run(
            lambda p: AdamWithDecay(p, rate, decay, decoupled).step,
            steps,
            seed,
        )
        theirs = run(
            lambda p: oracle(p, lr=rate, weight_decay=decay).step, steps, seed
        )
        for a, b in zip(ours, theirs, strict=True):
            torch.testing.assert_close(a, b, rtol=1e-10, atol=1e-12)


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
    values = {r"\eta": 0.05, r"\lambda": 0.7}
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
    _, s, V_T = np.linalg.svd(centred, full_matrices=False)
    w = ridge(X, y, 0.4)[0].numpy()
    formula("eq:decay-shrink").check(
        {"v": columns(V_T.T), "s": s, "B": 12, r"\lambda": 0.4}
        | {r"w_\lambda": w, "w_0": free, "i": range(1, 5)}
    )
    factors = shrinkage(X, 0.4).numpy()
    np.testing.assert_allclose(factors * (V_T @ free), V_T @ w, rtol=1e-8)
    assert (np.diff(factors) <= 0).all()
    assert 0 < factors[-1] < factors[0] < 1


@pytest.mark.equation("eq:decay-freedom")
@pytest.mark.parametrize(("B", "D"), [(10, 3), (4, 7)])
def test_degrees_of_freedom_are_the_formula(B: int, D: int) -> None:
    X, _ = problem(B, D)
    s = torch.linalg.svdvals(X - X.mean(dim=0))
    formula("eq:decay-freedom").check(
        {
            r"\operatorname{df}": lambda decay: effective_degrees_of_freedom(
                X, decay
            ),
            r"\lambda": 0.25,
            "s": s,
            "B": B,
            "i": range(1, len(s) + 1),
        }
    )


@pytest.mark.parametrize(("B", "D"), [(10, 3), (4, 7)])
def test_degrees_of_freedom_are_the_trace_of_the_smoother(
    B: int, D: int
) -> None:
    """Fit one unit target after another; sum how each sees itself."""
    X, _ = problem(B, D)
    decay = 0.25
    trace = 0.0
    for i in range(B):
        y = np.eye(B)[i]
        solution = penalized_solution(X.numpy(), y, decay)
        trace += X.numpy()[i] @ solution[:-1] + solution[-1]
    freedom = effective_degrees_of_freedom(X, decay)
    assert freedom + 1 == pytest.approx(trace, rel=1e-8)  # + 1: the bias
    assert effective_degrees_of_freedom(X, 1e-9) == pytest.approx(
        min(B - 1, D), rel=1e-6
    )
    assert effective_degrees_of_freedom(X, 1e9) == pytest.approx(0, abs=1e-6)


@pytest.mark.equation("eq:decay-map")
def test_ridge_is_the_mode_of_the_posterior() -> None:
    """Whitened least squares: one row for each Gaussian factor."""
    X, y = problem(15, 4)
    sigma, tau = 0.7, 1.3
    rows = [np.append(x, 1.0) / sigma for x in X.numpy()]
    rows += [np.append(np.eye(4)[j], 0.0) / tau for j in range(4)]
    targets = [t / sigma for t in y.tolist()] + [0.0] * 4
    mode = np.linalg.lstsq(np.array(rows), np.array(targets), rcond=None)[0]
    w = torch.tensor(mode[:4])
    decay = multiplier(X, y, w, mode[4])
    formula("eq:decay-map").check(
        {r"\lambda": decay, r"\sigma": sigma, r"\tau": tau, "B": 15}
    )
    ours = ridge(X, y, decay)
    np.testing.assert_allclose([*ours[0], ours[1]], mode, rtol=1e-8)


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


def test_adam_direction_is_torchs_step() -> None:
    betas, epsilon = (0.5, 0.8), 1e-3
    w, m, v = (torch.zeros(3, dtype=torch.float64) for _ in range(3))
    oracle = torch.optim.Adam([w], lr=1.0, betas=betas, eps=epsilon)
    for t in range(1, 6):
        w.grad, old = torch.randn(3).double(), w.clone()
        direction = adam_direction(w.grad, m, v, t, betas, epsilon)
        oracle.step()
        torch.testing.assert_close(w, old - direction)


@pytest.mark.equation("eq:decay-adam")
@pytest.mark.equation("eq:decay-adamw")
def test_adam_with_decay_is_the_formula() -> None:
    """On weights so small that epsilon counts."""
    rate = 2e-8
    for decoupled in (False, True):
        w = 1e-7 * torch.randn(3).double()
        optimizer = AdamWithDecay([w], rate, 0.6, decoupled)
        for t in (1, 2, 3):
            w.grad = g = 1e-7 * torch.randn(3).double()
            before = [part.clone() for part in (w, *optimizer.m, *optimizer.v)]
            with Divisions() as found:
                optimizer.step()
            values = dict(zip(OLD, before, strict=True))
            values |= {"w_t": w, r"\hat m_t": found[0], r"\hat v_t": found[1]}
            values |= {r"\eta": rate, r"\lambda": 0.6, r"\epsilon": 1e-8}
            if decoupled:
                formula("eq:decay-adamw").check(
                    {k: v for k, v in values.items() if k not in OLD[1:]}
                )
                continue
            values |= {"m_t": optimizer.m[0], "v_t": optimizer.v[0], "t": t}
            formula("eq:decay-adam").check(
                values
                | {r"\nabla \L(w_{t-1})": g, "g_t": g + 0.6 * before[0]}
                | {r"\beta_1": 0.9, r"\beta_2": 0.999}
            )


OLD = ("w_{t-1}", "m_{t-1}", "v_{t-1}")


class Divisions(torch.overrides.TorchFunctionMode):
    """What Adam divides: first for m hat, then for v hat."""

    def __enter__(self) -> list[Tensor]:
        super().__enter__()
        self.found: list[Tensor] = []
        return self.found

    def __torch_function__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        if function in (torch.Tensor.div, torch.Tensor.__truediv__):
            self.found.append(result)
        return result


def test_first_steps_differ_by_the_whole_decay() -> None:
    """While the decay does not turn the sign of the gradient."""
    steps = []
    for decoupled in (False, True):
        w = torch.tensor([2.0, -3.0], dtype=torch.float64)
        w.grad = torch.tensor([-5.0, -5.0], dtype=torch.float64)
        AdamWithDecay([w], 0.1, 0.4, decoupled).step()
        steps.append(w)
    l2 = torch.tensor([2.1, -2.9], dtype=torch.float64)
    torch.testing.assert_close(steps[0], l2)
    both = torch.tensor([2.0, -3.0], dtype=torch.float64) * 0.96 + 0.1
    torch.testing.assert_close(steps[1], both)


def remaining(decoupled: bool, scale: float) -> float:
    """A weight of 1 after 1000 gradients that cancel."""
    w = torch.ones(1, dtype=torch.float64)
    optimizer = AdamWithDecay([w], 0.002, 0.5, decoupled)
    for t in range(1000):
        w.grad = torch.full_like(w, scale * (-1) ** t)
        optimizer.step()
    return w.item()


def test_l2_with_adam_depends_on_the_scale_of_the_gradient() -> None:
    expected = (1 - 0.002 * 0.5) ** 1000
    assert remaining(True, 10) == pytest.approx(expected, abs=0.01)
    assert remaining(True, 100) == pytest.approx(expected, abs=0.01)
    assert remaining(False, 10) == pytest.approx(math.exp(-0.1), abs=0.01)
    assert remaining(False, 100) == pytest.approx(math.exp(-0.01), abs=0.01)


def test_full_batch_adamw_does_not_minimize_the_penalized_loss() -> None:
    """Inside the box of side 1 / decay it finds the loss's own minimum."""
    X, y = problem(40, 2)
    X, y = X - X.mean(0), y - y.mean()
    free = torch.linalg.lstsq(X, y[:, None]).solution[:, 0]
    decay = 0.5 / free.abs().max().item()  # the box is twice as wide
    ends = []
    for decoupled in (False, True):
        w = torch.zeros(2, dtype=torch.float64)
        optimizer = AdamWithDecay([w], 0.005, decay, decoupled)
        for _ in range(5000):
            w.grad = X.T @ (X @ w - y) / len(X)
            optimizer.step()
        ends.append(w)
    torch.testing.assert_close(
        ends[0], ridge(X, y, decay)[0], rtol=0.01, atol=1e-3
    )
    torch.testing.assert_close(ends[1], free, rtol=0.01, atol=1e-3)


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
        check_rates(rate, 0.1)
    with pytest.raises(ValueError, match=message):
        sgd_with_decay([w], rate, 0.1)
    with pytest.raises(ValueError, match=message):
        AdamWithDecay([w], rate, 0.1, decoupled=True)
    assert w.item() == 1


@pytest.mark.parametrize("decay", [-0.1, math.inf, math.nan])
def test_bad_weight_decay(decay: float) -> None:
    message = rf"weight_decay must be >= 0 and finite, got {decay}"
    w = torch.ones(1)
    w.grad = torch.ones(1)
    with pytest.raises(ValueError, match=message):
        sgd_with_decay([w], 0.1, decay)
    with pytest.raises(ValueError, match=message):
        AdamWithDecay([w], 0.1, decay, decoupled=False)


def test_missing_gradient() -> None:
    message = r"parameters must have gradients .* whose grad is None"
    with pytest.raises(ValueError, match=message):
        sgd_with_decay([torch.ones(2)], 0.1, 0.1)
    with pytest.raises(ValueError, match=message):
        AdamWithDecay([torch.ones(2)], 0.1, 0.1, decoupled=True).step()


@pytest.mark.parametrize("decay", [0.0, -1.0, math.inf, math.nan])
def test_ridge_refuses_decay(decay: float) -> None:
    X, y = problem(5, 2)
    message = rf"weight_decay must be positive and finite, got {decay}"
    with pytest.raises(ValueError, match=message):
        ridge(X, y, decay)
    with pytest.raises(ValueError, match=message):
        shrinkage(X, decay)
    with pytest.raises(ValueError, match=message):
        effective_degrees_of_freedom(X, decay)


@pytest.mark.parametrize("shape", [(5,), (0, 2), (2, 3, 4)])
def test_ridge_refuses_inputs(shape: tuple[int, ...]) -> None:
    message = r"X must be \(B, D\), B > 0, got \("
    with pytest.raises(ValueError, match=message):
        ridge(torch.zeros(shape), torch.zeros(5), 0.1)
    with pytest.raises(ValueError, match=message):
        shrinkage(torch.zeros(shape), 0.1)


def test_ridge_refuses_targets() -> None:
    X, y = problem(5, 2)
    for bad in (y[:4], y[:, None]):
        with pytest.raises(ValueError, match=r"y must be \(5,\), got \("):
            ridge(X, bad, 0.1)


def test_a_missing_gradient_moves_nothing() -> None:
    first = torch.ones(2, requires_grad=True)
    first.grad = torch.ones(2)
    second = torch.ones(2, requires_grad=True)
    adam = AdamWithDecay([first, second], 0.1, 0.1, decoupled=True)
    for step in (lambda: sgd_with_decay([first, second], 0.1, 0.1), adam.step):
        with pytest.raises(ValueError, match="got 1 whose grad is None"):
            step()
        assert torch.equal(first, torch.ones(2))
        assert first.grad is not None
    assert adam.t == 0
