"""The perceptron: oracles, equations, errors, what the page claims."""

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn import linear_model
from torch import Tensor, nn

from book.formula import Random, each, entries, formula
from d2lcode import data
from d2lcode.linear.perceptron import (
    Perceptron,
    _check_labels,
    _check_rows,
    fit_perceptron,
    nearest_point,
    perceptron_loss,
)

XOR = torch.tensor([[0.0, 0], [0, 1], [1, 0], [1, 1]])
XOR_LABELS = torch.tensor([-1.0, 1, 1, -1])


def problem(n: int, D: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    """X (n, D), y (n,): random rows and random labels, float64."""
    generator = torch.Generator().manual_seed(seed)
    X = torch.randn(n, D, generator=generator, dtype=torch.float64)
    y = torch.randint(0, 2, (n,), generator=generator) * 2.0 - 1
    return X, y.double()


def separable(
    n: int, D: int, gap: float, seed: int = 0
) -> tuple[Tensor, Tensor, np.ndarray]:
    """X, y and a unit vector of which every signed row has `gap`."""
    rng = np.random.default_rng(seed)
    theta = rng.normal(size=D + 1)
    theta /= np.linalg.norm(theta)
    # Move each row along w until its score is at least `gap` from zero.
    X = rng.normal(size=(n, D))
    w, b = theta[:-1], theta[-1]
    scores = X @ w + b
    y = np.where(scores > 0, 1.0, -1.0)
    missing = np.maximum(0, gap * (1 + 1e-9) - y * scores)
    X += np.outer(y * missing, w / (w @ w))
    assert (y * (X @ w + b)).min() >= gap
    return torch.tensor(X), torch.tensor(y), theta


def signed_rows(X: Tensor, y: Tensor) -> np.ndarray:
    A = np.hstack([X.double().numpy(), np.ones((len(X), 1))])
    return np.stack(
        [label * row for row, label in zip(A, y.tolist(), strict=True)]
    )


def digits(first: int, second: int) -> tuple[Tensor, Tensor]:
    images = data.load_digits()
    keep = (images.y == first) | (images.y == second)
    X = images.X[keep].flatten(1)
    return X, torch.where(images.y[keep] == second, 1.0, -1.0)


def hadamard(n: int) -> Tensor:
    """(n, n) of -1 and +1, rows at right angles, a first column of ones."""
    H = torch.ones(1, 1)
    while len(H) < n:
        H = torch.cat(
            [torch.cat([H, H], dim=1), torch.cat([H, -H], dim=1)], dim=0
        )
    return H


def plain_perceptron(
    X: np.ndarray, y: np.ndarray, epochs: int, eta: float
) -> tuple[np.ndarray, float, list[int]]:
    """The rule, row by row and number by number."""
    n, D = X.shape
    w, b, counts = [0.0] * D, 0.0, []
    for _ in range(epochs):
        counts.append(0)
        for i in range(n):
            score = sum(X[i, j] * w[j] for j in range(D)) + b
            if y[i] * score <= 0:
                for j in range(D):
                    w[j] += eta * y[i] * X[i, j]
                b += eta * y[i]
                counts[-1] += 1
        if counts[-1] == 0:
            break
    return np.array(w), b, counts


# --- The equations -------------------------------------------------------


@pytest.mark.equation("eq:perceptron-model")
@pytest.mark.parametrize("n, D", [(5, 3), (40, 7)])
def test_model(n: int, D: int) -> None:
    """Scores on both sides of zero, and one that is zero."""
    X, _ = problem(n, D)
    model = Perceptron(D).double()
    model.w.copy_(torch.linspace(-1, 2, D))
    model.b.fill_(0.25)
    X[0] = 0
    X[0, 0] = 0.25  # times w_1 = -1, and b: a score of 0
    assert model(X)[0] == 0
    formula("eq:perceptron-model").check(
        {"s": model(X), "X": X, "w": model.w, "b": model.b}
        | {r"\hat y": model.predict(X), "i": range(1, n + 1)}
    )
    assert model(X[0]).shape == () and model.predict(X[0]).shape == ()


def test_a_score_of_zero_is_read_as_minus_one() -> None:
    model = Perceptron(2)
    assert model.predict(torch.ones(3, 2)).tolist() == [-1, -1, -1]


@pytest.mark.equation("eq:perceptron-rule")
def test_rule_formula() -> None:
    """Both labels, a tie, and a row that is right: then no claim."""
    rule, eta = formula("eq:perceptron-rule"), 0.4
    for w, b, x, y, mistake in [
        ([0.2, -0.7], 0.3, [1.5, 2.0], 1.0, True),
        ([0.2, -0.7], 0.3, [2.5, -1.0], -1.0, True),
        ([0.5, -0.5], 0.25, [0.5, 1.0], 1.0, True),  # the score is 0
        ([0.2, -0.7], 0.3, [1.0, -0.5], 1.0, False),
    ]:
        model = Perceptron(2).double()
        model.w.copy_(torch.tensor(w))
        model.b.fill_(b)
        row = torch.tensor(x, dtype=torch.float64)
        names = {"y_i": y, "s_i": model(row).clone(), "x_i": row, r"\eta": eta}
        names |= {"w": model.w.clone(), "b": model.b.clone()}
        assert model.update(row, torch.tensor(y), eta) is mistake
        names |= {r"w \leftarrow": model.w, r"b \leftarrow": model.b}
        if mistake:
            rule.check(names)
        else:
            rule.refuse(names, "never holds")


@settings(max_examples=20, deadline=None)
@given(
    n=st.integers(1, 12),
    D=st.integers(1, 5),
    eta=st.sampled_from([0.25, 1.0, 3.0]),
    seed=st.integers(0, 99),
)
def test_rule(n: int, D: int, eta: float, seed: int) -> None:
    X, y = problem(n, D, seed)
    w, b, counts = plain_perceptron(X.numpy(), y.numpy(), 6, eta)
    fitted = Perceptron(D).double()
    assert fit_perceptron(fitted, X, y, 6, learning_rate=eta) == counts
    np.testing.assert_allclose(fitted.w.numpy(), w, atol=1e-12)
    assert fitted.b.item() == pytest.approx(b, abs=1e-12)
    stepped = Perceptron(D).double()
    made = [
        sum(
            stepped.update(x, label, eta)
            for x, label in zip(X, y, strict=True)
        )
        for _ in counts
    ]
    assert made == counts
    torch.testing.assert_close(stepped.w, fitted.w)
    torch.testing.assert_close(stepped.b, fitted.b)


def test_a_tie_is_a_mistake_for_both_labels() -> None:
    for label in (-1.0, 1.0):
        model = Perceptron(2)
        x = torch.tensor([3.0, -5.0])
        assert model.update(x, torch.tensor(label), 0.5)
        assert model.w.tolist() == [1.5 * label, -2.5 * label]
        assert model.b.item() == 0.5 * label
        assert not model.update(x, torch.tensor(label))


@pytest.mark.parametrize("label", [-1.0, 1.0])
def test_an_update_raises_the_signed_score_by_the_squared_length(
    label: float,
) -> None:
    model = Perceptron(3).double()
    model.w.copy_(torch.tensor([0.2, -0.4, 1.0]) * -label)
    model.b.fill_(-label)
    x = torch.tensor([2.0, -1.0, 0.5], dtype=torch.float64)
    before = label * model(x).item()
    assert model.update(x, torch.tensor(label), 0.1)
    length = 2.0**2 + 1 + 0.5**2 + 1
    after = label * model(x).item()
    assert after - before == pytest.approx(0.1 * length, rel=1e-12)
    assert before < after < 0  # better, and still a mistake


@pytest.mark.equation("eq:perceptron-loss")
@pytest.mark.parametrize("margin", [0.0, 1.0, 2.5])
def test_loss(margin: float) -> None:
    scores = torch.tensor(
        [-2.0, -0.5, 0.0, 0.0, 0.5, 1.0, -1.0, 2.5, 3.0],
        dtype=torch.float64,
        requires_grad=True,
    )
    y = torch.tensor([1.0, -1, 1, -1, 1, 1, -1, 1, 1])
    perceptron_loss(scores, y, margin).backward()
    assert scores.grad is not None

    def loss(score: float, label: float) -> float:
        one = torch.tensor([score]).double(), torch.tensor([label])
        return perceptron_loss(*one, margin).item()

    formula("eq:perceptron-loss").check(
        {r"\ell": loss, "s": scores, "y": y, "m": margin, "i": range(1, 10)}
        | {
            r"\frac{\partial \ell}{\partial s_i}": entries(
                "i", scores.grad * len(y)
            )
        }
    )
    each_loss = [loss(*pair) for pair in zip(scores.tolist(), y, strict=True)]
    found = perceptron_loss(scores, y, margin).item()
    assert found == pytest.approx(np.mean(each_loss), rel=1e-12)


def directions(D: int, best: Tensor, seed: int = 0) -> list[np.ndarray]:
    """Vectors of lengths from 0 to 2, and `best` at length 1."""
    rng = np.random.default_rng(seed)
    some = rng.normal(size=(60, D))
    some /= np.linalg.norm(some, axis=1, keepdims=True)
    some *= rng.uniform(0, 2, size=(60, 1))
    unit = best.numpy() / np.linalg.norm(best.numpy())
    return [unit, 0.7 * unit, 1.6 * unit, *some]


@pytest.mark.equation("eq:perceptron-margin")
@pytest.mark.parametrize("seed", range(2))
def test_margin_formula(seed: int) -> None:
    X, y, _ = separable(7, 1, 0.2, seed)
    Z = signed_rows(X, y)
    p, _ = nearest_point(X, y)
    formula("eq:perceptron-margin").check(
        {"R": np.sqrt((Z**2).sum(1).max()), "z": Z, "i": range(1, 8)}
        | {r"\gamma": p.norm(), r"\theta": each(directions(2, p, seed))}
    )


@pytest.mark.parametrize("seed", range(4))
def test_margin(seed: int) -> None:
    """The best of very many directions, for one input and a bias."""
    X, y, _ = separable(7, 1, 0.2, seed)
    Z = signed_rows(X, y)
    angles = np.linspace(0, 2 * np.pi, 100_001)
    units = np.stack([np.cos(angles), np.sin(angles)])
    best = (Z @ units).min(axis=0).max()
    p, _ = nearest_point(X, y)
    assert best >= 0.2 - 1e-4
    assert p.norm().item() == pytest.approx(best, abs=1e-4)
    assert p.norm().item() >= best - 1e-12


def test_margin_of_inseparable_rows_is_zero() -> None:
    """The same row with both labels; only theta = 0 has min z.theta >= 0."""
    X = torch.tensor([[0.5, 2.0], [0.5, 2.0], [3.0, 1.0]])
    p, alpha = nearest_point(X, torch.tensor([1.0, -1.0, 1.0]))
    assert p.norm().item() < 1e-12
    np.testing.assert_allclose(alpha.numpy(), [0.5, 0.5, 0], atol=1e-12)


def growth(
    X: Tensor, y: Tensor, eta: float, seed: int, tight: bool = False
) -> int:
    """Hold eq:perceptron-growth at each of the first mistakes."""
    p, _ = nearest_point(X, y)
    gamma = p.norm().item()
    R = np.linalg.norm(signed_rows(X, y), axis=1).max()
    model, k = Perceptron(X.shape[1]).double(), 0
    grows = formula("eq:perceptron-growth")
    for i in np.random.default_rng(seed).integers(0, len(X), 200):
        if k < 8 and model.update(X[i], y[i], eta):
            k += 1
            theta = torch.cat([model.w, model.b[None]])
            names = {r"\theta_k": theta, r"\theta^*": p / gamma, "k": k}
            names |= {r"\eta": eta, r"\gamma": gamma, "R": R}
            grows.check(names)
            if tight:
                grows.refuse(names | {r"\gamma": 1.01 * gamma})
                grows.refuse(names | {"R": 0.99 * R})
    return k


@pytest.mark.equation("eq:perceptron-growth")
@pytest.mark.parametrize("eta", [0.1, 3.0])
def test_growth(eta: float) -> None:
    """Rows at right angles make both bounds tight at every mistake."""
    H = hadamard(4).double()
    _, y = problem(4, 1)
    assert growth(H[:, 1:], y, eta, 0, tight=True) == 4
    X, y, _ = separable(60, 4, 0.1)
    assert growth(X, y, eta, 0) > 3
    X, y, _ = separable(2, 1, 0.1)  # the first mistake is on the margin
    assert growth(X, y, eta, 0) > 0


@pytest.mark.equation("eq:perceptron-bound")
def test_bound_formula() -> None:
    """Tight for rows at right angles; else at most."""
    bound = formula("eq:perceptron-bound")
    for X, y in [
        (hadamard(8).double()[:, 1:], problem(8, 1)[1]),
        separable(9, 2, 0.15, 1)[:2],
        separable(20, 3, 0.3, 2)[:2],
    ]:
        counts = fit_perceptron(Perceptron(X.shape[1]).double(), X, y, 999)
        assert counts[-1] == 0
        p, _ = nearest_point(X, y)
        R = np.linalg.norm(signed_rows(X, y), axis=1).max()
        names = {"k": sum(counts), "R": R, r"\gamma": p.norm()}
        bound.check(names)
        bound.refuse(names | {"k": 1.01 * (R / p.norm().item()) ** 2})


@settings(max_examples=20, deadline=None)
@given(
    n=st.integers(1, 25),
    D=st.integers(1, 6),
    eta=st.sampled_from([0.1, 1.0, 7.0]),
    shuffle=st.booleans(),
    seed=st.integers(0, 99),
)
def test_bound(n: int, D: int, eta: float, shuffle: bool, seed: int) -> None:
    X, y, _ = separable(n, D, 0.15, seed)
    p, _ = nearest_point(X, y)
    gamma = p.norm().item()
    assert gamma >= 0.15 - 1e-9
    R = max(math.sqrt(float(z @ z)) for z in signed_rows(X, y))
    bound = (R / gamma) ** 2
    model = Perceptron(D).double()
    counts = fit_perceptron(
        model, X, y, int(bound) + 1, learning_rate=eta, shuffle=shuffle
    )
    assert counts[-1] == 0 and 0 not in counts[:-1]
    assert sum(counts) <= bound
    assert (model.predict(X) == y).all()


@pytest.mark.parametrize("n", [2, 4, 64])
@pytest.mark.parametrize("seed", range(3))
def test_bound_is_attained_by_rows_at_right_angles(n: int, seed: int) -> None:
    H = hadamard(n)
    assert (H[:, 0] == 1).all() and torch.equal(H @ H.T, n * torch.eye(n))
    _, y = problem(n, 1, seed)
    p, _ = nearest_point(H[:, 1:], y)
    assert p.norm().item() == pytest.approx(1)  # R is sqrt(n)
    counts = fit_perceptron(
        Perceptron(n - 1), H[:, 1:], y, 9, shuffle=bool(seed)
    )
    assert counts == [n, 0]


@pytest.mark.equation("eq:perceptron-hull")
@pytest.mark.parametrize("n, D, gap", [(3, 2, 0.3), (6, 1, 0.1)])
def test_hull_formula(n: int, D: int, gap: float) -> None:
    """The margin of the best direction, against other averages.

    Shares that do not add up to 1, or are negative, do not count.
    """
    X, y, _ = separable(n, D, gap)
    Z = signed_rows(X, y)
    p, alpha = nearest_point(X, y)
    ways = directions(D + 1, p)
    shares = list(np.random.default_rng(0).dirichlet(np.full(n, 0.3), 40))
    outside = np.linalg.lstsq(Z.T, 0.3 * p.numpy(), rcond=None)[0]
    shares += [alpha.numpy(), 0.5 * alpha.numpy(), outside]
    null = np.linalg.svd(np.vstack([Z.T, np.ones(n)]))[2][-1]
    shares += [alpha.numpy() + 5 * null, alpha.numpy() - 5 * null]
    formula("eq:perceptron-hull").check(
        {
            r"\gamma": float((Z @ ways[0]).min()),
            r"\theta": each(ways),
            r"\alpha": each(shares),
            "z": Z,
            "p": p,
            "n": n,
            "i": range(1, n + 1),
        }
    )


@pytest.mark.parametrize("n, D, gap", [(3, 2, 0.3), (30, 4, 0.05)])
def test_hull(n: int, D: int, gap: float) -> None:
    X, y, _ = separable(n, D, gap)
    Z = signed_rows(X, y)
    p, alpha = nearest_point(X, y)
    assert p.shape == (D + 1,) and alpha.shape == (n,)
    # p is an average of the signed rows, none has a negative share,
    assert alpha.min() >= 0 and alpha.sum().item() == pytest.approx(1)
    np.testing.assert_allclose(p.numpy(), alpha.numpy() @ Z, atol=1e-12)
    # no average is shorter,
    rng = np.random.default_rng(0)
    for shares in rng.dirichlet(np.full(n, 0.2), size=2000):
        assert np.linalg.norm(shares @ Z) >= p.norm().item() - 1e-12
    # its direction has its length as margin, and none has more.
    unit = p.numpy() / np.linalg.norm(p.numpy())
    assert (Z @ unit).min() == pytest.approx(p.norm().item(), rel=1e-9)
    for direction in rng.normal(size=(2000, D + 1)):
        least = (Z @ direction).min() / np.linalg.norm(direction)
        assert least <= p.norm().item() + 1e-12


@pytest.mark.equation("eq:perceptron-nonnegative")
@pytest.mark.parametrize("gap", [0.4, None])
def test_nonnegative_least_squares(gap: float | None) -> None:
    """Coordinate descent on beta, written out; then beta / sum(beta)."""
    if gap is None:
        X, y = problem(8, 2, 3)  # random labels: not separable
    else:
        X, y, _ = separable(8, 2, gap)
    Z = signed_rows(X, y)
    beta = np.zeros(len(Z))
    for _ in range(1500):
        for i, z in enumerate(Z):
            slope = z @ (beta @ Z) - (1 - beta.sum())
            beta[i] = max(0.0, beta[i] - slope / (z @ z + 1))
    p, alpha = nearest_point(X, y)
    np.testing.assert_allclose(p, beta @ Z / beta.sum(), atol=1e-6)
    assert (gap is None) == (p.norm().item() < 1e-9)
    # The sum of beta, and the least squares, as the page derives them.
    squared = float(p @ p)
    assert beta.sum() == pytest.approx(1 / (1 + squared), abs=1e-6)
    if gap is None:
        alpha = torch.from_numpy(beta / beta.sum())  # one of many
    formula("eq:perceptron-nonnegative").check(
        {r"\beta": beta, r"\alpha": alpha, "z": Z}
        | {"n": len(Z), "i": range(1, len(Z) + 1)},
        results=[squared / (1 + squared)],
        tolerance=1e-6,
        absolute=1e-6,
    )


@pytest.mark.equation("eq:perceptron-xor")
def test_xor_is_out_of_reach() -> None:
    Z = signed_rows(XOR, XOR_LABELS)
    formula("eq:perceptron-xor").check({"z": Z})
    # So for no theta are all four positive: try a grid.
    grid = np.linspace(-3, 3, 25)
    for theta in itertools.product(grid, grid, grid):
        assert (Z @ np.array(theta)).min() <= 0
    p, alpha = nearest_point(XOR, XOR_LABELS)
    assert p.norm().item() < 1e-12
    np.testing.assert_allclose(alpha.numpy(), np.full(4, 0.25), atol=1e-12)


@pytest.mark.equation("eq:perceptron-hidden")
def test_hidden_layer_for_xor() -> None:
    def unit(w: list[float], b: float) -> Perceptron:
        model = Perceptron(len(w))
        model.w.copy_(torch.tensor(w))
        model.b.fill_(b)
        return model

    either, both = unit([1, 1], -0.5), unit([1, 1], -1.5)
    top = unit([1, -1], -1)
    H = torch.stack([either.predict(XOR), both.predict(XOR)], dim=1)
    found = top.predict(H.float())
    assert found.tolist() == XOR_LABELS.tolist()
    scores = [*either(XOR).tolist(), *both(XOR).tolist()]
    scores += top(H.float()).tolist()

    def sign(score: float) -> int:
        """Of what is a score of these units, not only of its sign."""
        assert score in scores
        return 1 if score > 0 else -1

    columns = {"x_1": XOR[:, 0], "x_2": XOR[:, 1], "h_1": H[:, 0]}
    columns |= {"h_2": H[:, 1], r"\hat y": found}
    formula("eq:perceptron-hidden").check(
        {name: Random(column) for name, column in columns.items()}
        | {r"\operatorname{sign}": sign}
    )


# --- The oracles ---------------------------------------------------------


@settings(max_examples=20, deadline=None)
@given(n=st.integers(2, 15), D=st.integers(1, 6), seed=st.integers(0, 99))
def test_equals_scikit_learn_row_by_row(n: int, D: int, seed: int) -> None:
    X, y = problem(n, D, seed)
    ours = Perceptron(D).double()
    theirs = linear_model.Perceptron()
    for x, label in zip(X, y, strict=True):
        before = ours.w.clone(), ours.b.clone()
        mistake = ours.update(x, label)
        theirs.partial_fit(
            x.reshape(1, -1).numpy(), [label.item()], classes=[-1, 1]
        )
        np.testing.assert_allclose(ours.w.numpy(), theirs.coef_[0], atol=1e-12)
        assert ours.b.item() == theirs.intercept_[0]
        assert mistake == (ours.b != before[1]).item()
    assert ours.predict(X).tolist() == theirs.predict(X.numpy()).tolist()


@pytest.mark.parametrize("eta", [1.0, 0.1])
def test_equals_scikit_learn_on_digits(eta: float) -> None:
    X, y = digits(1, 8)
    X, y = X.double(), y.double()
    ours = Perceptron(64).double()
    counts = fit_perceptron(ours, X, y, 100, learning_rate=eta)
    assert counts[-1] == 0
    theirs = linear_model.Perceptron(
        eta0=eta, shuffle=False, tol=None, max_iter=len(counts)
    ).fit(X.numpy(), y.numpy())
    np.testing.assert_allclose(ours.w.numpy(), theirs.coef_[0], atol=1e-9)
    assert ours.b.item() == pytest.approx(theirs.intercept_[0], abs=1e-9)
    if eta == 1:  # multiples of 1/16 add up without round-off
        assert torch.equal(ours.w, torch.from_numpy(theirs.coef_[0]))


def test_equals_autograd_and_sgd_row_by_row() -> None:
    X, y = problem(30, 4)
    ours = Perceptron(4).double()
    layer = nn.Linear(4, 1).double()
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.5)
    for x, label in zip(X, y, strict=True):
        ours.update(x, label, 0.5)
        optimizer.zero_grad()
        perceptron_loss(layer(x), label.reshape(1)).backward()
        optimizer.step()
        torch.testing.assert_close(ours.w, layer.weight.detach()[0])
        torch.testing.assert_close(ours.b, layer.bias.detach()[0])


def test_relu_never_starts() -> None:
    scores = torch.zeros(5, requires_grad=True)
    y = torch.tensor([1.0, -1, 1, -1, -1])
    torch.relu(-y * scores).mean().backward()
    assert scores.grad is not None and not scores.grad.any()
    scores.grad = None
    perceptron_loss(scores, y).backward()
    torch.testing.assert_close(scores.grad, -y / 5)


# --- What the page says of scikit-learn ----------------------------------


def test_scikit_learn_stops_early_by_default() -> None:
    X, y = (t.double().numpy() for t in digits(1, 8))
    early = linear_model.Perceptron(shuffle=False).fit(X, y)
    assert (early.predict(X) != y).sum() == 8
    assert early.n_iter_ == 16
    assert early.t_ == 1 + 16 * len(X)  # rows seen, not updates made


def test_scikit_learn_slows_the_intercept_for_sparse_rows() -> None:
    X, y = (t.double().numpy() for t in digits(1, 8))
    dense, thin = (
        linear_model.Perceptron().partial_fit(rows, [1], classes=[-1, 1])
        for rows in (X[:1], sparse.csr_matrix(X[:1]))
    )
    np.testing.assert_array_equal(dense.coef_, thin.coef_)
    assert dense.intercept_[0] == 1
    assert thin.intercept_[0] == pytest.approx(0.01)
    dense, thin = (
        linear_model.Perceptron(shuffle=False, tol=None, max_iter=2).fit(A, y)
        for A in (X, sparse.csr_matrix(X))
    )
    assert not np.allclose(dense.coef_, thin.coef_)


# --- What else the page claims -------------------------------------------


def test_ones_and_eights() -> None:
    X, y = digits(1, 8)
    model = Perceptron(64)
    counts = fit_perceptron(model, X, y, 100)
    assert (sum(counts), len(counts)) == (278, 24)
    p, _ = nearest_point(X, y)
    R = np.linalg.norm(signed_rows(X, y), axis=1).max()
    assert (R / p.norm().item()) ** 2 == pytest.approx(1972.2, abs=0.05)
    A = np.hstack([X.double().numpy(), np.ones((len(X), 1))])
    least_squares = np.linalg.pinv(A) @ y.double().numpy()
    assert (y.numpy() * (A @ least_squares) <= 0).sum() == 2


def test_arithmetic_on_pixels_is_exact() -> None:
    """The same mistakes in both precisions, whatever the order of sums."""
    X, y = digits(1, 8)
    assert torch.equal(X * 16, (X * 16).round())
    single, double = Perceptron(64), Perceptron(64).double()
    assert fit_perceptron(single, X, y, 100) == fit_perceptron(
        double, X.double(), y.double(), 100
    )
    assert torch.equal(single.w.double(), double.w)


def test_learning_rate_only_scales_from_zero() -> None:
    X, y = problem(20, 3)
    one, half = Perceptron(3).double(), Perceptron(3).double()
    assert fit_perceptron(one, X, y, 5) == fit_perceptron(
        half, X, y, 5, learning_rate=0.5
    )
    torch.testing.assert_close(half.w, one.w / 2)
    torch.testing.assert_close(half.b, one.b / 2)


@pytest.mark.parametrize("eta", [0.01, 1.0, 100.0])
@pytest.mark.parametrize("length", [0.0, 5.0])
def test_bound_from_another_start(eta: float, length: float) -> None:
    """Exercise 2: sqrt(k) <= (R + sqrt(R^2 + 8 gamma |start|/eta))/2gamma."""
    X, y, best = separable(40, 3, 0.1, 5)
    p, _ = nearest_point(X, y)
    gamma = p.norm().item()
    R = np.linalg.norm(signed_rows(X, y), axis=1).max()
    model = Perceptron(3).double()
    model.w.copy_(torch.tensor(-length * best[:-1]))
    model.b.fill_(-length * best[-1])
    counts = fit_perceptron(model, X, y, 10**6, learning_rate=eta)
    assert counts[-1] == 0
    root = math.sqrt(R**2 + 8 * gamma * length / eta)
    assert sum(counts) <= ((R + root) / (2 * gamma)) ** 2


def test_the_small_cases() -> None:
    """The drawing's step, both answers of “Check yourself”, AND, OR."""
    model = Perceptron(2)
    model.w.copy_(torch.tensor([1.0, -1.0]))
    x = torch.tensor([1.0, 2.0])
    assert model(x).item() == -1 and model.update(x, torch.tensor(1.0))
    assert [*model.w.tolist(), model.b.item()] == [2, 1, 1]
    assert model(x).item() == 5
    others = torch.tensor([[2.0, 0.5], [-2.0, -1.0], [-1.5, 0.6]])
    assert model.predict(others).tolist() == [1, -1, -1]
    model = Perceptron(2)
    model.w.fill_(1)
    x = torch.tensor([2.0, 1.0])
    assert model(x).item() == 3 and model.update(x, torch.tensor(-1.0))
    assert [*model.w.tolist(), model.b.item()] == [-1, 0, -1]
    signs = torch.tensor(list(itertools.product([-1.0, 1.0], repeat=2)))
    for labels, bound, made in (
        ([-1, -1, -1, 1], 9, 1),
        ([-1, 1, 1, 1], 9, 3),
    ):
        y = torch.tensor(labels)
        gamma = nearest_point(signs, y)[0].norm().item()
        assert gamma == pytest.approx(1 / math.sqrt(3))
        assert 3 / gamma**2 == pytest.approx(bound)
        assert sum(fit_perceptron(Perceptron(2), signs, y, 9)) == made


def test_opposite_corners_of_the_cube() -> None:
    """Exercise 5: out of reach, though no face holds XOR."""
    cube = torch.tensor(list(itertools.product([0.0, 1.0], repeat=3)))
    y = -torch.ones(8)
    y[[0, 7]] = 1
    assert nearest_point(cube, y)[0].norm() < 1e-9
    for axis, value in itertools.product(range(3), (0.0, 1.0)):
        face = cube[:, axis] == value
        assert nearest_point(cube[face], y[face])[0].norm() > 1e-3


def test_fourteen_of_sixteen_functions() -> None:
    missed = []
    for labels in itertools.product([-1.0, 1.0], repeat=4):
        y = torch.tensor(labels)
        counts = fit_perceptron(Perceptron(2), XOR, y, 100)
        p, _ = nearest_point(XOR, y)
        assert (counts[-1] == 0) == (p.norm().item() > 1e-9)
        if counts[-1]:
            missed.append(labels)
    assert missed == [(-1, 1, 1, -1), (1, -1, -1, 1)]


def test_xor_returns_to_where_it_was() -> None:
    model = Perceptron(2)
    for _ in range(3):
        assert fit_perceptron(model, XOR, XOR_LABELS, 2) == [4, 4]
        assert model.w.tolist() == [0, 0] and model.b.item() == 0


def test_one_against_the_rest_is_separable_by_very_little() -> None:
    images = data.load_digits()
    X = images.X.flatten(1)
    R = math.sqrt(X.square().sum(dim=1).max().item() + 1)
    for digit, is_separable in ((1, True), (8, False)):
        y = torch.where(images.y == digit, 1.0, -1.0)
        p, alpha = nearest_point(X, y)
        if is_separable:
            assert (signed_rows(X, y) @ p.numpy()).min() > 0
            assert (R / p.norm().item()) ** 2 > 500_000
        else:
            np.testing.assert_allclose(
                alpha.numpy() @ signed_rows(X, y), np.zeros(65), atol=1e-12
            )


def test_fit_shuffles_with_the_seed() -> None:
    X, y = problem(30, 3)

    def run(seed: int) -> list[float]:
        torch.manual_seed(seed)
        model = Perceptron(3).double()
        fit_perceptron(model, X, y, 3, shuffle=True)
        return model.w.tolist()

    assert run(1) == run(1) != run(2)


def test_fit_goes_on_from_the_weights_it_finds() -> None:
    X, y = problem(30, 3)
    once, twice = Perceptron(3).double(), Perceptron(3).double()
    counts = fit_perceptron(once, X, y, 6)
    assert len(counts) == 6
    first = fit_perceptron(twice, X, y, 2)
    assert first + fit_perceptron(twice, X, y, 4) == counts
    torch.testing.assert_close(once.w, twice.w)


def test_integer_labels_are_labels() -> None:
    model, same = Perceptron(2), Perceptron(2)
    y = torch.tensor([-1, 1, 1, 1])
    assert fit_perceptron(model, XOR, y, 50) == fit_perceptron(
        same, XOR, y.float(), 50
    )
    assert torch.equal(model.w, same.w)


def test_perceptron_has_no_gradient_and_moves_with_its_device() -> None:
    model = Perceptron(3)
    assert not any(p.requires_grad for p in model.parameters())
    assert set(model.state_dict()) == {"w", "b"}
    assert model.double().w.dtype == torch.float64


# --- The errors ----------------------------------------------------------


def test_labels_are_checked() -> None:
    _check_labels(torch.tensor([1, -1]), (2,))
    _check_labels(torch.tensor([[1.0, -1.0]]), (1, 2))
    with pytest.raises(ValueError, match=r"y must be \(3,\), got \(2,\)"):
        _check_labels(torch.ones(2), (3,))
    with pytest.raises(ValueError, match="y must hold at least one label"):
        _check_labels(torch.ones(0), (0,))
    for label in (0.0, 2.0, math.nan):
        with pytest.raises(ValueError, match=f"-1 and .1, got {label}"):
            _check_labels(torch.tensor([1.0, label]), (2,))


def test_rows_are_checked() -> None:
    _check_rows(torch.ones(2, 3), torch.ones(2))
    with pytest.raises(ValueError, match=r"X must be \(n, D\), got \(2,\)"):
        _check_rows(torch.ones(2), torch.ones(2))
    with pytest.raises(ValueError, match=r"y must be \(2,\), got \(2, 1\)"):
        _check_rows(torch.ones(2, 3), torch.ones(2, 1))
    for bad in (math.nan, math.inf):
        with pytest.raises(ValueError, match="X must be finite"):
            _check_rows(torch.tensor([[1.0, bad]]), torch.ones(1))


def test_model_refuses() -> None:
    with pytest.raises(ValueError, match="D must be at least 1, got 0"):
        Perceptron(0)
    model = Perceptron(3)
    for X in (torch.ones(2, 4), torch.ones(4), torch.tensor(1.0)):
        with pytest.raises(ValueError, match=r"X must be \(\.\.\., 3\), got"):
            model(X)
        with pytest.raises(ValueError, match=r"X must be \(\.\.\., 3\), got"):
            model.predict(X)
        with pytest.raises(ValueError, match=r"X must be \(\.\.\., 3\), got"):
            model.update(X, torch.tensor(1.0))


def test_fit_refuses() -> None:
    X, y = torch.ones(4, 2), torch.ones(4)
    model = Perceptron(2)
    with pytest.raises(ValueError, match="epochs must be at least 1, got 0"):
        fit_perceptron(model, X, y, 0)
    for rate in (0.0, -1.0, math.inf, math.nan):
        with pytest.raises(ValueError, match="learning_rate must be pos.*got"):
            fit_perceptron(model, X, y, 1, learning_rate=rate)
    with pytest.raises(ValueError, match=r"X must be \(n, D\), got \(4,\)"):
        fit_perceptron(model, y, y, 1)
    with pytest.raises(ValueError, match="hold only -1 and .1, got 0.0"):
        fit_perceptron(model, X, 0 * y, 1)
    with pytest.raises(ValueError, match="X must be finite"):
        fit_perceptron(model, X * math.nan, y, 1)
    with pytest.raises(ValueError, match=r"X must be \(\.\.\., 2\), got"):
        fit_perceptron(model, torch.ones(4, 3), y, 1)
    assert not model.w.any()


def test_loss_refuses() -> None:
    with pytest.raises(ValueError, match=r"y must be \(3, 1\), got \(3,\)"):
        perceptron_loss(torch.zeros(3, 1), torch.ones(3))
    with pytest.raises(ValueError, match="hold only -1 and .1, got 0.0"):
        perceptron_loss(torch.zeros(3), torch.zeros(3))
    with pytest.raises(ValueError, match="y must hold at least one label"):
        perceptron_loss(torch.zeros(0), torch.zeros(0))
    for margin in (-0.1, math.inf, math.nan):
        with pytest.raises(ValueError, match="margin must be >= 0 and fin"):
            perceptron_loss(torch.zeros(3), torch.ones(3), margin)


def test_nearest_point_refuses() -> None:
    with pytest.raises(ValueError, match=r"X must be \(n, D\), got \(3,\)"):
        nearest_point(torch.zeros(3), torch.ones(3))
    with pytest.raises(ValueError, match="hold only -1 and .1, got 2.0"):
        nearest_point(torch.zeros(3, 1), 2 * torch.ones(3))
    with pytest.raises(ValueError, match="X must be finite"):
        nearest_point(torch.full((1, 1), math.inf), torch.ones(1))


@pytest.mark.parametrize("kind", [torch.uint8, torch.bool])
def test_labels_of_a_dtype_without_minus_one(kind: torch.dtype) -> None:
    """As uint8, -1 is 255, and equals -1 when compared."""
    X, y = torch.tensor([[1.0], [-1.0]]), torch.tensor([1, -1]).to(kind)
    message = f"y must have a signed dtype, got {kind}"
    with pytest.raises(ValueError, match=message):
        fit_perceptron(Perceptron(1), X, y, 1)
    with pytest.raises(ValueError, match=message):
        perceptron_loss(X[:, 0], y)
    with pytest.raises(ValueError, match=message):
        nearest_point(X, y)


def test_exported_with_a_batch_of_any_size() -> None:
    X = torch.randn(7, 3)
    batch = torch.export.Dim("batch")
    program = torch.export.export(
        Perceptron(3), (X[:3],), dynamic_shapes=[{0: batch}]
    ).module()
    for B in (2, 7):
        assert program(X[:B]).shape == (B,)
