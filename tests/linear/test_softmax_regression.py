"""Softmax regression: oracles, equations, errors, what the page claims."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import entropy
from sklearn import metrics
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from book.formula import entries, formula
from d2lcode import training
from d2lcode.linear.linear_regression import sgd
from d2lcode.linear.softmax_regression import (
    SoftmaxRegression,
    calibration,
    calibration_error,
    confusion_matrix,
    cross_entropy,
    log_sum_exp,
    softmax,
    subtract_max,
)

SHARED = Path(__file__).parents[3] / "shared" / "data"
SHAPES = [(1, 2), (5, 3), (40, 10)]


def draw(*shape: int, seed: int = 0, scale: float = 1.0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return scale * torch.randn(shape, generator=generator, dtype=torch.float64)


def draw_labels(B: int, C: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(C, (B,), generator=generator)


def problem(
    n: int, D: int, C: int
) -> tuple[Tensor, Tensor, SoftmaxRegression]:
    """X (n, D), y (n,) and a model with random parameters, float64."""
    model = SoftmaxRegression(D, C).double()
    with torch.no_grad():
        model.W.copy_(draw(D, C, seed=1))
        model.b.copy_(draw(C, seed=2))
    return draw(n, D), draw_labels(n, C), model


def plain_softmax(o: np.ndarray) -> np.ndarray:
    return np.array([math.exp(v) for v in o]) / sum(math.exp(v) for v in o)


# --- The equations -------------------------------------------------------


@pytest.mark.equation("eq:softmax-model")
@pytest.mark.parametrize("n, C", SHAPES[:2])
def test_model(n: int, C: int) -> None:
    X, _, model = problem(n, 4, C)
    logits = model(X)
    p, row = softmax(logits), formula("eq:softmax-model")
    for i in range(min(n, 2)):
        row.check(
            {"o": logits[i], "x": X[i], "W": model.W, "b": model.b, "p": p[i]}
            | {"k": range(1, C + 1), "j": range(1, C + 1)}
        )


@pytest.mark.equation("eq:softmax-definition")
@pytest.mark.parametrize("B, C", SHAPES)
def test_definition(B: int, C: int) -> None:
    """The chapter's function and PyTorch's, against the fraction."""
    logits = draw(B, C, scale=3)
    definition = formula("eq:softmax-definition")
    for o in logits[:3]:
        definition.check(
            {r"\softmax": lambda o: softmax(torch.tensor(o)), "o": o, "C": C}
            | {"p": F.softmax(o, dim=0), "k": range(1, C + 1)}
        )
    expected = np.stack([plain_softmax(row) for row in logits.numpy()])
    np.testing.assert_allclose(softmax(logits).numpy(), expected, rtol=1e-12)


def lse(o: np.ndarray) -> float:
    """The chapter's function of an array."""
    return log_sum_exp(torch.tensor(o)).item()


@pytest.mark.equation("eq:softmax-lse")
def test_lse() -> None:
    """Random logits; equal ones, and one far above: each bound tight."""
    definition = formula("eq:softmax-lse")
    for o in [
        draw(2, scale=3),
        draw(5, seed=1),
        torch.full((3,), 0.7, dtype=torch.float64),
        torch.tensor([-30.0, 40.0, 1.5], dtype=torch.float64),
    ]:
        for m in (-2.0, 1.5):
            definition.check(
                {r"\operatorname{lse}": lse, "o": o, "m": m}
                | {"C": len(o), "j": range(1, len(o) + 1)}
            )


@pytest.mark.equation("eq:softmax-loss")
@pytest.mark.parametrize("n, C", SHAPES[1:])
def test_loss(n: int, C: int) -> None:
    X, y, model = problem(n, 4, C)
    o = model(X)
    likelihood = torch.distributions.Categorical(logits=o).log_prob(y).exp()
    formula("eq:softmax-loss").check(
        {
            r"\L(W, b)": cross_entropy(o, y),
            r"p(y \mid X, W, b)": likelihood.prod(),
            r"\operatorname{lse}": lse,
            "p": softmax(o),
            "y": y + 1,
            "o": o,
            "n": n,
        }
    )


def mean_loss(q: np.ndarray, p: np.ndarray | None = None) -> float:
    """The chapter's loss of log p, averaged over labels drawn from q.

    Without p, of log q itself.
    """
    logits = torch.tensor(q if p is None else p).log()[None]
    labels = torch.arange(len(q))
    losses = [cross_entropy(logits, k[None]).item() for k in labels]
    return float(q @ np.array(losses))


@pytest.mark.equation("eq:softmax-information")
@pytest.mark.parametrize("C", [2, 3, 6])
def test_information_formula(C: int) -> None:
    """The divergence is SciPy's; of p = q it is 0."""
    q, p = (softmax(draw(C, seed=seed)).numpy() for seed in (3, 4))
    identity = formula("eq:softmax-information")
    for other in (p, q.copy()):
        identity.check(
            {"H": mean_loss, r"\operatorname{KL}": entropy}
            | {"q": q, "p": other, "C": C},
            absolute=1e-14,
        )


@given(C=st.integers(2, 6), seed=st.integers(0, 99), holes=st.booleans())
@settings(max_examples=20, deadline=None)
def test_information(C: int, seed: int, holes: bool) -> None:
    """Labels that never occur add nothing; only p = q costs no more."""
    q = plain_softmax(draw(C, seed=seed).numpy())
    if holes:
        q[0] = 0.0
        q /= q.sum()
    p = plain_softmax(draw(C, seed=seed + 1000).numpy())
    divergence = mean_loss(q, p) - entropy(q)
    assert divergence == pytest.approx(entropy(q, p))
    assert divergence >= 0.5 * np.abs(q - p).sum() ** 2 > 0  # Pinsker
    if not holes:
        assert mean_loss(q) == pytest.approx(entropy(q))


@pytest.mark.equation("eq:softmax-gradient")
@pytest.mark.parametrize("n, C", [(1, 2), (5, 3)])
def test_gradient(n: int, C: int) -> None:
    X, y, model = problem(n, 4, C)
    logits = model(X)
    logits.retain_grad()
    cross_entropy(logits, y).backward()
    formula("eq:softmax-gradient").check(
        {
            r"\frac{\partial \L}{\partial o_{ik}}": entries(
                "i k", logits.grad
            ),
            r"\nabla_W \L": model.W.grad,
            r"\frac{\partial \L}{\partial b_k}": entries("k", model.b.grad),
            "P": softmax(logits),
            "Y": F.one_hot(y, C),
            "X": X,
            "n": n,
            "i": range(1, n + 1),
            "k": range(1, C + 1),
        },
        absolute=1e-15,
    )


@pytest.mark.equation("eq:softmax-jacobian")
def test_jacobian_formula() -> None:
    """Both bounds tight: a constant v, and two equally probable classes."""
    of_softmax = formula("eq:softmax-jacobian")
    pairs = torch.tensor([0.0, 0.0, -40.0], dtype=torch.float64)
    for o, v in [
        (draw(3, scale=2), draw(3, seed=1)),
        (draw(5, seed=2), draw(5, seed=3)),
        (draw(3, seed=4), torch.full((3,), 1.3, dtype=torch.float64)),
        (pairs, torch.tensor([0.8, -0.8, 0.0], dtype=torch.float64)),
        (pairs, torch.tensor([-0.3, 0.3, 0.0], dtype=torch.float64)),
    ]:
        J = torch.autograd.functional.jacobian(softmax, o)
        slopes = {r"\frac{\partial p_k}{\partial o_j}": entries("k j", J)}
        every = range(1, len(o) + 1)
        of_softmax.check(
            {"J": J.clone(), "p": softmax(o)[:, None], "v": v[:, None]}
            | {"C": len(o), "k": every, "j": every}
            | slopes,
            absolute=1e-14,
        )


@given(C=st.integers(2, 6), seed=st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_jacobian(C: int, seed: int) -> None:
    """It is the Hessian of log_sum_exp, and its least eigenvalue is 0."""
    o = draw(C, seed=seed, scale=2)
    J = torch.autograd.functional.jacobian(softmax, o)
    hessian = torch.autograd.functional.hessian(log_sum_exp, o)
    np.testing.assert_allclose(J.numpy(), hessian.numpy(), atol=1e-12)
    eigenvalues = torch.linalg.eigvalsh(J)
    assert eigenvalues[0].item() == pytest.approx(0, abs=1e-12)
    assert eigenvalues[-1] <= 0.5 + 1e-12


def test_jacobian_reaches_its_bound() -> None:
    """One half, for two equally probable classes: no smaller bound holds."""
    J = torch.autograd.functional.jacobian(
        softmax, torch.tensor([0.0, 0.0, -900.0], dtype=torch.float64)
    )
    assert torch.linalg.eigvalsh(J)[-1].item() == pytest.approx(0.5)


@pytest.mark.equation("eq:softmax-rate")
@pytest.mark.parametrize("factor", [0.1, 0.5, 0.99, 1.5])
def test_rate_formula(factor: float) -> None:
    """Random rows, and undecided rows of two classes, nearly tight."""
    undecided = SoftmaxRegression(1, 2).double()
    with torch.no_grad():
        undecided.W.copy_(torch.tensor([[1e-3, -1e-3]]))
    same = torch.full((2, 1), 1.5, dtype=torch.float64)
    for X, y, model in [
        problem(5, 4, 3),
        problem(40, 4, 10),
        (same, torch.tensor([0, 1]), undecided),
    ]:
        A = np.hstack([X.numpy(), np.ones((len(X), 1))])
        largest = np.linalg.eigvalsh(A.T @ A / len(X))[-1]
        theta = parameters_to_vector(model.parameters()).detach()

        def loss(
            theta: np.ndarray,
            X: Tensor = X,
            y: Tensor = y,
            model: SoftmaxRegression = model,
        ) -> float:
            vector_to_parameters(torch.tensor(theta), model.parameters())
            return cross_entropy(model(X), y).item()

        cross_entropy(model(X), y).backward()
        slopes = [p.grad.flatten() for p in model.parameters()]
        formula("eq:softmax-rate").check(
            {r"\L": loss, r"\Theta": theta.clone(), "G": torch.cat(slopes)}
            | {r"\eta": factor * 4 / largest, r"\lambda_{\max}": largest},
            tolerance=1e-12,
        )


@pytest.mark.parametrize("n, C", SHAPES)
@pytest.mark.parametrize("factor", [0.1, 0.5, 0.99])
def test_below_the_border_no_step_raises_the_loss(
    n: int, C: int, factor: float
) -> None:
    X, y, model = problem(n, 4, C)
    A = np.hstack([X.numpy(), np.ones((n, 1))])
    eta = factor * 4 / np.linalg.eigvalsh(A.T @ A / n)[-1]
    before = math.inf
    for _ in range(30):
        loss = cross_entropy(model(X), y)
        assert loss.item() < before or before < 1e-12
        before = loss.item()
        loss.backward()
        sgd(model.parameters(), eta)


def test_rate_is_nearly_sharp() -> None:
    """Undecided rows of two classes: above the border the loss grows."""
    X = torch.tensor([[1.0], [1.0]], dtype=torch.float64)
    y = torch.tensor([0, 1])
    model = SoftmaxRegression(1, 2).double()
    with torch.no_grad():
        model.W.copy_(torch.tensor([[1e-3, -1e-3]]))
    largest = 2.0  # of [[1, 1], [1, 1]]
    losses = {}
    for factor in (0.95, 1.05):
        start = {k: v.clone() for k, v in model.state_dict().items()}
        before = cross_entropy(model(X), y)
        before.backward()
        sgd(model.parameters(), factor * 4 / largest)
        losses[factor] = cross_entropy(model(X), y).item() - before.item()
        model.load_state_dict(start)
    assert losses[0.95] < 0 < losses[1.05]


@pytest.mark.equation("eq:softmax-twice")
@pytest.mark.parametrize("C", [2, 3, 10])
def test_twice_formula(C: int) -> None:
    """Softmax of softmax; the floor is reached by a certain p."""
    floor = formula("eq:softmax-twice")
    certain = F.one_hot(torch.tensor(1), C).double()
    for p, y in [(softmax(draw(C, scale=4)), 1), (certain, 2)]:
        names = {r"\operatorname{lse}": lse, "p": p, "y": y, "C": C}
        floor.check(names | {"k": range(1, C + 1)})


@pytest.mark.parametrize("C", [2, 3, 10])
def test_twice(C: int) -> None:
    floor = math.log(1 + (C - 1) / math.e)
    p = softmax(draw(300, C, scale=4))
    for y in range(C):
        assert (log_sum_exp(p) - p[:, y]).min() >= floor
    best = F.one_hot(torch.arange(C), C).double()
    assert cross_entropy(best, torch.arange(C)).item() == pytest.approx(floor)


def test_the_floor_of_ten_classes() -> None:
    assert round(math.log(1 + 9 / math.e), 4) == 1.4612


@pytest.mark.equation("eq:softmax-calibration")
@pytest.mark.parametrize("B, C, M, empty", [(9, 3, 4, 1), (60, 5, 3, 0)])
def test_calibration_formula(B: int, C: int, M: int, empty: int) -> None:
    """An empty bin has no confidence: its share 0 takes it out."""
    p, y = softmax(draw(B, C, scale=1.5)), draw_labels(B, C)
    count, confidence, accuracy = calibration(p, y, M)
    assert (count == 0).sum() == empty
    formula("eq:softmax-calibration").check(
        {
            r"\operatorname{ECE}": calibration_error(p, y, M),
            r"\operatorname{acc}": accuracy.nan_to_num(7.0),
            r"\operatorname{conf}": confidence.nan_to_num(9.0),
            "n_m": entries("m", count),
            "n": B,
            "M": M,
        }
    )


@given(
    B=st.integers(1, 60),
    C=st.integers(2, 5),
    M=st.integers(1, 12),
    seed=st.integers(0, 99),
)
@settings(max_examples=20, deadline=None)
def test_calibration(B: int, C: int, M: int, seed: int) -> None:
    p = softmax(draw(B, C, seed=seed, scale=2))
    y = draw_labels(B, C, seed=seed)
    found = [values.tolist() for values in calibration(p, y, M)]
    for m in range(M):
        rows = [
            i for i in range(B) if m / M < p[i].max().item() <= (m + 1) / M
        ]
        assert found[0][m] == len(rows)
        if not rows:
            assert math.isnan(found[1][m]) and math.isnan(found[2][m])
            continue
        mean = sum(p[i].max().item() for i in rows) / len(rows)
        right = sum(int(p[i].argmax()) == int(y[i]) for i in rows) / len(rows)
        assert found[1][m] == pytest.approx(mean)
        assert found[2][m] == pytest.approx(right)


# --- The oracles ---------------------------------------------------------


@given(
    B=st.integers(1, 9),
    C=st.integers(1, 12),
    scale=st.sampled_from([1e-3, 1.0, 30.0, 1e4]),
    offset=st.sampled_from([0.0, -1e3, 1e3]),
    seed=st.integers(0, 99),
)
@settings(max_examples=20, deadline=None)
def test_equals_torch(
    B: int, C: int, scale: float, offset: float, seed: int
) -> None:
    logits = draw(B, C, seed=seed, scale=scale) + offset
    y = draw_labels(B, C, seed=seed)
    Pair = tuple[Callable[[Tensor], Tensor], Callable[[Tensor], Tensor]]
    pairs: list[Pair] = [
        (log_sum_exp, lambda o: torch.logsumexp(o, dim=-1)),
        (softmax, lambda o: F.softmax(o, dim=-1)),
        (lambda o: cross_entropy(o, y), lambda o: F.cross_entropy(o, y)),
    ]
    for ours, theirs in pairs:
        leaf, twin = (logits.clone().requires_grad_() for _ in range(2))
        value, oracle = ours(leaf), theirs(twin)
        torch.testing.assert_close(value, oracle)
        weight = draw(*value.shape, seed=seed + 1)
        (value * weight).sum().backward()
        (oracle * weight).sum().backward()
        torch.testing.assert_close(leaf.grad, twin.grad)


@pytest.mark.parametrize("shape", [(4,), (2, 3, 4), (2, 1, 3, 1)])
def test_any_leading_axes(shape: tuple[int, ...]) -> None:
    x = draw(*shape)
    torch.testing.assert_close(softmax(x), F.softmax(x, dim=-1))
    torch.testing.assert_close(log_sum_exp(x), torch.logsumexp(x, dim=-1))
    rest, largest = subtract_max(x)
    assert rest.shape == shape and largest.shape == (*shape[:-1], 1)
    torch.testing.assert_close(rest + largest, x)
    assert (rest <= 0).all() and (rest.amax(dim=-1) == 0).all()


def test_no_gradient_through_the_maximum() -> None:
    logits = draw(2, 3).requires_grad_()
    rest, largest = subtract_max(logits)
    assert rest.requires_grad and not largest.requires_grad
    weight = draw(2, 3, seed=1)
    (rest * weight).sum().backward()
    torch.testing.assert_close(logits.grad, weight)


def test_gradients_against_differences() -> None:
    logits = draw(3, 4).requires_grad_()
    y = torch.tensor([0, 3, 3])
    assert torch.autograd.gradcheck(log_sum_exp, (logits,))
    assert torch.autograd.gradcheck(softmax, (logits,))
    assert torch.autograd.gradcheck(lambda o: cross_entropy(o, y), (logits,))
    assert torch.autograd.gradgradcheck(log_sum_exp, (logits,))


def test_by_hand() -> None:
    """Exercise 1: the probabilities 1/8, 2/8, 5/8, label 3."""
    logits = torch.tensor([[1.0, 2.0, 5.0]], dtype=torch.float64).log()
    logits.requires_grad_()
    y = torch.tensor([2])
    assert softmax(logits).tolist() == [pytest.approx([1 / 8, 2 / 8, 5 / 8])]
    loss = cross_entropy(logits, y)
    loss.backward()
    assert loss.item() == pytest.approx(math.log(8 / 5))
    assert logits.grad is not None
    assert logits.grad.tolist() == [pytest.approx([1 / 8, 2 / 8, -3 / 8])]
    moved = cross_entropy(logits.detach() + 7, y)
    assert moved.item() == pytest.approx(math.log(8 / 5))


def test_the_small_case() -> None:
    """The fruit of the page, and both answers of “Check yourself”."""
    x = torch.tensor([[1.0, 2.0]])
    model = SoftmaxRegression(2, 3)
    with torch.no_grad():
        model.W.copy_(torch.tensor([[-1.0, 0.0, 2.0], [1.0, 0.0, -1.0]]))
        model.b.copy_(torch.tensor([1.0, 1.0, -1.0]))
    o = model(x)
    assert o.tolist() == [[2.0, 1.0, -1.0]]
    p = softmax(o)[0]
    assert [round(v, 3) for v in p.tolist()] == [0.705, 0.259, 0.035]
    corners = torch.tensor([[2.0, 2.0], [-1.0, -1.0], [0.5, -1.0]])
    assert model(corners).tolist()[0] == [1.0, 1.0, 1.0]  # three lines meet
    assert model(corners)[1, 0] == model(corners)[1, 1]
    assert model(corners)[2, 1] == model(corners)[2, 2]
    raised = softmax(o + torch.tensor([0.0, 0.0, 3.0]))[0]
    assert raised[0] == raised[2]
    logits = torch.tensor([[0.2, 0.8]]).log().requires_grad_()
    cross_entropy(logits, torch.tensor([1])).backward()
    assert logits.grad is not None
    assert logits.grad[0].tolist() == pytest.approx([0.2, -0.2])


def test_two_classes_are_logistic_regression() -> None:
    logits, y = draw(20, 2), draw_labels(20, 2)
    d = logits[:, 0] - logits[:, 1]
    torch.testing.assert_close(softmax(logits)[:, 0], torch.sigmoid(d))
    first = (y == 0).double()
    binary = F.binary_cross_entropy_with_logits(d, first)
    torch.testing.assert_close(cross_entropy(logits, y), binary)


# --- Large and small logits ----------------------------------------------


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32])
def test_no_overflow(dtype: torch.dtype) -> None:
    logits = torch.tensor([[0.0, 120.0], [1e4, 1e4 - 2]], dtype=dtype)
    logits.requires_grad_()
    p = softmax(logits)
    assert p[0].tolist() == [0, 1]
    assert p.sum(dim=1).tolist() == pytest.approx([1, 1], abs=1e-3)
    loss = cross_entropy(logits[:1], torch.tensor([0]))
    loss.backward()
    assert loss.item() == 120
    assert logits.grad is not None and logits.grad[0].tolist() == [-1, 1]
    assert log_sum_exp(logits)[0].item() == 120


def test_the_loss_keeps_its_digits_far_from_zero() -> None:
    """Without the shift, float32 near 10,000 has steps of 0.001."""
    logits = draw(50, 10).float() + 1e4
    y = draw_labels(50, 10)
    exact = F.cross_entropy(logits.double(), y).item()
    assert cross_entropy(logits, y).item() == pytest.approx(exact, rel=1e-6)
    exact_p = F.softmax(logits.double(), dim=1)
    torch.testing.assert_close(
        softmax(logits).double(), exact_p, rtol=1e-6, atol=0
    )


def test_minus_infinity_excludes_a_class() -> None:
    logits = torch.tensor([[0.0, -math.inf, 0.0]])
    assert softmax(logits).tolist() == [[0.5, 0, 0.5]]
    assert log_sum_exp(logits).item() == pytest.approx(math.log(2))
    loss = cross_entropy(logits, torch.tensor([2]))
    assert loss.item() == pytest.approx(math.log(2))
    assert cross_entropy(logits, torch.tensor([1])).item() == math.inf


# --- The metrics ---------------------------------------------------------


@given(B=st.integers(1, 50), C=st.integers(2, 6), seed=st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_confusion_matrix_equals_scikit_learn(
    B: int, C: int, seed: int
) -> None:
    y, y_hat = draw_labels(B, C, seed), draw_labels(B, C, seed + 1)
    found = confusion_matrix(y, y_hat, C)
    expected = metrics.confusion_matrix(y, y_hat, labels=range(C))
    assert found.tolist() == expected.tolist()
    assert found.dtype == torch.int64


def test_confusion_matrix_by_hand() -> None:
    y, y_hat = torch.tensor([0, 0, 2]), torch.tensor([0, 1, 1])
    found = confusion_matrix(y, y_hat, 3).tolist()
    assert found == [[1, 1, 0], [0, 0, 0], [0, 1, 0]]


def test_calibration_of_honest_and_bold_answers() -> None:
    """Confidence 0.75: three of four right is calibrated."""
    p = torch.tensor([[0.75, 0.25]]).repeat(4, 1)
    assert calibration_error(p, torch.tensor([0, 0, 0, 1])) == 0
    assert calibration_error(p, torch.tensor([0, 1, 1, 1])) == 0.5
    even = torch.full((3, 2), 0.5)  # an edge belongs to the bin below
    assert calibration(even, torch.zeros(3), bins=2)[0].tolist() == [3, 0]
    certain = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    count, confidence, accuracy = calibration(
        certain, torch.tensor([0, 0]), bins=2
    )
    assert count.tolist() == [0, 2]
    assert confidence[1] == 1 and accuracy[1] == 0.5


# --- What the page claims ------------------------------------------------


def test_only_differences_of_logits_count() -> None:
    logits, y = draw(6, 4), draw_labels(6, 4)
    moved = logits + draw(6, 1, seed=3, scale=10)
    torch.testing.assert_close(softmax(moved), softmax(logits))
    torch.testing.assert_close(
        cross_entropy(moved, y), cross_entropy(logits, y)
    )
    assert softmax(logits).argmax(1).tolist() == logits.argmax(1).tolist()


def test_at_the_minimum_mean_probabilities_are_class_shares() -> None:
    X, y, model = problem(60, 2, 3)
    for _ in range(150):
        cross_entropy(model(X), y).backward()
        sgd(model.parameters(), 2.0)
    mean = softmax(model(X)).mean(dim=0)
    shares = F.one_hot(y, 3).double().mean(dim=0)
    torch.testing.assert_close(mean, shares, rtol=0, atol=1e-8)


def test_separable_data_have_no_minimum() -> None:
    """Scaling separating weights sends the loss to zero, never there."""
    X = torch.tensor([[-1.0], [1.0]], dtype=torch.float64)
    y = torch.tensor([0, 1])
    losses, sizes = [], []
    model = SoftmaxRegression(1, 2).double()
    for _ in range(4):
        for _ in range(200):
            cross_entropy(model(X), y).backward()
            sgd(model.parameters(), 1.0)
        losses.append(cross_entropy(model(X), y).item())
        sizes.append(model.W.norm().item())
    assert losses == sorted(losses, reverse=True) and losses[-1] > 0
    assert sizes == sorted(sizes)
    scaled = [cross_entropy(t * model(X), y).item() for t in (1, 2, 4)]
    assert scaled == sorted(scaled, reverse=True)


@pytest.mark.parametrize("bet", [2.0, 5.0, 10.0])
def test_squared_error_has_the_gradient_J_times_p_minus_e(bet: float) -> None:
    o = torch.tensor([[0.0, bet, 0.0]], dtype=torch.float64)
    o.requires_grad_()
    e = np.array([1.0, 0.0, 0.0])
    ((softmax(o) - torch.tensor(e)).square().sum() / 2).backward()
    p = plain_softmax(o.detach()[0].numpy())
    J = np.diag(p) - np.outer(p, p)
    assert o.grad is not None
    np.testing.assert_allclose(o.grad[0].numpy(), J @ (p - e), atol=1e-14)


def test_softmax_twice_multiplies_the_gradient_by_J() -> None:
    o = draw(1, 4).requires_grad_()
    cross_entropy(softmax(o), torch.tensor([2])).backward()
    p = plain_softmax(o.detach()[0].numpy())
    e = np.eye(4)[2]
    J = np.diag(p) - np.outer(p, p)
    assert o.grad is not None
    np.testing.assert_allclose(
        o.grad[0].numpy(), J @ (plain_softmax(p) - e), atol=1e-14
    )


def test_small_loss_implies_few_errors() -> None:
    for seed in range(20):
        logits, y = draw(30, 4, seed=seed), draw_labels(30, 4, seed)
        errors = 1 - training.accuracy(logits, y)
        assert errors <= cross_entropy(logits, y).item() / math.log(2)


def test_smoothed_labels_bound_the_logits() -> None:
    """Exercise 4: gradient p - q, least cost H(q) where p = q."""
    q = torch.tensor([[0.05, 0.05, 0.9]], dtype=torch.float64)
    o = draw(1, 3).requires_grad_()
    cost = (log_sum_exp(o) - (q * o).sum(dim=1)).mean()
    cost.backward()
    torch.testing.assert_close(o.grad, (softmax(o) - q).detach())
    entropy = -(q * q.log()).sum().item()
    best = (log_sum_exp(q.log()) - (q * q.log()).sum(dim=1)).item()
    assert best == pytest.approx(entropy) and best < cost.item()


def test_fit_takes_model_and_loss() -> None:
    X, y, _ = problem(50, 3, 4)
    model = SoftmaxRegression(3, 4)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    batches = [(X.float(), y)]
    history = training.fit(model, batches, cross_entropy, optimizer, 5)
    assert history["loss"][0] == pytest.approx(math.log(4))
    assert history["loss"] == sorted(history["loss"], reverse=True)
    assert sum(w.numel() for w in model.parameters()) == (3 + 1) * 4


# --- The errors ----------------------------------------------------------


@pytest.mark.parametrize("function", [subtract_max, log_sum_exp, softmax])
def test_refuses_logits(function: Callable[[Tensor], Tensor]) -> None:
    with pytest.raises(ValueError, match=r"logits must .* \(\) torch.float"):
        function(torch.tensor(1.0))
    with pytest.raises(ValueError, match=r"not empty, got \(3, 0\)"):
        function(torch.zeros(3, 0))
    with pytest.raises(ValueError, match=r"not empty, got \(0, 3\)"):
        function(torch.zeros(0, 3))
    with pytest.raises(ValueError, match="floating point .* torch.int64"):
        function(torch.zeros(2, 3, dtype=torch.int64))
    for bad in (math.inf, math.nan):
        with pytest.raises(ValueError, match=f"every row, got {bad}"):
            function(torch.tensor([[0.0, 1.0], [0.0, bad]]))
    with pytest.raises(ValueError, match="finite largest .* got -inf"):
        function(torch.full((1, 3), -math.inf))


def test_loss_refuses() -> None:
    logits, y = torch.zeros(3, 4), torch.tensor([0, 1, 2])
    with pytest.raises(ValueError, match=r"got \(4,\) and \(3,\)"):
        cross_entropy(logits[0], y)
    with pytest.raises(ValueError, match=r"y \(B,\), got \(3, 4\) and \(2,\)"):
        cross_entropy(logits, y[:2])
    with pytest.raises(ValueError, match=r"got \(3, 4\) and \(3, 1\)"):
        cross_entropy(logits, y.unsqueeze(1))
    with pytest.raises(ValueError, match="torch.int64 in 0 .. 3, got torch.f"):
        cross_entropy(logits, y.float())
    with pytest.raises(ValueError, match=r"in 0 .. 3, .* in 0 .. 4"):
        cross_entropy(logits, torch.tensor([0, 1, 4]))
    with pytest.raises(ValueError, match=r"in 0 .. 3, .* in -1 .. 1"):
        cross_entropy(logits, torch.tensor([0, 1, -1]))
    with pytest.raises(ValueError, match=r"not empty, got \(0, 4\)"):
        cross_entropy(logits[:0], y[:0])
    with pytest.raises(ValueError, match="finite largest .* got nan"):
        cross_entropy(logits * math.nan, y)


def test_model_refuses() -> None:
    with pytest.raises(ValueError, match="C at least 2, got 3 and 1"):
        SoftmaxRegression(3, 1)
    with pytest.raises(ValueError, match="D must be at least 1 .* 0 and 2"):
        SoftmaxRegression(0, 2)
    model = SoftmaxRegression(3, 2)
    with pytest.raises(ValueError, match=r"X must be \(B, 3\), got \(5, 2\)"):
        model(torch.zeros(5, 2))
    with pytest.raises(ValueError, match=r"X must be \(B, 3\), got \(3,\)"):
        model(torch.zeros(3))


def test_confusion_matrix_refuses() -> None:
    y = torch.tensor([0, 1])
    with pytest.raises(ValueError, match=r"be \(B,\) .* \(2, 1\) and \(2,\)"):
        confusion_matrix(y.unsqueeze(1), y, 2)
    with pytest.raises(ValueError, match=r"be \(B,\) .* \(2,\) and \(1,\)"):
        confusion_matrix(y, y[:1], 2)
    with pytest.raises(ValueError, match=r"B at least 1, got \(0,\)"):
        confusion_matrix(y[:0], y[:0], 2)
    with pytest.raises(ValueError, match="torch.int64 and torch.float32"):
        confusion_matrix(y, y.float(), 2)
    with pytest.raises(ValueError, match="got torch.float32 and torch.int64"):
        confusion_matrix(y.float(), y, 2)
    with pytest.raises(ValueError, match="in 0 .. 0, got y in 0 .. 1"):
        confusion_matrix(y, 0 * y, 1)
    with pytest.raises(ValueError, match="in 0 .. 1, .* y_hat in -1 .. 0"):
        confusion_matrix(y, y - 1, 2)
    with pytest.raises(ValueError, match="in 0 .. 1, .* y_hat in 1 .. 2"):
        confusion_matrix(y, y + 1, 2)


@pytest.mark.parametrize("function", [calibration, calibration_error])
def test_calibration_refuses(
    function: Callable[[Tensor, Tensor, int], object],
) -> None:
    p, y = torch.full((2, 4), 0.25), torch.tensor([0, 1])
    with pytest.raises(ValueError, match=r"got \(4,\), \(2,\) and 10"):
        function(p[0], y, 10)
    with pytest.raises(ValueError, match=r"got \(2, 4\), \(1,\) and 10"):
        function(p, y[:1], 10)
    with pytest.raises(ValueError, match=r"got \(0, 4\), \(0,\) and 10"):
        function(p[:0], y[:0], 10)
    with pytest.raises(ValueError, match="bins at least 1, .* and 0"):
        function(p, y, 0)
    with pytest.raises(ValueError, match="from 0.5, sums from 2 to 2"):
        function(2 * p, y, 10)
    signed = torch.tensor([[1.5, -0.5]])
    with pytest.raises(ValueError, match="got entries from -0.5"):
        function(signed, y[:1], 10)
    with pytest.raises(ValueError, match="got entries from nan"):
        function(p * math.nan, y, 10)


def test_exported_with_a_batch_of_any_size() -> None:
    model, X = SoftmaxRegression(3, 4), torch.randn(7, 3)
    nn.init.normal_(model.W)
    batch = torch.export.Dim("batch")
    program = torch.export.export(
        model, (X[:3],), dynamic_shapes=[{0: batch}]
    ).module()
    for B in (2, 7):
        torch.testing.assert_close(program(X[:B]), model(X[:B]))


def test_one_column_of_weights_is_free() -> None:
    """Exercise 2: one vector added to all columns changes nothing."""
    x, u = torch.randn(5, 3).double(), torch.randn(3, 1).double()
    W = torch.randn(3, 4).double()
    torch.testing.assert_close(softmax(x @ (W + u)), softmax(x @ W))
    assert not (W - W[:, -1:])[:, -1].any()
